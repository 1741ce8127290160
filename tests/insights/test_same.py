"""One thing that is off is one finding: one price, one id and one deadline, whenever it is asked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest
from tests.insights.drift import made as drifting
from tests.insights.flow.test_flow import entries, jams, paced, press
from tests.insights.flow.test_flow import facts as line_facts
from tests.insights.patterns.made import START, Press
from tests.insights.patterns.made import facts as press_facts
from tests.insights.setups.made import RUN, Machine
from tests.insights.setups.made import facts as setup_facts
from tests.insights.test_running import FREE, finding

from plantstack.insights.facts import Facts
from plantstack.insights.finding import Explanation, Finding, Subject
from plantstack.insights.grouping import TOGETHER, grouped
from plantstack.insights.patterns.analysis import ScrapPatterns
from plantstack.insights.patterns.search import Limits
from plantstack.insights.registry import analyses
from plantstack.insights.running import ranked
from plantstack.insights.saying import Bounds, Name, Say
from plantstack.intervals import DAY, HOUR, MINUTE, Interval

NOW = 10 * DAY


def about(kind: str, parameter: str, since: int, likely: float | None = None, **more: Any) -> Finding:
    cost = FREE if likely is None else replace(FREE, low=0.0, likely=likely, high=2 * likely)
    one = finding(NOW, kind=kind, began=since, cost=cost)
    cause = Explanation(Say("wear"), 0.6)
    told: dict[str, Any] = {"subject": Subject("m1", {"parameter": parameter}), "known_at": since + HOUR}
    action = replace(one.action, by=since + 9 * HOUR)
    return replace(one, window=Interval(since, NOW), action=action, explanations=(cause,), **{**told, **more})


def test_one_mistake_in_two_parameters_is_one_finding_with_one_price() -> None:
    first = about("setup_error", "pressure", DAY, 100.0, severity=9.0)
    second = about("setup_error", "temperature", DAY + HOUR, 80.0)
    drift = about("drift", "temperature", DAY + 2 * HOUR, 70.0, severity=50.0)
    (one,) = grouped([drift, second, first])
    assert (one.kind, one.subject) == ("setup_error", first.subject)  # a step at a set-up says why
    assert one.cost == first.cost and {each.id for each in one.others} == {second.id, drift.id}
    assert [each.says for each in one.explanations] == [Say("wear"), second.says, drift.says]
    assert grouped([first, second, drift]) == [one]


def test_where_what_leads_has_no_price_that_of_another_stands() -> None:
    (one,) = grouped([about("setup_error", "p", DAY), about("drift", "p", DAY, 70.0)])
    assert one.kind == "setup_error" and one.cost.likely == 70.0


def test_who_leads_may_change_but_not_the_id_nor_the_deadline() -> None:
    drift = about("drift", "temperature", DAY, severity=4.0)
    later = about("reduced_capacity", "", DAY + HOUR)
    (alone,), (joined,) = grouped([drift]), grouped([later, drift])
    assert (alone.kind, joined.kind) == ("drift", "reduced_capacity")
    assert (alone.id, alone.action.by, alone.first_known) == (joined.id, joined.action.by, joined.first_known)


@pytest.mark.parametrize(
    "other",
    [
        about("drift", "q", DAY + TOGETHER + 1),  # began later
        about("drift", "q", DAY, subject=Subject("m2", {"parameter": "q"})),  # another machine
        about("wrong_nominal", "q", DAY),  # always was so
        about("scrap_pattern", "q", DAY),
    ],
)
def test_what_is_not_the_same_stays_apart(other: Finding) -> None:
    assert len(grouped([about("drift", "p", DAY), other])) == 2


def pattern(known: int, low: float = 1.5, parameter: str = "p", place: str = "m1") -> Finding:
    """A pattern of scrap that comes with values of a parameter from `low` on; a finding of 2.0 is one."""
    bounds = Bounds(Name(parameter, "parameter"), low, None, "degC")
    beside = Explanation(Say("it comes with %(first)s", {"first": bounds}), 0.3)
    one = about("scrap_pattern", "", 0, 900.0, subject=Subject(place, {"shift": "night"}), known_at=known)
    return replace(one, explanations=(Explanation(Say("it comes with nights"), 0.3), beside))


def test_a_night_of_a_pattern_that_is_known_is_no_finding_of_its_own() -> None:
    """One night's heat was told three times: as pattern, as drift and as set-up, with two targets."""
    drift, setup = about("drift", "p", 8 * DAY, 70.0), about("setup_error", "p", 8 * DAY + HOUR, 60.0)
    known = pattern(3 * DAY)
    (one,) = grouped([drift, known, setup])
    assert (one.kind, one.id, one.cost, one.action) == (known.kind, known.id, known.cost, known.action)
    assert {each.kind for each in one.others} == {"drift", "setup_error"}


def test_a_drift_that_was_known_first_does_not_become_a_pattern() -> None:
    drift = about("drift", "p", 2 * DAY, 70.0)
    (one,) = grouped([drift, pattern(8 * DAY)])
    assert (one.kind, one.id, one.cost) == ("drift", drift.id, drift.cost) and len(one.others) == 1


@pytest.mark.parametrize(
    "other",
    [pattern(DAY, low=2.5), pattern(DAY, parameter="q"), pattern(DAY, place="m2")],
    ids=["other values", "other parameter", "other machine"],
)
def test_a_pattern_of_other_rows_stays_by_itself(other: Finding) -> None:
    assert len(grouped([about("drift", "p", 8 * DAY), other])) == 2


def test_what_costs_money_comes_before_what_has_no_price_and_that_before_what_costs_nothing() -> None:
    dear, free, nothing = about("a", "p", 1, 5.0), about("b", "p", 1), about("c", "p", 1, 0.0)
    nothing = replace(nothing, severity=90.0)
    assert [one.kind for one in ranked([nothing, free, dear])] == ["a", "b", "c"]


