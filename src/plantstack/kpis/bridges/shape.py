"""How a KPI is taken apart for a bridge, from its formula: a chain of factors, a fraction or a sum."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import TypeAlias

from plantstack.kpis.bridges.bridge import Factor
from plantstack.kpis.cell import CellValues
from plantstack.kpis.formulas.formula import Undefined, value_of
from plantstack.kpis.formulas.grammar import Call, Name, Negative, Node, Number, Operation
from plantstack.kpis.kpi import Catalog
from plantstack.measures.catalog import MEASURES
from plantstack.measures.measure import Measure

Linear: TypeAlias = Mapping[Node, Fraction]
"""A sum of things that are no sums themselves, each with what it is multiplied by."""

_OEE = ("availability", "performance", "quality")
_CHAINS = {"oee": _OEE, "oee_normalised": _OEE, "teep": ("utilization_schedule", *_OEE)}

_CALENDAR = Name("time_calendar")

# Leaves of the loss tree that only together are what a factor lacks.
_TOGETHER = (("reduced_capacity", "ramp", "speed"), ("scrap", "rework", "startup_reject", "unjudged"))


@dataclass(frozen=True)
class Shape:
    """A KPI as a product of factors.

    Attributes:
        catalog: where it is declared.
        profile: how to count.
        chain: KPIs whose product it is; () for none.
        upper: over the fraction line, or all of a sum.
        lower: under it; None for a sum.
    """

    catalog: Catalog
    profile: str
    chain: tuple[str, ...]
    upper: Linear
    lower: Linear | None

    @property
    def measures(self) -> list[Measure]:
        """The measures the parts are added up from; empty where a part is no plain sum."""
        atoms = [*self.upper, *(self.lower or {})]
        named = [MEASURES[one.name] for one in atoms if isinstance(one, Name) and one.name in MEASURES]
        return named if len(named) == len(atoms) else []

    def amount(self, of: Linear, values: CellValues) -> Fraction:
        """A sum of a cell."""
        return sum((by * value_of(one, values) for one, by in of.items()), Fraction(0))

    def holds(self, values: CellValues) -> bool:
        """Whether the product of the chain is the KPI in this cell, exactly."""
        if not self.chain or self.lower is None:
            return False
        above, below = self.amount(self.upper, values), self.amount(self.lower, values)
        made = prod((_value(name, values) or Fraction(0) for name in self.chain), start=below)
        return made == above

    def factors(self, values: CellValues, clock: Fraction) -> dict[str, Factor]:
        """The factors of one part: of a fraction below its weight, of a sum beside the calendar.

        Args:
            values: the sums of the part.
            clock: planned time by which sums over and under the line are divided, so that a longer
                period moves neither; of a sum the factor `calendar`.
        """
        if self.chain:
            return {name: self._factor(name, values) for name in self.chain}
        above = {label(one): by * value_of(one, values) / clock for one, by in self.upper.items()}
        over = Factor(sum(above.values(), Fraction(0)), above)
        if self.lower is None:
            return {"amount": over}
        under = {label(one): by * value_of(one, values) / clock for one, by in self.lower.items()}
        whole = sum(under.values(), Fraction(0))
        return {
            "numerator": over if whole else Factor(None),
            "denominator": Factor(1 / whole if whole else None, under, is_below=True),
        }

    def _factor(self, name: str, values: CellValues) -> Factor:
        """A KPI of the chain; it lacks its losses of being 1."""
        split = _split(Name(name), self.catalog, self.profile)
        found = _value(name, values)
        if split[1] is None or found is None:
            return Factor(found)
        base = self.amount(split[1], values)
        lost = lacking(self.catalog, self.profile, name)
        return Factor(
            found, {leaf: -self.amount(of, values) / base for leaf, of in lost.items()} if base else {}
        )


def shape_of(catalog: Catalog, kpi_id: str, profile: str) -> Shape:
    """Take a KPI apart.

    Raises:
        QueryError: for an unknown KPI.
        Undefined: when it has no formula.
    """
    kpi = catalog.kpi(kpi_id)
    if kpi.of:
        raise Undefined(f"{kpi_id} is itself a change: take {kpi.of} apart instead")
    formula = catalog.kpi_formula(kpi, profile)
    if formula is None:
        raise Undefined(f"{kpi_id} is worked out by the model {kpi.model}, which has no factors")
    upper, lower = _split(formula.node, catalog, profile)
    return Shape(catalog, profile, _CHAINS.get(kpi_id, ()), upper, lower)


def lacking(catalog: Catalog, profile: str, factor: str) -> dict[str, Linear]:
    """What a factor lacks of being 1, over its denominator: leaves of the loss tree, else single sums."""
    upper, lower = _split(Name(factor), catalog, profile)
    rest = _added([(lower or {}, 1), (upper, -1)])
    if _CALENDAR in rest:  # it is the sum of what lies inside and outside planned busy time
        accounts = (linear(Name(name), catalog, profile) for name in ("OUTSIDE", "PBT"))
        rest = _added([(rest, 1), ({_CALENDAR: Fraction(1)}, -1), *((one, 1) for one in accounts)])
    leaves = {name: linear(formula.node, catalog, profile) for name, formula in catalog.losses.items()}
    bound = {name for group in _TOGETHER for name in group}
    found: dict[str, Linear] = {}
    for group in (*_TOGETHER, *((name,) for name in leaves if name not in bound)):
        whole = _added([(leaves[name], 1) for name in group if name in leaves])
        if whole and all(rest.get(one) == by for one, by in whole.items()):
            found |= {name: leaves[name] for name in group if name in leaves}
            rest = _added([(rest, 1), (whole, -1)])
    return found | {label(one): {one: by} for one, by in rest.items()}


def linear(node: Node, catalog: Catalog, profile: str) -> dict[Node, Fraction]:
    """A formula as a sum of things that are no sums; measures, fractions and functions are such things."""
    match node:
        case Name(name):
            behind = catalog.formula_behind(name, profile)
            return {node: Fraction(1)} if behind is None else linear(behind.node, catalog, profile)
        case Negative(of):
            return _added([(linear(of, catalog, profile), -1)])
        case Operation("+" | "-" as sign, left, right):
            told = [(linear(left, catalog, profile), 1)]
            return _added([*told, (linear(right, catalog, profile), 1 if sign == "+" else -1)])
        case Operation("*", Number(number), other) | Operation("*", other, Number(number)):
            return _added([(linear(other, catalog, profile), number)])
        case _:
            return {node: Fraction(1)}


def label(node: Node) -> str:
    """What a term is called.

    >>> label(Call("avg", (Name("rav"),)))
    'avg(rav)'
    """
    match node:
        case Name(name):
            return name
        case Call(function, arguments):
            return f"{function}({', '.join(label(one) for one in arguments)})"
        case Operation(sign, left, right):
            return f"{label(left)} {sign} {label(right)}"
        case Negative(of):
            return f"-{label(of)}"
        case Number(number):
            return str(number)
    return ""


def _split(node: Node, catalog: Catalog, profile: str) -> tuple[Linear, Linear | None]:
    """What stands over and under the fraction line."""
    while isinstance(node, Name):
        behind = catalog.formula_behind(node.name, profile)
        if behind is None:
            break
        node = behind.node
    if isinstance(node, Operation) and node.sign == "/":
        return linear(node.left, catalog, profile), linear(node.right, catalog, profile)
    return linear(node, catalog, profile), None


def _added(parts: Iterable[tuple[Linear, Fraction | int]]) -> dict[Node, Fraction]:
    found: dict[Node, Fraction] = {}
    for part, times in parts:
        for one, by in part.items():
            found[one] = found.get(one, Fraction(0)) + by * times
    return {one: by for one, by in found.items() if by}


def _value(name: str, values: CellValues) -> Fraction | None:
    try:
        return values.value(name, below=False)
    except Undefined:
        return None
