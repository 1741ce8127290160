"""Another mapping in place of one: what that told is taken back, and what came is read by the new one.

An event that was retracted never comes back under its own source, so the new mapping tells under a source of
its own: the next number of the old one. All of it is one transaction of the log.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path

import pyarrow as pa

from plantstack.connectors.mapping.meaning import counters_of, meaning_of
from plantstack.connectors.mapping.model import Mapping
from plantstack.connectors.mapping.names import check_equipment
from plantstack.connectors.mapping.read import load_mapping, parse_mapping
from plantstack.engines.duckdb.calculator import Calculator
from plantstack.engines.duckdb.loads import (
    asked_and_left,
    knows_source,
    last_words,
    left_alone,
    presence_of,
    put_named,
    retractable,
    words_of_presence,
)
from plantstack.errors import Problem, QueryError
from plantstack.events import deadletters
from plantstack.events.batch import Batch, Cursor
from plantstack.events.log import Entry
from plantstack.events.schema import CONTENT
from plantstack.events.store import last_receipt
from plantstack.intervals import SECOND
from plantstack.plant.plant import Plant
from plantstack.plant.source import Report
from plantstack.stack.files.checking import mapping_file
from plantstack.stack.files.configuring import record_config
from plantstack.stack.files.naming import names_of
from plantstack.stack.files.retracting import voids
from plantstack.stack.mappings.replaying import BEFORE, Input, Read
from plantstack.stack.mappings.silences import words_of
from plantstack.stack.project import Stack

_SOURCE = re.compile(r"^source:[ \t]*([^#\n]*?)([ \t]*(#.*)?)$", re.MULTILINE)
_NUMBER = re.compile(r"(.*)-([0-9]+)")
_IN_FLIGHT = 5 * SECOND  # what was received longer ago is in the log


@dataclass(frozen=True, slots=True)
class Change:
    """Two mappings over the same input.

    Attributes:
        path: of the mapping that is in use.
        old: it.
        new: the other, under its new source.
        text: of the other's file, with that source.
        told: what the old one tells.
        tells: what the new one tells, without what others have corrected.
        targets: the standing events that would be retracted, see `engines.duckdb.loads.retractable`.
        left: how many of them stay: retracted or corrected by others before.
        missed: deliveries that were not kept.
        carried: what goes over to the new source: that it was there, or was not, and its last words before,
            so that what it said goes on.
    """

    path: Path
    old: Mapping
    new: Mapping
    text: str
    told: Read
    tells: Read
    targets: pa.Table
    left: int = 0
    missed: int = 0
    carried: pa.Table = field(default_factory=CONTENT.empty_table)

    @property
    def notes(self) -> list[Problem]:
        """What is worth knowing before it is adopted."""
        found = []
        if self.left:
            what = f"{self.left:,} events were retracted or corrected by others; they stay as they are"
            found.append(Problem("map-left", self.old.source, what))
        for rule in self.tells.begun_anew:
            what = f"counters of rule '{rule}' begin anew: their first values are baselines"
            fix = "What was made between the value before and the first one kept is not counted again."
            found.append(Problem("map-counters", self.new.name, what, fix))
        if self.missed:
            what = f"{self.missed:,} deliveries were not kept: the disk had no room for them"
            fix = "What they told stays as the old mapping told it."
            found.append(Problem("map-missed", self.old.source, what, fix))
        return found


def compare(stack: Stack, name: str, file: Path, given: Input, *, now: int) -> Change:
    """Read the same input under a mapping and under another one; nothing is changed.

    Args:
        stack: the project.
        name: of the mapping in use.
        file: of the other.
        given: what is read.
        now: the instant of receipt.

    Raises:
        ConfigError: with every problem of the other mapping.
        EventError: when one of them is not meant for the input.
        QueryError: when both say the same, or rules of the plant name the source.
    """
    path = mapping_file(stack.folder, name)
    old, con = load_mapping(path), stack.engine().books.con
    text, new = _other(stack.plant, file, path, old, con)
    if old.signals or new.signals:
        given = given.hearing(words_of(presence_of(con, old.source)))
    if stack.log.known is None:  # a reader: a server may be writing on
        given = given.upto(max(last_receipt(stack.log.connection, old.source), now - _IN_FLIGHT))
    told, tells = given.read(old, old, stack.plant, now), given.read(new, old, stack.plant, now)
    put_named(con, old.source, told.events["key"], told.received, min(told.received, default=2**62))
    left = set(left_alone(con)) - _own_corrections(told) if asked_and_left(con)[1] else set()
    tells = _without(tells, told, left)
    words = words_of_presence(con).select(CONTENT.names).cast(CONTENT)
    before = _repeated(last_words(con, old.source, _firsts(told, tells)))
    carried = _under(pa.concat_tables([words, before]), new.source)
    targets = retractable(con)
    return Change(path, old, new, text, told, tells, targets, len(left), given.missed(), carried)


def adopt(stack: Stack, change: Change, *, now: int, why: str = "") -> None:
    """Do it: in the log, then in the folder; the mapping that was is kept below `mappings/before`.

    Args:
        stack: open for writing, and unchanged since `compare`.
        change: what `compare` found.
        now: the instant of receipt.
        why: kept as the note of every retraction.

    Raises:
        LogError: when the log cannot be written; nothing was changed.
    """
    log = stack.log
    record_config(log, stack.desk.content, now)
    note = why or f"told anew by another mapping, as {change.new.source}"
    gone = voids(change.targets, log.last_offset() + 1, now, note)
    letters = _letters(stack, change)
    carry = (Cursor(counters_of(change.new), change.tells.carry),) if change.tells.carry else ()
    told = Batch(change.tells.events, tuple(change.tells.dead), cursors=carry)
    entries = [Entry(Batch(gone), now, settles=letters), Entry(Batch(change.carried), now), Entry(told, now)]
    entries += [Entry(Batch(file=mark), now) for mark in change.tells.marks]
    kept = change.path.parent / BEFORE / f"{change.path.stem}-{change.old.source}.yaml"
    fresh = change.path.with_name(f".{change.path.name}.new")
    fresh.write_text(change.text, "utf-8")
    log.append_all(entries)
    kept.parent.mkdir(exist_ok=True)
    kept.write_bytes(change.path.read_bytes())
    fresh.replace(change.path)
    stack.derive()


def _other(plant: Plant, file: Path, path: Path, old: Mapping, con: Calculator) -> tuple[str, Mapping]:
    """The other mapping as it would be adopted: under the name of the one in use, and a source of its own."""
    text = file.read_text("utf-8")
    new = replace(load_mapping(file), name=path.stem)
    if meaning_of(replace(new, source=old.source)) == meaning_of(old):
        what, fix = "says the same as the mapping in use", "Change it first."
        raise QueryError(Problem("map-same", file.name, what, fix))
    if new.source == old.source:
        source = _next(old.source, con)
        _check_rules(plant, old.source, source)
        text = _SOURCE.sub(lambda found: f"source: {source}{found[2]}", text, count=1)
        new = parse_mapping(text, path.stem)
        if new.source != source:
            what = "its source stands in no line of its own"
            raise QueryError(Problem("map-source", file.name, what, "Write 'source: NAME' in one line."))
    elif knows_source(con, new.source):
        what = f"the log knows the source '{new.source}' already"
        raise QueryError(Problem("map-source", file.name, what, f"Write 'source: {old.source}'."))
    report = Report()
    check_equipment(new, names_of(plant), report)
    report.raise_problems()
    return text, new


def _next(source: str, con: Calculator) -> str:
    found = _NUMBER.fullmatch(source)
    stem, number = (found[1], int(found[2])) if found else (source, 1)
    while True:
        number += 1
        if not knows_source(con, f"{stem}-{number}"):
            return f"{stem}-{number}"


def _check_rules(plant: Plant, old: str, new: str) -> None:
    """Make sure that the plant's rules for sources speak of both alike."""

    def rule(source: str) -> object:
        return next((one for one in plant.sources if fnmatchcase(source, one.match)), None)

    if rule(old) != rule(new):
        what = f"'sources' of the plant speaks of '{old}' and not in the same way of '{new}'"
        raise QueryError(Problem("map-source-rule", "plant.yaml", what, f"Write 'match: {old}*' there."))


