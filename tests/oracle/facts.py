"""Ledger rows, and the fact tables of time and pieces (BOOKS 9; R25).

> Everything summed is an integer or DECIMAL [...] ideal seconds DECIMAL(38,9) = cycle as written x summed
> pieces per (standard, cell).
> `time` (hour, equipment, shift, crew, order, product, account, reason -> us), `pieces` (same keys, class,
> reason -> qty)

Evidence on time: `unseen` (BOOKS 3 rule 6), `overtime_fault` (rule 3), `moved_by_hand` (rule 5), `assumed`
(BOOKS 14), `uncoded` (BOOKS 5: "Catch-all leaves count as uncoded"), `ramp` (R36).
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from tests.oracle.accounts import leaves
from tests.oracle.counts import CLASSES, ZERO
from tests.oracle.doubts import flags_of_telling
from tests.oracle.model import (
    MICRO_STOP,
    NOT_SCHEDULED,
    PLANNED_DOWN,
    RUN,
    PieceKey,
    Row,
    Segment,
    TimeKey,
    half_up,
)
from tests.oracle.pieces import Cells, Piece
from tests.oracle.rules import is_automatic
from tests.oracle.window import Machine


def flags_of(machine: Machine, segment: Segment, known: dict[str, Row]) -> frozenset[str]:
    flags = set()
    if segment.state == "unknown" and segment.account in (NOT_SCHEDULED, PLANNED_DOWN):
        flags.add("unseen")
    if segment.state == "fault" and segment.account == NOT_SCHEDULED:
        flags.add("overtime_fault")
    by = segment.symptom["source"] if segment.symptom else ""
    if (
        segment.account == PLANNED_DOWN
        and by
        and machine.sources.person(by)
        and not is_automatic(segment.symptom)
    ):
        flags.add("moved_by_hand")
    if segment.statement is not None and segment.statement["method"] == "assumed":
        flags.add("assumed")
    if _is_uncoded(machine, segment, known):
        flags.add("uncoded")
    if segment.in_ramp and segment.account == RUN:
        flags.add("ramp")
    if segment.account == RUN and not _has_standard_cycle(machine, segment.from_at):
        flags.add("without_standard_cycle")
    return frozenset(flags | flags_of_telling(machine, machine.doubts, segment, known))


def _has_standard_cycle(machine: Machine, at: int) -> bool:
    """R44: whether any product has a standard cycle on the machine."""
    return any(
        row["equipment"] == machine.name and row["std_num"] is not None
        for row in machine.plant.get("standard", [])
        if row["from_at"] <= at < row["until_at"]
    )


def _is_uncoded(machine: Machine, segment: Segment, known: dict[str, Row]) -> bool:
    stop = segment.stop
    if stop is None or segment.account == MICRO_STOP:
        return False
    if stop.closed and stop.own_us < int(machine.row["micro_us"]):
        return False
    leaf = known.get(segment.symptom["reason"]) if segment.symptom else None
    if leaf is None and segment.account == "waiting" and segment.state in ("starved", "blocked"):
        return False  # R35: the machine says why it waits
    return leaf is None or bool(leaf["catch_all"])


def facts_of_segment(machine: Machine, segment: Segment, known: dict[str, Row]) -> Row:
    """A ledger row without its span."""
    said, stop, tile = segment.statement, segment.stop, segment.tile
    return {
        "equipment": machine.name,
        "day": tile["day"],
        "shift": tile["shift"],
        "crew": tile["crew"],
        "order_id": segment.order_id,
        "product": segment.product,
        "state": segment.state,
        "account": segment.account,
        "reason": segment.symptom["reason"] if segment.symptom else "",
        "cause": segment.cause["reason"] if segment.cause else "",
        "source": said["source"] if said else "",
        "key": said["key"] if said else "",
        "stop_id": stop.from_at if stop else None,
        "open": stop is not None and not stop.closed,
        "flags": flags_of(machine, segment, known),
    }


def ledger_rows(machine: Machine, segments: list[Segment]) -> list[Row]:
    """Adjacent segments of one tile that say the same are one row."""
    known = leaves(machine)
    out: list[Row] = []
    last: tuple[int, Row] | None = None
    for segment in segments:
        this = (segment.tile["from_at"], facts_of_segment(machine, segment, known))
        if this == last:
            out[-1]["until_at"] = segment.until_at
        else:
            out.append({"from_at": segment.from_at, "until_at": segment.until_at, **this[1]})
        last = this
    return out


def time_facts(machine: Machine, cells: Cells) -> dict[TimeKey, int]:
    known = leaves(machine)
    out: dict[TimeKey, int] = {}
    for cell in cells.all:
        row = facts_of_segment(machine, cell, known)
        names = ("equipment", "day", "shift", "crew", "order_id", "product", "account", "reason", "flags")
        key: Any = (machine.calendar.hour(cell.from_at), *(row[name] for name in names))
        out[key] = out.get(key, 0) + cell.length
    return out


def standard_at(machine: Machine, product: str, at: int) -> Row | None:
    """The product's own standard at an instant, else the machine's default."""
    for wanted in (product, ""):
        for row in machine.plant.get("standard", []):
            mine = row["equipment"] == machine.name and row["product"] == wanted
            if mine and row["from_at"] <= at < row["until_at"]:
                return row
    return None


def piece_facts(
    machine: Machine, pieces: list[Piece]
) -> dict[PieceKey, tuple[Decimal, Decimal, Decimal | None]]:
    """R25: sum the pieces of each (standard, fact row), then multiply once."""
    summed: dict[PieceKey, Decimal] = {}
    standards: dict[PieceKey, Row | None] = {}
    for piece in pieces:
        row = (
            standard_at(machine, piece.product, piece.at)
            if piece.kind in CLASSES and piece.has_cycle
            else None
        )
        key = _piece_key(machine, piece, row)
        summed[key] = summed.get(key, ZERO) + piece.qty
        standards[key] = row
    return {key: (qty, *_seconds(qty, standards[key])) for key, qty in summed.items() if qty != 0}


def _piece_key(machine: Machine, piece: Piece, standard: Row | None) -> PieceKey:
    tile = piece.cell.tile
    return (
        machine.calendar.hour(piece.cell.from_at),
        machine.name,
        tile["day"],
        tile["shift"],
        tile["crew"],
        piece.order_id,
        piece.product,
        piece.account,
        piece.reason,
        piece.kind,
        None if standard is None else standard["standard"],
        piece.flags,
    )


def _seconds(qty: Decimal, standard: Row | None) -> tuple[Decimal, Decimal | None]:
    if standard is None:
        return half_up(Fraction(0), 9), None
    ideal = Fraction(standard["ideal_num"]) / Fraction(standard["ideal_den"])
    if standard["std_num"] is None:
        return half_up(Fraction(qty) * ideal, 9), None
    planned = Fraction(standard["std_num"]) / Fraction(standard["std_den"])
    return half_up(Fraction(qty) * ideal, 9), half_up(Fraction(qty) * planned, 9)
