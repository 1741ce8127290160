"""What every engine promises: the same sums for the same question, whoever adds them up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Literal, Protocol

import pyarrow as pa

from plantstack.intervals import Interval

Grain = Literal["hour", "shift", "day", "week", "month", "period", "quarter", "year", "ltm", "all"]
Axis = Literal[
    "site",
    "area",
    "line",
    "machine",
    "product",
    "order",
    "shift",
    "crew",
    "reason",
    "reason_group",
    "owner",
    "cause",
    "unit",
]

GRAINS: tuple[Grain, ...] = (
    *("hour", "shift", "day", "week", "month", "period", "quarter", "year", "ltm"),
    "all",
)
AXES: tuple[Axis, ...] = (
    *("site", "area", "line", "machine", "product", "order", "shift", "crew"),
    *("reason", "reason_group", "owner", "cause"),
)

Exact = int | Decimal | Fraction


@dataclass(frozen=True, slots=True)
class MeasureQuery:
    """Which sums are wanted.

    Attributes:
        measures: names of plantstack.measures.
        scope: id of a machine, line, area or site; '' is everything.
        by: axes to split by, in order; `reason_group` is the topmost group of a reason, `owner` its function,
            `cause` what was found later; `unit` (asked by no one outside) that of packs without a factor.
        grain: length of the periods; `ltm`: of each fiscal period, the year that ends with it.
        days: first and last production day (ISO dates, last one included), each as every site counts
            its days; None leaves that side open.
        span: exact instants instead of days; hours cut by it are cut in the ledger, not guessed.
        structure: `as-was`, `as-is`, or an ISO date whose placements roll everything up.
        is_reported: the sums as they stood when their pages were closed, not as they are known now.
        currency: what money is converted into; '' leaves that of the site.
        names_places: a split by machine also has the lines, areas and sites of which something was said.
        counts_open: whether cells say how many stops, changeovers and failures are open where they end.
    """

    measures: tuple[str, ...]
    scope: str = ""
    by: tuple[Axis, ...] = ()
    grain: Grain = "all"
    days: tuple[str | None, str | None] = (None, None)
    span: Interval | None = None
    structure: str = "as-was"
    is_reported: bool = False
    counts_open: bool = False
    names_places: bool = False
    currency: str = ""


@dataclass(frozen=True, slots=True)
class MeasureCell:
    """The sums of one cell of the answer."""

    keys: Mapping[str, str]  # axis -> value, for the axes of `by`
    label: str  # name of the period: '2026-03-02', '2026-03-02 early', '2026-W10', ...
    span: Interval  # the period, as far as the books of the scope reach
    sums: Mapping[str, Exact | None]  # measure -> exact sum in its unit; None: not to be had
    reasons: Mapping[str, str] = field(default_factory=dict)  # measure -> why it is None
    n_open: int = 0  # stops, changeovers and failures still open where the period ends
    recorded: frozenset[str] = frozenset()  # kinds and plant facts ever recorded of what the cell is about
    currency: str = ""  # of its sums of money; '' where they have none, or different ones
    length: int = 0  # of the period at each site; a span over several zones is longer


@dataclass(frozen=True, slots=True)
class MeasureTable:
    """The answer to a MeasureQuery, cells in order of keys and period."""

    query: MeasureQuery
    cells: Sequence[MeasureCell]
    recorded: frozenset[str]  # event kinds, and facts of the plant files, ever recorded in the scope


@dataclass(frozen=True, slots=True)
class Fact:
    """One row of a fact table with what it adds to a measure.

    Attributes:
        measure: name of the measure.
        equipment: id; '' is the whole group.
        from_at: when it began.
        until_at: when it ended, or the end of its hour.
        what: account, class, or name of an account, figure or level.
        value: in the unit of the measure, exact.
        events: offsets of the events it came from, a few of them.
    """

    measure: str
    equipment: str
    from_at: int
    until_at: int
    what: str
    reason: str
    order: str
    product: str
    value: Fraction
    events: tuple[int, ...] = ()


@dataclass(slots=True)
class Behind:
    """The facts of one measure.

    Attributes:
        facts: the greatest ones.
        n_rest: how many more there are.
        rest: what they add, exact.
    """

    facts: list[Fact] = field(default_factory=list)
    n_rest: int = 0
    rest: Fraction = Fraction(0)


class Engine(Protocol):
    """Sums measures and shows the ledger behind them; knows no KPI."""

    def query(self, query: MeasureQuery) -> MeasureTable:
        """Add up the measures of every cell; the parts add up to the whole."""
        ...

    def ledger(self, equipment: str, span: Interval | None) -> pa.Table:
        """Return the ledger rows of a machine that lie in a span, cut at its borders."""
        ...

    def behind(self, measures: Sequence[str], query: MeasureQuery, end: int) -> list[Behind]:
        """Return the facts that add up to measures of a whole scope, with the events they came from."""
        ...
