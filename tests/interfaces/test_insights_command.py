"""What the command insights prints for people: the clock of the plant, sentences, the reader's language."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from tests.insights.test_running import finding
from tests.stack.floor import START, plant

from plantstack.insights.finding import Action, Cost, Explanation, Finding, Subject
from plantstack.insights.saying import Say
from plantstack.interfaces.asked_findings import rows_of
from plantstack.interfaces.insights import in_words
from plantstack.intervals import HOUR
from plantstack.plant.load import load_plant
from plantstack.stack.finding.asking import Findings, Shown

NO_PRICE = "no contribution of its products is written"


def printed(folder: Path, found: Finding, lang: str) -> str:
    loaded = load_plant(plant(folder))
    rows = rows_of(Findings(START + 9 * HOUR, [Shown(found, None, None)], [], [], []), loaded, lang)
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
    assert "ci: Make one order without it. (overdue since Tue 3 Mar 07:59)" in told
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
