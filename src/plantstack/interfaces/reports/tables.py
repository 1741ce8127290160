"""Tables of a report: every number with its unit, target and trust, and with what explains it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from plantstack.interfaces.figures import unit_of
from plantstack.interfaces.web.page import N_, Reading
from plantstack.intervals import rfc3339
from plantstack.stack.floor.figures import Figure


@dataclass(frozen=True, slots=True)
class Amount:
    """A number in a base unit: it is written as it is, and shown as the unit asks for."""

    value: int | float | Decimal | None
    unit: str


@dataclass(frozen=True, slots=True)
class At:
    """An instant, microseconds UTC; it is written on the clock of its table."""

    us: int | None


Cell = str | int | Amount | At | None


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet of a workbook.

    Attributes:
        name: of the sheet, in the reader's words.
        heads: names of the columns, likewise.
        rows: as many cells each; None is not known.
        zone: the clock of its instants.
    """

    name: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    zone: str = "UTC"


VALUE_HEADS = (
    *("KPI", N_("Name"), N_("Value"), N_("Unit"), N_("Target"), N_("Difference"), N_("Status")),
    *(N_("At least"), N_("At most"), N_("Trust"), N_("Next step"), N_("Not computable because")),
    N_("Lineage"),
)
"""Columns of a KPI; least and most cover what is not known."""


def table(
    reading: Reading, name: str, heads: Sequence[str], rows: Sequence[Sequence[Cell]], zone: str
) -> Table:
    """A table with its names in the reader's language."""
    return Table(reading.say(name), [reading.say(one) for one in heads], rows, zone)


def value_cells(reading: Reading, one: Figure, place: str, days: tuple[str, str] | None = None) -> list[Cell]:
    """The cells of a KPI under `VALUE_HEADS`.

    Args:
        reading: in which language.
        one: the KPI.
        place: id of what it is of.
        days: production days it is of; None: the instants of its row.
    """
    since, until = days or (one.from_at, one.until_at)
    return [
        *(one.kpi, reading.say(one.name), Amount(one.value, one.unit), one.unit),
        *(Amount(one.target, one.unit), Amount(one.difference, one.unit), one.status),
        *(Amount(one.low, one.unit), Amount(one.high, one.unit), one.grade, one.step, one.why_none),
        lineage(one.kpi, place, since, until),
    ]


def row_cells(reading: Reading, row: Mapping[str, Any], name: str, place: str) -> list[Cell]:
    """The same of a KPI row; its days are those of the row."""
    unit, trust = unit_of(row), row["trust"]
    value, target = row["value"], row["target"]
    apart = None if value is None or target is None else value - target
    worst = next(iter(trust["limits"]), None)
    span = (row["period"]["from"], row["period"]["to"])
    return [
        *(row["kpi"], reading.say(name), Amount(value, unit), unit),
        *(Amount(target, unit), Amount(apart, unit), row["status"] or ""),
        *(Amount(row["low"], unit), Amount(row["high"], unit), trust["grade"]),
        *(worst["step"] if worst and trust["grade"] != "A" else "", row["why_none"]),
        lineage(row["kpi"], place, *span),
    ]


def lineage(kpi: str, place: str, since: str, until: str) -> str:
    """What shows where a number comes from, to be put behind `plantstack explain DIR`.

    >>> lineage("oee", "tul-1", "2026-11-25", "2026-11-25")
    'oee --scope tul-1 --from 2026-11-25 --to 2026-11-25'
    """
    scope = f" --scope {place}" if place else ""
    return f"{kpi}{scope} --from {since} --to {until}"


def lineage_between(kpi: str, place: str, since_us: int, until_us: int) -> str:
    """The same between two instants, microseconds UTC."""
    return lineage(kpi, place, rfc3339(since_us), rfc3339(until_us))


def about(
    reading: Reading, told: Sequence[tuple[str, Cell]], versions: Mapping[str, int], zone: str
) -> Table:
    """The first sheet: what this is, of when, of which data, by which definitions.

    Args:
        reading: the look.
        told: lines of its own, each with its name.
        versions: of the definitions of its KPIs.
        zone: the clock of all its instants.
    """
    offset, as_of = reading.ask(lambda stack: stack.standing())
    rows: list[list[Cell]] = [[reading.say(name), cell] for name, cell in told]
    rows += [
        [reading.say(N_("Clock")), zone],
        [reading.say(N_("Made at")), At(reading.now)],
        [reading.say(N_("Data as of event")), offset],
        [reading.say(N_("Trust")), reading.say(TRUST)],
        [reading.say(N_("Lineage")), reading.say(EXPLAIN)],
    ]
    rows += [[reading.say(N_("The books reach")), f"{site} {at}"] for site, at in as_of.items()]
    rows += [[reading.say(N_("Definition")), f"{kpi} {version}"] for kpi, version in versions.items()]
    return Table(reading.say(N_("About")), ["", ""], rows, zone)


TRUST = N_("A is measured, B part estimated, C not yet trusted, U nothing to judge it by.")
EXPLAIN = N_("Put it behind 'plantstack explain DIR' to see what a number is made of.")
