"""Does a KPI grow with the place and with the time it is of, or is it a rate that holds for every part?

The target of a rate says something of each machine of a line and of each day of a month; that of a total
says nothing of its parts. What a KPI is follows from its formula, so nobody has to declare it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from plantstack.kpis.formulas.formula import PERIOD
from plantstack.kpis.formulas.grammar import Call, Name, Negative, Node, Number, Operation
from plantstack.kpis.kpi import Catalog, Kpi
from plantstack.measures.catalog import MEASURES

# Twice the place, or twice the time, gives 2 to the power of this; None where a formula mixes.
Power = int | None


@dataclass(frozen=True, slots=True)
class Size:
    """How a KPI grows: 0 not at all, 1 in proportion.

    Attributes:
        with_place: with the equipment it is of.
        with_time: with the length of its period.
    """

    with_place: Power
    with_time: Power


@lru_cache(maxsize=1024)
def size_of(catalog: Catalog, kpi_id: str, profile: str) -> Size:
    """Return how a KPI grows.

    >>> from plantstack.kpis.load import shipped_catalog
    >>> size_of(shipped_catalog(), "oee", "six-loss"), size_of(shipped_catalog(), "good_parts", "six-loss")
    (Size(with_place=0, with_time=0), Size(with_place=1, with_time=1))
    >>> size_of(shipped_catalog(), "throughput_rate", "six-loss")
    Size(with_place=1, with_time=0)
    """
    kpi = catalog.kpis[kpi_id]
    if kpi.of:
        return size_of(catalog, kpi.of, profile) if kpi.change == "difference" else Size(0, 0)
    formula = catalog.kpi_formula(kpi, profile)
    if formula is None:
        return _of_model(kpi)
    return Size(
        _power(formula.node, catalog, profile, of_time=False),
        _power(formula.node, catalog, profile, of_time=True),
    )


def _of_model(kpi: Kpi) -> Size:
    """A model of unit 1 is a share; of any other nothing is known."""
    return Size(0, 0) if kpi.unit == "1" else Size(None, None)


def _power(node: Node, catalog: Catalog, profile: str, *, of_time: bool) -> Power:
    match node:
        case Name(name):
            return _of_name(name, catalog, profile, of_time)
        case Negative(inner):
            return _power(inner, catalog, profile, of_time=of_time)
        case Operation(sign, left, right, _):
            powers = [_power(side, catalog, profile, of_time=of_time) for side in (left, right)]
            return _joined(sign, powers[0], powers[1])
        case Call(function, arguments):
            inside = _power(arguments[0], catalog, profile, of_time=of_time)
            if not of_time or inside is None:
                return inside
            return 0 if function == "end" else inside - 1  # avg() and per_year() divide by the time
        case Number():
            return 0
        case _:
            return None


def _of_name(name: str, catalog: Catalog, profile: str, of_time: bool) -> Power:
    if name == PERIOD:
        return int(of_time)
    behind = catalog.formula_behind(name, profile)
    if behind is not None:
        return _power(behind.node, catalog, profile, of_time=of_time)
    return 0 if of_time and name in MEASURES and MEASURES[name].is_at_end else 1


def _joined(sign: str, left: Power, right: Power) -> Power:
    if left is None or right is None:
        return None
    if sign in "+-":
        return left if left == right else None
    return left + right if sign == "*" else left - right
