"""Every text of the web app is said in every language, with the same places to fill and nothing left over."""

from __future__ import annotations

import re

import pytest
from babel.messages.catalog import Message
from tests.web.texts import texts, translations, updated

from plantstack.interfaces.web.speaking import LANGUAGES, SOURCE

OTHERS = [name for name in LANGUAGES if name != SOURCE]
_PLACE = re.compile(r"%\(\w+\)[sd]|%%")


def _said(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def _ids(message: Message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated(language: str) -> None:
    missing = [message.id for message in updated(language) if message.id and not all(_said(message))]
    assert not missing, f"{len(missing)} texts; bring the file up to date with 'python -m tests.web.texts'"


@pytest.mark.parametrize("language", OTHERS)
def test_no_translation_is_left_of_a_text_that_went(language: str) -> None:
    known = {text if isinstance(text, str) else text[0] for text in texts()}
    left = [
        one for message in translations(language) if message.id and (one := _ids(message)[0]) not in known
    ]
    assert not left


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_fills_the_places_of_its_text(language: str) -> None:
    for message in translations(language):
        if message.id:
            wanted = set(_PLACE.findall(_ids(message)[-1]))
            for text in _said(message):
                assert set(_PLACE.findall(text)) <= wanted | {"%(num)s"}, message.id
            assert set(_PLACE.findall(_said(message)[-1])) == wanted, message.id


@pytest.mark.parametrize("language", OTHERS)
def test_no_translation_says_itself_twice(language: str) -> None:
    told = [text for message in translations(language) if message.id for text in _said(message)]
    assert not [text for text in told if len(text) > 20 and text == text[: len(text) // 2] * 2]


def test_texts_come_from_templates_modules_and_the_catalogue() -> None:
    found = set(texts())
    assert {"Why did it stop?", "Running slowly", "Downtime by category"} <= found
    assert ("%(num)s line down", "%(num)s lines down") in found
