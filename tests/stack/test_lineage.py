"""From any number to the events it came from, each level adding up to the one above (BOOKS 9)."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.stack.floor import START, Wire, load, plant, wire_events, written

from plantstack.demo import build_demo
from plantstack.engines.contract import MeasureQuery, MeasureTable
from plantstack.intervals import HOUR, Interval, rfc3339
from plantstack.kpis.load import shipped_catalog
from plantstack.stack import Stack
from plantstack.stack.answers.asking import Question
from plantstack.stack.reasons.explaining import Explaining

UNTIL = 1_773_500_400_000_000  # 2026-03-14 15:00 UTC
CORE = [kpi.id for kpi in shipped_catalog().kpis.values() if kpi.is_core]
# What the simulated group tells nobody, so that there is nothing to come from.
UNTOLD = {"remaining_life_risk"}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    made = build_demo(tmp_path_factory.mktemp("lineage") / "demo", days=9, sites=1, until=UNTIL)
    with Stack.open(made.folder) as stack:
        stack.derive()
        yield stack


def add_up(rows: list[Any]) -> None:
    """Parts and facts of every sum are the sum; floats are only the last step of each row."""
    for window in dict.fromkeys(row.get("window", "") for row in rows if row["row"] == "measure"):
        mine = [row for row in rows if row.get("window", "") == window and "measure" in row]
        for measure in [row for row in mine if row["row"] == "measure" and row["value"] is not None]:
            assert measure["residual"] in (0, None), measure
            of = [row for row in mine if row["measure"] == measure["measure"]]
            facts = [row["value"] for row in of if row["row"] in ("fact", "rest")]
            parts = [row["value"] for row in of if row["row"] == "part"]
            whole = pytest.approx(measure["value"], rel=1e-9, abs=1e-9)
            assert not facts or sum(facts) == whole
            assert measure["residual"] is None or sum(parts) == whole
            assert facts or not measure["value"] or any(row["row"] == "entry" for row in rows)


@pytest.mark.parametrize("kpi", CORE)
@pytest.mark.parametrize("scope", ["tulsa", "tul-1", "tul-1-filler"])
def test_every_core_kpi_reaches_events(demo: Stack, kpi: str, scope: str) -> None:
    window = ("2026-03-09", "2026-03-13")
    rows = [dict(row) for row in demo.explain(kpi, scope=scope, days=window).rows]
    assert rows[0]["row"] == "kpi"
    add_up(rows)
    facts = [row for row in rows if row["row"] == "fact"]
    assert all(row["events"] for row in facts), [row for row in facts if not row["events"]][:1]
    assert all(len(set(row["events"])) == len(row["events"]) for row in facts)  # each is named once
    offsets = {one for row in rows for one in row.get("events", ())}
    offsets |= {row["offset"] for row in rows if row["row"] == "event"}
    assert offsets or not rows[0]["value"] or kpi in UNTOLD
    assert all(0 < one <= demo.log.last_offset() for one in offsets)


def test_open_work_is_as_old_as_it_says(demo: Stack) -> None:
    """A sum over what is open had no SQL that any database takes."""
    rows = [dict(row) for row in demo.explain("work_order_age", scope="tulsa").rows]
    add_up(rows)


@settings(deadline=None, max_examples=6)
@given(st.lists(wire_events(), min_size=5, max_size=40))
def test_any_books_add_up_down_to_facts(events: list[Wire]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        project = plant(Path(folder) / "a")
        load(project, written(Path(folder), "1.ndjson", events))
        with Stack.open(project) as stack:
            for kpi in ("oee", "good_parts", "schedule_attainment", "mtbf", "stop_time"):
                for scope in ("line-1", "tulsa", "filler"):
                    add_up([dict(row) for row in stack.explain(kpi, scope=scope).rows])


def test_questions_do_not_grow_with_machines_or_days(demo: Stack) -> None:
    engine = demo.engine()
    asked: list[MeasureQuery] = []
    seen: list[Any] = []

    class Counted:
        books, has_reported = engine.books, engine.has_reported

        def __getattr__(self, name: str) -> Any:
            return getattr(engine, name)

        def query(self, query: MeasureQuery) -> MeasureTable:
            asked.append(query)
            return engine.query(query)

        def behind(self, measures: Any, query: MeasureQuery, end: int) -> Any:
            seen.append(measures)
            return engine.behind(measures, query, end)

    counted: Any = Counted()
    for scope, days in (("tul-2", ("2026-03-13", "2026-03-13")), ("tulsa", ("2026-03-06", "2026-03-13"))):
        question = Question(("oee",), MeasureQuery((), scope, days=days), "six-loss")
        assert Explaining(counted, shipped_catalog(), question).table().rows
    assert len(asked) <= 2 * 6
    assert len(seen) == 2


def test_each_fact_table_is_read_once_for_all_sums_of_a_number(demo: Stack) -> None:
    engine = demo.engine()
    told: list[str] = []

    class Listening:
        def execute(self, sql: str, *more: Any) -> Any:
            told.append(sql)
            return con.execute(sql, *more)

        def __getattr__(self, name: str) -> Any:
            return getattr(con, name)

    con = engine.books.con
    listening: Any = Listening()
    engine.books.con = listening
    try:
        query = MeasureQuery((), "tulsa", days=("2026-03-06", "2026-03-13"))
        found = engine.behind(("time_run", "time_setup", "time_unknown", "qty_good", "qty_total"), query, 0)
    finally:
        engine.books.con = con
    assert [bool(one.facts) for one in found] == [True] * 5
    for table in ("all_time_fact", "all_pieces_fact"):
        assert sum(table in sql for sql in told) == 1


def test_a_change_is_explained_at_both_ends(demo: Stack) -> None:
    rows = demo.explain("oee_gain", scope="tul-1", days=("2026-03-10", "2026-03-13")).rows
    windows = {row.get("window", "now") for row in rows if row["row"] == "fact"}
    assert windows == {"now", "baseline"}


@pytest.mark.parametrize("scope", ["line-1", "packer"])
def test_an_hour_does_not_name_the_counts_of_its_neighbours(tmp_path: Path, scope: str) -> None:
    project = plant(tmp_path / "p")
    hours = [rfc3339(START + n * HOUR) for n in range(4)]
    rows: list[Wire] = [
        {"kind": "count", "equipment": "packer", "source": "mes", "good": n, "key": f"{n}"}
        | {"at": hours[n], "from": hours[n - 1]}
        for n in (1, 2, 3)
    ]
    rows.append(
        {"kind": "count", "equipment": "packer", "source": "mes", "good": 9, "key": "9", "at": hours[2]}
    )
    load(project, written(tmp_path, "1.ndjson", rows))
    with Stack.open(project) as stack:
        for n, keys in ((1, {2}), (2, {3}), (3, {4, 5})):  # 1 is the configuration
            span = Interval(START + (n - 1) * HOUR, START + n * HOUR)
            told = stack.explain("good_parts", scope=scope, span=span).rows
            assert told[0]["value"] == (12 if n == 3 else n)
            named = {one for row in told for one in row.get("events", ())}
            assert named | {row["offset"] for row in told if row["row"] == "event"} == keys
