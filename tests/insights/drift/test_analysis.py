"""Drift as an analysis: what it finds, what it leaves alone, and what it promises."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from tests.insights.drift.made import A_DAY, START, facts, noise, pieces, readings, run_time, table

from plantstack.insights.drift import wording
from plantstack.insights.drift.analysis import ANALYSIS, SHARE
from plantstack.insights.drift.judge import WEEK, Lacking, chart_of, learn, pace_of
from plantstack.insights.drift.monitor import Monitor
from plantstack.insights.drift.relations import ANALYSIS as RELATIONS
from plantstack.insights.drift.robust import Floats
from plantstack.insights.drift.series import series_of
from plantstack.insights.facts import Facts
from plantstack.insights.finding import Finding
from plantstack.insights.saying import Figure
from plantstack.intervals import DAY, HOUR, MINUTE


def found(given: Facts) -> list[Finding]:
    return list(ANALYSIS.run(given).findings)


def ramp(days: int, begins: float, size: float, seed: int = 1, phi: float = 0.0) -> Floats:
    """Noise around 10 that rises from a day on, to `size` spreads above at the end."""
    values = noise(days * A_DAY, seed, phi)
    start = round(begins * A_DAY)
    values[start:] += np.linspace(0, size, len(values) - start)
    return 10 + 0.5 * values


def test_a_ramp_is_found_early_with_its_start_size_and_direction() -> None:
    values = ramp(20, 8, 6.0)
    rows = ("readings", readings("m", "heat", values))
    first = next(day for day in np.arange(8, 20, 0.25) if found(facts(day, rows)))
    assert first - 8 <= 3  # by then it has come to 1.5 spreads, of 6 in the end
    (told,) = found(facts(20, rows))
    assert told.kind == "drift" and told.subject.about == {"parameter": "heat"}
    assert abs(told.window.start - START - 8 * DAY) < 1.5 * DAY
    assert told.says.text == wording.RISES_FOR
    assert told.effect.baseline == pytest.approx(10, abs=0.1)
    assert told.effect.low is not None and told.effect.high is not None
    assert told.effect.low < 2.95 < told.effect.high + 0.1
    assert told.severity > 6


def test_an_episode_keeps_its_identity_while_it_lasts() -> None:
    rows = ("readings", readings("m", "heat", ramp(20, 8, 6.0)))
    assert len({one.id for day in (12, 14, 17, 20) for one in found(facts(day, rows))}) == 1


def test_what_is_back_to_normal_is_not_said_to_stand() -> None:
    """A newcomer read 'stands 7.8 K higher' of a night that was over: the alarm forgets slowly."""
    values = 10 + 0.5 * noise(20 * A_DAY, 4)
    values[-120:-8] += 4.0
    rows = ("readings", readings("m", "heat", values))
    (told,) = found(facts(20 - 8 / A_DAY, rows))
    assert told.effect.value > 12
    assert not found(facts(20, rows))


def test_a_small_drift_does_not_come_and_go() -> None:
    values = 10 + 0.5 * noise(24 * A_DAY, 6)
    values[18 * A_DAY :] += 0.8  # 1.6 spreads
    rows = ("readings", readings("m", "heat", values))
    seen = [len(found(facts(day, rows))) for day in np.arange(20, 24, 1 / 12)]
    assert sum(seen) >= 0.95 * len(seen)


def test_it_began_when_its_sentence_says_it_did() -> None:
    (told,) = found(facts(20, ("readings", readings("m", "heat", ramp(20, 8, 6.0)))))
    assert told.says.values["since"] == wording.moment(told.began) and told.began == told.window.start


def test_an_alarm_holds_until_half_of_what_raised_it() -> None:
    given = facts(20, ("readings", readings("m", "heat", 10 + noise(20 * A_DAY, 1))))
    (series,) = series_of(given)
    learned = learn(series, pace_of(series))
    assert not isinstance(learned, Lacking)
    chart = chart_of(series, learned, pace_of(series), 0.2)
    limit = chart.limits.raise_at * chart.level_sd
    monitor = Monitor(chart)
    stands = [
        [monitor.step(share * limit).is_raised for _ in range(300)][-1] for share in (0.7, 1.3, 0.7, 0.3, 0.7)
    ]
    assert stands == [False, True, True, False, False]


def test_a_stretch_counts_when_it_is_over() -> None:
    n = 3 * A_DAY * 5  # a reading every minute
    at = START + MINUTE * np.arange(n)
    rows: dict[str, object] = {"equipment": ["m"] * n, "known_at": at, "at": at, "parameter": ["heat"] * n}
    rows |= {"value": noise(n, 1), "unit": ["bar"] * n, "product": ["p"] * n, "is_running": [True] * n}
    whole = facts(3, ("readings", table("readings", rows, n)))
    (all_,) = series_of(whole)
    for minutes in (1500, 1502, 1504):
        (seen,) = series_of(whole.known(START + minutes * MINUTE))
        assert len(seen.at) == 300 and seen.at[-1] == START + 1500 * MINUTE
        assert np.array_equal(seen.value, all_.value[:300])


def test_what_comes_later_changes_nothing() -> None:
    rows = readings("m", "heat", ramp(20, 8, 6.0))
    given = facts(12, ("readings", rows), ("pieces", pieces("m", noise(20 * 24, 3) * 0 + 2)))
    early = found(given.known(given.as_of))
    assert early and found(given) == early
    wild = rows.set_column(
        rows.schema.get_field_index("value"),
        "value",
        pa.array(np.where(np.asarray(rows["at"]) < given.as_of, np.asarray(rows["value"]), 1e6)),
    )
    assert found(replace(given, tables={**given.tables, "readings": wild})) == early


def test_names_of_equipment_change_nothing() -> None:
    tables = [
        [
            ("readings", readings(name, "heat", ramp(16, 8, 6.0))),
            ("pieces", pieces(name, np.full(16 * 24, 2.0))),
        ]
        for name in ("m", "zz-9")
    ]
    one, other = (
        found(facts(16, *rows, machines=(name,))) for rows, name in zip(tables, ("m", "zz-9"), strict=True)
    )
    assert [(a.effect, a.cost, a.window, a.began, a.severity) for a in one] == [
        (b.effect, b.cost, b.window, b.began, b.severity) for b in other
    ]


@pytest.mark.parametrize("phi", [0.0, 0.6, 0.9])
def test_false_alarms_on_noise_stay_within_the_budget(phi: float) -> None:
    alarms, weeks, budget = 0, 0.0, 0.5
    for seed in range(8):
        given = facts(84, ("readings", readings("m", "heat", 10 + noise(84 * A_DAY, seed, phi))))
        (series,) = series_of(given)
        learned = learn(series, pace_of(series))
        assert not isinstance(learned, Lacking)
        monitor, before = Monitor(chart_of(series, learned, pace_of(series), SHARE * budget)), False
        for value in learned.z[learned.first :].tolist():
            now = monitor.step(value).is_raised
            alarms += now and not before
            before = now
        weeks += (series.at[-1] - learned.until) / WEEK
    assert alarms / weeks <= SHARE * budget


def test_shuffled_and_shifted_time_says_nothing() -> None:
    values = ramp(20, 8, 3.0)
    shuffled = np.random.default_rng(5).permutation(values)
    turned = np.roll(noise(20 * A_DAY, 6), 7 * A_DAY) + 10
    for series in (shuffled, turned):
        given = facts(20, ("readings", readings("m", "heat", series)))
        assert not [one for day in (8, 12, 16, 20) for one in found(given.known(START + day * DAY))]


def test_scrap_that_went_with_it_is_its_cost_until_the_shift_ends() -> None:
    scrap = 2.0 + np.random.default_rng(1).poisson(1.0, 480).astype(np.float64)
    scrap[12 * 24 :] += 8
    rows = [("readings", readings("m", "heat", ramp(20, 8, 6.0))), ("pieces", pieces("m", scrap))]
    given = facts(20, *rows)
    place = replace(given.places["m"], shift_ends=given.as_of + 5 * HOUR)
    (told,) = found(replace(given, places={"m": place}))
    # eight more of a hundred an hour, for five hours, at two a piece
    assert told.cost.pieces == pytest.approx(40, rel=0.25)
    assert told.cost.low is not None and told.cost.high is not None and told.cost.likely is not None
    assert told.cost.low < told.cost.likely == pytest.approx(80, rel=0.25)
    assert told.action.owner == "operator" and told.action.by <= given.as_of + HOUR
    (free,) = found(facts(20, rows[0], ("pieces", pieces("m", np.full(480, 2.0)))))
    assert (free.cost.likely, free.cost.why_none) == (None, wording.NO_SCRAP)
    (uncounted,) = found(facts(20, rows[0]))
    assert uncounted.cost.why_none == wording.NO_PIECES and uncounted.trust == "B"


def best(given: Facts) -> str:
    return (
        next(one for one in found(given) if one.subject.about["parameter"] == "heat")
        .explanations[0]
        .says.text
    )


def test_a_sensor_is_suspected_where_what_goes_with_it_stays() -> None:
    common = noise(20 * A_DAY, 2)
    heat, power = common + 0.3 * noise(20 * A_DAY, 3), common + 0.3 * noise(20 * A_DAY, 4)
    step = np.where(np.arange(20 * A_DAY) >= 12 * A_DAY, 4.0, 0.0)
    alone = (readings("m", "heat", heat + step), readings("m", "power", power))
    together = (readings("m", "heat", heat + step), readings("m", "power", power + step))
    assert best(facts(14, *(("readings", one) for one in alone))) == wording.SENSOR
    assert best(facts(14, *(("readings", one) for one in together))) == wording.PROCESS


def test_a_value_that_no_longer_moves_is_a_sensor() -> None:
    values = 10 + noise(20 * A_DAY, 2)
    values[12 * A_DAY :] = 12.0
    assert best(facts(14, ("readings", readings("m", "heat", values)))) == wording.STUCK


def test_what_others_do_too_is_around() -> None:
    step = np.where(np.arange(20 * A_DAY) >= 12 * A_DAY, 3.0, 0.0)
    names = ("m", "n", "o")
    rows = [
        ("readings", readings(one, "heat", noise(20 * A_DAY, seed) + step)) for seed, one in enumerate(names)
    ]
    assert best(facts(14, *rows, machines=names)) == wording.AROUND
    alone = [rows[0], *(("readings", readings(one, "heat", noise(20 * A_DAY, 9))) for one in names[1:])]
    assert best(facts(14, *alone, machines=names)) == wording.PROCESS


def test_settings_made_at_its_start_are_named() -> None:
    step = np.where(np.arange(20 * A_DAY) >= 12 * A_DAY, 3.0, 0.0)
    rows = ("readings", readings("m", "heat", noise(20 * A_DAY, 1) + step))
    at = [START + 12 * DAY]
    setups = table("setups", {"equipment": ["m"], "known_at": at, "at": at, "parameter": ["heat"]}, 1)
    (told,) = found(facts(14, rows, ("setups", setups)))
    assert wording.SET in {one.says.text for one in told.explanations}
    assert sum(one.weight for one in told.explanations) == pytest.approx(1)


def test_unusual_scrap_is_nothing_to_learn_from() -> None:
    values = 10 + noise(20 * A_DAY, 1)
    values[: A_DAY // 2] += 6
    scrap = np.full(480, 2.0)
    scrap[:12] = 40
    scrap = np.append(np.full(24, 2.0), scrap)[:480]  # first a usual day, so that usual is known
    values = np.append(10 + noise(A_DAY, 2), values)[: 20 * A_DAY]
    given = facts(4, ("readings", readings("m", "heat", values)), ("pieces", pieces("m", scrap)))
    (series,) = series_of(given)
    assert 130 <= int((~series.is_usual).sum()) <= 150


def test_a_slower_machine_is_found_with_the_minutes_it_loses() -> None:
    made = 100 * (0.8 + 0.01 * noise(20 * 24, 1))
    made[12 * 24 :] -= np.linspace(0, 12, 8 * 24)
    rows = pieces("m", np.zeros(480))
    rows = rows.set_column(rows.schema.get_field_index("total"), "total", pa.array(made))
    given = facts(20, ("pieces", rows), ("time", run_time("m", 480)))
    place = replace(given.places["m"], shift_ends=given.as_of + 8 * HOUR)
    (told,) = found(replace(given, places={"m": place}))
    assert told.kind == "drift_speed" and told.says.text == wording.SLOWER
    assert told.effect.value == pytest.approx(0.68, abs=0.02)
    assert told.action.minutes == pytest.approx(8 * 60 * 0.12 / 0.8, rel=0.25)
    assert told.cost.money_class == "contribution sold"
    (closed,) = found(given)  # no shift is open: it costs as much a shift, and nothing is won back in one
    assert (closed.cost.minutes, closed.action.minutes) == (told.cost.minutes, None)


def test_a_few_days_are_not_enough_and_it_says_so() -> None:
    outcome = ANALYSIS.run(facts(1.5, ("readings", readings("m", "heat", noise(A_DAY * 3 // 2, 1)))))
    (told,) = outcome.cannot
    assert not outcome.findings
    assert told.why.text == wording.FEW and told.subject is not None
    assert told.subject.about == {"parameter": "heat"}
    (nothing,) = ANALYSIS.run(facts(3)).cannot
    assert nothing.why.text == wording.NONE


def test_few_hours_of_a_pace_are_called_hours_and_not_readings() -> None:
    rows = pieces("m", np.zeros(40))
    rows = rows.set_column(rows.schema.get_field_index("total"), "total", pa.array(80.0 + noise(40, 1)))
    (told,) = ANALYSIS.run(facts(2, ("pieces", rows), ("time", run_time("m", 40)))).cannot
    assert told.why.text == wording.FEW_PACES and told.fix.text == wording.GO_ON_PACES


def test_many_values_that_repeat_themselves_are_not_called_few() -> None:
    made = 100 * (0.8 + 0.01 * np.repeat(noise(10, 1), 48))  # a speed that changes every other day
    rows = pieces("m", np.zeros(480))
    rows = rows.set_column(rows.schema.get_field_index("total"), "total", pa.array(made))
    (told,) = ANALYSIS.run(facts(20, ("pieces", rows), ("time", run_time("m", 480)))).cannot
    assert (told.why.text, told.fix.text) == (wording.ALIKE, wording.GO_ON_ALIKE)
    n, alone, least = (told.why.values["n"], told.why.values["alone"], told.fix.values["least"])
    assert isinstance(n, Figure) and isinstance(alone, Figure) and isinstance(least, Figure)
    assert n.value > 400 and alone.value < least.value < n.value


def test_values_that_never_differ_are_not_called_few() -> None:
    rows = ("readings", readings("m", "heat", np.full(4 * A_DAY, 10.0)))
    (told,) = ANALYSIS.run(facts(4, rows)).cannot
    assert (told.why.text, told.fix.text) == (wording.FLAT, wording.GO_ON_FLAT)


def test_what_has_long_become_normal_is_no_finding() -> None:
    step = np.where(np.arange(70 * A_DAY) >= 12 * A_DAY, 3.0, 0.0)
    rows = ("readings", readings("m", "heat", noise(70 * A_DAY, 1) + step))
    assert found(facts(30, rows)) and not found(facts(60, rows))
    rising = ("readings", readings("m", "heat", ramp(70, 12, 30.0)))
    assert found(facts(60, rising))


@pytest.mark.parametrize("begins_again", [10**9, 400])
def test_a_meter_has_no_level_to_leave_and_is_named_as_that(begins_again: int) -> None:
    """Kilowatt hours of a machine that runs: whether they are never set back, or each day and a half."""
    steps = 2 + 0.3 * noise(20 * A_DAY, 5)
    total = np.cumsum(steps) % (2 * begins_again)
    energy = ("readings", readings("m", "energy", np.asarray(total)))
    heat = ("readings", readings("m", "heat", ramp(20, 8, 6.0)))
    outcome = ANALYSIS.run(facts(20, energy, heat))
    assert [(one.why.text, one.subject and one.subject.about) for one in outcome.cannot] == [
        (wording.METER, {"parameter": "energy"})
    ]
    alone = ANALYSIS.run(facts(20, heat))
    assert [one.as_row() for one in outcome.findings] == [one.as_row() for one in alone.findings] != []
    both = RELATIONS.run(facts(20, energy, heat))
    assert (both.findings, both.cannot) == ([], ())  # one parameter goes together with none


def test_what_rises_and_falls_is_no_meter() -> None:
    """A ramp with its noise, a pulse, a value that heats up for each order and cools down after it."""
    n = 20 * A_DAY
    pulse, heats = np.arange(n) % 2.0, 20 + 180 * (np.arange(n) % 96 / 96)
    for values in (ramp(20, 0, 40.0), pulse, heats):
        (series,) = series_of(facts(20, ("readings", readings("m", "heat", np.asarray(values)))))
        assert not series.only_adds
