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
        prepositions: what they say of the name behind them; `articles` and `joining` say nothing of it.
        having: forms of "have"; `being` those of what is so now; `asking` words that begin a question.
        orders: verbs of what is to be done; `done`: words with which it is done already.
        is_first: whether what is to be done begins with its verb.
    """

    senses: Mapping[tuple[str, ...], tuple[str, ...]]
    longest: int
    units: Mapping[str, tuple[str, float]]
    numbers: Mapping[str, int]
    point: str
    group: str
    prepositions: Mapping[str, str]
    articles: frozenset[str]
    joining: frozenset[str]
    having: frozenset[str]
    being: frozenset[str]
    asking: frozenset[str]
    orders: frozenset[str]
    done: frozenset[str]
    is_first: bool


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
    before = dict(one.replace("_", " ").split(":") for one in told.PREPOSITIONS.split())
    return Lexicon(
        senses,
        max(map(len, senses)),
        units,
        numbers,
        *signs,
        prepositions=before,
        articles=frozenset(told.ARTICLES.split()),
        joining=frozenset(told.JOINING.split()),
        having=frozenset(told.HAVING.split()),
        being=frozenset(told.BEING.split()),
        asking=frozenset(told.ASKING.split()),
        orders=frozenset(told.ORDERS.split()),
        done=frozenset(told.DONE.split()),
        is_first=told.IS_FIRST,
    )


def _phrase(word: str) -> tuple[str, ...]:
    return tuple(word.split("_"))
