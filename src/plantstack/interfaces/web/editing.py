"""Forms of the page `/config`: what they are filled with, and the edits they make."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import msgspec

from plantstack.errors import Problem, QueryError
from plantstack.interfaces import changing
from plantstack.interfaces.web import formats
from plantstack.interfaces.web.page import N_, Visit
from plantstack.interfaces.web.speaking import LANGUAGES, SOURCE
from plantstack.plant.plant import Plant
from plantstack.plant.read_reasons import ACCOUNTS
from plantstack.plant.read_targets import TARGET_GRAINS
from plantstack.stack.answers.using import catalog_of
from plantstack.stack.editing import standing
from plantstack.stack.editing.edits import (
    TREES,
    AdoptionEdit,
    DayEdit,
    Edit,
    Pause,
    ReasonEdit,
    StandardEdit,
    TargetEdit,
    read_edit,
)
from plantstack.stack.editing.effect import users_of, worked

Form = Mapping[str, str]

SECTIONS = {
    "targets": N_("Targets"),
    "standards": N_("Standards"),
    "reasons": N_("Reasons"),
    "exceptions": N_("Shift exceptions"),
    "kpis": N_("KPIs of the library"),
}
SPOKEN = tuple(one for one in LANGUAGES if one != SOURCE)
_NAMED = {
    "targets": ("kpi", "at", "product", "per"),
    "standards": ("machine", "product"),
    "reasons": ("tree", "id"),
    "exceptions": ("calendar", "date"),
    "kpis": ("kpi",),
}
_USUAL = {"tree": TREES[0]}
KINDS = {
    "closed": N_("Closed: nobody works"),
    "shifts": N_("Other shifts"),
    "breaks": N_("Usual shifts, other breaks"),
    "usual": N_("As usual again"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """An equipment in a list to choose from: how deep it stands, and its name."""

    id: str
    name: str
    depth: int


def today(visit: Visit) -> date:
    """The date on the clock of what the page is about."""
    return formats.moment(visit.now, visit.zone).date()


def edit_of(section: str, form: Form) -> Edit:
    """Read a form, or an edit that was made of one.

    Raises:
        QueryError: when something must be filled in.
    """
    if form.get("edit"):
        return read_edit(form["edit"].encode())
    told = {key: value.strip() for key, value in form.items()}
    version = told.get("version")
    if section == "targets":
        _need(told, ("kpi", N_("Choose a KPI.")), ("from", N_("Say from which day on.")))
        return TargetEdit(since=told["from"], **_of(told, TargetEdit), version=version)
    if section == "standards":
        needed = (("machine", N_("Choose a machine.")), ("ideal", N_("Say how fast it can be.")))
        more = (("from", N_("Say from which day on.")), ("evidence", N_("Say where the value comes from.")))
        _need(told, *needed, *more, ("author", N_("Say which function set it.")))
        return StandardEdit(since=told["from"], **_of(told, StandardEdit), version=version)
    if section == "reasons":
        return _reason_of(told, version)
    if section == "kpis":
        _need(told, ("kpi", N_("Choose a KPI.")))
        return AdoptionEdit(kpi=told["kpi"], is_adopted=told.get("leaves") != "1", version=version)
    return _day_of(told, version)


def _of(told: Form, kind: type[msgspec.Struct]) -> dict[str, Any]:
    skipped = {"since", "version"}
    return {name: told[name] for name in kind.__struct_fields__ if name in told and name not in skipped}


def _need(told: Form, *needed: tuple[str, str]) -> None:
    problems = [Problem("form-missing", key, what) for key, what in needed if not told.get(key)]
    if problems:
        raise QueryError(problems)


def _reason_of(told: Form, version: str | None) -> ReasonEdit:
    is_new = told.get("is_new") == "1"
    _need(told, ("id", N_("Give it an id; it never changes.")), ("label", N_("Say what people read.")))
    tree = told.get("tree", "reasons")
    spoken = {one: told[f"text-{one}"] for one in SPOKEN if f"text-{one}" in told}
    if not is_new:
        end = told.get("until")
        return ReasonEdit(
            id=told["id"],
            tree=_tree(tree),
            label=told["label"],
            translations=spoken,
            until=end,
            version=version,
        )
    own = {key: told.get(key, "") for key in ("group", "owner", "account", "allowance")}
    words = {one: said for one, said in spoken.items() if said}
    return ReasonEdit(
        id=told["id"], tree=_tree(tree), label=told["label"], translations=words, is_new=True, **own
    )


def _tree(told: str) -> Any:
    return told if told in TREES else TREES[0]


def _day_of(told: Form, version: str | None) -> DayEdit:
    _need(told, ("calendar", N_("Choose a calendar.")), ("date", N_("Choose a day.")))
    kind, shifts = told.get("kind", "closed"), None
    breaks: dict[str, list[Pause]] = {}
    if kind == "closed":
        shifts = {}
    elif kind == "shifts":
        shifts = {key[6:]: told.get(f"crew-{key[6:]}", "") for key in told if key.startswith("shift-")}
    elif kind == "breaks":
        breaks = _breaks_of(told)
    label = told.get("label", "") if kind != "usual" else ""
    return DayEdit(
        calendar=told["calendar"],
        date=told["date"],
        shifts=shifts,
        breaks=breaks,
        label=label,
        version=version,
    )


def _breaks_of(told: Form) -> dict[str, list[Pause]]:
    found: dict[str, list[Pause]] = {}
    for key in told:
        if key.startswith("break-") and key.endswith("-reason"):
            name = key.removesuffix("-reason")
            shift = name[6:].rpartition("-")[0]
            mine = found.setdefault(shift, [])
            at, until, minutes = (told.get(f"{name}-{one}", "") for one in ("at", "until", "minutes"))
            when: dict[str, Any] = {"between": (at, until)} if until else {"at": at}
            if at and minutes:
                mine.append(Pause(reason=told[key], length=f"{minutes} min", **when))
    return found


# -- what a form is filled with ------------------------------------------------------------------


def filled(visit: Visit, section: str) -> dict[str, Any]:
    """What stands of the thing a form is about, or what was typed before; with what may be chosen."""
    form: dict[str, str] = dict(visit.query)
    plant = visit.running.plant
    if form.get("edit"):
        form = _typed(read_edit(form["edit"].encode()))
    found = _standing(visit, section, form)
    tomorrow = (today(visit) + timedelta(days=1)).isoformat()
    values: dict[str, Any] = {"from": tomorrow, **found, **form, "version": found["version"]}
    told = {"values": values, "stands": found, "places": list(places(visit))}
    if section == "targets":
        kpis = sorted(catalog_of(plant).kpis.values(), key=lambda one: (one.layer, one.name))
        return told | {"kpis": kpis, "products": plant.products, "grains": TARGET_GRAINS}
    if section == "standards":
        return told | {"products": plant.products, "machines": _machines(visit)}
    if section == "kpis":
        return told
    if section == "reasons":
        groups = {tree: standing.groups(changing.content_of(visit.running), tree) for tree in TREES}
        return told | {"groups": groups, "spoken": SPOKEN, "accounts": ACCOUNTS, "languages": LANGUAGES}
    return told | _of_day(visit, plant, values)


def _typed(edit: Edit) -> dict[str, str]:
    """What somebody had typed, field by field; of a day its kind is asked again."""
    told = msgspec.to_builtins(edit)
    flat = {key: value for key, value in told.items() if isinstance(value, str) and key != "what"}
    if isinstance(edit, ReasonEdit):
        flat |= {f"text-{language}": text for language, text in edit.translations.items()}
        flat |= {"is_new": "1"} if edit.is_new else {}
    return flat


def _standing(visit: Visit, section: str, form: Form) -> dict[str, Any]:
    """The row that stands, of several the one that holds today; its version stands for all of them."""
    names = _NAMED[section]
    rows = [
        row
        for row in changing.rows(visit.running, visit.sender, section)
        if all(str(row[name]) == form.get(name, _USUAL.get(name, "")) for name in names)
    ]
    day = today(visit).isoformat()
    held = [row for row in rows if row.get("from", "") <= day] or rows
    if not held:
        return {"version": ""}
    since = max(str(row.get("from", "")) for row in held)
    found: dict[str, Any] = next(row for row in held if str(row.get("from", "")) == since)
    if section in ("targets", "standards"):
        for key in ("from", "until", "evidence"):
            found.pop(key, None)
    for language, text in dict(found.get("translations", {})).items():
        found[f"text-{language}"] = text
    return found


def places(visit: Visit) -> Iterable[Place]:
    """All equipment the reader is let near, as a tree; the group first where he is let near all."""
    plant, now = visit.running.plant, visit.now
    if not visit.sender.scope:
        yield Place("", visit.name(""), 0)
    spans = {
        one: next((span for span in plant.spans[one] if span.from_at <= now < span.until_at), None)
        for one in plant.equipment
    }
    for name, span in sorted(spans.items(), key=lambda item: item[1].path if item[1] else ""):
        if span is not None and visit.sender.is_near(plant, name, now):
            yield Place(name, visit.name(name), span.path.count("/"))


def _machines(visit: Visit) -> list[Place]:
    machines = visit.running.plant.machines
    return [one for one in places(visit) if one.id in machines]


def _of_day(visit: Visit, plant: Plant, values: Mapping[str, Any]) -> dict[str, Any]:
    """The shifts and breaks of a day as they stand, to be changed."""
    near = [
        name
        for name in plant.calendars
        if (users := users_of(plant, name))
        and all(visit.sender.is_near(plant, one, visit.now) for one in users)
    ]
    told: dict[str, Any] = {"calendars": near, "kinds": KINDS, "shifts": [], "known": []}
    told["pauses"] = [one for one in plant.reasons.values() if one.account == "planned_down"]
    calendar, day = values.get("calendar", ""), values.get("date", "")
    if calendar not in near or not day:
        return told
    try:
        on = date.fromisoformat(day)
    except ValueError:
        return told
    pattern = [
        one for one in plant.calendars[calendar].patterns if one.from_day is None or one.from_day <= on
    ]
    return told | {"shifts": worked(plant, calendar, on), "known": list(pattern[-1].shifts)}
