"""Minutes that can be won back are what the history shows, never the rest of the shift for want of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.insights.shifts import START, reader
from tests.insights.test_running import finding

from plantstack.insights.finding import Action, Cost, Finding, Subject
from plantstack.insights.saying import Say
from plantstack.insights.telling.facts_of_shift import (
    Called,
    Crew,
    Late,
    LineOfShift,
    Material,
    Rest,
    ShiftFacts,
    SlowRun,
    Standing,
)
from plantstack.insights.telling.priorities import Priority, priorities
from plantstack.insights.telling.render import tell
from plantstack.insights.telling.resting import FEW, usual_rest
from plantstack.intervals import DAY, HOUR, MINUTE

NOW = START + 4 * HOUR
USUAL = Rest(40, 720.0, 300.0, 1500.0)


def bare(**more: Any) -> ShiftFacts:
    """Four hours into a shift on a line worth 600 an hour at most, with nothing to do but what is told."""
    line = LineOfShift("line-1", "filler", 1300, 1300, hour=(0.0, 600.0), per_hour=300.0)
    shift = ShiftFacts("line-1", "early", START, START + 8 * HOUR, NOW, "USD", (line,))
    return replace(shift, crews=(Crew("line-1", 4, 4),), **more)


def said(one: Priority) -> list[str]:
    return [tell(say, reader("en")).replace("\u202f", " ") for say in (one.says, *one.why)]


def stands(machine: str, rest: Rest | None, *, waits: bool = False) -> Standing:
    return Standing(machine, "line-1", NOW - 2 * MINUTE, "jam", "other_stop", rest, waits)


# -- how long it still takes ---------------------------------------------------------------------------


def test_only_what_lasted_as_long_counts_and_the_middle_of_what_it_still_took() -> None:
    short, long = [30.0] * 500, [float(seconds) for seconds in range(400, 1300, 100)]
    rest = usual_rest([*short, *long], 300.0)
    assert (rest.n, rest.seconds, rest.low, rest.high) == (9, 500.0, 300.0, 700.0)
    assert usual_rest([*short, *long, 1e6], 300.0).seconds == 550.0  # one that took a week hardly moves it


def test_what_has_gone_on_longer_than_most_takes_longer_still() -> None:
    lengths = [60.0 * 2**n for n in range(20)]
    after = [usual_rest(lengths, elapsed).seconds or 0.0 for elapsed in (0.0, 600.0, 6000.0)]
    assert after == sorted(after) and after[0] < after[-1]


def test_too_few_before_say_nothing() -> None:
    assert usual_rest([900.0] * FEW, 300.0).seconds == 600.0
    assert usual_rest([900.0] * (FEW - 1), 300.0) == Rest(FEW - 1)
    assert usual_rest([], 300.0).n == 0


# -- what that wins ------------------------------------------------------------------------------------


def test_a_stop_wins_back_what_like_stops_still_take_and_says_on_what_that_rests() -> None:
    (one,) = priorities(bare(standing=(stands("filler", USUAL),)))
    assert one.minutes == 12.0 and one.money == (0.0, 60.0, 120.0)
    assert said(one)[-1] == (
        "Stops like it that last so long usually still take 12 min (40 before; half of them 5 min to 25 min)."
    )


def test_a_stop_wins_back_no_more_than_the_planned_time_that_is_left() -> None:
    shift = bare(standing=(stands("filler", USUAL),))
    short = replace(shift, lines=(replace(shift.lines[0], work=300.0),))
    (one,) = priorities(short)
    assert one.minutes == 5.0 and said(one)[-1] == "No more than 5 min of planned time are left in the shift."


@pytest.mark.parametrize(
    ("share", "minutes", "last"),
    [
        (0.25, 3.0, "25.0% of such time reaches Filler, which sets the pace."),
        (0.01, None, "1.0% of such time reaches Filler, which sets the pace."),
        (None, None, "What of it reaches Filler, which sets the pace, is not known."),
    ],
)
def test_beside_the_pacing_machine_only_what_reaches_it_counts(
    share: float | None, minutes: float | None, last: str
) -> None:
    (one,) = priorities(bare(standing=(stands("capper", replace(USUAL, share=share)),)))
    assert one.minutes == minutes and said(one)[-1] == last
    assert (one.money is None) == (minutes is None)


@pytest.mark.parametrize("rest", [None, Rest(3)])
def test_without_a_history_no_number_is_given_and_it_is_said(rest: Rest | None) -> None:
    (one,) = priorities(bare(standing=(stands("filler", rest),)))
    n = 0 if rest is None else 3
    few = f"How much longer it will stand is not known: stops of it that lasted so long before: {n}."
    assert (one.minutes, one.money, said(one)[-1]) == (None, None, few)


def test_a_call_about_a_machine_that_stands_wins_back_its_stop() -> None:
    call = Called("filler", "line-1", "maintenance", NOW - MINUTE)
    (one,) = priorities(bare(standing=(stands("filler", USUAL),), calls=(call,)))
    assert (one.kind, one.minutes) == ("call", 12.0)
    (one,) = priorities(bare(calls=(call,)))
    assert one.minutes is None


def test_a_machine_that_waits_for_another_that_stands_is_not_what_is_to_be_done() -> None:
    found = priorities(bare(standing=(stands("filler", USUAL), stands("capper", USUAL, waits=True))))
    assert [one.link.id for one in found] == ["filler"]


def test_a_slow_machine_wins_back_its_lost_share_of_how_long_it_usually_stays_slow() -> None:
    slow = SlowRun("filler", "line-1", NOW - HOUR, 0.75, Rest(9, 2400.0, 1200.0, 3600.0))
    (one,) = priorities(bare(slow=(slow,)))
    assert one.minutes == 10.0 and said(one)[-1].startswith(
        "Slow spells of it that last so long usually go on"
    )
    (one,) = priorities(bare(slow=(replace(slow, rest=Rest(2)),)))
    assert one.minutes is None and said(one)[-1].endswith("slow spells of it that lasted so long before: 2.")


# -- orders ----------------------------------------------------------------------------------------------


def test_material_of_an_order_behind_wins_back_what_the_pieces_behind_take() -> None:
    shift = bare(material=(Material("B-1", "line-1", None, True),))
    behind = replace(shift, lines=(replace(shift.lines[0], good=1242),))
    (one,) = priorities(behind)
    assert one.minutes == pytest.approx(58 / 300 * 60)
    assert "At the pace as run the 58 pieces behind plan take 12 min." in said(one)
    (one,) = priorities(shift)  # it is not behind: nothing is lost yet
    assert one.minutes is None


def test_an_order_that_was_due_is_not_told_to_end_after_it_is_due() -> None:
    late = (
        Late("A-1", "line-1", NOW - HOUR, True, 391, 3480.0),
        Late("A-2", "line-1", NOW + HOUR, True, 20, 240.0),
    )
    (one,) = priorities(bare(late=late))
    assert said(one) == [
        "Agree on another date for order A-1 of Line 1: it was due Mon 2 Mar 03:00.",
        "Pieces of it still to make: 391; at the pace as run they take 58 min.",
        "Orders of Line 1 late like it: 1 more.",
    ]


def test_another_product_that_is_run_is_said_and_not_only_the_pieces_behind() -> None:
    shift = bare(standing=(stands("filler", USUAL),))
    other = replace(shift.lines[0], good=265, plan=251, without_plan=265, unplanned=("cola",))
    (one,) = priorities(replace(shift, lines=(other,)))
    told = "Line 1 runs Cola 0.5, which is not planned: of the 251 planned by now it made none."
    assert told in said(one) and not any("behind plan" in text for text in said(one))


# -- what was found ----------------------------------------------------------------------------------------


def dear(machine: str, likely: float | None, per: Any = "shift", by: int = NOW - HOUR) -> Finding:
    cost = Cost(None if likely is None else 0.0, likely, likely, "USD", per)
    action = Action(Say(f"See to {machine}."), "ci", by)
    return replace(finding(NOW, cost=cost), kind=f"of {machine}", subject=Subject(machine), action=action)


def test_findings_are_ranked_by_what_they_cost_in_a_shift() -> None:
    found = (dear("filler", 10.0), dear("capper", 600.0), dear("packer", 9000.0, "month"))
    first = priorities(bare(findings=found, homes={"capper": "line-1", "packer": "line-1"}))
    assert [one.kind for one in first] == ["of capper", "of packer", "of filler"]
    assert (first[0].per, first[0].money, first[1].per) == ("shift", (0.0, 600.0, 600.0), "month")


def test_late_orders_and_what_has_no_price_never_push_out_what_was_found() -> None:
    late = tuple(Late(f"A-{n}", f"line-{n}", NOW + n * HOUR, True) for n in range(1, 9))
    free = dear("mixer", None)
    first = priorities(bare(late=late, findings=(dear("capper", 5.0, "month"), free)))
    assert first[0].kind == "of capper" and "of mixer" in [one.kind for one in first]
    lines = tuple(LineOfShift(f"line-{n}", f"m{n}", hour=(0.0, 600.0)) for n in range(1, 9))
    stopped = tuple(
        Standing(f"m{n}", f"line-{n}", NOW - MINUTE, "jam", "other_stop", USUAL) for n in range(1, 9)
    )
    shift = replace(bare(standing=stopped), lines=lines)
    cheap = (dear("a", 2000.0, "month"), dear("b", 1000.0, "month"), dear("c", 1500.0, "month"))
    kinds = [one.kind for one in priorities(replace(shift, findings=cheap))]
    assert kinds == ["standing", "standing", "standing", "of a", "of c"]  # the two dearest have a place


def test_a_finding_wins_back_no_more_than_the_planned_time_that_is_left() -> None:
    slow = dear("filler", 600.0)
    slow = replace(slow, action=replace(slow.action, minutes=60.0))
    shift = bare(findings=(slow,))
    assert [one.minutes for one in priorities(shift)] == [60.0]
    short = replace(shift, lines=(replace(shift.lines[0], work=300.0),))
    assert [one.minutes for one in priorities(short)] == [5.0]
    ahead = replace(shift, start=NOW + HOUR, end=NOW + 9 * HOUR)
    assert [(one.minutes, one.per) for one in priorities(ahead)] == [(None, "shift")]


# -- where no shift runs -------------------------------------------------------------------------------------


def test_before_a_shift_begins_nothing_can_be_won_back_and_nobody_is_missed() -> None:
    shift = replace(
        bare(material=(Material("B-1", "line-1", NOW + 2 * HOUR, False),)),
        start=NOW + HOUR,
        end=NOW + 9 * HOUR,
        crews=(),
    )
    assert shift.is_ahead and not shift.is_over
    assert [(one.kind, one.minutes) for one in priorities(shift)] == [("material", None)]
    assert replace(shift, start=NOW, end=NOW).is_ahead
    assert not replace(shift, start=NOW - DAY).is_ahead
