"""What waits to be told: the events of the log behind a cursor, in order, in parcels of a bounded size."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from plantstack.events import deadletters
from plantstack.events.batch import Batch, Cursor, DeadLetter
from plantstack.events.log import Log
from plantstack.events.schema import EVENT
from plantstack.events.telling import told
from plantstack.events.writer import GroupWriter
from plantstack.live.door import Clock
from plantstack.live.forwarding.centre import Verdict

PLACE = (
    "plantstack/forward"  # under this name the log keeps how far it was told; letters of it are the server's
)
EVENTS, BYTES = 1_000, 1 << 20  # of one parcel
_OWN = pa.array(("config", "close", "reopen"))  # said of the books of a project, not of the plant
_MOST_LETTERS = 100


@dataclass(frozen=True, slots=True)
class Parcel:
    """Events that are told together.

    Attributes:
        after: what was told before, by offset.
        upto: what is told with it.
        offsets: of its events.
        lines: its events, as they are sent.
        sources: who told each.
        is_last: nothing waits behind it.
    """

    after: int
    upto: int
    offsets: Sequence[int]
    lines: Sequence[bytes]
    sources: Sequence[str]
    is_last: bool

    def half(self) -> Parcel:
        """The first part of it, where all of it is too large for one request."""
        size = max(len(self.lines) // 2, 1)
        offsets = self.offsets[:size]
        return replace(
            self,
            upto=offsets[-1],
            offsets=offsets,
            lines=self.lines[:size],
            sources=self.sources[:size],
            is_last=False,
        )


@dataclass(frozen=True, slots=True)
class Waiting:
    """What was not told yet.

    Attributes:
        told: up to which offset.
        events: how many wait.
        oldest: when the first of them came in, microseconds UTC; None: none waits.
        letters: how many the server did not take, and nobody settled.
        aside: how many rows could not become an event here, and nobody settled.
    """

    told: int
    events: int
    oldest: int | None
    letters: int
    aside: int


def waiting(log: Log) -> Waiting:
    """Count what the log holds behind the cursor."""
    done = _cursor(log)
    query = "SELECT received_at FROM event WHERE log_offset > ? ORDER BY log_offset LIMIT 1"
    first = log.connection.execute(query, (done,)).fetchone()
    count = "SELECT count(*) FROM dead_letter WHERE settled_at IS NULL AND source = ?"
    letters = int(log.connection.execute(count, (PLACE,)).fetchone()[0])
    aside = deadletters.count(log.connection) - letters
    return Waiting(done, log.last_offset() - done, first[0] if first else None, letters, aside)


@dataclass(frozen=True, slots=True)
class Outbox:
    """The log of an edge, as what is to be told.

    Attributes:
        reading: the log as it is on disk now.
        writer: of the log.
        clock: the instant of now.
    """

    reading: Callable[[], AbstractContextManager[Log]]
    writer: GroupWriter
    clock: Clock

    def last(self) -> int:
        """The offset of the newest event."""
        return self.writer.log.last_offset()

    def next(self) -> Parcel | None:
        """Return what is told next; None when nothing waits."""
        with self.reading() as log:
            after, last = _cursor(log), log.last_offset()
            if after >= last:
                return None
            upto = min(after + EVENTS, last)
            events = _between(log, after, upto)
        events = events.filter(pc.invert(pc.is_in(events["kind"], _OWN)))
        offsets, lines = events["log_offset"].to_pylist(), told(events)
        size = fit(lines)
        if size < len(lines):
            upto = offsets[size - 1]
        sources = events["source"].to_pylist()[:size]
        return Parcel(after, upto, offsets[:size], lines[:size], sources, upto == last)

    def done(self, parcel: Parcel, verdicts: Sequence[Verdict]) -> int:
        """Move the cursor behind a parcel; what the server did not take is kept as letters, with why.

        Returns:
            How many letters that made.

        Raises:
            LogError: when the log cannot be written; the parcel is told again, which changes nothing.
        """
        letters = tuple(
            DeadLetter(line, f"offset {offset} of {source}", verdict.problem, PLACE)
            for offset, line, source, verdict in zip(
                parcel.offsets, parcel.lines, parcel.sources, verdicts, strict=True
            )
            if verdict.problem is not None
        )
        batch = Batch(dead=letters, cursors=(Cursor(PLACE, str(parcel.upto)),))
        self.writer.submit(batch, received_at=self.clock()).result()
        return len(letters)

    def letters(self, after: int) -> tuple[list[int], list[bytes]]:
        """Return what the server did not take, to be told once more: numbers of letters and lines."""
        with self.reading() as log:
            found = deadletters.listed(log.connection, after=after, limit=_MOST_LETTERS, source=PLACE)
        return [one.id for one in found], [one.raw for one in found]

    def settle(self, numbers: Sequence[int]) -> None:
        """Note that the server has them now."""

        def settled(log: Log) -> None:
            with log.transaction() as connection:
                deadletters.settle(connection, numbers, self.clock())

        self.writer.run(settled).result()


def fit(lines: Sequence[bytes]) -> int:
    """How many of some lines go into one request: at least one."""
    size = 0
    for number, line in enumerate(lines):
        size += len(line) + 1
        if size > BYTES and number:
            return number
    return len(lines)


def _cursor(log: Log) -> int:
    return int(log.cursor(PLACE) or 0)


def _between(log: Log, after: int, upto: int) -> pa.Table:
    """Read the events with after < offset <= upto, hot or sealed, in order of offset."""
    span = [("log_offset", ">", after), ("log_offset", "<=", upto)]
    sealed = [
        pq.read_table(log.places.segments / one.name, schema=EVENT, filters=span)
        for one in log.manifest(upto)
        if one.last_offset > after
    ]
    return pa.concat_tables([*sealed, log.hot(upto, after=after)]).sort_by("log_offset")
