"""Targets: which one holds, what is met, and when a miss is no more than chance."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from math import exp
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plantstack.kpis.cell import Cell, CellValues
from plantstack.kpis.evaluate import evaluate
from plantstack.kpis.load import shipped_catalog
from plantstack.kpis.targets.chance import binomial_upto, poisson_from, poisson_upto
from plantstack.kpis.targets.size import Size
from plantstack.kpis.targets.targets import (
    MET,
    MISSED,
    NOT_TRUSTED,
    WATCH,
    Asked,
    Limits,
    Target,
    Verdict,
    limits_of,
    standing_target,
    verdict,
)

CATALOG = shipped_catalog()
RATE, TOTAL = Size(0, 0), Size(1, 1)
shares = st.fractions(Fraction(1, 100), Fraction(99, 100), max_denominator=1000)


def judged(
    kpi: str, sums: dict[str, Any], limits: Limits, *, is_whole: bool = True, broken: str = ""
) -> Verdict | None:
    cell = Cell(sums)
    values = CellValues(CATALOG, "six-loss", cell)
    return verdict(evaluate(kpi, cell), values, limits, is_whole=is_whole, broken=broken)


def status(kpi: str, sums: dict[str, Any], better: str, value: Any, band: Any = 0, **more: Any) -> str:
    limits = limits_of(better, Fraction(value), None, None, Fraction(band))
    assert limits
    found = judged(kpi, sums, limits, **more)
    return found.status if found else ""


@given(shares, shares, st.integers(1, 10**6))
def test_what_reaches_its_target_is_met_whatever_stands_behind(
    target: Fraction, share: Fraction, n: int
) -> None:
    sums = {"n_param_ok": n * share, "n_param_checks": n}
    assert (status("setup_adherence", sums, "up", target) == MET) == (share >= target)
    assert (status("setup_adherence", sums, "down", target) == MET) == (share <= target)


@given(shares, shares, st.integers(1, 10**4))
def test_up_and_down_are_mirrors(target: Fraction, share: Fraction, n: int) -> None:
    """Good pieces against their least share are scrap against its greatest."""
    good, bad = n * share, n - n * share
    up = status("first_time_yield", {"qty_good": good, "qty_total": n}, "up", target)
    down = status("scrap_rate", {"qty_scrap": bad, "qty_total": n}, "down", 1 - target)
    assert up == down


@given(shares, st.integers(0, 100), st.integers(1, 50))
def test_more_of_the_same_never_turns_a_missed_target_into_a_watched_one(
    target: Fraction, bad: int, times: int
) -> None:
    few = {"n_param_ok": 100 - bad, "n_param_checks": 100}
    many = {name: number * times for name, number in few.items()}
    order = (MET, WATCH, MISSED)
    # the steps of small numbers leave a little room: what chance did in 5 % it does in less than 10 %
    before, after = (status("setup_adherence", sums, "up", target) for sums in (few, many))
    if (before, after) == (MISSED, WATCH):
        assert binomial_upto((100 - bad) * times, 100 * times, float(target)) < 0.1
    else:
        assert order.index(before) <= order.index(after)


@given(shares, st.fractions(0, Fraction(1, 2), max_denominator=100))
def test_the_dead_band_is_a_share_of_the_target(target: Fraction, band: Fraction) -> None:
    edge = target * (1 - band)
    n = 10**12
    sums = {"n_param_checks": n, "n_param_ok": n * edge}
    assert status("setup_adherence", sums, "up", target, band) == MET
    sums["n_param_ok"] = n * (edge - Fraction(1, 1000))
    assert status("setup_adherence", sums, "up", target, band) == MISSED


@given(shares, shares, st.fractions(0, 2, max_denominator=100))
def test_a_band_is_met_between_its_ends(one: Fraction, other: Fraction, value: Fraction) -> None:
    low, high = sorted((one, other))
    limits = limits_of("band", None, low, high, Fraction(0))
    assert limits
    found = judged("crew_present_ratio", {"time_heads_present": value, "time_heads_needed": 1}, limits)
    assert found
    assert (found.status == MET) == (low <= value <= high)


@pytest.mark.parametrize(
    ("kpi", "sums", "better", "target", "expected"),
    [
        # 47 of 50 where 99 % are wanted: once in 70 times by chance; 1 of 50 is no news
        ("setup_adherence", {"n_param_ok": 47, "n_param_checks": 50}, "up", "0.99", MISSED),
        ("setup_adherence", {"n_param_ok": 49, "n_param_checks": 50}, "up", "0.99", WATCH),
        # 8 where 5 are allowed may happen, 11 may not
        ("quality_events", {"n_quality_events": 8}, "down", 5, WATCH),
        ("quality_events", {"n_quality_events": 11}, "down", 5, MISSED),
        # no injury is wanted: one is a miss, there is no chance in it
        ("quality_events", {"n_quality_events": 1}, "down", 0, MISSED),
        # two failures in 10 h where one in 20 h is wanted; and twenty in 100 h
        ("mtbf", {"time_operating": 36_000, "n_failures": 2}, "up", 72_000, WATCH),
        ("mtbf", {"time_operating": 360_000, "n_failures": 20}, "up", 72_000, MISSED),
        # one long repair says little, thirty of that length do
        ("mttr", {"time_restore": 2400, "n_failures": 1}, "down", 1200, WATCH),
        ("mttr", {"time_restore": 72_000, "n_failures": 30}, "down", 1200, MISSED),
        # money: nothing that could be counted, so nothing that chance explains
        ("copq", {"cost_internal_failure": 101, "cost_external_failure": 0}, "down", 100, MISSED),
    ],
)
def test_chance_is_judged_by_what_is_behind(
    kpi: str, sums: dict[str, Any], better: str, target: Any, expected: str
) -> None:
    assert status(kpi, sums, better, target) == expected


def busy(run: int, stopped: int, stops: int) -> dict[str, Any]:
    sums = dict.fromkeys(
        ("time_no_order", "time_waiting", "time_setup", "time_other_stop", "time_micro_stop"), 0
    ) | {"time_planned_overrun": 0, "time_unknown": 0, "n_changeover": 0, "n_micro_stop": 0}
    return {**sums, "time_run": run, "time_breakdown": stopped, "time_ideal_good": run, "n_stop": stops}


def test_lost_time_scatters_as_the_stops_it_fell_in() -> None:
    assert status("oee", busy(550, 450, 2), "up", "0.6") == WATCH
    assert status("oee", busy(550, 450, 400), "up", "0.6") == MISSED
    # many short stops beside one long: it is the long one that chance is in
    mixed = {**busy(550, 400, 101), "time_micro_stop": 50, "n_micro_stop": 100}
    assert status("oee", mixed, "up", "0.6") == WATCH
    # no stop at all: it was slow, and that is no chance
    assert status("oee", {**busy(550, 0, 0), "time_run": 1000}, "up", "0.6") == MISSED


def test_what_cannot_be_trusted_is_neither_met_nor_missed() -> None:
    sums = {**busy(500, 100, 40), "time_unknown": 400}
    for target in ("0.4", "0.9"):
        assert status("oee", sums, "up", target) == NOT_TRUSTED


def test_a_new_way_of_measuring_excuses_a_miss_aloud_and_no_success() -> None:
    sums = {"n_param_ok": 50, "n_param_checks": 100}
    limits = limits_of("up", Fraction(9, 10), None, None)
    assert limits
    found = judged("setup_adherence", sums, limits, broken="signals since May")
    assert found == Verdict(NOT_TRUSTED, "signals since May")
    assert status("setup_adherence", sums, "up", "0.4", broken="signals since May") == MET


def test_a_total_is_judged_when_its_period_is_over_or_already_lost() -> None:
    assert status("quality_events", {"n_quality_events": 2}, "down", 5, is_whole=False) == ""
    assert status("quality_events", {"n_quality_events": 50}, "down", 5, is_whole=False) == MISSED
    assert status("scrap_count", {"qty_scrap": 2}, "up", 5, is_whole=False) == ""


def test_there_is_no_status_without_a_value() -> None:
    assert status("setup_adherence", {"n_param_ok": 0, "n_param_checks": 0}, "up", "0.5") == ""


def test_how_value_low_and_high_are_read() -> None:
    half, more = Fraction(1, 2), Fraction(3, 5)
    assert limits_of("up", more, half, None) == Limits(more, None, more, more - half)
    assert limits_of("down", half, None, more) == Limits(None, half, half, high_slack=more - half)
    assert limits_of("up", None, half, None, Fraction(0)) == Limits(half, None, half)
    assert limits_of("up", None, None, more) is None
    assert limits_of("down", None, half, None) is None
    assert limits_of("band", half, None, None, Fraction(1, 10)) == Limits(
        half, half, half, half / 10, half / 10
    )


# -- which one holds -----------------------------------------------------------------------------

AIM = Limits(Fraction(1), None, Fraction(1))
DAY, AT = date(2026, 3, 10), 1_773_100_000_000_000


def target(name: str, **told: Any) -> Target:
    return Target(
        **{"kpi": "oee", "scope": "", "product": "", "per": "", "limits": AIM, "owner": name, **told}
    )


def holds(targets: list[Target], size: Size = RATE, **told: Any) -> str:
    plain: dict[str, Any] = {"scopes": ("filler", "line", "site", ""), "product": "", "grain": "day"}
    asked = Asked(**{**plain, "day": DAY, "at": AT, "span": (AT - 10, AT), **told})
    found = standing_target(targets, asked, size)
    return found.owner if found else ""


def test_the_nearest_equipment_decides_then_product_then_grain_then_the_latest() -> None:
    site, line = target("site", scope="site"), target("line", scope="line")
    cola = target("cola", scope="line", product="cola")
    shift = target("shift", scope="line", per="shift")
    later = target("later", scope="line", days=(date(2026, 2, 1), None))
    assert holds([site]) == "site"
    assert holds([line, site]) == "line"
    assert holds([line, cola, site]) == "line"
    assert holds([line, cola, site], product="cola") == "cola"
    assert holds([line, shift]) == "line"
    assert holds([line, shift], grain="shift") == "shift"
    assert holds([later, line]) == "later"
    assert holds([target("group")]) == "group"


def test_a_target_holds_from_its_first_day_to_the_one_before_its_last() -> None:
    for days, expected in (
        ((DAY, None), "a"),
        ((None, DAY), ""),
        ((date(2026, 3, 11), None), ""),
        ((date(2026, 3, 1), date(2026, 3, 11)), "a"),
    ):
        assert holds([target("a", days=days)]) == expected
    assert holds([target("event", span=(AT, None))]) == "event"
    assert holds([target("event", span=(AT + 1, None))]) == ""
    assert holds([target("event", span=(AT - 5, AT))]) == ""


def test_of_two_said_for_the_same_span_the_later_word_holds() -> None:
    first, second = (
        target("first", span=(AT - 5, None), said=1),
        target("second", span=(AT - 9, None), said=2),
    )
    assert holds([first, second]) == holds([second, first]) == "second"
    written = target("file", days=(date(2026, 3, 9), None))
    assert holds([target("event", span=(1_773_014_400_000_000, None), said=1), written]) == "event"


def test_the_total_of_a_line_says_nothing_of_its_machines_or_of_another_grain() -> None:
    line = target("line", scope="line", per="day")
    assert holds([line], TOTAL) == ""
    assert holds([line], TOTAL, scopes=("line", "site", "")) == "line"
    assert holds([line], TOTAL, scopes=("line", "site", ""), grain="week") == ""
    assert holds([line], TOTAL, scopes=("line", "site", ""), product="cola") == ""
    assert holds([target("no grain", scope="line")], TOTAL, scopes=("line",)) == ""
    # of an event the span itself is the grain
    mine = target("event", scope="line", span=(AT - 10, AT + 1))
    assert holds([mine], TOTAL, scopes=("line",), span=(AT - 10, AT + 1)) == "event"
    assert holds([mine], TOTAL, scopes=("line",)) == ""


# -- odds ----------------------------------------------------------------------------------------


@given(st.integers(0, 60), st.fractions(0, 50, max_denominator=50))
def test_odds_of_events_add_up(k: int, expected: Fraction) -> None:
    assert abs(poisson_upto(k, expected) + poisson_from(k + 1, expected) - 1) < 1e-9
    assert poisson_upto(k, expected) <= poisson_upto(k + 1, expected) + 1e-12


@given(st.integers(0, 400), st.integers(1, 400), st.floats(0.01, 0.99))
def test_odds_of_pieces_add_up(k: int, n: int, p: float) -> None:
    k = min(k, n)
    assert abs(binomial_upto(k, n, p) + binomial_upto(n - k - 1, n, 1 - p) - 1) < 1e-6


def test_great_numbers_meet_small_ones() -> None:
    assert abs(poisson_upto(990, Fraction(1000)) - poisson_upto(991, Fraction(10_011, 10))) < 0.01
    assert abs(binomial_upto(4_940, 10_000, 0.5) - 0.1170) < 0.001


def test_one_repair_that_took_twice_as_long_as_wanted_happens_so_often() -> None:
    limits = limits_of("down", Fraction(1200), None, None, Fraction(0))
    assert limits
    found = judged("mttr", {"time_restore": 2400, "n_failures": 1}, limits)
    assert found and found.chance
    assert found.chance.n == 1
    assert found.chance.p == pytest.approx(exp(-2))
    # two failures or more in half the time in which one is wanted
    limits = limits_of("up", Fraction(72_000), None, None, Fraction(0))
    assert limits
    found = judged("mtbf", {"time_operating": 36_000, "n_failures": 2}, limits)
    assert found and found.chance
    assert found.chance.p == pytest.approx(1 - 1.5 * exp(-0.5))
