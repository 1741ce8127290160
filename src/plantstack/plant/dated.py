"""Values that change on a day: `exit: packer`, or a list of `{is: packer, from: 2026-03-01}`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from plantstack.plant.fields import Fields
from plantstack.plant.model import Dated
from plantstack.plant.readers import Reader, day
from plantstack.plant.report import Report
from plantstack.plant.tree import Block, Items, Node

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class DatedOf(Generic[T]):
    """Reads one value for good, or several, each from a day on."""

    item: Reader[T]

    @property
    def expects(self) -> str:
        """What a problem says was expected."""
        return f"{self.item.expects}, or a list of '{{is: ..., from: date}}'"

    @property
    def blank(self) -> Dated[T]:
        """No value at any time."""
        return ()

    def read(self, node: Node, key: str, report: Report) -> Dated[T]:
        """Read the value or the list of dated values, earliest first."""
        if not isinstance(node, Items):
            return ((None, self.item.read(node, key, report)),)
        made: list[tuple[date | None, T]] = []
        for child in node.nodes:
            if not isinstance(child, Block):
                report.add("value-wrong", child.place, f"'{key}': expected '{{is: ..., from: date}}'")
                continue
            fields = Fields(child, f"'{key}'", report)
            start = fields.want("from", day, None)
            if made and not _follows(made[-1][0], start):
                what = f"'{key}': expected a 'from' later than the one before"
                fields.problem("dates-order", what, "Sort the list by date; only the first may have none.")
            made.append((start, fields.need("is", self.item)))
            fields.close("dated")
        return tuple(made)


def _follows(before: date | None, after: date | None) -> bool:
    return after is not None and (before is None or before < after)


def dated(item: Reader[T]) -> Reader[Dated[T]]:
    """Read a value that may change on given days."""
    return DatedOf(item)
