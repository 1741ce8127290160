"""How long one piece takes by the plant files: what a pause between two pieces is measured with."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise

from plantstack.intervals import SECOND
from plantstack.plant.plant import Plant
from plantstack.plant.tables_fact import standard_rows

Span = tuple[int, int, Fraction]
"""From and until when (microseconds UTC) a piece takes so many microseconds."""


@dataclass(frozen=True, slots=True)
class Cycles:
    """Standard cycles by machine and product; the ideal one where a standard has no other."""

    plant: Plant | None = None
    _spans: dict[tuple[str, str], list[Span]] = field(default_factory=dict)

    @classmethod
    def of(cls, plant: Plant) -> Cycles:
        """Read the standards of a plant."""
        found: dict[tuple[str, str], list[Span]] = {}
        for row in standard_rows(plant):
            _, machine, product, since, until, seconds, pieces, slower, of = row
            time, count = (slower, of) if slower is not None else (seconds, pieces)
            length = Fraction(str(time)) / Fraction(str(count)) * SECOND
            span = (int(str(since)), int(str(until)), length)
            found.setdefault((str(machine), str(product)), []).append(span)
        return cls(plant, found)

    def spans(self, equipment: str, product: str | None, at: int) -> list[Span]:
        """The cycles of a machine, none where the plant files have none.

        Args:
            equipment: by any of its names at `at`.
            product: None where nobody says: then the slowest of all products counts, so that none of them
                is taken for a stop.
            at: microseconds UTC.
        """
        machine = (self.plant.resolve(equipment, at) or "" if self.plant else "").partition(":")[0]
        if product is not None:
            return self._spans.get((machine, product)) or self._spans.get((machine, ""), [])
        spans = [span for (of, _), found in self._spans.items() if of == machine for span in found]
        edges = sorted({edge for start, end, _ in spans for edge in (start, end)})
        return [
            (start, end, max(slow))
            for start, end in pairwise(edges)
            if (slow := [length for since, until, length in spans if since <= start and until >= end])
        ]
