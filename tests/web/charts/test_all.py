"""What holds for every chart: strict markup, nothing that the content policy forbids, nothing unescaped."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup
from tests.web.charts.reading import read, texts
from tests.web.charts.samples import EXHIBITS, PARETO, WATERFALL, Exhibit, run_chart_of

from plantstack.interfaces.web import charts

BAD = '"><script>alert(1)</script>\x00&amp;'


@pytest.mark.parametrize("exhibit", EXHIBITS, ids=lambda one: str(one.name))
def test_a_chart_is_strict_markup_without_style_or_script(exhibit: Exhibit) -> None:
    whole = read(exhibit.drawn)
    for element in whole.iter():
        assert "style" not in element.attrib, "a strict policy forbids style attributes"
        assert element.tag not in ("style", "script")
        assert not [key for key in element.attrib if key.startswith("on")]
    assert not re.search(r"\bnan\b|\binf\b|None", str(exhibit.drawn).lower())


@pytest.mark.parametrize("exhibit", EXHIBITS, ids=lambda one: str(one.name))
def test_what_has_a_role_has_a_name_and_an_image_has_no_part_to_focus(exhibit: Exhibit) -> None:
    for element in read(exhibit.drawn).iter():
        if element.get("role"):
            assert element.get("aria-label"), exhibit.name
        if element.get("role") == "img":
            assert not list(element.iter("a"))
        if element.tag == "svg" and element.get("aria-hidden") is None and element.get("viewBox"):
            assert element.get("preserveAspectRatio") or element.get("role"), "a drawing says or is hidden"


def test_ids_are_unique_on_a_page_and_every_fill_is_found() -> None:
    whole = read(*(one.drawn for one in EXHIBITS))
    ids = [element.get("id") for element in whole.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    fills = re.findall(r"url\(#([^)]+)\)", "".join(str(one.drawn) for one in EXHIBITS))
    assert fills
    assert set(fills) <= set(ids)


def _drawn_with(said: str) -> dict[str, Callable[[], Markup]]:
    """Every chart with the same words everywhere."""
    segment = charts.Segment("down", 0, 60, said, said, True, said, said)
    tick = charts.Tick(30, said)
    strip = charts.Strip(
        said, said, 0, 60, [segment, replace(segment, state="nodata")], [tick], tick, said, said
    )
    run = replace(run_chart_of([50.0] * 25), sentence=said, calm=said, summary=said, heads=(said, said, said))
    run = replace(
        run,
        points=[replace(one, text=said, label=said) for one in run.points],
        signals=[charts.NamedSignal(2, 3, said, said)],
        notes=[charts.Note(2, said)],
        phases=[charts.PhaseLines(0, 24, 50, said, 40, 60, said, said)],
        x_ticks=[tick],
    )
    order = charts.Order(said, 10, 5, 6, 7, 8, said, said)
    causes = [replace(one, name=said, text=said, href=said) for one in PARETO.causes]
    steps = [replace(one, name=said, text=said, delta_text=said, href=said) for one in WATERFALL.steps]
    heads = (said, said, said, said)
    day = charts.Day("met", said, said, said)
    return {
        "strip": lambda: charts.state_strip(strip),
        "no strip": lambda: charts.state_strip(replace(strip, segments=[])),
        "spark": lambda: charts.spark(charts.Spark([1, 2], sentence=said)),
        "order": lambda: charts.order_bar(order),
        "bullet": lambda: charts.bullet(charts.Bullet(said, 1, labels=[(1, said)])),
        "whisker": lambda: charts.whisker(charts.Whisker(said, 1, 0, 2)),
        "pareto": lambda: charts.pareto(charts.Pareto(said, causes, heads, lambda _: said)),
        "waterfall": lambda: charts.waterfall(charts.Waterfall(said, steps, heads)),
        "run": lambda: charts.run_chart(run),
        "panel": lambda: charts.small_multiples([charts.Panel(said, [1, 2], 1)], [charts.Tick(1, said)])[0],
        "month": lambda: charts.month_grid(charts.Month(said, [day], 0, [said] * 7, said)),
        "ladder": lambda: charts.ladder(charts.Ladder(2, said)),
        "trust": lambda: charts.trust_mark(charts.Trust("B", said, said)),
    }


@pytest.mark.parametrize("name", _drawn_with(""))
def test_no_words_become_markup(name: str) -> None:
    whole = read(_drawn_with(BAD)[name]())
    assert not list(whole.iter("script"))
    assert BAD.replace("\x00", "\ufffd") in "".join(
        [*texts([whole]), *(v for e in whole.iter() for v in e.attrib.values())]
    )


@given(st.text(min_size=1))
def test_any_words_give_well_formed_markup(said: str) -> None:
    for draw in _drawn_with(said).values():
        read(draw())
