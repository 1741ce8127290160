"""One edge node as its messages tell it: born, numbered, with gaps, and dead.

A session begins with a birth and goes on number by number, 0 to 255 and around. A number that is not the next
waits for those before it; when they do not come, something was lost, and until the next birth nothing is
believed that needs a birth to be understood.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from hashlib import blake2b
from typing import Any

from plantstack.connectors.sparkplug.born import Born, Doubt, Resolved, is_control, unaided
from plantstack.connectors.sparkplug.codec import BDSEQ, Metric, Payload
from plantstack.connectors.sparkplug.datatypes import LAST_INSTANT_MS, Read, name_of, read_value
from plantstack.connectors.sparkplug.topics import Topic

NUMBERS = 256
_REMEMBERED = 64  # messages by which one that comes twice is known


class Phase(Enum):
    """How far the session of a node can be believed."""

    UNBORN = "unborn"  # no birth was heard yet
    ONLINE = "online"
    LOST = "lost"  # something was lost since its birth
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Came:
    """A message as it came.

    Attributes:
        token: by which its receiver knows it.
        topic: where it was published, read.
        raw: the bytes.
        payload: what they say.
    """

    token: int
    topic: Topic
    raw: bytes
    payload: Payload

    @property
    def mark(self) -> bytes:
        """The same for a message that comes twice."""
        return blake2b(self.raw, digest_size=16, person=self.topic.device.encode()[:16]).digest()


@dataclass(frozen=True, slots=True)
class Value:
    """One value of one metric at one instant, and who told it.

    Attributes:
        topic: of its message.
        name: of the metric.
        datatype: by its name in the specification.
        read: the value, or why there is none.
        at_ms: its instant by the node's clock; None where none was told.
        is_historical: it was stored while nobody listened.
        is_snapshot: of a birth: what is so, and was so before.
        seq: number of its message; None where it has none.
        session: bdSeq and instant of the birth it belongs to.
    """

    topic: Topic
    name: str
    datatype: str
    read: Read
    at_ms: int | None
    is_historical: bool
    is_snapshot: bool
    seq: int | None
    session: str


@dataclass(frozen=True, slots=True)
class Odd:
    """A message, or metrics of it, that cannot be told: kept with its bytes and the reason."""

    came: Came
    why: str


@dataclass(frozen=True, slots=True)
class Gone:
    """From an instant on nothing is known of a node or device, until it tells again.

    Attributes:
        scope: of its messages.
        since_ms: by its own clock; None: since it was last heard.
        why: for people.
    """

    scope: str
    since_ms: int | None
    why: str


Said = Value | Odd | Gone


@dataclass(slots=True)
class Node:
    """One edge node.

    Attributes:
        name: its group and name.
        last_ms: the instant of its last message that could be believed, by its own clock.
        devices: those that were born, and whether they are there.
        wants_birth: whether it has to be asked to be born again.
        is_just_born: whether that was answered.
        held: messages that wait for those before them, by number.
        held_since_s: since when they wait.
    """

    name: str
    phase: Phase = Phase.UNBORN
    last_ms: int | None = None
    devices: dict[str, bool] = field(default_factory=dict)
    wants_birth: bool = False
    is_just_born: bool = False
    held: dict[int, Came] = field(default_factory=dict)
    held_since_s: float | None = None
    _missing: dict[str, float] = field(default_factory=dict)  # not born again, since the node was
    _next: int = 0
    _bdseq: int | None = None
    _born_ms: int | None = None
    _born: Born = field(default_factory=Born)
    _recent: deque[bytes] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))

    @property
    def scopes(self) -> list[str]:
        """The node and the devices that are there."""
        return [self.name, *(f"{self.name}/{one}" for one, is_there in self.devices.items() if is_there)]

    @property
    def is_waiting(self) -> bool:
        """Whether time that passes means something."""
        return self.held_since_s is not None or bool(self._missing)

    def hear(self, came: Came, now_s: float) -> Iterator[Said]:
        """Take one message of the node."""
        if came.topic.verb == "NDEATH":
            yield from self._dies(came)
        elif came.payload.seq is None:
            self.wants_birth = True
            yield Odd(came, "a message without its number")
        elif came.topic.verb == "NBIRTH":
            yield from self._is_born(came, now_s)
        elif self.phase in (Phase.UNBORN, Phase.DEAD):
            self.wants_birth = True
            yield Odd(came, "a message before any birth of its node")
        elif self.phase is Phase.LOST:
            yield from self._told(came)
        else:
            yield from self._ordered(came, now_s)

    def pass_time(self, now_s: float, patience_s: float) -> Iterator[Said]:
        """Wait no longer for numbers that have not come in time."""
        if self.held_since_s is not None and now_s - self.held_since_s >= patience_s:
            yield from self.lose(f"the message {self._next} was lost")
        for device, since_s in list(self._missing.items()):
            if now_s - since_s >= patience_s:
                del self._missing[device]
                yield Gone(f"{self.name}/{device}", self.last_ms, "the device was not born again")

    def lose(self, why: str) -> Iterator[Said]:
        """Something was lost: believe only what needs no birth, until the next one."""
        for scope in self.scopes:
            yield Gone(scope, self.last_ms, why)
        self.phase, self.wants_birth, self._missing = Phase.LOST, True, {}
        waiting = sorted(self.held, key=lambda number: (number - self._next) % NUMBERS)
        held = [self.held[number] for number in waiting]
        self._hold_nothing()
        for came in held:
            yield from self._told(came)

    def _ordered(self, came: Came, now_s: float) -> Iterator[Said]:
        number = came.payload.seq or 0
        if number == self._next:
            yield from self._goes_on(came)
            yield from self._release(now_s)
        elif came.mark in self._recent or (number in self.held and self.held[number].mark == came.mark):
            return  # it came twice
        elif number in self.held:  # more was lost than there are numbers
            lost = list(self.lose(f"the message {self._next} was lost"))
            yield from lost
            yield from self._told(came)
        else:
            self.held[number] = came
            self.held_since_s = now_s if self.held_since_s is None else self.held_since_s

    def _release(self, now_s: float) -> Iterator[Said]:
        while (came := self.held.pop(self._next, None)) is not None:
            self.held_since_s = now_s
            yield from self._goes_on(came)
        if not self.held:
            self.held_since_s = None

    def _goes_on(self, came: Came) -> Iterator[Said]:
        self._next = (self._next + 1) % NUMBERS
        self._recent.append(came.mark)
        yield from self._told(came)

    def _is_born(self, came: Came, now_s: float) -> Iterator[Said]:
        payload, bdseq = came.payload, _whole(came.payload.value_of(BDSEQ))
        self._missing = {}
        if self.phase is Phase.ONLINE and bdseq != self._bdseq:
            for scope in self.scopes:  # its death was lost
                yield Gone(scope, self.last_ms, "another session has begun")
        elif self.phase is Phase.ONLINE:
            self._missing = {device: now_s for device, is_there in self.devices.items() if is_there}
        kept = dict(self.held)
        self._hold_nothing()
        self.phase, self.wants_birth, self.is_just_born = Phase.ONLINE, False, True
        self._bdseq, self._born_ms = bdseq, payload.at_ms
        self._born.forget()
        self.devices = dict.fromkeys(self.devices, False)
        self._recent.clear()
        self._next = ((payload.seq or 0) + 1) % NUMBERS
        yield from self._snapshot(came)
        for old in kept.values():
            if (old.payload.at_ms or 0) <= (payload.at_ms or 0):
                yield Odd(old, "a message of a session that is over")
            else:
                yield from self._ordered(old, now_s)

    def _dies(self, came: Came) -> Iterator[Said]:
        bdseq = _whole(came.payload.value_of(BDSEQ))
        if self.phase not in (Phase.ONLINE, Phase.LOST) or not self._is_mine(bdseq):
            return
        if bdseq is None:
            self.wants_birth = True  # nobody can say which session has ended
        if self.phase is Phase.ONLINE:
            for scope in self.scopes:
                yield Gone(scope, self.last_ms, "the node has gone")
        for held in self.held.values():
            yield Odd(held, "a message before a death, behind one that was lost")
        self._hold_nothing()
        self.phase, self._missing = Phase.DEAD, {}
        self.devices = dict.fromkeys(self.devices, False)

    def _is_mine(self, bdseq: int | None) -> bool:
        """Whether a death is that of this session, or of one whose birth was lost: none of those before."""
        if bdseq is None or self._bdseq is None:
            return True
        return (bdseq - self._bdseq) % NUMBERS < NUMBERS // 2

    def _told(self, came: Came) -> Iterator[Said]:
        """Tell a message whose turn it is."""
        topic = came.topic
        if topic.verb == "DBIRTH":
            yield from self._snapshot(came)
        elif topic.verb == "DDEATH":
            was_there = self.devices.get(topic.device, False)
            self.devices[topic.device] = False
            if was_there and self.phase is Phase.ONLINE:
                yield Gone(topic.scope, came.payload.at_ms or self.last_ms, "the device has gone")
            self._note(came)
        elif self.phase is Phase.ONLINE and topic.device and not self.devices.get(topic.device):
            self.wants_birth = True
            yield Odd(came, "a message before any birth of its device")
        else:
            yield from self._values(came, is_snapshot=False)

    def _snapshot(self, came: Came) -> Iterator[Said]:
        device = came.topic.device
        if device:
            self.devices[device] = True
            self._missing.pop(device, None)
        for why in self._born.learn(device, came.payload.metrics):
            yield Odd(came, why)
        yield from self._values(came, is_snapshot=True)

    def _values(self, came: Came, *, is_snapshot: bool) -> Iterator[Said]:
        doubts: dict[str, Doubt] = {}
        for metric in came.payload.metrics:
            found = self._resolved(came.topic.device, metric, is_snapshot)
            if isinstance(found, Doubt):
                doubts.setdefault(found.why, found)
            elif not is_control(found.name):
                yield self._value(came, metric, found, is_snapshot)
        if doubts and not is_snapshot:
            self.wants_birth |= any(one.is_missing for one in doubts.values())
            yield Odd(came, "; ".join(list(doubts)[:3]))
        self._note(came)

    def _resolved(self, device: str, metric: Metric, is_snapshot: bool) -> Resolved | Doubt:
        if self.phase is Phase.LOST:
            return unaided(metric)
        if is_snapshot and metric.name is None:
            return Doubt("no name", is_missing=False)  # the birth was told to be wrong already
        return self._born.resolve(device, metric)

    def _value(self, came: Came, metric: Metric, found: Resolved, is_snapshot: bool) -> Value:
        why = found.why_bad or metric.why_bad or ("it has no value" if metric.is_null else "")
        read = Read(None, why) if why else read_value(found.datatype, metric.field, metric.raw)
        at, sent = metric.at_ms, came.payload.at_ms
        if at is None or (is_snapshot and sent is not None and at < sent):
            at = sent  # a birth says that it is so now, whenever it became so
        kind = name_of(found.datatype)
        session = f"{self._bdseq if self._bdseq is not None else ''}/{self._born_ms or ''}"
        return Value(
            *(came.topic, found.name, kind, read, at, metric.is_historical, is_snapshot),
            *(came.payload.seq, session),
        )

    def _note(self, came: Came) -> None:
        """Remember how late it is on the node's clock."""
        told = [came.payload.at_ms, *(one.at_ms for one in came.payload.metrics if not one.is_historical)]
        known = [at for at in told if at is not None and 0 < at <= LAST_INSTANT_MS]
        if known and self.phase is Phase.ONLINE:
            self.last_ms = max(known)

    def _hold_nothing(self) -> None:
        self.held, self.held_since_s = {}, None


def _whole(told: Any) -> int | None:
    return int(told) % NUMBERS if isinstance(told, int | float) and told == told else None
