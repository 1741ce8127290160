"""Plants beside each other over whole weeks: compared where they are ready for it, shown where not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from plantstack.stack.claims.readying import Readying
from plantstack.stack.improving.hours import KINDS, NOTHING, Hours, hours_of, kind_s, together
from plantstack.stack.project import Stack

Row = Mapping[str, Any]

COMPARED_FROM = 3
"""Layers that are met from the lowest up, below which a plant is shown and not compared (BOOKS 11)."""

TREND_WEEKS = 13
DEAD_BAND = 0.005
"""Half a point: a smaller difference of OEE is none."""

_MOST_LEVERS = 3


@dataclass(frozen=True, slots=True)
class Weeks:
    """Whole weeks, Monday to Sunday.

    Attributes:
        last: the Sunday.
        count: how many.
    """

    last: date
    count: int = 1

    @property
    def first(self) -> date:
        """The Monday."""
        return self.last - timedelta(days=7 * self.count - 1)

    @property
    def days(self) -> tuple[str, str]:
        """First and last production day."""
        return self.first.isoformat(), self.last.isoformat()

    @property
    def before(self) -> Weeks:
        """As many weeks before them."""
        return Weeks(self.first - timedelta(days=1), self.count)

    @property
    def labels(self) -> tuple[str, ...]:
        """The ISO weeks, the oldest first.

        >>> Weeks(date(2026, 11, 22), 2).labels
        ('2026-W46', '2026-W47')
        """
        ends = [self.last - timedelta(days=7 * back) for back in reversed(range(self.count))]
        return tuple("{}-W{:02}".format(*end.isocalendar()) for end in ends)


@dataclass(frozen=True, slots=True)
class Plant:
    """One plant.

    Attributes:
        id: of the site.
        ready: layers that are met from the lowest up, of 5.
        why: why it is not ready for more; `step` what to do about it, `minutes` how long that takes.
        n_lines: how many lines it has.
        trend: OEE of the last 13 weeks, the oldest first; None where nothing is known.
        row: the KPI row of OEE over the weeks asked for; None where nothing is in the books.
        before: the same of as many weeks before.
        impact: the KPI row of what losses cost its earnings.
        hours: where its hours went; `hours_before` in as many weeks before.
    """

    id: str
    ready: int
    why: str
    step: str
    minutes: int | None
    n_lines: int
    trend: Sequence[float | None]
    row: Row | None
    before: Row | None
    impact: Row | None
    hours: Hours
    hours_before: Hours

    @property
    def is_comparable(self) -> bool:
        """Whether it may be ranked and totalled with others."""
        return self.ready >= COMPARED_FROM and self.row is not None and self.row["value"] is not None

    @property
    def target(self) -> float | None:
        """OEE it should have."""
        return None if self.row is None else self.row["target"]

    @property
    def behind_s(self) -> float | None:
        """Planned seconds times what OEE lacks of its target: what reaching it would bring."""
        value = self.hours.oee
        if self.target is None or value is None:
            return None
        return (self.target - value) * self.hours.planned_s


@dataclass(frozen=True, slots=True)
class Lever:
    """A kind of loss of one plant.

    Attributes:
        plant: id.
        kind: of `KINDS`.
        seconds: lost in the weeks.
        machine: that lost most of it, '' for none; `machine_s` how much.
        money: rows of money of its leaves, by leaf and class; classes never add.
        grade: how far the OEE of the plant may be believed.
    """

    plant: str
    kind: str
    seconds: float
    machine: str
    machine_s: float
    money: Sequence[Row]
    grade: str


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Plants over some weeks."""

    weeks: Weeks
    plants: Sequence[Plant]

    @property
    def compared(self) -> Sequence[Plant]:
        """Those that may be compared."""
        return [one for one in self.plants if one.is_comparable]

    def basis(self, chosen: str = "") -> Sequence[Plant]:
        """Whose hours are shown: the one chosen, else all that compare, else the nearest to it, alone."""
        mine = [one for one in self.plants if one.id == chosen]
        if mine or self.compared:
            return mine or self.compared
        known = [one for one in self.plants if one.hours.planned_s]
        return sorted(known, key=lambda one: (-one.ready, one.minutes or 0, one.id))[:1]


def levers(plants: Sequence[Plant]) -> list[Lever]:
    """The three kinds of loss with the most hours."""
    found = [_lever(plant, kind) for plant in plants for kind in KINDS]
    ranked = sorted(found, key=lambda one: (-one.seconds, one.plant, one.kind))
    return [one for one in ranked[:_MOST_LEVERS] if one.seconds > 0]


