"""What a sender may say: of which equipment, as which source, and what of others he may change."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import pyarrow as pa

from plantstack.errors import Problem
from plantstack.events.corrections import Identity
from plantstack.live.access import Sender
from plantstack.plant.plant import Plant

Look = Callable[[pa.Table, Collection[Identity]], Mapping[Identity, Collection[str]]]
"""Of which equipment the log's events are: of those told again in other words, and of those corrected."""

_CODE, _WIDER = "event-not-allowed", "Ask an administrator for a token of a wider scope."
FAR = Problem(_CODE, "equipment", "this sender may not speak of this equipment", _WIDER)
VOICE = Problem(
    _CODE,
    "source",
    "this sender may not speak as this source",
    "Ask an administrator for a token that names it with --source.",
)
OTHERS = Problem(
    _CODE,
    "supersedes",
    "this sender may not correct events of this source",
    "Ask an administrator for a token that names both sources with --source.",
)
BEYOND = Problem(
    _CODE,
    "supersedes",
    "this sender may only correct an event that is known already, of equipment he may speak of",
    "Send that event first; for other equipment ask an administrator.",
)
TAKEN = Problem(
    _CODE,
    "key",
    "an event of equipment this sender may not speak of has this source and key",
    "Name the event by another key, or by a source of your own.",
)


@dataclass(frozen=True, slots=True)
class Limits:
    """A sender with a scope or sources, at the instant of his request.

    Attributes:
        sender: who it is.
        plant: what stands where, and which sources are people.
        now: microseconds UTC.
    """

    sender: Sender
    plant: Plant
    now: int

    def objections(self, events: pa.Table, look: Look) -> list[Problem | None]:
        """Say of each valid event why it may not be told; None: it may."""
        names = ("equipment", "source", "key", "sup_source", "sup_key")
        equipment, source, key, sup_source, sup_key = (events[name].to_pylist() for name in names)
        near = {one: self._is_near(one) for one in set(equipment)}
        voices = {one: self.sender.may_speak_as(self.plant, one) for one in set(source)}
        why: list[Problem | None] = []
        for place, own, other in zip(equipment, source, sup_source, strict=True):
            problem = None if near[place] else FAR
            if problem is None and not voices[own]:
                problem = VOICE
            if problem is None and other not in (None, own) and not self.sender.names(other):
                problem = OTHERS
            why.append(problem)
        if self.sender.scope:
            targets = [
                None if other is None else (other, name)
                for other, name in zip(sup_source, sup_key, strict=True)
            ]
            self._hold_against_log(events, list(zip(source, key, strict=True)), targets, why, look)
        return why

    def _hold_against_log(
        self,
        events: pa.Table,
        own: list[Identity],
        targets: list[Identity | None],
        why: list[Problem | None],
        look: Look,
    ) -> None:
        """Refuse what would take the place of an event beyond the scope, or of one nobody knows yet."""
        rows = [row for row, problem in enumerate(why) if problem is None]
        if not rows:
            return
        told = look(events.take(rows), {target for row in rows if (target := targets[row])})
        for row in rows:
            if not all(map(self._is_near, told.get(own[row], ()))):
                why[row] = TAKEN
        # A correction may stand in the same request as what it corrects, as long as that is not refused.
        hanging: dict[Identity, list[int]] = {}
        here = {own[row] for row in rows if why[row] is None}
        refused: list[int] = []
        for row in rows:
            target = targets[row]
            if target is None or why[row] is not None:
                continue
            hanging.setdefault(target, []).append(row)
            known = told.get(target, ())
            if not all(map(self._is_near, known)) or not (known or target in here):
                refused.append(row)
        while refused:
            row = refused.pop()
            if why[row] is None:
                why[row] = BEYOND
                refused += [] if told.get(own[row]) else hanging.get(own[row], [])

    def _is_near(self, equipment: str) -> bool:
        return self.sender.may_tell_of(self.plant, equipment, self.now)
