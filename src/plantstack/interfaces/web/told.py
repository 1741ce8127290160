"""What a shift came to and what to do first, as parts of pages; worked out beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from plantstack.errors import QueryError
from plantstack.insights.telling.facts_of_shift import ShiftFacts
from plantstack.insights.telling.render import Reader
from plantstack.interfaces.asked_model import Retelling
from plantstack.interfaces.asked_otherwise import said_otherwise
from plantstack.interfaces.asked_shift import (
    no_shift_text,
    priority_rows,
    shifts_known,
    shifts_to_come,
    summary_rows,
)
from plantstack.interfaces.telling import reader_of, zone_of
from plantstack.interfaces.web import formats
from plantstack.interfaces.web.formats import moment
from plantstack.interfaces.web.page import Reading
from plantstack.intervals import told_us
from plantstack.live.study import NotYet, Studied
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
    now = visit.now
    key = ("shift facts", scope, shift)
    studied = _studied(visit, key, lambda stack: shifts_known(stack, scope, shift, now))
    rows = _rows(visit, studied.value if studied else None, summary_rows)
    said = [{**one, "studied": studied} for one in rows or () if one["row"] == "sentence"]
    if retelling is not None:
        said = [dict(one) for one in said_otherwise(said, retelling, lambda place: _reader(visit, place))]
    return None if rows is None else said


def first_things(visit: Reading, scope: str) -> list[Row] | None:
    """What to do first until the shift ends, or in the next where none runs; None while it is worked out."""
    now = visit.now
    found = _studied(visit, ("first things", scope), lambda stack: shifts_to_come(stack, scope, now))
    rows = _rows(visit, found.value if found else None, priority_rows)
    return None if rows is None else [{**row, "begins": _begins(visit, row)} for row in rows]


def no_shift(visit: Reading, scope: str) -> str:
    """That no shift runs, for a list on which nothing stands that could say so; '' where one runs."""
    now = visit.now
    found = _studied(visit, ("first things", scope), lambda stack: shifts_to_come(stack, scope, now))
    ahead = [one for one in found.value if one.is_ahead] if found else []
    return visit.say(no_shift_text(ahead[0])) if found and ahead and len(ahead) == len(found.value) else ""


def _begins(visit: Reading, row: Row) -> str:
    """When the shift begins that a row is for."""
    zone, at = _reader(visit, row["scope"]["equipment"]).zone, told_us(row["period"]["from"])
    return f"{formats.day(at, visit.language, zone)} {formats.clock(at, visit.language, zone)}"


def _rows(
    visit: Reading, found: Sequence[ShiftFacts] | None, rows_of: Callable[[ShiftFacts, Reader], list[Row]]
) -> list[Row] | None:
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


def _studied(
    visit: Reading, key: tuple[str, ...], known: Callable[[Stack], Iterable[ShiftFacts]]
) -> Studied[list[ShiftFacts]] | None:
    def asked(stack: Stack) -> list[ShiftFacts]:
        try:
            return list(known(stack))
        except QueryError:  # no shift was worked here
            return []

    try:
        return visit.study(key, asked)
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
