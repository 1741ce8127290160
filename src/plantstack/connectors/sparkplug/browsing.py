"""What edge nodes have, by their births: for `plantstack browse` and drafts of mappings."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from time import monotonic

from plantstack.connectors.learning.seen import BOOLEAN, INTEGER, NUMBER, TEXT, Seen
from plantstack.connectors.mqtt.session import Session
from plantstack.connectors.sparkplug.codec import rebirth
from plantstack.connectors.sparkplug.node import Said, Value
from plantstack.connectors.sparkplug.nodes import Nodes
from plantstack.connectors.sparkplug.settings import Settings
from plantstack.connectors.sparkplug.topics import rebirth_topic

LOOK_S = 10.0
_TYPES = {"Boolean": BOOLEAN, "Float": NUMBER, "Double": NUMBER, "String": TEXT, "Text": TEXT}
_TYPES |= {f"{sign}Int{bits}": INTEGER for sign in ("", "U") for bits in (8, 16, 32, 64)}


async def browse(settings: Settings, look_s: float = LOOK_S) -> list[Seen]:
    """Listen for a while, ask nodes that speak for their births, and return what they told.

    A node that is silent meanwhile is not known. We say no STATE, so no node takes us for its host.

    Raises:
        Retry: when the broker cannot be reached.
        Fatal: when it does not let us in.
    """
    return await asyncio.to_thread(_look, settings, look_s)


def _look(settings: Settings, look_s: float) -> list[Seen]:
    session = Session(replace(settings.broker, client=f"{settings.broker.client}-browse"))
    nodes, said = Nodes(min(settings.patience_s, look_s / 4)), list[Said]()
    try:
        session.begin()
        end = monotonic() + look_s
        while (now := monotonic()) < end:
            came = session.gather()
            for number, message in enumerate(came):
                raw = bytes(message.payload)
                nodes.hear(number, message.topic, raw, now, is_retained=bool(message.retain))
            session.acknowledge(came)
            nodes.pass_time(now)
            said += nodes.take()
            for node in nodes.to_ask(now):
                session.ask(rebirth_topic(node), rebirth(None))
    finally:
        session.end()
    return seen_of(said)


def seen_of(said: Iterable[Said]) -> list[Seen]:
    """Return each metric of each device once, with the values it had."""
    found: dict[tuple[str, str], Seen] = {}
    for one in said:
        if isinstance(one, Value):
            scope = one.topic.scope
            before = found.get((scope, one.name))
            sample = () if one.read.value is None else (_text(one.read.value),)
            samples = ((before.samples if before else ()) + sample)[:20]
            found[scope, one.name] = Seen(
                one.name,
                samples,
                _TYPES.get(one.datatype, ""),
                path=tuple(scope.split("/")),
                note=one.read.why,
                column="place",
                device=scope,
            )
    return [found[key] for key in sorted(found)]


def _text(value: bool | int | float | str) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
