"""The whole history of a group: the same again, plausible, and accepted by the log."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pytest
from tests.demo.told import UNTIL, column, history, inside, plant_of, product_at, spells, told, truth

from plantstack.demo import History, build_demo, truths
from plantstack.demo.group import LINES
from plantstack.demo.habits import LineHabit
from plantstack.demo.paces import Paces
from plantstack.errors import ConfigError, QueryError
from plantstack.events.identity import canonical, hashes
from plantstack.events.schema import CONTENT
from plantstack.intervals import DAY, SECOND
from plantstack.stack import Stack


def digest(made: History, site: str = "") -> list[bytes]:
    """Content hashes of the events of a site, or of all, in the order in which they were heard."""
    events = made.events
    if site:
        plant = plant_of(9, 2)
        mine = [name for name in plant.equipment if plant.site_of(name).id == site]
        events = events.filter(pc.is_in(events["equipment"], pc.cast(mine, "string")))
    filled = {"told_at": pc.coalesce(events["told_at"], events["at"])}
    for name in ("order_id", "product"):
        filled[name] = events[name].fill_null("")
    filled["void"] = events["void"].fill_null(False)
    columns = [filled.get(name, events[name]) for name in CONTENT.names]
    return sorted(hashes(canonical(type(events).from_arrays(columns, schema=CONTENT))))


def test_the_same_seed_gives_the_same_events() -> None:
    first, again = history(9, 2), history.__wrapped__(9, 2)
    assert first is not again
    assert digest(first) == digest(again)
    assert np.array_equal(first.heard, again.heard)


def test_another_seed_gives_other_events_and_moves_the_truths() -> None:
    assert digest(history(9, 2)) != digest(history(9, 2, seed=2))
    one, other = (truths(seed, days=90, sites=4, until=UNTIL) for seed in (1, 2))
    assert [truth.id for truth in one] == [truth.id for truth in other]
    assert [truth.from_at for truth in one] != [truth.from_at for truth in other]


def test_a_further_site_changes_nothing_before_it() -> None:
    assert digest(history(9, 1), "tulsa") == digest(history(9, 2), "tulsa")


def test_everything_is_accepted_but_what_was_planted(tmp_path: Path) -> None:
    doing: list[tuple[str, float]] = []
    made = build_demo(
        tmp_path / "demo", days=9, sites=3, until=UNTIL, progress=lambda *told: doing.append(told)
    )
    events = len(history(9, 3).events)
    receipt = made.receipt
    assert receipt.accepted + receipt.duplicates + receipt.dead_lettered == events
    assert receipt.dead_lettered == 3
    assert receipt.conflicts == 0
    assert receipt.duplicates > 100  # the export that was sent twice
    with Stack.open(made.folder) as stack:
        codes = {letter.problem.code for letter in stack.log.dead_letters()}
        assert stack.log.last_offset() == receipt.accepted + 1  # and the plant files
    assert codes == {"event-equipment", "event-future", "event-negative"}
    shares = [share for _, share in doing]
    assert shares == sorted(shares) and shares[-1] == 1.0


def test_the_log_has_a_past_of_its_own(tmp_path: Path) -> None:
    made = build_demo(tmp_path / "demo", days=23, sites=1, until=UNTIL)
    with Stack.open(made.folder) as stack:
        received = column(stack.log.events(), "received_at")
        at = column(stack.log.events(), "at")
    assert len(np.unique(received)) >= 4
    assert (at <= received).all()
    assert received.max() == UNTIL


def test_a_short_group_is_small() -> None:
    assert len(history(2, 1).events) < 25_000
    assert len(history(1, 4).events) > 1_000


def test_no_group_is_made_of_nonsense(tmp_path: Path) -> None:
    for days, sites in ((0, 3), (90, 0), (90, 5), (10_000, 3)):
        with pytest.raises(QueryError):
            build_demo(tmp_path / "demo", days=days, sites=sites, until=UNTIL)
    assert not (tmp_path / "demo").exists()
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "file").touch()
    with pytest.raises(ConfigError):
        build_demo(tmp_path / "used", until=UNTIL)


def test_no_event_is_heard_before_it_happened_or_after_the_end() -> None:
    made = history(90, 4)
    at = column(made.events, "at")
    strange = column(made.events, "source") == "gateway.tulsa"
    assert (made.heard[~strange] >= at[~strange]).all()
    assert (np.diff(made.heard) >= 0).all()
    assert made.heard.max() <= UNTIL


def test_every_source_names_each_event_once() -> None:
    events = history(90, 4).events
    names = Counter(zip(events["source"].to_pylist(), events["key"].to_pylist(), strict=True))
    again = Counter(source for (source, _), times in names.items() if times > 1)
    assert set(again) == {"opc.tul-1"}


def test_an_average_packing_line_stops_20_000_times_a_year() -> None:
    table = told("state", "tul-1-filler")
    halted = np.isin(column(table, "state"), ["stopped", "fault", "waiting", "starved", "blocked"])
    stops = int((halted[1:] & ~halted[:-1]).sum())
    assert 15_000 < stops * 365 / 90 < 26_000


@pytest.mark.parametrize(
    "line",
    [line for lines in LINES.values() for line in lines if line.capture == "signal"],
    ids=lambda one: one.id,
)
def test_half_a_percent_to_16_percent_of_the_stops_have_no_reason(line: LineHabit) -> None:
    signals_from = truth("paper-too-good").until_at if line.id == "lei-2" else 0
    coded = asked = 0
    for machine in line.machines:
        for state in ("stopped", "fault", "waiting"):
            at, length = spells(machine, state)
            asked += int(((length >= 120 * SECOND) & (at >= signals_from)).sum())
        symptoms = told("reason", machine, role="symptom")
        coded += int(pc.is_null(symptoms["from_at"]).to_numpy(zero_copy_only=False).sum())
    assert 0.002 < 1 - coded / asked < 0.19


@pytest.mark.parametrize("machine", ["tul-1-filler", "tul-2-former", "lei-1-mill", "pun-1", "mty-1-filler"])
def test_a_machine_makes_what_plants_make(machine: str) -> None:
    """Ideal time of its pieces over the time in shifts: what an OEE could at best be."""
    plant = plant_of(90, 4)
    counts = told("count", machine)
    paces = Paces(plant, [machine])
    ideal = [paces.ideal(machine, product) for product in product_at(machine, column(counts, "at") - 1)]
    hours = {"tul": 128, "pun": 144, "lei": 80, "mty": 147}[machine[:3]]  # a week
    share = float(np.nansum(column(counts, "total") * ideal)) / (hours * 90 / 7 * 3_600)
    assert 0.50 < share < 0.78


def test_the_collector_says_that_it_listens() -> None:
    alive = told("alive", "tul-1-filler")
    start, end = column(alive, "from_at"), column(alive, "until_at")
    gaps = np.flatnonzero(start[1:] > end[:-1])
    dead = truth("collector-dead")
    assert [(end[gap], start[gap + 1]) for gap in gaps] == [(dead.from_at, dead.until_at)]
    assert (end - start).max() <= 3_600 * SECOND
    assert not inside(start, dead).any()
    assert end.max() >= UNTIL - DAY


@pytest.mark.parametrize("line", ["tul-1", "pun-2", "lei-1", "mty-1"])
def test_a_plan_asks_for_a_little_more_than_is_made(line: str) -> None:
    plans = told("plan", line)
    slots = plans.filter(pc.invert(pc.ends_with(plans["key"], "-b")))  # the versions of the Friday before
    planned = column(slots, "qty").sum()
    exit_ = {"tul-1": "tul-1-packer", "lei-1": "lei-1-washer", "mty-1": "mty-1-packer"}.get(line, line)
    made = np.nansum(column(told("count", exit_), "total"))
    assert 0.85 < made / planned < 1.05
    assert (column(slots, "until_at") - column(slots, "from_at")).max() <= 12 * 3_600 * SECOND
    assert (column(slots, "at") < column(slots, "from_at")).all()
