"""Good pieces at the exit of a line as runs of one product, and the line's changeovers between them
(BOOKS 3 "Changeover"; R37).

> a line's changeover is last good of old to first good of new at the exit
> R37: product is the count's own, else the order's; pieces of no product do not matter. A spread count has
> its good pieces over all the time it is spread over.

Runs end with their page, so that a page says the same whatever else is derived.
"""

from __future__ import annotations

from itertools import groupby, pairwise
from typing import NamedTuple

from tests.oracle.changeovers import standard
from tests.oracle.counts import is_spread, judged_good
from tests.oracle.model import NOT_SCHEDULED, PLANNED_DOWN, RUN, UNKNOWN, Books, Plant, Row, Segment
from tests.oracle.pieces import Cells
from tests.oracle.spans import span_row
from tests.oracle.window import Machine


class Made(NamedTuple):
    """Good pieces of one product from one instant to another, told in one breath."""

    from_at: int
    until_at: int
    product: str
    day: str


def good_runs(machine: Machine, cells: Cells) -> list[Row]:
    """The runs of one product of an exit machine, none of any other machine."""
    if all(line["exit_machine"] != machine.name for line in machine.plant.get("line", [])):
        return []
    made = [one for count in machine.said("count") for one in _made(machine, cells, count) if one.product]
    out = []
    for (product, _), group in groupby(sorted(made), key=lambda one: (one.product, one.day)):
        run = list(group)
        start, end = min(one.from_at for one in run), max(one.until_at for one in run)
        placed = min(start, machine.as_of - 1)
        row = span_row(machine, "good_run", cells.all, start, end, counted_at=placed)
        out.append({**row, "product": product})
    return out


def _made(machine: Machine, cells: Cells, count: Row) -> list[Made]:
    if not judged_good(machine, count):
        return []
    if not is_spread(machine, count):
        at = count["at"] if count["from_at"] is None else max(machine.begin, count["at"] - 1)
        return [_of_cell(cells.at(at), count, at, at)]
    inside = cells.between(count["from_at"], count["at"])
    parts = [part for part in inside if part[2].account in (RUN, UNKNOWN)] or inside
    told = [_of_cell(cell, count, since, until) for since, until, cell in parts]
    together = groupby(sorted(told, key=lambda one: one[2:]), key=lambda one: one[2:])
    return [_whole(list(group)) for _, group in together]


def _of_cell(cell: Segment, count: Row, since: int, until: int) -> Made:
    return Made(since, until, count["product"] or cell.product, str(cell.tile["day"]))


def _whole(parts: list[Made]) -> Made:
    return parts[0]._replace(
        from_at=min(one.from_at for one in parts), until_at=max(one.until_at for one in parts)
    )


def line_changeovers(books: Books, plant: Plant) -> list[Row]:
    """From the last good piece of one product to the first of the next, counted with that one."""
    out = []
    for line in {line["line"] for line in plant.get("line", [])}:
        for old, new in pairwise(_runs_of(books, plant, line)):
            if old["product"] != new["product"]:
                out.append(_changeover(books, plant, line, old, new))
    return out


def _runs_of(books: Books, plant: Plant, line: str) -> list[Row]:
    exits = [row for row in plant["line"] if row["line"] == line]
    mine = [
        run
        for run in books.spans
        if run["kind"] == "good_run"
        and any(
            row["exit_machine"] == run["equipment"] and row["from_at"] <= run["from_at"] < row["until_at"]
            for row in exits
        )
    ]
    return sorted(mine, key=lambda run: (run["from_at"], run["until_at"], run["product"]))


def _changeover(books: Books, plant: Plant, line: str, old: Row, new: Row) -> Row:
    start, end = min(old["until_at"], new["from_at"]), new["from_at"]
    machine, products = new["equipment"], (old["product"], new["product"])
    idle = sum(
        max(0, min(row["until_at"], end) - max(row["from_at"], start))
        for row in books.ledger
        if row["equipment"] == machine and row["account"] in (NOT_SCHEDULED, PLANNED_DOWN)
    )
    std = standard(plant, line, *products)
    return {
        **new,
        "kind": "line_changeover",
        "from_at": start,
        "until_at": end,
        "own_us": end - start - idle,
        "std_us": standard(plant, machine, *products) if std is None else std,
        "product_from": products[0],
        "product_to": products[1],
    }
