"""Machines now: what each does and since when, what it makes, what it lost, and how old that knowledge is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from plantstack.engines.contract import Exact
from plantstack.intervals import Interval
from plantstack.stack.floor.figures import Figure, figure_of
from plantstack.stack.floor.output import machine_sums
from plantstack.stack.floor.pace import Pace, Slow
from plantstack.stack.floor.present import Present
from plantstack.stack.floor.sight import Sight, look
from plantstack.stack.floor.signs import Alarm, alarms, last_signs, natives
from plantstack.stack.floor.states import LOOKS, LOST, Look, State, Stretch
from plantstack.stack.floor.stops import Lost, Stop, lost_by_quarter, lost_in
from plantstack.stack.project import Stack

TILES = ("good_parts", "cycle_time_vs_standard", "minutes_lost", "scrap_rate")
"""The KPIs of an operator page: what a person there can change in this hour. No OEE."""


@dataclass(frozen=True, slots=True)
class MachineNow:
    """One machine now.

    Attributes:
        machine: id; `name` is what people call it, `path` where it stands, `line` the id of its line or ''.
        state: what it does; `look` is how strips and marks show it.
        since_at: microseconds UTC, since when; None where the books know nothing of it. What has lasted for
            more than two weeks says where they began.
        account: where the seconds go now; '' where nothing is known.
        stop: the open stop; None where it stands in none.
        native: the machine's own word for its state; '' where it has none.
        alarm: that the open stop began with; None where there was none.
        order: that is on; `product` likewise, '' for none; `product_name` is what people call it.
        shift: name of the open shift; '' between shifts.
        good: pieces this shift on this machine; None where nobody counts. `scrap`, `total` likewise.
        pace: of late; None where it did not run or nothing counts.
        slow: the sustained slow running that goes on; None where there is none.
        lost: time lost this shift by leaf, the greatest first; `lost_us` is all of it, `lost_quarters` what
            of it lies in each quarter of an hour that is over.
        n_micro: micro-stops this shift.
        n_unexplained: stops over the limit this shift without a reason that says why.
        figures: the KPIs of this shift, in the order of `TILES`; empty where they were not asked for.
        known_until: how far its books reach, microseconds UTC.
        last_sign_at: last sign of life of a source that is no person; None: none within a day.
        silence_us: how long its sources may be silent; None where silence is watched elsewhere.
    """

    machine: str
    name: str
    path: str
    line: str
    state: State
    look: Look
    since_at: int | None
    account: str
    stop: Stop | None
    native: str
    alarm: Alarm | None
    order: str
    product: str
    product_name: str
    shift: str
    good: Decimal | None
    scrap: Decimal | None
    total: Decimal | None
    pace: Pace | None
    slow: Slow | None
    lost: tuple[Lost, ...]
    lost_us: int
    lost_quarters: tuple[int, ...]
    n_micro: int
    n_unexplained: int
    figures: tuple[Figure, ...]
    known_until: int
    last_sign_at: int | None
    silence_us: int | None


def machines_now(
    stack: Stack, places: str | Iterable[str], now: int, *, has_figures: bool = True
) -> tuple[MachineNow, ...]:
    """What the machines of some places do now, by line, in a line in the order of its flow.

    Args:
        stack: the opened project.
        places: ids or paths of machines, lines, areas or sites; '' is everything.
        now: microseconds UTC.
        has_figures: whether the KPIs of the shift are wanted too.

    Raises:
        QueryError: for a place that does not exist.
    """
    return machines_of(Present(look(stack, places, now)), has_figures=has_figures)


def machines_of(present: Present, *, has_figures: bool = False) -> tuple[MachineNow, ...]:
    """The same of machines that are looked at already."""
    sight = present.sight
    if not sight.machines:
        return ()
    current = {machine: present.current(machine) for machine in sight.machines}
    stops = {machine: _open_stop(present, machine, one) for machine, one in current.items()}
    beside = _Beside(
        sums=machine_sums(sight),
        figures=machine_figures(sight) if has_figures else {},
        signs=last_signs(sight),
        natives=natives(sight, current),
        alarms=alarms(sight, {machine: stop.from_at for machine, stop in stops.items() if stop}),
    )
    return tuple(_machine(present, machine, stops[machine], beside) for machine in sight.machines)


@dataclass(frozen=True, slots=True)
class _Beside:
    """What is asked for all machines at once, by machine."""

    sums: Mapping[str, Mapping[str, Exact | None]]
    figures: Mapping[str, tuple[Figure, ...]]
    signs: Mapping[str, int]
    natives: Mapping[str, str]
    alarms: Mapping[str, Alarm]


def machine_figures(sight: Sight, kpis: Iterable[str] = TILES) -> dict[str, tuple[Figure, ...]]:
    """KPIs of the open shift by machine; between shifts there are none."""
    asked = tuple(kpis)
    rows = sight.stack.kpis(asked, scope=sight.scope, by=("machine",), grain="shift", days=sight.days).rows
    found: dict[str, dict[str, Figure]] = {}
    for row in rows:
        machine = row["scope"]["machine"]
        shift = sight.shift(machine) if machine in sight.machines else None
        if shift is not None and row["period"]["label"] == shift.label:
            found.setdefault(machine, {})[row["kpi"]] = figure_of(row, sight.stack.catalog())
    return {machine: tuple(mine[kpi] for kpi in asked if kpi in mine) for machine, mine in found.items()}


def _open_stop(present: Present, machine: str, current: Stretch | None) -> Stop | None:
    if current is None or current.last.stop_at is None:
        return None
    stops = present.stops(machine)
    return stops[-1] if stops and stops[-1].is_open else None


def _machine(present: Present, machine: str, stop: Stop | None, beside: _Beside) -> MachineNow:
    sight, current = present.sight, present.current(machine)
    entries, slow = present.entries(machine), present.slow(machine)
    lost, stops = lost_in(sight.plant, entries, LOST), present.stops(machine)
    state: State = current.state if current is not None else "no_data"
    state = "running_slow" if slow is not None else state
    product = current.last.product if current is not None else ""
    shift, sums = sight.shift(machine), beside.sums.get(machine, {})
    return MachineNow(
        machine=machine,
        name=sight.name(machine),
        path=sight.path(machine),
        line=sight.span(machine).line,
        state=state,
        look=LOOKS[state],
        since_at=_since(current, slow),
        account=current.last.account if current is not None else "",
        stop=stop,
        native=beside.natives.get(machine, ""),
        alarm=beside.alarms.get(machine),
        order=current.last.order if current is not None else "",
        product=product,
        product_name=product_name(sight, product),
        shift=shift.name if shift else "",
        good=pieces(sums.get("qty_good")),
        scrap=pieces(sums.get("qty_scrap")),
        total=pieces(sums.get("qty_total")),
        pace=present.paces.now(machine),
        slow=slow,
        lost=lost,
        lost_us=sum(one.us for one in lost),
        lost_quarters=lost_by_quarter(entries, LOST, Interval(sight.shift_span(machine).start, sight.now)),
        n_micro=sum(1 for one in stops if one.is_micro),
        n_unexplained=sum(1 for one in stops if one.is_unexplained and is_over_limit(present, one)),
        figures=beside.figures.get(machine, ()),
        known_until=sight.upto(machine),
        last_sign_at=beside.signs.get(machine),
        silence_us=present.limits[machine][1],
    )


def _since(current: Stretch | None, slow: Slow | None) -> int | None:
    if current is None:
        return None
    return max(current.from_at, slow.from_at) if slow else current.from_at


def is_over_limit(present: Present, stop: Stop) -> bool:
    """Whether a stop is as long as the micro-stop limit; a closed one that is shorter is a micro-stop."""
    return not stop.is_open or stop.own_us >= present.limits[stop.machine][0]


def product_name(sight: Sight, product: str) -> str:
    """What people call a product."""
    found = sight.plant.products.get(product)
    return (found.label or product) if found else product


def pieces(told: Exact | None) -> Decimal | None:
    """Pieces as a decimal; None stays None."""
    if told is None:
        return None
    exact = Fraction(told)
    return Decimal(exact.numerator) / Decimal(exact.denominator)
