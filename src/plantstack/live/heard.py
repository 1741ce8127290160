"""Which machines a connection speaks of, and since when it certainly could: kept with its events.

A source that is there and says nothing gives `alive` of every machine it ever spoke of; one that was away
gives `unknown`, from our last certain word on.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pyarrow as pa

from plantstack.connectors.contract import Alive, Gap
from plantstack.events.batch import RAW

STATE = "state"
_SIGNS = (STATE, "alive", "count", "alarm")  # of life (books 3); a reading is none


class Spoken(NamedTuple):
    """What a scope tells of a machine: events of a kind."""

    scope: str
    machine: str
    kind: str


class Told(NamedTuple):
    """An event of a machine that is heard through a scope, as it comes in."""

    scope: str
    event: dict[str, Any]


@dataclass(slots=True)
class Scope:
    """What of a connection can fall silent by itself.

    Attributes:
        since: since when its being there is not yet told; None: it is not certain.
        before: the same, before we came back to it.
        word: its last certain word.
        latest: greatest instant it spoke of; its clock may be ahead of ours.
        machines: of which it gives signs of life, by id.
        states: those of which it says what they do, by words or by signals: they are unknown without it.
    """

    since: int | None = None
    before: int | None = None
    word: int | None = None
    latest: int = 0
    machines: set[str] = field(default_factory=set)
    states: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Heard:
    """The scopes of one connection, by name."""

    scopes: dict[str, Scope] = field(default_factory=dict)

    @classmethod
    def read(cls, text: str) -> Heard:
        """Read what `text` gave.

        >>> heard = Heard()
        >>> heard.listen({Spoken("plc", "press", "state"): 4}, 5)
        >>> Heard.read(heard.text()) == heard
        True
        """
        told = json.loads(text) if text else {}
        scopes = {}
        for name, (since, before, word, them, *more) in told.items():
            latest, states = more or (0, them)  # as it was written before states were told from the rest
            scopes[name] = Scope(since, before, word, latest, set(them), set(states))
        return cls(scopes)

    def text(self) -> str:
        """As the log keeps it."""
        return json.dumps(
            {
                name: (
                    *(one.since, one.before, one.word),
                    *(sorted(one.machines), one.latest, sorted(one.states)),
                )
                for name, one in self.scopes.items()
            }
        )

    def doubt(self) -> None:
        """No longer be certain that it is there: the connection begins anew."""
        for one in self.scopes.values():
            one.before, one.since = (one.before if one.since is None else one.since), None

    def listen(self, spoken: Mapping[Spoken, int], now: int) -> None:
        """Note who was spoken of, and the greatest instant of each."""
        for (name, machine, kind), at in spoken.items():
            one = self.scopes.setdefault(name, Scope())
            if kind in _SIGNS:
                one.machines.add(machine)
            if kind == STATE:
                one.states.add(machine)
            one.since = now if one.since is None else one.since
            one.word, one.latest = now, max(one.latest, at)

    def sense(self, signals: Iterable[tuple[str, str]]) -> None:
        """Note the scopes and machines of signals: they say what a machine does, and often nothing at all."""
        for name, machine in signals:
            one = self.scopes.setdefault(name, Scope())
            one.machines.add(machine)
            one.states.add(machine)

    def alive(self, delivery: Alive, now: int, source: str) -> list[Told]:
        """Return `alive` events of all machines of which a scope gives signs of life, until now."""
        told: list[Told] = []
        for name, one in self._within(delivery.scope):
            since = one.before if delivery.is_unbroken and one.before is not None else one.since
            if since is not None and since < now:
                span = {"kind": "alive", "at": since, "from_at": since, "until_at": now, "source": source}
                told += [
                    Told(name, span | {"equipment": machine, "key": f"alive {name} {machine} {since}"})
                    for machine in sorted(one.machines)
                ]
            one.since, one.before, one.word = now, None, now
        return told

    def gap(self, delivery: Gap, now: int, source: str) -> list[Told]:
        """Return that nobody knows what machines do of which a scope tells states.

        It is told after all that was heard before, so what was begun before it does not go on in it; what is
        told of an instant within it stands.
        """
        told: list[Told] = []
        until = now if delivery.until is None else min(delivery.until, now)
        for name, one in self._within(delivery.scope):
            since = one.word if delivery.since is None else delivery.since
            if since is not None and (since < until or delivery.is_open):
                told_at = 1 + (max(since, one.latest) if delivery.since is None else since)
                span = {"kind": STATE, "state": "unknown", "at": since, "told_at": told_at, "method": "gap"}
                span |= {"source": source, "body": json.dumps({"note": delivery.why})}
                span |= {} if delivery.is_open else {"until_at": until}
                told += [
                    Told(name, span | {"equipment": machine, "key": f"gap {name} {machine} {since}"})
                    for machine in sorted(one.states)
                ]
            one.since = None if delivery.is_open else until
            one.before, one.word = None, max(until, one.word or until)
        return told

    def _within(self, scope: str) -> Iterator[tuple[str, Scope]]:
        self.scopes.setdefault(scope, Scope())
        return ((name, one) for name, one in sorted(self.scopes.items()) if scope in ("", name))


def table_of(told: list[Told]) -> pa.Table:
    """Return events as they come in, see `batch.RAW`."""
    return pa.Table.from_pylist([one.event for one in told], schema=RAW)
