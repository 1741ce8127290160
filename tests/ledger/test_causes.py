"""Whose loss the stops of a line are: the SQL says what the oracle says, and adds nothing to the total."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.oracle.causes import STOPS, Entry, Flow

from plantstack.engines.duckdb.calculator import Calculator, fetch_table, open_calculator, put_tables
from plantstack.events.schema import EVENT
from plantstack.ledger.beside import BESIDE_SPAN, beside_scripts
from plantstack.ledger.outputs import LEDGER
from plantstack.plant.schemas import SCHEMAS

S = 1_000_000
HOUR = 3600 * S
FAR = 2**50

# Account and state, the likely ones more often.
_DID = [
    *[("run", "producing")] * 3,
    *[("waiting", "starved")] * 3,
    *[("waiting", "blocked")] * 2,
    *[("other_stop", "stopped"), ("breakdown", "fault"), ("micro_stop", "stopped"), ("setup", "setup")],
    *[("planned_down", "planned_stop"), ("unknown", "unknown"), ("no_order", "idle"), ("waiting", "waiting")],
]
_REASONS = ("", "jam", "leak")


@st.composite
def flows(draw: st.DrawFn, line: str) -> Flow:
    """A line of two to five machines, some side by side, that live for two and a half hours."""
    names = [f"{line}-m{number}" for number in range(draw(st.integers(2, 5)))]
    places, place = {}, 0
    for name in names:
        place += 0 if place and draw(st.integers(0, 4)) == 0 else 1
        places[name] = place
    rooms = {name: Fraction(draw(st.sampled_from((0, 30, 45, 600)))) for name in names}
    cycles = {name: Fraction(draw(st.sampled_from(("0.5", "1", "2.4")))) for name in names}
    cycles.pop(draw(st.sampled_from((*names, "none"))), None)
    return Flow(places, rooms, cycles, {name: draw(ledgers()) for name in names})


Watched = dict[str, tuple[Flow, str]]
"""Lines with the machine at which their stops are counted."""


@st.composite
def floors(draw: st.DrawFn) -> Watched:
    """Six lines side by side."""
    found = {line: draw(flows(line)) for line in "abcdef"}
    return {line: (flow, draw(st.sampled_from(sorted(flow.places)))) for line, flow in found.items()}


@st.composite
def ledgers(draw: st.DrawFn) -> list[Entry]:
    cuts = {draw(st.integers(1, 9000)) if draw(st.booleans()) else draw(st.integers(1, 30)) * 300}
    cuts |= set(draw(st.lists(st.integers(1, 179).map(lambda n: n * 50), max_size=14)))
    bounds = [0, *sorted(cuts - {9000}), 9000]
    out = []
    for start, end in pairwise(bounds):
        account, state = draw(st.sampled_from(_DID))
        reason = draw(st.sampled_from(_REASONS)) if account in STOPS else ""
        out.append(Entry(start * S, end * S, account, state, reason))
    return out


def calculator() -> Calculator:
    con = open_calculator()
    empty = {name: SCHEMAS[name].empty_table() for name in ("lane", "source_rule")}
    put_tables(con, empty)
    leaf = {"account": "other_stop", "catch_all": False, "group_path": "", "label": "", "kind": "stop"}
    owners = {"jam": "production", "leak": "maintenance"}
    reasons = [
        {"reason": name, "owner": owner, "allowance_us": None, **leaf} for name, owner in owners.items()
    ]
    put(con, "reason", reasons)
    put_tables(con, {"gone": pa.table({"log_offset": pa.array([], pa.int64())})})
    tile = {"calendar": "c", "from_at": -FAR, "until_at": FAR, "day": "d", "shift": "s", "crew": ""}
    put(con, "tile", [{**tile, "scheduled": True, "break_reason": "", "zone_off_us": 0}])
    return con


def put(con: Calculator, name: str, rows: list[dict[str, Any]]) -> None:
    put_tables(con, {name: pa.Table.from_pylist(rows, schema=SCHEMAS[name])})


def fill(con: Calculator, floor: Watched) -> None:
    """Run the SQL of the family over ledgers."""
    always = {"from_at": -FAR, "until_at": FAR}
    line: list[dict[str, Any]] = []
    flow: list[dict[str, Any]] = []
    placement: list[dict[str, Any]] = []
    calendar: list[dict[str, Any]] = []
    standard: list[dict[str, Any]] = []
    pace = {"product": "", "ideal_den": Decimal(1), "std_num": None, "std_den": None, **always}
    for name, (one, watched) in floor.items():
        line.append({"line": name, "exit_machine": watched, "constraint_machine": "", **always})
        stands = {"parent": name, "line": name, "area": "", "site": "s", **always}
        for machine, place in one.places.items():
            room = Decimal(int(one.rooms[machine])) or None
            flow.append({"line": name, "position": place, "equipment": machine, "buffer_after": room})
            placement.append({"equipment": machine, "path": machine, **stands})
            calendar.append({"equipment": machine, "calendar": "c", **always})
        for machine, cycle in one.cycles.items():
            ideal = Decimal(str(float(cycle)))
            standard.append({"standard": len(standard), "equipment": machine, "ideal_num": ideal, **pace})
    put(con, "line", line)
    put(con, "flow", flow)
    put(con, "placement", placement)
    put(con, "machine_calendar", calendar)
    put(con, "standard", standard)
    put_tables(con, {"everything": EVENT.empty_table()})
    put_ledger(con, floor)
    con.execute(f"create or replace temp table beside_span ({BESIDE_SPAN})")
    for script in beside_scripts("cause"):
        con.execute(script)


def put_ledger(con: Calculator, floor: Watched) -> None:
    con.execute(f"create or replace temp table all_ledger ({LEDGER})")
    told = {"day": "d", "shift": "s", "crew": "", "order_id": "", "product": ""}
    rows = [
        {
            "equipment": machine,
            "from_at": one.from_at,
            "until_at": one.until_at,
            "state": one.state,
            "account": one.account,
            "reason": one.reason,
            "stop_at": one.from_at if one.account in STOPS else None,
            **told,
        }
        for flow, _ in floor.values()
        for machine, entries in flow.ledgers.items()
        for one in entries
    ]
    con.register("told", pa.Table.from_pylist(rows))
    con.execute("insert into all_ledger by name from told")
    con.unregister("told")


CON = calculator()
NAMED = {"(set-up)", "(no order)", "(short stops)"}  # what the SQL calls a run that owes no reason


@given(floors())
def test_the_sql_lays_stops_where_the_oracle_does(floor: Watched) -> None:
    fill(CON, floor)
    rows = fetch_table(CON, "from cause_row where kind = 'exit_loss' order by line, from_at").to_pylist()
    came = [
        (
            *(row["from_at"], row["until_at"], row["outcome"], row["cause"], row["confidence"]),
            *(tuple(row["candidates"].split(",")) if row["candidates"] else (), row["reason"]),
        )
        for row in rows
    ]
    wanted = [
        (
            *(one.from_at, one.until_at, laid.outcome, laid.machine, laid.confidence),
            *(laid.candidates, laid.reason),
        )
        for _, (flow, watched) in sorted(floor.items())
        for one, laid in flow.of_stops(watched)
    ]
    assert [(*row[:6], "" if row[6] in NAMED else row[6]) for row in came] == wanted


@settings(max_examples=20)
@given(floors())
def test_no_second_is_lost_or_won(floor: Watched) -> None:
    fill(CON, floor)
    stopped = sum(
        one.until_at - one.from_at
        for flow, watched in floor.values()
        for one in flow.ledgers[watched]
        if one.account in STOPS
    )
    for kind in ("line_loss", "exit_loss"):
        sql = f"select coalesce(sum(own_us), 0)::bigint from beside_span where kind = '{kind}'"
        assert CON.execute(sql).fetchall() == [(stopped,)]
    over = CON.execute(
        "select count(*) from beside_span where from_at // 3600000000 != (until_at - 1) // 3600000000"
        " or hour_from != from_at // 3600000000 * 3600000000"
    ).fetchall()
    assert over == [(0,)]
