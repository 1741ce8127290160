"""Files into the log: decode or map, validate, append; good rows are kept, bad ones buried and told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from plantstack.connectors.files.intake import is_large, shown_name
from plantstack.connectors.load import FileBatch, load_files
from plantstack.connectors.mapping.model import Mapping
from plantstack.errors import EventError, Problem
from plantstack.events.batch import Batch, Cursor, DeadLetter, Receipt
from plantstack.events.identity import KeyMaker
from plantstack.events.log import Log
from plantstack.events.names import Names
from plantstack.events.validate import validate
from plantstack.plant.plant import Plant
from plantstack.stack.naming import names_of

Progress = Callable[[str, int], None]
"""Told the file and how many events of it were read so far."""


@dataclass(slots=True)
class Loaded:
    """What became of one file."""

    file: str
    receipt: Receipt = field(default_factory=Receipt)
    refused: int = 0  # 1 when the file could not be read, or not to its end
    set_aside: int = 0  # rows that could not become events
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)

    def as_row(self) -> dict[str, Any]:
        """The row of the command contract."""
        return {
            "file": self.file,
            "accepted": self.receipt.accepted,
            "duplicates": self.receipt.duplicates,
            "dead_lettered": self.receipt.dead_lettered,
            "refused": self.refused,
        }


@dataclass(frozen=True, slots=True)
class Loading:
    """Where files go, and how they are judged."""

    log: Log
    plant: Plant
    now: int
    mapping: Mapping | None = None
    progress: Progress = lambda file, events: None

    def file(self, path: Path) -> Loaded:
        """Load one file; what it lacks or spoils is told, and never stops the next."""
        loaded = Loaded(shown_name(path))
        batches = self._batches(path, loaded, names_of(self.plant), KeyMaker())
        try:
            if is_large(path):
                site_of = {name: self.plant.site_of(name).id for name in self.plant.equipment}
                loaded.receipt = self.log.bulk(batches, received_at=self.now, site_of=site_of)
            else:
                for batch in batches:
                    loaded.receipt += self.log.append(batch, received_at=self.now)
        except EventError as error:
            loaded.refused = 1
            loaded.problems.extend(error.problems)
        return loaded

    def _batches(self, path: Path, loaded: Loaded, names: Names, keys: KeyMaker) -> Iterator[Batch]:
        known, carry = self.log.knows_file, self.log.cursor(self._counters) or ""
        for part in load_files([path], self.mapping, known=known, carry=carry, progress=self.progress):
            loaded.notes.extend(part.notes)
            if part.refused:
                loaded.refused = 1
                loaded.problems.extend(part.refused)
            good, faults = validate(part.events, names, self.now, keys)
            dead = (*part.dead, *part.bury(faults))
            _tell(dead, loaded)
            loaded.set_aside += len(dead)
            yield self._batch(part, Batch(good, dead), loaded)

    def _batch(self, part: FileBatch, batch: Batch, loaded: Loaded) -> Batch:
        """Add to the last batch of a file what the next load must know."""
        if part.mark is None or any(note.code == "file-known" for note in part.notes):
            return batch
        cursor = Cursor(self._counters, part.carry) if part.carry else None
        if not loaded.set_aside:
            return replace(batch, file=part.mark, cursor=cursor)
        # Not marked as known: once the plant or the mapping is mended, the same file gives the rest.
        rows = "row was" if loaded.set_aside == 1 else f"{loaded.set_aside} rows were"
        fix = "Mend what the problems name and load the file again: what is in the log is not doubled."
        loaded.notes.append(Problem("file-partial", loaded.file, f"{rows} set aside", fix))
        return replace(batch, cursor=cursor)

    @property
    def _counters(self) -> str:
        """Under which name the log keeps where this mapping's counters stand."""
        return f"counters {self.mapping.source} {self.mapping.name}" if self.mapping else ""


def _tell(dead: tuple[DeadLetter, ...], loaded: Loaded) -> None:
    """One line for each buried row, with the place of the row in front."""
    for letter in dead:
        problem = letter.problem
        where = letter.where
        if problem.where not in where and where not in problem.where:
            where = f"{where}, {problem.where}"
        loaded.problems.append(Problem(problem.code, where, problem.what, problem.fix))
