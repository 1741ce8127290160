"""Books that stay open say what books opened anew would say, whatever comes and in whatever order."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ledger.strategies import examples
from tests.live.shift import plant
from tests.stack.floor import MACHINES, NOW, START, Wire, wire_events, written

from plantstack.engines.duckdb import books as books_of
from plantstack.engines.duckdb import owing
from plantstack.engines.duckdb.books import Books
from plantstack.engines.duckdb.calculator import fetch_table
from plantstack.engines.duckdb.owing import pay
from plantstack.engines.duckdb.refreshing import can_grow, refresh
from plantstack.engines.duckdb.standing import standing_events
from plantstack.intervals import DAY, HOUR, MINUTE, SECOND, Interval, rfc3339
from plantstack.stack import Stack
from plantstack.stack.reading import Open

FACTS = ("ledger", "time_fact", "pieces_fact", "spans_fact", "time_day", "pieces_day", "page")
LATER = START + 5 * DAY


@contextmanager
def project(*parts: list[Wire]) -> Iterator[tuple[Path, list[Path]]]:
    """A new plant, and one file for each part."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        yield (
            plant(folder / "p"),
            [written(folder, f"{number}.ndjson", part) for number, part in enumerate(parts)],
        )


def told(project: Path, file: Path, *, now: int = NOW) -> None:
    with Stack.open(project, write=True) as stack:
        stack.load([file], now=now)


def rows(books: Books, table: str) -> pa.Table:
    return fetch_table(books.con, f"select * from all_{table} order by all")


def same(open_one: Open, stack: Stack, now: int) -> None:
    """Compare with books opened anew, without the lake."""
    pay(open_one.engine.books)
    anew = stack.desk.read(stack.log.last_offset(), now, use_lake=False)
    try:
        for table in FACTS:
            assert rows(open_one.engine.books, table).equals(rows(anew.engine.books, table)), table
            is_near(open_one.engine.books, table)
        seen = "select distinct equipment, kind from seen order by all"
        told_kinds = [fetch_table(one.engine.books.con, seen) for one in (open_one, anew)]
        assert told_kinds[0].equals(told_kinds[1])
    finally:
        anew.close()


def is_near(books: Books, table: str) -> None:
    """What is held of the last days is what there is of them, whatever was derived again."""
    if books.near is not None:
        mine = f"where day >= '{books.near.day}' order by all"
        own = "all_own_spans" if table == "spans_fact" else f"all_{table}"
        held, all_of_it = (
            fetch_table(books.con, f"select * from {name} {mine}") for name in (f"near_{table}", own)
        )
        assert held.equals(all_of_it), table
        until = f"where until_at > {books.near.at} and day < '{books.near.day}'"
        if table == "ledger":
            assert not fetch_table(books.con, f"select * from all_ledger {until}").num_rows


def grow(open_one: Open, stack: Stack, now: int) -> int:
    upto = stack.log.refresh()
    assert can_grow(open_one.engine.books, upto, now)
    return refresh(open_one.engine.books, upto, now)


parts = st.lists(st.lists(wire_events(), min_size=1, max_size=12), min_size=2, max_size=4)


@settings(max_examples=examples(40), deadline=None)
@given(parts, st.booleans())
def test_open_books_grow_into_what_books_opened_anew_say(wires: list[list[Wire]], is_published: bool) -> None:
    with project(*wires) as (folder, files):
        told(folder, files[0])
        if is_published:
            with Stack.open(folder, write=True) as stack:
                stack.derive(now=START + 2 * DAY)
        with Stack.open(folder) as stack:
            now = START + 3 * DAY
            opened = stack.desk.read(stack.log.last_offset(), now, stays=True)
            assert (opened.engine.books.near is not None) == is_published
            try:
                for number, file in enumerate(files[1:]):
                    told(folder, file)
                    now = START + (3 + number) * DAY + number * HOUR
                    grow(opened, stack, now)
                    same(opened, stack, now)
            finally:
                opened.close()


