"""What came, read again through a mapping: messages that were kept, or files."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, fields, replace
from itertools import chain, takewhile
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from plantstack.connectors.connections import read_connections
from plantstack.connectors.load import FileBatch, load_files
from plantstack.connectors.mapping.carry import Carry, without_stretches
from plantstack.connectors.mapping.meaning import counters_of, scale_of
from plantstack.connectors.mapping.model import Column, Mapping, Rule, Signal
from plantstack.connectors.mapping.read import load_mapping
from plantstack.connectors.raw import FOLDER, Kept, RawFiles, kept_connections
from plantstack.connectors.stream import Stream
from plantstack.errors import EventError, Problem, QueryError, did_you_mean
from plantstack.events.batch import DeadLetter, FileMark
from plantstack.events.identity import KeyMaker
from plantstack.events.names import Names
from plantstack.events.schema import CONTENT, COUNT_CLASSES
from plantstack.events.validate import validate
from plantstack.plant.plant import Plant
from plantstack.stack.files.naming import names_of
from plantstack.stack.mappings.joining import Joined, Spot, joined
from plantstack.stack.mappings.silences import Came, Word, in_order, shown

BEFORE = "before"  # below mappings/: those that another took the place of
MOST = 2_000_000  # events that are held in memory, and change in one transaction


@dataclass(slots=True)
class Read:
    """What a mapping told of it.

    Attributes:
        events: validated, see `schema.CONTENT`.
        spots: where each event came from.
        dead: what could not become an event.
        received: of the deliveries; none for files.
        carry: where counters and orders stand after it.
        marks: of files that were read whole.
        begun_anew: rules whose counters could not go on from before what was kept.
    """

    events: pa.Table = field(default_factory=CONTENT.empty_table)
    spots: list[Spot] = field(default_factory=list)
    dead: list[DeadLetter] = field(default_factory=list)
    received: list[int] = field(default_factory=list)
    carry: str = ""
    marks: list[FileMark] = field(default_factory=list)
    begun_anew: tuple[str, ...] = ()


class Input(Protocol):
    """Something that can be read again."""

    def read(self, mapping: Mapping, before: Mapping, plant: Plant, now: int) -> Read:
        """Read all of it.

        Args:
            mapping: how.
            before: the mapping under which it was told.
            plant: whose machines they speak of.
            now: the instant of receipt, where it has none of its own.

        Raises:
            EventError: when the mapping is not meant for it.
            QueryError: when it is more than can be held.
        """
        ...

    def missed(self) -> int:
        """How many deliveries are known to be missing."""
        ...

    def upto(self, at: int) -> Input:
        """The same without what was received after an instant."""
        ...

    def hearing(self, words: Sequence[Word]) -> Input:
        """The same with what is known of when its source was there."""
        ...


@dataclass(slots=True)
class _Gathered:
    """Events on their way into one table."""

    names: Names
    parts: list[pa.Table] = field(default_factory=list)
    read: Read = field(default_factory=Read)
    refused: set[str] = field(default_factory=set)
    _size: int = 0

    def take(self, number: int, part: FileBatch, at: int, keys: KeyMaker) -> None:
        table, faults = validate(part.events, self.names, at, keys, is_own=False)
        bad = {event for event, _ in faults}
        self.read.dead += [*part.dead, *part.bury(faults)]
        self.read.spots += [(number, int(row)) for event, row in enumerate(part.rows) if event not in bad]
        self.refused |= {part.events["equipment"][event].as_py() or "" for event in bad}
        self.parts.append(table)
        self._size += len(table)
        if self._size > MOST:
            what = f"it gives more than {MOST:,} events"
            raise QueryError(Problem("map-large", part.file, what, "Name a later start with --from."))

    def join(self, group: Joined, part: FileBatch, keys: KeyMaker) -> None:
        """Take in what joined deliveries say, under the keys it has of each by itself."""
        before = len(self.read.spots)
        self.take(0, replace(part, events=group.own_keys(part)), group.at, keys)
        self.read.spots[before:] = [group.spots[row] for _, row in self.read.spots[before:]]

    def all(self, carry: str) -> Read:
        self.read.events = pa.concat_tables([CONTENT.empty_table(), *self.parts])
        self.read.carry = without_stretches(carry, self.refused)
        return self.read


@dataclass(frozen=True, slots=True)
class RawInput:
    """What was kept of connections, in the order of receipt.

    Attributes:
        project: its folder.
        connections: whose messages; all that share the mapping.
        since: deliveries received before only say where counters stand.
        until: deliveries received after are not read.
        words: of when the source was there: thin signals show something by silence too.
    """

    project: Path
    connections: tuple[str, ...]
    since: int = 0
    until: int = 2**62
    words: tuple[Word, ...] = ()

    def read(self, mapping: Mapping, before: Mapping, plant: Plant, now: int) -> Read:
        """See `Input`."""
        gathered = _Gathered(names_of(plant))
        carry, anew = _seed(mapping, *self._standing(before))
        if mapping.signals:
            gathered.read.begun_anew = anew
            return self._sensed(mapping, plant, gathered, carry)
        with closing(Stream(mapping, plant)) as stream:
            for group in joined(self._noted(gathered.read.received), self.since):
                keys = KeyMaker()
                for part in stream.read(group.messages, carry, group.at):
                    if group.at >= self.since:
                        gathered.join(group, part, keys)
        gathered.read.begun_anew = anew
        return gathered.all(carry.text())

    def _sensed(self, mapping: Mapping, plant: Plant, gathered: _Gathered, carry: Carry) -> Read:
        """Read each delivery by itself, and what silence showed in between: signals hang on both."""
        streams = {name: Stream(mapping, plant, name) for name in self.connections}
        came = (Came(kept.at, name, kept) for name, kept in self._named())
        words = [one for one in self.words if one.at <= self.until]
        try:
            for number, one in enumerate(in_order(came, words)):
                if isinstance(one, list):
                    stream = streams[self.connections[0]]
                    parts = shown(stream, plant, one, carry, self.connections)
                    at = one[0].at
                else:
                    at = one.at
                    parts = streams[one.connection].read(one.kept.messages, carry, at)
                keys = KeyMaker()
                for part in parts:
                    if at >= self.since:
                        gathered.take(number, part, at, keys)
                gathered.read.received += [at] if at >= self.since else []
        finally:
            for stream in streams.values():
                stream.close()
        return gathered.all(carry.text())

    def _named(self) -> Iterator[tuple[str, Kept]]:
        """What was delivered, and through which connection."""
        named = [((name, kept) for kept in self._files(name)) for name in self.connections]
        found = heapq.merge(*named, key=lambda one: one[1].at)
        return takewhile(lambda one: one[1].at <= self.until, found)

    def _noted(self, received: list[int]) -> Iterator[Kept]:
        """What was delivered, with a note of when."""
        for kept in self.deliveries():
            received += [kept.at] if kept.at >= self.since else []
            yield kept

    def deliveries(self) -> Iterator[Kept]:
        """What was delivered, of all connections."""
        kept = heapq.merge(*map(self._files, self.connections), key=lambda kept: kept.at)
        return takewhile(lambda one: one.at <= self.until, kept)

    def upto(self, at: int) -> RawInput:
        """See `Input`."""
        return replace(self, until=at)

    def hearing(self, words: Sequence[Word]) -> RawInput:
        """See `Input`."""
        return replace(self, words=tuple(words))

    def missed(self) -> int:
        """How many deliveries are known to be missing."""
        files = [self._files(name) for name in self.connections]
        for one in files:
            deque(one, maxlen=0)
        return sum(one.missed for one in files)

    def _files(self, name: str) -> RawFiles:
        return RawFiles(self.project / FOLDER / name)

    def _standing(self, before: Mapping) -> tuple[str, Mapping | None]:
        """Where counters stood before the first delivery, and under which mapping; None: it is not known."""
        first: tuple[int, RawFiles] | None = None
        for name in self.connections:
            files = self._files(name)
            kept = next(iter(files), None)
            if kept is not None and (first is None or kept.at < first[0]):
                first = (kept.at, files)
        if first is None:
            return "", None
        places = (self.project / "mappings" / BEFORE).glob(f"{before.name}-*.yaml")
        earlier = (replace(load_mapping(path), name=before.name) for path in sorted(places))
        told = first[1].counters
        found = next((one for one in chain([before], earlier) if counters_of(one) == told), None)
        return (first[1].carry, found) if found else ("", None)


@dataclass(frozen=True, slots=True)
class FileInput:
    """Files."""

    paths: tuple[Path, ...]

    def read(self, mapping: Mapping, before: Mapping, plant: Plant, now: int) -> Read:
        """See `Input`."""
        gathered, carry, keys = _Gathered(names_of(plant)), "", KeyMaker()
        whole: dict[int, FileMark] = {}
        for part in load_files(self.paths, mapping, plant=plant):
            if part.refused:
                raise EventError(part.refused)
            dead = len(gathered.read.dead)
            gathered.take(part.number, part, now, keys)
            if part.mark:
                whole[part.number] = part.mark
            if len(gathered.read.dead) > dead:
                whole.pop(part.number, None)
            carry = part.carry or carry
        gathered.read.marks = list(whole.values())
        return gathered.all(carry)

    def missed(self) -> int:
        """None: a file is whole."""
        return 0

    def upto(self, at: int) -> FileInput:
        """All of it: a file does not grow."""
        return self

    def hearing(self, words: Sequence[Word]) -> FileInput:
        """All of it: nobody listened to a file."""
        return self


def input_of(
    project: Path, name: str, raw: Sequence[str], files: Sequence[Path], since: int = 0
) -> RawInput | FileInput:
    """What a mapping has read: named files, or what was kept of named or of all connections that use it.

    Raises:
        QueryError: when nothing is named and nothing kept.
    """
    if files:
        return FileInput(tuple(files))
    known = kept_connections(project)
    users = [one.name for one in read_connections(project)[0] if one.mapping and one.mapping.name == name]
    wanted = list(dict.fromkeys([*raw, *(user for user in users if user in known)]))
    missing = [one for one in wanted if one not in known]
    if missing or not wanted:
        what = f"nothing is kept of a connection '{missing[0]}'" if missing else "there is nothing to read"
        fix = did_you_mean(missing[0], known) if missing else "Name files, or a connection with --raw."
        raise QueryError(Problem("raw-nothing", "--raw", what, fix))
    return RawInput(project, tuple(wanted), since)


def _seed(mapping: Mapping, standing: str, told: Mapping | None) -> tuple[Carry, tuple[str, ...]]:
    """Where a mapping goes on from, as far as it is read alike; and the rules whose counters begin anew.

    Orders go on with their latest changes, so that rows that come again are held against their time, and a
    deadband from the reading told last.

    Args:
        mapping: that goes on.
        standing: where they stood.
        told: the mapping that said so; None: nothing is known.
    """
    known = Carry.read(standing)
    if mapping is told:
        return known, ()
    counting = [rule for rule in mapping.rules if rule.counter and rule.counter.cumulative]
    if told is None:
        return Carry(), tuple(rule.name for rule in counting)
    is_scaled_alike = scale_of(mapping) == scale_of(told)
    alike = {
        rule.name
        for rule in counting
        for other in told.rules
        if is_scaled_alike and other.name == rule.name and _sample(mapping, rule) == _sample(told, other)
    }
    counters = {name: one for name, one in known.counters.items() if _rule_of(name) in alike}
    orders, changes = (known.orders, known.changes) if _orders(mapping) == _orders(told) else ({}, {})
    before = {rule.name: _reading(told, rule) for rule in told.rules if rule.deadband}
    thinned = {rule.name for rule in mapping.rules if before.get(rule.name) == _reading(mapping, rule)}
    readings = {name: one for name, one in known.readings.items() if _rule_of(name) in thinned}
    lost = {_rule_of(name) for name in known.counters} - alike
    anew = tuple(rule.name for rule in counting if rule.name in lost)
    known_signals = {one.name: _signal(told, one) for one in told.signals}
    sensed = {one.name for one in mapping.signals if known_signals.get(one.name) == _signal(mapping, one)}
    signals = {name: one for name, one in known.signals.items() if _rule_of(name) in sensed}
    return Carry(counters, orders, changes, signals, readings), anew


def _rule_of(series: str) -> str:
    return str(series.partition('"')[2].partition('"')[0])


def _sample(mapping: Mapping, rule: Rule) -> list[object]:
    """What a counter shows, wherever it is counted to: which cells, of which machine, from which rows."""
    classes = [template for name, template in rule.fields.items() if name in COUNT_CLASSES]
    used = [*classes, rule.fields.get("equipment"), rule.counter.per if rule.counter else None]
    names = [name for template in used if template for name in template.names]
    names += [condition.column for condition in rule.when]
    columns = [_said(mapping.columns[name]) for name in names if name in mapping.columns]
    return [used, rule.when, columns]


def _reading(mapping: Mapping, rule: Rule) -> list[object]:
    """What a reading is made of, and how much it must change to be told."""
    names = [name for template in rule.fields.values() for name in template.names]
    names += [condition.column for condition in rule.when]
    columns = [_said(mapping.columns[name]) for name in names if name in mapping.columns]
    return [rule.deadband, rule.fields, rule.when, rule.quality, columns, mapping.file]


def _signal(mapping: Mapping, signal: Signal) -> list[object]:
    """What a state is read off, and how."""
    plain = {role: replace(rule, place=signal.place) for role, rule in signal.inputs.items()}
    inputs = [(role, _reading(mapping, rule)) for role, rule in sorted(plain.items())]
    rest = [getattr(signal, one.name) for one in fields(signal) if one.name not in ("place", "inputs")]
    return [inputs, rest]


def _orders(mapping: Mapping) -> list[object]:
    templates = [mapping.equipment, *(mapping.orders or ())]
    names: Sequence[str] = [name for one in templates if one for name in one.names]
    return [templates, *(_said(mapping.columns[name]) for name in names if name in mapping.columns)]


def _said(column: Column) -> list[object]:
    return [getattr(column, one.name) for one in fields(column) if one.name != "place"]
