"""What lines and lone machines make against their plan, hour by hour of the local clock, in one question."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from plantstack.engines.contract import Axis, Exact, MeasureCell
from plantstack.engines.duckdb.ahead import ShiftOf, planned_pieces
from plantstack.intervals import HOUR, Interval
from plantstack.measures.catalog import MEASURES
from plantstack.plant.localtime import offset_at
from plantstack.stack.floor.sight import Sight

_SUMS = ("qty_good", "qty_scrap", "qty_total", "qty_plan", "qty_without_plan")
_TIMES = ("time_run", "time_std_total")
# Pieces that nobody called good, and all that were counted: of a line those of its exit.
_AT_EXIT, _OWN = ("qty_exit_unjudged", "qty_exit_counted"), ("qty_unjudged", "qty_counted")


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour of the wall clock inside a shift; the first and the last may be shorter.

    Attributes:
        from_at: microseconds UTC; `until_at` likewise.
        plan: pieces planned of the whole hour; None where nothing was planned.
        plan_now: of its plan, what lies before now: all of it when it is over.
        good: pieces made and judged good; None where nobody counts, or it has not begun.
        scrap: pieces judged scrap; None likewise.
        without_plan: of the good ones, those of products that no plan of the shift names; 0 without a plan.
    """

    from_at: int
    until_at: int
    plan: Decimal | None
    plan_now: Decimal | None
    good: Decimal | None
    scrap: Decimal | None
    without_plan: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Unplanned:
    """Good pieces of a product that no plan of the shift names: they count against the plan of another."""

    product: str
    name: str
    qty: Decimal


@dataclass(frozen=True, slots=True)
class Output:
    """What a line or a lone machine made in the open shift; between shifts, on the day that runs.

    Attributes:
        place: id of the line, or of the machine that stands in none.
        shift: that is open; None between shifts.
        good: pieces, at the exit of a line; None where nobody tells what is good, `why_none` says why.
        scrap: pieces, of all its machines; None where nobody tells any.
        total: pieces made, good or not.
        plan_now: planned of the time until now, as it was frozen before the shift; None: no plan.
        plan: planned of the whole shift; None: no plan.
        hours: of the shift, those to come too, in order of time.
        unplanned: of the good pieces, those of products in no plan of the shift, the most first; none without
            a plan.
    """

    place: str
    shift: ShiftOf | None
    good: Decimal | None
    scrap: Decimal | None
    total: Decimal | None
    plan_now: Decimal | None
    plan: Decimal | None
    why_none: str
    hours: tuple[Hour, ...]
    unplanned: tuple[Unplanned, ...] = ()

    @property
    def behind(self) -> Decimal | None:
        """Good pieces less plan for now; below zero is behind. None where either is not known."""
        return None if self.good is None or self.plan_now is None else self.good - self.plan_now

    @property
    def behind_plan(self) -> Decimal | None:
        """The same of what is planned only: what is run without a plan makes up for nothing."""
        without = sum((one.qty for one in self.unplanned), Decimal(0))
        return None if self.behind is None else self.behind - without


def outputs(sight: Sight, *, is_ahead: bool = False) -> dict[str, Output]:
    """What every line and lone machine that is seen made, by id.

    Args:
        sight: at the machines.
        is_ahead: also the plan of the hours to come, which takes a look-up each.
    """
    cells = _cells(sight)
    return {place: _output(sight, place, cells.get(place, ()), is_ahead=is_ahead) for place in sight.places}


def machine_sums(sight: Sight) -> dict[str, dict[str, Exact | None]]:
    """What every machine that is seen made in its open shift: machine -> measure -> sum."""
    found: dict[str, dict[str, Exact | None]] = {}
    for cell in machine_hours(sight):
        machine = cell.keys["machine"]
        if machine in sight.machines and _is_mine(sight.shift(machine), cell):
            sums = found.setdefault(machine, dict.fromkeys((*_SUMS, *_OWN), None))
            for name in sums:
                sums[name] = _added(sums[name], cell.sums[name])
    for sums in found.values():
        if _unjudged(sums, _OWN):
            sums["qty_good"] = None
    return found


