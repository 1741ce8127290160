"""YAML text -> a tree that still knows its lines, and nothing guessed.

Scalars stay the text that was written; what a text means is decided by who asks for it (see
`fields.py`). So `NO`, `on`, `010` and `12:30:45` can never turn into something else on the way.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)

from plantstack.plant.report import Place, Report

MAX_BYTES = 5_000_000
MAX_DEPTH = 20
_KEPT = 500_000  # characters: trees of greater texts are not kept

# Plain words that stand for "nothing" in YAML 1.2.
_NOTHING = ("", "~", "null", "Null", "NULL")


@dataclass(frozen=True, slots=True)
class Scalar:
    """One text as written; `is_plain` when it carried no quotes."""

    text: str
    place: Place = field(compare=False)
    is_plain: bool = field(default=False, compare=False)

    @property
    def is_nothing(self) -> bool:
        """Whether the author wrote no value at all."""
        return self.is_plain and self.text in _NOTHING


@dataclass(frozen=True, slots=True)
class Items:
    """A YAML sequence."""

    nodes: tuple[Node, ...]
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class Block:
    """A YAML mapping: key text -> value, with the place of each key."""

    nodes: dict[str, Node]
    place: Place = field(compare=False)
    key_places: dict[str, Place] = field(default_factory=dict, compare=False)


Node: TypeAlias = Scalar | Items | Block


class _Stop(Exception):
    """The file cannot be read on; the problem is already in the report."""


def read_block(path: Path, report: Report, *, name: str = "", max_bytes: int = MAX_BYTES) -> Block | None:
    """Read one YAML file whose top is a mapping.

    Args:
        path: the file.
        report: takes every problem found.
        name: how the file is called in problems; its own name when left out.
        max_bytes: a greater file is refused unread.

    Returns:
        The tree, or None when the file could not be read as YAML at all.
    """
    place = Place(name or path.name, 0)
    if not path.is_file():
        fix = "Run `plantstack init DIR` for a first one." if path.name == "plant.yaml" else ""
        report.add("file-missing", place, "expected a file, came nothing readable under this name", fix)
        return None
    try:
        with path.open("rb") as stream:
            data = stream.read(max_bytes + 1)
    except OSError as error:
        report.add("file-missing", place, f"the file cannot be opened: {error.strerror}", "Check its rights.")
        return None
    return parse_block(data, place.file, report, max_bytes=max_bytes)


def parse_block(data: bytes, file: str, report: Report, *, max_bytes: int = MAX_BYTES) -> Block | None:
    """Parse YAML bytes whose top is a mapping; problems go to `report`."""
    top = Place(file, 1)
    if len(data) > max_bytes:
        report.add("yaml-too-large", top, f"expected at most {max_bytes} bytes, came more", "Split the file.")
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        report.add(
            "yaml-not-utf8",
            Place(file, line),
            "expected UTF-8 text, came other bytes",
            "Save the file as UTF-8.",
        )
        return None
    parse = _parsed if len(text) <= _KEPT else _parsed.__wrapped__
    node, is_read, told = parse(text, file)
    report.take(told)
    if is_read and not isinstance(node, Block):
        report.add("yaml-not-mapping", top, "expected 'key: value' lines at the top of the file", "")
    return node if is_read and isinstance(node, Block) else None


@lru_cache(maxsize=16)
def _parsed(text: str, file: str) -> tuple[Node | None, bool, Report]:
    """Parse a text; plant files are read twice a command, for what they mean and for what they say.

    Returns:
        The tree, whether it could be read to the end, and the problems.
    """
    told = Report()
    try:
        return _Builder(text, file, told).document(), True, told
    except _Stop:
        return None, False, told


class _Builder:
    """Builds the tree from parser events; the recursion is bounded by MAX_DEPTH."""

    def __init__(self, text: str, file: str, report: Report) -> None:
        self._events: Iterator[Event] = YAML(typ="safe", pure=True).parse(text)
        self._file = file
        self._report = report

    def document(self) -> Node | None:
        node: Node | None = None
        documents = 0
        while not isinstance(event := self._next(), StreamEndEvent):
            if isinstance(event, DocumentStartEvent):
                documents += 1
                self._check_start(event, documents)
            elif not isinstance(event, StreamStartEvent) and self._starts_node(event):
                node = self._node(event, 1)
        return node

    def _check_start(self, event: DocumentStartEvent, documents: int) -> None:
        if documents > 1:
            self._stop(
                "yaml-several-documents", event, "expected one document, came a second '---'", "Remove it."
            )
        if event.version or event.tags:
            self._note(
                "yaml-directive",
                event,
                "'%' directives are not read",
                "Remove the line that starts with '%'.",
            )

    @staticmethod
    def _starts_node(event: Event) -> bool:
        return isinstance(event, ScalarEvent | SequenceStartEvent | MappingStartEvent | AliasEvent)

    def _next(self) -> Event:
        try:
            return next(self._events)
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            what = " ".join(str(part) for part in (error.context, error.problem) if part)
            place = Place(self._file, mark.line + 1 if mark else 1)
            self._report.add("yaml-syntax", place, f"not YAML: {what}", _syntax_fix(what))
        except (YAMLError, ValueError) as error:
            what = str(error).splitlines()[0]
            self._report.add(
                "yaml-syntax", Place(self._file, 1), f"not YAML: {what}", "Remove the character."
            )
        raise _Stop

    def _node(self, event: Event, depth: int) -> Node:
        place = self._place(event)
        self._check_plainness(event)
        if depth > MAX_DEPTH:
            self._stop(
                "yaml-too-deep", event, f"expected at most {MAX_DEPTH} levels, came more", "Flatten it."
            )
        if isinstance(event, ScalarEvent):
            return Scalar(event.value, place, is_plain=event.style is None)
        if isinstance(event, SequenceStartEvent):
            return self._items(place, depth)
        if isinstance(event, MappingStartEvent):
            return self._block(place, depth)
        return Scalar("", place)  # an alias: already a problem, stands for a harmless text

    def _items(self, place: Place, depth: int) -> Items:
        nodes: list[Node] = []
        while not isinstance(event := self._next(), SequenceEndEvent):
            nodes.append(self._node(event, depth + 1))
        return Items(tuple(nodes), place)

    def _block(self, place: Place, depth: int) -> Block:
        nodes: dict[str, Node] = {}
        places: dict[str, Place] = {}
        while not isinstance(event := self._next(), MappingEndEvent):
            key = self._node(event, depth + 1)
            value = self._node(self._next(), depth + 1)
            if not isinstance(key, Scalar):
                self._note("yaml-key", event, "expected a plain word as key, came a list or mapping", "")
            elif key.text in nodes:
                first = places[key.text].line
                what = f"key '{key.text}' stands here and in line {first}"
                self._note("yaml-duplicate-key", event, what, "Keep one of them.")
            else:
                nodes[key.text], places[key.text] = value, key.place
        return Block(nodes, place, places)

    def _check_plainness(self, event: Event) -> None:
        anchor = getattr(event, "anchor", None)
        if isinstance(event, AliasEvent):
            self._note("yaml-alias", event, f"alias '*{anchor}' is not read", "Write the value out.")
        elif anchor:
            self._note("yaml-alias", event, f"anchor '&{anchor}' is not read", "Remove it.")
        if getattr(event, "tag", None):
            self._note(
                "yaml-tag", event, "tags ('!...') are not read", "Remove the tag, write a plain value."
            )

    def _place(self, event: Event) -> Place:
        return Place(self._file, event.start_mark.line + 1)

    def _note(self, code: str, event: Event, what: str, fix: str) -> None:
        self._report.add(code, self._place(event), what, fix)

    def _stop(self, code: str, event: Event, what: str, fix: str) -> None:
        self._note(code, event, what, fix)
        raise _Stop


def _syntax_fix(what: str) -> str:
    if "\\t" in what:
        return "Indent with spaces, not with tabs."
    if "mapping values are not allowed" in what:
        return "Check the indentation, or put quotes around a text with ': ' in it."
    if "quoted scalar" in what:
        return "Close the quotes."
    return "Check quotes, colons and indentation around this line."


def to_content(node: Node) -> object:
    """Reduce a tree to what it says: no comments, no order of keys, no quoting, no lines."""
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Items):
        return [to_content(child) for child in node.nodes]
    return {key: to_content(node.nodes[key]) for key in sorted(node.nodes)}


def content_text(node: Node) -> str:
    """Write a tree as canonical JSON."""
    return json.dumps(to_content(node), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def from_content(content: object, place: Place) -> Node:
    """Rebuild a tree from canonical content; every node stands at `place`."""
    if isinstance(content, dict):
        nodes = {str(key): from_content(value, place) for key, value in content.items()}
        return Block(nodes, place, dict.fromkeys(nodes, place))
    if isinstance(content, list):
        return Items(tuple(from_content(value, place) for value in content), place)
    return Scalar(str(content), place)
