"""The likely end of the open shift: its pieces so far, and what comparable shifts made from here on."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from plantstack.engines.contract import MeasureCell, MeasureQuery
from plantstack.engines.duckdb.ahead import ShiftOf, planned_pieces, shifts_of
from plantstack.engines.duckdb.engine import DuckEngine
from plantstack.intervals import DAY, HOUR, MINUTE, SECOND, Interval, rfc3339
from plantstack.kpis.formulas.formula import Undefined
from plantstack.kpis.models.modelled import Estimate, Modelled
from plantstack.kpis.models.shift_end import MIN_SHIFTS, Outlook, Rest, likely_end
from plantstack.stack.targets.targeting import production_day

LOOKED_BACK = 90 * DAY
_AHEAD = 14 * DAY
_UNKNOWN = Fraction(1, 10)  # of a shift: beyond it nobody knows what it made
_FAR = 2**60
_ONE = "exists for one line, or one machine outside lines, at a time: name one, or split by line"


@dataclass(frozen=True, slots=True)
class Made:
    """Good pieces of one stretch of an hour, and of which product."""

    span: Interval
    product: str
    pieces: Fraction


def _begin(made: Made) -> int:
    return made.span.start


@dataclass(frozen=True)
class Floor:
    """What is known of one line, or one machine outside lines.

    Attributes:
        place: its id.
        shifts: in order of time.
        made: in order of time, at its exit.
        hidden: labels of shifts of which too much time is unknown.
        uncounted: labels of shifts of which nobody can say what was good -> why.
    """

    place: str
    shifts: Sequence[ShiftOf] = ()
    made: Sequence[Made] = ()
    hidden: frozenset[str] = frozenset()
    uncounted: Mapping[str, str] = field(default_factory=dict)

    def open_at(self, now: int) -> ShiftOf:
        """The shift that has begun and is not over.

        Raises:
            Undefined: when there is none.
        """
        for one in self.shifts:
            if one.span.start < now < one.span.end:
                return one
        raise Undefined(f"no shift of {self.place} is open at {rfc3339(now)}")

    def inside(self, span: Interval) -> list[Made]:
        """What was made in a span; of an hour that it cuts, the share of the time."""
        first = bisect_left(self.made, span.start - HOUR, key=_begin)
        after = bisect_left(self.made, span.end, key=_begin)
        return [
            Made(cut, one.product, one.pieces * cut.length / one.span.length)
            for one in self.made[first:after]
            if (cut := one.span.clip(span))
        ]

    def running(self, shift: ShiftOf, now: int) -> str:
        """The product of the last good pieces of a shift before an instant; '' when that is not known."""
        found = [one for one in self.inside(Interval(shift.span.start, now)) if one.pieces]
        return found[-1].product if found else ""


def foresee(floor: Floor, now: int, plan: Fraction | None) -> Estimate:
    """The end of the shift that is open at an instant, from nothing but shifts that were over by then.

    Raises:
        Undefined: when no shift is open, or too few before it are comparable.
    """
    shift = floor.open_at(now)
    if shift.label in floor.uncounted:
        raise Undefined(floor.uncounted[shift.label])
    so_far = _pieces(floor.inside(Interval(shift.span.start, now)))
    past, told = _comparable(floor, shift, now)
    left = shift.working(now, shift.span.end)
    rests = [_rest(floor, one, now - shift.span.start) for one in past]
    outlook = likely_end(so_far, Fraction(left, SECOND), rests, plan)
    return Estimate(
        outlook.value,
        outlook.low,
        outlook.high,
        "; ".join(_in_words(shift, so_far, left, told, outlook, plan, now)),
    )


def _comparable(floor: Floor, shift: ShiftOf, now: int) -> tuple[list[ShiftOf], str]:
    """Shifts of the same name that are over, of the same product where there are enough of them."""
    elapsed, product = now - shift.span.start, floor.running(shift, now)
    over = [one for one in floor.shifts if one.name == shift.name and one.span.end <= shift.span.start]
    begun = min((one.span.start for one in floor.made), default=now)
    seen = [
        one
        for one in over
        if one.span.start >= begun
        and one.span.start >= now - LOOKED_BACK
        and one.label not in {*floor.hidden, *floor.uncounted}
        and one.span.start + elapsed < one.span.end
    ]
    same = [one for one in seen if product and floor.running(one, one.span.start + elapsed) == product]
    if len(same) >= MIN_SHIFTS:
        return same, f"of {product}"
    if not product:
        return seen, "of any product, as none is known to run"
    return seen, f"of any product, as only {len(same)} were of {product}"


def _rest(floor: Floor, shift: ShiftOf, elapsed: int) -> Rest:
    cut = shift.span.start + elapsed
    made = floor.inside(Interval(cut, shift.span.end))
    stretches = [
        (Fraction(one.span.start - cut, SECOND), Fraction(one.span.end - cut, SECOND), one.pieces)
        for one in made
    ]
    before = _pieces(floor.inside(Interval(shift.span.start, cut)))
    return Rest(shift.label, before, Fraction(shift.working(cut, shift.span.end), SECOND), stretches)


def _pieces(made: Sequence[Made]) -> Fraction:
    return sum((one.pieces for one in made), Fraction(0))


def _in_words(
    shift: ShiftOf,
    so_far: Fraction,
    left: int,
    told: str,
    outlook: Outlook,
    plan: Fraction | None,
    now: int,
) -> list[str]:
    """Which shifts it was drawn from, and whether the plan is reached."""
    n = len(outlook.ends)
    words = [f"{shift.label}: {float(so_far):.0f} good until {rfc3339(now)}, {left / MINUTE:.0f} min to work"]
    if plan is None or outlook.n_reach is None:
        words.append("no plan")
    else:
        reached = outlook.reached_s
        half = f", half of the {n} by {_minute(now + reached * SECOND)}" if reached is not None else ""
        half = ", which is reached" if so_far >= plan else half
        words.append(f"{outlook.n_reach} of {n} reach the plan of {float(plan):.0f}{half}")
    ends = ", ".join(f"{label.split(' ')[0]} {float(end):.0f}" for label, end in outlook.ends)
    return [*words, f"as after the same minute of the last {n} shifts {shift.name} {told}: {ends}"]


def _minute(at: Fraction) -> str:
    return rfc3339(int(at) // MINUTE * MINUTE)


@dataclass(frozen=True)
class Foreseeing:
    """The likely ends of the shifts of one question.

    Attributes:
        engine: of the books.
        query: what was asked.
        reach: the least and the greatest end of its cells.
    """

    engine: DuckEngine
    query: MeasureQuery
    reach: Interval
    _floors: dict[tuple[str, str], Floor] = field(default_factory=dict)
    _calendars: dict[str, Sequence[ShiftOf]] = field(default_factory=dict)

    def of(self, places: Collection[str], cell: MeasureCell) -> Modelled:
        """Of the one line, or machine outside lines, among some places, where the period of a cell ends."""
        found = self._counted(places, cell.span.end)
        if len(found) != 1:
            return _ONE if found or "" in places else "is a figure of a line, or of a machine outside lines"
        place, now = found[0], cell.span.end
        machine = self._exit(place, now)
        if not machine:
            return f"line {place} has no exit machine, so nothing counts its pieces"
        try:
            shift = Floor(place, self._shifts(machine)).open_at(now)
            if self.query.grain == "shift" and cell.label != shift.label:
                return f"{cell.label} is over"
            floor = self.floor(place, machine)
            plan = planned_pieces(self.engine.books, {place, machine}, shift, floor.shifts, now)
            return foresee(floor, now, plan)
        except Undefined as reason:
            return str(reason)

    def _counted(self, places: Collection[str], now: int) -> list[str]:
        """The lines among some places, and the machines that stood in none at an instant."""
        plant = self.engine.books.plant
        alone = {
            name
            for name in set(places) & set(plant.machines)
            if any(one.from_at < now <= one.until_at and not one.line for one in plant.spans[name])
        }
        return sorted((set(places) & set(plant.lines)) | alone)

    def _exit(self, place: str, now: int) -> str:
        """The machine that counts the pieces of a place at an instant."""
        plant = self.engine.books.plant
        if place not in plant.lines:
            return place
        day = production_day(plant.site_of(place), now - 1)
        held = [name for since, name in plant.lines[place].exit if since is None or since <= day]
        return held[-1] if held else ""

    def floor(self, place: str, machine: str) -> Floor:
        """What was made at a place, hour by hour, asked for once a question."""
        if (place, machine) not in self._floors:
            shifts = self._shifts(machine)
            self._floors[place, machine] = self._gathered(place, machine, shifts) if shifts else Floor(place)
        return self._floors[place, machine]

    def _shifts(self, machine: str) -> Sequence[ShiftOf]:
        if machine not in self._calendars:
            span = Interval(self.reach.start - LOOKED_BACK, self.reach.end + _AHEAD)
            self._calendars[machine] = shifts_of(self.engine.books, machine, span)
        return self._calendars[machine]

    def _gathered(self, place: str, machine: str, shifts: Sequence[ShiftOf]) -> Floor:
        end, days = self.reach.end, (shifts[0].day, None)
        # a span that begins or ends nowhere cuts no hour there, which would have to be derived
        span = Interval(-_FAR, end) if end < self.engine.books.reach(machine) else None
        asked = replace(self.query, scope=place, days=days, span=span, counts_open=False)
        hours = replace(asked, measures=("qty_good",), by=("shift", "product"), grain="hour")
        made, uncounted = [], {}
        for cell in self.engine.query(hours).cells:
            shift, good = _shift_of(cell, shifts), cell.sums["qty_good"]
            if shift and good is None:
                uncounted[shift.label] = cell.reasons.get("qty_good") or "qty_good is not known here"
            elif shift and (inside := shift.span.clip(cell.span)):
                made.append(Made(inside, cell.keys["product"], Fraction(good or 0)))
        unknown = replace(asked, measures=("time_unknown",), scope=machine, by=(), grain="shift")
        hidden = {
            cell.label
            for cell in self.engine.query(unknown).cells
            if Fraction(cell.sums["time_unknown"] or 0) * SECOND > _UNKNOWN * cell.span.length
        }
        return Floor(place, shifts, sorted(made, key=_begin), frozenset(hidden), uncounted)


def _shift_of(cell: MeasureCell, shifts: Sequence[ShiftOf]) -> ShiftOf | None:
    """The shift that the pieces of an hour are of; None outside the shifts."""
    upto = bisect_left(shifts, cell.span.end, key=lambda one: one.span.start)
    near = reversed(shifts[max(upto - 4, 0) : upto])
    return next((one for one in near if one.name == cell.keys["shift"] and one.span.clip(cell.span)), None)