def machine_hours(sight: Sight) -> Sequence[MeasureCell]:
    """What every machine made in each hour and how long it ran for it, by machine and shift; asked once."""
    return sight.sums((*_SUMS, *_OWN, *_TIMES), ("machine", "shift"), "hour")


def hours_of(shift: ShiftOf, zone: str) -> Iterator[Interval]:
    """The hours of the wall clock of a zone, cut at the borders of a shift."""
    start = shift.span.start
    while start < shift.span.end:
        off = offset_at(zone, start)
        end = min(((start + off) // HOUR + 1) * HOUR - off, shift.span.end)
        yield Interval(start, end)
        start = end


def _cells(sight: Sight) -> Mapping[str, Sequence[MeasureCell]]:
    """The hours of every place, from the exits of lines and from lone machines."""
    found: dict[str, list[MeasureCell]] = {}
    if any(place in sight.plant.lines for place in sight.places):
        for cell in sight.sums((*_SUMS, *_AT_EXIT), ("line", "shift"), "hour"):
            found.setdefault(cell.keys["line"], []).append(cell)
    lone = {place for place in sight.places if place not in sight.plant.lines}
    if lone:
        for cell in machine_hours(sight):
            if cell.keys["machine"] in lone:
                found.setdefault(cell.keys["machine"], []).append(cell)
    return found


def _is_mine(shift: ShiftOf | None, cell: MeasureCell) -> bool:
    """Whether an hour is of the open shift; between shifts all hours of the day are."""
    if shift is None:
        return True
    return cell.keys["shift"] == shift.name and shift.span.start <= cell.span.start < shift.span.end


def _output(sight: Sight, place: str, cells: Sequence[MeasureCell], *, is_ahead: bool) -> Output:
    machine = sight.exit(place) or sight.places[place][0]
    shift = sight.shift(machine)
    mine = [cell for cell in cells if _is_mine(shift, cell)]
    judged = _AT_EXIT if place in sight.plant.lines else _OWN
    sums = {name: _total(mine, name) for name in (*_SUMS, *judged)}
    unjudged = _unjudged(sums, judged)
    whole = planned_of(sight, place, shift) if shift else None
    hours = list(_hours(sight, place, machine, shift, mine, judged)) if shift else []
    plan_now = _pieces(sums["qty_plan"]) if whole is not None or not shift else None
    if is_ahead and shift and whole is not None:
        hours = list(_planned_ahead(sight, place, shift, hours))
    return Output(
        place=place,
        shift=shift,
        good=None if unjudged else _pieces(sums["qty_good"]),
        scrap=_pieces(sums["qty_scrap"]),
        total=_pieces(sums["qty_total"]),
        plan_now=plan_now,
        plan=None if whole is None else _whole(whole),
        why_none=unjudged
        or next((cell.reasons["qty_good"] for cell in mine if "qty_good" in cell.reasons), ""),
        hours=tuple(
            hours if whole is not None else (replace(one, plan=None, plan_now=None) for one in hours)
        ),
        unplanned=_unplanned(sight, place, shift)
        if plan_now is not None and sums["qty_without_plan"]
        else (),
    )


def _unplanned(sight: Sight, place: str, shift: ShiftOf | None) -> tuple[Unplanned, ...]:
    """By product what was made of what no plan of the shift names."""
    level: Axis = "line" if place in sight.plant.lines else "machine"
    sums: dict[str, Exact | None] = {}
    for cell in sight.sums(("qty_without_plan",), (level, "shift", "product"), "hour"):
        if cell.keys[level] == place and _is_mine(shift, cell):
            product = cell.keys["product"]
            sums[product] = _added(sums.get(product), cell.sums["qty_without_plan"])
    found = (
        Unplanned(product, _name(sight, product), qty)
        for product, total in sums.items()
        if (qty := _pieces(total))
    )
    return tuple(sorted(found, key=lambda one: (-one.qty, one.product)))


def _name(sight: Sight, product: str) -> str:
    found = sight.plant.products.get(product)
    return (found.label or product) if found else product


def _hours(
    sight: Sight,
    place: str,
    machine: str,
    shift: ShiftOf,
    cells: Sequence[MeasureCell],
    judged: tuple[str, str],
) -> Iterator[Hour]:
    for span in hours_of(shift, sight.zone(place)):
        inside = [cell for cell in cells if span.start <= cell.span.start < span.end]
        begun = span.start < sight.upto(machine)
        plan = _pieces(_total(inside, "qty_plan")) if inside else Decimal(0) if begun else None
        good, scrap = (
            _pieces(_total(inside, name)) if inside else None for name in ("qty_good", "qty_scrap")
        )
        if _unjudged({name: _total(inside, name) for name in judged}, judged):
            good = None
        without = _pieces(_total(inside, "qty_without_plan")) or Decimal(0)
        yield Hour(span.start, span.end, plan, plan if begun else None, good, scrap, without)


def planned_of(sight: Sight, place: str, shift: ShiftOf) -> Fraction | None:
    """Pieces planned of a stretch of a shift, as its plan was frozen; None without a plan.

    Args:
        sight: at the place.
        place: id of a line or of a lone machine.
        shift: the shift, or a part of one with its working time cut to it.
    """
    exit_machine = sight.exit(place)
    names = {place, exit_machine} - {""}
    machine = exit_machine or sight.places[place][0]
    plans = sight.plans(names, machine)
    return planned_pieces(sight.books, names, shift, sight.shifts(machine), sight.now, plans)


def _planned_ahead(sight: Sight, place: str, shift: ShiftOf, hours: Sequence[Hour]) -> Iterator[Hour]:
    """The plan of hours that are not over, rounded as the books round it: up to any instant it is whole."""
    for hour in hours:
        if hour.until_at <= sight.now:
            yield hour
            continue
        before, after = (
            planned_of(sight, place, _cut(shift, Interval(shift.span.start, at))) or Fraction(0)
            for at in (hour.from_at, hour.until_at)
        )
        yield replace(hour, plan=_whole(after) - _whole(before))


def _cut(shift: ShiftOf, span: Interval) -> ShiftOf:
    works = [inside for one in shift.works if (inside := one.clip(span))]
    return ShiftOf(shift.day, shift.name, span, works)


def _whole(pieces: Fraction) -> Decimal:
    """Whole pieces, halves up (BOOKS 6)."""
    return Decimal((2 * pieces.numerator + pieces.denominator) // (2 * pieces.denominator))


def _unjudged(sums: Mapping[str, Exact | None], names: tuple[str, str]) -> str:
    """Why nobody knows what was good: too many pieces were counted of which nobody said it; '' is none."""
    unjudged, counted = (Fraction(sums[name] or 0) for name in names)
    measure = MEASURES[names[0]]
    return measure.meaning if measure.evidence and measure.evidence.is_fatal(unjudged, counted) else ""


def _total(cells: Sequence[MeasureCell], name: str) -> Exact | None:
    total: Exact | None = None
    for cell in cells:
        total = _added(total, cell.sums[name])
    return total


def _added(one: Exact | None, other: Exact | None) -> Exact | None:
    if one is None or other is None:
        return other if one is None else one
    return Fraction(one) + Fraction(other)


def _pieces(told: Exact | None) -> Decimal | None:
    """Pieces as a decimal; sums of pieces have six places at most."""
    if told is None:
        return None
    exact = Fraction(told)
    return Decimal(exact.numerator) / Decimal(exact.denominator)
