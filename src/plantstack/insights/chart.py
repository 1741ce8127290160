"""The control chart of a finding: the values it was found in, limits of good runs, rules by name."""

from __future__ import annotations

from dataclasses import dataclass

from plantstack.insights.drift.rules import Broken
from plantstack.intervals import Interval, rfc3339

SIGMAS = 3
_ZONES = "CBA"  # within one, two and three sigma of the centre, as Western Electric names them


@dataclass(frozen=True, slots=True)
class Control:
    """Points of one parameter and product, and what is more than chance among them.

    Attributes:
        equipment, parameter, product, unit: what it is of; '' none.
        at: when the hour of each point ends, microseconds UTC.
        value: the median of each hour, in `unit`.
        centre, sigma: of the hours learned from: of hours, so what neighbouring readings share is in it.
        learned: from when to when those are; `n_learned` how many.
        first: index of the first point after those; rules are asked from there on.
        broken: indexes of points; points beside each other that break one rule stand together.
        onset: when what was found began, microseconds UTC; None where nothing was found.
        apart_from: parameters; where there are any, values are how far it stands from where those put it.
    """

    equipment: str
    parameter: str
    product: str
    unit: str
    at: tuple[int, ...]
    value: tuple[float, ...]
    centre: float
    sigma: float
    learned: Interval
    n_learned: int
    first: int
    broken: tuple[Broken, ...]
    onset: int | None = None
    apart_from: tuple[str, ...] = ()

    @property
    def low(self) -> float:
        """Three sigma below the centre."""
        return self.centre - SIGMAS * self.sigma

    @property
    def high(self) -> float:
        """Three sigma above it."""
        return self.centre + SIGMAS * self.sigma

    def zone(self, place: int) -> str:
        """A, B or C by how many sigma a point is away from the centre; '' beyond three."""
        away = abs(self.value[place] - self.centre) / self.sigma if self.sigma > 0 else 0.0
        return _ZONES[int(away)] if away < SIGMAS else ""

    def rules_at(self, place: int) -> list[str]:
        """Names of the rules that a point breaks."""
        return [one.rule for one in self.broken if one.first <= place <= one.last]

    def as_row(self, zone: str) -> dict[str, object]:
        """The chart as programs read it; `zone` is that of the machine's clock."""
        onset = None if self.onset is None else rfc3339(self.onset)
        return {
            "parameter": self.parameter,
            "apart_from": list(self.apart_from),
            "product": self.product,
            "unit": self.unit,
            "zone": zone,
            "onset": onset,
            "centre": self.centre,
            "low": self.low,
            "high": self.high,
            "learned": {
                "from": rfc3339(self.learned.start),
                "to": rfc3339(self.learned.end),
                "n": self.n_learned,
            },
            "points": [
                {
                    "at": rfc3339(at),
                    "value": value,
                    "zone": self.zone(place),
                    "is_learned": place < self.first,
                    "rules": self.rules_at(place),
                }
                for place, (at, value) in enumerate(zip(self.at, self.value, strict=True))
            ],
        }
