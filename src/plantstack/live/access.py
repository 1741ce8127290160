"""Who may do what: a token's rights, and the part of the plant it is good for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TypeVar

from plantstack.events.tokens import RIGHTS
from plantstack.plant.plant import Plant
from plantstack.plant.structure import Span

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Sender:
    """Somebody who sends or reads.

    Attributes:
        name: of the token; '' for whoever stands at the machine itself.
        may: of `RIGHTS`.
        scope: id of the equipment he is let near, with all that stands under it; '' is everything.
        sources: patterns of the sources he may speak as; none: see `may_speak_as`.
    """

    name: str = ""
    may: tuple[str, ...] = RIGHTS
    scope: str = ""
    sources: tuple[str, ...] = ()

    @property
    def is_limited(self) -> bool:
        """Whether there is anything he may not say."""
        return bool(self.scope or self.sources)

    def names(self, source: str) -> bool:
        """Whether he was given a source by name; whoever is not limited has all of them."""
        return not self.is_limited or any(fnmatchcase(source, pattern) for pattern in self.sources)

    def may_speak_as(self, plant: Plant, source: str) -> bool:
        """Whether he may speak as a source; with a scope only, as every one that is no person."""
        if self.sources or not self.scope:
            return self.names(source)
        rule = next((rule for rule in plant.sources if fnmatchcase(source, rule.match)), None)
        return rule is None or not rule.is_person

    def is_near(self, plant: Plant, equipment: str, now: int) -> bool:
        """Whether an equipment stands where the sender is let in, by where it stands now.

        Args:
            plant: what stands where.
            equipment: a permanent id; '' is the whole project.
            now: the instant of the request, microseconds UTC.
        """
        if not self.scope:
            return True
        own, _ = plant.lanes.get(equipment, (equipment, ""))
        here, there = _standing(plant, self.scope, now), _standing(plant, own, now)
        if here is None or there is None:
            return False
        return there.path == here.path or there.path.startswith(f"{here.path}/")

    def near_sites(self, plant: Plant, as_of: Mapping[str, T], now: int) -> dict[str, T]:
        """Of what is told by site, that of the sites he is let near, or stands in."""
        if not self.scope:
            return dict(as_of)
        here = _standing(plant, self.scope, now)
        home = here.site if here else ""
        return {site: told for site, told in as_of.items() if site == home or self.is_near(plant, site, now)}


def _standing(plant: Plant, equipment: str, now: int) -> Span | None:
    """Where an equipment stands at an instant; None where it stands nowhere then."""
    spans = plant.spans.get(equipment, ())
    return next((span for span in spans if span.from_at <= now < span.until_at), None)
