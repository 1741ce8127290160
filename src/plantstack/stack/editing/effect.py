"""What an edit would do: the KPIs of what it touches, now and with it; the shifts of a day, now and with it.

A change that holds from tomorrow has moved nothing yet. So that people see what it means all the same, it is
worked out as if it had held in the whole window, and the answer says so.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from difflib import unified_diff
from typing import Any

import msgspec

from plantstack.errors import PlantstackError, Problem, QueryError
from plantstack.intervals import DAY, MINUTE
from plantstack.plant.inherit import held_values
from plantstack.plant.model import DAY_MINUTES, Shift
from plantstack.plant.plant import Plant
from plantstack.plant.shifts import shifts_on
from plantstack.stack.claims.previewing import Change, preview
from plantstack.stack.editing.checking import Draft, drafted
from plantstack.stack.editing.edits import (
    AdoptionEdit,
    DayEdit,
    Edit,
    ReasonEdit,
    StandardEdit,
    TargetEdit,
)
from plantstack.stack.editing.history import differences
from plantstack.stack.editing.standing import about
from plantstack.stack.project import Stack

WINDOW_DAYS = 28
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Effect:
    """What an edit would do.

    Attributes:
        about: what it is about, in words.
        file: the file it changes.
        diff: the lines that go (`-`) and come (`+`).
        changes: what the files would say otherwise.
        scope: id of what the KPIs are of; '' the whole project.
        days: first and last production day of the window; None where no KPI can change.
        is_supposed: whether the KPIs are as if it had held in the whole window.
        rows: KPIs now and then, as `kpi preview` gives them.
        shifts: of a day, what is worked now and then.
        adopted: of a KPI of the library, its layer, what it needs, and what it shows now.
        notes: what is worth knowing beside it.
    """

    about: str
    file: str
    diff: tuple[str, ...]
    changes: tuple[dict[str, Any], ...]
    scope: str = ""
    days: tuple[str, str] | None = None
    is_supposed: bool = False
    rows: tuple[Mapping[str, Any], ...] = ()
    shifts: Mapping[str, Any] | None = None
    adopted: Mapping[str, Any] | None = None
    notes: tuple[Problem, ...] = field(default=())

    def as_row(self) -> dict[str, Any]:
        """The row of the answer."""
        return {
            "about": self.about,
            "file": self.file,
            "diff": list(self.diff),
            "changes": list(self.changes),
            "scope": self.scope,
            "window": {"from": self.days[0], "to": self.days[1]} if self.days else None,
            "as_if_always": self.is_supposed,
            "kpis": list(self.rows),
            "shifts": self.shifts,
            "adopted": self.adopted,
            "notes": [one.as_row() for one in self.notes],
        }


def effect(
    stack: Stack, edit: Edit, *, days: tuple[str | None, str | None] = (None, None), is_supposed: bool = True
) -> Effect:
    """Work out what an edit would do; nothing of it stays.

    Args:
        stack: a project; its books answer, and are not changed.
        edit: what would be changed.
        days: first and last production day of the window; by default the last four weeks of the books.
        is_supposed: whether an edit that holds later is worked out as if it had held before.

    Raises:
        ConfigError: with every problem of the files as they would be.
        QueryError: when there is nothing to change, or it was begun on something else.
    """
    with drafted(stack.folder, edit) as draft:
        found = _told(draft)
        if isinstance(edit, ReasonEdit):
            return found
        if isinstance(edit, DayEdit):
            return _of_day(stack, draft, edit, found)
        if isinstance(edit, AdoptionEdit):
            return _of_adoption(stack, edit, found, _window(stack, days))
        return _of_time(stack, draft, edit, found, days, is_supposed=is_supposed)


def _told(draft: Draft) -> Effect:
    """What it changes in the files."""
    before, after = draft.written.before.splitlines(), draft.written.after.splitlines()
    lines = list(unified_diff(before, after, n=0, lineterm=""))[2:]
    changes = differences(json.loads(draft.before.text), json.loads(draft.after.text))
    return Effect(
        about(draft.edit),
        draft.written.file,
        tuple(line for line in lines if line[0] in "+-"),
        tuple(one.as_row() for one in changes),
    )


def _of_time(
    stack: Stack,
    draft: Draft,
    edit: TargetEdit | StandardEdit,
    found: Effect,
    days: tuple[str | None, str | None],
    *,
    is_supposed: bool,
) -> Effect:
    """KPIs over a window; of a target its own, of a standard all that are shown and would change."""
    first, last = _window(stack, days)
    scope = edit.machine if isinstance(edit, StandardEdit) else edit.at
    found = replace(found, scope=scope, days=(first, last))
    is_later = is_supposed and edit.since > first
    try:
        with drafted(stack.folder, _since(edit, first)) if is_later else nullcontext(draft) as supposed:
            rows, notes = _kpis(stack, supposed, edit, scope, (first, last))
    except PlantstackError:  # an earlier one may stand in its way: then what it does is told from its day on
        if not is_later:
            raise
        is_later = False
        rows, notes = _kpis(stack, draft, edit, scope, (first, last))
    return replace(found, is_supposed=is_later, rows=rows, notes=notes)


def _since(edit: TargetEdit | StandardEdit, day: str) -> TargetEdit | StandardEdit:
    return msgspec.structs.replace(edit, since=day)


def _kpis(
    stack: Stack, draft: Draft, edit: Edit, scope: str, days: tuple[str, str]
) -> tuple[tuple[Mapping[str, Any], ...], tuple[Problem, ...]]:
    ids: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    grain, product = "all", ""
    if isinstance(edit, TargetEdit):
        ids, grain = (edit.kpi,), edit.per or "week"
    if isinstance(edit, TargetEdit | StandardEdit) and edit.product:
        by, product = ("product",), edit.product
    engine, change = stack.engine(scope=scope), Change(plant=draft.folder)
    answer = preview(stack.desk, engine, change, ids, scope=scope, by=by, grain=grain, days=days)
    wanted = [one for one in answer.rows if not by or one["scope"]["product"] == product]
    notes = (one for one in answer.notes if one.code != "kpi-split")  # nobody asked for those
    return tuple(one for one in wanted if ids or one["changed"]), tuple(notes)


def _window(stack: Stack, days: tuple[str | None, str | None]) -> tuple[str, str]:
    """First and last production day; by default the last weeks of the books."""
    reach = max(stack.engine(scope=None).books.as_of.values(), default=0)
    until = _EPOCH + timedelta(days=reach // DAY)
    if days[1] is not None:
        try:
            until = date.fromisoformat(days[1])
        except ValueError:
            what = f"'{days[1]}' is no day"
            raise QueryError(Problem("query-day", "to", what, "Write 2026-05-01.")) from None
    weeks = (until - timedelta(days=WINDOW_DAYS - 1)).isoformat()
    return days[0] or weeks, until.isoformat()


# -- a KPI of the library ------------------------------------------------------------------------


def _of_adoption(stack: Stack, edit: AdoptionEdit, found: Effect, days: tuple[str, str]) -> Effect:
    """What the KPI needs and whether that was ever told, and what it shows; by site where that can be."""
    kpi = stack.catalog().kpi(edit.kpi)
    table = stack.kpis([kpi.id], by=["site"] if "site" in kpi.by else [], days=days)
    recorded = stack.measures(["time_calendar"], days=days).recorded
    needs = [{"kind": kind, "is_recorded": not recorded.isdisjoint(kind.split(" or "))} for kind in kpi.needs]
    told = {"kpi": kpi.id, "layer": kpi.layer, "needs": needs, "rows": list(table.rows)}
    return replace(found, days=days, adopted=told)


# -- a day of a calendar -------------------------------------------------------------------------


def _of_day(stack: Stack, draft: Draft, edit: DayEdit, found: Effect) -> Effect:
    """What is worked on the day, now and then; its KPIs where it is over."""
    on = date.fromisoformat(edit.date)
    plants = (stack.engine(scope=None).books.plant, draft.plant)
    told = [worked(plant, edit.calendar, on) for plant in plants]
    hours = [sum(one["planned_minutes"] for one in shifts) for shifts in told]
    shifts = {"now": told[0], "then": told[1], "planned_minutes": {"now": hours[0], "then": hours[1]}}
    found = replace(found, shifts=shifts, scope=_place(draft.plant, edit.calendar))
    if edit.date > _window(stack, (None, None))[1]:
        return found
    rows, notes = _kpis(stack, draft, edit, found.scope, (edit.date, edit.date))
    return replace(found, days=(edit.date, edit.date), rows=rows, notes=notes)


def worked(plant: Plant, calendar: str, on: date) -> list[dict[str, Any]]:
    """The shifts of a calendar that begin on a date, with their breaks and planned minutes."""
    closed = {day for site in _sites(plant, calendar) for day in plant.sites[site].closed}
    return [_shift(*one) for one in shifts_on(plant.calendars[calendar], closed, on)]


def _shift(shift: Shift, crew: str) -> dict[str, Any]:
    pauses = sum(one.length for one in shift.breaks)
    return {
        "shift": shift.name,
        "crew": crew,
        "from": _clock(shift.start),
        "until": _clock(shift.until),
        "breaks": [
            {"reason": one.reason, "from": _clock(one.start), "until": _clock(one.end)}
            | {"minutes": one.length // MINUTE, "is_floating": one.is_floating}
            for one in shift.breaks
        ],
        "planned_minutes": shift.until - shift.start - pauses // MINUTE,
    }


def _clock(minute: int) -> str:
    return f"{minute % DAY_MINUTES // 60:02}:{minute % 60:02}"


def _sites(plant: Plant, calendar: str) -> set[str]:
    """The sites whose machines ever work by a calendar."""
    return {plant.site_of(machine).id for machine in users_of(plant, calendar)}


def users_of(plant: Plant, calendar: str) -> list[str]:
    """The machines that ever work by a calendar."""
    return [
        machine
        for machine in plant.machines
        if plant.spans[machine]
        and any(name == calendar for *_, name in held_values(plant, machine, lambda one: one.calendar, ""))
    ]


def _place(plant: Plant, calendar: str) -> str:
    """The site that works by a calendar; '' where several do."""
    sites = _sites(plant, calendar)
    return sites.pop() if len(sites) == 1 else ""
