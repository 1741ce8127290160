"""What the command insights prints for people: the clock of the plant, sentences, the reader's language."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from tests.insights.test_running import finding
from tests.stack.floor import START, plant

from plantstack.insights.finding import Action, Cannot, Cost, Explanation, Finding, Subject
from plantstack.insights.saying import Say
from plantstack.interfaces.asked_findings import rows_of
from plantstack.interfaces.insights import in_words
from plantstack.intervals import HOUR
from plantstack.plant.load import load_plant
from plantstack.stack.finding.asking import Findings, Shown

NO_PRICE = "no contribution of its products is written"


def printed(folder: Path, found: Finding, lang: str, cannot: Sequence[Cannot] = ()) -> str:
    loaded = load_plant(plant(folder))
    rows = rows_of(Findings(START + 9 * HOUR, [Shown(found, None, None)], [], [*cannot], []), loaded, lang)
    text = io.StringIO()
    Console(file=text, width=200).print(in_words(rows, lang, lambda place: loaded.site_of(place).zone))
    return text.getvalue()


def test_instants_are_those_of_the_plant_and_explanations_stand_apart(tmp_path: Path) -> None:
    here = replace(
        finding(START, began=START),
        subject=Subject("filler"),
        explanations=(
            Explanation(Say("it was set wrong"), 0.5),
            Explanation(Say("the gauge shows too much."), 0.5),
        ),
        action=Action(Say("make one order without it"), "ci", START + 2 * HOUR - 1),
        cost=Cost(None, None, None, "USD", "shift", why_none=NO_PRICE),
    )
    told = printed(tmp_path / "p", here, "en")
    assert "2026-03" not in told and "Z" not in told and ".99" not in told
    assert "since Tue 3 Mar 06:00" in told
    assert "Improvement: Make one order without it. (overdue since Tue 3 Mar 07:59)" in told
    assert "   - It was set wrong.\n   - The gauge shows too much.\n" in told
    assert f"cost not known: {NO_PRICE}" in told


def test_words_around_a_finding_are_in_the_language_of_its_sentences(tmp_path: Path) -> None:
    here = replace(
        finding(START, began=START),
        subject=Subject("filler"),
        cost=Cost(None, None, None, "USD", "shift", why_none=NO_PRICE),
    )
    told = printed(tmp_path / "p", here, "de")
    assert "Kosten nicht bekannt: für seine Produkte ist kein Deckungsbeitrag hinterlegt" in told
    assert "seit Di 3. März" in told and "overdue" not in told and "since" not in told


def test_what_the_finding_says_itself_is_not_what_it_could_also_be(tmp_path: Path) -> None:
    own = Explanation(Say("it comes with nights"), 0.7, is_own=True)
    other = Explanation(Say("it comes with heat"), 0.3)
    here = replace(finding(START, began=START), subject=Subject("filler"), explanations=(own, other))
    told = printed(tmp_path / "p", here, "en")
    assert "   It could also be:\n   - It comes with heat.\n" in told and "nights" not in told
    alone = printed(tmp_path / "q", replace(here, explanations=(own,)), "en")
    assert "It could also be" not in alone


def test_kinds_duties_and_trust_are_in_the_language_of_the_reader(tmp_path: Path) -> None:
    action = Action(Say("make one order without it"), "ci", START + 2 * HOUR)
    here = replace(finding(START, began=START), subject=Subject("filler"), action=action)
    cannot = Cannot("setup_error", Subject("filler"), Say("no setting"), Say("write one down"))
    told = printed(tmp_path / "p", here, "de", [cannot])
    assert "   Verbesserung: Make one order" in told and "Verlässlichkeit U" in told
    assert "  Rüstfehler: No setting." in told
    assert "trust" not in told and "ci:" not in told and "setup error" not in told


def test_many_of_a_kind_at_a_machine_that_cannot_be_judged_are_two_and_how_many_more(tmp_path: Path) -> None:
    """A machine with sixty parameters that were read too seldom had sixty such lines."""
    here = replace(finding(START, began=START), subject=Subject("filler"))
    many = [
        Cannot("drift", Subject("filler"), Say(f"cannot judge p{n}"), Say(f"go on reading p{n}"))
        for n in range(60)
    ]
    other = Cannot("drift", Subject("capper"), Say("cannot judge q"), Say("go on reading q"))
    told = printed(tmp_path / "p", here, "en", [*many, other])
    lines = [line for line in told.splitlines() if "annot judge" in line and "Cannot judge:" not in line]
    assert [line.split(".")[0].split()[-1] for line in lines] == ["p0", "p1", "q"]
    assert "and 58 more like it (--json)" in told
