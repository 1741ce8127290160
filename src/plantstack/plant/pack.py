"""Pack factors: how many pieces one unit is, on which machine, for which product."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from plantstack.plant.model import PackUnit


class PackFactors:
    """The factors of all units; the most specific rule wins.

    Order: machine and product named, product named, machine named, neither.

    >>> case = PackFactors([PackUnit("case", Decimal(12)), PackUnit("case", Decimal(24), products=("cola",))])
    >>> case.factor("filler", "cola", "case"), case.factor("filler", "water", "case")
    (Decimal('24'), Decimal('12'))
    """

    def __init__(self, units: Iterable[PackUnit]) -> None:
        self.rules: dict[tuple[str, str, str], Decimal] = {}
        for rule in units:
            for machine in rule.machines or ("",):
                for product in rule.products or ("",):
                    self.rules[machine, product, rule.unit] = rule.pieces

    def factor(self, machine: str, product: str, unit: str) -> Decimal | None:
        """Pieces per unit; product '' asks for the factor of products without their own."""
        if not unit:
            return Decimal(1)
        asked = [(machine, product), ("", product), (machine, ""), ("", "")]
        return next(
            (self.rules[one, other, unit] for one, other in asked if (one, other, unit) in self.rules), None
        )

    def rows(self, machine: str) -> Iterable[tuple[str, str, str, Decimal]]:
        """Every (machine, product, unit, factor) that is written for a machine."""
        for product, unit in sorted(
            {(product, unit) for one, product, unit in self.rules if one in ("", machine)}
        ):
            factor = self.factor(machine, product, unit)
            if factor is not None:
                yield machine, product, unit, factor
