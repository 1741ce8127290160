"""What a measure is: a declared filter and sum over one of four narrow fact tables.

The declarations are data, so an engine compiles them instead of knowing them. Keys of every fact
table are those of BOOKS section 9; below stands what a filter may name beside them.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from plantstack.units import Unit, parse_unit

MeasureKind = Literal["flow", "event", "level"]
FactTable = Literal["time", "pieces", "spans", "levels"]
Adding = Literal["add", "output"]

EVENT_KINDS = (
    "state",
    "alive",
    "count",
    "alarm",
    "order",
    "plan",
    "reason",
    "reading",
    "setup_check",
    "call",
    "work_order",
    "inspection",
    "quality_event",
    "labour",
    "attendance",
    "material",
    "demand",
    "energy",
    "delivery",
    "cost",
    "level",
    "finance",
    "safety",
    "project",
    "action",
    "target",
    "note",
    "config",
    "close",
    "reopen",
)

# What no event says but the plant files may.
PLANT_FACTS = ("plant:planned_scrap", "plant:route", "plant:constraint")

# Every microsecond of the calendar stands in exactly one of these.
ACCOUNTS = (
    "run",
    "setup",
    "breakdown",
    "waiting",
    "other_stop",
    "micro_stop",
    "planned_overrun",
    "no_order",
    "unknown",
    "planned_down",
    "not_scheduled",
)
# Those inside planned busy time.
BUSY_ACCOUNTS = ACCOUNTS[:9]

# Exclusive classes of pieces; `rest` is the part of a total that no class claims. `first_pass`
# repeats pieces of `good`, `recovered` are good again elsewhere, `inspected` were looked at.
JUDGED_CLASSES = ("good", "scrap", "rework", "startup_reject")
TOTAL_CLASSES = (*JUDGED_CLASSES, "rest")
PIECE_CLASSES = (*TOTAL_CLASSES, "first_pass", "recovered", "inspected", "defects", "opportunities")

SPAN_KINDS = ("stop", "changeover", "failure", "plan_slot", "order", "order_due", "call", "check", "reason")

FLAGS = {
    "in_order": "time: an order is current",
    "starved": "time: the effective state is starved",
    "blocked": "time: the effective state is blocked",
    "at_constraint": "time: the machine is the declared constraint of its line then",
    "long_stop": "time: part of a stop whose own length is at or above the micro-stop limit",
    "at_unknown": "time: part of a micro-stop that touches unknown time",
    "counted": "time: unknown that a count with `from` covers",
    "unseen": "time: no trustworthy state while not scheduled or planned down",
    "stopped_in_overtime": "time: a fault or stop while not scheduled",
    "moved_out": "time: a reason entered by hand moved it out of planned busy time",
    "assumed": "time: read into silence by a mapping that declares `absence: idle`",
    "uncoded": "time: part of a long stop without a reason or with a catch-all one",
    "typed": "time, pieces: said by a person, not by a signal",
    "over_gap": "pieces: spread into unknown time",
    "without_standard": "pieces: no ideal cycle for this machine and product",
    "unjudged": "pieces: from a count that does not say what is good",
    "in_target": "spans: a call answered inside its target",
    "unattached": "spans: a reason that meets no halt",
    "planned": "spans: an order that had a plan",
}


@dataclass(frozen=True, slots=True)
class Sum:
    """Add up one column of one fact table over the rows that pass the filter.

    A filter names a column and the values it may have; of `flags` a row must carry all that are
    named. Columns in microseconds end in `us` and are divided by 1 000 000 to give seconds.

    >>> Sum("time", "us", (("account", ("run",)),)).divisor
    1000000
    """

    table: FactTable
    column: str
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def divisor(self) -> int:
        """What the integer sum is divided by to be in the unit of the measure."""
        return 1_000_000 if self.column == "us" or self.column.endswith("_us") else 1


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a measure of doubt weakens, out of what, and where its grades begin.

    Attributes:
        base: measure or named sum that the share is taken of.
        touches: measures and named sums that cannot be trusted more than this share allows.
        fair_from: shares beyond it are grade B.
        poor_from: shares beyond it are grade C.
        inclusive: a share exactly at a limit already has the worse grade.
        null_above: beyond this share the touched KPIs have no value at all.
        step: the cheapest thing to do about it.
        minutes: what that takes.
    """

    base: str
    touches: tuple[str, ...]
    step: str
    minutes: int
    fair_from: Fraction = Fraction(2, 100)
    poor_from: Fraction = Fraction(10, 100)
    inclusive: bool = False
    null_above: Fraction | None = None


@dataclass(frozen=True, slots=True)
class LinePart:
    """At line scope and above: which machines of a line give which rows of an `output` measure."""

    machines: Literal["exit", "all"]
    sum: Sum


@dataclass(frozen=True, slots=True)
class Measure:
    """One additive base measure; rates and ratios are never measures.

    Attributes:
        name: snake_case, never renamed.
        unit: base unit (`time_*` s, `hours_*` h, levels value x day).
        kind: flow, event (counted where it ends) or level (kept as value x days).
        meaning: one line for the reference page.
        feeds: event kinds, or facts of the plant files, any of which can fill it.
        sum: how an engine adds it up; None while no fact table carries it.
        adds: `add` over equipment, or `output`: at line scope and above see `line_parts`.
        line_parts: for `output`; by default the exit machine's rows of `sum`.
        layer: the lowest KPI layer that may use it.
        grain: the finest axes it may be asked by, empty when any.
        evidence: set when the measure is one of doubt.
    """

    name: str
    unit: str
    kind: MeasureKind
    meaning: str
    feeds: tuple[str, ...]
    sum: Sum | None = None
    adds: Adding = "add"
    line_parts: tuple[LinePart, ...] = ()
    layer: int = 1
    grain: tuple[str, ...] = ()
    evidence: Evidence | None = None

    @property
    def base_unit(self) -> Unit:
        """The unit as dimensions, for the unit check of formulas."""
        return parse_unit(self.unit)
