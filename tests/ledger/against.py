"""Run the SQL derivation on the oracle's rows, and put both books into one comparable shape."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
from tests.oracle.model import Books, Row

from plantstack.engines.duckdb.calculator import Calculator, fetch_table, open_calculator, put_tables
from plantstack.engines.duckdb.derive import (
    GONE_SCHEMA,
    PLAN_SCHEMA,
    as_of_sites,
    outputs,
    put_event_view,
    put_plant,
    run_steps,
    whole_scope,
)
from plantstack.events.schema import EVENT
from plantstack.ledger.beside import BESIDE_SPAN, beside_scripts
from plantstack.ledger.rules import FLAGS
from plantstack.plant.schemas import SCHEMAS

# What the oracle calls a flag, where the product has the same by another name.
ORACLE_FLAGS = {"overtime_fault": "stopped_in_overtime", "moved_by_hand": "moved_out"}
TIME_FLAGS = {"unseen", "stopped_in_overtime", "moved_out", "assumed", "uncoded", "ramp"} | {
    *("coded", "contradicted", "late", "bulk", "skewed", "without_standard_cycle", "automatic")
}
PIECE_FLAGS = {"ramp", "without_standard_cycle"}
NO_PIECES = (
    *("reduced_capacity", "line_good", "scrap_planned", "scrap_unplanned"),
    *("above_ideal", "told_twice", "told_apart"),
)
TOTAL_CLASSES = ("good", "scrap", "rework", "startup_reject", "rest")


def plant_arrow(plant: Mapping[str, list[Row]]) -> dict[str, pa.Table]:
    """Plant rows as the Arrow tables of the plant package."""
    return {
        name: pa.Table.from_pylist(plant.get(name, []), schema=schema) for name, schema in SCHEMAS.items()
    }


def sql_books(
    events: list[Row],
    plant: Mapping[str, list[Row]],
    *,
    as_of: int | None = None,
    gone: list[int] | None = None,
    plan_versions: list[Row] | None = None,
    con: Calculator | None = None,
) -> dict[str, list[Row]]:
    """Derive with the SQL steps; rows as dictionaries."""
    con = con or open_calculator(threads=1)
    put_plant(con, plant_arrow(plant))
    put_tables(
        con,
        {
            "logged": pa.Table.from_pylist(events, schema=EVENT),
            "gone": pa.Table.from_pylist([{"log_offset": n} for n in gone or []], schema=GONE_SCHEMA),
        },
    )
    put_event_view(con)
    reach = as_of_sites(con) if as_of is None else {site["site"]: as_of for site in plant["site"]}
    if plan_versions is None:
        plan_versions = [
            {**e, "since_at": e["told_at"], "gone_at": None} for e in events if e["kind"] == "plan"
        ]
    run_steps(
        con,
        scope=whole_scope(con, reach),
        plan_versions=pa.Table.from_pylist(plan_versions, schema=PLAN_SCHEMA),
    )
    books = {name: table.to_pylist() for name, table in outputs(con).items()}
    books["spans_fact"] += _line_changeovers(con)
    return books


def _line_changeovers(con: Calculator) -> list[Row]:
    """The changeovers of lines, read off the books that the steps have left in the connection."""
    con.execute(f"create or replace temp table beside_span ({BESIDE_SPAN})")
    for table in ("ledger", "spans_fact"):
        name = "all_own_spans" if table == "spans_fact" else f"all_{table}"
        con.execute(f"create or replace temp view {name} as from {table}")
    for script in beside_scripts("line"):
        con.execute(script)
    rows: list[Row] = fetch_table(con, "from beside_span").to_pylist()
    return rows


def flag_names(bits: int) -> frozenset[str]:
    return frozenset(name for place, name in enumerate(FLAGS) if bits >> place & 1)


def _merge(rows: list[Row], keep: tuple[str, ...]) -> list[tuple[Any, ...]]:
    out: list[list[Any]] = []
    for row in sorted(rows, key=lambda r: (r["equipment"], r["from_at"])):
        told = [row[name] for name in keep]
        if out and out[-1][2:] == told and out[-1][1] == row["from_at"] and out[-1][2] == row["equipment"]:
            out[-1][1] = row["until_at"]
        else:
            out.append([row["from_at"], row["until_at"], *told])
    return [tuple(row) for row in out]


LEDGER = (
    "equipment",
    "day",
    "shift",
    "crew",
    "order_id",
    "product",
    "state",
    "account",
    "reason",
    "cause",
    "stop_at",
    "is_open",
    "statement",
    "flags",
)


def ledger_of_sql(books: dict[str, list[Row]], events: list[Row]) -> list[tuple[Any, ...]]:
    said = {e["log_offset"]: (e["source"], e["key"]) for e in events}
    rows = [
        {
            **row,
            "statement": said.get(row["state_offset"], ("", "")),
            "flags": flag_names(row["flags"]) & TIME_FLAGS,
        }
        for row in books["ledger"]
    ]
    return _merge(rows, LEDGER)


def ledger_of_oracle(books: Books) -> list[tuple[Any, ...]]:
    rows = [
        {
            **row,
            "stop_at": row["stop_id"],
            "is_open": row["open"],
            "statement": (row["source"], row["key"]),
            "flags": frozenset(ORACLE_FLAGS.get(f, f) for f in row["flags"]) & TIME_FLAGS,
        }
        for row in books.ledger
    ]
    return _merge(rows, LEDGER)


def time_of_sql(books: dict[str, list[Row]]) -> dict[tuple[Any, ...], int]:
    out: dict[tuple[Any, ...], int] = defaultdict(int)
    for r in books["time_fact"]:
        flags = flag_names(r["flags"]) & TIME_FLAGS
        key = (r["hour_from"], r["equipment"], r["day"], r["shift"], r["crew"], r["order_id"], r["product"])
        out[(*key, r["account"], r["reason"], flags)] += r["us"]
    return dict(out)


def time_of_oracle(books: Books) -> dict[tuple[Any, ...], int]:
    return {
        (*key[:-1], frozenset(ORACLE_FLAGS.get(f, f) for f in key[-1]) & TIME_FLAGS): us
        for key, us in books.time.items()
    }


def pieces_of_sql(books: dict[str, list[Row]]) -> dict[tuple[Any, ...], tuple[Any, Any]]:
    """Pieces by cell, class and flags, the total made of its exclusive classes; lanes apart."""
    out: dict[tuple[Any, ...], list[Any]] = defaultdict(lambda: [0, 0])
    for r in books["pieces_fact"]:
        if r["class"] in NO_PIECES:
            continue
        key = (r["hour_from"], r["equipment"], r["day"], r["shift"], r["crew"], r["order_id"], r["product"])
        for name in ("total", r["class"]) if r["class"] in TOTAL_CLASSES else (r["class"],):
            if name == "rest":
                continue
            reason = "" if name == "total" else r["reason"]
            flags = flag_names(r["flags"]) & PIECE_FLAGS
            if r["class"] not in TOTAL_CLASSES:
                flags -= {"without_standard_cycle"}  # what is made takes time, once
            cell = out[(*key, r["account"], reason, name, r["standard"], flags)]
            cell[0] += r["qty"]
            cell[1] += 0 if name == "total" else r["ideal"] or 0  # rounded class by class
    return {key: (qty, ideal) for key, (qty, ideal) in out.items() if qty}


def pieces_of_oracle(books: Books) -> dict[tuple[Any, ...], tuple[Any, Any]]:
    out: dict[tuple[Any, ...], list[Any]] = defaultdict(lambda: [0, 0])
    for key, (qty, ideal, std) in books.pieces.items():
        if key[9] in ("param_checks", "param_ok"):
            continue
        doubt = {"without_standard_cycle"} if std is None and key[9] in (*TOTAL_CLASSES, "total") else set()
        cell = out[(*key[:-1], key[-1] & PIECE_FLAGS | doubt)]
        cell[0] += qty
        cell[1] += 0 if key[9] == "total" else ideal
    return {key: (qty, ideal) for key, (qty, ideal) in out.items() if qty}


def lanes_of_sql(books: dict[str, list[Row]], lanes: int) -> dict[tuple[Any, ...], int]:
    """Lane-microseconds lost while machines ran, by cell and whether it lies in a ramp."""
    out: dict[tuple[Any, ...], int] = defaultdict(int)
    for r in books["pieces_fact"]:
        if r["class"] == "reduced_capacity":
            key = (
                r["hour_from"],
                r["equipment"],
                r["day"],
                r["shift"],
                r["crew"],
                r["order_id"],
                r["product"],
            )
            out[(*key, "ramp" in flag_names(r["flags"]))] += int(r["ideal"] * 1_000_000 * lanes)
    return dict(out)


def above_ideal_of_sql(books: dict[str, list[Row]]) -> dict[tuple[Any, ...], Any]:
    """Seconds beyond what can be, by cell."""
    names = ("hour_from", "equipment", "day", "shift", "crew", "order_id", "product", "account")
    rows = [row for row in books["pieces_fact"] if row["class"] == "above_ideal"]
    return {tuple(row[name] for name in names): row["ideal"] for row in rows}


SPAN = (
    "kind",
    "equipment",
    "class",
    "from_at",
    "until_at",
    "closed",
    "own_us",
    "scheduled_us",
    "hidden_us",
    "std_us",
    "reason",
    "product_from",
    "product_to",
    "order_id",
    "product",
    "shift",
    "crew",
    "day",
    "hour_from",
)
RULE_KINDS = ("rule_kept", "rule_confirmed", "rule_overridden")
RULE_SPAN = ("kind", "equipment", "class", "from_at", "until_at", "closed", "own_us", "reason")
PLAN_SPAN = (
    "kind",
    "equipment",
    "product",
    "from_at",
    "until_at",
    "closed",
    "shift",
    "day",
    "hour_from",
    "qty",
    "qty_matched",
)


def spans_of_sql(books: dict[str, list[Row]], kind: str) -> list[tuple[Any, ...]]:
    rows = [{**row, "closed": row["is_closed"]} for row in books["spans_fact"] if row["kind"] == kind]
    # episodes that ended under the failure limit are kept in a class of their own, and are no failures (R21)
    return _spans([row for row in rows if not (row["class"] == "minor" and row["closed"])], kind)


def spans_of_oracle(books: Books, kind: str) -> list[tuple[Any, ...]]:
    rows = [{**row, "qty": row.get("qty_plan")} for row in books.spans if row["kind"] == kind]
    return _spans(rows, kind)


def _spans(rows: list[Row], kind: str) -> list[tuple[Any, ...]]:
    drop = {"stop": {"scheduled_us", "hidden_us", "std_us", "product_from", "product_to"}}
    drop["changeover"] = {"class", "scheduled_us", "hidden_us", "reason"}
    drop["line_changeover"] = {"class", "closed", "scheduled_us", "hidden_us", "reason"}
    drop["good_run"] = {"class", "closed", "own_us", "scheduled_us", "hidden_us", "std_us", "reason"}
    drop["failure"] = {"class", "own_us", "std_us", "product_from", "product_to"}
    named = dict.fromkeys(("plan_slot", "plan_part"), PLAN_SPAN) | dict.fromkeys(RULE_KINDS, RULE_SPAN)
    names = named.get(kind) or tuple(n for n in SPAN if n not in drop[kind])
    return sorted((tuple(row[name] for name in names) for row in rows), key=str)