def test_money_of_several_currencies_is_compared_at_its_rate_or_not_at_all() -> None:
    def costs(kind: str, likely: float, currency: str) -> Finding:
        one = about(kind, kind, 1, likely)
        return replace(one, cost=replace(one.cost, currency=currency))

    rupees, dollars = costs("a", 4000.0, "INR"), [costs("b", 500.0, "USD"), costs("c", 90.0, "USD")]
    less, free = costs("d", 300.0, "INR"), about("e", "e", 1)
    all_ = [free, less, rupees, *dollars]
    by_rate = ranked(all_, {"INR": 0.0119, "USD": 1.0})
    assert [one.kind for one in by_rate] == ["b", "c", "a", "d", "e"]
    apart = [
        one.kind for one in ranked(all_)
    ]  # 4,000 rupees are not more than 500 dollars: nobody wrote a rate
    assert set(apart[:2]) == {"a", "b"} and set(apart[2:4]) == {"c", "d"} and apart[4] == "e"


# -- asked again later ---------------------------------------------------------------------------


def said(kind: str, facts: Facts, *instants: int) -> list[Finding]:
    """The finding of a kind at several instants, in order of time; each must be there."""
    (asked,) = [one for one in analyses() if one.kind == kind]
    found = [grouped(asked.run(facts.known(at)).findings) for at in instants]
    assert all(found), [len(one) for one in found]
    return [one[0] for one in found]


def never_move(found: list[Finding], *, exactly: bool = True) -> Finding:
    first = found[0]
    assert len({one.id for one in found}) == 1
    assert {one.action.by for one in found} == {first.action.by}
    assert not exactly or {one.first_known for one in found} == {first.first_known}
    return first


def test_the_deadline_of_a_wrong_setting_is_counted_from_when_it_was_told() -> None:
    facts = setup_facts(Machine(setting=lambda run, done: 0.7 * (run == 31)))
    began = START + 31 * RUN
    one = never_move(said("setup_error", facts, *(began + after for after in (5 * MINUTE, HOUR, 5 * HOUR))))
    assert began <= one.first_known <= began + 5 * MINUTE
    assert one.action.by == one.first_known + 30 * MINUTE
    assert not one.is_overdue(one.first_known) and one.is_overdue(began + HOUR)


def test_a_setting_told_with_a_file_of_the_next_day_is_not_overdue_before_anybody_knew() -> None:
    facts = setup_facts(Machine(setting=lambda run, done: 0.7 * (run == 31)))
    began = START + 31 * RUN
    table = facts.tables["setups"]
    late = [at + 7 * HOUR if at >= began else at for at in table["known_at"].to_pylist()]
    place = table.schema.get_field_index("known_at")
    told = table.set_column(place, "known_at", pa.array(late, pa.int64()))
    (one,) = said("setup_error", replace(facts, tables={**facts.tables, "setups": told}), began + 7 * HOUR)
    assert one.first_known == began + 7 * HOUR and not one.is_overdue(one.first_known)


def test_the_deadline_of_a_drift_is_counted_from_the_reading_that_raised_it() -> None:
    values = 100 + drifting.noise(20 * drifting.A_DAY, 3)
    values[15 * drifting.A_DAY :] += 6
    facts = drifting.facts(20, ("readings", drifting.readings("m", "t", values)))
    ends = facts.as_of
    one = never_move(said("drift", facts, ends - 3 * DAY, ends - 2 * DAY, ends - DAY, ends))
    assert one.action.by - one.first_known in (HOUR, 8 * HOUR) and one.is_overdue(ends - 3 * DAY)


def test_the_deadline_of_a_shut_lane_and_of_a_wrong_pace_never_moves() -> None:
    shut = press(paced(lambda shift, _: 0.675 if shift >= 100 else 0.9), lanes=4)
    ends = shut.as_of
    never_move(said("rates", shut, ends - 3 * DAY, ends - DAY - HOUR, ends))
    beaten = press(paced(lambda _, product: 1.15 if product == "water" else 0.9))
    one = never_move(said("rates", beaten, ends - 9 * DAY, ends - 3 * DAY, ends))
    assert one.is_overdue(ends)


def test_the_deadline_of_a_machine_that_starves_another_never_moves() -> None:
    facts = line_facts(entries(jams("depal", "starved", 100)))
    ends = facts.as_of
    never_move(said("flow", facts, ends - 2 * DAY, ends - DAY, ends))


def test_id_and_deadline_of_a_pattern_do_not_depend_on_the_rule_that_explains_it_best() -> None:
    """Machine and mould always come together: which of them is named may change with every day."""
    press_2 = Press(lambda hour: 0.12 if hour["machine"] == "press-2" and hour["temperature"] < 18 else 0.01)
    facts = press_facts(press_2)
    ends = facts.as_of
    asked = [ends - back * DAY for back in (20, 15, 9, 4, 1, 0)]
    one = never_move(said("scrap_pattern", facts, *asked), exactly=False)
    assert one.identity.key == "press-2/reason=flash" and one.first_known < asked[0] and one.is_overdue(ends)


def test_another_rule_for_the_same_pieces_is_the_same_finding() -> None:
    facts = press_facts(Press(lambda hour: 0.12 if hour["machine"] == "press-2" else 0.01))
    told = ScrapPatterns().run(facts).findings
    other = ScrapPatterns(limits=Limits(conditions=1)).run(facts).findings
    bare = replace(told[0], subject=Subject("press-2", {"reason": "flash", "tool": "another word"}))
    assert bare.id == told[0].id == other[0].id
