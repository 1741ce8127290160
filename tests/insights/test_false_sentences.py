"""Sentences made of the words of a fact that say another thing; each was once let through."""

from __future__ import annotations

import pytest
from tests.insights.shifts import reader

from plantstack.insights.saying import Bounds, Figure, Name, Say
from plantstack.insights.telling.facts_of_shift import LineOfShift
from plantstack.insights.telling.shift import result
from plantstack.insights.verifying.verifier import Basis, basis, verify

FILLER = Name("Filler", "word")
SINCE = Figure(1_795_745_040_000_000, "moment")
Values = dict[str, Figure | Name | Bounds]


def _fact(text: str, **values: Figure | Name | Bounds) -> Say:
    return Say(text, values)


FACTS = {
    "made": result(LineOfShift("line-1", "", 1234, 1300)).says,
    "lost": _fact(
        "%(machine)s lost %(time)s, about %(pieces)s pieces: %(what)s.",
        machine=Name("filler", "equipment"),
        time=Figure(5520.0, "duration"),
        pieces=Figure(120.0, "pieces"),
        what=Name("jam", "reason"),
    ),
    "standing": _fact(
        "%(machine)s has been standing since %(since)s without a reason.", machine=FILLER, since=SINCE
    ),
    "get": _fact(
        "Get %(machine)s running: it has been standing since %(since)s.", machine=FILLER, since=SINCE
    ),
    "hold": _fact(
        "Decide on the pieces on hold at %(place)s, held since %(since)s.", place=FILLER, since=SINCE
    ),
    "stage": _fact(
        "Stage the material of order %(order)s at %(line)s.",
        order=Name("B-7", "order"),
        line=Name("line-1", "equipment"),
    ),
    "rose": _fact(
        "%(kpi)s of %(place)s rose from %(before)s (%(then)s) to %(now)s (%(period)s).",
        kpi=Name("OEE", "word"),
        place=FILLER,
        before=Figure(0.5, "share"),
        then=Name("Monday", "word"),
        now=Figure(0.6, "share"),
        period=Name("Tuesday", "word"),
    ),
    "leaf": _fact(
        "%(place)s lost %(time)s of machine time to %(leaf)s, %(period)s.",
        place=FILLER,
        time=Figure(600.0, "duration", "s"),
        leaf=Name("Waiting", "word"),
        period=Name("Tuesday", "word"),
    ),
    "cost": _fact(
        "%(leaf)s at %(place)s cost %(low)s to %(high)s, %(period)s.",
        leaf=Name("Waiting", "word"),
        place=FILLER,
        low=Figure(100.0, "money", "EUR"),
        high=Figure(200.0, "money", "EUR"),
        period=Name("Tuesday", "word"),
    ),
    "target": _fact(
        "%(kpi)s of %(place)s has the target %(target)s.",
        kpi=Name("OEE", "word"),
        place=FILLER,
        target=Figure(0.8, "share"),
    ),
}
FALSE = [
    ("made", "Line 1 will make 1,234 of 1,300 planned: 66 fewer."),
    ("made", "Line 1 would have made 1,234 of 1,300 planned: 66 fewer."),
    ("made", "Line 1 makes 1,234 of 1,300 planned: 66 fewer."),
    ("made", "Line 1 almost made 1,234 of 1,300 planned: 66 fewer."),
    ("made", "Line 1 made \uff11,\uff12\uff13\uff14 of 1,300 planned: 66 fewer."),
    ("made", "Line 1 made \u0661\u0662\u0663\u0664 of 1,300 planned: 66 fewer."),
    ("made", "Line 1 made 1,234 pieces of 1,300 planned, 66 fewer?"),
    ("made", "Did Line 1 make 1,234 of 1,300 planned, 66 fewer"),
    ("made", "Line 1 made 1,234 of its target 1,300: 66 fewer."),
    ("lost", "Filler gets back 1 h 32 min, about 120 pieces: Jam."),
    ("lost", "Filler gave 1 h 32 min, about 120 pieces: Jam."),
    ("lost", "Filler has 1 h 32 min, about 120 pieces: Jam."),
    ("lost", "Filler gets back the lost 1 h 32 min, about 120 pieces: Jam."),
    ("lost", "Filler will lose 1 h 32 min, about 120 pieces: Jam."),
    ("lost", "Filler loses 1 h 32 min, about 120 pieces: Jam."),
    ("lost", "Filler bring back 1 h 32 min, about 120 pieces: Jam."),
    ("lost", "Jam lost 1 h 32 min, about 120 pieces: Filler."),
    ("standing", "Filler has been there since 20:04 without a reason."),
    ("standing", "Filler will stand since 20:04 without a reason."),
    ("standing", "Filler was standing since 20:04 without a reason."),
    ("standing", "Has Filler been standing since 20:04 without a reason"),
    ("standing", "Not Filler: it stands since 20:04 a reason."),
    ("standing", "Not Filler: it has been standing since 20:04, reason."),
    ("standing", "Filler is not standing since 20:04 with a reason."),
    ("get", "Get Filler running: it was standing since 20:04."),
    ("get", "Filler has been running since 20:04."),
    ("get", "Get Filler standing: it has been running since 20:04."),
    ("get", "Get Filler running since 20:04: it has been standing."),
    ("get", "Filler did get running: it has been standing since 20:04."),
    ("hold", "Bring back the pieces at Filler since 20:04."),
    ("hold", "The pieces on hold at Filler, held since 20:04."),
    ("stage", "The material of order B-7 is staged at Line 1."),
    ("stage", "Stage the material of order Line 1 at B-7."),
    ("rose", "OEE of Filler rises from 50.0% (Monday) to 60.0% (Tuesday)."),
    ("rose", "OEE of Filler rose from 50.0% (Tuesday) to 60.0% (Monday)."),
    ("rose", "OEE of Filler rose to 60.0% from 50.0% (Monday) (Tuesday)."),
    ("rose", "Monday: OEE of Filler rose to 60.0%, Tuesday, from 50.0%."),
    ("rose", "Filler of OEE rose from 50.0% (Monday) to 60.0% (Tuesday)."),
    ("leaf", "Filler took 10 min of machine time from Waiting, Tuesday."),
    ("leaf", "Waiting lost 10 min of machine time to Filler, Tuesday."),
    ("leaf", "10 min of Waiting: Filler will get machine time back, Tuesday."),
    ("cost", "Waiting at Filler gave EUR 100.00 to EUR 200.00, Tuesday."),
    ("cost", "Waiting at Filler has EUR 100.00 to EUR 200.00, Tuesday."),
    ("cost", "Filler at Waiting cost EUR 100.00 to EUR 200.00, Tuesday."),
    ("target", "OEE of Filler is 80.0%."),
    ("target", "OEE of Filler reached 80.0%."),
    ("target", "OEE of Filler has met the target 80.0%."),
    ("target", "OEE of Filler has reached the target, 80.0%."),
]
TRUE = [
    ("made", "Of 1,300 planned pieces, Line 1 made 1,234: 66 fewer."),
    ("lost", "Jam: Filler lost 1 h 32 min or roughly 120 pieces."),
    ("standing", "Since 20:04, Filler has been stopped with no reason."),
    ("rose", "OEE of Filler increased to 60.0% (Tuesday) from 50.0% (Monday)."),
    ("leaf", "Tuesday: Filler lost 10 min of machine time to Waiting."),
    ("cost", "Waiting at Filler cost EUR 100.00 to EUR 200.00, Tuesday."),
    ("target", "The target of OEE of Filler is 80.0%."),
]


