"""Section `alarm_reasons`: what an alarm at the start of a halt stands for until somebody gives a reason."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import combinations

from plantstack.intervals import MINUTE, SECOND
from plantstack.plant.fields import Fields
from plantstack.plant.model import AlarmRule
from plantstack.plant.plant import Plant
from plantstack.plant.read_equipment import read_validity
from plantstack.plant.readers import duration, list_of, ref, text
from plantstack.plant.report import Report
from plantstack.plant.structure import Span, day_bounds

WITHIN = 30 * SECOND
WITHIN_AT_MOST = 10 * MINUTE  # what comes later tells of something else
_LIST = "alarm rule of the list"

Weight = tuple[int, ...]
"""How well a rule fits a machine: the greater one goes before the others."""


def read_alarm_rule(fields: Fields) -> AlarmRule:
    """Read one entry of `alarm_reasons`."""
    made = AlarmRule(
        fields.need("code", text),
        fields.need("reason", ref("reason")),
        fields.want("at", list_of(ref("site", "area", "line", "machine")), ()),
        fields.want("classes", list_of(ref("machine class")), ()),
        fields.want("within", duration, WITHIN),
        *read_validity(fields),
        fields.want("evidence", text, ""),
        fields.want("author", text, ""),
    )
    if made.within > WITHIN_AT_MOST:
        what = "an alarm more than 10 min from the start of a halt does not explain it"
        fields.problem("alarm-within", what, "Write at most '10 min'.", key="within")
    return made


def rules_at(plant: Plant, span: Span) -> Iterator[tuple[Weight, int, AlarmRule]]:
    """The rules that speak for a machine where it stands, each with how well it fits and its number."""
    machine = plant.machines[span.equipment]
    above = (span.equipment, span.line, span.area, span.site)
    for number, rule in enumerate(plant.alarm_rules):
        if rule.classes and machine.machine_class not in rule.classes:
            continue
        place = next((4 - depth for depth, name in enumerate(above) if name and name in rule.at), 0)
        if rule.at and not place:
            continue
        yield _weight(rule, place), number, rule


def _weight(rule: AlarmRule, place: int) -> Weight:
    """A machine before its class, its class before line, area and site; a whole code before a pattern."""
    rest = len(rule.code.translate({ord(one): None for one in "*?[]"}))
    return (place == 4, bool(rule.classes), place, not rule.is_pattern, rest)


def check_alarm_rules(plant: Plant, report: Report) -> None:
    """Reasons are those of stops, and no two rules say the same of one code, machine and day."""
    for number, rule in enumerate(plant.alarm_rules):
        leaf = plant.reasons.get(rule.reason)
        if leaf is not None and (leaf.kind != "stop" or leaf.catch_all):
            sort = "a catch-all, which explains nothing" if leaf.catch_all else "no reason of a halt"
            what = f"alarm '{rule.code}': '{rule.reason}' is {sort}"
            report.add(
                "alarm-reason", report.place_of(_LIST, str(number)), what, "Name another leaf of 'reasons'."
            )
    told: set[tuple[int, int]] = set()
    for machine in plant.machines:
        for span in plant.spans.get(machine, ()):
            alike: dict[tuple[Weight, str], list[tuple[int, AlarmRule]]] = {}
            for weight, number, rule in rules_at(plant, span):
                alike.setdefault((weight, rule.code), []).append((number, rule))
            for found in alike.values():
                told |= {
                    (one[0], other[0]) for one, other in combinations(found, 2) if _meet(one[1], other[1])
                }
    for first, second in sorted(told):
        rule, place = plant.alarm_rules[second], report.place_of(_LIST, str(first))
        what = f"alarm '{rule.code}' has a second rule at the same time; the first stands at {place}"
        fix = "Give each its own days or machines, or remove one."
        report.add("alarm-overlap", report.place_of(_LIST, str(second)), what, fix)


def _meet(one: AlarmRule, other: AlarmRule) -> bool:
    starts = max(one.from_day or date.min, other.from_day or date.min)
    return starts < min(one.until_day or date.max, other.until_day or date.max)


def alarm_rows(plant: Plant) -> Iterator[tuple[object, ...]]:
    """Every rule at every machine it speaks for, the best fitting one with the least `place`."""
    if not plant.alarm_rules:
        return
    found = [
        (weight, number, rule, span)
        for machine in plant.machines
        for span in plant.spans[machine]
        for weight, number, rule in rules_at(plant, span)
    ]
    found.sort(key=lambda one: (tuple(-part for part in one[0]), one[1], one[3].equipment, one[3].from_at))
    for place, (_, _, rule, span) in enumerate(found, start=1):
        bounds = day_bounds(plant.site_of(span.equipment), rule.from_day, rule.until_day)
        from_at, until_at = max(span.from_at, bounds[0]), min(span.until_at, bounds[1])
        if from_at < until_at:
            yield span.equipment, rule.code, rule.reason, rule.within, from_at, until_at, place