def _lever(plant: Plant, kind: str) -> Lever:
    by: dict[str, float] = {}
    for leaf in KINDS[kind]:
        for machine, seconds in plant.hours.machines.get(leaf, ()):
            by[machine] = by.get(machine, 0.0) + seconds
    worst = max(by, key=lambda name: (by[name], name), default="")
    money = [row for row in plant.hours.money if row["leaf"] in KINDS[kind]]
    grade = plant.row["trust"]["grade"] if plant.row else "U"
    return Lever(plant.id, kind, kind_s(plant.hours, kind), worst, by.get(worst, 0.0), money, grade)


def portfolio(stack: Stack, scope: str, weeks: Weeks, currency: str = "") -> Portfolio:
    """The plants of a scope.

    Args:
        stack: the opened project.
        scope: '' is every site; of a smaller place it is that alone.
        weeks: the weeks that are looked at.
        currency: what money is converted into; '' leaves that of each site.

    Raises:
        QueryError: for a scope or a currency that does not exist.
    """
    places = [scope] if scope else list(stack.plant.sites)
    ids = [kpi for kpi in ("oee", "ebitda_loss_impact") if kpi in stack.catalog().kpis]
    trend_days = Weeks(weeks.last, TREND_WEEKS)
    rows = _rows(stack, scope, ids, weeks.days, currency)
    before = _rows(stack, scope, ["oee"], weeks.before.days)
    trend: dict[tuple[str, str], float | None] = {
        (row["scope"].get("site", scope), row["period"]["label"]): row["value"]
        for row in stack.kpis(["oee"], scope=scope, by=_by(scope), grain="week", days=trend_days.days).rows
    }
    ready = _readiness(stack, scope)
    return Portfolio(
        weeks,
        [
            Plant(
                id=place,
                **ready.get(place, {"ready": 0, "why": "", "step": "", "minutes": None}),
                n_lines=sum(1 for line in stack.plant.lines if _is_in(stack, line, place)),
                trend=[trend.get((place, label)) for label in trend_days.labels],
                row=rows.get((place, "oee")),
                before=before.get((place, "oee")),
                impact=rows.get((place, "ebitda_loss_impact")),
                hours=_hours(stack, place, weeks, rows, currency),
                hours_before=_hours(stack, place, weeks.before, before, currency),
            )
            for place in places
        ],
    )


def total(plants: Sequence[Plant]) -> tuple[Hours, Hours]:
    """The hours of plants together, and those of the weeks before."""
    return together(one.hours for one in plants), together(one.hours_before for one in plants)


def _by(scope: str) -> tuple[str, ...]:
    return () if scope else ("site",)


def _rows(
    stack: Stack, scope: str, ids: Sequence[str], days: tuple[str, str], currency: str = ""
) -> Mapping[tuple[str, str], Row]:
    table = stack.kpis(ids, scope=scope, by=_by(scope), days=days, currency=currency)
    return {(row["scope"].get("site", scope), row["kpi"]): row for row in table.rows}


def _hours(
    stack: Stack, place: str, weeks: Weeks, rows: Mapping[tuple[str, str], Row], currency: str
) -> Hours:
    row = rows.get((place, "oee"))
    return hours_of(stack, place, weeks.days, currency) if row and row["value"] is not None else NOTHING


def _is_in(stack: Stack, line: str, place: str) -> bool:
    return any(place in (line, span.area, span.site) for span in stack.plant.spans[line])


def _readiness(stack: Stack, scope: str) -> dict[str, dict[str, Any]]:
    """Of each place: how far it is ready, and what keeps it from more."""
    rows = Readying(stack.engine(scope=scope), stack.catalog()).table(scope).rows
    found: dict[str, dict[str, Any]] = {}
    for place, mine in groupby(
        sorted(rows, key=lambda row: (row["scope"], row["layer"])), key=lambda row: row["scope"]
    ):
        layers = list(mine)
        ready = next((at for at, row in enumerate(layers) if row["status"] != "met"), len(layers))
        lacks = layers[ready] if ready < len(layers) else None
        checks = lacks["checks"] if lacks else ()
        open_ = [one for one in checks if one["status"] not in ("fulfilled", "silent") and one["why"]]
        with_step = sorted((one for one in open_ if one["step"]), key=lambda one: one["minutes"] or 0)
        first = next(iter(with_step or open_), None)
        found[place] = {
            "ready": ready,
            "why": first["why"] if first else "",
            "step": (first["step"] if first else "") or (lacks["step"] if lacks else ""),
            "minutes": (first["minutes"] if first else None) or (lacks["minutes"] if lacks else None),
        }
    return found
