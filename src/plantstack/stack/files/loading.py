"""Files into the log: decode or map, validate, append; good rows are kept, bad ones buried and told."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import Any

from plantstack.connectors.files.intake import LARGE, shown_name, weight
from plantstack.connectors.load import FileBatch, Reading, load_files
from plantstack.connectors.mapping.carry import without_stretches
from plantstack.connectors.mapping.meaning import counters_of, finds_starts
from plantstack.connectors.mapping.model import Mapping
from plantstack.errors import Problem
from plantstack.events.batch import CONFLICT, DUPLICATE, Batch, Cursor, DeadLetter, Receipt, signed
from plantstack.events.identity import KeyMaker
from plantstack.events.log import Log
from plantstack.events.names import Names
from plantstack.events.starts import starts_as_told
from plantstack.events.store import least_at
from plantstack.events.validate import validate
from plantstack.plant.plant import Plant
from plantstack.stack.files.clocks import Clocks
from plantstack.stack.files.doubled import Doubled
from plantstack.stack.files.naming import names_of
from plantstack.stack.files.strangers import Strangers

Progress = Callable[[Reading], None]
"""Told how many bytes of all files were read."""
_NAMED = 3


@dataclass(slots=True)
class Loaded:
    """What became of one file."""

    file: str
    receipt: Receipt = field(default_factory=Receipt)
    refused: int = 0  # 1 when the file could not be read, or not to its end
    set_aside: int = 0  # rows that could not become events
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    buried: set[tuple[str, str]] = field(default_factory=set)  # place and reason of rows set aside

    def as_row(self) -> dict[str, Any]:
        """The row of the command contract; conflicts are in it when there are any."""
        row = {
            "file": self.file,
            "accepted": self.receipt.accepted,
            "duplicates": self.receipt.duplicates,
            "dead_lettered": self.receipt.dead_lettered,
            "refused": self.refused,
        }
        return row | ({"conflicts": self.receipt.conflicts} if self.receipt.conflicts else {})


@dataclass(frozen=True, slots=True)
class Loading:
    """Where files go, and how they are judged."""

    log: Log
    plant: Plant
    now: int
    mapping: Mapping | None = None
    progress: Progress = lambda reading: None
    write: Callable[[Batch], Receipt] | None = None  # while a server runs: its one writer; None: this log
    names: Names | None = None  # what equipment is called; None: as the plant files say
    source: str = ""  # of letters that name none

    def files(self, paths: Sequence[Path]) -> list[Loaded]:
        """Load files one after another; what one lacks or spoils is told, and never stops the next."""
        loaded = [Loaded(shown_name(path)) for path in paths]
        batches = self._batches(paths, loaded)
        if self.write is None and sum(map(weight, paths)) >= LARGE:
            self._bulk(batches)
        else:
            write = self.write or partial(self.log.append, received_at=self.now)
            for one, batch in batches:
                one.receipt += write(batch)
        for one in loaded:
            one.problems.sort(key=_in_file)
            _tell_again(one)
            _tell_conflicts(one)
        return loaded

    def _bulk(self, batches: Iterator[tuple[Loaded, Batch]]) -> None:
        """Write all files as one stream of whole files, and tell each what became of its rows."""
        told: list[tuple[Loaded, Batch]] = []

        def passed_on() -> Iterator[Batch]:
            for one, batch in batches:
                told.append((one, replace(batch, events=batch.events.slice(0, 0))))
                sizes.append(len(batch.events))
                yield batch

        sizes: list[int] = []
        site_of = {name: self.plant.site_of(name).id for name in self.plant.equipment}
        outcomes = self.log.bulk(passed_on(), received_at=self.now, site_of=site_of).outcomes
        ends = accumulate(sizes)
        for (one, batch), end, size in zip(told, ends, sizes, strict=True):
            codes = outcomes[end - size : end]
            one.receipt += Receipt(
                accepted=size - codes.count(DUPLICATE),
                duplicates=codes.count(DUPLICATE),
                conflicts=codes.count(CONFLICT),
                dead_lettered=len(batch.dead),
            )

    def _batches(self, paths: Sequence[Path], loaded: list[Loaded]) -> Iterator[tuple[Loaded, Batch]]:
        names, carry = self.names or names_of(self.plant), self.log.cursor(self._counters) or ""
        keys = [KeyMaker() for _ in paths]
        marks: set[str] = set()
        refused: set[str] = set()  # machines of which the plant did not take every event
        strangers, clocks = Strangers(self.plant), [Clocks() for _ in paths]
        known_since, before = least_at(self.log.connection), self.log.last_offset()
        doubled = Doubled()

        def known(mark: str) -> bool:
            return mark in marks or self.log.knows_file(mark)

        place = self.log.places.identity.parent  # beside the log, private to its owner
        for part in load_files(
            paths,
            self.mapping,
            known=known,
            carry=carry,
            scratch=place,
            progress=self.progress,
            plant=self.plant,
        ):
            one = loaded[part.number]
            one.notes.extend(part.notes)
            if part.refused:
                one.refused = 1
                one.problems.extend(part.refused)
            good, faults = validate(part.events, names, self.now, keys[part.number], is_own=False)
            if self.mapping and finds_starts(self.mapping):
                good = starts_as_told(self.log, good)
            strangers.see(good, one.file)
            doubled.see(good, one.file)
            clocks[part.number].see(good)
            dead = _first_told(signed((*part.dead, *part.bury(faults)), self.source), one)
            _tell(dead, one)
            one.set_aside += len(dead)
            refused |= {part.events.column("equipment")[event].as_py() or "" for event, _ in faults}
            known_part = replace(part, carry=without_stretches(part.carry, refused))
            batch = self._batch(known_part, Batch(good, dead), one)
            marks |= {batch.file.sha256, batch.file.plain} if batch.file else set()
            yield one, batch
        everywhere = [*strangers.notes(), *doubled.notes(self.log, before)]
        for one, clock in zip(loaded, clocks, strict=True):
            one.notes.extend(clock.notes(one.file, known_since))
            one.notes.extend(note for note in everywhere if note.where == one.file)

    def _batch(self, part: FileBatch, batch: Batch, loaded: Loaded) -> Batch:
        """Add to the last batch of a file what the next load must know."""
        if part.mark is None or any(note.code == "file-known" for note in loaded.notes):
            return batch
        cursors = (Cursor(self._counters, part.carry),) if part.carry else ()
        if not loaded.set_aside:
            return replace(batch, file=part.mark, cursors=cursors)
        # Not marked as known: once the plant or the mapping is mended, the same file gives the rest.
        rows = "1 row was" if loaded.set_aside == 1 else f"{loaded.set_aside} rows were"
        fix = "Mend what the problems name and load the file again: what is in the log is not doubled."
        loaded.notes.append(Problem("file-partial", loaded.file, f"{rows} set aside", fix))
        return replace(batch, cursors=cursors)

    @property
    def _counters(self) -> str:
        """Under which name the log keeps where this mapping's counters stand."""
        return counters_of(self.mapping) if self.mapping else ""


