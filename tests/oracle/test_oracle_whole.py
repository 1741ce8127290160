"""What must hold of any books: time is tiled, nothing is lost, arrival order does not matter (BOOKS 1, 9)."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from tests.oracle import derive
from tests.oracle.build import DAY, HOURS, MONDAY, SECOND, Shifts, ev, plant
from tests.oracle.model import Plant, Row
from tests.oracle.scenario import REASONS

MACHINES = ("m1", "m2", "m3")
STATES = (
    "producing producing producing setup idle starved blocked waiting stopped fault planned_stop off unknown"
)


def _plant() -> Plant:
    calendar = Shifts(
        shifts=[("early", "06:00", "14:00"), ("late", "14:00", "22:00")],
        breaks=[("10:00", "10:20")],
        floating=[("07:00", "12:00", 10), ("15:00", "21:00", 10)],
    )
    fast = [(name, "", 3) for name in MACHINES]
    told = {"silence_us": HOURS}
    return plant(MACHINES, calendar=calendar, reasons=REASONS, standards=fast, orders=True, machine=told)


def _week(seed: int, many: int) -> list[Row]:
    chance = Random(seed)
    return [_any_event(chance, MONDAY + chance.randrange(2 * HOURS, 7 * DAY)) for _ in range(many)]


def _any_event(chance: Random, at: int) -> Row:
    kind = chance.choice(["state"] * 5 + ["count"] * 3 + ["reason", "order", "plan", "alarm"])
    said: dict[str, Any] = {"source": chance.choice(["plc", "plc", "scada", "tablet-1"])}
    before = at - chance.randrange(1, 7200) * SECOND
    if kind == "state":
        said |= {"state": chance.choice(STATES.split())}
        said |= {"until_at": at + 900 * SECOND} if chance.random() < 0.1 else {}
        said |= {"reason": "jam"} if chance.random() < 0.1 else {}
    elif kind == "count":
        said |= {"total": chance.randrange(99), "good": chance.randrange(50)}
        said |= {"from_at": before} if chance.random() < 0.5 else {}
    elif kind == "reason":
        said |= {"role": chance.choice(["symptom", "cause"]), "reason": chance.choice(list(REASONS))}
        said |= {"from_at": before, "until_at": at} if chance.random() < 0.5 else {}
    elif kind == "order":
        said |= {"order_id": chance.choice("ABC"), "product": chance.choice("PQ")}
        said |= {"phase": chance.choice(["start", "start", "end"])}
    elif kind == "plan":
        start = at // DAY * DAY + 6 * HOURS
        said |= {"product": chance.choice("PQ"), "qty": 100, "from_at": start, "until_at": start + 8 * HOURS}
    return ev(kind, chance.choice(MACHINES), at, **said)


@pytest.mark.parametrize("seed", range(5))
def test_every_microsecond_stands_in_one_account_and_every_piece_once(seed: int) -> None:
    events = _week(seed, 300)
    books = derive(events, _plant())
    for machine in MACHINES:
        rows = [row for row in books.ledger if row["equipment"] == machine]
        assert rows[0]["from_at"] == books.begin[machine]
        assert rows[-1]["until_at"] == books.as_of["s"]
        assert all(one["until_at"] == other["from_at"] for one, other in pairwise(rows))
        length = rows[-1]["until_at"] - rows[0]["from_at"]
        assert sum(us for key, us in books.time.items() if key[1] == machine) == length
    for kind in ("total", "good"):
        counted = sum((row[kind] for row in events if row["kind"] == "count"), Decimal(0))
        assert (
            sum((qty for key, (qty, _, _) in books.pieces.items() if key[9] == kind), Decimal(0)) == counted
        )


@pytest.mark.parametrize("seed", range(3))
def test_any_arrival_order_and_duplication_gives_the_same_books(seed: int) -> None:
    events = _week(seed, 200)
    shuffled = events + events[:40]
    Random(seed).shuffle(shuffled)
    assert derive(shuffled, _plant()) == derive(events, _plant())


def test_two_thousand_events_in_a_few_seconds() -> None:
    books = derive(_week(9, 2000), _plant())
    assert len(books.ledger) > 1000
