"""The risk of a machine before its next PM, from marks on its clock of running time."""

from __future__ import annotations

from plantstack.engines.duckdb.lives import MachineLife, Mark
from plantstack.intervals import DAY, HOUR
from plantstack.kpis.models.modelled import Estimate, Modelled
from plantstack.stack.answers.fearing import greatest_risk, risk_of

NOW = 100 * DAY


def worn(*, pm_at: int | None = None, dues: tuple[int, ...] = (NOW + DAY,)) -> MachineLife:
    """A machine that always runs and fails every hundred hours or so; the last failure was 95 hours ago."""
    ago = [95]
    for ran in (103, 99, 101, 97, 100, 102, 98):
        ago.append(ago[-1] + ran)
    marks = [Mark(NOW - hours * HOUR, NOW - hours * HOUR, "failure") for hours in reversed(ago)]
    if pm_at is not None:
        marks.append(Mark(pm_at, pm_at, "pm"))
    marks += [Mark(NOW - 28 * DAY, NOW - 28 * DAY, "before"), Mark(NOW, NOW, "now")]
    return MachineLife(0, sorted(marks, key=lambda one: one.at), [(due, False) for due in dues])


def value(told: Modelled) -> float:
    assert isinstance(told, Estimate)
    assert told.value is not None
    return float(told.value)


def test_a_pm_that_was_done_renews() -> None:
    assert value(risk_of(worn(), NOW)) > 0.95
    assert value(risk_of(worn(pm_at=NOW - HOUR), NOW)) < 0.01


def test_the_next_pm_is_the_planned_one_or_that_of_the_usual_interval() -> None:
    soon = worn(dues=(NOW - 20 * DAY, NOW - 10 * DAY, NOW + HOUR))
    assert "next PM due" in str(risk_of(soon, NOW))
    usual = risk_of(worn(dues=(NOW - 20 * DAY, NOW - 12 * DAY, NOW - 2 * DAY)), NOW)
    assert "one in 9 days" in str(usual)
    assert value(risk_of(soon, NOW)) < value(usual)
    assert risk_of(worn(dues=()), NOW) == "no PM of it was ever planned, so there is no next one"
    assert risk_of(worn(dues=(NOW - DAY,)), NOW) == "only one PM of it is known: plan the next one"


def test_a_machine_that_stood_for_four_weeks_has_no_risk_by_running() -> None:
    life = worn()
    life.marks = [Mark(one.at, one.ran if one.kind != "before" else NOW, one.kind) for one in life.marks]
    assert risk_of(life, NOW) == "it has not run for four weeks"


def test_a_place_has_the_greatest_risk_of_its_machines_and_names_it() -> None:
    told = {"a": risk_of(worn(pm_at=NOW - HOUR), NOW), "b": risk_of(worn(), NOW), "c": "no PM"}
    worst = greatest_risk(told)
    assert value(worst) == value(told["b"])
    assert isinstance(worst, Estimate)
    assert worst.basis.startswith("greatest of 2: b, ")
    assert "1 of 3 machines have none" in worst.basis
    assert greatest_risk({"c": "no PM"}) == "no PM"
    assert "of 2 machines none" in str(greatest_risk({"c": "no PM", "d": "no PM"}))
