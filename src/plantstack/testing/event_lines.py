"""Events as people write them in a scenario: one line, read into what a sender would have sent.

    filler 07:00 state producing
    filler 07:00 state producing, 07:40 fault, 07:42 producing
    filler 06:00-07:00 count good=580 scrap=20
    filler 07:41 symptom jam
    filler 07:00 order start 4711 cola

EQUIPMENT TIME KIND WORDS field=value ...; after a comma the same equipment and kind go on. What the
words mean is in `_WORDS`; every other field of the kind is written `field=value`.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from plantstack.errors import did_you_mean
from plantstack.events.fields import Field, Form
from plantstack.events.kinds import FIELDS, KINDS
from plantstack.intervals import rfc3339
from plantstack.testing.times import SPAN, TIME, Times

# The verb of a line, when it is not the kind itself.
_VERBS = {"symptom": "reason", "cause": "reason"}
# Bare words of a line, in order, by verb.
_WORDS: dict[str, tuple[str, ...]] = {
    "state": ("state",),
    "order": ("phase", "order", "product"),
    "plan": ("product", "qty"),
    "symptom": ("reason",),
    "cause": ("reason",),
    "alarm": ("code", "phase"),
    "close": ("grain",),
    "reopen": ("grain",),
    "setup_check": ("parameter",),
    "reading": ("parameter", "value"),
    "cost": ("account", "amount"),
    "finance": ("name", "value"),
    "level": ("name", "value"),
    "energy": ("meter", "kwh"),
    "delivery": ("order", "line"),
    "safety": ("type",),
    "project": ("project", "phase"),
    "action": ("action", "phase"),
    "call": ("call", "phase"),
    "verdict": ("phase", "owner", "reason"),
    "work_order": ("number", "phase", "type"),
    "quality_event": ("type", "qty"),
    "labour": ("crew",),
    "attendance": ("crew",),
    "material": ("order",),
}
# Bare words at the start of a line that go on after a comma: what the later phases are of.
_KEPT = {"call": 1, "work_order": 1, "delivery": 2, "project": 1, "action": 1, "labour": 1, "attendance": 1}
# Who tells, when a line does not say.
_SOURCES = {"reason": "tablet", "order": "erp", "plan": "erp", "close": "office", "reopen": "office"}
_SHORT = {"told": "told_at", "made": "at"}
_ENDS = ("alive", "count", "energy")  # a span is told at its end
_LINE = re.compile(rf"(\S+) +({SPAN}|{TIME}) +([a-z_]+)\b *(.*)")
_NEXT = re.compile(rf"({SPAN}|{TIME})\b *(.*)")
_COMMA = re.compile(r""",\s*(?=(?:[^"]*"[^"]*")*[^"]*$)""")
_HOW = "Write 'filler 07:00 state producing': equipment, time, kind, and what the kind says."

Event = dict[str, Any]
TimesOf = Callable[[str], Times]
"""What times mean at a piece of equipment."""


@dataclass(frozen=True, slots=True)
class _Head:
    """What the parts of one line have in common."""

    equipment: str
    verb: str
    times: Times
    kept: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        return _VERBS.get(self.verb, self.verb)


def read_events(line: str, times_of: TimesOf) -> Iterator[Event]:
    """Read one line as canonical events.

    Raises:
        ValueError: with what to write instead.
    """
    first, *others = _COMMA.split(line.strip())
    match = _LINE.fullmatch(first)
    if not match:
        raise ValueError(_HOW)
    equipment, when, verb, said = match.groups()
    head = _Head(equipment, verb, times_of(equipment))
    if verb == "reason":
        raise ValueError("Write 'symptom jam' or 'cause jam'.")
    if head.kind not in KINDS:
        raise ValueError(did_you_mean(verb, {*KINDS, *_VERBS}))
    yield _event(head, when, said)
    head = replace(head, kept=tuple(shlex.split(said)[: _KEPT.get(verb, 0)]))
    for part in others:
        again = _NEXT.fullmatch(part.strip())
        if not again:
            raise ValueError(f"After a comma write a time and what is new: not '{part}'.")
        yield _event(head, again[1], again[2])


def _event(head: _Head, when: str, said: str) -> Event:
    event: Event = {"kind": head.kind, "equipment": head.equipment, **_when(head, when)}
    if head.kind == "reason":
        event["role"] = head.verb
    event["source"] = _SOURCES.get(head.kind, "plc")
    free = iter(_WORDS.get(head.verb, ()))
    for word in (*head.kept, *shlex.split(said)):
        name, equals, value = word.partition("=")
        if word == "void":
            event["void"] = True
        elif equals:
            event |= _field(head, name, value)
        else:
            position = next(free, None)
            if position is None:
                raise ValueError(f"'{word}' is one word too many; write further fields as 'field=value'.")
            event |= _field(head, position, word)
    return event


def _when(head: _Head, when: str) -> Event:
    if not re.fullmatch(SPAN, when):
        return {"at": rfc3339(head.times.instant(when))}
    span = head.times.span(when)
    start, end = rfc3339(span.start), rfc3339(span.end)
    if head.kind == "state":
        return {"at": start, "until": end}
    if "from" not in FIELDS[head.kind]:
        raise ValueError(f"A {head.kind} has one time, not two.")
    until = {"until": end} if "until" in FIELDS[head.kind] else {}
    return {"at": end if head.kind in _ENDS else start, "from": start, **until}


def _field(head: _Head, name: str, value: str) -> Event:
    name = _SHORT.get(name, name)
    if name == "supersedes":
        source, slash, key = value.rpartition("/")
        return {name: {"source": source if slash else _SOURCES.get(head.kind, "plc"), "key": key}}
    field = FIELDS[head.kind].get(name)
    if field is None or field.form is Form.FREE:
        raise ValueError(f"A {head.kind} has no '{name}': {did_you_mean(name, FIELDS[head.kind])}")
    return {name: _value(field, value, head.times)}


def _value(field: Field, value: str, times: Times) -> Any:
    if field.form is Form.INSTANT:
        return rfc3339(times.instant(value))
    if field.form is Form.FLAG:
        return {"true": True, "false": False}.get(value, value)
    return value
