"""Hidden capacity: good pieces between what a line made at its constraint and what its target would make."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

from plantstack.engines.contract import MeasureCell, MeasureQuery
from plantstack.engines.duckdb.engine import DuckEngine
from plantstack.kpis.cell import Cell
from plantstack.kpis.evaluate import KpiValue, evaluate_all
from plantstack.kpis.formulas.formula import Undefined
from plantstack.kpis.models.modelled import Estimate, Modelled
from plantstack.kpis.needs import measures_needed
from plantstack.stack.answers.judging import Gather
from plantstack.stack.answers.using import catalog_of
from plantstack.stack.targets.targeting import Targeting

_IDS = ("line_oee", "oee")
_PIECES = ("qty_line_good", "time_line_ideal_good", "time_constraint_planned")


@dataclass(frozen=True)
class Capacity:
    """Hidden capacity of the lines of one question.

    Attributes:
        engine: of the books.
        query: what was asked.
        gather: brings the cells of a line.
    """

    engine: DuckEngine
    query: MeasureQuery
    gather: Gather
    _lines: dict[str, dict[str, Modelled]] = field(default_factory=dict)

    def of(self, places: Iterable[str], cell: MeasureCell) -> Modelled:
        """Of all lines in some places together, in the period of a cell."""
        lines = sorted(set(places) & set(self.engine.books.plant.lines))
        if not lines:
            return "no line stands there"
        told = {line: self._line(line).get(cell.label, "nothing is in the books here") for line in lines}
        without = [f"{line}: {one}" for line, one in told.items() if isinstance(one, str)]
        if without:
            return "; ".join(without[:3])
        return _together([one for one in told.values() if isinstance(one, Estimate)])

    def _line(self, line: str) -> dict[str, Modelled]:
        """Of one line, period by period."""
        if line not in self._lines:
            plant = self.engine.books.plant
            catalog, profile = catalog_of(plant), plant.profile.name
            names = measures_needed(catalog, _IDS, profile)
            query = replace(self.query, measures=(*names, *_PIECES), scope=line, by=(), counts_open=False)
            targeting = Targeting(self.engine, catalog, query, profile)
            self._lines[line] = {
                found.label: _hidden(
                    evaluate_all(_IDS, cell, profile=profile, catalog=catalog), cell, found, line, targeting
                )
                for found, cell in self.gather(self.engine, query)
            }
        return self._lines[line]


def _hidden(
    values: Sequence[KpiValue], cell: Cell, found: MeasureCell, line: str, targeting: Targeting
) -> Modelled:
    agreed = [(one, targeting.of(one, cell, found, line)["target"]) for one in values]
    now, told = next(((one, target) for one, target in agreed if target is not None), (values[0], None))
    if told is None:
        return "no target of OEE was agreed"
    if now.exact is None:
        return now.why_none
    try:
        made, ideal, planned = (_sum(cell, name) for name in _PIECES)
    except Undefined as reason:
        return str(reason)
    if not ideal:
        return "no good piece left it, so there is no rate"
    target, rate = Fraction(Decimal(str(told))), made / ideal
    bounds = (now.exact, _bound(now.high, now), _bound(now.low, now))
    value, low, high = (hidden_capacity(target, one, planned, rate) for one in bounds)
    basis = f"{line}: {now.kpi.id} of {float(now.exact):.1%} against its target of {float(target):.1%}"
    return Estimate(value, low, high, basis)


def _bound(bound: float | None, now: KpiValue) -> Fraction:
    """A bound of a value; exactly the value where that is the bound."""
    value = now.exact or Fraction(0)
    return value if bound is None or bound == now.value else Fraction(bound)


def hidden_capacity(target: Fraction, now: Fraction, planned_s: Fraction, rate: Fraction) -> Fraction:
    """Good pieces that the target would have made more; negative where it is beaten.

    >>> hidden_capacity(Fraction(3, 4), Fraction(3, 5), Fraction(36_000), Fraction(2))
    Fraction(10800, 1)
    """
    return (target - now) * planned_s * rate


def _sum(cell: Cell, name: str) -> Fraction:
    number = cell.sums.get(name)
    if number is None:
        raise Undefined(cell.reasons.get(name) or f"{name} is not known here")
    return Fraction(number)


def _together(found: Sequence[Estimate]) -> Estimate:
    values = [one.value for one in found if one.value is not None]
    return Estimate(
        sum(values, Fraction(0)),
        sum((one.low for one in found), Fraction(0)),
        sum((one.high for one in found), Fraction(0)),
        "; ".join(one.basis for one in found[:3]),
    )
