"""Corrections, closed pages and plans told again: what stands by the product is what stands by the oracle."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ledger.against import (
    pieces_of_oracle,
    pieces_of_sql,
    plant_arrow,
    spans_of_oracle,
    spans_of_sql,
    sql_books,
)
from tests.ledger.strategies import SIDE_BY_SIDE, apart_rows, beside, examples, shuffled_in
from tests.oracle import derive
from tests.oracle.build import DAY, HOURS, clock, ev, plant, states
from tests.oracle.model import Row, identity

from plantstack.engines.duckdb.calculator import Calculator, fetch_table, open_calculator, put_tables
from plantstack.engines.duckdb.derive import put_plant
from plantstack.engines.duckdb.source import settle
from plantstack.events.log import Log
from plantstack.events.schema import EVENT

PLANT = beside([plant(("m1", "m2"), reasons={"jam": ("breakdown",)}) for _ in range(SIDE_BY_SIDE)])
KEYS = st.integers(0, 5).map(lambda n: f"e{n}")
SOURCES = st.sampled_from(("m", "m", "m", "n", "tablet1"))


@st.composite
def told(draw: st.DrawFn) -> Row:
    """An event of few keys, so that corrections find something; many come after their page was closed."""
    kind = draw(st.sampled_from(("count", "plan", "plan", "plan", "reason", "close", "reopen")))
    day = draw(st.integers(0, 1))
    said: dict[str, Any] = {"key": draw(KEYS), "source": draw(SOURCES)}
    said["told_at"] = clock(f"{day}/02:00") + draw(st.integers(0, 8)) * HOURS
    said["received_at"] = clock(f"{day + 1}/00:00") + draw(st.sampled_from((0, 0, 7, 8, 15))) * DAY
    if draw(st.booleans()):
        said |= {
            "sup_source": draw(SOURCES),
            "sup_key": draw(KEYS),
            "void": draw(st.sampled_from((False, True))),
        }
    if kind in ("close", "reopen"):
        said.pop("received_at")
        return ev(kind, "s", f"{day}/12:00", **said)
    if kind == "plan":
        start = clock(f"{day}/06:00") + draw(st.integers(0, 2)) * 4 * HOURS
        said |= {
            "product": "p",
            "qty": draw(st.integers(1, 9)),
            "from_at": start,
            "until_at": start + 4 * HOURS,
        }
    elif kind == "reason":
        said |= {"role": draw(st.sampled_from(("symptom", "cause"))), "reason": "jam"}
    else:
        said |= {"good": draw(st.integers(1, 9)), "product": "p"}
    return ev(kind, "m1", f"{day}/08:00", **said)


@st.composite
def told_side_by_side(draw: st.DrawFn) -> list[Row]:
    """What was told at each of several sites, in the order in which it came."""
    ran = "06:00 producing, 2/22:00 off"
    every = [
        [*states("m1", ran, source="plc"), *draw(st.lists(told(), max_size=10, unique_by=identity))]
        for _ in range(SIDE_BY_SIDE)
    ]
    chance = draw(st.randoms(use_true_random=False))
    return shuffled_in([apart_rows(rows, number) for number, rows in enumerate(every)], chance)


def by_product(
    con: Calculator, log: Log, rows: list[Row]
) -> tuple[dict[str, list[Row]], set[tuple[str, str]]]:
    """The books of what `settle` lets stand, and the identities of that."""
    put_plant(con, plant_arrow(PLANT))
    put_tables(con, {"everything": pa.Table.from_pylist(rows, schema=EVENT)})
    settle(con, log, len(rows))
    gone = [row["log_offset"] for row in fetch_table(con, "from gone").to_pylist()]
    plans = fetch_table(con, "from plan_told").to_pylist()
    books = sql_books(rows, PLANT, as_of=clock("3/00:00"), gone=gone, plan_versions=plans, con=con)
    return books, {identity(row) for row in rows if row["log_offset"] not in gone and not row["void"]}


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Log:
    """An empty log: it knows of no conflict."""
    return Log.open(Path(tmp_path_factory.mktemp("log")), write=True)


CALCULATOR = open_calculator(threads=1)


@settings(deadline=None, max_examples=examples())
@given(told_side_by_side())
def test_what_stands_is_what_the_oracle_lets_stand(log: Log, rows: list[Row]) -> None:
    rows = [{**row, "log_offset": number} for number, row in enumerate(rows, 1)]
    books, standing = by_product(CALCULATOR, log, rows)
    oracle = derive(rows, PLANT, as_of=clock("3/00:00"))
    assert standing == oracle.standing
    assert pieces_of_sql(books) == pieces_of_oracle(oracle)
    assert spans_of_sql(books, "plan_slot") == spans_of_oracle(oracle, "plan_slot")
