"""Rates, yields and changeovers as they were run, with the interval the next run is expected in.

What counts is time of the machine that paces the line, planned stops left out: stops, waiting and slow
running are in the rate; changeovers are counted apart. One shift with a product is one observation.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import sqrt

from plantstack.engines.contract import MeasureCell, MeasureQuery
from plantstack.intervals import SECOND
from plantstack.measures.measure import BUSY_ACCOUNTS
from plantstack.stack.floor.pace import standards_of
from plantstack.stack.floor.sight import Sight

WINDOW = 91  # production days that are looked back
LEAST_BUSY_S = 1800  # of a product in a shift: less shows no rate
LEAST_SHIFTS = 5  # with a product, below which nothing is said
Z = 1.2816  # eight in ten
_TIMES = tuple(f"time_{account}" for account in BUSY_ACCOUNTS)


@dataclass(frozen=True, slots=True)
class RateAsRun:
    """How fast a line makes a product good, over all its planned busy time without set-up.

    Attributes:
        product: id; `name` is what people call it.
        per_hour: good pieces an hour; None where too few shifts show it, `why_none` says so.
        low: of the range in which eight of ten shifts lie by this spread; `high` likewise.
        n_shifts: with half an hour or more of it.
        yield_share: good of all pieces made; None where nobody tells what is not good.
        standard_per_hour: by the plant files, at the pacing machine, without any loss; None: none is written.
        spread: of the time a piece takes from shift to shift, as a share of it.
    """

    product: str
    name: str
    per_hour: float | None
    low: float | None
    high: float | None
    n_shifts: int
    yield_share: float | None
    standard_per_hour: float | None
    spread: float
    why_none: str

    def seconds(self, pieces: float) -> tuple[float, float, float] | None:
        """Busy seconds that so many good pieces take: likely, least and most of eight in ten.

        What takes several shifts evens out: the spread shrinks with their number, and never below what so
        few shifts of history leave open.
        """
        if self.per_hour is None:
            return None
        likely = pieces / self.per_hour * 3600
        shifts = max(likely / _SHIFT_S, 1.0)
        half = Z * self.spread * sqrt(1 / shifts + 1 / self.n_shifts)
        return likely, likely * max(1 - half, 0.0), likely * (1 + half)


_SHIFT_S = 8 * 3600


@dataclass(frozen=True, slots=True)
class ChangesAsRun:
    """Changeovers at the machine that paces the line, as they were run.

    Attributes:
        n: of them.
        mean_s: seconds of one; None where there were fewer than five, `why_none` says so.
        low_s: of the range in which eight of ten lie; `high_s` likewise.
        standard_s: what their standards say, of all of them together divided by their number; None: unknown.
    """

    n: int
    mean_s: float | None
    low_s: float | None
    high_s: float | None
    standard_s: float | None
    why_none: str


@dataclass(frozen=True, slots=True)
class _Shift:
    """One product in one shift, exact."""

    good: Fraction
    busy_s: Fraction


def rates_as_run(sight: Sight, place: str, products: Iterable[str]) -> dict[str, RateAsRun]:
    """The rates of products on a line, or on a lone machine, by product."""
    machine = sight.paced_by(place)
    times = _cells(sight, (*_TIMES, "time_setup"), machine)
    pieces = _cells(sight, ("qty_good", "qty_total"), place)
    shifts: dict[str, list[_Shift]] = defaultdict(list)
    sums: dict[str, list[Fraction]] = defaultdict(lambda: [Fraction(0), Fraction(0)])
    for key, cell in times.items():
        made = pieces.get(key)
        busy = sum((Fraction(cell.sums[name] or 0) for name in _TIMES), Fraction(0))
        busy -= Fraction(cell.sums["time_setup"] or 0)
        if made is None or made.sums["qty_good"] is None or busy < LEAST_BUSY_S:
            continue
        good = Fraction(made.sums["qty_good"] or 0)
        if good > 0:
            shifts[key[0]].append(_Shift(good, busy))
            sums[key[0]][0] += good
            sums[key[0]][1] += Fraction(made.sums["qty_total"] or 0)
    standards = standards_of(sight)
    return {
        product: _rate(
            sight,
            product,
            shifts.get(product, ()),
            sums.get(product),
            standards.cycle_us(machine, product, sight.now),
        )
        for product in dict.fromkeys(products)
    }


def _cells(sight: Sight, measures: Sequence[str], scope: str) -> Mapping[tuple[str, str], MeasureCell]:
    """Sums by product and shift over the window; the shift that runs is left out."""
    last = date.fromisoformat(sight.days[1])
    first = (last - timedelta(days=WINDOW)).isoformat()
    query = MeasureQuery(
        tuple(dict.fromkeys(measures)), scope, ("product",), "shift", (first, last.isoformat())
    )
    running = {one.label for machine in sight.machines if (one := sight.shift(machine)) is not None}
    return {
        (cell.keys["product"], cell.label): cell
        for cell in sight.engine.query(query).cells
        if cell.label not in running and cell.keys["product"]
    }


def _rate(
    sight: Sight,
    product: str,
    shifts: Sequence[_Shift],
    sums: Sequence[Fraction] | None,
    cycle_us: float | None,
) -> RateAsRun:
    found = sight.plant.products.get(product)
    name = (found.label or product) if found else product
    standard = 3600 * SECOND / cycle_us if cycle_us else None
    share = float(sums[0] / sums[1]) if sums and sums[1] else None
    if len(shifts) < LEAST_SHIFTS:
        beside = "" if standard else ", and no standard is written for it"
        why = f"{len(shifts)} shifts of {name} in {WINDOW} days show no rate, {LEAST_SHIFTS} would{beside}"
        return RateAsRun(product, name, None, None, None, len(shifts), share, standard, 0.0, why)
    good = sum((one.good for one in shifts), Fraction(0))
    busy = sum((one.busy_s for one in shifts), Fraction(0))
    per_piece = busy / good
    # weighted by pieces: a short run says little about the time a piece takes
    squares = sum((one.good * (one.busy_s / one.good - per_piece) ** 2 for one in shifts), Fraction(0))
    spread = sqrt(float(squares / good)) * sqrt(len(shifts) / (len(shifts) - 1)) / float(per_piece)
    rate = float(3600 / per_piece)
    low, high = rate / (1 + Z * spread), rate / max(1 - Z * spread, 1e-3)
    return RateAsRun(product, name, rate, low, high, len(shifts), share, standard, spread, "")


def changes_as_run(sight: Sight, place: str) -> ChangesAsRun:
    """Changeovers of the machine that paces a line, of the same window."""
    machine = sight.paced_by(place)
    names = ("n_changeover", "time_changeover", "time_changeover_std")
    last = date.fromisoformat(sight.days[1])
    first = (last - timedelta(days=WINDOW)).isoformat()
    cells = sight.engine.query(MeasureQuery(names, machine, (), "shift", (first, last.isoformat()))).cells
    told = [
        (int(cell.sums["n_changeover"] or 0), float(cell.sums["time_changeover"] or 0))
        for cell in cells
        if cell.sums["n_changeover"]
    ]
    n = sum(one for one, _ in told)
    std = sum(float(cell.sums["time_changeover_std"] or 0) for cell in cells)
    if n < LEAST_SHIFTS:
        why = f"{n} changeovers in {WINDOW} days show no time, {LEAST_SHIFTS} would"
        return ChangesAsRun(n, None, None, None, std / n if n else None, why)
    mean = sum(length for _, length in told) / n
    spread = sqrt(sum(count * (length / count - mean) ** 2 for count, length in told) / (n - 1))
    return ChangesAsRun(n, mean, max(mean - Z * spread, 0.0), mean + Z * spread, std / n if std else None, "")
