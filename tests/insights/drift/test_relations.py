"""Parameters that no longer go together, each within its own limits: found, and left alone where they do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from tests.insights.drift.made import A_DAY, START, facts, noise, pieces, readings

from plantstack.insights.drift import wording
from plantstack.insights.drift.analysis import ANALYSIS as DRIFT
from plantstack.insights.drift.joint import Joint, joint_of
from plantstack.insights.drift.judge import WEEK, Lacking, chart_of
from plantstack.insights.drift.monitor import Monitor
from plantstack.insights.drift.relation import Together, going_together, learn_together
from plantstack.insights.drift.relations import ANALYSIS, SHARE
from plantstack.insights.drift.robust import Floats
from plantstack.insights.drift.series import readings_of
from plantstack.insights.facts import Facts
from plantstack.insights.finding import Finding
from plantstack.insights.running import run
from plantstack.intervals import DAY, HOUR

DAYS, BREAKS = 20, 12


def values(breaks: float = BREAKS, seed: int = 1, phi: float = 0.6, days: int = DAYS) -> dict[str, Floats]:
    """Heat and power go together until a day, flow and sound with nothing. No level and no spread moves."""
    n, at = days * A_DAY, round(breaks * A_DAY)
    heat = noise(n, seed, phi)
    power = 0.9 * heat + np.sqrt(1 - 0.9**2) * noise(n, seed + 1000, phi)
    power[at:] = noise(n, seed + 2000, phi)[at:]
    flow, sound = noise(n, seed + 3000, phi), noise(n, seed + 4000, phi)
    return {"heat": 10 + 0.5 * heat, "power": 200 + 8 * power, "flow": flow, "sound": sound}


def made(
    rows: dict[str, Floats], days: float = DAYS, machine: str = "m", scrap: Floats | None = None
) -> Facts:
    told = [("readings", readings(machine, name, one)) for name, one in rows.items()]
    made_there = [] if scrap is None else [("pieces", pieces(machine, scrap))]
    return facts(days, *told, *made_there, machines=(machine,))


def found(given: Facts) -> list[Finding]:
    return list(ANALYSIS.run(given).findings)


def joint(given: Facts) -> Joint:
    told = joint_of(list(readings_of(given)))
    assert told is not None
    return told


def learned(given: Facts) -> Together:
    told = learn_together(joint(given))
    assert not isinstance(told, Lacking)
    return told


def test_a_broken_relation_is_found_with_its_parameters_while_each_stays_where_it_was() -> None:
    given = made(values())
    assert not DRIFT.run(given).findings and not found(given.known(START + BREAKS * DAY))
    (told,) = found(given.known(START + BREAKS * DAY + 12 * HOUR))
    assert told.kind == "relation" and told.subject.about == {"parameter": "heat", "with": "power"}
    assert told.says.text == wording.APART_FOR and abs(told.window.start - START - BREAKS * DAY) < 6 * HOUR
    effect = told.effect
    # of two that share 0.81 of their variance each stands 0.44 of its spread from where the other puts it, in
    # the median 0.674 of that; once they share nothing it is by sqrt(1 + 0.81) of its spread
    unit = 0.5 if effect.unit == "bar" and effect.baseline < 1 else 8.0
    assert effect.baseline == pytest.approx(0.6745 * 0.436 * unit, rel=0.15)
    assert effect.value == pytest.approx(0.6745 * 1.345 * unit, rel=0.3)
    assert effect.low is not None and effect.low > 0
    assert {one.what["parameter"] for one in told.evidence} == {"heat", "power"}
    assert sum(one.weight for one in told.explanations) == pytest.approx(1)
    assert told.action.owner == "maintenance" and told.severity > 2
    (later,) = found(given.known(START + (BREAKS + 2) * DAY))
    assert later.action.by == told.action.by < START + (BREAKS + 1) * DAY + 8 * HOUR


def test_its_chart_is_of_how_far_the_first_stands_from_where_the_other_puts_it() -> None:
    rows = values(breaks=DAYS, phi=0.0)
    rows["power"][BREAKS * A_DAY :] += 8 * 0.45
    (told,) = found(made(rows, BREAKS + 1))
    (chart,) = told.charts
    assert {chart.parameter, *chart.apart_from} == {"heat", "power"}
    assert chart.centre == pytest.approx(0, abs=0.1 * chart.high)
    assert chart.onset == told.window.start and chart.learned.end < chart.onset
    after = [value for at, value in zip(chart.at, chart.value, strict=True) if at > chart.onset]
    # power stands 0.45 of its spread too high, and heat as much below where power puts it
    off = 8 * 0.45 if chart.parameter == "power" else -0.5 * 0.9 * 0.45
    assert np.median(after) - chart.centre == pytest.approx(off, rel=0.25)  # medians of 24 hours
    assert {one.rule for one in chart.broken if chart.at[one.first] > chart.onset} >= {"one_side"}


def test_an_offset_within_the_limits_of_both_is_found_too() -> None:
    rows = values(breaks=DAYS, phi=0.0)
    rows["power"][BREAKS * A_DAY :] += 8 * 0.45  # less than half a spread: no drift by itself
    given = made(rows, BREAKS + 1)
    assert not DRIFT.run(given).findings
    assert [one.subject.about for one in found(given)] == [{"parameter": "heat", "with": "power"}]


def test_what_a_drift_already_says_is_not_said_again() -> None:
    rows = values(breaks=DAYS)
    rows["power"][BREAKS * A_DAY :] += 8 * 2.5
    given = made(rows, BREAKS + 2)
    assert [one.subject.about["parameter"] for one in DRIFT.run(given).findings] == ["power"]
    assert not found(given)
    both = values()  # another parameter that drifts says nothing of these two
    both["flow"][BREAKS * A_DAY :] += 3
    given = made(both, BREAKS + 2)
    assert [one.subject.about["parameter"] for one in DRIFT.run(given).findings] == ["flow"]
    assert [one.subject.about["parameter"] for one in found(given)] == ["heat"]


def test_what_moves_together_is_no_break() -> None:
    rows = values(breaks=DAYS)
    swing = np.where(np.arange(DAYS * A_DAY) >= BREAKS * A_DAY, np.sin(np.arange(DAYS * A_DAY) / 20), 0)
    rows["heat"] += 0.5 * 2 * swing
    rows["power"] += 8 * 2 * swing
    assert not [day for day in (13, 15, 20) if found(made(rows, day))]


def test_scrap_that_went_with_it_is_its_cost_until_the_shift_ends() -> None:
    scrap = 2.0 + np.random.default_rng(1).poisson(1.0, DAYS * 24).astype(np.float64)
    scrap[BREAKS * 24 :] += 6  # below thrice the usual, so that nothing is left out of what is learned
    given = made(values(phi=0.0), DAYS, scrap=scrap)
    place = replace(given.places["m"], shift_ends=given.as_of + 5 * HOUR)
    (told,) = found(replace(given, places={"m": place}))
    # six more of a hundred an hour, for five hours, at two a piece
    assert told.cost.pieces == pytest.approx(30, rel=0.25)
    assert told.cost.likely == pytest.approx(60, rel=0.25)
    (uncounted,) = found(made(values(phi=0.0)))
    assert uncounted.cost.why_none == wording.NO_PIECES and uncounted.trust == "B"


def test_an_episode_keeps_its_identity_and_later_rows_change_nothing() -> None:
    given = made(values())
    told = [found(given.known(START + round(day * DAY))) for day in (13, 14, 17, 20)]
    assert len({one.id for day in told for one in day}) == 1 and all(told)
    early = given.known(START + 14 * DAY)
    rows = given.table("readings")
    at = np.asarray(rows["at"])
    wild = pa.array(np.where(at < early.as_of, np.asarray(rows["value"]), 1e6))
    spoilt = rows.set_column(rows.schema.get_field_index("value"), "value", wild)
    assert found(replace(given, tables={"readings": spoilt}, as_of=early.as_of)) == told[1]


def test_what_was_told_later_is_not_known_before() -> None:
    given = made(values())
    rows = given.table("readings")
    late = np.where(np.asarray(rows["at"]) >= START + BREAKS * DAY, START + 16 * DAY, np.asarray(rows["at"]))
    told = rows.set_column(rows.schema.get_field_index("known_at"), "known_at", pa.array(late))
    held = replace(given, tables={"readings": told})
    assert not found(held.known(START + 15 * DAY)) and found(held.known(START + 17 * DAY))


def test_a_stream_gives_what_the_whole_history_gives() -> None:
    given = made(values())
    whole = learned(given)
    for day in (6, 11.3, 14):
        part = learned(given.known(START + round(day * DAY)))
        n = len(part.learned.z)
        assert part.learned.first == whole.learned.first
        assert np.array_equal(part.learned.z, whole.learned.z[:n], equal_nan=True)
    chart = chart_of(whole.series, whole.learned, whole.pace, 0.05)
    monitor = Monitor(chart)
    steps = [monitor.step(float(one)) for one in whole.learned.z[whole.learned.first :]]
    raised = next(place for place, one in enumerate(steps) if one.is_raised)
    assert 0 <= whole.series.at[whole.learned.first + raised] - START - BREAKS * DAY < DAY


def test_names_change_nothing() -> None:
    names = {"heat": "zz", "power": "aa", "flow": "mm", "sound": "bb"}
    (one,) = found(made(values()))
    (other,) = found(made({names[name]: rows for name, rows in values().items()}, machine="zz-9"))
    assert set(other.subject.about.values()) == {"aa", "zz"} and other.subject.equipment == "zz-9"
    assert (one.window, one.began, one.cost) == (other.window, other.began, other.cost)
    assert (one.effect.value, one.effect.baseline, one.effect.low, one.severity) == pytest.approx(
        (other.effect.value, other.effect.baseline, other.effect.low, other.severity)
    )


@pytest.mark.parametrize(("shared", "phi"), [(0.0, 0.0), (0.0, 0.9), (0.7, 0.6), (0.9, 0.9), (0.98, 0.0)])
def test_false_alarms_on_noise_stay_within_the_budget(shared: float, phi: float) -> None:
    alarms, weeks, n = 0, 0.0, 84 * A_DAY
    for seed in range(8):
        one, other = noise(n, seed, phi), noise(n, seed + 1000, phi)
        other = shared * one + np.sqrt(1 - shared**2) * other
        third = 0.5 * one + 0.5 * other + 0.5 * noise(n, seed + 50, phi)
        given = made({"a": one, "b": other, "c": third, "d": noise(n, seed + 70, phi)}, 84)
        told = learned(given)
        monitor, before = Monitor(chart_of(told.series, told.learned, told.pace, SHARE * 0.5)), False
        for value in told.learned.z[told.learned.first :].tolist():
            step = monitor.step(value)
            now = step.is_raised and step.level > 0
            alarms += now and not before
            before = now
        weeks += (told.series.at[-1] - told.learned.until) / WEEK
    assert alarms / weeks <= SHARE * 0.5


def test_what_goes_with_nothing_is_left_alone() -> None:
    for phi in (0.0, 0.9):
        rows = {name: noise(DAYS * A_DAY, seed, phi) for seed, name in enumerate("abcdef")}
        assert not found(made(rows))
        assert not len(going_together(np.column_stack(list(rows.values()))[:600], 600 / 19))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_shuffled_and_shifted_time_says_nothing(seed: int) -> None:
    rows = values(seed=seed)
    order = np.random.default_rng(seed).permutation(DAYS * A_DAY)
    shuffled = {name: one[order] for name, one in rows.items()}
    shifted = {name: np.roll(one, 3 * A_DAY * place) for place, (name, one) in enumerate(rows.items())}
    for told in (shuffled, shifted):
        assert not [day for day in (13, 16, 20) if found(made(told, day))]


def test_each_product_has_its_own_relation() -> None:
    rows = values(breaks=DAYS, phi=0.0)
    turns = (np.arange(DAYS * A_DAY) // (A_DAY // 4)) % 2 == 0
    names = np.where(turns, "p", "q")
    rows["power"] = np.where(turns, rows["power"], 400 - rows["power"] + 30)  # of q it goes the other way
    tables = []
    for name, one in rows.items():
        told = readings("m", name, one)
        tables.append(told.set_column(told.schema.get_field_index("product"), "product", pa.array(names)))
    given = facts(DAYS, *(("readings", one) for one in tables))
    assert not found(given)
    correlation = {one: told.correlation[0, 1] for one, told in learned(given).relations.items()}
    assert correlation["p"] > 0.8 and correlation["q"] < -0.8


def test_too_little_is_said() -> None:
    (told,) = ANALYSIS.run(made(values(), 1.5)).cannot
    assert told.why.text == wording.FEW_TOGETHER and told.subject is not None
    assert told.subject.about == {"parameter": "flow", "with": "heat"}
    outcome = run([ANALYSIS], made(values(), 0.5))
    assert [one.why.text[:7] for one in outcome.cannot] == ["There a"] and not outcome.findings
    alone = ANALYSIS.run(made({"heat": noise(DAYS * A_DAY, 1)}))
    assert not alone.findings and not alone.cannot


def test_a_parameter_that_came_later_changes_nothing_that_was_said() -> None:
    rows = values()
    given = made(rows)
    n = 8 * A_DAY
    late = readings("m", "late", noise(DAYS * A_DAY, 9)).slice(n)
    with_late = replace(
        given, tables={"readings": pa.concat_tables([given.table("readings"), late]).sort_by("at")}
    )
    assert joint(with_late).parameters == ("flow", "heat", "power", "sound")
    assert [one.id for one in found(with_late)] == [one.id for one in found(given)]
