"""Who is named behind a doubt is who it is about: of what a line puts out, its exit."""

from __future__ import annotations

from pathlib import Path

from tests.stack import floor

from plantstack.intervals import HOUR, rfc3339
from plantstack.stack import Stack


def test_doubt_of_what_a_line_puts_out_is_named_by_its_exit(tmp_path: Path) -> None:
    """Every machine was typed in; what was typed at the filler is no doubt of what left the line."""
    events: list[floor.Wire] = []
    for machine in floor.MACHINES:
        start = floor.START
        told = {"equipment": machine, "source": "tablet-1"}
        events.append(
            {**told, "kind": "state", "at": rfc3339(start), "state": "producing", "key": f"s{machine}"}
        )
        for hour in range(1, 9):
            at = rfc3339(start + hour * HOUR)
            events.append({**told, "kind": "count", "at": at, "good": 500, "key": f"{machine}{hour}"})
    path = floor.plant(tmp_path / "plant")
    floor.load(path, floor.written(tmp_path, "events.ndjson", events))
    with Stack.open(path) as stack:
        lines = {machine: stack.plant.spans[machine][-1].line for machine in floor.MACHINES}
        exits = {name for _, name in stack.plant.lines[lines["filler"]].exit}
        rows = stack.kpis(["good_parts"], scope=lines["filler"]).rows
        own = stack.kpis(["good_parts"], scope="filler").rows
    named = {one["measure"]: one["named"] for row in rows for one in row["trust"]["limits"]}
    of_exits = {name: told for name, told in named.items() if name.startswith("qty_exit_")}
    assert of_exits and all(set(told) == exits for told in of_exits.values())
    assert {name for row in own for one in row["trust"]["limits"] for name in one["named"]} == {"filler"}
