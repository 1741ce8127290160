"""Prices, roles of machines and demand, window by window; a window is cut where any of them changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from itertools import pairwise

from plantstack.engines.duckdb.demands import Said
from plantstack.engines.duckdb.money import dated_factors
from plantstack.intervals import Interval
from plantstack.kpis.losses import Stretch
from plantstack.kpis.money import Demand, Roles, Wanted, demand_of
from plantstack.plant.agreed import Cost
from plantstack.plant.localtime import local_day, resolve
from plantstack.plant.model import value_on
from plantstack.plant.plant import Plant
from plantstack.plant.structure import Span
from plantstack.stack.targets.targeting import production_day

Days = tuple[str | None, str | None]

_About = tuple[str, str, str]  # equipment, product, family
_LAST = date(9999, 12, 31)
_INSTEAD = {"scrap": "material"}  # a scrapped piece costs at least its material


@dataclass(frozen=True, slots=True)
class Window:
    """Part of a window in which no price and no demand changes: production days, or exact instants."""

    days: Days
    span: Interval | None = None


def windows_of(
    plant: Plant, days: Days, span: Interval | None, said: Sequence[Said], currency: str = ""
) -> list[Window]:
    """Cut a window where a price, a crew, a constraint, demand or an exchange rate changes."""
    borders = {
        day for one in plant.costs for day in (one.from_day, one.until_day) if one.fact and day is not None
    }
    borders |= {
        day
        for one in plant.standards
        for day in (one.from_day, one.until_day)
        if one.crew and day is not None
    }
    borders |= {day for line in plant.lines.values() for day, _ in line.constraint if day is not None}
    if currency:
        factors = [dated_factors(plant, site.currency, currency) for site in plant.sites.values()]
        borders |= {date.fromisoformat(day) for dated in factors for day, _ in dated if day}
    if span is not None:
        return [Window(days, one) for one in _cut(plant, span, borders, said)]
    for one in said:
        zone = plant.site_of(one.equipment).zone
        borders |= {local_day(zone, one.span.start), local_day(zone, one.span.end)}
    inside = sorted(day for day in borders if (days[0] or "") < day.isoformat() <= (days[1] or "9999-12-31"))
    found: list[Window] = []
    first = days[0]
    for border in inside:
        found.append(Window((first, (border - timedelta(days=1)).isoformat())))
        first = border.isoformat()
    return [*found, Window((first, days[1]))]


def _cut(plant: Plant, span: Interval, borders: Iterable[date], said: Sequence[Said]) -> Iterable[Interval]:
    """Parts of exact instants: production days begin at each site by its own clock, demand at its instant."""
    instants = {resolve(site.zone, day, site.day_start) for day in borders for site in plant.sites.values()}
    instants |= {at for one in said for at in (one.span.start, one.span.end)}
    inside = sorted(at for at in instants if span.start < at < span.end)
    return [Interval(*two) for two in pairwise((span.start, *inside, span.end))]


def cost_of(plant: Plant, above: Sequence[str], day: date, fact: str, product: str) -> Cost | None:
    """The price that speaks of the nearest place, of the product before all products, the latest.

    Args:
        plant: whose prices.
        above: the machine and the places it stands in, the nearest first.
        day: of production.
        fact: what the price is for.
        product: its id; '' none.
    """
    fitting: list[tuple[int, bool, date, Cost]] = []
    for one in plant.costs:
        far = [number for number, place in enumerate(above) if place in one.at]
        fits = (far or not one.at) and product in (one.products or (product,))
        if one.fact == fact and fits and (one.from_day or date.min) <= day < (one.until_day or _LAST):
            fitting.append((-min(far, default=9), bool(one.products), one.from_day or date.min, one))
    return max(fitting, key=lambda one: one[:3])[3] if fitting else None


@dataclass(frozen=True)
class Pricing:
    """What a plant file says losses cost, in windows in which it does not change.

    Attributes:
        plant: whose prices.
        windows: as cut by `windows_of`, each with the span the books have of it.
        said: about demand.
        stretches: of the whole scope.
        currency: what money is converted into; '' leaves that of the site.
    """

    plant: Plant
    windows: Sequence[tuple[Days, Interval]]
    said: Sequence[Said]
    stretches: Sequence[Stretch]
    currency: str = ""

    # -- prices ----------------------------------------------------------------------------------

    def amount(self, fact: str, stretch: Stretch) -> Fraction | None:
        """The price of a fact for what a stretch is about; None where nobody wrote one."""
        found = self._cost(fact, stretch)
        rate = self._rate(stretch)
        if found is None and not stretch.product:
            return self._usual(fact, stretch)
        return None if found is None or rate is None else Fraction(found.amount) * rate

    def _usual(self, fact: str, stretch: Stretch) -> Fraction | None:
        """For time without a product: the mean over the good pieces the machine made in the window."""
        made = self._made.get((stretch.machine, stretch.window), [])
        told = [(one.made, self.amount(fact, one)) for one in made]
        pieces = sum((number for number, _ in told), Fraction(0))
        known = [number * price for number, price in told if price is not None]
        return sum(known, Fraction(0)) / pieces if pieces and len(known) == len(told) else None

    def no_rate(self, fact: str, stretch: Stretch) -> str:
        """Which exchange rate a price that was written lacks; '' where it lacks none."""
        if self._rate(stretch) is not None:
            return ""
        made = [] if stretch.product else self._made.get((stretch.machine, stretch.window), [])
        if not any(self._cost(fact, one) for one in (stretch, *made)):
            return ""
        own = self.plant.site_of(stretch.machine).currency
        day = self._day(stretch.window, stretch.machine)
        return f"{stretch.machine} in {self.currency} on {day}, no exchange rate from {own}"

    @cached_property
    def _made(self) -> Mapping[tuple[str, int], list[Stretch]]:
        """What each machine made in each window."""
        found: dict[tuple[str, int], list[Stretch]] = {}
        for one in self.stretches:
            if one.product and one.made > 0:
                found.setdefault((one.machine, one.window), []).append(one)
        return found

    def price_set(self, fact: str, stretch: Stretch) -> str:
        """From which set of prices it is."""
        found = self._cost(fact, stretch)
        return found.price_set if found else ""

    def crew(self, stretch: Stretch) -> int:
        """How many people the standard of the day names for it; 1 where it names none."""
        day = self._day(stretch.window, stretch.machine)
        fitting = [
            one
            for one in self.plant.standards
            if stretch.machine in one.machines
            and stretch.product in (one.products or (stretch.product,))
            and (one.from_day or date.min) <= day < (one.until_day or _LAST)
        ]
        nearest = max(fitting, key=lambda one: (bool(one.products), one.from_day or date.min), default=None)
        return max(nearest.crew, 1) if nearest else 1

    def _cost(self, fact: str, stretch: Stretch) -> Cost | None:
        return self._named(fact, stretch) or (
            self._named(_INSTEAD[fact], stretch) if fact in _INSTEAD else None
        )

    def _named(self, fact: str, stretch: Stretch) -> Cost | None:
        above = tuple(self._places(stretch.machine, stretch.window).values())
        day = self._day(stretch.window, stretch.machine)
        return cost_of(self.plant, above, day, fact, stretch.product)

    def _rate(self, stretch: Stretch) -> Fraction | None:
        site = self.plant.site_of(stretch.machine)
        if not self.currency or site.currency == self.currency:
            return Fraction(1)
        day = self._day(stretch.window, stretch.machine).isoformat()
        held = [
            rate for start, rate in dated_factors(self.plant, site.currency, self.currency) if start <= day
        ]
        return held[-1] if held else None

    def _day(self, window: int, machine: str) -> date:
        days, span = self.windows[window]
        if days[0]:
            return date.fromisoformat(days[0])
        return production_day(self.plant.site_of(machine), span.start)

    # -- roles -----------------------------------------------------------------------------------

    def roles(self, machines: Iterable[str]) -> Roles:
        """Who sets the pace of a line, and who comes after.

        A machine outside lines sets its own pace when what it makes has a contribution, else it feeds others.
        """
        pacing, after = set(), set()
        for machine in machines:
            for number in range(len(self.windows)):
                line = self.plant.lines.get(self._span(machine, number).line)
                constraint = value_on(line.constraint, self._day(number, machine)) if line else None
                if line is None and self._sells(machine, number):
                    constraint = machine
                flow = line.flow if line else ()
                if constraint == machine:
                    pacing.add((machine, number))
                elif constraint in flow and machine in flow[flow.index(constraint) :]:
                    after.add((machine, number))
        return Roles(frozenset(pacing), frozenset(after))

    def is_exit(self, stretch: Stretch) -> bool:
        """Whether what a machine made good left its line; a machine outside lines is its own exit."""
        line = self.plant.lines.get(self._span(stretch.machine, stretch.window).line)
        day = self._day(stretch.window, stretch.machine)
        return line is None or value_on(line.exit, day) == stretch.machine

    def _sells(self, machine: str, window: int) -> bool:
        made = self._made.get((machine, window), [])
        return any(self._named("contribution", one) is not None for one in made)

    def unpaced(self, machines: Iterable[str]) -> list[str]:
        """Lines of which nobody says which machine sets the pace."""
        found = {
            self._span(machine, number).line for machine in machines for number in range(len(self.windows))
        } - {""}
        return sorted(
            line for line in found if not any(value for _, value in self.plant.lines[line].constraint)
        )

    def _span(self, machine: str, window: int) -> Span:
        """Where a machine stood when a window began."""
        site = self.plant.site_of(machine)
        at = resolve(site.zone, self._day(window, machine), site.day_start)
        spans = self.plant.spans[machine]
        return next((span for span in spans if span.from_at <= at < span.until_at), spans[-1])

    def _places(self, machine: str, window: int) -> Mapping[str, str]:
        span = self._span(machine, window)
        return {"machine": machine, "line": span.line, "area": span.area, "site": span.site}

    # -- demand ----------------------------------------------------------------------------------

    def demand(self) -> dict[tuple[str, str, int], Demand]:
        """What could have been done with the pieces of each machine, product and window."""
        found: dict[tuple[str, str, int], Demand] = {}
        for one in self.stretches:
            found[one.machine, one.product, one.window] = demand_of(self._wanted(one) if one.product else [])
        for (
            one
        ) in self.stretches:  # time without a product is that of what the machine makes, where that agrees
            if not one.product:
                made = {
                    could
                    for (machine, product, window), could in found.items()
                    if (machine, window) == (one.machine, one.window) and product
                }
                found[one.machine, "", one.window] = made.pop() if len(made) == 1 else "unknown"
        return found

    @cached_property
    def _families(self) -> Mapping[str, str]:
        return {one.id: one.family for one in self.plant.products.values()}

    def _wanted(self, stretch: Stretch) -> list[Wanted]:
        """What was said of a product at a machine in a window, quantities of the same added up."""
        places = self._places(stretch.machine, stretch.window).values()
        family = self._families.get(stretch.product, "")
        wanted: list[Wanted] = []
        quantities: dict[_About, Fraction] = {}
        for one in self.said:
            common = one.span.clip(self.windows[stretch.window][1])
            is_it = one.product == stretch.product if one.product else one.family == family
            if common is None or not is_it or one.equipment not in places:
                continue
            if one.qty is None:
                wanted.append(Wanted(one.sold_out))
            else:
                about = (one.equipment, one.product, one.family)
                share = Fraction(common.length, one.span.length)
                quantities[about] = quantities.get(about, Fraction(0)) + Fraction(one.qty) * share
        told = {about: self._output(about, stretch) for about in quantities}
        return [*wanted, *(Wanted(None, qty, *told[about]) for about, qty in quantities.items())]

    def _output(self, about: _About, stretch: Stretch) -> tuple[Fraction, Fraction]:
        """Good pieces of all that a quantity speaks of, where the pace is set, and room for more."""
        kept = (*about, stretch.window)
        if kept not in self._outputs:
            mine = [one for one in self._pacing.get(stretch.window, ()) if self._is_about(about, one)]
            self._outputs[kept] = _made_and_room(mine, self._spare) if mine else None
        return self._outputs[kept] or _made_and_room([stretch], self._spare)

    def _is_about(self, about: _About, one: Stretch) -> bool:
        equipment, product, family = about
        is_it = one.product == product if product else self._families.get(one.product, "") == family
        return bool(one.product) and is_it and equipment in self._places(one.machine, one.window).values()

    @cached_property
    def _pacing(self) -> Mapping[int, list[Stretch]]:
        """The stretches of each window where the pace is set."""
        pacing = self.roles({one.machine for one in self.stretches}).pacing
        found: dict[int, list[Stretch]] = {}
        for one in self.stretches:
            if (one.machine, one.window) in pacing:
                found.setdefault(one.window, []).append(one)
        return found

    @cached_property
    def _outputs(self) -> dict[tuple[str, str, str, int], tuple[Fraction, Fraction] | None]:
        return {}

    @cached_property
    def _spare(self) -> Mapping[tuple[str, int], Fraction]:
        """Seconds of each machine outside the schedule, in which a shortfall could be made."""
        found: dict[tuple[str, int], Fraction] = {}
        for one in self.stretches:
            here = (one.machine, one.window)
            found[here] = found.get(here, Fraction(0)) + one.leaves.get("not_scheduled", Fraction(0))
        return found


def _made_and_room(
    stretches: Sequence[Stretch], spare: Mapping[tuple[str, int], Fraction]
) -> tuple[Fraction, Fraction]:
    """Good pieces, and how many more there is room for outside the schedule, at the mean of the cycles."""
    made, room = Fraction(0), Fraction(0)
    machines: dict[tuple[str, int], list[Stretch]] = {}
    for one in stretches:
        made += one.made
        machines.setdefault((one.machine, one.window), []).append(one)
    for here, mine in machines.items():
        paced = [(one.cycle, max(one.made, Fraction(1))) for one in mine if one.cycle]
        if paced:
            pieces = sum((weight for _, weight in paced), Fraction(0))
            room += spare[here] * pieces / sum((cycle * weight for cycle, weight in paced), Fraction(0))
    return made, room
