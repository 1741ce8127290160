"""Pages for the desk say what is missing and what is agreed in plain words, and no line that says nothing."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect
from tests.live.inside import Inside, inside
from tests.live.shift import said, shift

from plantstack.interfaces.web import page as pages
from plantstack.interfaces.web.finding import find
from plantstack.interfaces.web.page import Visit
from plantstack.interfaces.web.showing import show
from plantstack.intervals import DAY, HOUR, rfc3339
from plantstack.live.access import MAY, Sender

NOON = 1_772_560_800_000_000  # of a Tuesday at the plant, inside a shift


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inside]:
    with inside(tmp_path_factory.mktemp("plain") / "p", NOON) as made, pytest.MonkeyPatch.context() as patch:
        patch.setattr(pages, "PATIENCE_S", 60.0)
        span = {"from": rfc3339(NOON - DAY), "until": rfc3339(NOON + 30 * DAY)}
        made.send(
            *shift(NOON),
            said("target", "filler", NOON - DAY, "now", kpi="oee", value=0.614, **span),
            said("target", "line-1", NOON - DAY, "cost", kpi="cost_per_good_unit", value=4321, **span),
            said(
                "target",
                "line-10",
                NOON - DAY,
                "over",
                kpi="oee",
                value=0.5,
                **span | {"until": rfc3339(NOON - HOUR)},
            ),
        )
        made.fresh()
        yield made


def text(floor: Inside, path: str, language: str = "en") -> str:
    headers = {"accept": "text/html", "accept-language": language}
    page = floor.request("GET", path, headers=headers).text
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page[page.index("<main") :])))


def test_a_bridge_that_there_is_not_says_what_to_record(floor: Inside) -> None:
    told = text(floor, "/bridge/oee/labeller")
    assert "No bridge: nobody ever said what the machine does: record when it produces" in told
    assert "niemand hat je gesagt, was die Maschine tut" in text(floor, "/bridge/oee/labeller", "de")


def test_a_kpi_shows_the_targets_that_events_told(floor: Inside) -> None:
    told = text(floor, "/kpis/oee")
    assert "Targets told by events Filler: 61.4 % from 2 Mar 2026 until Thu 2 Apr" in told
    assert "Bottling line 10" not in told, "what is over is not agreed any more"
    assert "told by events" not in text(floor, "/kpis/scrap_rate")


def test_a_target_of_money_is_told_to_those_who_see_money(floor: Inside) -> None:
    def shown(role: str) -> str:
        found, params = find("/kpis/cost_per_good_unit") or (None, {})
        assert found is not None
        sender = Sender(may=MAY[role], role=role)
        return show(found, Visit(floor.running, sender, "/kpis/x", params, {}, NOON, "en"), {}).text

    assert "4,321" in shown("exec")
    assert "4,321" not in shown("operator")


def test_doubts_that_round_to_nothing_are_folded_up(look: Callable[..., Page]) -> None:
    page = look("/lineage/oee", "ci")
    lines = page.locator(".whole > .limit")
    assert [one for one in lines.all_inner_texts() if re.match(r"0\s?%", one)] == []
    folded = page.locator("#small")
    expect(folded.locator("summary")).to_contain_text("of half a percent or less")
    folded.locator("summary").click()
    assert re.match(r"0\.\d\d%", folded.locator(".limit").first.inner_text())
