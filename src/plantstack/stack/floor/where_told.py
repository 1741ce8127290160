"""Which reasons are a machine's: those the plant files give it, those told there, those told nowhere yet.

What only another line or another plant ever said is no tile here: it stays behind "all reasons".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from plantstack.plant.model import AlarmRule
from plantstack.plant.plant import Plant
from plantstack.stack.floor.sight import Sight


def own_reasons(
    sight: Sight, machine: str, leaves: Iterable[str], told: Mapping[str, Collection[str]]
) -> set[str]:
    """The leaves a machine is offered.

    Args:
        sight: at the machine.
        machine: its id.
        leaves: ids of reasons, of stops or of bad pieces.
        told: by machine, the leaves that were told of it.

    Returns:
        What the files give the machine, what was told at its line, and what nobody told anywhere. Where its
        line told nothing yet, what machines of its kind at the same site told stands for it.
    """
    plant, asked = sight.plant, set(leaves)
    line = sight.place(machine)
    here = _told_at(told, (one for one in told if one in plant.machines and sight.place(one) == line))
    if not here & asked:
        here = _told_at(told, (one for one in told if _is_of_its_kind(plant, one, machine)))
    everywhere = _told_at(told, told)
    catching = {one for one in asked if plant.reasons[one].catch_all}
    return asked & (here | _of_files(sight, machine) | (asked - everywhere) | catching)


def _told_at(told: Mapping[str, Collection[str]], machines: Iterable[str]) -> set[str]:
    return {reason for machine in machines for reason in told[machine]}


def _is_of_its_kind(plant: Plant, one: str, machine: str) -> bool:
    """Whether two machines of a site are of one kind and class."""
    if one not in plant.machines or plant.site_of(one).id != plant.site_of(machine).id:
        return False
    a, b = plant.machines[one], plant.machines[machine]
    return (a.kind, a.machine_class) == (b.kind, b.machine_class)


def _of_files(sight: Sight, machine: str) -> set[str]:
    """Reasons that the files themselves put here: of its alarms, and of the breaks of its calendars."""
    above, plant = sight.above(machine), sight.plant
    of_alarms = {one.reason for one in plant.alarm_rules if _covers(one, plant, machine, above)}
    names = {name for place in above for _, name in plant.equipment[place].calendar}
    of_breaks = {
        pause.reason
        for name in names & plant.calendars.keys()
        for pattern in plant.calendars[name].patterns
        for shift in pattern.shifts.values()
        for pause in shift.breaks
    }
    return of_alarms | of_breaks


def _covers(rule: AlarmRule, plant: Plant, machine: str, above: Collection[str]) -> bool:
    """Whether an alarm rule is about a machine: by its place and by its class."""
    is_there = not rule.at or not set(rule.at).isdisjoint(above)
    return is_there and (not rule.classes or plant.machines[machine].machine_class in rule.classes)
