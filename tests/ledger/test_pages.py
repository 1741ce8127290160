"""Deriving what changed gives the same rows as deriving everything, whatever came when (BOOKS 7)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ledger.against import plant_arrow
from tests.ledger.strategies import REASONS, examples, floors
from tests.oracle.build import Shifts, ev, states
from tests.oracle.build import plant as plant_of
from tests.oracle.model import Plant, Row

from plantstack.engines.duckdb import lake
from plantstack.engines.duckdb.books import Books
from plantstack.engines.duckdb.calculator import Calculator, fetch_table, open_calculator, put_tables
from plantstack.engines.duckdb.derive import GONE_SCHEMA, PLAN_SCHEMA, as_of_sites, put_event_view, put_plant
from plantstack.engines.duckdb.deriving import bring_up
from plantstack.events.log import Log
from plantstack.events.schema import EVENT
from plantstack.ledger.beside import BESIDE_SPAN
from plantstack.plant.plant import Plant as RealPlant

Facts = dict[str, list[tuple[Any, ...]]]
FACTS = ("ledger", "time_fact", "pieces_fact", "spans_fact")


@dataclass(frozen=True)
class FakePlaces:
    """Only what `Books` asks of a plant: who stands where, and which lanes there are."""

    tables: dict[str, pa.Table]

    def as_plant(self) -> RealPlant:
        machines = {row["equipment"]: row["site"] for row in self.tables["machine"].to_pylist()}
        lanes = {
            row["lane_equipment"]: (row["equipment"], row["lane"]) for row in self.tables["lane"].to_pylist()
        }
        sites = {site: SimpleNamespace(id=site) for site in machines.values()}
        plant = SimpleNamespace(
            machines=machines, lanes=lanes, sites=sites, site_of=lambda m: sites[machines[m]], project_id="p"
        )
        return cast(RealPlant, plant)


def books_of(con: Calculator, plant: Plant, rows: list[Row], published: Books | None = None) -> Books:
    """Lay events before the steps, without a log; the pages of earlier books count as published."""
    tables = plant_arrow(plant)
    put_plant(con, tables)
    put_tables(
        con,
        {
            "everything": pa.Table.from_pylist(rows, schema=EVENT),
            "gone": GONE_SCHEMA.empty_table(),
            "plan_told": pa.Table.from_pylist(
                [
                    {**row, "since_at": row["told_at"], "gone_at": None}
                    for row in rows
                    if row["kind"] == "plan"
                ],
                schema=PLAN_SCHEMA,
            ),
            "old_gone": GONE_SCHEMA.empty_table(),
        },
    )
    con.execute("create or replace temp view logged as from everything")
    put_event_view(con)
    as_of = as_of_sites(con)
    offset = max(row["log_offset"] for row in rows)
    stamp = lake.Stamp(offset, "", "")
    manifest = None
    if published is not None:
        manifest = lake.Manifest("p", 1, published.stamp, published.as_of)
    books = Books(
        con,
        cast(Log, None),
        FakePlaces(tables).as_plant(),
        Path("/nowhere"),
        manifest,
        stamp,
        as_of,
        tables,
        list(published.pages) if published else [],
    )
    if published is None:
        books.forget_fresh()
    con.execute(f"create or replace temp table beside_span ({BESIDE_SPAN})")
    books.put_orders()
    return books


def facts(con: Calculator) -> Facts:
    return {
        name: sorted(
            (tuple(row.values()) for row in fetch_table(con, f"from all_{name}").to_pylist()), key=str
        )
        for name in FACTS
    }


def numbered(rows: Iterable[Row]) -> list[Row]:
    return [{**row, "log_offset": number} for number, row in enumerate(rows, 1)]


def grown_and_whole(plant: Plant, rows: list[Row], cuts: Iterable[int]) -> tuple[Facts, Facts]:
    """The facts of events that came in parts, and of the same events at once."""
    con, books = open_calculator(threads=1), None
    for upto in cuts:
        books = books_of(con, plant, rows[:upto], books)
        bring_up(books)
    fresh = open_calculator(threads=1)
    bring_up(books_of(fresh, plant, rows))
    return facts(con), facts(fresh)


@settings(deadline=None, max_examples=examples())
@given(floors(least=2), st.data())
def test_incremental_is_full(floor: tuple[Plant, list[Row]], data: st.DataObject) -> None:
    plant, rows = floor[0], numbered(floor[1])
    cuts = sorted(data.draw(st.sets(st.integers(1, len(rows)), min_size=1, max_size=2)) | {len(rows)})
    grown, whole = grown_and_whole(plant, rows, cuts)
    assert grown == whole


def test_a_reason_told_late_reaches_back_over_a_border_that_no_stop_crosses() -> None:
    """A night without an order is a halt and no stop; what is said of it next morning is about all of it."""
    always = Shifts(shifts=(("day", "00:00", "24:00"),))
    plant = plant_of(("m1",), calendar=always, orders=True, reasons=REASONS)
    rows = states("m1", "08:00 producing, 20:00 stopped, 1/08:00 producing, 3/08:00 off")
    rows.append(ev("reason", "m1", "1/07:00", role="symptom", reason="jam", source="tablet1"))
    rows = numbered(rows)
    grown, whole = grown_and_whole(plant, rows, (len(rows) - 1, len(rows)))
    assert grown == whole


@settings(deadline=None, max_examples=examples(60))
@given(floors(), st.randoms(use_true_random=False))
def test_order_of_arrival_changes_nothing(floor: tuple[Plant, list[Row]], chance: Any) -> None:
    plant, rows = floor[0], numbered(floor[1])
    shuffled = list(rows)
    chance.shuffle(shuffled)
    told = []
    for order in (rows, shuffled):
        con = open_calculator(threads=1)
        bring_up(books_of(con, plant, order))
        told.append(facts(con))
    assert told[0] == told[1]


def test_an_order_told_late_reaches_every_later_day() -> None:
    """Nothing is open over these borders but what they carry: the order and the state that holds."""
    always = Shifts(shifts=(("day", "00:00", "24:00"),))
    plant = plant_of(("m1",), calendar=always, orders=True, reasons=REASONS)
    rows = states("m1", "08:00 producing, 4/08:00 off")
    rows.append(ev("order", "m1", "20:00", phase="start", order_id="A", product="p"))
    rows = numbered(rows)
    grown, whole = grown_and_whole(plant, rows, (len(rows) - 1, len(rows)))
    assert grown == whole
