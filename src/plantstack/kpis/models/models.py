"""KPIs that are no formula over the sums of one cell: pure functions over the parts of a line.

A model declares the sums it needs of each part; whoever asks brings them. It has a value, or says why not.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Literal

from plantstack.kpis.cell import Exact
from plantstack.kpis.formulas.formula import Undefined

PartAxis = Literal["machine", "product"]
SpreadAxis = Literal["machine", "order", "week"]


@dataclass(frozen=True, slots=True)
class Part:
    """One machine of the line in the order of flow, or one product it made; of any scope an order or week.

    Attributes:
        name: of the machine, product, order or week.
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


@dataclass(frozen=True, slots=True)
class SpreadModel:
    """A registered function over the parts of any scope.

    Attributes:
        axis: what the parts are.
        measures: the sums every part carries.
        run: parts -> value; raises Undefined.
    """

    axis: SpreadAxis
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


def bad_actor_share(parts: Sequence[Part]) -> Fraction:
    """Downtime of the worst tenth of the machines (at least one) over all downtime.

    >>> down = [Part(name, {"time_breakdown": hours}) for name, hours in (("a", 6), ("b", 2), ("c", 2))]
    >>> bad_actor_share(down)
    Fraction(3, 5)
    """
    lost = sorted((sum(map(part.amount, _DOWN), Fraction(0)) for part in parts), reverse=True)
    whole = sum(lost, Fraction(0))
    if not whole:
        raise Undefined("no denominator: no machine was down")
    return sum(lost[: max(-(-len(lost) // 10), 1)], Fraction(0)) / whole


def first_time_right(parts: Sequence[Part]) -> Fraction:
    """Orders without rework, hold, deviation or complaint over all that made pieces.

    >>> right, wrong = {"qty_counted": 9, "qty_rework": 0}, {"qty_counted": 9, "qty_rework": 1}
    >>> first_time_right([Part("A", right), Part("B", wrong)])
    Fraction(1, 2)
    """
    made = [part for part in parts if part.name and part.amount("qty_counted") > 0]
    if not made:
        raise Undefined("no order made any piece")
    if all(part.sums.get("qty_rework") is None and not part.amount("n_quality_events") for part in made):
        raise Undefined("neither rework nor a quality event was ever told of an order")
    right = [part for part in made if not part.amount("qty_rework") and not part.amount("n_quality_events")]
    return Fraction(len(right), len(made))


def oee_trend(parts: Sequence[Part]) -> Fraction:
    """Points a week: the median of the slopes between any two weeks (Theil and Sen).

    One bad week cannot turn it, and a week without planned time has no place in it.

    >>> weeks = [Part(str(n), {"time_ideal_good": 50 + n, "time_run": 100}) for n in range(4)]
    >>> oee_trend(weeks)
    Fraction(1, 100)
    """
    told = [
        (number, part.amount("time_ideal_good") / _planned(part))
        for number, part in enumerate(parts)
        if _planned(part) > 0
    ]
    if len(told) < _WEEKS:
        raise Undefined(f"a trend needs {_WEEKS} weeks, there are {len(told)}")
    slopes = sorted((b - a) / (n - m) for (m, a), (n, b) in combinations(told, 2))
    middle = len(slopes) // 2
    return slopes[middle] if len(slopes) % 2 else (slopes[middle - 1] + slopes[middle]) / 2


def _planned(part: Part) -> Fraction:
    return sum(map(part.amount, _PBT), Fraction(0))


_DOWN = ("time_breakdown", "time_other_stop", "time_planned_overrun")
_WEEKS = 4
_JUDGED = ("qty_counted", "qty_rework", "n_quality_events")
_PBT = (
    *("time_run", "time_setup", "time_breakdown", "time_waiting", "time_other_stop", "time_micro_stop"),
    *("time_planned_overrun", "time_no_order", "time_unknown"),
)

# Models of a line, of its machines in flow or the products it makes.
MODELS: Mapping[str, Model] = {
    "rolled_throughput_yield": Model("machine", ("qty_first_pass", "qty_inspected"), rolled_throughput_yield),
    "build_to_schedule": Model("product", ("qty_good", "qty_plan"), build_to_schedule),
}

# Models of any scope, of parts that add up to it.
SPREAD: Mapping[str, SpreadModel] = {
    "bad_actor_share": SpreadModel("machine", _DOWN, bad_actor_share),
    "first_time_right": SpreadModel(
        "order", ("qty_counted", "qty_rework", "n_quality_events"), first_time_right
    ),
    "oee_trend": SpreadModel("week", ("time_ideal_good", *_PBT), oee_trend),
}

# Models of facts that are no sums of parts; what of them can be added up, for their lineage.
BESIDE: Mapping[str, tuple[str, ...]] = {
    "remaining_life_risk": ("n_failures", "time_operating", "n_pm_done"),
    "action_effectiveness": ("n_actions_closed",),
    "condition_alert_precision": ("n_failures",),
    "likely_shift_end": ("qty_good", "qty_plan"),
    "loss_gap_to_best": (
        *("time_setup", "time_breakdown", "time_waiting", "time_other_stop", "time_micro_stop", "time_run"),
        *("time_planned_overrun", "time_reduced_capacity", "time_ideal_total", "time_ideal_scrap"),
    ),
    "project_npv": ("saving_closed", "project_cost_once"),
    **dict.fromkeys(("cp", "cpk", "control_chart_signals"), ("time_run",)),
    "hidden_capacity": ("qty_line_good", "time_line_ideal_good", "time_constraint_planned"),
}

# What a model would need that no event and no plant file says.
LACKING: Mapping[str, str] = {
    "pm_yield": "work orders do not say which inspection found them",
    "maint_rework_ratio": "work orders do not say which order they repeat",
    "condition_alert_recall": "no event says that a condition alert came before a failure",
    "standard_work_adherence": "no kind of event carries audits",
    "experiment_effect": "no kind of event says which orders were an experiment",
    "knowledge_reuse": "actions do not say which stored fix they used",
    "finished_goods_ratio": "no kind of event carries the material consumed",
}
