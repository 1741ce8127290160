"""Messages -> events: the mapping that reads files, over messages as they come.

What counters showed last and which order runs is carried from one batch to the next. A message that comes
twice says what it said: rows that are equal are one.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from plantstack.connectors.contract import Message
from plantstack.connectors.files.jsonlines import Flat, flat_row
from plantstack.connectors.files.sheet import KEPT_BYTES, Line, Sheet, private_connection
from plantstack.connectors.load import FileBatch, read_sheet
from plantstack.connectors.mapping.calculator import Calculator, KeptCalculator
from plantstack.connectors.mapping.carry import Carry, Standing
from plantstack.connectors.mapping.cycles import Cycles
from plantstack.connectors.mapping.events import to_raw
from plantstack.connectors.mapping.keys import Keys
from plantstack.connectors.mapping.layout import Layout
from plantstack.connectors.mapping.live import live_problems, told_apart
from plantstack.connectors.mapping.model import RECEIVED, Column, Mapping, Signal
from plantstack.connectors.mapping.read_signals import PIECES
from plantstack.connectors.mapping.run import FEW_ROWS, Run
from plantstack.connectors.mapping.sensing import STATES, Sensor
from plantstack.connectors.mapping.sql import Binder
from plantstack.connectors.mapping.uses import all_uses
from plantstack.connectors.parting import read_apart
from plantstack.errors import ConfigError, EventError, Problem
from plantstack.events.batch import DeadLetter, kept
from plantstack.intervals import rfc3339
from plantstack.plant.plant import Plant
from plantstack.plant.source import Place


def _without_pieces(mapping: Mapping) -> tuple[Signal, ...]:
    """What signals read off messages that are told again: levels and run bits."""
    seen = (
        (one, {role: rule for role, rule in one.inputs.items() if role != PIECES}) for one in mapping.signals
    )
    return tuple(replace(one, inputs=inputs) for one, inputs in seen if inputs)


Columns = dict[str, list[str | None]]
"""The cells of messages, by the path that a mapping reads."""


@dataclass(frozen=True, slots=True)
class _Plain:
    """A mapping for messages of which no two say the same, so that nobody has to look for them."""

    mapping: Mapping
    paths: tuple[str, ...]  # of what is read

    def may_repeat(self, columns: Columns) -> bool:
        """Whether two rows may say the same in all that is read."""
        read = [[(cell or "").strip() for cell in columns[path]] for path in self.paths]
        seen = list(zip(*read, strict=True))
        return not seen or len(set(seen)) < len(seen)


def _paths_read(mapping: Mapping) -> tuple[str, ...]:
    columns = [mapping.columns[name] for name, _ in all_uses(mapping)]
    paths = (path for one in columns for path in (one.header, one.clock_header) if path)
    return tuple(dict.fromkeys(paths))


@dataclass(frozen=True, slots=True)
class MessageLines:
    """Messages, found again by their place in the batch."""

    messages: Sequence[Message]
    connection: str = ""

    def find(self, rows: Iterable[int]) -> dict[int, Line]:
        """Return the messages of some rows."""
        return {row: self._line(self.messages[row]) for row in rows}

    def _line(self, message: Message) -> Line:
        return Line(message.where, message.payload[:KEPT_BYTES], identity_of(message, self.connection))


def identity_of(message: Message, connection: str) -> str:
    """By what a message is the same when it comes again; '' where two that are equal may be two."""
    if not message.key:
        return ""
    said = f"{connection}\n{message.key}\n".encode() + message.payload
    return sha256(said).hexdigest()


def together(batches: Iterable[FileBatch]) -> list[FileBatch]:
    """Several batches of the same messages as one, which costs whoever judges them little more than each."""
    parts = list(batches)
    if len(parts) < 2:
        return parts
    full = [part for part in parts if len(part.events)]
    events = pa.concat_tables(part.events for part in full) if full else parts[0].events
    dead = tuple(letter for part in parts for letter in part.dead)
    notes = tuple(note for part in parts for note in part.notes)
    lines = next((part.lines for part in full), None)
    rows = [row for part in full for row in _numbers(part.rows)]
    return [FileBatch(parts[0].file, events, dead, notes=notes, rows=rows, lines=lines, share=1.0)]


def _numbers(rows: Sequence[int]) -> Sequence[int]:
    return rows.to_pylist() if isinstance(rows, pa.Array) else rows


def row_of(message: Message) -> Flat:
    """Read what a message carries as a row of cells.

    Raises:
        EventError: with one problem, when it is neither a text nor a JSON object.
    """
    if message.is_text:
        return {"value": message.payload.decode("utf-8", "replace")}
    return flat_row(message.payload)


class Stream:
    """One mapping over the messages of one source."""

    def __init__(self, mapping: Mapping, plant: Plant | None = None, name: str = "") -> None:
        """Make ready to read.

        Args:
            mapping: of messages.
            plant: whose standard cycles say how long a pause may be.
            name: of the connection; several may share a mapping, and each has scopes of its own.

        Raises:
            ConfigError: when messages cannot be read through it.
        """
        if problems := live_problems(mapping):
            raise ConfigError(problems)
        self._name = name
        columns = mapping.columns
        if mapping.skew and RECEIVED not in columns:
            columns = columns | {RECEIVED: Column(RECEIVED, Place(mapping.name), header=RECEIVED)}
        self.mapping = mapping = replace(told_apart(mapping), drop_twins=True, columns=columns)
        states = tuple(rule for rule in mapping.rules if rule.kind == "state")
        self._snapshots = replace(self.mapping, rules=states, signals=_without_pieces(mapping), orders=None)
        counters = tuple(rule for rule in mapping.rules if rule.counter and rule.counter.cumulative)
        self._cumulative = replace(self.mapping, rules=counters, signals=(), orders=None)
        self._cycles = Cycles.of(plant) if plant else Cycles()
        self._folder = tempfile.TemporaryDirectory(prefix="plantstack-")
        self._small = self._private(is_optimized=False)
        self._large: duckdb.DuckDBPyConnection | None = None  # few streams ever have so many at once
        self._kept: dict[int, KeptCalculator] = {}  # by mapping, one batch after the other
        self._plain = {
            id(one): _Plain(replace(one, drop_twins=False), _paths_read(one))
            for one in (self._snapshots, self.mapping)
        }
        self._wanted = list(
            dict.fromkeys(
                path for one in mapping.columns.values() for path in (one.header, one.clock_header) if path
            )
        )

    def close(self) -> None:
        """Let go of memory and folder."""
        self._small.close()
        if self._large:
            self._large.close()
        self._folder.cleanup()

    def read(self, messages: Sequence[Message], carry: Carry, now: int) -> Iterator[FileBatch]:
        """Yield events of the messages and what could not be read; the carry moves on.

        Args:
            messages: in the order they came.
            carry: where counters and orders of this mapping stand.
            now: the instant of receipt, microseconds UTC; as the column `received` a microsecond later with
                each message, so that those without a clock of their own keep their order.

        Raises:
            EventError: when hardly any message can be read, so that the mapping is to blame.
        """
        dead: list[DeadLetter] = []
        rows = self._rows(messages, now, dead)
        if dead:
            yield FileBatch(self.mapping.source, dead=tuple(dead))
        for part in self._parts(messages, rows):

            def read(places: Sequence[int], part: dict[int, Flat] = part) -> list[FileBatch]:
                mine = {place: part[place] for place in places}
                self._begin_counters(messages, mine, carry)
                runs = self._runs(messages, mine, now)
                return together(one for run in runs for one in read_sheet(run, carry))

            batches, culprits = read_apart(read, list(part), carry)
            yield from batches
            if culprits:
                yield FileBatch(self.mapping.source, dead=tuple(self._letters(messages, culprits)))

    def _letters(self, messages: Sequence[Message], culprits: dict[int, Problem]) -> Iterator[DeadLetter]:
        for place, problem in culprits.items():
            one = messages[place]
            yield self._letter(one, replace(problem, where=one.where))

    def _letter(self, message: Message, problem: Problem) -> DeadLetter:
        raw, identity = kept(message.payload), identity_of(message, self._name)
        return DeadLetter(raw, message.where, problem, self.mapping.source, identity)

    def _parts(self, messages: Sequence[Message], rows: dict[int, Flat]) -> Iterator[dict[int, Flat]]:
        """Cut where a source that told samples begins anew: counters go on from there, and not before."""
        part: dict[int, Flat] = {}
        told: set[str] = set()
        for place, row in rows.items():
            message = messages[place]
            if not message.is_fresh:
                told.add(message.scope)
            elif message.scope in told and self._cumulative.rules:
                yield part
                part, told = {}, set()
            part[place] = row
        yield part

    def _begin_counters(self, messages: Sequence[Message], rows: dict[int, Flat], carry: Carry) -> None:
        """Let counters go on from where a source that is new says they stand; nothing is counted by that."""
        mine = {place: row for place, row in rows.items() if messages[place].is_fresh}
        if not (mine and self._cumulative.rules):
            return
        shown = Carry()
        with self._calculator(self._cumulative, len(mine)) as calculator:
            sheet = self._sheet(calculator, mine, self._columns(mine), messages)
            layout = Layout(self._cumulative, sheet, {}, {}, Binder())
            for _ in read_sheet(Run(calculator, layout, Keys(calculator, self._cumulative, 1, "")), shown):
                pass  # what a snapshot cannot be read for is told where its state is
        rules = {rule.name: rule.counter for rule in self._cumulative.rules}
        for name, standing in shown.counters.items():
            known, counter = carry.counters.get(name), rules.get(json.loads(name)[0])
            begun = known.begun_anew(counter, standing.last) if known and counter else None
            carry.counters[name] = begun or Standing(None, standing.last)

    def runs(self, messages: Sequence[Message], now: int) -> Iterator[Run]:
        """Yield what `read` goes through, to be looked into: states that are told again, then all else."""
        yield from self._runs(messages, self._rows(messages, now, []), now)

    def _rows(self, messages: Sequence[Message], now: int, dead: list[DeadLetter]) -> dict[int, Flat]:
        rows, is_dated = {}, "received" in self._wanted
        for number, message in enumerate(messages):
            try:
                rows[number] = row = row_of(message)
                row.update(message.about)
                if is_dated and "received" not in message.about:  # one that is read again has its own
                    row["received"] = rfc3339(now + number)
            except EventError as error:
                dead.append(self._letter(message, error.problems[0]))
        return rows

    def _runs(self, messages: Sequence[Message], rows: dict[int, Flat], now: int) -> Iterator[Run]:
        for whole, is_snapshot in ((self._snapshots, True), (self.mapping, False)):
            mapping = whole
            mine = {place: row for place, row in rows.items() if messages[place].is_snapshot == is_snapshot}
            if mine and (mapping.rules or mapping.orders or mapping.signals):
                plain, columns = self._plain[id(mapping)], self._columns(mine)
                if not plain.may_repeat(columns):
                    mapping = plain.mapping
                with self._calculator(mapping, len(mine)) as calculator:
                    sheet = self._sheet(calculator, mine, columns, messages)
                    layout = Layout(mapping, sheet, {}, {}, Binder())
                    keys = Keys(calculator, mapping, 1, "")

                    def scope_of(row: int) -> str:
                        return f"{self._name}/{messages[row].scope}"

                    yield Run(calculator, layout, keys, self._cycles, now, scope_of)

    def _private(self, *, is_optimized: bool) -> duckdb.DuckDBPyConnection:
        place = Path(self._folder.name)
        return private_connection(place, memory="512MB", threads=1, is_optimized=is_optimized)

    @contextmanager
    def _calculator(self, mapping: Mapping, rows: int) -> Iterator[Calculator]:
        """With tables of its own for one batch; for few rows one that knows the statements of a mapping."""
        if rows > FEW_ROWS:
            self._large = self._large or self._private(is_optimized=True)
            with closing(self._large.cursor()) as connection:
                yield Calculator(connection)
            return
        kept = self._kept.pop(id(mapping), None) or KeptCalculator(self._small.cursor())
        try:
            yield kept
        except BaseException:  # whatever state its tables are in
            kept.connection.close()
            raise
        if id(mapping) not in self._kept:
            self._kept[id(mapping)] = kept
        else:
            kept.connection.close()

    def tick(
        self,
        carry: Carry,
        now: int,
        is_there: Callable[[str, str | None], bool] = lambda name, scope: True,
        *,
        is_lagging: bool = True,
    ) -> Iterator[FileBatch]:
        """Yield the states that the absence of messages shows; the carry moves on.

        Args:
            carry: as of `read`.
            now: until when the source could have told us, and did not.
            is_there: whether this holds for a machine, as messages name it, by the CONNECTION/SCOPE its
                messages came through last; None: that was not noted.
            is_lagging: `now` is an instant of our clock: what messages take on their way, and how far the
                source's clock is off, is allowed for as it was with the last one.
        """
        for signal in self.mapping.signals:
            sensor = Sensor(signal, self.mapping.source, self._cycles, carry)
            yield from self._sensed(sensor.pass_by(now, is_there, is_lagging=is_lagging))

    def gap(
        self, carry: Carry, equipment: str, since: int, until: int, scope: str | None = None
    ) -> Iterator[FileBatch]:
        """Yield what is to be said where messages of a machine may have been lost; the carry moves on.

        Args:
            carry: as of `read`.
            equipment: as messages name it.
            since: from when, microseconds UTC.
            until: when the source was back.
            scope: CONNECTION/SCOPE of the messages; None is all of them.
        """
        for signal in self.mapping.signals:
            sensor = Sensor(signal, self.mapping.source, self._cycles, carry)
            yield from self._sensed(sensor.cut(equipment, since, until, scope))

    def _sensed(self, said: list[dict[str, Any]]) -> Iterator[FileBatch]:
        if said:
            events = to_raw(pa.Table.from_pylist(said, schema=STATES), "state", self.mapping.source)
            yield FileBatch(self.mapping.source, events, rows=[0] * len(said))

    def _columns(self, rows: dict[int, Flat]) -> Columns:
        return {path: [row.get(path) for row in rows.values()] for path in self._wanted}

    def _sheet(
        self, calculator: Calculator, rows: Iterable[int], columns: Columns, messages: Sequence[Message]
    ) -> Sheet:
        cells = {"c0": pa.array(rows, pa.int64())}
        for place, cell in enumerate(columns.values(), 1):
            cells[f"c{place}"] = pa.array(cell, pa.string())
        relation = calculator.name("message", pa.table(cells))
        name, lines = self.mapping.source, MessageLines(messages, self._name)
        return Sheet(name, relation, {}, tuple(self._wanted), lines, numbered=True, rows=len(cells["c0"]))
