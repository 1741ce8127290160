"""The tables of a portfolio: what its page shows, as rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from plantstack.insights.telling.words import CLASSES
from plantstack.interfaces.reports.tables import (
    VALUE_HEADS,
    Amount,
    Cell,
    Table,
    about,
    lineage,
    row_cells,
    table,
)
from plantstack.interfaces.web.improving.words import KINDS
from plantstack.interfaces.web.page import N_, Reading
from plantstack.stack.improving.hours import kind_s
from plantstack.stack.improving.portfolio import TREND_WEEKS, Lever, Portfolio, Weeks, levers

PLANT_HEADS = (
    *(N_("Plant"), N_("Ready, layers of 5"), N_("Comparable"), N_("Because"), N_("Next step for it")),
    *(N_("Minutes"), N_("Lines")),
)
HOUR_HEADS = (N_("Plant"), N_("Loss"), N_("Length"), N_("Before"), N_("Unit"), N_("Trust"), N_("Comparable"))
LEVER_HEADS = (
    *(N_("Plant"), N_("Loss"), N_("Length a week"), N_("Unit"), N_("Trust"), N_("Most at"), N_("Class")),
    *(N_("At least a year"), N_("At most a year"), N_("Currency"), N_("Not computable because")),
)


def portfolio_tables(
    reading: Reading, told: Mapping[str, Any], names: Mapping[str, str], versions: Mapping[str, int]
) -> list[Table]:
    """The tables of a portfolio.

    Args:
        reading: the look.
        told: what its page is filled with.
        names: of KPIs.
        versions: of their definitions.
    """
    found: Portfolio = told["found"]
    zone, weeks = reading.zone, found.weeks
    head: list[tuple[str, Cell]] = [
        (N_("Report"), reading.say(N_("Portfolio"))),
        *((N_("Place"), reading.name(reading.scope)), (N_("Result"), told["sentence"])),
        *((N_("Period"), told["week_text"]), (N_("From"), weeks.days[0]), (N_("To"), weeks.days[1])),
    ]
    values = list(_values(reading, found, names))
    used = {str(cells[1]) for cells in values}
    return [
        about(reading, head, {kpi: one for kpi, one in versions.items() if kpi in used}, zone),
        table(reading, N_("KPIs"), (N_("Plant"), *VALUE_HEADS), values, zone),
        table(reading, N_("Plants"), PLANT_HEADS, [_plant(reading, one) for one in found.plants], zone),
        table(reading, N_("Weeks"), WEEK_HEADS, list(_weeks(reading, found)), zone),
        table(reading, N_("Hours lost"), HOUR_HEADS, list(_hours(reading, found)), zone),
        table(reading, N_("Levers"), LEVER_HEADS, list(_levers(reading, told, weeks)), zone),
        table(reading, N_("Reported"), REPORTED_HEADS, list(_reported(reading, found)), zone),
    ]


WEEK_HEADS = (N_("Plant"), N_("Week"), N_("OEE"), N_("Unit"), N_("Comparable"))
REPORTED_HEADS = (
    N_("Plant"),
    N_("Reported"),
    N_("Now"),
    N_("Difference"),
    N_("Unit"),
    N_("Trust"),
    N_("Lineage"),
)


def _values(reading: Reading, found: Portfolio, names: Mapping[str, str]) -> Iterator[list[Cell]]:
    for plant in found.plants:
        for row in (plant.row, plant.impact):
            if row is not None and reading.may_see(row["kpi"]):
                cells = row_cells(reading, row, names[row["kpi"]], plant.id)
                cells[-1] = lineage(row["kpi"], plant.id, *found.weeks.days)
                yield [reading.name(plant.id), *cells]


def _plant(reading: Reading, one: Any) -> list[Cell]:
    return [
        *(reading.name(one.id), one.ready, _yes(reading, one.is_comparable), one.why, one.step),
        *(one.minutes, one.n_lines),
    ]


def _weeks(reading: Reading, found: Portfolio) -> Iterator[list[Cell]]:
    labels = Weeks(found.weeks.last, TREND_WEEKS).labels
    for plant in found.plants:
        for label, value in zip(labels, plant.trend, strict=True):
            yield [reading.name(plant.id), label, Amount(value, "1"), "1", _yes(reading, plant.is_comparable)]


def _hours(reading: Reading, found: Portfolio) -> Iterator[list[Cell]]:
    for plant in found.plants:
        grade = plant.row["trust"]["grade"] if plant.row else "U"
        now, before = plant.hours, plant.hours_before
        named = [
            (N_("Planned hours"), now.planned_s, before.planned_s),
            *((text, kind_s(now, kind), kind_s(before, kind)) for kind, text in KINDS.items()),
            (N_("Fully productive"), now.good_s, before.good_s),
        ]
        for name, seconds, was in named:
            yield [
                *(reading.name(plant.id), reading.say(name), Amount(seconds, "s"), Amount(was, "s"), "s"),
                *(grade, _yes(reading, plant.is_comparable)),
            ]


def _levers(reading: Reading, told: Mapping[str, Any], weeks: Weeks) -> Iterator[list[Cell]]:
    for one in levers(told["basis"]):
        head = _lever(reading, one, weeks)
        rows = one.money if "money" in reading.sender.may else ()
        for row in rows:
            unit = row["currency"] or "money"
            low, high = (Amount(row[f"run_rate_{side}"], unit) for side in ("low", "high"))
            yield [
                *head,
                reading.say(CLASSES.get(row["class"], row["class"] or "")),
                low,
                high,
                unit,
                row["why_none"],
            ]
        if not rows:
            yield [*head, "", None, None, "", ""]


def _lever(reading: Reading, one: Lever, weeks: Weeks) -> list[Cell]:
    week = Amount(one.seconds / weeks.count, "s")
    machine = reading.name(one.machine) if one.machine else ""
    return [reading.name(one.plant), reading.say(KINDS[one.kind]), week, "s", one.grade, machine]


def _reported(reading: Reading, found: Portfolio) -> Iterator[list[Cell]]:
    for plant in found.plants:
        if plant.row is None or not plant.row["reported"]:
            continue
        then = plant.row["reported"]
        yield [
            *(reading.name(plant.id), Amount(then["value"], "1"), Amount(plant.row["value"], "1")),
            *(Amount(then["difference"], "1"), "1", plant.row["trust"]["grade"]),
            lineage("oee", plant.id, *found.weeks.days),
        ]


def _yes(reading: Reading, is_so: bool) -> str:
    return reading.say(N_("yes")) if is_so else reading.say(N_("no"))
