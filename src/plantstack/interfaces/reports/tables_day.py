"""The tables of a day report: what its page shows, as rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from plantstack.insights.telling.words import CLASSES, LEAVES
from plantstack.interfaces.reports.tables import (
    VALUE_HEADS,
    Amount,
    At,
    Cell,
    Table,
    about,
    lineage,
    table,
    value_cells,
)
from plantstack.interfaces.reports.tables_shift import note_table, stop_table
from plantstack.interfaces.web.page import N_, Reading
from plantstack.stack.improving.day import DayOfLine, DayReport

HOUR_HEADS = (N_("Line"), N_("Loss"), N_("Length"), N_("Unit"), N_("Trust"), N_("Lineage"))
MONEY_HEADS = (
    *(N_("Line"), N_("Loss"), N_("Class"), N_("At least"), N_("At most"), N_("Unit")),
    N_("Not computable because"),
)


def day_tables(reading: Reading, told: Mapping[str, Any]) -> list[Table]:
    """The tables of a day; `told` is what its page is filled with."""
    found: DayReport = told["found"]
    zone, days = found.zone, (found.day, found.day)
    head: list[tuple[str, Cell]] = [
        (N_("Report"), reading.say(N_("Day report"))),
        *((N_("Place"), found.name), (N_("Day"), found.day)),
        *((N_("From"), At(found.from_at)), (N_("To"), At(found.until_at))),
        *((N_("Result"), sentence) for sentence in told["sentences"].values()),
    ]
    figures = [
        [line.name, *value_cells(reading, one, line.place, days)]
        for line in found.lines
        for one in line.figures
    ]
    shifts = [cells for line in found.lines for cells in _shifts(reading, line)]
    hours = [cells for line in found.lines for cells in _hours(reading, line, found.day)]
    return [
        about(reading, head, told["versions"], zone),
        table(reading, N_("Result"), (N_("Line"), *VALUE_HEADS), figures, zone),
        table(reading, N_("Shifts"), (N_("Line"), N_("Shift"), N_("Signed"), *VALUE_HEADS), shifts, zone),
        table(reading, N_("Hours lost"), HOUR_HEADS, hours, zone),
        table(reading, N_("Money of losses"), MONEY_HEADS, list(_money(reading, found)), zone),
        stop_table(reading, found.stops, zone),
        note_table(reading, [*found.safety, *found.notes], zone),
    ]


def _shifts(reading: Reading, line: DayOfLine) -> Iterator[list[Cell]]:
    for shift in line.shifts:
        signed = At(shift.frozen.at) if shift.frozen else None
        for one in shift.figures:
            yield [line.name, shift.shift, signed, *value_cells(reading, one, line.place)]


def _hours(reading: Reading, line: DayOfLine, day: str) -> Iterator[list[Cell]]:
    grade = next((one.grade for one in line.figures if one.kpi in ("line_oee", "oee")), "")
    source = lineage("downtime_by_category", line.place, day, day)
    hours = line.hours
    named = [
        (reading.say(N_("Planned hours")), hours.planned_s),
        *((reading.say(text), hours.leaves.get(leaf, 0.0)) for leaf, text in LEAVES.items()),
        (reading.say(N_("Fully productive")), hours.good_s),
    ]
    for name, seconds in named:
        yield [line.name, name, Amount(seconds, "s"), "s", grade, source]


def _money(reading: Reading, found: DayReport) -> Iterator[list[Cell]]:
    if "money" not in reading.sender.may:
        return
    for line in found.lines:
        for row in line.hours.money:
            unit = row["currency"] or "money"
            leaf = reading.say(LEAVES.get(row["leaf"], row["leaf"] or ""))
            yield [
                *(line.name, leaf, reading.say(CLASSES.get(row["class"], row["class"] or ""))),
                *(Amount(row["low"], unit), Amount(row["high"], unit), unit, row["why_none"]),
            ]