SCOPES = ("filler", "line-1", "labeller", "line-10", "")


@settings(max_examples=examples(6), deadline=None)
@given(parts, st.lists(st.sampled_from(SCOPES), min_size=2, max_size=4))
def test_whoever_asks_of_open_books_is_told_what_books_opened_anew_say(
    wires: list[list[Wire]], scopes: list[str]
) -> None:
    other = [{**one, "equipment": "labeller"} for one in wires[-1] if one["equipment"] in MACHINES]
    with project(*wires, other) as (folder, files):
        told(folder, files[0])
        with Stack.open(folder) as stack, Stack.open(folder) as anew:
            now = START + 3 * DAY
            stack.keep(now)
            for number, file in enumerate(files[1:]):
                told(folder, file)
                now += HOUR
                assert stack.grow(now) is not None
                anew.keep(now)
                scope = scopes[number % len(scopes)]
                for layer in (1, 2, 3):
                    asked = stack.kpis(layer=layer, scope=scope), anew.kpis(layer=layer, scope=scope)
                    assert asked[0].rows == asked[1].rows


def said(kind: str, hours: float, key: str, **fields: object) -> Wire:
    at = rfc3339(START + int(hours * HOUR))
    return {"kind": kind, "equipment": "filler", "at": at, "source": "plc", "key": key, **fields}


def test_a_correction_that_came_before_its_target_takes_it_out_when_it_comes() -> None:
    first = [
        said("state", 0, "a", state="producing"),
        said("state", 2, "fix", state="fault", supersedes={"source": "plc", "key": "b"}),
    ]
    with project(first, [said("state", 1, "b", state="stopped")]) as (folder, files):
        told(folder, files[0])
        with Stack.open(folder) as stack:
            opened = stack.desk.read(stack.log.last_offset(), LATER)
            told(folder, files[1])
            grow(opened, stack, LATER)
            same(opened, stack, LATER)
            accounts = {row["account"] for row in rows(opened.engine.books, "ledger").to_pylist()}
            opened.close()
    assert "stopped" not in accounts


def test_only_machines_that_were_spoken_of_are_derived_again() -> None:
    machines = (*MACHINES, "labeller")
    first = [{**said("state", 0, name, state="producing"), "equipment": name} for name in machines]
    with project(first, [said("state", 1, "b", state="fault")]) as (folder, files):
        told(folder, files[0])
        with Stack.open(folder) as stack:
            opened = stack.desk.read(stack.log.last_offset(), LATER)
            assert grow(opened, stack, LATER) == 0
            told(folder, files[1])
            assert grow(opened, stack, LATER) == 1
            assert grow(opened, stack, LATER + HOUR) == len(machines)
            opened.close()


