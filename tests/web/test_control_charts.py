"""The control chart of a drift: the values it was found in, limits of good runs, its begin, rules by name."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.insights.drift.made import noise
from tests.stack.floor import START, Wire, load, plant, written

from plantstack.insights.chart import Control
from plantstack.insights.drift.control import control
from plantstack.insights.drift.rules import Broken
from plantstack.insights.drift.shewhart import MIN_POINTS
from plantstack.interfaces.asked_findings import insights
from plantstack.interfaces.web import page as pages
from plantstack.interfaces.web.control import drawn
from plantstack.interfaces.web.finding import find
from plantstack.interfaces.web.page import Visit
from plantstack.interfaces.web.showing import show
from plantstack.intervals import DAY, HOUR, MINUTE, Interval, rfc3339
from plantstack.live.access import MAY, Sender
from plantstack.live.running import Running
from plantstack.stack import Stack
from plantstack.stack.finding.asking import findings
from plantstack.stack.finding.facts import facts_of

DAYS, BREAKS = 7, 5
NOW = START + DAYS * DAY


def heated(folder: Path) -> Path:
    """A filler whose temperature is read every five minutes and rises after five days."""
    project = plant(folder / "p")
    common = {"equipment": "filler", "source": "plc"}
    order: Wire = {"kind": "order", "key": "o", "phase": "start", "order": "A", "product": "cola-330"}
    rows: list[Wire] = [
        {**order, "at": rfc3339(START)},
        {"kind": "state", "key": "s", "at": rfc3339(START), "state": "producing"},
    ]
    values = 80 + 0.5 * noise(DAYS * 288, 3)
    values[BREAKS * 288 :] += np.linspace(0, 3, (DAYS - BREAKS) * 288)
    for place, value in enumerate(values.tolist()):
        at = START + place * 5 * MINUTE + MINUTE
        read: Wire = {"kind": "reading", "key": f"r{place}", "at": rfc3339(at), "parameter": "heat"}
        rows.append({**read, "value": round(value, 3), "unit": "degC"})
    for hour in range(1, DAYS * 24):
        at = START + hour * HOUR
        rows.append({"kind": "count", "key": f"c{hour}", "at": rfc3339(at), "good": 3000})
    load(project, written(folder, "week.ndjson", [{**row, **common} for row in rows]), now=NOW)
    return project


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pages, "PATIENCE_S", 60.0)
        made = Running(heated(tmp_path_factory.mktemp("heated")), lambda: NOW)
        try:
            yield made
        finally:
            made.close()


def shown(running: Running, language: str = "en") -> str:
    there = find("/findings/filler")
    assert there is not None
    found, params = there
    sender = Sender(may=MAY["supervisor"], role="supervisor")
    return show(found, Visit(running, sender, "/findings/filler", params, {}, NOW, language), {}).text


def drift(stack: Stack, at: int = NOW) -> Control:
    told = [one.finding for one in findings(stack, "filler", at).shown if one.finding.kind == "drift"]
    (chart,) = told[0].charts
    return chart


def test_the_chart_is_of_the_values_that_the_finding_was_found_in(running: Running) -> None:
    with Stack.open(running.folder) as stack:
        chart = drift(stack)
        facts = facts_of(stack, "tulsa", NOW)
    assert replace(chart, onset=None) == control(facts, "filler", "heat", "cola-330")
    assert chart.n_learned >= MIN_POINTS and chart.learned.end <= START + BREAKS * DAY
    assert chart.onset is not None and abs(chart.onset - START - BREAKS * DAY) < 12 * HOUR
    assert chart.centre == pytest.approx(80, abs=0.1) and chart.high - chart.low < 2
    late = [one for one in chart.broken if chart.at[one.first] > chart.onset]
    assert {"beyond", "two_of_three", "four_of_five", "one_side"} == {one.rule for one in late}
    assert chart.rules_at(len(chart.at) - 1) and not chart.rules_at(chart.first - 1)
    assert chart.zone(len(chart.at) - 1) == "" and "C" in {chart.zone(one) for one in range(chart.first)}


def test_what_was_known_then_is_what_was_drawn_then(running: Running) -> None:
    with Stack.open(running.folder) as stack:
        now, then = drift(stack), drift(stack, NOW - 12 * HOUR)
    n = len(then.at)
    assert (then.at, then.value) == (now.at[:n], now.value[:n]) and n <= len(now.at) - 11
    assert (then.centre, then.sigma, then.learned) == (now.centre, now.sigma, now.learned)


def test_the_page_draws_it_with_limits_begin_and_rules_by_name(running: Running) -> None:
    text = shown(running)
    assert "Control chart of heat, hour by hour · Cola 0.33 l" in text
    for limit in ("upper limit", "lower limit", "centre"):
        assert re.search(rf"{limit} \d\d\.\d+ (°C|degC)", text)
    assert "1 beyond 3 sigma" in text and "8 on one side" in text and 'class="rc-signal"' in text
    assert re.search(r"It began about Sat 7 Mar|It began about Sun 8 Mar", text)
    assert re.search(r"zone [ABC]<", text) and "clock America/Chicago" in text


def test_it_is_said_in_the_language_of_the_reader(running: Running) -> None:
    assert "1 jenseits von 3 Sigma" in shown(running, "de") and "Regelkarte von heat" in shown(running, "de")
    assert "1 más allá de 3 sigma" in shown(running, "es")


def test_programs_are_given_the_same_points(running: Running) -> None:
    with Stack.open(running.folder) as stack:
        chart = drift(stack)
        rows = insights(stack, "filler", as_of=rfc3339(NOW), with_charts=True).rows
        plain = insights(stack, "filler", as_of=rfc3339(NOW)).rows
    (row,) = (one for one in rows if one["row"] == "finding" and one["kind"] == "drift")
    (told,) = row["charts"]
    assert json.loads(json.dumps(told)) == told and not any("charts" in one for one in plain)
    assert [one["value"] for one in told["points"]] == list(chart.value)
    assert (told["zone"], told["unit"], told["high"]) == ("America/Chicago", "degC", chart.high)
    assert told["points"][-1]["rules"] == chart.rules_at(len(chart.at) - 1)


def test_of_a_long_one_its_begin_and_its_end_are_drawn() -> None:
    hours = tuple(HOUR * (one + 1) for one in range(400))
    chart = Control(
        *("m", "heat", "p", "bar", hours, (1.0,) * 400, 1.0, 0.1, Interval(0, 30 * HOUR), 30, 30),
        broken=(Broken("one_side", 130, 399),),
        onset=100 * HOUR,
    )
    places = drawn(chart)
    assert places[0] == 76 and places[-1] == 399 and places.count(None) == 1
    assert 100 in places and len(places) <= 97
    assert drawn(replace(chart, onset=350 * HOUR)) == list(range(326, 400))
    assert drawn(replace(chart, onset=399 * HOUR)) == list(range(340, 400))
