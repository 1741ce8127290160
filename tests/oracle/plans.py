"""Plans: frozen, edited, matched (BOOKS 8 and 10; R26).

> Attainment uses the plan as known at freeze (shift start - 1 h); later edits show as `plan_edited`.
> `qty_plan_matched`: line x product x slot
> R26: plan quantities are spread by R24's rounding over the scheduled time outside fixed breaks of their
> slot (over all of it if there is none). The plan of a slot is frozen one hour before the start of the shift
> that contains the slot's start: the version standing by told_at then, or the first version told when there
> was none. What differs later is `qty_plan_edited`. A slot is matched shift by shift (and day by day): the
> lesser of what was made in it and what is planned in it, until as_of; pieces made where nothing is planned
> belong to the shift before, of the first to it. On production days with a plan, good pieces of a product
> that no slot of their shift plans are evidence (`qty_without_plan`).

A *slot* is (equipment, product, order, from, until); what is told of it later is a new version. A plan of a
line is booked at the line's exit machine at the slot's start. `plan_edited` is signed: live - frozen.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from tests.oracle.counts import ZERO, shares
from tests.oracle.model import HOUR, Row, identity
from tests.oracle.pieces import Cells, Piece
from tests.oracle.sources import Sources
from tests.oracle.spans import span_row
from tests.oracle.standing import Standing
from tests.oracle.window import Machine

Slot = tuple[str, str, str, int, int]


def slot_of(row: Row) -> Slot:
    return (row["equipment"], row["product"], row["order_id"], row["from_at"], row["until_at"])


class Plans:
    """All versions of the plans of a machine, its lines' where it is their exit."""

    def __init__(self, machine: Machine, told: list[Row], dead: set[tuple[str, str]]) -> None:
        self.machine = machine
        living = [row for row in told if identity(row) not in dead]
        # a correction of any kind may win against a plan, where neither's target has come
        self._told = [row for row in living if row["kind"] == "plan" or row["sup_key"] is not None]
        self.slots = sorted({slot_of(row) for row in self._told if self._is_mine(row)})

    def _is_mine(self, row: Row) -> bool:
        if row["kind"] != "plan" or row["void"]:
            return False
        if row["at"] > self.machine.as_of or not self._in_calendar(row):
            return False
        if row["equipment"] == self.machine.name:
            return True
        return any(
            line["line"] == row["equipment"]
            and line["exit_machine"] == self.machine.name
            and line["from_at"] <= row["from_at"] < line["until_at"]
            for line in self.machine.plant.get("line", [])
        )

    def _in_calendar(self, row: Row) -> bool:
        calendar = self.machine.calendar
        return calendar.covers(row["from_at"]) and calendar.covers(row["until_at"] - 1)

    def live(self, slot: Slot) -> Decimal:
        return self._version(slot, self._told)

    def frozen(self, slot: Slot) -> Decimal:
        start = slot[3]
        shift = self.machine.calendar.tile(start)["shift"]
        freeze = (self.machine.calendar.span(start)[0] if shift else start) - HOUR
        instants = [row["told_at"] for row in self._told if slot_of(row) == slot and not row["void"]]
        known_by = max(freeze, min(instants))
        return self._version(slot, [row for row in self._told if row["told_at"] <= known_by])

    def _version(self, slot: Slot, told: list[Row]) -> Decimal:
        sources = Sources(self.machine.plant)
        rows = [row for row in Standing(told, sources).rows() if row["at"] <= self.machine.as_of]
        standing = [row for row in rows if slot_of(row) == slot]
        best = max(standing, key=sources.strength, default=None)
        return ZERO if best is None or best["qty"] is None else Decimal(best["qty"])

    def borders(self) -> set[int]:
        return {at for slot in self.slots for at in slot[3:]}


def plan_pieces(plans: Plans, cells: Cells) -> list[Piece]:
    """Frozen plans and their edits on the cells of the machine's books."""
    out: list[Piece] = []
    for slot in plans.slots:
        frozen, live = plans.frozen(slot), plans.live(slot)
        out += _spread(plans.machine, cells, slot, "plan", frozen)
        out += _spread(plans.machine, cells, slot, "plan_edited", live - frozen)
    return [piece for piece in out if piece.qty != 0]


def _spread(machine: Machine, cells: Cells, slot: Slot, kind: str, qty: Decimal) -> list[Piece]:
    out = []
    for since, until, share in _parts(machine, cells, slot, qty):
        if machine.begin <= since and until <= machine.as_of:
            out.append(Piece(since, cells.at(since), slot[2], slot[1], "", kind, share))
    return out


def _parts(machine: Machine, cells: Cells, slot: Slot, qty: Decimal) -> list[tuple[int, int, Decimal]]:
    start, end = slot[3], slot[4]
    marks = {start, end, machine.begin, machine.as_of} | {c.from_at for _, _, c in cells.between(start, end)}
    for tile in machine.calendar.tiles:
        marks |= {tile["from_at"], tile["until_at"]}
    marks_inside = sorted(at for at in marks if start <= at <= end)
    spans = list(pairwise(marks_inside))
    working = [span for span in spans if _is_working(machine, span[0])] or spans
    spread = shares(qty, [b - a for a, b in working])
    return [(since, until, share) for (since, until), share in zip(working, spread, strict=True)]


