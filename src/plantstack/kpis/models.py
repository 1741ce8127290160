"""KPIs that are no formula over the sums of one cell: pure functions over the parts of a line.

A model declares the sums it needs of each part; whoever asks brings them. It has a value, or says why not.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from plantstack.kpis.cell import Exact
from plantstack.kpis.formula import Undefined

PartAxis = Literal["machine", "product"]


@dataclass(frozen=True, slots=True)
class Part:
    """One machine of the line in the order of flow, or one product it made.

    Attributes:
        name: of the machine or product.
        sums: what was asked for, in its unit.
        planned_at: when the plan first has the product; None for machines, and where it has it not.
        made_at: when its first good piece left the line.
    """

    name: str
    sums: Mapping[str, Exact | None]
    planned_at: int | None = None
    made_at: int | None = None

    def amount(self, measure: str) -> Fraction:
        """A sum; what was never recorded is none."""
        return Fraction(self.sums.get(measure) or 0)


@dataclass(frozen=True, slots=True)
class Model:
    """A registered function.

    Attributes:
        axis: what the parts are.
        measures: the sums every part carries.
        run: parts -> value; raises Undefined.
    """

    axis: PartAxis
    measures: tuple[str, ...]
    run: Callable[[Sequence[Part]], Fraction]


def rolled_throughput_yield(parts: Sequence[Part]) -> Fraction:
    """The chance of a piece to pass every machine of the line at its first judgement.

    >>> step = {"qty_first_pass": 9, "qty_inspected": 10}
    >>> rolled_throughput_yield([Part("filler", step), Part("capper", step)])
    Fraction(81, 100)
    """
    product = Fraction(1)
    for part in parts:
        judged = part.amount("qty_inspected")
        if not judged:
            raise Undefined(f"no piece was judged for the first time at {part.name}")
        product *= part.amount("qty_first_pass") / judged
    return product


def build_to_schedule(parts: Sequence[Part]) -> Fraction:
    """Volume x mix x sequence of what a line made against its plan; each at most 1.

    Volume: pieces made over pieces planned. Mix: what was both planned and made, over the smaller of the
    two totals. Sequence: of these the share of products made in the planned order, as many as can be kept.

    >>> made = [Part("a", {"qty_good": 50, "qty_plan": 100}, 1, 1), Part("b", {"qty_good": 50}, None, 2)]
    >>> build_to_schedule(made)  # all the volume, half of it the right product
    Fraction(1, 2)
    """
    made = sum((part.amount("qty_good") for part in parts), Fraction(0))
    plan = sum((part.amount("qty_plan") for part in parts), Fraction(0))
    if not plan:
        raise Undefined("no denominator: qty_plan is 0")
    matched = {part.name: min(part.amount("qty_good"), part.amount("qty_plan")) for part in parts}
    kept = sum(matched.values())
    if not kept:
        return Fraction(0)
    volume, mix = min(made / plan, Fraction(1)), kept / min(made, plan)
    return volume * mix * _in_sequence(parts, matched) / kept


def _in_sequence(parts: Sequence[Part], matched: Mapping[str, Fraction]) -> Fraction:
    """Pieces of the products that can be kept in the planned order, as many pieces as possible."""
    both = [
        part
        for part in parts
        if part.planned_at is not None and part.made_at is not None and matched[part.name]
    ]
    planned = sorted({part.planned_at or 0 for part in both})
    best = [Fraction(0)] * len(planned)  # by planned place: most pieces of a run that ends there
    for part in sorted(both, key=lambda one: (one.made_at or 0, one.planned_at or 0)):
        place = bisect_left(planned, part.planned_at or 0)
        best[place] = max(best[: place + 1]) + matched[part.name]
    return max(best, default=Fraction(0))


MODELS: Mapping[str, Model] = {
    "rolled_throughput_yield": Model("machine", ("qty_first_pass", "qty_inspected"), rolled_throughput_yield),
    "build_to_schedule": Model("product", ("qty_good", "qty_plan"), build_to_schedule),
}
