"""What the signals of a connection are like, watched while they come in; kept with its cursor."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from operator import index

import pyarrow as pa

from plantstack.connectors.contract import Message
from plantstack.connectors.knowing.signal import HOURS
from plantstack.connectors.knowing.signals import Signals
from plantstack.connectors.load import FileBatch
from plantstack.events.batch import Cursor
from plantstack.events.signals import Doubt, Feed
from plantstack.intervals import DAY, MINUTE

KEPT_EVERY = 10 * MINUTE
"""What was learned since is lost when a server is killed; nothing else depends on it."""


def place_of(connection: str) -> str:
    """Under which name the log keeps what is known of the signals of a connection."""
    return f"known {connection}"


@dataclass(slots=True)
class Watch:
    """Watches the signals of one connection; used by one thread at a time.

    Attributes:
        name: of the connection.
        learn: time with values until it is known what a signal is like, microseconds.
        signals: as known.
        feeds: that were found, and are not written yet.
        doubts: that were raised, and are not written yet.
    """

    name: str
    learn: int = DAY
    signals: Signals = field(default_factory=Signals)
    feeds: list[Feed] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    _tags: list[list[str]] = field(default_factory=list)
    _fed: set[tuple[str, str, str]] = field(default_factory=set)
    _kept_at: int = 0
    _compared_at: int = 0

    @classmethod
    def read(cls, name: str, learn: int, text: str) -> Watch:
        """Go on from what the log keeps."""
        return cls(name, learn, Signals.read(text))

    def see(self, messages: Sequence[Message], now: int) -> None:
        """Take messages in, before they are read."""
        self._tags = self.signals.see(messages, now, self.learn)

    def feed(self, part: FileBatch, good: pa.Table, bad: Collection[int], now: int) -> None:
        """Note which events were made of which signals.

        Args:
            part: of the messages that were seen last.
            good: its events that were taken.
            bad: places of those that were not.
            now: the instant of receipt.
        """
        rows = [index(row) for event, row in enumerate(part.rows) if event not in bad]
        machines, kinds = good["equipment"].to_pylist(), good["kind"].to_pylist()
        for row, machine, kind in set(zip(rows, machines, kinds, strict=True)):
            for tag in self._tags[row] if row < len(self._tags) and machine else ():
                told = (tag, machine, kind)
                if told not in self._fed:
                    self._fed.add(told)
                    if self.signals.fed(tag, machine, kind):
                        self.feeds.append(Feed(self.name, tag, machine, kind, now))

    def compare(self, now: int) -> bool:
        """Compare what is due, at most once a minute; whether there is something to write."""
        if now - self._compared_at >= min(MINUTE, self.learn // HOURS):
            self._compared_at = now
            self.doubts += self.signals.compare(self.name, now, self.learn)
        return bool(self.feeds or self.doubts)

    def written(self) -> None:
        """Feeds and doubts are on disk, and so is what is known with the next delivery."""
        self.feeds, self.doubts, self._kept_at = [], [], 0

    @property
    def has_doubts(self) -> bool:
        """Whether any signal is doubted."""
        return any(one.doubted for one in self.signals.of.values())

    def settle(self, is_open: Collection[str]) -> None:
        """Learn anew what signals are like that were doubted and are no more.

        Args:
            is_open: tags that are doubted still.
        """
        unwritten = {one.tag for one in self.doubts}
        for tag, one in self.signals.of.items():
            if one.doubted and tag not in is_open and tag not in unwritten:
                one.settle()

    def cursors(self, now: int) -> list[Cursor]:
        """What the log is to keep with the next delivery; now and then only, as it is long."""
        if now - self._kept_at < min(KEPT_EVERY, self.learn // HOURS):
            return []
        self._kept_at = now
        return [Cursor(place_of(self.name), self.signals.text())]
