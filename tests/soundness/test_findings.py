"""Wrong statements of findings and summaries, kept from coming back; each with where it came from."""

from __future__ import annotations

from dataclasses import replace

from tests.insights.setups.made import Machine, facts
from tests.insights.shifts import early

from plantstack.insights.facts import Limits
from plantstack.insights.running import run
from plantstack.insights.saying import Figure
from plantstack.insights.setups.analysis import SetupErrors
from plantstack.insights.telling.shift import facts_of
from plantstack.intervals import HOUR


def test_beside_since_when_a_signal_is_silent_stands_how_long_since_then() -> None:
    # found on the NIST machines: "nothing since 08:53 (8 h 59 min)" at 15:30: all of the shift together
    shift = early()
    (told,) = [one for one in facts_of(shift) if one.kind == "silent" and "since" in one.says.values]
    since, time = told.says.values["since"], told.says.values["time"]
    assert isinstance(since, Figure) and isinstance(time, Figure)
    assert time.value * HOUR / 3600 == min(shift.now, shift.end) - since.value


def test_a_nominal_of_the_plant_files_that_no_run_has_is_said_though_no_check_tells_limits() -> None:
    # found on the NIST plates told as readings: the radius is out on all of them, and nothing stood out
    whole = facts(Machine(setting=None))
    place = replace(whole.places["former"], limits={("", "seal"): Limits(4.0, 4.4, unit="bar")})
    outcome = run([SetupErrors()], replace(whole, places={"former": place}))
    assert {(one.kind, one.subject.about["product"]) for one in outcome.findings} == {
        ("wrong_nominal", "soup"),
        ("wrong_nominal", "fruit"),
    }
