"""`Fields`: one mapping being read, key by key.

What is asked for is what is known: a key nobody asked for is an unknown key, so the list of keys
is never written twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeVar

from plantstack.errors import did_you_mean
from plantstack.plant.readers import Reader, ident
from plantstack.plant.report import Place, Report
from plantstack.plant.tree import Block, Items, Node, Scalar

T = TypeVar("T")
D = TypeVar("D")


class Fields:
    r"""Reads the keys of one mapping with typed readers.

    >>> from plantstack.plant.readers import duration, text
    >>> from plantstack.plant.tree import parse_block
    >>> report = Report()
    >>> block = parse_block(b"label: Filler\nlimt: 5 min\n", "plant.yaml", report)
    >>> fields = Fields(block, "machine", report)
    >>> fields.need("label", text), fields.want("limit", duration, None)
    ('Filler', None)
    >>> fields.close()
    >>> print(report.problems[0])
    plant.yaml:2: unknown key 'limt' in machine. did you mean 'limit'? [key-unknown]
    """

    def __init__(self, block: Block, what: str, report: Report) -> None:
        self.block = block
        self.what = what
        self.report = report
        self._asked: list[str] = []

    def need(self, key: str, reader: Reader[T]) -> T:
        """Read a key that must be there; a problem and the reader's blank when it is not."""
        node = self.node(key)
        if node is None:
            what = f"{self.what} needs '{key}': {reader.expects}"
            self.report.add("key-missing", self.block.place, what, f"Add '{key}:'.")
            return reader.blank
        return reader.read(node, key, self.report)

    def want(self, key: str, reader: Reader[T], default: D) -> T | D:
        """Read a key that may be left out."""
        node = self.node(key)
        return default if node is None else reader.read(node, key, self.report)

    def node(self, key: str) -> Node | None:
        """The raw value of a key, which is known from now on."""
        self._asked.append(key)
        return self.block.nodes.get(key)

    def has(self, key: str) -> bool:
        """Whether the key is written; asking makes it a known key."""
        return self.node(key) is not None

    def one_of(self, *keys: str) -> str:
        """The one of several keys that is written; a problem and '' when none or more are."""
        written = [key for key in keys if self.has(key)]
        if len(written) == 1:
            return written[0]
        choices = " or ".join(f"'{key}'" for key in keys)
        came = "none" if not written else " and ".join(f"'{key}'" for key in written)
        self.problem("key-choice", f"{self.what} needs exactly one of {choices}, came {came}")
        return ""

    def section(self, key: str, what: str = "") -> Fields:
        """The mapping under a key, empty when left out; close it yourself."""
        node = self.node(key)
        return Fields(self._block(node, key), what or f"'{key}'", self.report)

    def each(self, key: str, what: str, read: Callable[[Fields], T]) -> tuple[T, ...]:
        """Read a list of mappings, one `what` each; an absent key is an empty list."""
        node = self.node(key)
        if node is None:
            return ()
        if not isinstance(node, Items):
            self.problem("value-wrong", f"'{key}': expected a list with one {what} per '- '", key=key)
            return ()
        made = []
        for number, child in enumerate(node.nodes):
            self.report.mention(f"{what} of the list", str(number), child.place)
            fields = Fields(self._block(child, key), what, self.report)
            made.append(read(fields))
            fields.close()
        return tuple(made)

    def named(
        self,
        key: str,
        kind: str,
        read: Callable[[str, Fields], T],
        *,
        names: Reader[str] = ident,
        declare: bool = True,
    ) -> dict[str, T]:
        """Read `name: {...}` entries and declare each name as a `kind`, sorted by name."""
        made: dict[str, T] = {}
        for name, node, place in self.entries(key, names):
            if declare:
                self.report.declare(kind, name, place)
            fields = Fields(replace(self._block(node, name), place=place), f"{kind} '{name}'", self.report)
            fields.record(kind)
            made[name] = read(name, fields)
            fields.close(kind)
        return dict(sorted(made.items()))

    def entries(self, key: str, names: Reader[str] = ident) -> Iterator[tuple[str, Node, Place]]:
        """The name, value and place of every entry of the mapping under `key`."""
        node = self.node(key)
        block = self._block(node, key)
        for name, child in block.nodes.items():
            place = block.key_places.get(name, block.place)
            yield names.read(Scalar(name, place), key, self.report), child, place

    def place(self, key: str = "") -> Place:
        """The line of a key, or of the mapping itself."""
        return self.block.key_places.get(key, self.block.place)

    def problem(self, code: str, what: str, fix: str = "", *, key: str = "") -> None:
        """Note a problem at a key, or at the mapping itself."""
        self.report.add(code, self.place(key), what, fix)

    def close(self, kind: str = "") -> None:
        """Turn every key nobody asked for into a problem."""
        self.record(kind or self.what)
        for key in self.block.nodes:
            if key not in self._asked:
                fix = did_you_mean(key, self._asked)
                self.problem("key-unknown", f"unknown key '{key}' in {self.what}", fix, key=key)

    def record(self, kind: str) -> None:
        """Remember which keys a kind of mapping knows (the manual is tested against it)."""
        self.report.asked[kind].update(self._asked)

    def _block(self, node: Node | None, key: str) -> Block:
        if isinstance(node, Block):
            return node
        place = self.block.place if node is None else node.place
        if node is not None and not (isinstance(node, Scalar) and node.is_nothing):
            self.report.add(
                "value-wrong", place, f"'{key}': expected further keys below it", "Indent 'key: value' lines."
            )
        elif node is not None:
            self.report.add(
                "value-empty", place, f"'{key}': expected further keys, came nothing", "Fill it or remove it."
            )
        return Block({}, place)