def _behind(name: str) -> Basis:
    return basis(FACTS[name], reader("en"))


@pytest.mark.parametrize(("fact", "sentence"), FALSE)
def test_a_false_sentence_of_true_words_is_doubted(fact: str, sentence: str) -> None:
    behind = _behind(fact)
    clock = next((one.text for one in behind.tokens if one.kind == "clock"), "")
    assert verify(sentence.replace("20:04", clock), behind)


@pytest.mark.parametrize(("fact", "sentence"), TRUE)
def test_a_true_one_of_the_same_words_is_not(fact: str, sentence: str) -> None:
    behind = _behind(fact)
    clock = next((one.text for one in behind.tokens if one.kind == "clock"), "")
    assert verify(sentence.replace("20:04", clock), behind) == ()


GERMAN = "%(p)s verlor %(t)s Maschinenzeit an %(l)s."
SPANISH = "%(p)s perdió %(t)s de tiempo de máquina en %(l)s."


@pytest.mark.parametrize(
    ("language", "text", "sentence"),
    [
        ("de", GERMAN, "Waiting verlor 10 min Maschinenzeit an Filler."),
        ("de", GERMAN, "Filler brachte 10 min Maschinenzeit an Waiting."),
        ("de", GERMAN, "Filler wird 10 min Maschinenzeit an Waiting verlieren."),
        ("de", GERMAN, "Verlor Filler 10 min Maschinenzeit an Waiting"),
        ("es", SPANISH, "Waiting perdió 10 min de tiempo de máquina en Filler."),
        ("es", SPANISH, "Filler pierde 10 min de tiempo de máquina en Waiting."),
    ],
)
def test_other_languages_have_the_same_holes_closed(language: str, text: str, sentence: str) -> None:
    values: Values = {"p": FILLER, "t": Figure(600.0, "duration", "s"), "l": Name("Waiting", "word")}
    behind = basis(Say(text, values), reader(language))
    assert verify(behind.sentence + " ", behind) == ()
    assert verify(sentence, behind)
