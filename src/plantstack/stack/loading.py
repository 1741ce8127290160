"""Files into the log: decode or map, validate, append; good rows are kept, bad ones buried and told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import file_digest
from pathlib import Path
from typing import Any

from plantstack.connectors.load import FileBatch, load_files
from plantstack.connectors.mapping.model import Mapping
from plantstack.errors import EventError, Problem
from plantstack.events.batch import Batch, DeadLetter, FileMark, Receipt, bury
from plantstack.events.identity import KeyMaker
from plantstack.events.log import Log
from plantstack.events.names import Names
from plantstack.events.validate import validate
from plantstack.events.wire_csv import decode_csv
from plantstack.plant.plant import Plant
from plantstack.stack.naming import names_of

BULK_BYTES = 8 << 20  # from here on a file goes straight to segments
_CHUNK = 1 << 20
Progress = Callable[[str, int], None]
"""Told the file and how many events of it were read so far."""


@dataclass(slots=True)
class Loaded:
    """What became of one file."""

    file: str
    receipt: Receipt = field(default_factory=Receipt)
    refused: int = 0  # 1 when the file as a whole could not be read
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
        """Load one file."""
        loaded = Loaded(path.name)
        if not path.is_file():
            loaded.refused = 1
            fix = "Name an existing file."
            loaded.problems.append(Problem("file-missing", str(path), "there is no such file", fix))
            return loaded
        try:
            batches = self._batches(path, loaded)
            site_of = {name: self.plant.site_of(name).id for name in self.plant.equipment}
            if path.stat().st_size >= BULK_BYTES:
                loaded.receipt = self.log.bulk(batches, received_at=self.now, site_of=site_of)
            else:
                for batch in batches:
                    loaded.receipt += self.log.append(batch, received_at=self.now)
        except EventError as error:
            loaded.refused = 1
            loaded.problems.extend(error.problems)
        return loaded

    def _batches(self, path: Path, loaded: Loaded) -> Iterator[Batch]:
        names, keys = names_of(self.plant), KeyMaker()
        if self.mapping is None and path.suffix == ".csv":
            return self._canonical_csv(path, loaded, names, keys)
        return self._connected(path, loaded, names, keys)

    def _connected(self, path: Path, loaded: Loaded, names: Names, keys: KeyMaker) -> Iterator[Batch]:
        found = load_files([path], self.mapping, known=self.log.knows_file, progress=self.progress)
        for part in found:
            loaded.notes.extend(part.notes)
            if self._is_unreadable(part):
                loaded.refused = 1
                loaded.problems.extend(letter.problem for letter in part.dead)
                continue
            good, faults = validate(part.events, names, self.now, keys)
            dead = (*part.dead, *part.bury(faults))
            _tell(dead, loaded)
            known = any(note.code == "file-known" for note in part.notes)
            yield Batch(good, dead, None if known else part.mark)

    def _is_unreadable(self, part: FileBatch) -> bool:
        return not part.events.num_rows and bool(part.dead) and all(not one.raw for one in part.dead)

    def _canonical_csv(self, path: Path, loaded: Loaded, names: Names, keys: KeyMaker) -> Iterator[Batch]:
        with path.open("rb") as stream:
            mark = FileMark(file_digest(stream, "sha256").hexdigest(), path.name)
            if self.log.knows_file(mark.sha256):
                what = "was loaded before, perhaps under another name"
                loaded.notes.append(Problem("file-known", path.name, what))
                return
            stream.seek(0)
            rows = 0
            for decoded in decode_csv(iter(lambda: stream.read(_CHUNK), b"")):
                good, faults = validate(decoded.table, names, self.now, keys)
                dead = (*decoded.dead, *bury(decoded, faults, file=path.name))
                _tell(dead, loaded)
                rows += decoded.table.num_rows
                self.progress(path.name, rows)
                yield Batch(good, dead)
        yield Batch(file=mark)


def _tell(dead: tuple[DeadLetter, ...], loaded: Loaded) -> None:
    """One line for each buried row, with the place of the row in front."""
    for letter in dead:
        problem = letter.problem
        where = letter.where
        if problem.where not in where and where not in problem.where:
            where = f"{where}, {problem.where}"
        loaded.problems.append(Problem(problem.code, where, problem.what, problem.fix))
