"""How far a table was read, as it is kept in the log."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Self

from plantstack.connectors.sql.marks import Mark


@dataclass
class Place:
    """The cursor of a table.

    Attributes:
        mark: everything up to it was read, but for what is committed late; None: nothing yet.
        aside: what was set aside of rows that have no place in the order: each is told once.
    """

    mark: Mark | None = None
    aside: set[str] = field(default_factory=set)

    @classmethod
    def read(cls, text: str | None) -> Self:
        """Read what `text` wrote.

        >>> Place.read(Place(Mark("number", 7), {"a"}).text())
        Place(mark=Mark(form='number', order=7, written=''), aside={'a'})
        """
        told = json.loads(text) if text else {}
        mark = Mark(*told["mark"]) if told.get("mark") else None
        return cls(mark, set(told.get("aside", ())))

    def text(self) -> str:
        """As it is kept."""
        mark = [self.mark.form, self.mark.order, self.mark.written] if self.mark else None
        return json.dumps({"mark": mark, "aside": sorted(self.aside)})

    def advance(self, mark: Mark) -> None:
        """Move on, never back."""
        if self.mark is None or mark.order > self.mark.order:
            self.mark = mark
