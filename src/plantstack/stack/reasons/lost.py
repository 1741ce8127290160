"""What a scope lost in a window, in time and money: the sums behind the loss tree and models of money."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

from plantstack.engines.contract import MeasureCell, MeasureQuery
from plantstack.engines.duckdb.demands import Said, demands
from plantstack.engines.duckdb.engine import DuckEngine
from plantstack.intervals import Interval
from plantstack.kpis.cell import Cell, CellValues
from plantstack.kpis.formulas.grammar import names_of
from plantstack.kpis.kpi import Catalog
from plantstack.kpis.losses import Stretch, Tree, grow, leaves_of
from plantstack.kpis.money import Demand, Money, priced
from plantstack.stack.answers.pricing import Pricing, Window, windows_of

_PIECES = ("qty_counted", "qty_scrap", "qty_startup_reject", "qty_rework", "qty_good")
_TIMES = ("time_calendar", "time_not_scheduled", "time_planned_down", "time_ideal_good")


@dataclass(frozen=True)
class Lost:
    """The losses of one scope and window.

    Attributes:
        engine: of the books.
        catalog: where leaves are declared.
        query: scope and window, and the currency money is converted into.
        profile: how to count.
        within: the losses of a greater scope in the same window, asked for before; None asks anew.
    """

    engine: DuckEngine
    catalog: Catalog
    query: MeasureQuery
    profile: str
    within: Lost | None = None

    @cached_property
    def said(self) -> list[Said]:
        """What was said about demand."""
        return self.within.said if self.within else demands(self.engine.books)

    @cached_property
    def can_be_parted(self) -> bool:
        """Whether its cells are also those of each scope inside: nothing moved, each window begins on a day.

        Quantities of demand are shared out over what the books of a scope have of a window.
        """
        moved = any(len(spans) > 1 for spans in self.engine.books.plant.spans.values())
        dated = self.query.span is None and self.query.days[0] is not None
        return dated and not moved and all(one.qty is None for one in self.said)

    @cached_property
    def _cells(self) -> list[tuple[Window, list[MeasureCell]]]:
        if self.within is not None:
            parts = [(window, list(filter(self._is_mine, cells))) for window, cells in self.within._cells]
            return [(window, cells) for window, cells in parts if cells]
        names = dict.fromkeys((*_TIMES, *_PIECES))
        names |= dict.fromkeys(name for one in self.catalog.losses.values() for name in names_of(one.node))
        query = replace(self.query, measures=tuple(names), by=("machine", "product"), currency="")
        query = replace(query, names_places=True)
        plant = self.engine.books.plant
        windows = windows_of(plant, query.days, query.span, self.said, self.query.currency)
        asked = [(one, replace(query, days=one.days, span=one.span)) for one in windows]
        found = [(one, list(self.engine.query(part).cells)) for one, part in asked]
        return [(one, cells) for one, cells in found if cells]

    def _is_mine(self, cell: MeasureCell) -> bool:
        machine = cell.keys["machine"]
        span = self.engine.books.plant.spans[machine][0]
        return self.query.scope in (machine, span.line, span.area, span.site)

    @cached_property
    def stretches(self) -> list[Stretch]:
        """What each machine did with each product in each window."""
        found = []
        for window, (_, cells) in enumerate(self._cells):
            usual = _cycles(cells)
            for cell in cells:
                sums = {name: number or 0 for name, number in cell.sums.items()}
                values = CellValues(self.catalog, self.profile, Cell(sums))
                made = Fraction(sums["qty_counted"])
                cycle = Fraction(sums["time_ideal_total"]) / made if made > 0 else None
                machine = cell.keys["machine"]
                found.append(
                    Stretch(
                        machine=machine,
                        product=cell.keys["product"],
                        window=window,
                        leaves=leaves_of(values, self.catalog),
                        calendar=Fraction(sums["time_calendar"]),
                        cycle=cycle or usual.get(machine),
                        scrap=Fraction(sums["qty_scrap"]),
                        rejects=Fraction(sums["qty_startup_reject"]),
                        rework=Fraction(sums["qty_rework"]),
                        made=Fraction(sums["qty_good"]),
                    )
                )
        return found

    @cached_property
    def pricing(self) -> Pricing:
        """Prices, roles and demand of the window."""
        windows = [(window.days, cells[0].span) for window, cells in self._cells]
        plant = self.engine.books.plant
        return Pricing(plant, windows, self.said, self.stretches, self.query.currency)

    @cached_property
    def machines(self) -> list[str]:
        """Of which anything is in the books."""
        return sorted({one.machine for one in self.stretches})

    @cached_property
    def tree(self) -> Tree:
        """The leaves added up."""
        return grow(self.stretches, self.pricing.roles(self.machines).pacing)

    def money(self, site: str) -> Money:
        """What the losses of a site cost, by leaf and class."""
        plant = self.engine.books.plant
        mine = [one for one in self.stretches if plant.site_of(one.machine).id == site]
        return priced(mine, self.pricing.roles(self.machines), self.demand, self.pricing)

    @cached_property
    def demand(self) -> Mapping[tuple[str, str, int], Demand]:
        """What could have been done with the pieces of each machine, product and window."""
        around = self._around
        could = around.pricing.demand()
        if around is self:
            return could
        numbers = {window: number for number, (window, _) in enumerate(around._cells)}
        here = [numbers[window] for window, _ in self._cells]
        return {
            (one.machine, one.product, one.window): could[one.machine, one.product, here[one.window]]
            for one in self.stretches
        }

    @cached_property
    def _around(self) -> Lost:
        """The same of the whole site, where a quantity speaks of more than the scope: others make it too."""
        plant, scope = self.engine.books.plant, self.query.scope
        if not scope or scope in plant.sites:
            return self
        site = plant.site_of(scope).id
        inside = {scope, *(machine for machine in plant.machines if self._is_in(machine, scope))}
        wide = [one for one in self.said if one.qty is not None and one.equipment not in inside]
        if not any(plant.site_of(one.equipment).id == site for one in wide):
            return self
        return Lost(self.engine, self.catalog, replace(self.query, scope=site), self.profile)

    def _is_in(self, machine: str, scope: str) -> bool:
        return any(scope in (span.line, span.area) for span in self.engine.books.plant.spans[machine])

    def by_window(self, measures: Sequence[str]) -> Iterator[tuple[int, MeasureCell]]:
        """Sums of the whole scope in each window in which no price changes, with its number."""
        asked = replace(self.query, measures=tuple(measures), by=(), currency="")
        for number, (window, _) in enumerate(self._cells):
            for cell in self.engine.query(replace(asked, days=window.days, span=window.span)).cells:
                yield number, cell

    @cached_property
    def sites(self) -> list[str]:
        """The sites of the scope."""
        return sorted({self.engine.books.plant.site_of(one).id for one in self.machines})

    @cached_property
    def span(self) -> Interval:
        """The window as far as the books reach."""
        spans = [cell.span for _, cells in self._cells for cell in cells]
        return Interval(min(one.start for one in spans), max(one.end for one in spans))


def _cycles(cells: Sequence[MeasureCell]) -> Mapping[str, Fraction]:
    """Ideal seconds a piece of each machine over all it made, for time without a product."""
    sums: dict[str, list[Fraction]] = {}
    for cell in cells:
        mine = sums.setdefault(cell.keys["machine"], [Fraction(0), Fraction(0)])
        mine[0] += Fraction(cell.sums["time_ideal_total"] or 0)
        mine[1] += Fraction(cell.sums["qty_counted"] or 0)
    return {machine: ideal / made for machine, (ideal, made) in sums.items() if made > 0 and ideal > 0}
