"""Documents as agents write them, of what the replay agent holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Protocol
from xml.sax.saxutils import escape, quoteattr

from plantstack.testing.recording import Observed

_GROUPS = {"SAMPLE": "Samples", "EVENT": "Events", "CONDITION": "Condition"}
_LEVELS = {level.lower(): level for level in ("Normal", "Warning", "Fault", "Unavailable")}


class Served(Protocol):
    """What answers need of the agent."""

    instance: int
    buffer: int

    @property
    def numbers(self) -> tuple[int, int]:
        """The first and the last number it holds."""

    @property
    def created(self) -> str:
        """The agent's own time."""


@dataclass(frozen=True, slots=True)
class Told:
    """An observation and its number."""

    number: int
    observed: Observed

    def is_of(self, path: str) -> bool:
        """Whether a path names its type; of paths only `@type="..."` is looked at."""
        return not path or f'@type="{self.observed.item.type}"' in path.replace("'", '"')

    def element(self) -> str:
        """As it stands in a document."""
        one, item = self.observed, self.observed.item
        shown = {
            "dataItemId": item.id,
            "timestamp": one.at,
            "name": item.name,
            "sequence": str(self.number),
            "subType": item.subtype,
            "nativeCode": one.code,
            "nativeSeverity": one.severity,
            "qualifier": one.qualifier,
        }
        name, text = item.element, one.value
        if item.category == "CONDITION":
            name, text = _LEVELS.get(one.value.lower(), "Unavailable"), one.text
            shown["type"] = item.type
        told = "".join(f" {key}={quoteattr(value)}" for key, value in shown.items() if value)
        return f"<{name}{told}>{escape(text)}</{name}>"


def streams(agent: Served, told: Sequence[Told], following: int | None = None) -> bytes:
    """Return a document of observations."""
    first, last = agent.numbers
    if following is None:
        following = last + 1
    numbers = f'nextSequence="{following}" firstSequence="{first}" lastSequence="{last}"'
    body = "".join(_device(name, list(some)) for name, some in _by(told, lambda one: one.item.device))
    return _document(agent, "Streams", numbers, f"<Streams>{body}</Streams>")


def error(agent: Served, code: str, text: str) -> bytes:
    """Return a document that says what is wrong."""
    body = f'<Errors><Error errorCode="{code}">{escape(text)}</Error></Errors>'
    return _document(agent, "Error", "", body)


def _document(agent: Served, kind: str, numbers: str, body: str) -> bytes:
    root, header = f"MTConnect{kind}", f'creationTime="{agent.created}" sender="replay"'
    header += f' instanceId="{agent.instance}" version="1.3.0.16" bufferSize="{agent.buffer}" {numbers}'
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="urn:mtconnect.org:{root}:1.3">'
        f"<Header {header}/>{body}</{root}>\n"
    ).encode()


def _device(name: str, told: list[Told]) -> str:
    uuid = told[0].observed.item.uuid
    inner = ""
    for component, some in _by(told, lambda one: one.item.component):
        groups = "".join(
            f"<{_GROUPS[category]}>{''.join(one.element() for one in few)}</{_GROUPS[category]}>"
            for category, few in _by(some, lambda one: one.item.category)
        )
        inner += f"<ComponentStream component={quoteattr(component)}>{groups}</ComponentStream>"
    return f"<DeviceStream name={quoteattr(name)} uuid={quoteattr(uuid)}>{inner}</DeviceStream>"


def _by(told: Iterable[Told], name: Callable[[Observed], str]) -> list[tuple[str, list[Told]]]:
    """Group observations by a name, keeping their order within."""
    ordered = sorted(told, key=lambda one: name(one.observed))
    return [(key, list(some)) for key, some in groupby(ordered, key=lambda one: name(one.observed))]
