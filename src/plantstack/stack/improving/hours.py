"""Where the hours of a place went in a window: its loss tree, and which machines lost most of each leaf."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from plantstack.engines.contract import MeasureQuery
from plantstack.kpis.losses import GROUPS, OUTSIDE
from plantstack.stack.project import Stack
from plantstack.stack.reasons.losing import losing

Row = Mapping[str, Any]
Days = tuple[str, str]

LEAVES = tuple(leaf for leaf in GROUPS if leaf not in OUTSIDE)
"""The leaves inside planned busy time, in the order of a waterfall."""

KINDS: Mapping[str, tuple[str, ...]] = {
    "breakdown": ("breakdown",),
    "other_stop": ("other_stop", "planned_overrun"),
    "waiting": ("waiting",),
    "setup": ("setup",),
    "micro_stop": ("micro_stop",),
    "no_order": ("no_order",),
    "unknown": ("unknown",),
    "slow": ("reduced_capacity", "ramp", "speed"),
    "quality": ("scrap", "rework", "startup_reject", "unjudged"),
}
"""Leaves that a plant is told together; between them nothing is left out."""


@dataclass(frozen=True, slots=True)
class Hours:
    """The loss tree of a place.

    Attributes:
        planned_s: planned busy seconds; 0 where nothing is in the books.
        good_s: of them, what good pieces would have taken at ideal pace.
        leaves: leaf -> seconds lost; with `good_s` they are `planned_s`.
        machines: leaf -> (machine, seconds) of each, the greatest first; they add up to the leaf.
        contested: leaf -> seconds of it that the owner of their reason contests.
        money: the rows `money` of `losses`: by leaf and class, or why it is not claimed.
        demand: hours lost where the pace is set, by what could have been done with them.
    """

    planned_s: float
    good_s: float
    leaves: Mapping[str, float]
    machines: Mapping[str, Sequence[tuple[str, float]]]
    contested: Mapping[str, float]
    money: Sequence[Row]
    demand: Mapping[str, float]

    @property
    def oee(self) -> float | None:
        """Good of planned; None without planned time."""
        return self.good_s / self.planned_s if self.planned_s else None


NOTHING = Hours(0.0, 0.0, {}, {}, {}, (), {})


def hours_of(stack: Stack, scope: str, days: Days, currency: str = "") -> Hours:
    """Where the hours of a place went on production days.

    Args:
        stack: the opened project.
        scope: id; '' is everything.
        days: first and last production day.
        currency: what money is converted into; '' leaves that of the site.

    Raises:
        QueryError: for a scope or a currency that does not exist.
    """
    engine = stack.engine(scope=scope)
    query = MeasureQuery((), scope, (), "all", days, currency=currency)
    found, _ = losing(engine, stack.catalog(), query, stack.plant.profile.name)
    rows = found.table().rows
    if not rows:
        return NOTHING
    nodes = {row["node"]: row["seconds"] for row in rows if row["row"] == "node"}
    leaves = {row["leaf"]: row for row in rows if row["row"] == "leaf" and row["leaf"] in LEAVES}
    by: dict[str, dict[str, Fraction]] = {}
    for one in found.stretches:
        for leaf in LEAVES:
            mine = by.setdefault(leaf, {})
            mine[one.machine] = mine.get(one.machine, Fraction(0)) + one.leaves.get(leaf, Fraction(0))
    return Hours(
        planned_s=float(nodes["planned busy"]),
        good_s=float(nodes["good"]),
        leaves={leaf: float(row["seconds"]) for leaf, row in leaves.items()},
        machines={leaf: _ranked(mine) for leaf, mine in by.items()},
        contested={leaf: float(row["contested"]) for leaf, row in leaves.items() if row["contested"]},
        money=[row for row in rows if row["row"] == "money"],
        demand=next((row["hours"] for row in rows if row["row"] == "demand"), {}),
    )


def together(parts: Iterable[Hours]) -> Hours:
    """The hours of several places as one; money is not added: it has currencies and classes."""
    found = list(parts)
    leaves = {leaf: sum(one.leaves.get(leaf, 0.0) for one in found) for leaf in LEAVES}
    machines = {
        leaf: sorted(
            (pair for one in found for pair in one.machines.get(leaf, ())),
            key=lambda pair: (-pair[1], pair[0]),
        )
        for leaf in LEAVES
    }
    planned, good = sum(one.planned_s for one in found), sum(one.good_s for one in found)
    return Hours(planned, good, leaves, machines, {}, (), {})


def kind_s(hours: Hours, kind: str) -> float:
    """Seconds of the leaves of a kind."""
    return sum(hours.leaves.get(leaf, 0.0) for leaf in KINDS[kind])


def _ranked(by: Mapping[str, Fraction]) -> Sequence[tuple[str, float]]:
    return [
        (name, float(one)) for name, one in sorted(by.items(), key=lambda pair: (-pair[1], pair[0])) if one
    ]
