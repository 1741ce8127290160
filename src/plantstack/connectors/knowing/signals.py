"""The signals of one connection, by tag: fed with its messages, kept with its cursor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec

from plantstack.connectors.contract import Message
from plantstack.connectors.knowing.changes import ENOUGH, GONE, SWAPPED, Change, swapped
from plantstack.connectors.knowing.likeness import Value
from plantstack.connectors.knowing.signal import HOURS, Signal
from plantstack.events.signals import Doubt
from plantstack.intervals import DAY, SECOND, rfc3339

MOST = 1_000  # signals of a connection
MOST_MESSAGES = 200  # of a delivery that are looked at: a flood is a history and has no pace of its own
DEEPEST = 8  # objects in objects that are looked into
_MOST_FEEDS = 16
_decode = msgspec.json.Decoder().decode


class Signals(msgspec.Struct):
    """All signals of a connection.

    Attributes:
        of: by tag.
    """

    of: dict[str, Signal] = msgspec.field(default_factory=dict)

    @classmethod
    def read(cls, text: str) -> Signals:
        """Read what `text` gave.

        >>> Signals.read(Signals({"run": Signal(is_known=True)}).text()).of["run"].is_known
        True
        """
        return msgspec.json.decode(text, type=cls) if text else cls()

    def text(self) -> str:
        """As the log keeps it."""
        return msgspec.json.encode(self).decode()

    def see(self, messages: Sequence[Message], now: int, learn: int = DAY) -> list[list[str]]:
        """Take messages in; return the tags of each.

        Args:
            messages: in the order they came.
            now: the instant of receipt, microseconds UTC.
            learn: time with values until it is known what a signal is like.
        """
        hour, seen = max(learn // HOURS, 1), []
        for message in messages[:MOST_MESSAGES]:
            tags = []
            for tag, value, is_bad, at in values_of(message, now):
                signal = self.of.get(tag)
                if signal is None:
                    if len(self.of) >= MOST:
                        continue
                    signal = self.of[tag] = Signal(scope=message.scope)
                if at >= signal.last:  # what comes late says nothing of the pace
                    signal.see(value, is_bad, at, hour)
                tags.append(tag)
            seen.append(tags)
        return seen

    def fed(self, tag: str, machine: str, kind: str) -> bool:
        """Note what is made of a signal; return whether that is new."""
        feeds, told = self.of[tag].feeds, f"{machine} {kind}"
        if told in feeds or len(feeds) >= _MOST_FEEDS:
            return False
        feeds.append(told)
        return True

    def compare(self, connection: str, now: int, learn: int = DAY) -> list[Doubt]:
        """Compare all that is due; return what may mean something else since."""
        hour = max(learn // HOURS, 1)
        due = {tag: one for tag, one in self.of.items() if one.is_due(hour)}
        changes: dict[str, Change] = dict(self._swaps(due))
        for tag, one in due.items():
            found = one.compare()
            if tag in changes and not one.doubted:
                one.doubted, one.since = True, one.since or one.last
                one.odd = one.odd or one.known
            elif found and tag not in changes:
                changes[tag] = found
        for tag, one in self.of.items():
            if not one.doubted and (gone := self._gone(one, hour)):
                changes[tag], one.doubted, one.since = gone, True, one.last
        return [self._doubt(connection, tag, changes[tag], now) for tag in sorted(changes)]

    def _doubt(self, connection: str, tag: str, change: Change, now: int) -> Doubt:
        one = self.of[tag]
        when = rfc3339(one.since)[:16].replace("T", " ")
        told = f"the meaning of {tag} may have changed at {when} UTC: {change.told}"
        return Doubt(connection, tag, change.kind, told, one.since, now)

    def _swaps(self, due: dict[str, Signal]) -> Iterator[tuple[str, Change]]:
        ready = [(tag, one) for tag, one in due.items() if one.is_known and not one.doubted]
        ready = [(tag, one) for tag, one in ready if one.now.level.n_other >= ENOUGH]
        for place, (tag, one) in enumerate(ready):
            for other, two in ready[place + 1 :]:
                if one.scope == two.scope and swapped((one.known, one.now), (two.known, two.now)):
                    yield tag, Change(SWAPPED, f"its values are like those of {other} were")
                    yield other, Change(SWAPPED, f"its values are like those of {tag} were")

    def _gone(self, one: Signal, hour: int) -> Change | None:
        """Whether a signal is no longer told, while the others of its device are."""
        if not one.is_known:
            return None
        usual = one.known.longest * SECOND
        patience = max(20 * usual, hour) if one.known.is_steady else max(5 * usual, 7 * HOURS * hour)
        machines = {machine for machine, _ in feeds_of(one.feeds)}
        others = [
            two.last
            for two in self.of.values()
            if two is not one
            and two.scope == one.scope
            and machines & {name for name, _ in feeds_of(two.feeds)}
        ]
        if sum(last - one.last > patience for last in others) * 2 <= len(others) or not others:
            return None
        return Change(GONE, "it came and comes no more, others of its device do")


def values_of(message: Message, now: int) -> Iterator[tuple[str, Value, bool, int]]:
    """Yield tag, value, whether its quality is bad, and instant of what a message says.

    >>> list(values_of(Message(b'{"tag": "run", "value": true, "quality": "good"}'), 5))
    [('run', True, False, 5)]
    >>> list(values_of(Message(b'{"n": 3}', {"topic": "hall/press"}), 5))
    [('hall/press n', 3, False, 5)]
    """
    if message.is_text:
        return
    try:
        told = _decode(message.payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return
    if not isinstance(told, dict):
        return
    tag = told.get("tag")
    if isinstance(tag, str) and "value" in told:
        name = f"{message.scope}.{tag}" if message.scope and not tag.startswith(message.scope) else tag
        value = told["value"]
        if not isinstance(value, dict | list):
            yield name, value, told.get("quality", "good") == "bad", _instant(told.get("at"), now)
        return
    front = f"{message.about.get('topic', message.scope)} ".lstrip()
    for path, value in _flat(told, "", DEEPEST):
        yield f"{front}{path}", value, False, now


def _flat(told: dict[str, Any], before: str, depth: int) -> Iterator[tuple[str, Value]]:
    for name, value in told.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{name}.", depth - 1) if depth else ()
        elif not isinstance(value, list):
            yield f"{before}{name}", value


def _instant(text: object, now: int) -> int:
    if not isinstance(text, str) or not text:
        return now
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return now
    return int(at.timestamp() * 1_000_000) if at.tzinfo else now


def feeds_of(feeds: Iterable[str]) -> set[tuple[str, str]]:
    """Machines and kinds of event that were noted.

    >>> feeds_of(["press-1 count"])
    {('press-1', 'count')}
    """
    return {(machine, kind) for machine, _, kind in (one.rpartition(" ") for one in feeds)}
