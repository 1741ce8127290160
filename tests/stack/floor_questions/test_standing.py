"""Events that stand, read from few segments, are those that stand in all that is known."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.stack.floor import written
from tests.stack.floor_questions.told import SIX, at, orders, standing, states, told

from plantstack.engines.duckdb.books import Books
from plantstack.engines.duckdb.standing import RARE, standing_events
from plantstack.intervals import DAY, MINUTE, Interval
from plantstack.stack import Stack
from plantstack.stack.floor.station import station_now

KINDS = ({"state"}, {"call"}, {"call", "state", "note"}, {"alarm"})
SPANS = (None, Interval(at(6, 10), at(6, 40)), Interval(SIX - DAY, SIX))


def offsets(books: Books, relation: str) -> list[int]:
    return [
        row[0] for row in books.con.execute(f"select log_offset from {relation} as e order by 1").fetchall()
    ]


def everything(kinds: set[str], span: Interval | None) -> str:
    where = f"e.kind in ({', '.join(repr(one) for one in kinds)}) and not e.void"
    where += f" and e.at >= {span.start} and e.at < {span.end}" if span else ""
    return f"(select e.* from everything as e anti join gone using (log_offset) where {where})"


@pytest.mark.parametrize("kinds", KINDS, ids=lambda one: "-".join(sorted(one)))
def test_they_are_the_same_before_and_after_sealing(tmp_path: Path, kinds: set[str]) -> None:
    events = [*orders("filler"), *states("filler", (SIX, "producing"), (at(6, 20), "stopped"))]
    for number in range(20):
        when = at(6, 2 * number)
        events.append(told("call", "filler", when, "tablet-1", call=f"c{number}", phase="asked"))
        events.append(told("note", "filler", when, "tablet-1", text="n"))
    wrong = next(one for one in events if one["kind"] == "call")
    gone = told("call", "filler", at(6, 41), "tablet-1", call="c0", phase="asked")
    events.append(gone | {"supersedes": {"source": "tablet-1", "key": wrong["key"]}, "void": True})
    with standing(tmp_path, events, at(7)) as stack:
        books = stack.engine(scope=None).books
        for span in SPANS:
            mine, all_of_them = standing_events(books, kinds, span), everything(kinds, span)
            assert offsets(books, mine) == offsets(books, all_of_them)
            assert offsets(books, mine) or kinds == {"alarm"} or span == SPANS[2]
        with Stack.open(tmp_path / "plant", write=True) as writer:
            writer.log.seal(now=at(7) + 3 * DAY, site_of=dict.fromkeys(writer.plant.equipment, "tulsa"))
            assert writer.log.segments()
        # opened before the sealing: what is sealed now is also in memory, and counts once
        for span in SPANS:
            assert offsets(books, standing_events(books, kinds, span)) == offsets(
                books, everything(kinds, span)
            )
    with Stack.open(tmp_path / "plant") as stack:
        stack.keep(at(7))
        books = stack.engine(scope=None).books
        for _ in range(2):
            for span in SPANS:
                assert offsets(books, standing_events(books, kinds, span)) == offsets(
                    books, everything(kinds, span)
                )
            standing_events(books, RARE)


def test_a_station_that_grew_says_what_one_opened_anew_says(tmp_path: Path) -> None:
    events = [*orders("filler"), *states("filler", (SIX, "producing"), (at(6, 30), "stopped"))]
    later = [
        *states("filler", (at(7, 10), "producing")),
        told("call", "filler", at(7, 1), "tablet-1", call="c1", phase="asked"),
        told("note", "filler", at(7, 2), "tablet-1", text="n"),
        told("setup_check", "filler", at(7, 3), "tablet-1", parameter="fill_pressure", ok=True),
    ]
    with standing(tmp_path, events, at(7)) as stack:
        before = station_now(stack, "filler", at(7), has_figures=False)
        assert before.machines[0].state == "stopped"
        with Stack.open(tmp_path / "plant", write=True) as writer:
            writer.load([written(tmp_path, "later.ndjson", later)], now=at(7, 15))
        assert stack.grow(at(7, 15)) is not None
        grown = station_now(stack, "filler", at(7, 15), has_figures=False)
    with Stack.open(tmp_path / "plant") as anew:
        anew.keep(at(7, 15))
        assert grown == station_now(anew, "filler", at(7, 15), has_figures=False)
    assert [one.id for one in grown.calls] == ["c1"]
    assert grown.machines[0].lost_us == 40 * MINUTE