def _own_corrections(told: Read) -> set[str]:
    """Keys of what the mapping itself took back: a stop that a late piece has shown to be none."""
    taken_back = told.events.filter(told.events["void"])
    return set(taken_back["sup_key"].to_pylist())


def _without(tells: Read, told: Read, keys: set[str]) -> Read:
    """Leave out what the new mapping makes of rows of which others have corrected what the old one told."""
    if not keys:
        return tells
    kinds, known = told.events["kind"].to_pylist(), told.events["key"].to_pylist()
    corrected = {
        (spot, kind) for spot, kind, key in zip(told.spots, kinds, known, strict=True) if key in keys
    }
    of = zip(tells.spots, tells.events["kind"].to_pylist(), strict=True)
    stays = [pair not in corrected for pair in of]
    spots = [spot for spot, is_in in zip(tells.spots, stays, strict=True) if is_in]
    return replace(tells, events=tells.events.filter(pa.array(stays, pa.bool_())), spots=spots)


def _firsts(*sides: Read) -> pa.Table:
    """From when on each machine is spoken of."""
    events = pa.concat_tables([side.events.select(["equipment", "at"]) for side in sides])
    return events.group_by("equipment").aggregate([("at", "min")]).rename_columns(["equipment", "first_at"])


def _repeated(words: pa.Table) -> pa.Table:
    """The last words before what is read again: a state as it is, all else only as a sign of life."""
    said = []
    for row in words.select(CONTENT.names).to_pylist():
        key = f"carried {row['key']}"
        if row["kind"] == "state":
            said.append({**row, "key": key})
        else:
            kept = {name: row[name] for name in ("equipment", "at", "told_at", "source", "void")}
            empty = {"order_id": "", "product": ""}
            said.append(
                {**kept, **empty, "kind": "alive", "key": key, "from_at": row["at"], "until_at": row["at"]}
            )
    return pa.Table.from_pylist(said, schema=CONTENT)


def _under(events: pa.Table, source: str) -> pa.Table:
    place = CONTENT.get_field_index("source")
    return events.set_column(place, CONTENT.field(place), pa.array([source] * len(events), pa.string()))


def _letters(stack: Stack, change: Change) -> tuple[int, ...]:
    """The open dead letters of what is read again: they are settled by it."""
    received = set(change.told.received)
    where = {letter.where for letter in change.told.dead}
    found: Sequence[deadletters.StoredLetter] = stack.log.dead_letters(limit=1_000_000)
    return tuple(
        one.id
        for one in found
        if one.source == change.old.source and (one.received_at in received or one.where in where)
    )
