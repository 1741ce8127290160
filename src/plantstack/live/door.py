"""The door of a running plant: what comes in is judged, written, and answered item by item.

Nothing is answered before it is on disk, so an answer may be passed on as an acknowledgement.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import astuple, dataclass, replace
from hashlib import sha256
from typing import Any, Self

import pyarrow as pa
import pyarrow.compute as pc

from plantstack.errors import EventError, Problem
from plantstack.events import replies
from plantstack.events.batch import (
    ACCEPTED,
    BY_HTTP,
    CONFLICT,
    DUPLICATE,
    Batch,
    Cursor,
    Decoded,
    Receipt,
    bury,
    signed,
)
from plantstack.events.corrections import Identity
from plantstack.events.identity import KeyMaker
from plantstack.events.names import Names
from plantstack.events.replies import Asked
from plantstack.events.validate import validate
from plantstack.events.whose import Wanted, find
from plantstack.events.wire import decode_items
from plantstack.events.writer import GroupWriter
from plantstack.live.limits import Limits
from plantstack.live.turns import Turns

Clock = Callable[[], int]
"""The instant it is now, in microseconds UTC."""

STATUSES = ("accepted", "duplicate", "conflict", "set_aside", "refused")
_OWN = Problem(
    "event-not-allowed",
    "kind",
    "the plant files are told by plantstack itself",
    "Change them in the project folder, then run 'plantstack rebuild'.",
)
_UNNAMED = Problem(
    "event-unnamed",
    "key",
    "pieces need a key or a sequence number: sent again they could not be told from new ones",
    "Give each event a 'key', or each request an Idempotency-Key.",
)
_SAID = {ACCEPTED: "accepted", DUPLICATE: "duplicate", CONFLICT: "conflict"}


@dataclass(frozen=True, slots=True)
class Item:
    """What became of one event of a request.

    Attributes:
        number: its place in the request, from 1.
        status: `accepted`, `duplicate` (told before), `conflict` (kept, but something else was told before
            under the same source and key; the least `told_at` stands, ties by content), `set_aside` (kept as
            a dead letter) or `refused` (not kept).
        problem: why it was set aside or refused.
    """

    number: int
    status: str
    problem: Problem | None = None

    def as_row(self) -> dict[str, Any]:
        """The row of the answer."""
        row: dict[str, Any] = {"item": self.number, "status": self.status}
        return row | (self.problem.as_row() if self.problem else {})


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of every item of a request."""

    items: tuple[Item, ...]

    @property
    def receipt(self) -> Receipt:
        """The same as a sum; a contradiction is accepted too."""
        n = self.counts
        accepted = n["accepted"] + n["conflict"]
        return Receipt(accepted, n["duplicate"], n["conflict"], n["set_aside"])

    @property
    def counts(self) -> dict[str, int]:
        """How many items have each status; they add up to what was sent."""
        counted = Counter(item.status for item in self.items)
        return {status: counted[status] for status in STATUSES}

    @property
    def is_any_good(self) -> bool:
        """Whether anything of it is an event of the log by now."""
        return any(item.status in _SAID.values() for item in self.items)

    def text(self) -> str:
        """As it is kept for a request that comes again; items of one status side by side are one row."""
        rows: list[list[Any]] = []
        for item in self.items:
            if rows and not item.problem and rows[-1][1:3] == [item.status, None]:
                rows[-1][3] += 1
            else:
                rows.append([item.number, item.status, item.problem and astuple(item.problem), 1])
        return json.dumps(rows)

    @classmethod
    def read(cls, text: str) -> Self:
        """Read what `text` wrote."""
        return cls(
            tuple(
                Item(number + more, status, problem and Problem(*problem))
                for number, status, problem, *length in json.loads(text)
                for more in range(*length or (1,))
            )
        )


