"""Changing the plant from afar: who may change what, shown, worked out, taken in, remembered."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import Any

import msgspec
from starlette.exceptions import HTTPException

from plantstack.events.people import audit
from plantstack.events.people.audit import Noted
from plantstack.intervals import rfc3339
from plantstack.live.access import Sender
from plantstack.live.entrance import Entrance
from plantstack.live.running import Running
from plantstack.live.seeing import may_see
from plantstack.live.study import Studied
from plantstack.stack.answers.using import catalog_of
from plantstack.stack.editing import standing
from plantstack.stack.editing.checking import drafted
from plantstack.stack.editing.edits import AdoptionEdit, DayEdit, Edit, ReasonEdit, TargetEdit
from plantstack.stack.editing.effect import Effect, effect, users_of
from plantstack.stack.editing.history import Change, Edition, editions
from plantstack.stack.project import Stack

Row = dict[str, Any]
Ask = Callable[[tuple[Hashable, ...], Callable[[Stack], Effect]], Studied[Effect]]
_ROWS: dict[str, Callable[[Mapping[str, Any]], Iterator[Row]]] = {
    "targets": standing.targets,
    "standards": standing.standards,
    "reasons": standing.reasons,
    "exceptions": standing.exceptions,
    "kpis": standing.adoptions,
}
SECTIONS = tuple(_ROWS)
_PLACED = ("targets", "standards")  # sections of which a change names its place
_MONEY = "costs"  # a section that is for those who may see money
_OPEN = (*_PLACED, "reasons", "scrap_reasons", "calendars")


def rows(running: Running, sender: Sender, section: str, scope: str = "") -> list[Row]:
    """What a section says, of what the sender is let near.

    Args:
        running: the plant.
        sender: whoever asks.
        section: of `SECTIONS`.
        scope: id of equipment, of which with all below it; '' all he is let near.
    """
    plant, now = running.plant, running.clock()
    near = Sender(scope=scope) if scope else sender
    found = list(_ROWS[section](content_of(running)))
    if section == "targets":
        mine = [row for row in found if near.is_near(plant, row["at"], now)]
        return [row for row in mine if _may_know(running, sender, row["kpi"])]
    if section == "standards":
        return [row for row in found if near.is_near(plant, row["machine"], now)]
    if section == "exceptions":
        calendars = {row["calendar"] for row in found}
        his = {one for one in calendars if any(near.is_near(plant, m, now) for m in users_of(plant, one))}
        return [row for row in found if row["calendar"] in his]
    return found


def _may_know(running: Running, sender: Sender, kpi: str) -> bool:
    """Whether a KPI may be shown to somebody: a target says what it should be, a preview what it is."""
    catalog = catalog_of(running.plant)
    return kpi not in catalog.kpis or may_see(sender, catalog, kpi, running.plant.profile.name)


def content_of(running: Running) -> Mapping[str, Any]:
    """What the plant files say that are taken in."""
    found: Mapping[str, Any] = json.loads(running.files.content.text)
    return found


def may_change(running: Running, sender: Sender, edit: Edit) -> bool:
    """Whether the sender is let near everything that an edit touches."""
    plant, now = running.plant, running.clock()
    if isinstance(edit, AdoptionEdit | TargetEdit) and not _may_know(running, sender, edit.kpi):
        return False
    if isinstance(edit, AdoptionEdit):  # the whole project's
        return "improve" in sender.may and not sender.scope
    if not sender.scope:
        return True
    if isinstance(edit, ReasonEdit):
        return False
    if isinstance(edit, DayEdit):
        users = users_of(plant, edit.calendar)
        return bool(users) and all(sender.is_near(plant, one, now) for one in users)
    place = edit.at if isinstance(edit, TargetEdit) else edit.machine
    return bool(place) and sender.is_near(plant, place, now)


def check_may(running: Running, sender: Sender, edit: Edit) -> None:
    """Refuse what reaches beyond the part of the plant a sender is let near.

    Raises:
        HTTPException: 403.
    """
    if not may_change(running, sender, edit):
        raise HTTPException(403, f"{standing.about(edit)} is not yours alone to change")


def worked_out(
    running: Running,
    sender: Sender,
    edit: Edit,
    days: tuple[str | None, str | None] = (None, None),
    *,
    is_supposed: bool = True,
    ask: Ask | None = None,
) -> Studied[Effect]:
    """What an edit would do, see `stack.editing.effect`; nothing is written.

    Args:
        running: the plant.
        sender: whoever asks.
        edit: what would be changed.
        days: first and last production day of the window.
        is_supposed: whether an edit that holds later is worked out as if it had held before.
        ask: how a long question is asked; None waits for its answer.

    Raises:
        HTTPException: 403, for what he may not change.
        PlantstackError: when it cannot be taken in; see there.
    """
    check_may(running, sender, edit)
    key = ("edit", msgspec.json.encode(edit), days, is_supposed, running.files.content.sha256)
    asking = ask or running.study.ask
    return asking(key, lambda stack: effect(stack, edit, days=days, is_supposed=is_supposed))


def check(running: Running, sender: Sender, edit: Edit) -> None:
    """Refuse what could not be taken in, at once.

    Raises:
        HTTPException: 403, for what he may not change.
        PlantstackError: with every problem.
    """
    check_may(running, sender, edit)
    with drafted(running.folder, edit):
        return


def adopted(running: Running, sender: Sender, edit: Edit, note: str = "") -> Row:
    """Take an edit in; the numbers follow as soon as the books reach its offset.

    Raises:
        HTTPException: 403, for what he may not change.
        PlantstackError: when it cannot be taken in; nothing is written then.
    """
    check_may(running, sender, edit)
    offset, written = running.files.adopt(edit, by=author(sender), note=note)
    told = sender.stamp(offset, running.clock())
    return {"about": standing.about(edit), "file": written.file, "offset": told}


def reloaded(running: Running, sender: Sender) -> Row:
    """Take in what was changed by hand.

    Raises:
        HTTPException: 403, for whoever has only a part of the plant.
        ConfigError: with every problem of the files; nothing is taken in then.
    """
    if sender.scope:
        raise HTTPException(403, "plant files are for those who answer for the whole project")
    return {"offset": running.files.reload(by=author(sender))}


def audited(entrance: Entrance, sender: Sender, address: str, what: str) -> None:
    """Note in the audit who changed plant files, and from where.

    Args:
        entrance: whose audit it is.
        sender: whoever changed them.
        address: from where the request came.
        what: what was changed, in words.
    """
    who = sender.account or (f"token {sender.name}" if sender.name and not sender.role else "")
    noted = Noted(entrance.running.clock(), who, "config", device=sender.device or address, more=what)
    entrance.write(lambda connection: audit.add(connection, noted))


def author(sender: Sender) -> str:
    """Under which name an event says who changed the files: a pseudonym, or the name of a token."""
    return sender.by or sender.name or sender.source


def history(running: Running, sender: Sender, section: str = "", limit: int = 50) -> list[Row]:
    """What was changed in the plant files, by whom, the newest first; of what the sender is let near."""
    named = {"exceptions": "calendars", "kpis": "settings"}.get(section, section)
    with running.deliveries.reading() as log:
        found = editions(log, section=named, limit=limit)
    return [row for one in found if (row := _row(running, sender, one))["changes"] or not sender.scope]


def _row(running: Running, sender: Sender, edition: Edition) -> Row:
    seen = [one.as_row() for one in edition.changes if _may_see(running, sender, one)]
    return {
        "offset": sender.stamp(edition.offset, edition.at),
        "at": rfc3339(edition.at),
        "by": edition.by,
        "note": edition.note if len(seen) == len(edition.changes) else "",
        "is_first": edition.is_first,
        "changes": seen,
    }


def _may_see(running: Running, sender: Sender, change: Change) -> bool:
    """Whether a change is of what the sender is let near, and of nothing that only others may see."""
    if change.section == _MONEY and "money" not in sender.may:
        return False
    if change.section == "targets" and change.path:
        kpi = change.path[0].partition(", ")[0]
        if not _may_know(running, sender, kpi):
            return False
    if not sender.scope:
        return True
    if change.section not in _PLACED:
        return change.section in _OPEN
    plant, now = running.plant, running.clock()
    words = (
        {word for part in change.path[0].split(", ") for word in part.split("+")} if change.path else set()
    )
    places = words & plant.equipment.keys()
    return bool(places) and all(sender.is_near(plant, one, now) for one in places)
