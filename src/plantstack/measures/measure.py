"""What a measure is: a declared filter and sum over one of four narrow fact tables.

The declarations are data, so an engine compiles them instead of knowing them. Keys of every fact
table are those of BOOKS section 9; below stands what a filter may name beside them.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from plantstack.ledger.rules import ACCOUNTS
from plantstack.units import Unit, parse_unit

MeasureKind = Literal["flow", "event", "level"]
FactTable = Literal["time", "pieces", "spans", "levels"]
Adding = Literal["add", "output", "route"]

# What no event says but the plant files may.
PLANT_FACTS = ("plant:planned_scrap", "plant:route", "plant:constraint", "plant:crew")

# What counts say of some pieces only: a class that was never told is not known, and not 0 (books 6, R40).
COUNT_FACTS = ("count:scrap", "count:rework", "count:startup_reject", "count:first_pass")

# Splits by reason: by leaf, by its topmost group, by the function that owns it; what is split by one of them
# can be split by all. By cause only times are: a cause is no symptom of a stop or a piece. Each splits
# what stands over the fraction line only.
REASON_AXES = ("reason", "reason_group", "owner", "cause")

# Kinds of spans that have a cause of their own.
CAUSED_SPANS = frozenset({"stop", "failure"})

# The accounts inside planned busy time.
BUSY_ACCOUNTS = tuple(name for name in ACCOUNTS if name not in ("planned_down", "not_scheduled"))

# Exclusive classes of pieces; `rest` is the part of a total that no class claims.
TOTAL_CLASSES = ("good", "scrap", "rework", "startup_reject", "rest")

# With them what was counted in packs nobody can open (R43): all that was told.
TOLD_CLASSES = (*TOTAL_CLASSES, "unconverted")


@dataclass(frozen=True, slots=True)
class Sum:
    """Add up one column of one fact table over the rows that pass the filter.

    A filter names a column and the values it may have; of `flags` (bits, named in ledger/rules.py) a
    row must carry all that are named. Column `n` counts rows. Columns in microseconds end in `us` and
    are divided by 1 000 000 to give seconds.

    >>> Sum("time", "us", (("account", ("run",)),)).divisor
    1000000
    """

    table: FactTable
    column: str
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    per: int = 0  # set where the unit is not the usual one of the column

    @property
    def divisor(self) -> int:
        """What the integer sum is divided by to be in the unit of the measure."""
        if self.per:
            return self.per
        return 1_000_000 if self.column == "us" or self.column.endswith("_us") else 1


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a measure of doubt weakens, out of what, and where its grades begin.

    Attributes:
        base: measure or named sum that the share is taken of.
        touches: measures, named sums and KPIs that cannot be trusted more than this share allows.
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

    def is_fatal(self, doubt: Fraction, base: Fraction = Fraction(1)) -> bool:
        """Whether so much of a base is in doubt that there is no value at all."""
        return self.null_above is not None and doubt > self.null_above * base


@dataclass(frozen=True, slots=True)
class LinePart:
    """At line scope and above: which machines of a line give which rows of an `output` measure.

    The rows may be those of another fact table than the measure's own. `before` are all but the exit
    machine, of a line whose exit tells what is good at the first pass.
    """

    machines: Literal["exit", "all", "before"]
    sum: Sum


@dataclass(frozen=True, slots=True)
class Measure:
    """One additive base measure; rates and ratios are never measures.

    Attributes:
        name: snake_case, never renamed.
        unit: base unit (`time_*` s, `hours_*` h, levels value x day).
        kind: flow, event (counted where it ends) or level (kept as value x days).
        meaning: one line for the reference page.
        feeds: event kinds, classes of counts or facts of the plant files, any of which can fill it.
        sum: how an engine adds it up; None while no fact table carries it.
        adds: `add` over equipment; `output`: at line scope and above see `line_parts`; `route`: of the
            first machine of each line, also where single machines are asked for.
        line_parts: for `output`; by default the exit machine's rows of `sum`.
        layer: the lowest KPI layer that may use it.
        is_at_end: of a count: what is open where the period ends, whenever it began; does not add over time.
        grain: the finest axes it may be asked by, empty when any.
        said: names of the accounts, figures or levels that fill it; while none was told it is not known.
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
    is_at_end: bool = False
    said: tuple[str, ...] = ()

    @property
    def has_cause(self) -> bool:
        """Whether it can be split by what was found to be the cause: times, stops and failures can."""
        if self.sum is None or self.is_at_end:
            return False
        kinds = dict(self.sum.where).get("kind", ())
        return self.sum.table == "time" or (bool(kinds) and CAUSED_SPANS.issuperset(kinds))

    @property
    def is_money(self) -> bool:
        """Whether its sums are in the currency of the site."""
        return "money" in self.unit

    @property
    def base_unit(self) -> Unit:
        """The unit as dimensions, for the unit check of formulas."""
        return parse_unit(self.unit)
