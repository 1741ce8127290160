"""No English is left on pages in other languages: what is the same in both is a name or a known word."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import httpx
import pytest
from tests.web.demo import PATIENCE_S, DemoSite
from tests.web.test_pages import address

from plantstack.events.people.accounts import ROLES
from plantstack.interfaces.web.finding import all_pages
from plantstack.plant.load import plant_content

OTHERS = ("de", "es")
MORE = (
    *(f"/?layer={layer}" for layer in range(2, 6)),
    *(
        "/board/pun-2",
        "/line/lei-1",
        "/op/tul-mix-1",
        "/config/standards",
        "/config/exceptions/edit",
        "/nowhere",
    ),
    "/bridge/minutes_lost/tul-1/2026-10-13..2026-10-15",
)
OUTSIDE = ("/sign-in", "/pair")  # for whoever is not signed in
# The same word in English and in one of the others, or in none of them a word.
SAME = (
    *("andon", "live", "plan", "material", "name", "code", "ideal", "signal", "drift", "definition"),
    *("control", "total", "factor", "supervisor", "plantstack", "min", "six-loss", "portfolio"),
    *("error", "final", "tablets"),
)
MOST = 25
"""So many words may be the same; a longer list hides what it should find."""
SAYS_ENGLISH = re.compile(
    r"\b(the|of|and|is|are|not|with|from|since|were|that|this|which|who|by|until|its|nothing|none|nobody"
    r"|stopped|running|shifts?|hours?|days?|than|been|when|how|why|your|you|we|there|each|before|they|needs"
    r"|never|only|known|next|read|told|per|for|to)\b",
    re.IGNORECASE,
)
_FREE = ("evidence", "author", "label")
_SPOKEN = ("title", "alt", "aria-label", "placeholder", "aria-description", "aria-valuetext")
_SILENT = ("script", "style", "code", "pre")  # what is typed or read by machines is no language
_WORD = re.compile(r"[^\W\d_][^\W\d_-]{2,}")
_CODES = re.compile(
    r"\b[A-Z0-9]+(?:-[A-Z0-9]+)*-\d{3,}\b|\b[a-z]+(?:_[a-z]+)+\b|\b\w+(?:[./-]\w+)*/[\w-]+|\bp-[a-z0-9]{8,}|\b[a-z]+\.[\w-]+"
)


class Visible(HTMLParser):
    """The texts of a page that somebody sees or hears."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._silent: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if self._silent or tag in _SILENT or ("lang" in told and tag != "html"):
            if tag not in ("input", "br", "meta", "link", "img"):
                self._silent.append(tag)
            return
        self.texts += [value for name in _SPOKEN if (value := told.get(name))]

    def handle_endtag(self, tag: str) -> None:
        if self._silent and tag == self._silent[-1]:
            self._silent.pop()

    def handle_data(self, data: str) -> None:
        if not self._silent and data.strip():
            self.texts.append(" ".join(data.split()))


def names_of(content: Any, key: str = "") -> Iterator[str]:
    """What people wrote into the plant files, in whatever language; a plain word is a choice, not a name."""
    if isinstance(content, dict):
        for name, value in content.items():
            yield from names_of(value, name)
    elif isinstance(content, list):
        for one in content:
            yield from names_of(one, key)
    elif isinstance(content, str) and (key in _FREE or not (content.isalpha() and content.islower())):
        yield content


def page(site: DemoSite, path: str, language: str) -> list[str]:
    """What a page says in a language, when nothing on it is being worked out any longer."""
    told = {"Accept-Language": language, "Accept": "text/html"}
    cookies = {} if path in OUTSIDE else site.cookies("admin")
    for _ in range(300):
        text = httpx.get(site.url + path, headers=told, cookies=cookies, timeout=PATIENCE_S).text
        if 'data-live="not-yet"' not in text:
            break
        site.running.study.ask(("settle",), lambda _stack: None)
    return Visible(text).texts


@pytest.fixture(scope="module")
def names(demo_site: DemoSite) -> re.Pattern[str]:
    plant = demo_site.running.plant
    told = {name for name in names_of(json.loads(plant_content(demo_site.folder).text)) if len(name) > 1}
    told |= {*plant.equipment, *ROLES, *plant.products, plant.label}
    told |= {one.label for one in plant.equipment.values()} | {one.label for one in plant.products.values()}
    longest = sorted((one for one in told if one), key=len, reverse=True)
    return re.compile(r"(?<![\w-])(?:" + "|".join(map(re.escape, longest)) + r")(?![\w-])")


def _is_english(word: str) -> bool:
    return not word.isupper() and word.lower() not in SAME  # capitals are signs: OEE, UTC


def english(told: list[str], source: set[str], names: re.Pattern[str]) -> list[str]:
    """Texts that are as in English, or have English in them."""
    found = []
    for text in told:
        plain = names.sub(" ", _CODES.sub(" ", text))
        is_same = text in source and any(_is_english(word) for word in _WORD.findall(plain))
        if is_same or SAYS_ENGLISH.search(plain):
            found.append(text)
    return found


def test_nothing_on_a_page_is_left_in_english(demo_site: DemoSite, names: re.Pattern[str]) -> None:
    paths = [*(address(one) for one in all_pages()), *MORE, *OUTSIDE]
    left: dict[str, str] = {}
    for path in dict.fromkeys(paths):
        source = page(demo_site, path, "en")
        assert len(source) > 3, path
        for language in OTHERS:
            for text in english(page(demo_site, path, language), set(source), names):
                left.setdefault(text, f"{language} {path}")
    assert not left


def test_what_is_left_is_found(names: re.Pattern[str]) -> None:
    assert english(["Stop now", "Halt an Filler", "3 min", "OEE"], {"Stop now", "3 min", "OEE"}, names) == [
        "Stop now"
    ]
    assert english(["11 % stops at the limit, an Filler"], set(), names)
    assert len(SAME) <= MOST
