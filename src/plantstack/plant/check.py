"""Checks that need more than one section; each notes problems and changes nothing."""

from __future__ import annotations

from plantstack.plant.alarms import check_alarm_rules
from plantstack.plant.check_calendars import check_calendars
from plantstack.plant.check_standards import check_prices, check_standards, check_units
from plantstack.plant.check_structure import check_lines, check_names, check_placements
from plantstack.plant.plant import Plant
from plantstack.plant.read_targets import check_targets
from plantstack.plant.report import Report


def check_plant_facts(plant: Plant, report: Report) -> None:
    """Note everything that each section allows and the whole does not."""
    if not plant.sites:
        fix = "Add 'sites:' with one entry; `plantstack init` shows how."
        report.add("plant-empty", report.place_of("top", "plant.yaml"), "the plant has no site", fix)
    _check_sources(plant, report)
    check_names(plant, report)
    check_placements(plant, report)
    check_lines(plant, report)
    check_calendars(plant, report)
    check_units(plant, report)
    check_standards(plant, report)
    check_prices(plant, report)
    check_alarm_rules(plant, report)
    check_targets(plant.targets, report)


def _check_sources(plant: Plant, report: Report) -> None:
    """No two rules for the same sources: the second could never apply."""
    first: dict[str, int] = {}
    for number, rule in enumerate(plant.sources):
        earlier = report.place_of("source of the list", str(first.setdefault(rule.match, number)))
        if first[rule.match] != number:
            what = f"sources '{rule.match}' have a rule already, at {earlier}"
            report.add(
                "source-twice", report.place_of("source of the list", str(number)), what, "Join the two."
            )
