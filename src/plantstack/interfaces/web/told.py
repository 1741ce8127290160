"""What a shift came to and what to do first, as parts of pages; worked out beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from plantstack.errors import QueryError
from plantstack.insights.telling.facts_of_shift import ShiftFacts
from plantstack.insights.telling.render import Reader
from plantstack.interfaces.asked_model import Retelling
from plantstack.interfaces.asked_otherwise import said_otherwise
from plantstack.interfaces.asked_shift import priority_rows, shifts_known, summary_rows
from plantstack.interfaces.telling import reader_of, zone_of
from plantstack.interfaces.web.formats import moment
from plantstack.interfaces.web.page import Reading
from plantstack.live.study import NotYet
from plantstack.stack import Stack

Row = dict[str, Any]
OWNERS = ("supervisor", "planner")
"""Roles whose home says what to do first."""


def sentences(
    visit: Reading, scope: str, shift: str = "now", retelling: Retelling | None = None
) -> list[Row] | None:
    """What is said of a shift, one row a sentence; None while it is worked out.

    Args:
        visit: who looks.
        scope: id of a place.
        shift: the word that names it.
        retelling: says them otherwise; None: as they were generated.
    """
    rows = _rows(visit, scope, shift, summary_rows)
    said = [one for one in rows or () if one["row"] == "sentence"]
    if retelling is not None:
        said = [dict(one) for one in said_otherwise(said, retelling, lambda place: _reader(visit, place))]
    return None if rows is None else said


def first_things(visit: Reading, scope: str) -> list[Row] | None:
    """What to do first until the shift ends; None while it is worked out."""
    return _rows(visit, scope, "now", priority_rows)


def _rows(
    visit: Reading, scope: str, shift: str, rows_of: Callable[[ShiftFacts, Reader], list[Row]]
) -> list[Row] | None:
    found = _known(visit, scope, shift)
    if found is None:
        return None
    rows: list[Row] = []
    for facts in found:
        reader = _reader(visit, facts.place)
        told = facts if "money" in visit.sender.may else facts.without_money()
        for row in rows_of(told, reader):
            rows.append({**row, "href": _href(row, facts, reader.zone)})
    return rows


def _reader(visit: Reading, place: str) -> Reader:
    return reader_of(visit.plant, zone_of(visit.plant, place) if place else visit.zone, visit.language)


def _known(visit: Reading, scope: str, shift: str) -> Sequence[ShiftFacts] | None:
    now = visit.now

    def asked(stack: Stack) -> list[ShiftFacts]:
        try:
            return list(shifts_known(stack, scope, shift, now))
        except QueryError:  # no shift was worked here
            return []

    try:
        return visit.study(("shift facts", scope, shift), asked).value
    except NotYet:
        return None


def _href(row: Row, facts: ShiftFacts, zone: str) -> str:
    """Where the fact behind a sentence can be looked at."""
    kind, id_ = row["link"]["kind"], row["link"]["id"]
    if kind == "kpi":
        day, place = moment(facts.start, zone).date().isoformat(), row["says"]["values"]["line"]["id"]
        return f"/lineage/{id_}/{place}/{day}..{day}"
    if kind == "finding":
        return f"/findings/{facts.place}#f-{id_}"
    return f"/line/{id_}" if kind == "equipment" and id_ else ""