def _is_working(machine: Machine, at: int) -> bool:
    tile = machine.calendar.tile(at)
    return bool(tile["scheduled"]) and not tile["break_reason"]


def unplanned_pieces(plans: Plans, made: list[Piece]) -> list[Piece]:
    """R26: good pieces of products that no slot of their shift plans, on production days with a plan."""
    tiles = plans.machine.calendar.tiles
    planned = set()
    for slot in plans.slots:
        if plans.frozen(slot) > 0 or plans.live(slot) > 0:
            over = [tile for tile in tiles if tile["from_at"] < slot[4] and tile["until_at"] > slot[3]]
            planned |= {(tile["day"], tile["shift"], slot[1]) for tile in over}
    days = {day for day, _, _ in planned}
    out = []
    for piece in made:
        tile = piece.cell.tile
        is_planned = (tile["day"], tile["shift"], piece.product) in planned
        if piece.kind == "good" and tile["day"] in days and not is_planned:
            out.append(replace(piece, kind="without_plan", reason="", flags=frozenset()))
    return out


def slot_spans(plans: Plans, cells: Cells, made: list[Piece]) -> list[Row]:
    """One row per (plan, product, slot) that has begun, at the machine; its orders together.

    R26: one that is open has what was made until now of what is planned until now.
    """
    machine = plans.machine
    out = []
    totals: dict[tuple[str, str, int, int], Decimal] = {}
    for slot in plans.slots:
        key = (slot[0], slot[1], slot[3], slot[4])
        parts = _parts(machine, cells, slot, plans.frozen(slot))
        planned = sum((share for _, until, share in parts if until <= machine.as_of), ZERO)
        totals[key] = totals.get(key, ZERO) + planned
    for (_, product, start, end), planned in sorted(totals.items()):
        if not (machine.begin < end and start < machine.as_of):
            continue
        seen = min(end, machine.as_of)
        row = span_row(machine, "plan_slot", cells.all, start, seen, counted_at=seen - 1)
        own = {"order_id": "", "product": product, "qty_plan": planned, "closed": end <= machine.as_of}
        out.append({**row, **own, "qty_matched": min(_good(made, product, start, end), planned)})
    return out


def part_spans(plans: Plans, cells: Cells, made: list[Piece]) -> list[Row]:
    """One row per (plan, product, slot) and shift in it with a plan, at the machine; its orders together."""
    out: list[Row] = []
    for key in sorted({(slot[0], slot[1], slot[3], slot[4]) for slot in plans.slots}):
        out += _parts_of_slot(plans, cells, made, key)
    return out


def _parts_of_slot(
    plans: Plans, cells: Cells, made: list[Piece], key: tuple[str, str, int, int]
) -> list[Row]:
    machine, (_, product, start, end) = plans.machine, key
    parts: list[tuple[int, int, Decimal]] = []
    for slot in plans.slots:
        if (slot[0], slot[1], slot[3], slot[4]) == key:
            parts += _parts(machine, cells, slot, plans.frozen(slot))
    begins: dict[tuple[str, str, str], int] = {}
    for tile in machine.calendar.tiles:
        if tile["from_at"] < end and tile["until_at"] > start:
            begins.setdefault(_shift_of(tile), max(start, tile["from_at"]))
    planned = {_shift_of(machine.calendar.tile(since)) for since, _, _ in parts}
    shifts = sorted((at, shift) for shift, at in begins.items() if shift in planned)
    borders = [start, *(at for at, _ in shifts[1:]), end]
    out = []
    for (_, shift), (since, until) in zip(shifts, pairwise(borders), strict=True):
        mine = [
            one
            for one in parts
            if _shift_of(machine.calendar.tile(one[0])) == shift
            and machine.begin <= one[0]
            and one[1] <= machine.as_of
        ]
        if not mine:
            continue
        first, last = min(one[0] for one in mine), max(one[1] for one in mine)
        row = span_row(machine, "plan_part", cells.all, first, last, counted_at=last - 1)
        qty = sum((share for _, _, share in mine), ZERO)
        own = {"order_id": "", "product": product, "qty_plan": qty, "closed": until <= machine.as_of}
        out.append({**row, **own, "qty_matched": min(_good(made, product, since, until), qty)})
    return out


def _good(made: list[Piece], product: str, since: int, until: int) -> Decimal:
    """Good pieces of a span; those told at the very end of the books lie in its last cell (R3)."""
    mine = [piece for piece in made if piece.kind == "good" and piece.product == product]
    return sum(
        (one.qty for one in mine if since <= min(one.at, one.cell.until_at - 1) < until),
        ZERO,
    )


def _shift_of(tile: Row) -> tuple[str, str, str]:
    return tile["day"], tile["shift"], tile["crew"]
