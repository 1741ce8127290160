"""Messages -> events: the mapping that reads files, over messages as they come.

What counters showed last and which order runs is carried from one batch to the next. A message that comes
twice says what it said: rows that are equal are one.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pyarrow as pa

from plantstack.connectors.contract import Message
from plantstack.connectors.files.jsonlines import Flat, flat_row
from plantstack.connectors.files.sheet import KEPT_BYTES, Line, Sheet, private_connection
from plantstack.connectors.load import FileBatch, read_sheet
from plantstack.connectors.mapping.carry import Carry
from plantstack.connectors.mapping.keys import Keys
from plantstack.connectors.mapping.layout import Layout
from plantstack.connectors.mapping.model import Mapping
from plantstack.connectors.mapping.run import Run
from plantstack.connectors.mapping.sql import Binder
from plantstack.errors import ConfigError, EventError, Problem
from plantstack.events.batch import DeadLetter, kept
from plantstack.intervals import rfc3339

LIVE_FORMATS = ("json", "mtconnect")  # whose columns messages have


@dataclass(frozen=True, slots=True)
class MessageLines:
    """Messages, found again by their place in the batch."""

    messages: Sequence[Message]

    def find(self, rows: Iterable[int]) -> dict[int, Line]:
        """Return the messages of some rows."""
        return {row: Line(self.messages[row].where, self.messages[row].payload[:KEPT_BYTES]) for row in rows}


class Stream:
    """One mapping over the messages of one source."""

    def __init__(self, mapping: Mapping) -> None:
        """Make ready to read.

        Raises:
            ConfigError: when the mapping is for files only.
        """
        form = mapping.file.format
        if form not in LIVE_FORMATS or mapping.by_row or mapping.joins or mapping.wide or mapping.file.name:
            what = "is no mapping for messages"
            fix = "It needs 'format: json' or 'mtconnect', and no 'join', 'wide', 'name' or 'identity: row'."
            raise ConfigError(Problem("mapping-messages", mapping.name, what, fix))
        self.mapping = replace(mapping, drop_twins=True)
        states = tuple(rule for rule in mapping.rules if rule.kind == "state")
        self._snapshots = replace(self.mapping, rules=states, orders=None)
        self._folder = tempfile.TemporaryDirectory(prefix="plantstack-")
        self._calculator = private_connection(Path(self._folder.name), memory="512MB")
        self._wanted = list(
            dict.fromkeys(
                path for one in mapping.columns.values() for path in (one.header, one.clock_header) if path
            )
        )

    def close(self) -> None:
        """Let go of memory and folder."""
        self._calculator.close()
        self._folder.cleanup()

    def read(self, messages: Sequence[Message], carry: Carry, now: int) -> Iterator[FileBatch]:
        """Yield events of the messages and what could not be read; the carry moves on.

        Args:
            messages: in the order they came.
            carry: where counters and orders of this mapping stand.
            now: the instant of receipt, microseconds UTC; as the column `received` a microsecond later with
                each message, so that those without a clock of their own keep their order.
        """
        dead: list[DeadLetter] = []
        rows = self._rows(messages, now, dead)
        if dead:
            yield FileBatch(self.mapping.source, dead=tuple(dead))
        for run in self._runs(messages, rows):
            yield from read_sheet(run, carry)

    def runs(self, messages: Sequence[Message], now: int) -> Iterator[Run]:
        """Yield what `read` goes through, to be looked into: states that are told again, then all else."""
        yield from self._runs(messages, self._rows(messages, now, []))

    def _rows(self, messages: Sequence[Message], now: int, dead: list[DeadLetter]) -> dict[int, Flat]:
        rows = {}
        for number, message in enumerate(messages):
            try:
                about = {**message.about, "received": rfc3339(now + number)}
                rows[number] = flat_row(message.payload) | about
            except EventError as error:
                problem = error.problems[0]
                dead.append(DeadLetter(kept(message.payload), message.where, problem, self.mapping.source))
        return rows

    def _runs(self, messages: Sequence[Message], rows: dict[int, Flat]) -> Iterator[Run]:
        for mapping, is_snapshot in ((self._snapshots, True), (self.mapping, False)):
            mine = {place: row for place, row in rows.items() if messages[place].is_snapshot == is_snapshot}
            if mine and (mapping.rules or mapping.orders):
                with closing(self._calculator.cursor()) as connection:
                    sheet = self._sheet(connection, mine, messages)
                    layout = Layout(mapping, sheet, {}, {}, Binder())
                    yield Run(connection, layout, Keys(connection, mapping, 1, ""))

    def _sheet(
        self, connection: duckdb.DuckDBPyConnection, rows: dict[int, Flat], messages: Sequence[Message]
    ) -> Sheet:
        cells = {"c0": pa.array(rows, pa.int64())}
        for place, path in enumerate(self._wanted, 1):
            cells[f"c{place}"] = pa.array([row.get(path) for row in rows.values()], pa.string())
        connection.register("incoming", pa.table(cells))
        connection.execute("CREATE TEMP TABLE message AS FROM incoming")
        connection.unregister("incoming")
        name, lines = self.mapping.source, MessageLines(messages)
        return Sheet(name, "message", {}, tuple(self._wanted), lines, numbered=True)
