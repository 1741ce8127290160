"""Run the steps of the derivation over machines and a window."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import duckdb
import pyarrow as pa

from plantstack.engines.duckdb.calculator import Calculator, fetch_table, put_tables
from plantstack.events.schema import EVENT
from plantstack.ledger.beside import BESIDE_TABLES
from plantstack.ledger.derivation import (
    CARRY,
    CUT_AT,
    NOTHING_WITHOUT,
    PLAN_VERSION,
    PLANT_TABLES,
    SCOPE,
    ledger_steps,
)
from plantstack.ledger.outputs import DERIVED
from plantstack.ledger.rules import flag_bit

# How much time of machines goes through the steps at once. A run costs a third of a second whatever it
# derives, so today of a thousand machines is one run; at 550 events a machine and day this much is a GB.
MACHINE_DAYS_A_BATCH = 6_000

# How many machines share the files of the lake; what changed in one of them is written again for all.
MACHINES_A_BLOCK = 25

_FLAG = re.compile(r"flag\('(\w+)'\)")
_TARGET = re.compile(r"^(create or replace temp table|insert into) (\w+)", re.MULTILINE)
# Tables that never had a row: what a run before this one left.
_EMPTY = "select table_name from duckdb_tables() where temporary and estimated_size = 0"

CARRY_SCHEMA = pa.schema([pa.field("slot", pa.string()), *EVENT])
GONE_SCHEMA = pa.schema([pa.field("log_offset", pa.int64())])
# a plan with the time in which it stood, by when it and its corrections were told
PLAN_SCHEMA = pa.schema([*EVENT, pa.field("since_at", pa.int64()), pa.field("gone_at", pa.int64())])
SCOPE_SCHEMA = pa.schema(
    [
        pa.field("m", pa.int32()),
        pa.field("equipment", pa.string()),
        pa.field("machine", pa.string()),  # itself, or the machine of a lane
        pa.field("is_lane", pa.bool_()),
        pa.field("from_at", pa.int64()),  # null: from where the books begin
        pa.field("until_at", pa.int64()),
    ]
)


def put_plant(con: Calculator, tables: Mapping[str, pa.Table]) -> None:
    """Copy the plant tables that the steps read into the connection."""
    more = ("placement", "site", "period", "flow", *BESIDE_TABLES)
    put_tables(con, {name: tables[name] for name in (*PLANT_TABLES, *more)})


def put_event_view(con: Calculator) -> None:
    """Make the view of what stands; `logged` and `gone` must exist."""
    con.execute(ledger_steps()[0].sql)


def as_of_sites(con: Calculator) -> dict[str, int]:
    """Return how far the books of each site reach by its own events."""
    sql = files("plantstack.ledger").joinpath("as_of.sql").read_text("utf-8")
    return {row["site"]: row["as_of"] for row in fetch_table(con, sql).to_pylist()}


def whole_scope(con: Calculator, as_of: Mapping[str, int]) -> pa.Table:
    """Every machine and lane of the sites, from where its books begin to `as_of` of its site."""
    machines = fetch_table(con, "select equipment, site from machine order by equipment").to_pylist()
    lanes = fetch_table(con, "select lane_equipment, equipment from lane order by all").to_pylist()
    sites = {row["equipment"]: row["site"] for row in machines}
    named = [(row["equipment"], row["equipment"], False) for row in machines]
    named += [(row["lane_equipment"], row["equipment"], True) for row in lanes]
    rows = [
        {
            "m": number,
            "equipment": name,
            "machine": machine,
            "is_lane": is_lane,
            "until_at": as_of[sites[machine]],
        }
        for number, (name, machine, is_lane) in enumerate(named, 1)
        if sites[machine] in as_of
    ]
    return pa.Table.from_pylist(rows, schema=SCOPE_SCHEMA)


def run_steps(
    con: Calculator,
    *,
    scope: pa.Table,
    carry: pa.Table | None = None,
    plan_versions: pa.Table | None = None,
    cuts: Iterable[int] = (),
) -> None:
    """Derive the machines of `scope`; the outputs stay in the connection as temporary tables.

    Needs `logged`, `gone` and the plant tables in the connection.
    """
    put_tables(
        con,
        {
            SCOPE: scope,
            CARRY: carry if carry is not None else CARRY_SCHEMA.empty_table(),
            CUT_AT: pa.table({"t": pa.array(list(cuts), pa.int64())}),
            PLAN_VERSION: plan_versions if plan_versions is not None else PLAN_SCHEMA.empty_table(),
        },
    )
    empty = {name for (name,) in con.execute(_EMPTY).fetchall()}
    for one in statements():
        if one.needs and one.needs <= empty and (one.is_more or one.target in empty):
            continue
        if con.execute(one.statement).fetchall() not in ([], [(0,)]):
            empty.discard(one.target)
        elif not one.is_more:
            empty.add(one.target)


class Statement(NamedTuple):
    """A statement of a step."""

    statement: duckdb.Statement
    target: str  # the table it makes or adds to, '' for none
    is_more: bool  # whether it adds to it
    needs: frozenset[str]  # it yields nothing where none of these tables has rows; no tables: it always runs


@cache
def statements() -> tuple[Statement, ...]:
    """The statements of all steps.

    They are parsed once a process: a small derivation costs what its statements cost.
    For the same reason flags are written as their bits, and not worked out from their names in each run.
    """
    texts = (_FLAG.sub(lambda found: str(flag_bit(found[1])), step.sql) for step in ledger_steps())
    with duckdb.connect() as con:
        return tuple(_read(one) for text in texts for one in con.extract_statements(text))


def _read(statement: duckdb.Statement) -> Statement:
    needs, target = NOTHING_WITHOUT.search(statement.query), _TARGET.search(statement.query)
    return Statement(
        statement,
        target[2] if target else "",
        target is not None and target[1] == "insert into",
        frozenset(needs[1].split(", ") if needs else ()),
    )


def outputs(con: Calculator) -> dict[str, pa.Table]:
    """Return what the last run left behind."""
    return {name: fetch_table(con, f"from {name}") for name in DERIVED}
