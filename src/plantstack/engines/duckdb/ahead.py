"""The shifts of one machine as its calendar has them, also where the books end inside one, and their plan."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from plantstack.engines.duckdb.books import Books
from plantstack.engines.duckdb.source import rank_of
from plantstack.intervals import DAY, HOUR, Interval

_LONGEST = 2 * DAY  # no shift is longer


class PlanVersion(NamedTuple):
    """One version of the plan of a slot, and since when and until when it stood."""

    equipment: str
    product: str
    order: str
    from_at: int
    until_at: int
    qty: Decimal | None
    source: str
    key: str
    at: int
    told_at: int
    since_at: int
    gone_at: int | None


@dataclass(slots=True)
class ShiftOf:
    """One shift.

    Attributes:
        day: production day.
        name: of the shift.
        span: from where it begins to where it ends.
        works: stretches in which work is planned, breaks at fixed times left out.
    """

    day: str
    name: str
    span: Interval
    works: list[Interval] = field(default_factory=list)

    @property
    def label(self) -> str:
        """Its name in an answer by shift."""
        return f"{self.day} {self.name}"

    def working(self, start: int, end: int) -> int:
        """Planned working time between two instants, microseconds."""
        inside = (one.clip(Interval(start, end)) for one in self.works)
        return sum(one.length for one in inside if one)


_TILES = """
select t.day, t.shift, t.from_at, t.until_at, t.scheduled and t.break_reason = '' as works
from tile as t
join machine_calendar as c on c.calendar = t.calendar and t.from_at < c.until_at and t.until_at > c.from_at
where c.equipment = $machine and t.shift != '' and t.from_at > $since and t.from_at < $upto
order by t.from_at
"""

_PLANS = """
select
    equipment,
    coalesce(product, ''),
    coalesce(order_id, ''),
    from_at,
    until_at,
    qty,
    source,
    key,
    e.at,
    told_at,
    since_at,
    gone_at
from plan_told as e
where
    list_contains($names, equipment)
    and until_at > $start
    and from_at < $end
    and told_at <= $now
    and e.at <= $now
"""


def shifts_of(books: Books, machine: str, span: Interval) -> list[ShiftOf]:
    """The shifts of a machine that begin in a span, whole, in order of time."""
    upto = {"machine": machine, "since": span.start, "upto": span.end + _LONGEST}
    found: dict[tuple[str, str], ShiftOf] = {}
    for day, name, start, end, works in books.con.execute(_TILES, upto).fetchall():
        mine = found.setdefault((day, name), ShiftOf(day, name, Interval(start, end)))
        mine.span = Interval(mine.span.start, end)
        if works:
            mine.works.append(Interval(start, end))
    return [one for one in found.values() if one.span.start < span.end]


def plans_of(books: Books, names: Collection[str], span: Interval, now: int) -> list[PlanVersion]:
    """Every version of the plans of machines and lines in a span, as they were known at an instant."""
    asked = {"names": sorted(names), "start": span.start, "end": span.end, "now": now}
    return [PlanVersion(*row) for row in books.con.execute(_PLANS, asked).fetchall()]


def planned_pieces(
    books: Books,
    names: Collection[str],
    shift: ShiftOf,
    shifts: Sequence[ShiftOf],
    now: int,
    plans: Sequence[PlanVersion] | None = None,
) -> Fraction | None:
    """Pieces planned of a whole shift as its plan was frozen, also of what lies ahead; None without a plan.

    As in `07_plans.sql`: what stood an hour before the shift, or was the first said of a slot after that.

    Args:
        books: opened.
        names: the machine and the line it is the exit of.
        shift: whose plan.
        shifts: all that plans may be spread over.
        now: microseconds UTC; what was told later is not known yet.
        plans: all that may touch the shift, where they were asked for already.
    """
    known = plans_of(books, names, shift.span, now) if plans is None else plans
    versions = [one for one in known if one.until_at > shift.span.start and one.from_at < shift.span.end]
    slots: dict[tuple[str, ...], list[PlanVersion]] = {}
    for one in versions:
        key = (one.equipment, one.product, one.order, str(one.from_at), str(one.until_at))
        slots.setdefault(key, []).append(one)
    parts = (_frozen(books, mine, shifts) * _part(mine[0], shift, shifts) for mine in slots.values())
    return sum(parts, Fraction(0)) if slots else None


def _frozen(books: Books, versions: Sequence[PlanVersion], shifts: Sequence[ShiftOf]) -> Fraction:
    """What was planned of a slot when its plan was frozen."""
    slot = versions[0]
    begins = [one.span.start for one in shifts if one.span.start <= slot.from_at < one.span.end]
    frozen_at = max((begins[0] if begins else slot.from_at) - HOUR, min(one.told_at for one in versions))
    stood = [
        one
        for one in versions
        if one.since_at <= frozen_at and (one.gone_at is None or one.gone_at > frozen_at)
    ]
    if not stood:
        return Fraction(0)
    last = max(
        stood,
        key=lambda one: (rank_of(books.plant, one.source).rank, one.told_at, one.at, one.source, one.key),
    )
    return Fraction(last.qty or 0)


def _part(slot: PlanVersion, shift: ShiftOf, shifts: Sequence[ShiftOf]) -> Fraction:
    """The part of a slot that lies in a shift: by planned working time, by all time where there is none."""
    start, end = slot.from_at, slot.until_at
    whole = sum(one.working(start, end) for one in shifts)
    if whole:
        return Fraction(shift.working(start, end), whole)
    inside = shift.span.clip(Interval(start, end))
    return Fraction(inside.length if inside else 0, end - start)
