"""An edit as it would be, checked by the checker of `plantstack check` before anything is written."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml.error import YAMLError

from plantstack.errors import ConfigError, Problem, QueryError
from plantstack.plant.load import PlantContent, check_plant, load_plant, plant_content
from plantstack.plant.plant import Plant
from plantstack.stack.answers.using import check_use
from plantstack.stack.editing.edits import Edit
from plantstack.stack.editing.standing import refuse_conflict, section_of, standing
from plantstack.stack.editing.writing import Texts, Written, written
from plantstack.stack.files.checking import check_mappings


@dataclass(frozen=True, slots=True)
class Draft:
    """An edit that may be taken in.

    Attributes:
        edit: what was asked for.
        written: the file with it.
        folder: a copy of the plant files with it, as long as the draft is open.
        plant: as it would be.
        before: what the files say now.
        after: what they would say.
    """

    edit: Edit
    written: Written
    folder: Path
    plant: Plant
    before: PlantContent
    after: PlantContent


@contextmanager
def drafted(folder: Path, edit: Edit) -> Iterator[Draft]:
    """Work an edit out beside the plant files; nothing of theirs is written.

    Raises:
        ConflictError: when the same was changed since the edit was begun.
        ConfigError: with every problem of the files as they would be.
        QueryError: when there is nothing to change, or no place for it.
    """
    before = plant_content(folder)
    refuse_conflict(json.loads(before.text), edit)
    texts = Texts.read(folder)
    try:
        made = written(texts, edit)
    except YAMLError:
        raise QueryError(_unwritable(section_of(edit))) from None
    with tempfile.TemporaryDirectory(prefix="plantstack-") as made_for:
        beside = Path(made_for)
        for name, text in {**texts.files, made.file: made.after}.items():
            (beside / name).write_bytes(text.encode())
        plant = _checked(folder, beside)
        after = plant_content(beside)
        _only_that(edit, json.loads(before.text), json.loads(after.text), made.file)
        yield Draft(edit, made, beside, plant, before, after)


def _checked(folder: Path, beside: Path) -> Plant:
    """The plant of a copy, of which nothing is wrong that was not wrong before."""
    problems = check_plant(beside)
    if problems:
        raise ConfigError(problems)
    then = load_plant(beside)
    problems = [*check_use(then), *check_mappings(folder, then)]
    if problems:
        now = load_plant(folder)
        known = {*check_use(now), *check_mappings(folder, now)}
        problems = [one for one in problems if one not in known]
    if problems:
        raise ConfigError(problems)
    return then


def _only_that(edit: Edit, before: dict[str, Any], after: dict[str, Any], file: str) -> None:
    """Refuse what would change more than was asked for, or not that."""
    section = section_of(edit)
    rest = [{key: value for key, value in told.items() if key != section} for told in (before, after)]
    if rest[0] != rest[1] or standing(before, edit) == standing(after, edit):
        raise QueryError(_unwritable(file))


def _unwritable(where: str) -> Problem:
    what = "it is written in a way in which this cannot be changed here"
    return Problem("edit-unwritable", where, what, "Change the file by hand, then run 'plantstack check'.")
