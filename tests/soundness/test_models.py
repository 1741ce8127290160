"""Models are worth no more than what they stand on."""

from __future__ import annotations

from fractions import Fraction as F

from plantstack.kpis.cell import Cell
from plantstack.kpis.evaluate import evaluate

ALL_OTHER = (
    *("setup", "breakdown", "waiting", "other_stop", "micro_stop"),
    *("planned_overrun", "no_order", "unknown", "unknown_counted"),
)
SUMS = {
    **dict.fromkeys((f"time_{one}" for one in ALL_OTHER), 0),
    **{"time_run": 1000, "time_ideal_good": 800, "qty_counted": 100},
}
TREND = {"oee_trend": F(1, 100)}


def test_a_trend_of_oee_is_none_where_oee_is_none() -> None:
    cell = Cell({**SUMS, "qty_without_standard": 20}, modelled=TREND)
    assert evaluate("oee", cell).value is None
    told = evaluate("oee_trend", cell)
    assert told.value is None
    assert "without an ideal cycle" in told.why_none
    assert told.trust.grade == "C"


def test_a_trend_of_oee_is_trusted_no_more_than_oee() -> None:
    cell = Cell({**SUMS, "time_run": 950, "time_unknown": 50, "qty_without_standard": 0}, modelled=TREND)
    oee, trend = evaluate("oee", cell), evaluate("oee_trend", cell)
    assert trend.value == 0.01
    assert trend.trust.grade == oee.trust.grade == "B"
