"""Which machines a connection speaks of, and since when it certainly could: kept with its events.

A source that is there and says nothing gives `alive` of every machine it ever spoke of; one that was away
gives `unknown`, from our last certain word on.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from plantstack.connectors.contract import Alive, Gap
from plantstack.events.batch import RAW


@dataclass(slots=True)
class Scope:
    """What of a connection can fall silent by itself.

    Attributes:
        since: since when its being there is not yet told; None: it is not certain.
        before: the same, before we came back to it.
        word: its last certain word.
        machines: it spoke of, by id.
    """

    since: int | None = None
    before: int | None = None
    word: int | None = None
    machines: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Heard:
    """The scopes of one connection, by name."""

    scopes: dict[str, Scope] = field(default_factory=dict)

    @classmethod
    def read(cls, text: str) -> Heard:
        """Read what `text` gave.

        >>> heard = Heard()
        >>> heard.listen([("plc", "press")], 5)
        >>> Heard.read(heard.text()) == heard
        True
        """
        told = json.loads(text) if text else {}
        scopes = {
            name: Scope(since, before, word, set(them)) for name, (since, before, word, them) in told.items()
        }
        return cls(scopes)

    def text(self) -> str:
        """As the log keeps it."""
        return json.dumps(
            {
                name: (one.since, one.before, one.word, sorted(one.machines))
                for name, one in self.scopes.items()
            }
        )

    def doubt(self) -> None:
        """No longer be certain that it is there: the connection begins anew."""
        for one in self.scopes.values():
            one.before, one.since = (one.before if one.since is None else one.since), None

    def listen(self, spoken: Iterable[tuple[str, str]], now: int) -> None:
        """Note who was spoken of: scopes and machines."""
        for name, machine in spoken:
            one = self.scopes.setdefault(name, Scope())
            one.machines.add(machine)
            one.since = now if one.since is None else one.since
            one.word = now

    def alive(self, delivery: Alive, now: int, source: str) -> list[dict[str, Any]]:
        """Return `alive` events of all machines of a scope until now."""
        told = []
        for name, one in self._within(delivery.scope):
            since = one.before if delivery.is_unbroken and one.before is not None else one.since
            if since is not None and since < now:
                told += [
                    {"kind": "alive", "at": since, "from_at": since, "until_at": now, "equipment": machine}
                    | {"source": source, "key": f"alive {name} {machine} {since}"}
                    for machine in sorted(one.machines)
                ]
            one.since, one.before, one.word = now, None, now
        return told

    def gap(self, delivery: Gap, now: int, source: str) -> list[dict[str, Any]]:
        """Return the states nobody knows of all machines of a scope."""
        told, until = [], now if delivery.until is None else min(delivery.until, now)
        for name, one in self._within(delivery.scope):
            since = one.word if delivery.since is None else delivery.since
            if since is not None and (since < until or delivery.is_open):
                end = {} if delivery.is_open else {"until_at": until}
                told += [
                    {"kind": "state", "state": "unknown", "at": since, "method": "gap", **end}
                    | {"equipment": machine, "source": source, "key": f"gap {name} {machine} {since}"}
                    | {"body": json.dumps({"note": delivery.why})}
                    for machine in sorted(one.machines)
                ]
            one.since = None if delivery.is_open else until
            one.before, one.word = None, max(until, one.word or until)
        return told

    def _within(self, scope: str) -> Iterator[tuple[str, Scope]]:
        self.scopes.setdefault(scope, Scope())
        return ((name, one) for name, one in sorted(self.scopes.items()) if scope in ("", name))


def table_of(told: list[dict[str, Any]]) -> pa.Table:
    """Return events as they come in, see `batch.RAW`."""
    return pa.Table.from_pylist(told, schema=RAW)
