"""How fast machines run against their standard, minutes at a time: what "running slow" means on every page.

Hours are too coarse to see a machine that has run slowly for a quarter of an hour, so the standing counts
are laid on the run time of the ledger here, by the rules of BOOKS 6: a count at an instant belongs to the
time that contains it, one with `from` to the run time it covers. Nothing of this is added up further; sums
of an hour or a shift are measures. Tests hold the two against each other.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from plantstack.intervals import HOUR, MINUTE, SECOND, Interval
from plantstack.ledger.rules import flag_bit
from plantstack.plant.pack import PackFactors
from plantstack.stack.floor.rows import Entry, Said
from plantstack.stack.floor.sight import Sight

STEP = 5 * MINUTE  # a stretch of time that is looked at by itself
SLOW_BELOW = 0.9  # of the standard pace
SLOW_FROM = 15 * MINUTE  # run time below it until it is asked about
_ENOUGH = STEP // 2  # run time of a stretch, below which it shows no pace
_RAMP = flag_bit("ramp")  # coming up to rate after a changeover is another loss


@dataclass(slots=True)
class Step:
    """Five minutes of one machine, or what of them is known.

    Attributes:
        from_at: microseconds UTC; `until_at` likewise.
        run_us: time it ran, coming up to rate after a changeover left out, as far as counts have come in.
        pieces: made in that time.
        std_us: what they may take at standard, at ideal where there is no standard; None where some have
            neither.
    """

    from_at: int
    until_at: int
    run_us: int = 0
    pieces: float = 0.0
    std_us: float | None = 0.0

    @property
    def share(self) -> float | None:
        """Of the standard pace; None where it ran too short to say, or no standard is known."""
        return None if self.std_us is None or self.run_us < _ENOUGH else self.std_us / self.run_us

    @property
    def per_hour(self) -> float | None:
        """Pieces in an hour of run time; None where it ran too short to say."""
        return None if self.run_us < _ENOUGH else self.pieces * HOUR / self.run_us


@dataclass(frozen=True, slots=True)
class Slow:
    """A machine that ran below 90 % of its standard pace for a quarter of an hour of run time or longer.

    Attributes:
        machine: id.
        from_at: microseconds UTC; `until_at` likewise: the end of the last slow stretch.
        run_us: time it ran meanwhile.
        share: of the standard pace.
        lost_us: run time that standard pace would not have needed.
        is_open: whether it still runs slowly.
    """

    machine: str
    from_at: int
    until_at: int
    run_us: int
    share: float
    lost_us: int
    is_open: bool


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a machine ran of late.

    Attributes:
        per_hour: pieces in an hour of run time, over the last quarter of an hour of it.
        standard_per_hour: what standard is, for the product that runs; None where none is written.
        share: of the standard pace; None likewise.
        from_at: where that quarter of an hour of run time begins, microseconds UTC; `until_at`: as far as
            counts have come in.
        trend: pieces in an hour of run time in each stretch of the shift so far, the oldest first; None where
            it ran too short to say.
    """

    per_hour: float
    standard_per_hour: float | None
    share: float | None
    from_at: int
    until_at: int
    trend: tuple[float | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Paces:
    """The paces of some machines over a span: machine -> its stretches, in order of time."""

    steps: Mapping[str, Sequence[Step]]
    seen_until: Mapping[str, int]
    standards: Standards
    products: Mapping[str, str] = field(default_factory=dict)

    def slow(self, machine: str) -> list[Slow]:
        """The stretches of sustained slow running of a machine; a stop inside one does not end it."""
        found: list[Slow] = []
        run: list[Step] = []
        judged = [one for one in self.steps.get(machine, ()) if one.share is not None]
        for step in judged:
            if step.share is not None and step.share < SLOW_BELOW:
                run.append(step)
                continue
            found += _episode(machine, run, is_open=False)
            run = []
        return [*found, *_episode(machine, run, is_open=True)]

    def now(self, machine: str) -> Pace | None:
        """The pace over the last quarter of an hour of run time; None where nothing ran or nothing counts."""
        run_us, pieces, std_us = 0, 0.0, 0.0
        is_known, begins = True, 0
        for step in reversed(self.steps.get(machine, ())):
            run_us, pieces = run_us + step.run_us, pieces + step.pieces
            is_known = is_known and step.std_us is not None
            std_us += step.std_us or 0.0
            begins = step.from_at
            if run_us >= SLOW_FROM:
                break
        seen = self.seen_until.get(machine)
        if seen is None or run_us < _ENOUGH:
            return None
        cycle_us = self.standards.cycle_us(machine, self.products.get(machine, ""), seen)
        return Pace(
            per_hour=pieces * HOUR / run_us,
            standard_per_hour=HOUR / cycle_us if cycle_us else None,
            share=std_us / run_us if is_known and std_us else None,
            from_at=begins,
            until_at=seen,
            trend=tuple(one.per_hour for one in self.steps[machine]),
        )


def _episode(machine: str, run: Sequence[Step], *, is_open: bool) -> list[Slow]:
    run_us = sum(one.run_us for one in run)
    if run_us < SLOW_FROM:
        return []
    std_us = sum(one.std_us or 0.0 for one in run)
    lost = round(run_us - std_us)
    return [Slow(machine, run[0].from_at, run[-1].until_at, run_us, std_us / run_us, lost, is_open)]


@dataclass(frozen=True, slots=True)
class Standards:
    """Microseconds a piece by machine and product, as the plant files say: standard, else ideal."""

    rows: Mapping[tuple[str, str], Sequence[tuple[int, int, float]]]

    def cycle_us(self, machine: str, product: str, at: int) -> float | None:
        """Time a piece of a product takes; a product's own standard goes before the machine's default."""
        for key in ((machine, product), (machine, "")):
            for from_at, until_at, cycle in self.rows.get(key, ()):
                if from_at <= at < until_at:
                    return cycle
        return None


_STANDARDS = """
select equipment, product, from_at, until_at, coalesce(std_num, ideal_num), coalesce(std_den, ideal_den)
from standard
where equipment in (select unnest($machines))
"""


def standards_of(sight: Sight, machines: Sequence[str] = ()) -> Standards:
    """The standards of the machines that are seen, or of some others."""
    rows: dict[tuple[str, str], list[tuple[int, int, float]]] = {}
    found = sight.books.con.execute(_STANDARDS, {"machines": list(machines or sight.machines)}).fetchall()
    for machine, product, from_at, until_at, seconds, pieces in found:
        if seconds and pieces:
            cycle = float(Fraction(seconds) / Fraction(pieces) * SECOND)
            rows.setdefault((machine, product), []).append((from_at, until_at, cycle))
    return Standards(rows)


def paces(sight: Sight, span: Interval, machines: Sequence[str] = ()) -> Paces:
    """How fast the machines that are seen, or some of them, ran in a span, five minutes at a time."""
    standards, factors = standards_of(sight), PackFactors(sight.plant.units)
    counts: dict[str, list[Said]] = {}
    for one in sight.said({"count"}, Interval(span.start, span.end + 1)):
        if one.row["equipment"] == one.machine:  # lanes count nothing of their own
            counts.setdefault(one.machine, []).append(one)
    steps: dict[str, Sequence[Step]] = {}
    seen: dict[str, int] = {}
    products: dict[str, str] = {}
    for machine, entries in sight.entries(span).items():
        if machines and machine not in machines:
            continue
        told = counts.get(machine, [])
        if told:
            seen[machine] = max(one.at for one in told)
            products[machine] = entries[-1].product if entries else ""
            runs = [one for one in entries if one.account == "run" and not one.flags & _RAMP]
            running = _Running(machine, span, seen[machine], runs, standards, factors)
            steps[machine] = running.steps(told)
    return Paces(steps, seen, standards, products)


@dataclass(frozen=True, slots=True)
class _Running:
    """The run time of one machine, on which its counts are laid."""

    machine: str
    span: Interval
    seen_until: int
    runs: Sequence[Entry]
    standards: Standards
    factors: PackFactors

    def steps(self, counts: Iterable[Said]) -> list[Step]:
        made = [
            Step(start, min(start + STEP, self.span.end))
            for start in range(self.span.start, self.span.end, STEP)
        ]
        for run in self.runs:
            end = min(run.until_at, self.seen_until)
            for step in self._touched(made, run.from_at, end):
                step.run_us += min(end, step.until_at) - max(run.from_at, step.from_at)
        for one in counts:
            self._lay(one, made)
        return made

    def _touched(self, made: Sequence[Step], start: int, end: int) -> Sequence[Step]:
        if end <= start:
            return ()
        first = (start - self.span.start) // STEP
        return made[first : (end - 1 - self.span.start) // STEP + 1]

    def _lay(self, count: Said, made: Sequence[Step]) -> None:
        """Put the pieces of a count where they were made."""
        parts = self._parts(count)
        if not parts:
            return
        whole = sum(end - start for _, start, end in parts)
        product = count.product or parts[0][0].product
        pieces = self._pieces(count, product)
        if pieces is not None and count.from_at is not None and count.from_at < self.span.start:
            pieces *= (count.at - self.span.start) / (count.at - count.from_at)  # the rest was made before
        cycle = self.standards.cycle_us(self.machine, product, count.at - 1)
        for _, start, end in parts:
            for step in self._touched(made, start, end):
                inside = min(end, step.until_at) - max(start, step.from_at)
                part = None if pieces is None else pieces * inside / whole
                step.pieces += part or 0.0
                is_known = part is not None and cycle is not None and step.std_us is not None
                step.std_us = (step.std_us or 0.0) + (part or 0.0) * (cycle or 0.0) if is_known else None

    def _parts(self, count: Said) -> list[tuple[Entry, int, int]]:
        """The run time a count covers; of one at an instant, a microsecond of the run that stands there."""
        if count.from_at is None or count.from_at >= count.at:
            near = ((self._at(at), at) for at in (count.at, count.at - 1) if at < self.span.end)
            return [(run, at, at + 1) for run, at in near if run is not None][:1]
        first = bisect_right(self.runs, count.from_at, key=_ends)
        found = []
        for run in self.runs[first:]:
            if run.from_at >= count.at:
                break
            found.append((run, max(run.from_at, count.from_at), min(run.until_at, count.at)))
        return found

    def _at(self, at: int) -> Entry | None:
        found = bisect_right(self.runs, at, key=_begins) - 1
        return self.runs[found] if found >= 0 and self.runs[found].until_at > at else None

    def _pieces(self, count: Said, product: str) -> float | None:
        """What a count counted in pieces; None where its unit has no factor."""
        row = count.row
        good = row["good"] if row["good"] is not None else row["first_pass"]
        parts = (good, row["scrap"], row["rework"], row["startup_reject"])
        told = row["total"] if row["total"] is not None else sum(one or Decimal(0) for one in parts)
        factor = self.factors.factor(self.machine, product, row["unit"] or "")
        return float(told) * float(factor) if factor is not None else None


def _begins(entry: Entry) -> int:
    return entry.from_at


def _ends(entry: Entry) -> int:
    return entry.until_at
