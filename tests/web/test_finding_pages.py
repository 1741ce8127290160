"""The page of findings: what was found, what it costs for whoever may know, and the answers to tap."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeVar, cast

import pytest
from tests.stack.floor import START, Wire, load, plant, written

from plantstack.insights.finding import Cannot, Cost, Explanation, Subject
from plantstack.insights.saying import Say
from plantstack.interfaces.asked_findings import rows_of
from plantstack.interfaces.web import page as pages
from plantstack.interfaces.web.finding import find
from plantstack.interfaces.web.page import Visit
from plantstack.interfaces.web.showing import show
from plantstack.intervals import DAY, HOUR, rfc3339
from plantstack.live.access import MAY, Sender
from plantstack.live.running import Running
from plantstack.live.study import Studied
from plantstack.stack import Stack
from plantstack.stack.finding.asking import Findings, findings

T = TypeVar("T")
DAYS = 6
NOW = START + DAYS * DAY


def beaten(folder: Path) -> Path:
    """A filler that makes a tenth more than its ideal pace, day after day."""
    project = plant(folder / "p")
    rows: list[Wire] = [
        {
            "kind": "order",
            "key": "o",
            "at": rfc3339(START),
            "phase": "start",
            "order": "A",
            "product": "cola-330",
        },
        {"kind": "state", "key": "s", "at": rfc3339(START), "state": "producing"},
    ]
    for hour in range(1, DAYS * 24):
        at = START + hour * HOUR
        count: Wire = {"kind": "count", "key": f"c{hour}", "at": rfc3339(at), "from": rfc3339(at - HOUR)}
        rows.append({**count, "good": 660 * 60})
    common = {"equipment": "filler", "source": "plc"}
    load(project, written(folder, "week.ndjson", [{**row, **common} for row in rows]), now=NOW)
    return project


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pages, "PATIENCE_S", 60.0)
        made = Running(beaten(tmp_path_factory.mktemp("findings")), lambda: NOW)
        try:
            yield made
        finally:
            made.close()


def shown(running: Running, role: str, language: str = "en", path: str = "/findings") -> str:
    there = find(path)
    assert there is not None
    found, params = there
    sender = Sender(may=MAY[role], role=role)
    return show(found, Visit(running, sender, path, params, {}, NOW, language), {}).text


def test_a_finding_stands_on_the_page_with_its_action_and_its_answers(running: Running) -> None:
    text = shown(running, "supervisor")
    ids = re.findall(r'data-finding="([0-9a-f]{12})"', text)
    with Stack.open(running.folder) as stack:
        asked = findings(stack, "", NOW)
    assert ids == [one.finding.id for one in asked.shown] and ids
    # a break inside an hour moves pieces from one stretch to the next: the pace is near a tenth too high
    assert re.search(r"Filler runs Cola 0.33 l at 11\d\.\d% of its ideal pace", text)
    assert re.search(r"set it to about (39|40|41),\d{3} pieces an hour", text)
    for word in ("useful", "expected", "wrong", "fixed", "later"):
        assert f'data-word="{word}"' in text
    assert "Cannot judge" in text  # there are no readings


def test_whoever_may_enter_nothing_has_nothing_to_tap(running: Running) -> None:
    text = shown(running, "exec")
    assert "data-finding" in text and "data-word=" not in text


def test_it_is_said_in_the_language_of_the_reader(running: Running) -> None:
    assert "des Idealtakts" in shown(running, "supervisor", "de")
    assert "de su ritmo ideal" in shown(running, "supervisor", "es")


def test_whoever_stands_at_the_machine_hears_of_it_and_never_waits_for_it(running: Running) -> None:
    shown(running, "operator", path="/findings/filler")  # worked out here, and known from now on
    text = shown(running, "operator", path="/op/filler")
    assert re.search(r'<p class="flag">.*<b>Filler runs Cola 0.33 l at 11\d\.\d% of its ideal pace', text)
    assert 'href="/findings/filler#f-' in text
    assert '<p class="flag">' not in shown(running, "operator", path="/op/capper")


def page_of(running: Running, listed: Findings, language: str = "en") -> str:
    """The page of findings that were not asked for but given."""

    class Given(Visit):
        def study(self, key: tuple[Hashable, ...], question: Callable[[Stack], T]) -> Studied[T]:
            return Studied(cast(T, listed), NOW, 1)

    there = find("/findings")
    assert there is not None
    sender = Sender(may=MAY["supervisor"], role="supervisor")
    return show(there[0], Given(running, sender, "/findings", {}, {}, NOW, language), {}).text


def test_what_is_overdue_says_so_and_what_costs_nothing_prints_no_range(
    running: Running,
) -> None:
    told = shown(running, "supervisor")
    assert "by " in told and "overdue since" not in told
    with Stack.open(running.folder) as stack:
        asked = findings(stack, "", NOW)
    first = asked.shown[0]
    late = replace(first.finding, action=replace(first.finding.action, by=NOW - HOUR))
    cost = Cost(0.0, 0.0, 0.0, "USD", "so far", "cash cost out", pieces=0.0)
    some = replace(cost, likely=40.0, high=80.0, per="run", pieces=16.0)
    cases = {
        "costs nothing that could be seen so far": replace(late, cost=cost),
        "up to $80.00": replace(late, cost=some),
    }
    for text, finding in cases.items():
        listed = replace(asked, shown=[replace(first, finding=finding)])
        page = page_of(running, listed)
        assert "overdue since" in page and text in page and "$0.00" not in page
        (row,) = [one for one in rows_of(listed, running.plant, "en") if one["row"] == "finding"]
        assert row["overdue"] is True and row["known_at"] and row["others"] == []


def test_what_cannot_be_judged_is_said_once_with_its_machines(running: Running) -> None:
    with Stack.open(running.folder) as stack:
        asked = findings(stack, "", NOW)
    why, fix = Say("no setting and no reading is told"), Say("it comes with the next runs")
    cannot = [Cannot("setup_error", Subject(one), why, fix) for one in ("filler", "capper", "packer")]
    listed = replace(asked, cannot=cannot)
    page = page_of(running, listed, "de")
    assert page.count("Es wird keine Einstellung und kein Messwert gemeldet.") == 1
    assert "3 Orte: Filler, Capper, Case packer" in page


def test_of_many_parameters_that_cannot_be_judged_the_first_are_said_and_the_rest_can_be_opened(
    running: Running,
) -> None:
    with Stack.open(running.folder) as stack:
        asked = findings(stack, "", NOW)
    many = [
        Cannot("drift", Subject("filler"), Say(f"cannot judge p{n}"), Say(f"go on reading p{n}"))
        for n in range(60)
    ]
    page = page_of(running, replace(asked, cannot=many))
    outside, inside = page.split('<details id="more-2"><summary>and 58 more like it</summary>')
    assert "annot judge p1." in outside and "annot judge p2." not in outside
    assert inside.count("annot judge p") == 58


def test_what_a_finding_says_itself_does_not_stand_among_what_it_could_also_be(running: Running) -> None:
    with Stack.open(running.folder) as stack:
        asked = findings(stack, "", NOW)
    causes = (Explanation(Say("it comes with nights"), 0.7, is_own=True), Explanation(Say("heat"), 0.3))
    first = replace(asked.shown[0].finding, explanations=causes)
    page = page_of(running, replace(asked, shown=[replace(asked.shown[0], finding=first)]))
    assert page.count("It could also be") == 1 and "comes with nights" not in page


def test_limits_with_figures_are_in_the_language_of_the_reader(running: Running) -> None:
    with Stack.open(running.folder) as stack:
        asked = findings(stack, "", NOW)
    limits = ("only 7 good runs of this product are known", "12% of the scrap has no reason")
    first = replace(asked.shown[0].finding, limits=limits)
    page = page_of(running, replace(asked, shown=[replace(asked.shown[0], finding=first)]), "de")
    assert "nur 7 gute Läufe dieses Produkts sind bekannt" in page and limits[0] not in page
    assert "des Ausschusses haben keinen Grund" in page and "has no reason" not in page
