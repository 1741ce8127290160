"""Changeovers and their standards (BOOKS 3 "Changeover"; R13).

> Changeover: standard by from->to class matrix, default by product; ends at the first good piece
> R13: the longest run of set-up segments of a machine, bridged by not_scheduled and planned_down and by any
> segment inside one implied set-up. Its own length is its seconds in account set-up. It is counted where its
> last own microsecond lies, once it has ended.

The product before is that of the last order current before it started, the product after that of the last
order current by its end.
"""

from __future__ import annotations

from tests.oracle.model import NOT_SCHEDULED, PLANNED_DOWN, SETUP, Plant, Row, Segment
from tests.oracle.orders import order_runs
from tests.oracle.spans import seconds, span_row
from tests.oracle.window import Machine


def changeover_spans(machine: Machine, segments: list[Segment]) -> list[Row]:
    out = []
    start = end = 0
    inside = False
    for segment in segments:
        if segment.account == SETUP:
            start = start if inside else segment.from_at
            end = segment.until_at
            inside = True
        elif inside and segment.account not in (NOT_SCHEDULED, PLANNED_DOWN) and segment.implied is None:
            out.append(_row(machine, segments, start, end, closed=True))
            inside = False
    if inside:
        out.append(_row(machine, segments, start, end, closed=False))
    return out


def _row(machine: Machine, segments: list[Segment], start: int, end: int, *, closed: bool) -> Row:
    runs = order_runs(machine)
    before = [run.product for run in runs if run.from_at < start]
    after = [run.product for run in runs if run.from_at <= end and run.from_at < machine.as_of]
    old, new = (before[-1] if before else ""), (after[-1] if after else "")
    row = span_row(machine, "changeover", segments, start, end, counted_at=end - 1)
    return {
        **row,
        "closed": closed,
        "own_us": seconds(segments, start, end, (SETUP,)),
        "std_us": standard(machine.plant, machine.name, old, new),
        "product_from": old,
        "product_to": new,
    }


def standard(plant: Plant, equipment: str, old: str, new: str) -> int | None:
    """Most specific first: both named, to named, from named, both '*', then the default by product."""
    classes = {row["product"]: row["class"] for row in plant.get("product_class", [])}
    old_class, new_class = classes.get(old, ""), classes.get(new, "")
    for wanted in ((old_class, new_class), ("*", new_class), (old_class, "*"), ("*", "*")):
        for row in plant.get("changeover", []):
            if row["equipment"] == equipment and (row["from_class"], row["to_class"]) == wanted:
                return int(row["standard_us"])
    for row in plant.get("changeover_default", []):
        if row["equipment"] == equipment and row["product"] == new:
            return int(row["standard_us"])
    return None
