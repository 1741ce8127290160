"""What the plant files say of one thing now: shown to whoever edits, and compared when the edit comes.

Everything here reads canonical content, so comments, quotes and the split into files make no difference.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from plantstack.errors import Problem, QueryError
from plantstack.stack.editing.dated import Spot
from plantstack.stack.editing.edits import (
    TREES,
    AdoptionEdit,
    DayEdit,
    Edit,
    ReasonEdit,
    StandardEdit,
    TargetEdit,
)
from plantstack.stack.editing.splicing import flow

Content = Mapping[str, Any]
Row = dict[str, Any]

_TARGET = ("value", "low", "high", "dead_band", "currency", "from", "until", "owner", "evidence", "author")
_STANDARD = ("ideal", "standard", "crew", "from", "until", "evidence", "author")
_REASON = ("owner", "account", "allowance", "until")


ADOPTED = "adopted"


class ConflictError(QueryError):
    """Somebody changed the same meanwhile."""


def spot_of(edit: TargetEdit | StandardEdit) -> Spot:
    """What a dated edit is about."""
    if isinstance(edit, StandardEdit):
        return Spot("machines", edit.machine, edit.product)
    return Spot("at", edit.at, edit.product, (("kpi", edit.kpi), ("per", edit.per)))


def section_of(edit: Edit) -> str:
    """The section of the plant files that an edit changes."""
    if isinstance(edit, TargetEdit):
        return "targets"
    if isinstance(edit, StandardEdit):
        return "standards"
    if isinstance(edit, AdoptionEdit):
        return "settings"
    return "calendars" if isinstance(edit, DayEdit) else edit.tree


def about(edit: Edit) -> str:
    """What an edit is about, in words.

    >>> about(TargetEdit(kpi="oee", since="2026-04-01", at="line-1", value="65 %"))
    'the target of oee at line-1'
    """
    if isinstance(edit, ReasonEdit):
        return f"the reason {edit.id}"
    if isinstance(edit, AdoptionEdit):
        return f"the KPI {edit.kpi} of the library"
    if isinstance(edit, DayEdit):
        return f"{edit.date} in the calendar {edit.calendar}"
    of = f" for {edit.product}" if edit.product else ""
    if isinstance(edit, StandardEdit):
        return f"the standard of {edit.machine}{of}"
    per = f" per {edit.per}" if edit.per else ""
    return f"the target of {edit.kpi} at {edit.at or 'the group'}{of}{per}"


def standing(content: Content, edit: Edit) -> Any:
    """What the files say of what an edit is about; None where they say nothing."""
    if isinstance(edit, ReasonEdit):
        return leaf_of(content, edit.tree, edit.id)
    if isinstance(edit, DayEdit):
        days = content.get("calendars", {}).get(edit.calendar, {}).get("exceptions", [])
        return next((one for one in days if one.get("date") == edit.date), None)
    if isinstance(edit, AdoptionEdit):
        return ADOPTED if edit.kpi in content.get("settings", {}).get("kpis", []) else None
    spot = spot_of(edit)
    return [entry for entry in content.get(section_of(edit), []) if spot.is_of(entry)] or None


def version(told: object) -> str:
    """A short name of what stands; '' where nothing does.

    >>> version(None), version({"kpi": "oee"}) == version({"kpi": "oee"})
    ('', True)
    """
    if told is None:
        return ""
    text = json.dumps(told, ensure_ascii=False, sort_keys=True)
    return sha256(text.encode()).hexdigest()[:12]


def refuse_conflict(content: Content, edit: Edit) -> None:
    """Refuse an edit that was begun on something else than what stands.

    Raises:
        ConflictError: with what stands now.
    """
    told = standing(content, edit)
    if edit.version is None or edit.version == version(told):
        return
    entries = told if isinstance(told, list) else [told]
    now = ", ".join(flow(one) for one in entries) if told is not None else "gone"
    what = f"somebody changed {about(edit)} after you had opened it; it is now {now}"
    fix = "Look at it again, then repeat your change if it is still needed."
    raise ConflictError(Problem("edit-conflict", about(edit), what, fix))


# -- rows ----------------------------------------------------------------------------------------


def targets(content: Content) -> Iterator[Row]:
    """Every target of the files, one row a place and product."""
    for entry in content.get("targets", []):
        for at in entry.get("at", [""]):
            for product in entry.get("products", [""]):
                same = (("kpi", entry["kpi"]), ("per", entry.get("per", "")))
                row: Row = {"kpi": entry["kpi"], "at": at, "product": product, "per": entry.get("per", "")}
                row |= {key: entry.get(key, "") for key in _TARGET}
                yield row | _versioned(content, "targets", Spot("at", at, product, same))


def standards(content: Content) -> Iterator[Row]:
    """Every standard, one row a machine and product."""
    for entry in content.get("standards", []):
        for machine in entry.get("machines", []):
            for product in entry.get("products", [""]):
                row: Row = {"machine": machine, "product": product}
                row |= {key: entry.get(key, "") for key in _STANDARD}
                yield row | _versioned(content, "standards", Spot("machines", machine, product))


def _versioned(content: Content, section: str, spot: Spot) -> Row:
    return {"version": version([entry for entry in content[section] if spot.is_of(entry)])}


def reasons(content: Content) -> Iterator[Row]:
    """Every leaf of both trees, with what it inherits."""
    for tree in TREES:
        for name, node, groups, inherited in _leaves(content.get(tree, {}), (), {}):
            told = node if isinstance(node, dict) else {"label": node}
            row: Row = {"id": name, "tree": tree, "group": "/".join(groups), "label": told.get("label", name)}
            row |= {key: told.get(key, inherited.get(key, "")) for key in _REASON}
            yield row | {
                "catch_all": told.get("catch_all") == "true",
                "translations": dict(told.get("translations", {})),
                "version": version(node),
            }


def kinds(content: Content) -> Iterator[Row]:
    """Every topmost group of both trees: what people tap first, and in which languages it is said."""
    for tree in TREES:
        for name, node in content.get(tree, {}).items():
            if isinstance(node, dict) and "reasons" in node:
                spoken = dict(node.get("translations", {}))
                yield {"id": name, "tree": tree, "label": node.get("label", ""), "translations": spoken}


def groups(content: Content, tree: str) -> list[str]:
    """The groups of a tree, as paths of ids; the top is ''."""
    return ["", *(path for path, _ in _groups(content.get(tree, {}), ""))]


def _groups(nodes: Content, above: str) -> Iterator[tuple[str, Any]]:
    for name, node in nodes.items():
        if isinstance(node, dict) and "reasons" in node:
            path = f"{above}/{name}".lstrip("/")
            yield path, node
            yield from _groups(node["reasons"], path)


def _leaves(
    nodes: Content, above: tuple[str, ...], inherited: Content
) -> Iterator[tuple[str, Any, tuple[str, ...], Content]]:
    for name, node in nodes.items():
        if isinstance(node, dict) and "reasons" in node:
            own = {key: node[key] for key in _REASON if key in node}
            yield from _leaves(node["reasons"], (*above, name), {**inherited, **own})
        else:
            yield name, node, above, inherited


def leaf_of(content: Content, tree: str, name: str) -> object:
    """What a tree says of a leaf; None where it has no such leaf."""
    leaves = _leaves(content.get(tree, {}), (), {})
    return next((node for found, node, *_ in leaves if found == name), None)


def exceptions(content: Content) -> Iterator[Row]:
    """Every day of every calendar that differs."""
    for calendar, told in sorted(content.get("calendars", {}).items()):
        for entry in sorted(told.get("exceptions", []), key=lambda one: str(one.get("date"))):
            yield {
                "calendar": calendar,
                "date": entry["date"],
                "shifts": _roster(entry.get("shifts")),
                "breaks": entry.get("breaks", {}),
                "label": entry.get("label", ""),
                "version": version(entry),
            }


def adoptions(content: Content) -> Iterator[Row]:
    """Every KPI of the library that the plant adopted, in its own order."""
    for kpi in content.get("settings", {}).get("kpis", []):
        yield {"kpi": kpi, "version": version(ADOPTED)}


def _roster(written: Any) -> dict[str, str] | None:
    """Shifts of a day to their crews, however they are written; None: the usual ones."""
    return dict.fromkeys(written, "") if isinstance(written, list) else written