def test_what_nobody_asks_about_is_owed_and_what_was_asked_lately_is_kept_fresh(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = [
        {**said("state", 0, name, state="producing"), "equipment": name} for name in (*MACHINES, "labeller")
    ]
    with project(first, [said("state", 1, "b", state="fault")]) as (folder, files):
        told(folder, files[0])
        with Stack.open(folder) as stack:
            stack.keep(LATER)
            books = stack.engine(scope=None).books
            told(folder, files[1])
            stack.grow(LATER + SECOND)
            assert set(books.owed) == {*MACHINES, "labeller"}
            stack.kpis(["availability"], scope="filler")
            assert set(books.owed) == {"labeller"}
            stack.grow(LATER + 2 * SECOND)
            assert set(books.owed) == {*MACHINES, "labeller"}
            stack.kpis(["availability"], scope="capper")
            stack.grow(LATER + 8 * SECOND)
            assert set(books.owed) == {
                *MACHINES,
                "labeller",
            }  # few are looked at: whoever asks waits for one run
            stack.kpis(["availability"], scope="labeller")
            assert not books.owed
            monkeypatch.setattr(owing, "MANY", len(MACHINES))
            stack.grow(LATER + 10 * SECOND)
            assert set(books.owed) == {"labeller"}
            stack.grow(LATER + 3 * MINUTE)
            assert set(books.owed) == {*MACHINES, "labeller"}
            stack.kpis(["availability"])
            assert not books.owed


def test_books_that_are_derived_again_and_again_hold_what_is_left_and_not_what_went(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(books_of, "GONE_ROWS", 0)
    ran = [said("state", hour / 2, f"s{hour}", state=("producing", "fault")[hour % 2]) for hour in range(20)]
    with project(ran) as (folder, files):
        told(folder, files[0])
        with Stack.open(folder) as stack:
            now = START + DAY
            opened = stack.desk.read(stack.log.last_offset(), now)
            try:
                for minute in range(8):
                    grow(opened, stack, now + minute * MINUTE)
                    pay(opened.engine.books, ["filler"])  # pages of the others stay beside them
                held = "select table_name, estimated_size from duckdb_tables() where temporary"
                sizes = dict(opened.engine.books.con.execute(held).fetchall())
                for table in ("ledger", "time_fact", "spans_fact", "page", "carry_out", "time_day"):
                    left = len(fetch_table(opened.engine.books.con, f"from fresh_{table}"))
                    assert sizes[f"fresh_{table}"] <= 3 * left, table
                same(opened, stack, now + 7 * MINUTE)
            finally:
                opened.close()


def test_changed_plant_files_and_far_times_need_books_opened_anew() -> None:
    with project([said("state", 0, "a", state="producing")]) as (folder, files):
        told(folder, files[0])
        with Stack.open(folder) as stack:
            opened = stack.desk.read(stack.log.last_offset(), LATER)
            books = opened.engine.books
            assert not can_grow(books, stack.log.last_offset(), LATER + 60 * DAY)
            main = folder / "plant.yaml"
            main.write_text(main.read_text().replace("label: Tulsa", "label: Tulsa 1", 1))
            with Stack.open(folder, write=True) as writer:
                writer.rebuild(now=NOW)
            upto = stack.log.refresh()
            assert upto > books.stamp.offset
            assert not can_grow(books, upto, LATER)
            opened.close()


def test_books_of_a_new_plant_lay_out_the_time_around_now_and_not_all_shifts_since_1970(
    tmp_path: Path,
) -> None:
    with Stack.open(plant(tmp_path / "p")) as stack:
        stack.keep(NOW)
        assert stack.engine().books.tables["day"].num_rows < 100


def test_events_of_now_are_those_of_the_log_also_once_they_are_sealed() -> None:
    kinds, span = {"state", "count", "note"}, Interval(START + 20 * HOUR, START + 40 * HOUR)
    old = [said("state", hour, f"s{hour}", state=("producing", "fault")[hour % 2]) for hour in range(30)]
    late = [said("note", 30, "n", text="looked at it"), said("state", 31, "void", state="fault")]
    undone = {**said("state", 31, "undo", void=True), "supersedes": {"source": "plc", "key": "s25"}}
    with project(old, [*late, undone]) as (folder, files):
        told(folder, files[0])
        with Stack.open(folder, write=True) as stack:
            stack.log.seal(now=LATER, site_of=dict.fromkeys((*MACHINES, "labeller"), "plant"))
            stack.derive(now=START + DAY)
        with Stack.open(folder) as stack:
            stack.keep(START + 41 * HOUR)
            told(folder, files[1])
            assert stack.grow(START + 42 * HOUR) is not None
            books = stack.engine(scope=None).books
            assert books.near is not None and books.near.has_events(kinds, span.start)
            asked = f"select log_offset from {standing_events(books, kinds, span)} order by all"
            near = books.con.execute(asked).fetchall()
            books.near = None
            asked = f"select log_offset from {standing_events(books, kinds, span)} order by all"
            assert near == books.con.execute(asked).fetchall()
            assert len(near) == 10 - 1 + 2
