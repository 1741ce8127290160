"""The loss tree: from calendar time to good pieces, leaf by leaf, in seconds and pieces; exact, adding up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from plantstack.kpis.cell import CellValues
from plantstack.kpis.formulas.formula import value_of
from plantstack.kpis.kpi import Catalog

OUTSIDE = ("not_scheduled", "planned_down")
GOOD = "good"

# Which factor of OEE a leaf lowers; micro-stops stand where the profile counts them.
GROUPS: Mapping[str, str] = {
    **dict.fromkeys(OUTSIDE, "calendar"),
    **dict.fromkeys(
        (
            *("breakdown", "waiting", "other_stop", "setup", "planned_overrun"),
            *("no_order", "unknown", "micro_stop"),
        ),
        "availability",
    ),
    **dict.fromkeys(("reduced_capacity", "ramp", "speed"), "performance"),
    **dict.fromkeys(("scrap", "rework", "startup_reject", "unjudged"), "quality"),
}


@dataclass(frozen=True, slots=True)
class Stretch:
    """What one machine did with one product in a window in which prices and demand hold.

    Attributes:
        machine: id.
        product: id; '' is none.
        window: number of the window.
        leaves: leaf -> seconds, with those outside planned busy time, and good pieces at ideal pace.
        calendar: seconds of the clock.
        cycle: ideal seconds a piece; None where no piece had a standard.
        scrap: pieces scrapped.
        rejects: pieces rejected while starting up.
        rework: pieces sent to rework.
        made: good pieces.
    """

    machine: str
    product: str
    window: int
    leaves: Mapping[str, Fraction]
    calendar: Fraction
    cycle: Fraction | None
    scrap: Fraction
    rejects: Fraction
    rework: Fraction
    made: Fraction


@dataclass(slots=True)
class Tree:
    """Leaves added up.

    Attributes:
        calendar: seconds of the clock.
        seconds: leaf -> seconds.
        pieces: leaf -> pieces it cost where the pace of a line is set; None where one has no standard.
        why_none: why pieces are not known.
    """

    calendar: Fraction = Fraction(0)
    seconds: dict[str, Fraction] = field(default_factory=dict)
    pieces: dict[str, Fraction | None] = field(default_factory=dict)
    why_none: str = ""

    @property
    def planned(self) -> Fraction:
        """Planned busy seconds: what is left of the calendar after what lies outside."""
        return self.calendar - sum((self.seconds.get(one, Fraction(0)) for one in OUTSIDE), Fraction(0))

    @property
    def residual(self) -> Fraction:
        """What leaves and good pieces lack of planned busy time; zero unless something is wrong."""
        return self.calendar - sum(self.seconds.values(), Fraction(0))


def leaves_of(values: CellValues, catalog: Catalog) -> dict[str, Fraction]:
    """Lay the calendar time of a cell into leaves; together with good pieces they are the calendar.

    Args:
        values: of a cell in which every measure of the tree is a number.
        catalog: where the leaves are declared.
    """
    found = {name: values.value(f"time_{name}", below=False) for name in OUTSIDE}
    found |= {name: value_of(formula.node, values) for name, formula in catalog.losses.items()}
    return found | {GOOD: values.value("time_ideal_good", below=False)}


def grow(stretches: Iterable[Stretch], pacing: frozenset[tuple[str, int]]) -> Tree:
    """Add stretches up to a tree.

    Args:
        stretches: of all machines of a scope.
        pacing: (machine, window) of those that set the pace of their line, or stand alone: pieces
            are counted there and nowhere else, because a bottle that two machines lose is one bottle.
    """
    tree = Tree()
    for one in stretches:
        tree.calendar += one.calendar
        for leaf, seconds in one.leaves.items():
            tree.seconds[leaf] = tree.seconds.get(leaf, Fraction(0)) + seconds
            if (one.machine, one.window) in pacing and leaf not in OUTSIDE:
                _count(tree, leaf, seconds, one)
    return tree


def _count(tree: Tree, leaf: str, seconds: Fraction, one: Stretch) -> None:
    counted = tree.pieces.get(leaf, Fraction(0))
    if one.cycle:
        tree.pieces[leaf] = None if counted is None else counted + seconds / one.cycle
    elif seconds:
        tree.pieces[leaf] = None
        what = f" for {one.product}" if one.product else ""
        tree.why_none = f"{one.machine} has no ideal cycle{what}"
