"""Who may do what: a token's rights, and the part of the plant it is good for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from plantstack.events.tokens import RIGHTS
from plantstack.plant.plant import Plant

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Sender:
    """Somebody who sends or reads.

    Attributes:
        name: of the token; '' for whoever stands at the machine itself.
        may: of `RIGHTS`.
        scope: id of the equipment he is let near, with all that stands under it; '' is everything.
    """

    name: str = ""
    may: tuple[str, ...] = RIGHTS
    scope: str = ""

    def is_near(self, plant: Plant, equipment: str) -> bool:
        """Whether an equipment stands where the sender is let in, by where it stands now.

        Args:
            plant: what stands where.
            equipment: a permanent id; '' is the whole project.
        """
        if not self.scope:
            return True
        own, _ = plant.lanes.get(equipment, (equipment, ""))
        here, there = plant.spans.get(self.scope), plant.spans.get(own)
        if not (here and there):
            return False
        path = there[-1].path
        return path == here[-1].path or path.startswith(f"{here[-1].path}/")

    def near_sites(self, plant: Plant, as_of: Mapping[str, T]) -> dict[str, T]:
        """Of what is told by site, that of the sites he is let near, or stands in."""
        if not self.scope:
            return dict(as_of)
        home = "" if self.scope not in plant.spans else plant.spans[self.scope][-1].site
        return {site: told for site, told in as_of.items() if site == home or self.is_near(plant, site)}
