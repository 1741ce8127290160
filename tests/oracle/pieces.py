"""Pieces: every count, inspection and check on the cell it belongs to (BOOKS 6; R3, R24, R25).

> Half-open: a count at an instant belongs to the segment that contains it.
> a count at as_of belongs to the segment ending there
> R25: order and product of pieces are the count's own where given, else the segment's. Standards are
> looked up at the placement instant.

A *cell* is a final segment cut at hours, at the borders of standards and of plan slots.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from tests.oracle.counts import REJECTED, classes, in_pieces, is_spread, likely_factor, spread
from tests.oracle.model import RUN, UNKNOWN, Row, Segment, cut, half_up
from tests.oracle.window import Machine


@dataclass(frozen=True)
class Piece:
    """Some pieces of one class at one instant."""

    at: int
    cell: Segment
    order_id: str
    product: str
    account: str
    kind: str
    qty: Decimal
    reason: str = ""
    flags: frozenset[str] = frozenset()
    has_cycle: bool = True  # inspections look at pieces, they take no machine time


class Cells:
    """The cells of a machine in time order."""

    def __init__(self, machine: Machine, segments: list[Segment], more_cuts: set[int]) -> None:
        marks = set(more_cuts)
        for row in machine.plant.get("standard", []):
            if row["equipment"] == machine.name:
                marks |= {row["from_at"], row["until_at"]}
        hourly = [part for one in segments for part in cut([one], machine.calendar.hour_cuts(one))]
        self.all = cut(hourly, marks)
        self._starts = [cell.from_at for cell in self.all]

    def at(self, instant: int) -> Segment:
        """The cell of an instant; at the end of the books it is the last one (R3)."""
        return self.all[max(0, bisect_right(self._starts, instant) - 1)]

    def between(self, start: int, end: int) -> list[tuple[int, int, Segment]]:
        first = max(0, bisect_right(self._starts, start) - 1)
        last = bisect_right(self._starts, end - 1)
        inside = [(max(c.from_at, start), min(c.until_at, end), c) for c in self.all[first:last]]
        return [(since, until, cell) for since, until, cell in inside if since < until]


def pieces_of(machine: Machine, cells: Cells) -> list[Piece]:
    out: list[Piece] = []
    for count in machine.said("count"):
        out += _of_a_count(machine, cells, count)
    for row in machine.said("inspection", "setup_check"):
        if row["at"] >= machine.begin:
            said = _inspected(row) if row["kind"] == "inspection" else _checked(row)
            out += _pieces(row, row["at"], cells.at(row["at"]), said, frozenset())
    return [piece for piece in out if piece.qty != 0]


def _of_a_count(machine: Machine, cells: Cells, count: Row) -> list[Piece]:
    at = count["at"] if count["from_at"] is None else max(machine.begin, count["at"] - 1)
    factor = in_pieces(machine, count, count["product"] or cells.at(at).product)
    said = classes(machine, count, Decimal(1) if factor is None else factor)
    if not said:
        return []
    flags = frozenset() if count["from_at"] is None else frozenset({"from"})
    if not is_spread(machine, count):
        if factor is None:
            return [_unconverted(machine, count, at, cells.at(at), said)]
        return _pieces(count, at, cells.at(at), said, flags)
    inside = cells.between(count["from_at"], count["at"])
    parts = [part for part in inside if part[2].account in (RUN, UNKNOWN)] or inside
    out: list[Piece] = []
    lengths = [until - since for since, until, _ in parts]
    for (since, _, cell), share in zip(parts, spread(said, lengths), strict=True):
        if factor is None:
            out.append(_unconverted(machine, count, since, cell, share))
            continue
        gap = {"over_gap"} if cell.account == UNKNOWN else set()
        out += _pieces(count, since, cell, share, flags | {"spread"} | gap)
    return out


def _unconverted(machine: Machine, row: Row, at: int, cell: Segment, said: dict[str, Decimal]) -> Piece:
    """R43: packs without a factor, as the pieces they may hold."""
    qty = half_up(Fraction(said["total"]) * Fraction(likely_factor(machine, row["unit"])), 6)
    order, product = row["order_id"] or cell.order_id, row["product"] or cell.product
    return Piece(at, cell, order, product, cell.account, "unconverted", qty, reason=row["unit"])


def _pieces(row: Row, at: int, cell: Segment, said: dict[str, Decimal], flags: frozenset[str]) -> list[Piece]:
    if row["kind"] == "count" and "first_pass" in said:
        said = {**said, "inspected": said["total"]}
    ramp = {"ramp"} if row["kind"] == "count" and cell.in_ramp else set()
    out = []
    for kind, qty in said.items():
        unjudged = {"unjudged"} if kind == "total" and "good" not in said else set()
        out.append(
            Piece(
                at,
                cell,
                row["order_id"] or cell.order_id,
                row["product"] or cell.product,
                cell.account,
                kind,
                qty,
                reason=(row["reason"] or "") if kind in REJECTED else "",
                flags=flags | unjudged | ramp,
                has_cycle=row["kind"] == "count",
            )
        )
    return out


def _inspected(row: Row) -> dict[str, Decimal]:
    named = {"inspected": "n", "first_pass": "n_ok", "defects": "defects", "opportunities": "opportunities"}
    return {kind: row[column] for kind, column in named.items() if row[column] is not None}


def _checked(row: Row) -> dict[str, Decimal]:
    """A check passes by its own word, else by low <= value <= high; a limit not given holds."""
    passed = row["ok"]
    if passed is None:
        above = row["low"] is None or row["low"] <= row["value"]
        passed = above and (row["high"] is None or row["value"] <= row["high"])
    return {"param_checks": Decimal(1), "param_ok": Decimal(1 if passed else 0)}
