"""One study of a site serves all who ask; each is told only what stands in the places he asks about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.insights.test_running import finding
from tests.stack.floor import START
from tests.web.test_finding_pages import NOW, beaten

from plantstack.insights.contract import Outcome
from plantstack.insights.finding import Action, Cannot, Explanation, Finding, Subject
from plantstack.insights.saying import Name, Say
from plantstack.interfaces.asked_findings import insights, reached
from plantstack.intervals import HOUR
from plantstack.stack import Stack
from plantstack.stack.finding.asking import findings
from plantstack.stack.telling.shift import shift_facts


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack.open(beaten(tmp_path_factory.mktemp("studying"))) as opened:
        yield opened


def studies(stack: Stack) -> list[Outcome]:
    return [one for key, one in stack.remembered.items() if isinstance(key, tuple) and key[0] == "findings"]


def test_page_program_station_and_summary_share_one_study(stack: Stack) -> None:
    now = reached(stack)
    whole = findings(stack, "", now)
    (study,) = studies(stack)
    assert whole.shown and [one.finding for one in whole.shown] == list(study.findings)
    findings(stack, "filler", now)
    insights(stack, "line-1", language="de")
    facts = shift_facts(stack, "line-1", now + HOUR)
    assert [one.id for one in facts.findings] == [one.finding.id for one in whole.shown]
    assert studies(stack) == [study] and studies(stack)[0] is study


def test_a_study_is_made_anew_for_another_instant_and_old_ones_are_forgotten(stack: Stack) -> None:
    now = reached(stack)
    findings(stack, "", now)
    for hour in range(1, 20):
        findings(stack, "", START + hour * HOUR)
    assert len(studies(stack)) == 16
    assert not findings(stack, "", START + HOUR).shown and findings(stack, "", now).shown


def speaks_of(place: str, *others: str) -> Finding:
    named = Say("%(one)s", {"one": Name(place, "equipment")})
    causes = tuple(Explanation(Say("%(it)s", {"it": Name(one, "equipment")}), 0.5) for one in others)
    action = Action(named, "supervisor", NOW)
    return replace(finding(NOW), says=named, subject=Subject(place), explanations=causes, action=action)


def test_whoever_asks_about_a_machine_hears_of_nothing_beside_it(stack: Stack) -> None:
    now = reached(stack)
    findings(stack, "", now)
    (key,) = [key for key, one in stack.remembered.items() if one is studies(stack)[-1]]
    said = [speaks_of("filler"), speaks_of("filler", "packer"), speaks_of("line-1"), speaks_of("packer")]
    why = Say("too few")
    cannot = [Cannot("drift", Subject("packer"), why, why), Cannot("drift", None, why, why)]
    kept = stack.remembered[key]
    stack.remembered[key] = Outcome(said, cannot)
    try:
        heard = {scope: findings(stack, scope, now) for scope in ("filler", "line-1", "")}
    finally:
        stack.remembered[key] = kept
    counts = {scope: len(one.shown) for scope, one in heard.items()}
    assert counts == {"filler": 1, "line-1": 4, "": 4}
    assert heard["filler"].shown[0].finding == said[0]
    assert [one.subject for one in heard["filler"].cannot] == [None]
    assert len(heard["line-1"].cannot) == 2
