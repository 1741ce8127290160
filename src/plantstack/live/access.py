"""Who may do what: a token's rights, and the part of the plant it is good for."""

from __future__ import annotations

from dataclasses import dataclass

from plantstack.events.tokens import RIGHTS
from plantstack.plant.plant import Plant


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
