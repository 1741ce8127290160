"""What a loss could be instead: the reasons that are at home where it was."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from plantstack.stack.floor.reasons import told_of
from plantstack.stack.floor.sight import look
from plantstack.stack.floor.where_told import own_reasons
from plantstack.stack.project import Stack
from plantstack.stack.targets.targeting import production_day


def reasons_at(stack: Stack, machines: Collection[str], now: int) -> Mapping[str, frozenset[str]]:
    """Reasons of stops, by the site that they are at home at.

    A line may be held up by what so far only its neighbour told: the whole site is looked at, and no other.

    Args:
        stack: the opened project.
        machines: ids; their sites are answered.
        now: microseconds UTC.

    Returns:
        By site, the ids that people may still choose and that say something: what files give machines,
        what was told there as symptom or as cause, and what nobody told anywhere.
    """
    if not machines:
        return {}
    sight = look(stack, tuple(machines), now)
    plant, told = sight.plant, told_of(sight)
    found: dict[str, frozenset[str]] = {}
    for site in {plant.site_of(machine).id for machine in machines}:
        today = production_day(plant.sites[site], now)
        leaves = [
            one.id
            for one in plant.reasons.values()
            if one.kind == "stop" and not one.catch_all and one.is_offered(today)
        ]
        here = [one for one in plant.machines if plant.site_of(one).id == site]
        found[site] = frozenset().union(*(own_reasons(sight, one, leaves, told) for one in here))
    return found
