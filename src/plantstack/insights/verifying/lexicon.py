"""The words of a language by what they claim."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from plantstack.insights.verifying import words_de, words_en, words_es

_WORDS = {"en": words_en, "de": words_de, "es": words_es}


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What words of a language claim.

    Attributes:
        senses: of words and phrases, by the words in lower case; empty for words that claim nothing.
        longest: words of the longest phrase.
        units: of numbers: dimension and factor to its base.
        numbers: words that are numbers.
        point: decimal sign; `group` that of thousands.
    """

    senses: Mapping[tuple[str, ...], tuple[str, ...]]
    longest: int
    units: Mapping[str, tuple[str, float]]
    numbers: Mapping[str, int]
    point: str
    group: str


@cache
def lexicon(language: str) -> Lexicon:
    """The words of a language.

    Raises:
        KeyError: for a language without a list.
    """
    told = _WORDS[language]
    senses: dict[tuple[str, ...], tuple[str, ...]] = {_phrase(word): () for word in told.NEUTRAL.split()}
    for names, words in told.SENSES.items():
        for word in words.split():
            phrase = _phrase(word)
            senses[phrase] = tuple(dict.fromkeys((*senses.get(phrase, ()), *names.split())))
    units = {}
    for name, words in told.UNITS.items():
        dimension, _, factor = name.partition(":")
        units.update(dict.fromkeys(words.split(), (dimension, float(factor))))
    numbers = {word: value for value, word in enumerate(told.NUMBERS.split(), 2)}
    signs = (".", ",") if language == "en" else (",", ".")
    return Lexicon(senses, max(map(len, senses)), units, numbers, *signs)


def _phrase(word: str) -> tuple[str, ...]:
    return tuple(word.split("_"))
