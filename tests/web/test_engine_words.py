"""What engines say in sentences of their own is said in the reader's language, wherever it is shown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.web.demo import DemoSite

from plantstack.interfaces import questions
from plantstack.interfaces.questions import Kpis, Window
from plantstack.interfaces.web.engine_words import TEMPLATES, declared, steps
from plantstack.interfaces.web.speaking import catalogue, spoken
from plantstack.kpis.wording import RECORD
from plantstack.measures.catalog import MEASURES
from plantstack.stack.floor.planner import check_plan

Look = Callable[..., Page]
OTHERS = ("de", "es")


@pytest.mark.parametrize("language", OTHERS)
def test_every_place_of_a_template_is_kept(language: str) -> None:
    for template in TEMPLATES:
        said = catalogue(language).gettext(template)
        assert set(re.findall(r"%\(\w+\)s", said)) <= set(re.findall(r"%\(\w+\)s", template)), template
        assert "%(" not in spoken(re.sub(r"%\((\w+)\)s", "7", template), language)


@pytest.mark.parametrize("language", OTHERS)
def test_a_step_is_cut_from_the_sentence_that_says_what_is_missing(language: str) -> None:
    assert set(steps().values()) == {one for one in RECORD.values() if ": " in one}
    for step, sentence in steps().items():
        said = spoken(step, language)
        assert said != step
        assert said.rstrip(".").lower() in catalogue(language).gettext(sentence).lower()


def test_values_stay_and_sentences_inside_are_said_too() -> None:
    why = "not computable because 3 shifts of Cola 0.5 l in 91 days show no rate, 5 would"
    assert "Cola 0.5 l" in spoken(why, "de")
    assert "shifts" not in spoken(why, "de")
    of = "in this period there is none of: actions closed; problems recorded"
    assert "closed" not in spoken(of, "es") and "recorded" not in spoken(of, "es")
    assert spoken("no such sentence", "de") == "no such sentence"
    assert spoken(why, "en") == why


def sentences(told: Any) -> Iterator[str]:
    """Every sentence of an engine in an answer."""
    if isinstance(told, dict):
        for name, value in told.items():
            if name in ("why_plain", "step") and isinstance(value, str) and value:
                yield value
            else:
                yield from sentences(value)
    elif isinstance(told, list | tuple):
        for one in told:
            yield from sentences(one)


def test_what_the_engines_say_of_the_demo_is_said_in_every_language(demo_site: DemoSite) -> None:
    def asked(stack: Any) -> set[str]:
        found: set[str] = set()
        for scope in ("", "tulsa", "tul-1", "lei-1"):
            for layer in range(1, 6):
                rows = questions.kpis(stack, Window(scope), Kpis(layer=layer)).rows
                found |= set(sentences(list(rows)))
        plans = check_plan(stack, "", demo_site.now)
        return found | {one.why_none for plan in plans for one in plan.orders if one.why_none}

    said = demo_site.running.ask(asked)
    assert len(said) > 10
    for language in OTHERS:  # models have sentences of their own; nine in ten are said
        unsaid = [one for one in sorted(said) if spoken(one, language) == one]
        assert len(unsaid) <= len(said) / 10, unsaid


def test_a_page_says_why_there_is_no_number_in_german(look: Look) -> None:
    page = look("/?layer=4", language="de")
    expect(page.locator(".few")).to_be_visible(timeout=60_000)
    told = page.locator(".few .why").all_inner_texts()
    said = [one for one in told if re.search(r"\b(nie|nichts|keine|hier)\b", one)]
    assert len(said) >= len(told) / 2 > 0, told  # models have sentences of their own


def test_every_declared_word_is_one_of_somebody() -> None:
    words = set(declared())
    assert {one.evidence.step for one in MEASURES.values() if one.evidence} <= words
