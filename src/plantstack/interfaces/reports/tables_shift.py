"""The tables of a shift report: what its page shows, as rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from plantstack.interfaces.reports.tables import (
    VALUE_HEADS,
    Amount,
    At,
    Cell,
    Table,
    about,
    lineage_between,
    table,
    value_cells,
)
from plantstack.interfaces.web.page import N_, Reading
from plantstack.interfaces.web.strips import reason_label
from plantstack.intervals import SECOND
from plantstack.stack.floor.handover import Handover, LineResult, Note
from plantstack.stack.floor.stops import Stop

PIECES = "pc"
HOUR_HEADS = (
    *(N_("Line"), N_("From"), N_("To"), N_("Plan"), N_("Good"), N_("Scrap"), N_("Difference"), N_("Running")),
    *(N_("Unit"), N_("Trust"), N_("Missed"), N_("What held it up"), N_("Lineage")),
)
STOP_HEADS = (
    *(N_("Machine"), N_("Name"), N_("From"), N_("To"), N_("Length"), N_("Unit"), N_("Account")),
    *(N_("Reason"), N_("Reason in words"), N_("Cause found"), N_("Order"), N_("Product")),
)


def shift_tables(reading: Reading, told: Mapping[str, Any], stops: Sequence[Stop]) -> list[Table]:
    """The tables of a shift.

    Args:
        reading: the look.
        told: what the page of the shift is filled with.
        stops: of the shift, all of them.
    """
    found: Handover = told["found"]
    zone, span = found.zone, (found.from_at, found.until_at)
    head: list[tuple[str, Cell]] = [
        (N_("Report"), reading.say(N_("Shift report"))),
        *((N_("Place"), found.name), (N_("Day"), found.day), (N_("Shift"), found.shift)),
        *((N_("From"), At(span[0])), (N_("To"), At(span[1]))),
        *((N_("Result"), sentence) for sentence in told["sentences"].values()),
        (N_("Signed"), At(found.frozen.at) if found.frozen else reading.say(N_("not signed"))),
    ]
    figures = [
        [reading.name(row.shift.place), *value_cells(reading, one, row.shift.place)]
        for row in found.results
        for one in row.figures
    ]
    hours = [cells for row in found.results for cells in _hours(row, told["loss_of"], reading)]
    return [
        about(reading, head, told["versions"], zone),
        table(reading, N_("Result"), (N_("Line"), *VALUE_HEADS), figures, zone),
        table(reading, N_("Hour by hour"), HOUR_HEADS, hours, zone),
        stop_table(reading, stops, zone),
        table(
            reading,
            N_("Open"),
            (N_("What"), N_("Where"), N_("Since"), N_("Text")),
            _open(reading, found),
            zone,
        ),
        note_table(reading, [*found.safety, *found.notes], zone),
    ]


def _hours(row: LineResult, loss_of: Any, reading: Reading) -> Iterator[list[Cell]]:
    place = row.shift.place
    grade = next((one.grade for one in row.figures if one.kpi == "throughput_vs_plan"), "")
    for hour in row.shift.hours:
        pieces = (hour.plan, hour.good, hour.scrap, hour.difference, hour.total_difference)
        yield [
            *(reading.name(place), At(hour.from_at), At(hour.until_at)),
            *(Amount(one, PIECES) for one in pieces),
            *(PIECES, grade, reading.say(N_("missed")) if hour.is_missed else ""),
            loss_of(hour, row.shift.machine),
            lineage_between("good_parts", place, hour.from_at, hour.until_at),
        ]


def stop_table(reading: Reading, stops: Sequence[Stop], zone: str) -> Table:
    """Stops over the micro-stop limit; their own seconds, breaks left out."""
    rows: list[list[Cell]] = [
        [
            *(one.machine, reading.name(one.machine), At(one.from_at), At(one.until_at)),
            *(Amount(one.own_us / SECOND, "s"), "s", one.account, one.reason),
            reason_label(reading, one.reason, one.label)
            if one.reason
            else reading.say(N_("No reason given")),
            reason_label(reading, one.cause, one.cause_label) if one.cause else "",
            *(one.order, one.product),
        ]
        for one in stops
    ]
    return table(reading, N_("Stops"), STOP_HEADS, rows, zone)


def note_table(reading: Reading, notes: Sequence[Note], zone: str) -> Table:
    """Notes and safety events; of nobody's name."""
    rows: list[list[Cell]] = [[At(one.at), one.name, one.type, one.text] for one in notes]
    return table(reading, N_("Notes"), (N_("At"), N_("Where"), N_("What"), N_("Text")), rows, zone)


def _open(reading: Reading, found: Handover) -> list[list[Cell]]:
    """What the next shift takes over."""
    rows: list[list[Cell]] = []
    for stop in found.open_stops:
        label = reason_label(reading, stop.reason, stop.label) if stop.reason else ""
        rows.append([reading.say(N_("Open stop")), reading.name(stop.machine), At(stop.from_at), label])
    for hold in found.holds:
        held = f"{hold.lot} {hold.qty if hold.qty is not None else ''}".strip()
        rows.append([reading.say(N_("pieces held")), hold.name, At(hold.held_at), held])
    for call in found.calls:
        rows.append([reading.say(N_("Call")), reading.name(call.equipment), At(call.asked_at), call.note])
    for setup in found.setups:
        rows.append([reading.say(N_("Set-up not checked")), reading.name(setup.machine), None, setup.order])
    for short in found.short:
        rows.append([reading.say(N_("Material missing")), short.name, At(short.starts_at), short.order])
    return rows
