"""What changes weekly: targets, standards, reasons, days; seen, changed, worked out, taken in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import msgspec
from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from plantstack.errors import ConfigError, QueryError
from plantstack.interfaces import changing
from plantstack.interfaces.api.callers import Plant, Posting, address_of, entrance_of
from plantstack.interfaces.web.app import HEADERS
from plantstack.interfaces.web.editing import SECTIONS, SPOKEN, edit_of, filled, today
from plantstack.interfaces.web.faults import faults_of
from plantstack.interfaces.web.page import N_, Page, Visit
from plantstack.interfaces.web.strips import ACCOUNTS
from plantstack.kpis.kpi import Kpi
from plantstack.kpis.targets.targets import MISSED, NOT_TRUSTED, WATCH
from plantstack.live.access import Sender
from plantstack.stack.answers.using import catalog_of
from plantstack.stack.editing.edits import (
    AdoptionEdit,
    DayEdit,
    Edit,
    ReasonEdit,
    StandardEdit,
    read_edit,
)
from plantstack.stack.editing.effect import Effect
from plantstack.stack.editing.standing import kinds

router = APIRouter(include_in_schema=False)

_RIGHT = "configure"
_MOST = 30  # editions on one page


def show(visit: Visit) -> Mapping[str, Any]:
    """One section as it stands, what holds now first."""
    section = _section(visit)
    rows = changing.rows(visit.running, visit.sender, section, visit.scope)
    day = today(visit).isoformat()
    read_at, taken = visit.running.keeper.standing.read_at, visit.query.get("taken", "")
    told: dict[str, Any] = {
        "title": visit.say(SECTIONS[section]),
        "rows": [row for row in rows if not _is_over(row, section, day)],
        "over": [row for row in rows if _is_over(row, section, day)],
        "day": day,
        "spoken": SPOKEN,
        "taken": taken,
        "is_followed": taken.isdigit() and read_at >= int(taken),
        "may_adopt": "improve" in visit.sender.may and not visit.sender.scope,
        "library": _library(visit) if section == "kpis" else (),
        "kinds": list(kinds(changing.content_of(visit.running))) if section == "reasons" else (),
    }
    return _around(visit, section) | told


def _library(visit: Visit) -> list[Kpi]:
    """The KPIs of the library that the plant has not adopted, by layer and name."""
    plant = visit.running.plant
    found = (
        kpi
        for kpi in catalog_of(plant).kpis.values()
        if not (kpi.is_core or kpi.beside or kpi.id in plant.profile.kpis) and visit.may_see(kpi.id)
    )
    return sorted(found, key=lambda one: (one.layer, one.name))


def _is_over(row: Mapping[str, Any], section: str, day: str) -> bool:
    """Whether it holds no longer; of a standard a later one ends it, which is told by its `from`."""
    if section == "kpis":
        return False
    if section == "exceptions":
        return bool(row["date"] < day)
    return bool(row["until"]) and row["until"] <= day


def _around(visit: Visit, section: str) -> dict[str, Any]:
    """What every page of these has."""
    may = _RIGHT in visit.sender.may
    return {
        "section": section,
        "sections": SECTIONS,
        "may": may,
        "stray": visit.running.files.stray() if may else [],
        "is_whole": not visit.sender.scope,
        "accounts": ACCOUNTS,
        "kpis_known": catalog_of(visit.running.plant).kpis,
    }


def _section(visit: Visit) -> str:
    section = visit.params.get("section", "targets")
    if section not in SECTIONS:
        raise HTTPException(404, f"there is no page '{section}' here")
    return section


def show_edit(visit: Visit) -> Mapping[str, Any]:
    """A form, filled with what stands or with what was typed before."""
    section = _section(visit)
    if section == "kpis":
        raise HTTPException(404, "a KPI is adopted from its own page")
    told = filled(visit, section) | {"faults": ()}
    _check_reason(section, told)
    return _around(visit, section) | told | {"title": visit.say(SECTIONS[section])}


def _check_reason(section: str, told: Mapping[str, Any]) -> None:
    """Refuse a form for a reason that stands nowhere and is not to be made."""
    if section == "reasons" and not told["values"].get("is_new") and "account" not in told["stands"]:
        raise HTTPException(404, "there is no such reason")


def show_preview(visit: Visit) -> Mapping[str, Any]:
    """What a change would do, and the button that takes it in; or what is wrong with it."""
    section = _section(visit)
    told: dict[str, Any] = {"problems": [], "effect": None, "edit": "", "back": urlencode(visit.query)}
    told["title"] = visit.say(N_("Preview"))
    try:
        edit = edit_of(section, visit.query)
        told |= {"title": _title(visit, edit), "edit": _written(edit)}
        told["back"] = urlencode({"edit": told["edit"]} | _named(section, edit))
        changing.check(visit.running, visit.sender, edit)
        effect = changing.worked_out(visit.running, visit.sender, edit, ask=visit.study).value
        told |= {"effect": effect, "rows": _moving(effect), "is_judged_anew": is_judged_anew(effect)}
        told["leaves"] = isinstance(edit, AdoptionEdit) and not edit.is_adopted
    except (ConfigError, QueryError) as error:
        told["problems"] = [visit.running.placeless(one) for one in error.problems]
        form = filled(visit, section)
        _check_reason(section, form)
        told |= form | {"faults": faults_of(visit, section, form["values"], told["problems"])}
    return _around(visit, section) | told


def _title(visit: Visit, edit: Edit) -> str:
    """What an edit is about, as people call it."""
    if isinstance(edit, ReasonEdit):
        return visit.say(N_("Reason: %(name)s"), name=edit.label or edit.id)
    if isinstance(edit, DayEdit):
        return visit.say(N_("%(day)s in %(calendar)s"), day=edit.date, calendar=edit.calendar)
    plant = visit.running.plant
    if isinstance(edit, AdoptionEdit):
        known = catalog_of(plant).kpis.get(edit.kpi)
        name = visit.say(known.name) if known else edit.kpi
        return visit.say(N_("Show %(kpi)s") if edit.is_adopted else N_("Show %(kpi)s no longer"), kpi=name)
    product = plant.products[edit.product].label or edit.product if edit.product in plant.products else ""
    if isinstance(edit, StandardEdit):
        told = [visit.name(edit.machine) if edit.machine in plant.machines else edit.machine, product]
        return visit.say(N_("Standard: %(what)s"), what=", ".join(one for one in told if one))
    kpi = catalog_of(plant).kpis.get(edit.kpi)
    where = visit.name(edit.at) if edit.at in plant.equipment or not edit.at else edit.at
    told = [visit.say(kpi.name) if kpi else edit.kpi, where, product]
    return visit.say(N_("Target: %(what)s"), what=", ".join(one for one in told if one))


def _moving(effect: Effect) -> list[Mapping[str, Any]]:
    """The numbers that move, and those whose target does."""
    return [row for row in effect.rows if row["changed"]] or list(effect.rows)


def is_judged_anew(effect: Effect) -> bool:
    """Whether a miss is believed of the new target that was not of the one of now.

    The data are the same: what differs is that the new one is agreed after the way of measuring changed.
    """
    return any(
        row["sides"]["now"]["status"] == NOT_TRUSTED and row["sides"]["then"]["status"] in (MISSED, WATCH)
        for row in effect.rows
    )


def _written(edit: Edit) -> str:
    return msgspec.json.encode(edit).decode()


def _named(section: str, edit: Edit) -> dict[str, str]:
    """What a form finds the thing by that an edit is about."""
    told = msgspec.to_builtins(edit)
    names = ("kpi", "at", "product", "per", "machine", "tree", "id", "calendar", "date")
    return {name: told[name] for name in names if told.get(name)}


def show_history(visit: Visit) -> Mapping[str, Any]:
    """What was changed, when and by whom."""
    section = visit.query.get("section", "")
    rows = changing.history(visit.running, visit.sender, section if section in SECTIONS else "", _MOST)
    told = {"title": visit.say(N_("History")), "rows": rows, "say": _said, "only": section}
    told |= {"path": lambda path: _named_path(visit, path), "who": lambda by: _who(visit, by)}
    return _around(visit, "history") | told


_KEYS = {
    "value": N_("Target"), "low": N_("At least"), "high": N_("At most"), "from": N_("From"),
    "until": N_("Until before"), "owner": N_("Owner"), "at": N_("Of"), "products": N_("Product"),
    "evidence": N_("From where"), "author": N_("Agreed by"), "ideal": N_("Ideal"), "label": N_("Name"),
    "standard": N_("For planning"), "translations": N_("Translations"), "shifts": N_("Shifts"),
    "breaks": N_("Breaks"), "per": N_("Per period"),
}  # fmt: skip
"""What people call the keys of the plant files that change weekly."""


def _named_path(visit: Visit, path: Sequence[str]) -> list[str]:
    """Where in the files something changed, by what people call it."""
    plant, catalog = visit.running.plant, catalog_of(visit.running.plant)
    found = []
    for one in map(str, path):
        if one in catalog.kpis:
            found.append(visit.say(catalog.kpis[one].name))
        elif one in plant.equipment:
            found.append(visit.name(one))
        elif one in plant.reasons:
            found.append(plant.reasons[one].text(visit.language))
        else:
            found.append(visit.say(_KEYS[one]) if one in _KEYS else one)
    return found


def _who(visit: Visit, by: str) -> str:
    """Who changed it: what he is called at his desk, or that nobody was signed in."""
    if by in ("desk-here", "desk-person"):
        return visit.say(N_("by somebody at this server, not signed in"))
    return visit.say(N_("by %(who)s"), who=by)


def _said(told: Any) -> str:
    """What stood in the files, on one line."""
    if told is None:
        return "–"
    if isinstance(told, dict):
        return ", ".join(f"{key}: {_said(value)}" for key, value in told.items())
    return ", ".join(map(_said, told)) if isinstance(told, list) else str(told)


# -- what is sent --------------------------------------------------------------------------------


@router.post("/config/reload")
async def take_in_by_hand(request: Request, running: Plant, posted: Posting) -> RedirectResponse:
    """Take in what was changed by hand."""
    sender, _ = posted
    allowed = _allowed(sender)
    await run_in_threadpool(changing.reloaded, running, allowed)
    await run_in_threadpool(_audited, request, allowed, "changed by hand")
    return RedirectResponse("/config/history", 303, HEADERS)


@router.post("/config/{section}")
async def take_in(request: Request, section: str, running: Plant, posted: Posting) -> RedirectResponse:
    """Take a change in that was looked at; what stands in its way is told on its preview."""
    sender, form = posted
    allowed = _allowed(sender)
    if section not in SECTIONS:
        raise HTTPException(404, f"there is no page '{section}' here")
    edit = read_edit(form.get("edit", "").encode())
    try:
        row = await run_in_threadpool(changing.adopted, running, allowed, edit, form.get("note", "")[:500])
    except (ConfigError, QueryError):
        return RedirectResponse(
            f"/config/{section}/preview?{urlencode({'edit': _written(edit)})}", 303, HEADERS
        )
    await run_in_threadpool(_audited, request, allowed, row["about"])
    return RedirectResponse(
        f"/config/{section}?{urlencode({'taken': running.keeper.due_at(running.offset)})}", 303, HEADERS
    )


def _audited(request: Request, sender: Sender, what: str) -> None:
    changing.audited(entrance_of(request), sender, address_of(request), what)


def _allowed(sender: Sender | None) -> Sender:
    if sender is None:
        raise HTTPException(401, "sign in first")
    if _RIGHT not in sender.may:
        raise HTTPException(403, "this is for others to change")
    return sender


_NAME = N_("Targets and standards")
PAGES = (
    Page("/config", _NAME, show, right=_RIGHT, place=80, every_s=5),
    Page("/config/history", N_("History"), show_history, template="config_history.html"),
    Page("/config/{section}", _NAME, show, every_s=5),
    Page("/config/{section}/edit", _NAME, show_edit, _RIGHT, every_s=0, template="config_edit.html"),
    Page(
        "/config/{section}/preview", _NAME, show_preview, _RIGHT, every_s=600, template="config_preview.html"
    ),
)
