"""A wrong set-up is told within its first pieces, and apart from a drift and from a wrong nominal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from tests.insights.patterns.made import START, table
from tests.insights.setups.made import LEVEL, RUN, Machine, facts

from plantstack.insights import running
from plantstack.insights.contract import Outcome
from plantstack.insights.facts import Facts, Limits, Place
from plantstack.insights.finding import Finding
from plantstack.insights.saying import Figure, Name
from plantstack.insights.setups.analysis import SetupErrors
from plantstack.intervals import HOUR, MINUTE


def at(machine: Machine, run: int, after: int) -> Outcome:
    """What is told so long after the start of a run."""
    return SetupErrors().run(facts(machine).known(START + run * RUN + after))


def errors(told: Outcome) -> list[Finding]:
    return [one for one in told.findings if one.kind == "setup_error"]


def in_run(number: int, by: float) -> Machine:
    """One run is set and read wrong by so much."""
    return Machine(
        setting=lambda run, done: by * (run == number),
        reading=lambda run, done: by * (run == number),
        scrap=lambda run, done: 0.08 if run == number else 0.01,
    )


def test_a_wrong_setting_is_told_before_any_scrap() -> None:
    told = errors(at(in_run(31, 0.7), 31, 5 * MINUTE))
    assert [one.subject.about for one in told] == [{"parameter": "pressure", "product": "soup"}]
    assert told[0].effect.value - told[0].effect.baseline == pytest.approx(0.7, abs=0.15)
    assert not [one for one in told[0].evidence if one.table == "pieces"]
    cost = told[0].cost  # nothing is lost yet: it says what the run may cost, never a range of nothing
    assert cost.per == "run" and cost.low == 0 and cost.likely and cost.high == 2 * cost.likely


def test_readings_tell_it_where_nobody_writes_settings_down() -> None:
    machine = replace(in_run(31, 0.7), setting=None)
    assert not errors(at(machine, 31, 25 * MINUTE))  # two readings are too few
    told = errors(at(machine, 31, 35 * MINUTE))
    assert [one.subject.about["parameter"] for one in told] == ["seal"]


def test_a_value_outside_its_limits_is_told_after_fewer_good_runs_than_one_inside() -> None:
    """Four good runs of the product are known; limits say what is usual as well as six do."""
    (told,) = errors(at(in_run(6, 0.7), 6, 5 * MINUTE))
    assert told.subject.about["parameter"] == "pressure" and told.effect.n_baseline == 4
    inside = replace(in_run(6, 0.7), middle={"soup": 4.1, "fruit": 2.7})
    assert not errors(at(inside, 6, 5 * MINUTE))
    assert not errors(at(in_run(3, 0.7), 3, 5 * MINUTE))  # two are too few for anything


def test_its_scrap_is_what_it_has_above_the_usual_until_the_run_ends() -> None:
    one = errors(at(in_run(31, 0.7), 31, 4 * HOUR + MINUTE))[0]
    assert one.cost.per == "run" and one.cost.pieces == pytest.approx(0.07 * 4000, rel=0.25)
    assert one.cost.low is not None and one.cost.likely is not None and one.cost.high is not None
    assert one.cost.likely == pytest.approx(0.2 * 0.07 * 4000, rel=0.25)
    assert one.cost.low < one.cost.likely < one.cost.high


def test_a_value_of_another_product_is_named() -> None:
    one = errors(at(in_run(31, LEVEL["fruit"] - LEVEL["soup"]), 31, 4 * HOUR + MINUTE))[0]
    assert one.explanations[0].says.values == {"other": Name("fruit", "product")}
    assert one.explanations[0].weight > 0.5


def test_it_stays_the_same_finding_while_it_lasts_and_ends_when_it_is_set_right() -> None:
    early, late = (
        {one.id for one in errors(at(in_run(31, 0.7), 31, after))} for after in (5 * MINUTE, 5 * HOUR)
    )
    assert early and early < late  # the readings tell it as well by then
    assert not errors(at(in_run(31, 0.7), 38, HOUR))


def test_a_drift_is_no_wrong_setup() -> None:
    """It grows inside the runs: when one begins, the end of the one before was off as well."""
    machine = Machine(setting=None, reading=lambda run, done: max(run + done - 20, 0) * 0.03)
    for run in range(21, 40):
        assert not errors(at(machine, run, 2 * HOUR))


def test_runs_as_they_are_raise_no_alarm() -> None:
    """Twenty machines, each judged in every run after the first dozen: within a tenth of the budget."""
    false = 0
    for seed in range(20):
        whole = facts(Machine(seed=seed, runs=30))
        told = SetupErrors(recent=18 * RUN).run(whole).findings
        false += len(told)
    weeks = 20 * 18 * RUN / (7 * 24 * HOUR)
    assert false / weeks <= 0.05 + 2 * (0.05 / weeks) ** 0.5


def test_a_nominal_that_no_run_ever_had_is_told_as_that() -> None:
    told = SetupErrors().run(facts(Machine(middle={"soup": 3.9, "fruit": 2.7})))
    assert [(one.kind, one.subject.about["product"]) for one in told.findings] == [("wrong_nominal", "soup")]
    effect = told.findings[0].effect
    assert effect.value == pytest.approx(3.4, abs=0.03)
    assert effect.baseline == pytest.approx(3.9)
    assert effect.low is not None and effect.high is not None
    assert effect.low < -0.5 < effect.high


def test_a_check_that_was_made_for_another_product_says_nothing() -> None:
    """Its limits are not those of the product, and its value lies inside them: an order changed meanwhile."""
    whole = facts(Machine())
    rows = whole.table("setups").to_pylist()
    last = max(rows, key=lambda row: (row["product"] == "soup", row["at"]))
    last |= {"value": 2.7, "low": 2.5, "high": 2.9}
    told = SetupErrors().run(replace(whole, tables={**whole.tables, "setups": table("setups", rows)}))
    assert told.findings == ()


def test_a_shift_of_all_later_runs_is_no_wrong_nominal() -> None:
    machine = Machine(setting=lambda run, done: 0.5 * (run > 20))
    assert not [one for one in SetupErrors().run(facts(machine)).findings if one.kind == "wrong_nominal"]


def test_facts_that_came_later_change_nothing() -> None:
    whole = facts(in_run(31, 0.7))
    instant = START + 31 * RUN + HOUR
    one, other = SetupErrors().run(whole.known(instant)), SetupErrors().run(replace(whole, as_of=instant))
    assert [each.as_row() for each in one.findings] == [each.as_row() for each in other.findings] != []


def test_the_name_of_the_machine_changes_nothing() -> None:
    one, other = (
        SetupErrors().run(facts(replace(in_run(39, 0.7), name=name))).findings for name in ("a", "z")
    )
    assert [each.effect for each in one] == [each.effect for each in other] != []


def test_without_enough_good_runs_it_says_so() -> None:
    told = at(in_run(3, 0.7), 3, HOUR)
    assert not told.findings
    assert told.cannot[0].why.values["product"] == Name("soup", "product")


def test_a_machine_that_tells_no_values_is_said_to_be_blind() -> None:
    whole = facts(Machine(setting=None))
    told = SetupErrors().run(replace(whole, tables={"pieces": whole.table("pieces")}))
    assert "no setting and no reading" in told.cannot[0].why.text


def hot_shifts(later: float = 4.0) -> Facts:
    """Soup runs 4 bar higher in every night, where it leaks; its last run begins in one, off by `later`."""
    machine = Machine(setting=None, reading=lambda run, done: _night(run, later), scrap=_leaks)
    whole = facts(machine)
    rows = whole.table("readings").to_pylist()
    for row in rows:
        run = int(row["order"].removeprefix("o-"))
        row["shift"] = "night" if run % 4 == 3 else ("first", "second", "third")[run % 4]
    return replace(whole, tables={**whole.tables, "readings": table("readings", rows)})


def _night(run: int, later: float) -> float:
    return (later if run == 39 else 4.0) * (run % 4 == 3)


def _leaks(run: int, done: float) -> float:
    return 0.09 if run % 4 == 3 else 0.01


def test_what_a_product_always_has_in_that_shift_is_no_set_up_error() -> None:
    """Seen: melt 10 K up 'since the set-up', where the run had begun in a night like all others."""
    begins = START + 39 * RUN
    as_ever, another = (
        [one for one in errors(SetupErrors().run(of.known(begins + 4 * HOUR))) if one.began == begins]
        for of in (hot_shifts(), hot_shifts(later=9.0))
    )
    assert not as_ever and another


def test_readings_that_are_right_again_are_no_set_up_error_any_more() -> None:
    machine = replace(
        in_run(31, 0.0), setting=None, reading=lambda run, done: 0.7 * (run == 31 and done < 0.5)
    )
    assert errors(at(machine, 31, 2 * HOUR))
    assert not errors(at(machine, 31, 6 * HOUR))


def test_a_run_that_is_over_is_told_in_the_past() -> None:
    machine = replace(in_run(31, 0.7), setting=None)
    during, after = errors(at(machine, 31, 4 * HOUR)), errors(at(machine, 32, 4 * HOUR))
    assert " is %(value)s since " in during[0].says.text and " was %(value)s from " in after[0].says.text
    assert [one.id for one in during] == [one.id for one in after]


def written(whole: Facts, **limits: Limits) -> Facts:
    """The facts with limits of 'seal' in the plant files, by product."""
    place = whole.places["former"]
    told = {(product, "seal"): one for product, one in limits.items()}
    return replace(whole, places={"former": replace(place, limits=told)})


@pytest.mark.parametrize(
    ("limits", "nominal"),
    [
        (Limits(3.7, 4.1, unit="bar"), 3.9),
        (Limits(3.7, 4.1), 3.9),
        (Limits(3.5, 4.1, 3.9, "bar"), 3.9),  # its target stands beside the middle
        (Limits(3.2, 3.6, unit="bar"), None),
        (Limits(370.0, 410.0, unit="kPa"), None),  # nobody reads it in kPa
        (Limits(3.7, None, unit="bar"), None),
    ],
)
def test_limits_of_the_plant_files_hold_where_no_check_tells_any(
    limits: Limits, nominal: float | None
) -> None:
    """Readings tell no limits: nothing was said of parts measured beside a nominal of the plant files."""
    told = SetupErrors().run(written(facts(Machine(setting=None)), soup=limits)).findings
    assert [one.effect.baseline for one in told] == ([] if nominal is None else [pytest.approx(nominal)])
    assert {one.kind for one in told} <= {"wrong_nominal"}


def test_a_check_without_limits_is_held_against_those_of_the_plant_files() -> None:
    whole = facts(Machine())
    rows = [row | {"low": None, "high": None} for row in whole.table("setups").to_pylist()]
    bare = replace(whole, tables={**whole.tables, "setups": table("setups", rows)})
    place = replace(bare.places["former"], limits={("soup", "pressure"): Limits(3.7, 4.1)})
    (told,) = SetupErrors().run(replace(bare, places={"former": place})).findings
    assert told.kind == "wrong_nominal" and told.effect.baseline == pytest.approx(3.9)


def test_runs_count_and_not_rows_or_days() -> None:
    """One part an order, twenty minutes each: eleven counts and one day are enough to tell the eleventh."""
    rows: dict[str, list[dict[str, object]]] = {"setups": [], "pieces": [], "readings": []}
    for number in range(11):
        at = START + number * 20 * MINUTE
        common = {"equipment": "former", "order": f"part-{number}", "product": "plate", "offset": number}
        value = 3.98 + 0.001 * (number % 3) + 0.12 * (number == 10)
        check = {"at": at + MINUTE, "known_at": at + MINUTE, "parameter": "hole", "value": value}
        rows["setups"].append(common | check | {"low": 3.746, "high": 4.254})
        span = {"from": at, "until": at + 15 * MINUTE, "known_at": at + 15 * MINUTE}
        rows["pieces"].append(common | span | {"total": 1.0, "good": 1.0})
    place = facts(Machine(runs=1)).places["former"]
    made = {name: table(name, told) for name, told in rows.items()}
    told = running.run([SetupErrors()], Facts(START + 4 * HOUR, made, {"former": place}))
    assert [one.subject.about["parameter"] for one in told.findings] == ["hole"]


def parts(wrong: Mapping[int, float], products: Mapping[int, str] | None = None) -> Facts:
    """Orders of one part each, five minutes long, whose check is off by so much; the last one runs."""
    rows: dict[str, list[dict[str, Any]]] = {"setups": [], "readings": [], "pieces": []}
    for run in range(40):
        start, product = START + run * 5 * MINUTE, (products or {}).get(run, "plate")
        common = {"equipment": "mill", "order": f"o-{run}", "product": product, "offset": run}
        value = 4.0 + 0.01 * (-1) ** run + wrong.get(run, 0.0)
        said = {"at": start, "known_at": start, "parameter": "hole", "value": value}
        rows["setups"].append(common | said | {"low": 3.8, "high": 4.2})
        span = {"from": start, "until": start + 5 * MINUTE, "known_at": start + 5 * MINUTE}
        rows["pieces"].append(common | span | {"total": 1.0, "good": 0.0 if run in wrong else 1.0})
        if run in wrong:
            rows["pieces"].append(common | span | {"scrap": 1.0, "reason": "hole"})
    place = Place("mill", "mill", "", "site", currency="EUR", piece={"plate": 2.0})
    tables = {name: table(name, told) for name, told in rows.items()}
    return Facts(START + 40 * 5 * MINUTE, tables, {"mill": place})


def test_one_wrong_setup_over_orders_of_one_part_is_one_finding() -> None:
    """Every part is an order; the mistake stays until somebody mends it."""
    whole = parts(dict.fromkeys(range(34, 40), 0.5))
    (told,) = errors(SetupErrors().run(whole))
    assert told.effect.value - told.effect.baseline == pytest.approx(0.5, abs=0.02)
    assert told.says.values["n"] == Figure(6, digits=0) and told.effect.n == 6
    assert told.window.start == START + 34 * 5 * MINUTE and told.window.end == whole.as_of
    assert told.cost.pieces == pytest.approx(6) and told.cost.likely == pytest.approx(12.0)
    at_first = errors(SetupErrors().run(whole.known(START + 34 * 5 * MINUTE + 1)))
    assert [one.id for one in at_first] == [told.id] and at_first[0].action.by == told.action.by
    lately = errors(SetupErrors(recent=6 * MINUTE).run(whole))  # of whose first orders nobody asks any more
    assert [one.id for one in lately] == [told.id]


def test_a_setup_that_was_mended_and_is_wrong_again_is_two_findings() -> None:
    """So is one of another product: a set-up of its own."""
    mended = errors(SetupErrors().run(parts({30: 0.5, 31: 0.5, 35: 0.5, 36: 0.5})))
    assert [one.says.values["n"] for one in mended] == [Figure(2, digits=0)] * 2
    turned = errors(SetupErrors().run(parts({34: 0.5, 35: -0.5})))
    assert [one.effect.value > one.effect.baseline for one in turned] == [True, False]
    other = errors(SetupErrors().run(parts({34: 0.5, 36: 0.5}, {35: "cover"})))
    assert len(other) == 2


def test_readings_that_stay_wrong_over_orders_are_told_until_the_last_of_them() -> None:
    """Only the first begins with the set-up: the others begin as the one before them ended."""
    machine = Machine(setting=None, reading=lambda run, done: 0.7 * (run in (30, 31)), runs=32)
    (told,) = errors(at(machine, 31, 2 * HOUR))
    assert told.says.values["n"] == Figure(2, digits=0) and "since the set-up" in told.says.text
    assert told.window.end == START + 31 * RUN + 2 * HOUR
