"""How many pieces a machine can have made since it was last counted: what a count is held against."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from plantstack.intervals import DAY, HOUR, SECOND
from plantstack.stack.project import Stack
from plantstack.stack.targets.targeting import production_day

TIMES = 3  # so many times what its best pace gives is asked about once
SHIFT = 8 * HOUR  # a count is held against a shift's worth at least
_LONGEST = 31  # days without a count that are looked back on

_BEST = """
select equipment, min(ideal_num::double / ideal_den::double)
from standard
where equipment in (select unnest($machines)) and ideal_num > 0 and ideal_den > 0
group by all
"""
_MADE = """
select equipment, max(qty), max(day)
from (
    select equipment, day, sum(qty)::double as qty
    from all_pieces_day
    where equipment in (select unnest($machines)) and class in ('good', 'scrap', 'rework', 'startup_reject')
    group by all
)
group by all
"""


@dataclass(frozen=True, slots=True)
class CanMake:
    """What a machine can make in a time.

    Attributes:
        machine: id; `name` is what people call it.
        pieces: at its best pace, in all of the time.
        us: the time: the days since it was last counted, and a shift.
    """

    machine: str
    name: str
    pieces: float
    us: int

    @property
    def most(self) -> float:
        """Pieces from which on a count is asked about."""
        return TIMES * self.pieces

    def times(self, count: Decimal | float) -> int | None:
        """How many times what it can make a count is; None where nobody need ask.

        >>> filler = CanMake("filler", "Filler", 1000.0, SHIFT)
        >>> filler.times(2500), filler.times(9600)
        (None, 10)
        """
        return round(float(count) / self.pieces) if float(count) > self.most else None


def can_make(stack: Stack, machines: Iterable[str], now: int) -> dict[str, CanMake]:
    """What machines can have made since they were last counted; of those nobody knows a pace of, nothing.

    The pace is the fastest ideal of the plant files; of a machine without one the best day it ever had, as
    if it had been one shift.

    Args:
        stack: the books.
        machines: by id.
        now: microseconds UTC.
    """
    books = stack.engine(scope=None).books
    asked = {"machines": sorted(set(machines) & set(books.plant.machines))}
    made = {row[0]: row[1:] for row in books.con.execute(_MADE, asked).fetchall()}
    best = dict(books.con.execute(_BEST, asked).fetchall())
    found = {}
    for machine in asked["machines"]:
        most, day = made.get(machine, (0.0, ""))
        today = production_day(books.plant.site_of(machine), now)
        days = (today - date.fromisoformat(day)).days if day else _LONGEST
        us = SHIFT + min(max(0, days), _LONGEST) * DAY
        per_us = 1 / (best[machine] * SECOND) if machine in best else most / SHIFT
        if per_us:
            name = books.plant.machines[machine].label or machine
            found[machine] = CanMake(machine, name, per_us * us, us)
    return found
