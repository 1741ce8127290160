"""Low, high and if_typical: whatever the unknown time was, the value lies inside."""

from __future__ import annotations

from fractions import Fraction as F
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plantstack.kpis.cell import Cell, CellValues
from plantstack.kpis.evaluate import KpiValue, evaluate, evaluate_all
from plantstack.kpis.formulas.formula import Undefined, Values, value_of
from plantstack.kpis.formulas.given import evaluate_given
from plantstack.kpis.load import shipped_catalog
from plantstack.measures.catalog import MEASURES

us = st.integers(0, 10**9)
LOST = ("setup", "breakdown", "waiting", "other_stop", "micro_stop", "planned_overrun", "no_order")
DAYS = st.fixed_dictionaries({f"time_{name}": us for name in ("run", *LOST)})
RANGED = [
    kpi.id
    for kpi in shipped_catalog().kpis.values()
    if kpi.layer <= 2
    and kpi.is_ranged
    and kpi.formulas
    and set(kpi.needs) <= {"state", "count", "plan", "order"}
]


def known(day: dict[str, int]) -> dict[str, Any]:
    """Seconds from whole microseconds, and the clock of failures that belongs to them."""
    seconds: dict[str, F | int] = {name: F(value, 10**6) for name, value in day.items()}
    clock = ("time_run", "time_micro_stop", "time_setup")
    seconds["time_operating"] = sum((F(day[name], 10**6) for name in clock), F(0))
    return {
        **seconds,
        "time_changeover": seconds["time_setup"],
        "qty_total": 100,
        "qty_good": 90,
        "qty_plan": 120,
        "n_micro_stop": 7,
        "n_changeover": 2,
    }


def ranged(day: dict[str, Any], profile: str) -> list[KpiValue]:
    return evaluate_all(RANGED, Cell({**dict.fromkeys(MEASURES, 0), **day}), profile=profile)


@pytest.mark.parametrize("profile", ["six-loss", "iso"])
@settings(deadline=None)
@given(
    day=DAYS,
    unknown=st.lists(us, min_size=8, max_size=8),
    ideal=st.tuples(us, st.fractions(0, 1)),
    micro=st.tuples(st.fractions(0, 1), st.fractions(0, 1)),
    data=st.data(),
)
def test_replacing_unknown_by_any_states_stays_inside(
    profile: str, day: dict[str, int], unknown: list[int], ideal: Any, micro: Any, data: st.DataObject
) -> None:
    pieces = {"time_ideal_total": F(ideal[0], 10**6), "time_ideal_good": F(ideal[0], 10**6) * ideal[1]}
    total = sum(unknown)
    touching = int(day["time_micro_stop"] * micro[0])
    seen = known(day) | pieces
    doubted = seen | {
        "time_unknown": F(total, 10**6),
        "time_unknown_counted": F(data.draw(st.integers(0, total)), 10**6),
        "time_micro_at_unknown": F(touching, 10**6),
    }
    # What it was: the unknown in eight parts, and some of the micro-stops at its edge were longer stops.
    truth = dict(day)
    for name, part in zip(("run", *LOST), unknown, strict=True):
        truth[f"time_{name}"] += part
    longer = int(touching * micro[1])
    truth["time_micro_stop"] -= longer
    truth[data.draw(st.sampled_from(("time_breakdown", "time_other_stop")))] += longer
    for found, was in zip(ranged(doubted, profile), ranged(known(truth) | pieces, profile), strict=True):
        if found.value is None or was.value is None:
            continue
        assert found.low is not None and found.high is not None
        slack = 1e-12 * max(1.0, abs(was.value))
        assert found.low - slack <= was.value <= found.high + slack, found.kpi.id
        assert found.low <= found.value <= found.high


