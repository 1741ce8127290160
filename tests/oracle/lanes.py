"""Lanes and cavities: reduced capacity (BOOKS 6).

> `parallel: n` lanes or cavities: lost fraction x time is loss leaf `reduced_capacity`.

A lane runs with its machine unless its own current state is known and not producing. Lane states hold to
the next one: silence does not cut them, and they are no signs of life of the machine.
"""

from __future__ import annotations

from tests.oracle.model import RUN, LaneKey, Row, Segment, cut
from tests.oracle.pieces import Cells
from tests.oracle.window import Machine


def lost_lanes(machine: Machine, standing: list[Row], cells: Cells) -> dict[LaneKey, int]:
    """Lane-microseconds lost during the machine's run, by cell."""
    lanes = [row for row in machine.plant.get("lane", []) if row["equipment"] == machine.name]
    lost: dict[LaneKey, int] = {}
    for lane in lanes:
        said = [
            row
            for row in standing
            if row["kind"] == "state"
            and row["equipment"] == lane["lane_equipment"]
            and row["at"] <= machine.as_of
        ]
        marks = {row["at"] for row in said} | {row["until_at"] for row in said if row["until_at"] is not None}
        for part in cut([cell for cell in cells.all if cell.account == RUN], marks):
            if _is_off(machine, said, part.from_at):
                key = _key(machine, part)
                lost[key] = lost.get(key, 0) + part.length
    return lost


def _is_off(machine: Machine, said: list[Row], at: int) -> bool:
    bases = [row for row in said if row["until_at"] is None and row["at"] <= at]
    base = max(bases, key=machine.sources.order, default=None)
    covers = [row for row in said if row["until_at"] is not None and row["at"] <= at < row["until_at"]]
    current = max(covers + ([base] if base else []), key=machine.sources.strength, default=None)
    return current is not None and current["state"] not in ("producing", "unknown")


def _key(machine: Machine, part: Segment) -> LaneKey:
    tile = part.tile
    hour = machine.calendar.hour(part.from_at)
    where = (hour, machine.name, tile["day"], tile["shift"], tile["crew"])
    return (*where, part.order_id, part.product, part.in_ramp)
