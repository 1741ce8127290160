"""What connectors deliver, written by the one writer: rows and messages at once, files in small parts.

A file is decoded beside the log and the writer is never held for all of it, so live sources go on while a
day of an ERP is taken in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

import pyarrow as pa

from plantstack.connectors.connections import Connection
from plantstack.connectors.contract import Alive, Delivery, Fatal, File, Gap, Message, Messages, Outcome, Rows
from plantstack.connectors.load import FileBatch
from plantstack.connectors.mapping.carry import Carry, without_stretches
from plantstack.connectors.mapping.meaning import counters_of, finds_starts
from plantstack.connectors.mapping.model import Mapping
from plantstack.connectors.raw import FOLDER as RAW
from plantstack.connectors.raw import RawKeeper
from plantstack.connectors.stream import Stream
from plantstack.errors import EventError, LogError, Problem
from plantstack.events import signals
from plantstack.events.batch import Batch, Cursor, DeadLetter, Receipt
from plantstack.events.identity import KeyMaker
from plantstack.events.log import Log
from plantstack.events.schema import CONTENT
from plantstack.events.starts import starts_as_told
from plantstack.events.validate import validate
from plantstack.events.writer import GroupWriter
from plantstack.live.door import Clock, Door
from plantstack.live.heard import STATE, Heard, Spoken, Told, table_of
from plantstack.live.watching import Watch, place_of
from plantstack.plant.plant import Plant
from plantstack.stack.files.loading import Loading


@dataclass(slots=True)
class Deliveries:
    """Where deliveries go.

    Attributes:
        folder: of the project.
        plant: whose machines they speak of; `adopt` changes it.
        writer: of the log.
        door: where rows are judged.
        clock: the instant of receipt.
    """

    folder: Path
    plant: Plant
    writer: GroupWriter
    door: Door
    clock: Clock
    _streams: dict[str, Stream] = field(default_factory=dict)
    _raw: dict[str, RawKeeper] = field(default_factory=dict)
    _turns: dict[str, Lock] = field(default_factory=dict)
    _watches: dict[str, Watch] = field(default_factory=dict)
    _anew: set[str] = field(default_factory=set)  # connections of which nothing came since they began
    _carries: dict[str, tuple[str, Carry]] = field(default_factory=dict)  # as written last, by counters

    def begin(self, source: str) -> str | None:
        """How far a source is read; that it was there meanwhile is no longer certain."""
        self._anew.add(source)
        return self.cursor_of(source)

    def write(self, connection: Connection, delivery: Delivery) -> Outcome:
        """Write a delivery; returns when all of it is on disk.

        Raises:
            LogError: when the log cannot be written; it can be delivered again.
        """
        if isinstance(delivery, File):
            return self._file(delivery.path, connection)
        if isinstance(delivery, Rows):
            return self._rows(connection.name, delivery)
        if connection.mapping is None:
            what, fix = "its messages are read through a mapping, and it names none", "Write 'mapping: NAME'."
            raise Fatal(Problem("connector-mapping", connection.name, what, fix))
        # Whoever shares a mapping shares where its counters stand.
        with self._turns.setdefault(counters_of(connection.mapping), Lock()):
            if isinstance(delivery, Messages):
                return self._messages(connection, connection.mapping, delivery)
            return self._word(connection.name, connection.mapping, delivery)

    @contextmanager
    def still(self, mappings: Iterable[Mapping]) -> Iterator[None]:
        """Let nothing be delivered through some mappings meanwhile: where their counters stand is held."""
        with ExitStack() as held:
            for name in sorted({counters_of(one) for one in mappings}):
                held.enter_context(self._turns.setdefault(name, Lock()))
            yield

    def adopt(self, plant: Plant, mappings: Iterable[Mapping]) -> None:
        """Read everything from now on by a changed plant, once what is being read is on disk.

        Args:
            plant: as it is now.
            mappings: of all connections.
        """
        with self.still(mappings):
            self.plant = plant
            for stream in self._streams.values():
                stream.close()
            self._streams.clear()

    def cursor_of(self, source: str) -> str | None:
        """How far a source is read by what is on disk."""
        with self.reading() as log:
            return log.cursor(source)

    def _rows(self, source: str, rows: Rows) -> Outcome:
        cursor = Cursor(source, rows.cursor) if rows.cursor is not None else None
        taken = self.door.write(rows.decoded, cursor=cursor, source=source)
        problems = tuple(item.problem for item in taken.items if item.problem)
        return Outcome(taken.receipt, problems)

    def _messages(self, connection: Connection, mapping: Mapping, delivery: Messages) -> Outcome:
        """Read messages through the mapping; counters move on in the transaction of their events."""
        watch = self._watch(connection)
        counters, now = counters_of(mapping), self.clock()
        standing, heard = self._standing(counters, connection.name)
        carry = self._carry(counters, standing)
        watch.see(delivery.messages, now)
        good: list[pa.Table] = []
        dead: list[DeadLetter] = []
        refused: set[str] = set()  # machines of which not every event was taken
        for part, table, faults in self._judged(self._stream(connection.name, mapping), delivery, carry, now):
            good.append(table)
            dead += [*part.dead, *part.bury(faults)]
            refused |= {part.events["equipment"][event].as_py() or "" for event, _ in faults}
            bad = {event for event, _ in faults}
            heard.listen(_spoken(part, table, bad, delivery.messages), now)
            watch.feed(part, table, bad, now)
        text = carry.text()
        told = without_stretches(text, refused)
        batch = Batch(
            self._as_told(mapping, good),
            tuple(dead),
            cursors=(
                *([Cursor(counters, told)] if told else []),
                _kept(connection.name, heard),
                *self._known(watch, now),
            ),
        )
        cursor = Cursor(connection.name, delivery.cursor) if delivery.cursor is not None else None
        raw = self._raw.setdefault(
            connection.name, RawKeeper(self.folder / RAW / connection.name, connection.raw)
        )
        raw.keep(delivery.messages, now, counters, standing)
        try:
            receipt = self.writer.submit(batch, received_at=now, cursor=cursor).result()
        except LogError:
            raw.void()
            raise
        if told == text and carry.is_of_counters:
            self._carries[counters] = told, carry
        self._anew.discard(connection.name)
        return Outcome(receipt, tuple(letter.problem for letter in dead))

    def _as_told(self, mapping: Mapping, good: Sequence[pa.Table]) -> pa.Table:
        """All good events; pieces that come again start where they started when they were told first."""
        events = pa.concat_tables(good) if good else CONTENT.empty_table()
        if not (len(events) and finds_starts(mapping)):
            return events
        with self.reading() as log:
            return starts_as_told(log, events)

    def _judged(
        self, stream: Stream, delivery: Messages, carry: Carry, now: int
    ) -> Iterator[tuple[FileBatch, pa.Table, Sequence[tuple[int, Problem]]]]:
        """Yield what is read of messages, its good events, and what is wrong with the others."""
        keys = KeyMaker()
        try:
            for part in stream.read(delivery.messages, carry, now):
                yield part, *validate(part.events, self.door.names, now, keys, is_own=False)
        except EventError as error:  # the mapping is not meant for them: they are left to the source
            raise Fatal(error.problems) from error

    def _word(self, name: str, mapping: Mapping, delivery: Alive | Gap) -> Outcome:
        """Write that a source was there, or was not."""
        counters, now = counters_of(mapping), self.clock()
        standing, heard = self._standing(counters, name)
        carry = Carry.read(standing if mapping.signals else "")
        named: dict[str, str] = {one: self.plant.resolve(one, now) or one for one in carry.spoken_of()}
        mine = [(scope.partition("/"), named[one]) for scope, one in carry.scopes()]
        heard.sense((scope, machine) for (whose, _, scope), machine in mine if whose == name)
        if isinstance(delivery, Alive):
            told = heard.alive(delivery, now, mapping.source)
        else:
            told = heard.gap(delivery, now, mapping.source)
        tables, cursors = [validate(table_of(told), self.door.names, now)[0]], [_kept(name, heard)]
        if mapping.signals:
            told = [Told(f"{name}/{one.scope}", one.event) for one in told]
            for part in _shown(self._stream(name, mapping), carry, named, told, now):
                tables.append(validate(part.events, self.door.names, now)[0])
            cursors += [Cursor(counters, text)] if (text := carry.text()) else []
        batch = Batch(pa.concat_tables(tables), cursors=tuple(cursors))
        receipt = self.writer.submit(batch, received_at=now).result()
        self._anew.discard(name)
        return Outcome(receipt)

    def _standing(self, counters: str, name: str) -> tuple[str, Heard]:
        """Where counters stand, and who was heard of a connection: read from the log at once."""
        with self.reading() as log:
            standing, heard = log.cursor(counters) or "", Heard.read(log.cursor(f"heard {name}") or "")
        if name in self._anew:
            heard.doubt()
        return standing, heard

    def _carry(self, counters: str, standing: str) -> Carry:
        """Where counters stand by what the log keeps; what was just written there is not read again."""
        told, carry = self._carries.pop(counters, ("", None))
        return carry if carry is not None and told == standing else Carry.read(standing)

    def _watch(self, connection: Connection) -> Watch:
        found = self._watches.get(connection.name)
        if found is None:
            text = self.cursor_of(place_of(connection.name)) or ""
            found = self._watches[connection.name] = Watch.read(connection.name, connection.learn, text)
        return found

    def _known(self, watch: Watch, now: int) -> list[Cursor]:
        """What is known of signals, to be kept; doubts of them are on disk before it."""
        is_due, feeds, doubts = watch.compare(now), watch.feeds, watch.doubts
        if is_due:

            def keep(log: Log) -> None:
                signals.feed(log.connection, feeds)
                signals.doubt(log.connection, doubts)

            self.writer.run(keep).result()
            watch.written()
        kept = watch.cursors(now)
        if watch.has_doubts:
            with self.reading() as log:
                told = signals.doubts(log.connection)
            watch.settle({one.tag for one in told if one.connection == watch.name and not one.settled_at})
        return kept

    def doubts(self) -> list[str]:
        """Which signals may mean something else than they did, one sentence each."""
        with self.reading() as log:
            told = signals.doubts(log.connection)
        return [f"connector {one.connection}: {one.told}" for one in told if one.settled_at is None]

    def _stream(self, name: str, mapping: Mapping) -> Stream:
        found = self._streams.get(name)
        if found is None:
            found = self._streams[name] = Stream(mapping, self.plant, name)
        return found

    def close(self) -> None:
        """Let go of what mappings hold."""
        for stream in self._streams.values():
            stream.close()
        self._streams.clear()
        for raw in self._raw.values():
            raw.close()
        self._raw.clear()

    def troubles(self) -> list[str]:
        """Of which connections nothing is kept as it came, and why; which signals are doubted."""
        kept = list(self._raw.items())
        return [
            f"raw input of {name} is not kept: {raw.trouble.strerror or raw.trouble}"
            for name, raw in kept
            if raw.trouble is not None
        ] + self.doubts()

    def _file(self, path: Path, connection: Connection) -> Outcome:
        now = self.clock()

        def write(batch: Batch) -> Receipt:
            return self.writer.submit(batch, received_at=now).result()

        with self.reading() as log:
            mapping, names, name = connection.mapping, self.door.names, connection.name
            loading = Loading(log, self.plant, now, mapping, write=write, names=names, source=name)
            loaded = loading.files([path])[0]
        return Outcome(
            receipt=loaded.receipt,
            problems=tuple(loaded.problems),
            is_refused=bool(loaded.refused),
            is_known=any(note.code == "file-known" for note in loaded.notes),
        )

    def reading(self) -> Log:
        """The log as it is on disk now, for reading."""
        return Log.open(self.folder, write=False, project_id=self.plant.project_id)


def _kept(name: str, heard: Heard) -> Cursor:
    return Cursor(f"heard {name}", heard.text())


def _spoken(part: FileBatch, good: pa.Table, bad: set[int], messages: Sequence[Message]) -> dict[Spoken, int]:
    """What good events are of, and the greatest instant of each."""
    rows = [row for event, row in enumerate(part.rows) if event not in bad]
    columns = (good[name].to_pylist() for name in ("equipment", "kind", "at"))
    spoken: dict[Spoken, int] = {}
    for row, machine, kind, at in zip(rows, *columns, strict=True):
        if machine:
            one = Spoken(messages[row].scope, machine, kind)
            spoken[one] = max(at, spoken.get(one, at))
    return spoken


def _shown(
    stream: Stream, carry: Carry, named: dict[str, str], told: Sequence[Told], now: int
) -> Iterator[FileBatch]:
    """What machines are said to do that were silent while they were heard, or not heard at all.

    Args:
        stream: whose signals speak of them.
        carry: of the signals; it moves on.
        named: machines by the names that messages give them.
        told: `alive` and `unknown`, of which scopes and machines.
        now: microseconds UTC.
    """
    alive = {(one.scope, one.event["equipment"]) for one in told if one.event["kind"] == "alive"}
    machines = {machine for _, machine in alive}

    def is_there(name: str, scope: str | None) -> bool:
        return named[name] in machines if scope is None else (scope, named[name]) in alive

    if alive:
        yield from stream.tick(carry, now, is_there)
    for scope, one in told:
        if one["kind"] == STATE:
            for name in [name for name, machine in named.items() if machine == one["equipment"]]:
                yield from stream.gap(carry, name, one["at"], one.get("until_at", now), scope)