@pytest.mark.parametrize(
    ("kpi", "profile", "value", "low", "high", "typical"),
    [
        ("availability", "six-loss", F(70, 100), F(66, 100), F(80, 100), F(70, 90)),
        ("availability", "iso", F(60, 100), F(60, 100), F(70, 100), F(60, 90)),
        ("performance", "six-loss", F(48, 70), F(48, 80), F(48, 66), F(48, 70)),
        ("performance", "iso", F(48, 60), F(48, 70), F(54, 66), F(48, 60)),
        ("quality", "six-loss", F(40, 48), F(40, 48), F(46, 54), F(40, 48)),
        ("oee", "six-loss", F(40, 100), F(40, 100), F(46, 100), F(40, 90)),
        ("oee", "iso", F(40, 100), F(40, 100), F(46, 100), F(40, 90)),
        ("run_time", "six-loss", F(60), F(60), F(70), F(60)),
        ("data_known_ratio", "six-loss", F(90, 100), F(90, 100), F(90, 100), F(90, 100)),
    ],
)
def test_the_bounds_by_hand(kpi: str, profile: str, value: F, low: F, high: F, typical: F) -> None:
    hour = {
        "time_calendar": 100,
        "time_run": 60,
        "time_micro_stop": 10,
        "time_micro_at_unknown": 4,
        "time_waiting": 20,
        "time_unknown": 10,
        "time_unknown_counted": 4,
        "time_ideal_total": 48,
        "time_ideal_good": 40,
    }
    found = evaluate_given(kpi, hour, profile)
    assert found.exact == value
    assert (found.low, found.high, found.if_typical) == (float(low), float(high), float(typical))


def test_performance_is_highest_when_micro_stops_at_the_edge_were_stops() -> None:
    hour = {"time_run": 50, "time_micro_stop": 30, "time_micro_at_unknown": 30, "time_ideal_total": 50}
    assert evaluate_given("performance", {**hour, "time_unknown": 1}).high == 1.0


def test_without_unknown_time_there_is_no_doubt() -> None:
    found = evaluate_given("oee", {"time_run": 4, "time_ideal_good": 3})
    assert found.low == found.value == found.high == found.if_typical == 0.75


@pytest.mark.parametrize("profile", ["six-loss", "iso"])
def test_a_reading_of_unknown_time_is_the_cell_with_other_sums(profile: str) -> None:
    """What a reading shares with its cell it may share: every name equals that of a cell changed by hand."""
    catalog = shipped_catalog()
    sums: dict[str, Any] = {name: F(n * 1000 + 7, 3) for n, name in enumerate(MEASURES)}
    cell = CellValues(catalog, profile, Cell(sums, period_s=86_400))
    changes = [*catalog.unknown_read_as.values(), {}]
    for reading, changed in zip([*cell.readings, cell.typical], changes, strict=True):
        other = {**sums, "time_unknown": 0, "time_unknown_counted": 0}
        other |= {name: value_of(formula.node, cell) for name, formula in changed.items()}
        by_hand = CellValues(catalog, profile, Cell(other, period_s=86_400))
        for name in (*catalog.sums, *catalog.kpis, *MEASURES):
            assert _known(reading, name) == _known(by_hand, name), name


def _known(values: Values, name: str) -> F | str:
    try:
        return F(*values.pair(name, below=False))
    except Undefined as why:
        return str(why)


def test_what_several_kpis_share_is_worked_out_once() -> None:
    catalog = shipped_catalog()
    sums = {name: 1 for name in MEASURES}
    counted = _Counted(sums)
    ids = ("availability", "performance", "quality", "oee")
    evaluate_all(ids, Cell(counted), catalog=catalog)
    assert counted.walked <= 2
    assert [one.value for one in evaluate_all(ids, Cell(counted))] == [
        evaluate(one, Cell(sums)).value for one in ids
    ]


class _Counted(dict[str, int]):
    """Sums that count how often all of them are looked through."""

    walked = 0

    def items(self) -> Any:
        self.walked += 1
        return super().items()
