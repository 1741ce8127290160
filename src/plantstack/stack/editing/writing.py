"""An edit -> the text of the one file it changes, and what that file says then; nothing is written here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from plantstack.errors import Problem, QueryError, did_you_mean
from plantstack.plant.load import MAIN_FILE
from plantstack.stack.editing.dated import give_way
from plantstack.stack.editing.edits import (
    AdoptionEdit,
    DayEdit,
    Edit,
    Pause,
    ReasonEdit,
    StandardEdit,
    TargetEdit,
)
from plantstack.stack.editing.splicing import Splices, Value, child, entries, items, plain
from plantstack.stack.editing.standing import section_of, spot_of

# Where a section goes that no file has yet; where there is no such file, into the first one.
_HOMES = {"targets": "targets.yaml", "standards": "products.yaml", "calendars": "calendars.yaml"}
_HOMES |= {"reasons": "reasons.yaml", "scrap_reasons": "reasons.yaml", "settings": MAIN_FILE}


@dataclass(frozen=True, slots=True)
class Texts:
    """The plant files of a folder as they are written, by name."""

    files: Mapping[str, str]

    @classmethod
    def read(cls, folder: Path) -> Texts:
        """Read every plant file of a folder; line ends and marks are kept.

        Raises:
            QueryError: when one is no UTF-8.
        """
        paths = sorted(path for path in folder.glob("*.yaml") if path.name[0] != ".")
        try:
            return cls({path.name: path.read_bytes().decode() for path in paths})
        except UnicodeDecodeError:
            what = "the plant files cannot be read"
            raise QueryError(
                Problem("edit-unreadable", "plant files", what, "Run 'plantstack check'.")
            ) from None

    def home(self, section: str) -> str:
        """The file that has a section, or would have it."""
        for name, text in self.files.items():
            if Splices(text).find(section) is not None:
                return name
        return _HOMES[section] if _HOMES[section] in self.files else MAIN_FILE


@dataclass(frozen=True, slots=True)
class Written:
    """One file with an edit in it.

    Attributes:
        file: its name.
        before: its text as it stood.
        after: its text with the edit.
    """

    file: str
    before: str
    after: str


def written(texts: Texts, edit: Edit) -> Written:
    """Write an edit into the text of its file.

    Raises:
        QueryError: when there is nothing to change, or no place for it.
    """
    section = section_of(edit)
    file = texts.home(section)
    text = Splices(texts.files[file])
    if isinstance(edit, ReasonEdit):
        _reason(text, edit)
    elif isinstance(edit, DayEdit):
        _day(text, edit)
    elif isinstance(edit, AdoptionEdit):
        _adopt(text, edit)
    else:
        _dated(text, section, edit)
    after = text.done()
    if after == texts.files[file]:
        what = "nothing would change"
        raise QueryError(Problem("edit-nothing", section, what, "Change a value first."))
    return Written(file, texts.files[file], after)


def _dated(text: Splices, section: str, edit: TargetEdit | StandardEdit) -> None:
    if not edit.since:
        what = "the day is missing on which it begins to hold"
        raise QueryError(Problem("edit-undated", section, what, "Write 'from' as 2026-05-01."))
    new, listed = _entry(edit), text.find(section)
    if not items(listed):
        if isinstance(listed, SequenceNode):
            text.append(listed, new)
        else:
            text.section(section, [new])
        return
    assert listed is not None
    give_way(text, listed, spot_of(edit), new, ends_itself=isinstance(edit, StandardEdit))


def _entry(edit: TargetEdit | StandardEdit) -> dict[str, Value]:
    """The entry as people would write it: what nobody said is left out."""
    told: dict[str, Value] = {}
    if isinstance(edit, StandardEdit):
        told["machines"] = [edit.machine]
        named: tuple[str, ...] = ("ideal", "standard", "from", "crew", "evidence", "author")
    else:
        told["kpi"] = edit.kpi
        if edit.at:
            told["at"] = [edit.at]
        named = (
            "value",
            "low",
            "high",
            "dead_band",
            "per",
            "from",
            "owner",
            "currency",
            "evidence",
            "author",
        )
    if edit.product:
        told["products"] = [edit.product]
    values: dict[str, str] = {key: getattr(edit, "since" if key == "from" else key) for key in named}
    return told | {key: value for key, value in values.items() if value}


def _adopt(text: Splices, edit: AdoptionEdit) -> None:
    """Put a KPI behind those that are adopted, or take it out; the last one takes its key along."""
    settings = text.find("settings")
    listed = child(settings, "kpis")
    found = next((one for one in items(listed) if plain(one) == edit.kpi), None)
    if edit.is_adopted == (found is not None):
        return  # nothing changes, which is refused
    if found is None:
        if isinstance(listed, SequenceNode):
            text.append_text(listed, edit.kpi)
        elif isinstance(settings, MappingNode) and settings.value and listed is None:
            text.add(settings, "kpis", [edit.kpi])
        elif listed is not None:
            text.replace(listed, [edit.kpi])
        elif settings is not None:
            text.replace(settings, {"kpis": [edit.kpi]})
        else:
            text.section("settings", {"kpis": [edit.kpi]})
    elif listed is not None and len(items(listed)) > 1:
        text.remove(listed, found)
    elif settings is not None and listed is not None:
        _empty(text, settings, listed)


def _empty(text: Splices, settings: Node, listed: Node) -> None:
    if len(list(entries(settings))) > 1:
        text.remove(settings, listed)
    else:
        text.replace(listed, [])


# -- reasons -------------------------------------------------------------------------------------


def _reason(text: Splices, edit: ReasonEdit) -> None:
    found = _leaf(text.find(edit.tree), edit.id)
    if edit.is_new:
        if found is not None:
            what = f"there is a reason '{edit.id}' already"
            raise QueryError(Problem("edit-known", edit.id, what, "Take another id, or change that one."))
        _new_leaf(text, edit)
        return
    if found is None:
        known = [name for name, node in _nodes(text.find(edit.tree)) if child(node, "reasons") is None]
        what = f"there is no reason '{edit.id}'"
        raise QueryError(Problem("edit-unknown", edit.id, what, did_you_mean(edit.id, known)))
    _change_leaf(text, found, edit)


def _new_leaf(text: Splices, edit: ReasonEdit) -> None:
    own = {key: getattr(edit, key) for key in ("label", "owner", "account", "allowance", "until")}
    told: dict[str, Value] = {key: value for key, value in own.items() if value}
    if spoken := {name: said for name, said in sorted(edit.translations.items()) if said}:
        told["translations"] = spoken
    value: Value = edit.label if set(told) == {"label"} else told
    section = text.find(edit.tree)
    above = section
    for name in edit.group.split("/") if edit.group else ():
        group = child(above, name)
        above = child(group, "reasons")
        if above is None:
            what = f"there is no group '{edit.group}'"
            raise QueryError(Problem("edit-unknown", edit.group, what, "Name a group that has reasons."))
    if isinstance(above, MappingNode):
        text.add(above, edit.id, value)
    elif above is None:
        text.section(edit.tree, {edit.id: value})
    else:
        text.replace(above, {edit.id: value})


def _change_leaf(text: Splices, leaf: Node, edit: ReasonEdit) -> None:
    for key in ("owner", "account", "allowance"):
        if getattr(edit, key):
            what = f"'{key}' of a reason that is there moves time that was booked"
            raise QueryError(Problem("edit-account", edit.id, what, "Retire it and add a new one."))
    if isinstance(leaf, ScalarNode):  # `jam: Bottle jam`
        spoken = {name: said for name, said in sorted(edit.translations.items()) if said}
        told: dict[str, Value] = {"label": edit.label or str(leaf.value)}
        told |= {"translations": spoken} if spoken else {}
        told |= {"until": edit.until} if edit.until else {}
        if len(told) > 1:
            text.replace(leaf, told)
        elif edit.label and edit.label != leaf.value:
            text.replace(leaf, edit.label)
        return
    if edit.label and _said(leaf, "label") != edit.label:
        text.put(leaf, "label", edit.label)
    _translate(text, leaf, edit.translations)
    end = child(leaf, "until")
    if edit.until == "" and end is not None:
        text.remove(leaf, end)
    elif edit.until and _said(leaf, "until") != edit.until:
        text.put(leaf, "until", edit.until)


def _translate(text: Splices, leaf: Node, told: Mapping[str, str]) -> None:
    old = child(leaf, "translations")
    before = {name: str(node.value) for name, node in entries(old)}
    after: dict[str, Value] = {name: said for name, said in sorted({**before, **told}.items()) if said}
    if after == before:
        return
    if not after and old is not None:
        text.remove(leaf, old)
    elif len(before) == len(after) and old is not None:  # other words for the same languages
        for name, node in entries(old):
            if after.get(name) != before[name]:
                text.replace(node, after[name])
    else:
        text.put(leaf, "translations", after)


def _said(node: Node, key: str) -> str:
    found = child(node, key)
    return str(found.value) if isinstance(found, ScalarNode) else ""


def _leaf(tree: Node | None, name: str) -> Node | None:
    found = (node for key, node in _nodes(tree) if key == name and child(node, "reasons") is None)
    return next(found, None)


def _nodes(tree: Node | None) -> list[tuple[str, Node]]:
    """Every group and leaf of a tree."""
    told = list(entries(tree))
    return [*told, *(one for _, node in told for one in _nodes(child(node, "reasons")))]


# -- days ----------------------------------------------------------------------------------------


def _day(text: Splices, edit: DayEdit) -> None:
    calendar = text.find("calendars", edit.calendar)
    if calendar is None:
        known = [name for name, _ in entries(text.find("calendars"))]
        what = f"there is no calendar '{edit.calendar}'"
        raise QueryError(Problem("edit-unknown", edit.calendar, what, did_you_mean(edit.calendar, known)))
    listed = child(calendar, "exceptions")
    old = next((one for one in items(listed) if _said(one, "date") == edit.date), None)
    if edit.shifts is None and not edit.breaks:  # the day is as usual again
        if old is None or listed is None:
            what = f"{edit.date} is a usual day of '{edit.calendar}'"
            raise QueryError(Problem("edit-nothing", edit.calendar, what, "Change its shifts or breaks."))
        text.remove(*((listed, old) if len(items(listed)) > 1 else (calendar, listed)))
        return
    new = _of_day(edit)
    if old is not None:
        text.replace(old, new)
    elif listed is None:
        text.list_under(calendar, "exceptions", new)
    else:
        text.append(listed, new)


def _of_day(edit: DayEdit) -> dict[str, Value]:
    told: dict[str, Value] = {"date": edit.date}
    if edit.shifts is not None:
        told["shifts"] = dict(edit.shifts) if any(edit.shifts.values()) else list(edit.shifts)
    if edit.breaks:
        told["breaks"] = {shift: [_pause(one) for one in pauses] for shift, pauses in edit.breaks.items()}
    return told | ({"label": edit.label} if edit.label else {})


def _pause(pause: Pause) -> dict[str, Value]:
    when: dict[str, Value] = {"between": list(pause.between)} if pause.between else {"at": pause.at}
    return {"reason": pause.reason, **when, "length": pause.length}
