"""YAML text changed in one spot: every other byte stays, comments, order, quotes and line ends too.

ruamel says where each node stands; the text is cut and joined there. Writing a whole tree back, as its
round trip does, folds long lines anew and moves comments, so a change of one value would touch many lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode

Value: TypeAlias = "str | Sequence[Value] | Mapping[str, Value]"
"""What is written: texts, and lists and mappings of such."""

WIDTH = 120  # of a line, beyond which a new entry is written over several
_PLAIN = re.compile(r"[^\W_](?:[\w ./%()+:–-]*[\w.%)])?")
_WORDS = {"null", "Null", "NULL"}


@dataclass(slots=True)
class Splices:
    r"""A YAML text and what is to change in it.

    >>> text = Splices("targets:\n  - {kpi: oee, value: 60 %}   # agreed\n")
    >>> [first] = items(text.find("targets"))
    >>> text.put(first, "until", "2026-04-01")
    >>> print(text.done(), end="")
    targets:
      - {kpi: oee, value: 60 %, until: 2026-04-01}   # agreed
    """

    text: str
    _root: Node | None = None
    _mark: str = ""  # of the order of bytes, which is no part of the text
    _changes: list[tuple[int, int, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._mark = "\ufeff" if self.text.startswith("\ufeff") else ""
        self.text = self.text.removeprefix(self._mark)
        self._root = YAML(typ="safe", pure=True).compose(self.text)

    @property
    def line_end(self) -> str:
        """How lines of the text end."""
        return "\r\n" if "\r\n" in self.text else "\n"

    def find(self, *path: str) -> Node | None:
        """The node under some keys; None where there is none."""
        node = self._root
        for key in path:
            node = child(node, key)
        return node

    def done(self) -> str:
        """The text with all changes."""
        text = self.text
        for start, end, new in reversed(sorted(self._changes, key=lambda one: one[:2])):
            text = text[:start] + new + text[end:]
        return self._mark + text

    # -- changes ---------------------------------------------------------------------------------

    def replace(self, node: Node, value: Value) -> None:
        """Write another value where a node stands."""
        self._changes.append((node.start_mark.index, self._end(node), flow(value)))

    def put(self, mapping: Node, key: str, value: Value) -> None:
        """Set a key of a mapping: in its place where it stands, else behind the last one."""
        found = child(mapping, key)
        if found is not None:
            self.replace(found, value)
        else:
            self.add(mapping, key, value)

    def add(self, mapping: Node, key: str, value: Value) -> None:
        """Write a new key behind the last one of a mapping."""
        assert isinstance(mapping, MappingNode)
        written = f"{scalar(key)}: {flow(value)}"
        if mapping.flow_style:
            self._into_flow(mapping, written)
        else:
            indent = " " * mapping.value[0][0].start_mark.column
            self._line_after(mapping, indent + written)

    def append(self, sequence: Node, value: Mapping[str, Value], after: Node | None = None) -> None:
        """Write a new item behind another one of a list; behind the last one where none is named."""
        assert isinstance(sequence, SequenceNode)
        if sequence.flow_style:
            self._into_flow(sequence, flow(value), after)
            return
        last = after or sequence.value[-1]
        indent = " " * sequence.start_mark.column
        self._line_after(last, self.line_end.join(as_item(value, indent)))

    def append_text(self, sequence: Node, value: str) -> None:
        """Write a text behind the last one of a list of texts."""
        assert isinstance(sequence, SequenceNode)
        if sequence.flow_style or not sequence.value:
            self._into_flow(sequence, scalar(value))
        else:
            self._line_after(sequence.value[-1], " " * sequence.start_mark.column + f"- {scalar(value)}")

    def section(self, key: str, value: Sequence[Mapping[str, Value]] | Mapping[str, Value]) -> None:
        """Write a new section at the end of the text: a list of entries, or names and what they say."""
        if isinstance(self._root, MappingNode) and self._root.flow_style:
            self._into_flow(self._root, f"{key}: {flow(value)}")
            return
        lines = (
            [f"  {scalar(name)}: {flow(told)}" for name, told in value.items()]
            if isinstance(value, Mapping)
            else [line for item in value for line in as_item(item, "  ")]
        )
        before = "" if not self.text or self.text.endswith("\n") else self.line_end
        written = before + self.line_end.join([f"{key}:", *lines, ""])
        self._changes.append((len(self.text), len(self.text), written))

    def list_under(self, mapping: Node, key: str, item: Mapping[str, Value]) -> None:
        """Write a new key whose value is a list of one item behind the last key of a mapping."""
        assert isinstance(mapping, MappingNode)
        if mapping.flow_style:
            self._into_flow(mapping, f"{scalar(key)}: {flow([item])}")
            return
        indent = " " * mapping.value[0][0].start_mark.column
        self._line_after(mapping, self.line_end.join([f"{indent}{key}:", *as_item(item, indent + "  ")]))

    def remove(self, parent: Node, node: Node) -> None:
        """Take an item of a list, or the value of a key with its key, out; the parent keeps others."""
        assert isinstance(parent, CollectionNode)
        pairs = [one if isinstance(one, tuple) else (one, one) for one in parent.value]
        place = next(number for number, (_, value) in enumerate(pairs) if value is node)
        start, end = pairs[place][0].start_mark.index, self._end(node)
        if not parent.flow_style:
            start = self.text.rfind("\n", 0, start) + 1
            end = found + 1 if (found := self.text.find("\n", end)) >= 0 else len(self.text)
        elif place:
            start = self._end(pairs[place - 1][1])
        elif len(pairs) > 1:
            end = pairs[1][0].start_mark.index
        self._changes.append((start, end, ""))

    def _into_flow(self, node: CollectionNode, written: str, after: Node | None = None) -> None:
        last = after or _last(node)
        at = node.start_mark.index + 1 if last is None else self._end(last)
        self._changes.append((at, at, written if last is None else f", {written}"))

    def _line_after(self, node: Node, written: str) -> None:
        """Write lines below the one where a node ends, behind its comment."""
        at = self.text.find("\n", self._end(node))
        if at < 0:
            self._changes.append((len(self.text), len(self.text), self.line_end + written))
        else:
            self._changes.append((at + 1, at + 1, written + self.line_end))

    def _end(self, node: Node) -> int:
        """Where what is written of a node ends: blocks reach over the comments behind them."""
        if isinstance(node, CollectionNode) and not node.flow_style:
            last = _last(node)
            return int(node.end_mark.index) if last is None else self._end(last)
        start, end = int(node.start_mark.index), int(node.end_mark.index)
        return start + len(self.text[start:end].rstrip())


def items(node: Node | None) -> list[Node]:
    """The items of a list."""
    return list(node.value) if isinstance(node, SequenceNode) else []


def entries(node: Node | None) -> Iterator[tuple[str, Node]]:
    """The keys and values of a mapping."""
    if isinstance(node, MappingNode):
        for key, value in node.value:
            if isinstance(key, ScalarNode):
                yield str(key.value), value


def child(node: Node | None, key: str) -> Node | None:
    """The value of a key; None where there is none."""
    return next((value for name, value in entries(node) if name == key), None)


def plain(node: Node | None) -> object:
    """What a node says, as the canonical content says it."""
    if isinstance(node, SequenceNode):
        return [plain(one) for one in node.value]
    if isinstance(node, MappingNode):
        return {key: plain(value) for key, value in entries(node)}
    return str(node.value) if node is not None else None


def scalar(text: str) -> str:
    r"""Write one text, in quotes where it could be read as something else.

    >>> scalar("25 min"), scalar("06:00"), scalar("a: b"), scalar("no, never"), scalar("-1")
    ('25 min', '06:00', '"a: b"', '"no, never"', '"-1"')
    """
    if _PLAIN.fullmatch(text) and ": " not in text and text not in _WORDS:
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t").replace("\n", "\\n")
    return f'"{escaped}"'


def flow(value: Value) -> str:
    """Write a value on one line.

    >>> flow({"at": ["line-1"], "value": "25 min"})
    '{at: [line-1], value: 25 min}'
    """
    if isinstance(value, str):
        return scalar(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(key)}: {flow(inner)}" for key, inner in value.items()) + "}"
    return "[" + ", ".join(flow(inner) for inner in value) + "]"


def as_item(value: Mapping[str, Value], indent: str) -> list[str]:
    """The lines of an item of a list: one where it fits, else one a key."""
    short = f"{indent}- {flow(value)}"
    if len(short) <= WIDTH:
        return [short]
    lines = [f"{scalar(key)}: {flow(inner)}" for key, inner in value.items()]
    return [f"{indent}- {lines[0]}", *(f"{indent}  {line}" for line in lines[1:])]


def _last(node: CollectionNode) -> Node | None:
    if not node.value:
        return None
    last = node.value[-1]
    found: Node = last[1] if isinstance(last, tuple) else last
    return found
