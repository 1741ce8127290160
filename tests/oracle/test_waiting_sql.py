"""R27 twice: the SQL that finds waiting events against the oracle, over random orders of arrival."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st
from tests.ledger.against import plant_arrow
from tests.oracle.build import DAY, clock, ev, plant
from tests.oracle.model import Row, identity
from tests.oracle.pages import split_waiting
from tests.oracle.sources import Sources

from plantstack.engines.duckdb.calculator import fetch_table, open_calculator, put_tables
from plantstack.engines.duckdb.derive import GONE_SCHEMA
from plantstack.engines.duckdb.source import WAITING
from plantstack.events.schema import EVENT

PLANT = plant(("m1", "m2"))
EQUIPMENT = st.sampled_from(["m1", "m2", "l", "s"])
SPANS = st.sampled_from(
    [{}, {"from_at": "00:00", "until_at": "1/00:00"}, {"from_at": "0/00:00", "until_at": "2/00:00"}]
)


def _said(kind: str, equipment: str, day: int, late: int, span: dict[str, Any]) -> Row:
    at = clock(f"{day}/08:00")
    if kind in ("close", "reopen"):
        return ev(kind, equipment, at, **span)
    said: dict[str, dict[str, Any]] = {"reason": {"role": "cause", "reason": "jam"}, "count": {"good": 1}}
    more = said.get(kind, {})
    machine = equipment if equipment.startswith("m") else "m1"
    return ev(kind, machine, at, received_at=clock(f"{day + 1}/00:00") + late * DAY, **more)


ROWS = st.lists(
    st.builds(
        _said,
        st.sampled_from(["close", "reopen", "count", "reason", "verdict"]),
        EQUIPMENT,
        st.integers(0, 2),
        st.sampled_from([0, 7, 8, 14, 15]),
        SPANS,
    ),
    max_size=8,
)


CALCULATOR = open_calculator(threads=1)


def waiting_by_sql(rows: list[Row]) -> set[tuple[str, str]]:
    tables = plant_arrow(PLANT)
    logged = pa.Table.from_pylist(rows, schema=EVENT)
    names = {name: tables[name] for name in ("day", "placement", "lane")}
    put_tables(CALCULATOR, {**names, "everything": logged, "gone": GONE_SCHEMA.empty_table()})
    offsets = set(fetch_table(CALCULATOR, WAITING).column("log_offset").to_pylist())
    return {identity(row) for row in rows if row["log_offset"] in offsets}


@given(ROWS)
def test_the_sql_and_the_oracle_find_the_same_events_waiting(rows: list[Row]) -> None:
    _, waiting = split_waiting(rows, PLANT, Sources(PLANT))
    if any(row["kind"] == "close" for row in rows):
        assert waiting_by_sql(rows) == waiting
