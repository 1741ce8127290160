"""The `tests:` part of a mapping file: rows or messages in, events out."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime

from plantstack.connectors.mapping.words import cells
from plantstack.events.fields import Form
from plantstack.events.kinds import FIELDS
from plantstack.intervals import to_us
from plantstack.plant.source import Block, Fields, Items, Node, Place, Word, to_content, yes_no
from plantstack.plant.source import text as plain

_NAMES = Word("a name", "", str.strip)
_START = "2026-01-05T06:00:00Z"  # of receipt, where a test does not say


def _instant(written: str) -> int:
    try:
        stamp = datetime.fromisoformat(written)
    except ValueError:
        stamp = None
    if stamp is None or stamp.tzinfo is None:
        raise ValueError("Write an instant with its offset: '2026-01-31T06:00:00+01:00'.")
    return to_us(stamp)


instant = Word("an instant", 0, _instant)


@dataclass(frozen=True, slots=True)
class Told:
    """A row of a file, or a message of a wire.

    Attributes:
        payload: a JSON object; of a row, header -> cell.
        about: what the wire says beside it, such as the topic.
        is_snapshot: told again to whoever comes later.
    """

    payload: bytes
    about: dict[str, str] = field(default_factory=dict)
    is_snapshot: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """One test of a mapping.

    Attributes:
        name: for people.
        place: where it stands.
        told: rows or messages, in the order they come.
        is_live: whether they are messages.
        file: name of the file the rows stand in.
        received: instant of receipt of the first message, microseconds UTC.
        alive_until: the source is known to have been there until then; 0: not said.
        events: what must come, each a JSON object of the fields that matter; nothing else may come.
        set_aside: codes of rows that must not become events.
    """

    name: str
    place: Place
    told: tuple[Told, ...]
    is_live: bool = False
    file: str = "test"
    received: int = 0
    alive_until: int = 0
    events: tuple[dict[str, object], ...] = ()
    set_aside: tuple[str, ...] = ()


def read_cases(fields: Fields) -> tuple[Case, ...]:
    """Read `tests:`; an absent key is no test."""
    return fields.each("tests", "test", _case)


def _case(fields: Fields) -> Case:
    origin = fields.one_of("rows", "messages")
    is_live = origin == "messages"
    read = _message if is_live else _row
    return Case(
        name=fields.need("name", plain),
        place=fields.place("name"),
        told=tuple(read(one, fields) for one in _blocks(fields, origin)),
        is_live=is_live,
        file=fields.want("file", plain, "test"),
        received=fields.want("received", instant, _instant(_START)),
        alive_until=fields.want("alive_until", instant, 0),
        events=tuple(_event(one, fields) for one in _blocks(fields, "events")),
        set_aside=fields.want("set_aside", cells, ()),
    )


def _blocks(fields: Fields, key: str) -> list[Block]:
    node = fields.node(key) if key else None
    if node is None:
        return []
    nodes = node.nodes if isinstance(node, Items) else ()
    found = [one for one in nodes if isinstance(one, Block)]
    if len(found) < len(nodes) or not isinstance(node, Items):
        what = f"'{key}': expected a list with one of 'name: value' per '- '"
        fields.problem("value-wrong", what, key=key)
    return found


def _row(block: Block, _fields: Fields) -> Told:
    return Told(_payload(block))


def _message(block: Block, fields: Fields) -> Told:
    inner = Fields(block, "message of a test", fields.report)
    about = {}
    if topic := inner.want("topic", plain, ""):
        about = {"topic": topic} | {f"topic.{place}": part for place, part in enumerate(topic.split("/"))}
    payload = inner.node("payload")
    is_snapshot = inner.want("retained", yes_no, False)
    inner.close("message")
    if isinstance(payload, Block):
        return Told(_payload(payload), about, is_snapshot)
    if payload is not None:
        about["value"] = str(to_content(payload))
    return Told(b"{}", about, is_snapshot)


def _payload(node: Node) -> bytes:
    return json.dumps(to_content(node)).encode()


def _event(block: Block, fields: Fields) -> dict[str, object]:
    """An expected event; every value stays the text that was written, except true and false."""
    inner = Fields(block, "event of a test", fields.report)
    kind = inner.need("kind", _NAMES)
    if kind not in FIELDS:
        inner.problem("value-wrong", f"'kind': there is no kind '{kind}'", key="kind")
        return {}
    found: dict[str, object] = {"kind": kind}
    for name, known in FIELDS[kind].items():
        node = inner.node(name)
        if node is not None and name != "kind":
            written = to_content(node)
            found[name] = written == "true" if known.form is Form.FLAG else written
    inner.close("event")
    return found
