"""What nodes said, as deliveries: values to the mapping, what cannot be told to the dead letters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from plantstack.connectors.contract import Delivery, Gap, Message, Messages, Rows
from plantstack.connectors.observation import BAD, GOOD, observation
from plantstack.connectors.sparkplug.datatypes import instant
from plantstack.connectors.sparkplug.node import Gone, Odd, Said, Value
from plantstack.errors import Problem
from plantstack.events.batch import RAW, DeadLetter, Decoded, kept

_WHY = "Ask whoever set up the node; a rebirth was asked for where it helps."


def deliveries(said: Sequence[Said], cursor: str) -> list[Delivery]:
    """Return what was said, in its order; the cursor with the last of it.

    Args:
        said: by `Nodes.take`.
        cursor: of the nodes after it.
    """
    parts: list[Delivery] = []
    for kind, group in groupby(said, type):
        together = list(group)
        if kind is Value:
            parts.append(Messages(tuple(message_of(one) for one in together if isinstance(one, Value))))
        elif kind is Odd:
            parts.append(_letters([one for one in together if isinstance(one, Odd)]))
        else:
            parts += [_gap(one) for one in together if isinstance(one, Gone)]
    if parts and isinstance(parts[-1], Messages):
        parts[-1] = Messages(parts[-1].messages, cursor)
    else:
        parts.append(Messages((), cursor))
    return parts


def message_of(value: Value) -> Message:
    """One value as the message that mappings read."""
    topic = value.topic
    group, node = topic.node.split("/")
    at = "" if value.at_ms is None else instant(value.at_ms)
    history = "true" if value.is_historical else "false"
    session, number = f"{topic.node}/{value.session}", "" if value.seq is None else str(value.seq)
    more = {"group": group, "node": node, "device": topic.device, "place": topic.scope}
    more |= {"datatype": value.datatype, "is_historical": history, "session": session, "sequence": number}
    more["id"] = "/".join((session, topic.device, number, value.name, at, history))
    if value.read.why:
        more["why"] = value.read.why
    message = observation(
        value.name,
        value.read.value,
        at=at,
        quality=BAD if value.read.why else GOOD,
        scope=topic.scope,
        is_snapshot=value.is_snapshot,
        **more,
    )
    return replace(message, is_fresh=value.is_snapshot)


def _gap(gone: Gone) -> Gap:
    """Just after the last instant of the node: what it said at that instant still holds until then."""
    since = None if gone.since_ms is None else gone.since_ms * 1_000 + 1
    return Gap(gone.why, gone.scope, since, is_open=True)


def _letters(odds: Sequence[Odd]) -> Rows:
    """Dead letters; they are numbered as items of one delivery."""
    letters = tuple(
        DeadLetter(
            kept(odd.came.raw),
            f"{odd.came.topic.scope} {odd.came.topic.verb} {number}".strip(),
            Problem("sparkplug-odd", odd.came.topic.scope, odd.why, _WHY),
            odd.came.topic.node,
        )
        for number, odd in enumerate(odds, 1)
    )
    return Rows(Decoded(RAW.empty_table(), (), (), letters))