class Door:
    """Where events come in."""

    def __init__(self, writer: GroupWriter, names: Names, clock: Clock) -> None:
        self._writer = writer
        self.names = names
        self._clock = clock
        self._turns = Turns()

    def take(
        self, body: bytes, *, key: str = "", row: str = "", may: Limits | None = None, sender: str = ""
    ) -> Taken:
        """Take one request: a JSON array of events, one event, or NDJSON; returns when it is on disk.

        Args:
            body: the bytes as they came.
            key: the request's own; sent again under it, the request gets the answer it got before.
            row: of a sender who sends one request after the other, each when the last was answered: only the
                answer to the last is kept.
            may: what the sender may say; None: everything.
            sender: name of the token; its letters keep it, see `live.vouching`.

        Raises:
            EventError: when another body was sent under the key before.
            LogError: when the log cannot be written; nothing was kept, sending again is safe.
        """
        if not key:
            return self.write(decode_items(body), may=may, is_live=True, sender=sender)
        digest, under = _sha(body if not row else key.encode() + body), row or key
        with self._turns.of(under):  # sent twice at once: the second gets the answer of the first
            told = self._writer.run(lambda log: replies.find(log.connection, under)).result()
            if told is None or (row and told.body != digest):
                named = _named(decode_items(body), key)
                asked = Asked(under, digest, str, is_next=bool(row))
                return self.write(named, may=may, asked=asked, is_live=True, sender=sender)
        if told.body != digest:
            what, fix = "another body was sent under this key before", "Take a new key for each request."
            raise EventError(Problem("request-key-known", "Idempotency-Key", what, fix))
        return Taken.read(told.answer)

    def write(
        self,
        decoded: Decoded,
        *,
        cursor: Cursor | None = None,
        source: str = "",
        may: Limits | None = None,
        asked: Asked | None = None,
        is_live: bool = False,
        sender: str = "",
    ) -> Taken:
        """Judge and write what was decoded; returns when it is on disk.

        Args:
            decoded: rows and dead letters of one delivery.
            cursor: how far the source is read with it.
            source: under which name its dead letters are kept; '' takes what each row says.
            may: as for `take`.
            asked: under which its answer is kept; what it says is filled in here.
            is_live: pieces that nothing names are refused: sent again they could not be told from new ones.
            sender: as for `take`.

        Raises:
            LogError: when the log cannot be written.
        """
        now = self._clock()
        good, faults = validate(decoded.table, self.names, now, KeyMaker())
        bad = {row for row, _ in faults}
        numbers = [number for row, number in enumerate(decoded.lines) if row not in bad]
        good, numbers, refused = _parted(good, numbers, pc.not_equal(good["kind"], "config"), _OWN)
        if is_live and (unnamed := _unnamed(decoded)):
            named = pa.chunked_array([pa.array([number not in unnamed for number in numbers], pa.bool_())])
            good, numbers, lost = _parted(good, numbers, named, _UNNAMED)
            refused += lost
        if may is not None:
            good, numbers, beyond = _held(good, numbers, may.objections(good, self._whose))
            refused += beyond
        whose = source or sender or (BY_HTTP if is_live else "")
        dead = signed((*decoded.dead, *bury(decoded, faults, source=source)), whose, sender)
        told = [letter.problem if may is None else _nameless(letter.problem) for letter in dead]
        aside = [
            Item(_place(letter.where), "set_aside", problem)
            for letter, problem in zip(dead, told, strict=True)
        ]

        def taken(receipt: Receipt) -> Taken:
            written = [Item(n, _SAID[code]) for n, code in zip(numbers, receipt.outcomes, strict=True)]
            return Taken(tuple(sorted([*written, *aside, *refused], key=lambda item: item.number)))

        if asked is not None:
            asked = replace(asked, answer=lambda receipt: taken(receipt).text())
        batch = Batch(good, dead, cursors=(cursor,) if cursor else ())
        return taken(self._writer.submit(batch, received_at=now, asked=asked).result())

    def _whose(self, events: pa.Table, targets: Collection[Identity]) -> Mapping[Identity, Collection[str]]:
        """Of which equipment the events are that these would take the place of."""
        wanted = Wanted.by(events, targets)
        return self._writer.run(lambda log: find(log, wanted)).result().read()


def _unnamed(decoded: Decoded) -> set[int]:
    """Places of counts that neither a key nor a sequence number names."""
    table = decoded.table
    if not len(table):
        return set()
    has_no_name = pc.and_(pc.is_null(table["key"]), pc.is_null(table["sequence"]))
    found = pc.indices_nonzero(pc.and_kleene(pc.equal(table["kind"], "count"), has_no_name))
    return {decoded.lines[row] for row in found.to_pylist()}


def _named(decoded: Decoded, key: str) -> Decoded:
    """Name what has no key of its own by that of its request and its place there (books 1)."""
    table = decoded.table
    if not len(table) or not table["key"].null_count:
        return decoded
    name = _sha(key.encode())[:16]
    places = pa.array([f"{name} {number}" for number in decoded.lines], pa.string())
    keys = pc.coalesce(table["key"].combine_chunks(), places)
    return replace(decoded, table=table.set_column(table.column_names.index("key"), "key", keys))


def _sha(body: bytes) -> str:
    return sha256(body).hexdigest()


def _place(where: str) -> int:
    """The number in a place such as `line 7`."""
    return int(where.split()[-1])


def _nameless(problem: Problem) -> Problem:
    """A problem without what the rest of the plant is called: the sender is not let near it."""
    return replace(problem, fix="") if problem.code == "event-equipment" else problem


def _held(
    good: pa.Table, numbers: list[int], why: list[Problem | None]
) -> tuple[pa.Table, list[int], list[Item]]:
    """Part what may be written from what each has a reason against, as `_parted`."""
    refused = [Item(n, "refused", problem) for n, problem in zip(numbers, why, strict=True) if problem]
    if not refused:
        return good, numbers, []
    stays = [row for row, problem in enumerate(why) if problem is None]
    return good.take(pa.array(stays, pa.int64())), [numbers[row] for row in stays], refused


def _parted(
    good: pa.Table, numbers: list[int], stays: pa.ChunkedArray, problem: Problem
) -> tuple[pa.Table, list[int], list[Item]]:
    """Part what may be written from what is refused, with the places in the request of both."""
    if pc.all(stays).as_py() is not False:
        return good, numbers, []
    verdicts = stays.to_pylist()
    refused = [Item(n, "refused", problem) for n, stay in zip(numbers, verdicts, strict=True) if not stay]
    return good.filter(stays), [n for n, stay in zip(numbers, verdicts, strict=True) if stay], refused
