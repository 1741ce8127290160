"""What is said of a shift, in which order, and what is done first."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pytest
from tests.insights.shifts import START, early, reader
from tests.insights.test_running import finding

from plantstack.insights.finding import Action, Finding
from plantstack.insights.saying import Bounds, Figure, Name, Say
from plantstack.insights.telling.fact import MOST_OF_ONE, Fact, Link, Weight, select
from plantstack.insights.telling.facts_of_shift import (
    Crew,
    LineOfShift,
    LossOfShift,
    ShiftFacts,
    SlowRun,
    Standing,
)
from plantstack.insights.telling.priorities import priorities
from plantstack.insights.telling.render import tell
from plantstack.insights.telling.shift import facts_of
from plantstack.insights.telling.summary import summary, top_losses
from plantstack.intervals import HOUR


def _fact(name: str, about: str, *, safe: bool = False, **weight: float) -> Fact:
    money = weight.pop("money", None)
    told = Weight(None if money is None else (0.0, money, 2 * money), **weight)
    return Fact("loss", Say(name), Link("equipment", about), about, told, is_safety=safe)


def test_safety_comes_before_any_money() -> None:
    facts = [_fact("dear", "a", money=1e6, surprise=1.0, actionability=1.0), _fact("safe", "b", safe=True)]
    assert [one.says.text for one in select(facts, 1)] == ["safe"]


def test_money_surprise_and_actionability_weigh_together() -> None:
    facts = [
        _fact("dear and usual", "a", money=1000, surprise=0.1, actionability=0.1),
        _fact("cheap and new", "b", money=100, surprise=1.0, actionability=1.0),
    ]
    assert [one.says.text for one in select(facts, 2)] == ["cheap and new", "dear and usual"]


def test_minutes_without_a_price_are_weighed_at_the_price_of_the_others() -> None:
    facts = [_fact("priced", "a", money=100, minutes=10), _fact("long", "b", minutes=30), _fact("no", "c")]
    assert [one.says.text for one in select(facts, 1)] == ["long"]


def test_not_five_facts_of_one_stop() -> None:
    one = [_fact(f"of one {n}", "a", money=1000 + n) for n in range(5)]
    chosen = select([*one, _fact("other", "b", money=1)], 4)
    assert sum(fact.about == "a" for fact in chosen) == MOST_OF_ONE
    assert "other" in [fact.says.text for fact in chosen]


def test_the_choice_does_not_depend_on_the_order_of_facts() -> None:
    facts = facts_of(early())
    wanted = [one.id for one in select(facts, 6)]
    for seed in range(20):
        mixed = Random(seed).sample(facts, len(facts))
        assert [one.id for one in select([*mixed, *mixed[:3]], 6)] == wanted


def test_a_shift_is_told_in_english() -> None:
    told = [tell(one.says, reader("en")) for one in summary(early()).facts]
    assert told[0] == "Safety: near miss at Packer 3 at 02:00."
    assert "Line 1 made 1,200 of 1,300: 100 behind plan." in told
    lost = "Filler lost 42 min, about 120 pieces and up to $423.00 of contribution not sold: Jam."
    assert lost in [text.replace("\u202f", " ") for text in told]


@pytest.mark.parametrize("language", ["en", "de", "es"])
def test_every_sentence_is_said_in_every_language(language: str) -> None:
    shift, english = early(), reader("en")
    says = [one.says for one in facts_of(shift)]
    says += [say for one in priorities(shift, 99) for say in (one.says, *one.why)]
    for one in says:
        told = tell(one, reader(language))
        assert "%(" not in told and not told[0].islower()
        assert language == "en" or told != tell(one, english), f"{one.text} is not translated"


def test_ids_stay_and_tell_facts_apart() -> None:
    first, again = facts_of(early()), facts_of(early())
    assert [one.id for one in first] == [one.id for one in again]
    assert len({one.id for one in first}) == len(first)


def test_a_shift_of_which_nothing_is_known_says_so() -> None:
    told = summary(ShiftFacts("line-1", "early", START, START + HOUR, START + HOUR))
    assert [tell(one.says, reader("en")) for one in told.facts] == ["Nothing was told of this shift."]


def test_pieces_that_nobody_counts_are_not_zero() -> None:
    shift = ShiftFacts("line-1", "early", START, START + HOUR, START, lines=(LineOfShift("line-1"),))
    assert [tell(one.says, reader("en")) for one in facts_of(shift)] == ["Line 1: pieces are not known."]


def test_top_losses_are_losses() -> None:
    assert [one.link.id for one in top_losses(early())] == ["filler", "packer"]


def test_bounds_are_read_as_words() -> None:
    of = Name("t", "parameter")
    say = Say("%(a)s; %(b)s; %(c)s; %(d)s", {})
    values = {
        "a": Bounds(of, 238.0, None, "degC"),
        "b": Bounds(of, None, 12.5),
        "c": Bounds(of, 1.0, 2.0),
        "d": Bounds(of, 1.0, None, is_outside=True),
    }
    told = tell(replace(say, values=values), reader("en")).replace("\u202f", " ")
    assert told == "t above 238 °C; t below 12.5; t between 1 and 2; t below 1"


def test_a_share_and_a_factor_are_read_as_such() -> None:
    say = Say("%(s)s %(t)s", {"s": Figure(0.031, "share"), "t": Figure(3.14, "times")})
    assert tell(say, reader("en")) == "3.1% 3.1×"


# -- what is done first ---------------------------------------------------------------------------


def test_safety_is_done_first_and_always() -> None:
    found = priorities(early(), 1)
    assert [one.kind for one in found] == ["safety"]
    assert tell(found[0].why[0], reader("en")) == "Safety comes before money."


def test_the_machine_that_sets_the_pace_comes_before_one_that_does_not() -> None:
    shift = replace(
        early(),
        safety=(),
        calls=(),
        slow=(),
        crews=(),
        material=(),
        standing=(
            Standing("packer", "line-1", START, "jam", "breakdown"),
            Standing("filler", "line-1", START + HOUR, "jam", "breakdown"),
        ),
    )
    first, second, heads = priorities(shift, 2)
    assert (first.link.id, second.link.id, heads.kind) == ("filler", "packer", "heads")
    assert first.minutes is None and second.minutes is None  # nobody looked how long such stops last
    assert first.money is None and first.owner == "maintenance"
    assert tell(first.why[0], reader("en")) == "Filler sets the pace of Line 1."


def test_a_person_moves_from_where_there_is_one_to_spare_and_only_once() -> None:
    shift = replace(
        early(), crews=(Crew("line-1", 3, 4), Crew("line-3", 2, 3), Crew("line-2", 5, 4)), safety=()
    )
    moved = [one for one in priorities(shift, 99) if one.kind == "crew"]
    assert [(one.move.source, one.move.target) for one in moved if one.move] == [("line-2", "line-1")]
    assert [one.link.id for one in moved if one.move is None] == ["line-3"]


def test_a_machine_is_not_asked_for_twice() -> None:
    shift = replace(early(), standing=(Standing("filler", "line-1", START, "jam", "breakdown"),))
    about = [one.kind for one in priorities(shift, 99) if one.link.id == "filler"]
    assert about.count("standing") == 0 and about.count("call") == 1


def test_nothing_can_be_won_back_when_the_shift_is_over() -> None:
    shift = replace(early(), now=START + 8 * HOUR)
    assert all(not one.minutes for one in priorities(shift, 99))


# -- what the records lack, what is late, who could help ------------------------------------------


def said_of(shift: ShiftFacts, *kinds: str) -> list[str]:
    return [
        tell(one.says, reader("en")).replace("\u202f", " ") for one in facts_of(shift) if one.kind in kinds
    ]


def test_a_signal_that_was_silent_is_said_with_what_it_leaves_open() -> None:
    assert said_of(early(), "silent", "late") == [
        "Filler has told nothing since 03:30 (30 min): numbers of Line 1 are not complete.",
        "Line 2 told nothing for 30 min: its numbers are not complete.",
        "40 entries of Packer 3 of earlier days, from Fri 27 Feb on, were told only now.",
    ]
    told = [tell(one.says, reader("en")) for one in summary(early()).facts]
    assert any(one.startswith("Filler has told nothing") for one in told)
    (back,) = [one for one in priorities(early(), 99) if one.kind == "silent"]
    assert (back.link.id, back.owner) == ("filler", "maintenance")


def test_time_of_which_nothing_was_told_is_no_loss_besides() -> None:
    dark = LossOfShift("filler", "line-1", "", "unknown", 3000)
    shift = replace(early(), losses=(dark,))
    assert not said_of(shift, "loss") and said_of(replace(shift, silences=()), "loss")


def due(by: int, **more: Any) -> Finding:
    return replace(finding(by, **more), action=Action(Say("Look."), "quality", by))


def test_what_is_overdue_is_said_once_and_comes_before_the_like_of_it() -> None:
    shift = early()
    late, later = due(shift.now - HOUR, began=1), due(shift.now - 2 * HOUR, began=2)
    soon = due(shift.now + HOUR, began=3)
    assert not said_of(replace(shift, findings=(soon,)), "overdue")
    (one,) = said_of(replace(shift, findings=(late, soon)), "overdue")
    assert one == "What was to be done about a finding is overdue since Mon 2 Mar 03:00."
    (many,) = said_of(replace(shift, findings=(late, later, soon)), "overdue")
    assert many == "What was to be done about 2 findings is overdue, the first since Mon 2 Mar 02:00."
    ranked = [one for one in priorities(replace(shift, findings=(soon, late)), 99) if one.kind == "late"]
    (first, second) = [one for one in ranked if one.link.kind == "finding"]
    assert first.link.id == late.id and second.link.id == soon.id
    assert tell(first.why[0], reader("en")) == "It is overdue since Mon 2 Mar 03:00."


def helped(shift: ShiftFacts) -> list[str]:
    why = [tell(say, reader("en")) for one in priorities(shift, 99) for say in one.why]
    return [one for one in why if "come from" in one]


def heads_untold(shift: ShiftFacts) -> list[str]:
    return [tell(one.says, reader("en")) for one in priorities(shift) if one.kind == "heads"]


def test_where_nobody_told_heads_it_is_said_once_where_a_person_could_come_from() -> None:
    stands = Standing("packer", "line-2", START, "", "other_stop")
    shift = replace(early(), crews=(), calls=(), standing=(stands,), safety=())
    assert helped(shift) == []  # the filler is slow and its line has nobody to spare that is known
    assert heads_untold(shift) == [
        "Where a person could come from is not known: nobody told how many people are at the lines. "
        "Tap Crew at the machines when a shift begins, and a person to move is named here."
    ]
    slow = replace(shift, slow=(SlowRun("filler", "line-1", START, 0.01),))
    assert helped(slow) == [
        "If a person is needed, one could come from Line 2 while it stands; how many are there was not told."
    ]
    told = replace(shift, crews=(Crew("line-1", 3, 4), Crew("line-2", 5, 4)))
    assert not helped(told) and not heads_untold(told)
