"""What was set aside and is read again: its sender may say no more than when he sent it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pyarrow as pa

from plantstack.errors import Problem
from plantstack.events import tokens
from plantstack.events.corrections import Identity
from plantstack.events.log import Log
from plantstack.events.whose import Wanted, find
from plantstack.live.access import Sender
from plantstack.live.limits import Limits
from plantstack.plant.plant import Plant
from plantstack.stack.files.letters import Judge, Judges


def judges(log: Log, plant: Plant, now: int) -> Judges:
    """Who judges the events of a sender: scope and sources of his token, revoked since or not.

    Args:
        log: between two commits of its writer, or open for reading.
        plant: what stands where, now.
        now: microseconds UTC.

    Returns:
        By the name of the token; None for one that may say everything, and for whoever had none.
    """
    known = {one.name: one for one in tokens.listed(log.connection)}

    def look(events: pa.Table, targets: Collection[Identity]) -> Mapping[Identity, Collection[str]]:
        return find(log, Wanted.by(events, targets)).read()

    def of(name: str) -> Judge | None:
        token = known.get(name)
        sender = Sender(token.name, token.may, token.scope, token.sources) if token else Sender()
        if not sender.is_limited:
            return None
        limits = Limits(sender, plant, now)

        def judge(events: pa.Table) -> list[Problem | None]:
            return limits.objections(events, look)

        return judge

    return of