def gathered(loaded: Sequence[Loaded]) -> list[Problem]:
    """Return the notes of a load, one line a kind: what many files have in common is told of the first."""
    kinds: dict[str, list[Problem]] = {}
    for note in dict.fromkeys(note for one in loaded for note in one.notes):
        kinds.setdefault(note.code, []).append(note)
    return [_of_all(notes) for notes in kinds.values()]


def _of_all(notes: list[Problem]) -> Problem:
    first, others = notes[0], list(dict.fromkeys(note.where for note in notes[1:]))
    if not others:
        return first
    named = ", ".join(others[:_NAMED]) + (", ..." if len(others) > _NAMED else "")
    places = "1 other file" if len(others) == 1 else f"{len(others)} other files"
    return replace(first, what=f"{first.what}; likewise in {places} ({named})")


def _tell_again(loaded: Loaded) -> None:
    """Say of a file that is read under a changed mapping what is new in it."""
    for place, note in enumerate(loaded.notes):
        if note.code == "file-again":
            receipt = loaded.receipt
            new = receipt.accepted - receipt.conflicts
            what = f"{note.what}: known events: {receipt.duplicates}, new ones: {new}"
            loaded.notes[place] = replace(note, what=what)


def _tell_conflicts(loaded: Loaded) -> None:
    """Say that something was told before in other words: visible, and never a silent correction."""
    count = loaded.receipt.conflicts
    if count:
        rows = "1 event says" if count == 1 else f"{count} events say"
        what = f"{rows} something else under a source and key told before"
        what += "; of those the one with the least 'told_at' stands, ties by content"
        fix = "Where the new one is right, send it with a key of its own and 'supersedes'."
        loaded.notes.append(Problem("load-conflict", loaded.file, what, fix))


def _first_told(dead: tuple[DeadLetter, ...], loaded: Loaded) -> tuple[DeadLetter, ...]:
    """Leave out what was said of a row before: each of its events may be wrong in the same way."""
    fresh = []
    for letter in dead:
        said = (letter.where, letter.problem.what)
        if not letter.raw or said not in loaded.buried:
            loaded.buried.add(said)
            fresh.append(letter)
    return tuple(fresh)


def _in_file(problem: Problem) -> list[str | int]:
    """Sort by the numbers in a place as numbers: line 9 stands before line 10."""
    parts = re.split(r"([0-9]+)", problem.where)
    return [int(part) if place % 2 else part for place, part in enumerate(parts)]


def _tell(dead: tuple[DeadLetter, ...], loaded: Loaded) -> None:
    """One line for each buried row, with the place of the row in front."""
    for letter in dead:
        problem = letter.problem
        where = letter.where
        if problem.where not in where and where not in problem.where:
            where = f"{where}, {problem.where}"
        loaded.problems.append(Problem(problem.code, where, problem.what, problem.fix))
