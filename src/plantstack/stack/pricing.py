"""Prices, roles of machines and demand, window by window; a window is cut where any of them changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property

from plantstack.engines.duckdb.demands import Said
from plantstack.engines.duckdb.money import dated_factors
from plantstack.intervals import Interval
from plantstack.kpis.losses import Stretch
from plantstack.kpis.money import Demand, Roles, Wanted, demand_of
from plantstack.plant.localtime import local_day, resolve
from plantstack.plant.model import Cost, value_on
from plantstack.plant.plant import Plant
from plantstack.plant.structure import Span

Days = tuple[str | None, str | None]

_LAST = date(9999, 12, 31)
_RANKS = ("machine", "line", "area", "site")
_INSTEAD = {"scrap": "material"}  # a scrapped piece costs at least its material


def windows_of(plant: Plant, days: Days, said: Sequence[Said], currency: str = "") -> list[Days]:
    """Cut a window of days where a price, a constraint, demand or an exchange rate changes."""
    borders = {
        day for one in plant.costs for day in (one.from_day, one.until_day) if one.fact and day is not None
    }
    borders |= {day for line in plant.lines.values() for day, _ in line.constraint if day is not None}
    for one in said:
        zone = plant.site_of(one.equipment).zone
        borders |= {local_day(zone, one.span.start), local_day(zone, one.span.end)}
    if currency:
        factors = [dated_factors(plant, site.currency, currency) for site in plant.sites.values()]
        borders |= {date.fromisoformat(day) for dated in factors for day, _ in dated if day}
    inside = sorted(day for day in borders if (days[0] or "") < day.isoformat() <= (days[1] or "9999-12-31"))
    found: list[Days] = []
    first = days[0]
    for border in inside:
        found.append((first, (border - timedelta(days=1)).isoformat()))
        first = border.isoformat()
    return [*found, (first, days[1])]


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
        """How many people the standard names for it; 1 where it names none."""
        for one in self.plant.standards:
            if stretch.machine in one.machines and stretch.product in (one.products or (stretch.product,)):
                return max(one.crew, 1)
        return 1

    def _cost(self, fact: str, stretch: Stretch) -> Cost | None:
        return self._named(fact, stretch) or (
            self._named(_INSTEAD[fact], stretch) if fact in _INSTEAD else None
        )

    def _named(self, fact: str, stretch: Stretch) -> Cost | None:
        """The price that speaks of the nearest place, of the product before all products, the latest."""
        day = self._day(stretch.window, stretch.machine)
        places = self._places(stretch.machine, stretch.window)
        fitting = []
        for one in self.plant.costs:
            ranks = [_RANKS.index(level) for level, place in places.items() if place in one.at]
            is_here = bool(ranks) or not one.at
            if one.fact == fact and is_here and stretch.product in (one.products or (stretch.product,)):
                held = (one.from_day or date.min) <= day and day < (one.until_day or _LAST)
                if held:
                    fitting.append(
                        (-min(ranks, default=9), bool(one.products), one.from_day or date.min, one)
                    )
        return max(fitting, key=lambda one: one[:3])[3] if fitting else None

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
        return (
            date.fromisoformat(days[0])
            if days[0]
            else local_day(self.plant.site_of(machine).zone, span.start)
        )

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

    def demand(self, stretches: Sequence[Stretch]) -> dict[tuple[str, str, int], Demand]:
        """What could have been done with the pieces of each machine, product and window."""
        found: dict[tuple[str, str, int], Demand] = {}
        spare: dict[tuple[str, int], Fraction] = {}
        for one in stretches:
            here = (one.machine, one.window)
            spare[here] = spare.get(here, Fraction(0)) + one.leaves.get("not_scheduled", Fraction(0))
        for one in stretches:
            wanted = self._wanted(one) if one.product else []
            could = demand_of(wanted, one.made, spare[one.machine, one.window], one.cycle)
            found[one.machine, one.product, one.window] = could
        for one in stretches:  # time without a product is that of what the machine makes, where that agrees
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
        """What was said of a product at a machine in a window; quantities by the share of their time."""
        places = {stretch.machine, *self._places(stretch.machine, stretch.window).values()}
        span = self.windows[stretch.window][1]
        family = self._families.get(stretch.product, "")
        wanted = []
        for one in self.said:
            common = one.span.clip(span)
            is_it = one.product == stretch.product if one.product else one.family == family
            if common is not None and is_it and one.equipment in places:
                share = Fraction(common.length, one.span.length)
                wanted.append(Wanted(one.sold_out, None if one.qty is None else Fraction(one.qty) * share))
        return wanted
