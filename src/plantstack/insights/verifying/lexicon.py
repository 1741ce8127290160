"""The words of a language by what they claim."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from plantstack.insights.verifying import words_de, words_en, words_es

_SHORTEST = 5  # letters of a word whose forms are looked for
_PART = 4  # letters of each part of a word made of two
_WORDS = {"en": words_en, "de": words_de, "es": words_es}


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What words of a language claim.

    Attributes:
        senses: of words and phrases, by the words in lower case; empty for words that claim nothing.
        others: senses that they may have instead, in another sentence.
        endings: of words, and what stands there in the lists: forms of one word have its sense.
        longest: words of the longest phrase.
        units: of numbers: dimension and factor to its base.
        numbers: words that are numbers.
        point: decimal sign; `group` that of thousands.
        prepositions: what they say of the name behind them; `articles` and `joining` say nothing of it.
        having: forms of "have"; `being` those of what is so now; `asking` words that begin a question.
        orders: verbs of what is to be done; `light`: those that say it only with another word; `particles`:
            of verbs, that may stand apart from them; `relating`: words that stand before what is compared
            with; `done`: words with which it is done already.
        waiting: words that want another one behind them; `conjunctions` of them join what stands around them.
        is_first: whether what is to be done begins with its verb; `addressed`: who is asked, behind it;
            `joints`: letters between two words that are written as one; none: they are not.
    """

    senses: Mapping[tuple[str, ...], tuple[str, ...]]
    others: Mapping[tuple[str, ...], tuple[tuple[str, ...], ...]]
    endings: tuple[tuple[str, str], ...]
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
    light: frozenset[str]
    particles: frozenset[str]
    relating: frozenset[str]
    done: frozenset[str]
    waiting: frozenset[str]
    conjunctions: frozenset[str]
    is_first: bool
    addressed: str
    joints: tuple[str, ...]

    def compound(self, word: str) -> tuple[str, ...] | None:
        """What a word made of two known ones claims: both of it; None: it is none."""
        for cut in range(_PART, len(word) - _PART + 1) if self.joints else ():
            left, right = word[:cut], self.known((word[cut:],))
            lefts = (left.removesuffix(joint) for joint in self.joints if left.endswith(joint))
            first = next(
                (known for one in lefts if len(one) >= _PART and (known := self.known((one,)))), None
            )
            if first is not None and right is not None:
                return tuple(dict.fromkeys((*self.senses[first], *self.senses[right])))
        return None

    def known(self, phrase: tuple[str, ...]) -> tuple[str, ...] | None:
        """The phrase of the lists that this one is, or is a form of; None: it is in no list."""
        if phrase in self.senses:
            return phrase
        if len(phrase) > 1 or len(phrase[0]) < _SHORTEST:
            return None
        word = phrase[0]
        forms = (word.removesuffix(end) + other for end, other in self.endings if word.endswith(end) and end)
        return next(((form,) for form in forms if len(form) >= _SHORTEST and (form,) in self.senses), None)


@cache
def lexicon(language: str) -> Lexicon:
    """The words of a language.

    Raises:
        KeyError: for a language without a list.
    """
    told = _WORDS[language]
    senses = _senses(told.NEUTRAL, told.SENSES)
    others = _others(told.OTHERS)
    senses = {phrase: some[0] for phrase, some in others.items()} | senses
    units = _units(told.UNITS)
    numbers = {word: value for value, word in enumerate(told.NUMBERS.split(), 2)}
    signs = (".", ",") if language == "en" else (",", ".")
    before = dict(one.replace("_", " ").split(":") for one in told.PREPOSITIONS.split())
    return Lexicon(
        senses,
        others,
        tuple((end, other) for end, _, other in (one.partition(">") for one in told.ENDINGS.split())),
        max(map(len, senses)),
        units,
        numbers,
        *signs,
        prepositions=before,
        articles=frozenset(told.ARTICLES.split()),
        joining=frozenset(one.replace("_", " ") for one in told.JOINING.split()),
        having=frozenset(told.HAVING.split()),
        being=frozenset(one.replace("_", " ") for one in told.BEING.split()),
        asking=frozenset(told.ASKING.split()),
        orders=frozenset(one.replace("_", " ") for one in told.ORDERS.split()),
        light=frozenset(told.LIGHT.split()),
        particles=frozenset(told.PARTICLES.split()),
        relating=frozenset(one.replace("_", " ") for one in told.RELATING.split()),
        done=frozenset(one.replace("_", " ") for one in told.DONE.split()),
        waiting=frozenset(f"{told.WAITING} {told.CONJUNCTIONS}".split()),
        conjunctions=frozenset(told.CONJUNCTIONS.split()),
        is_first=told.IS_FIRST,
        addressed=told.ADDRESSED,
        joints=("", "s", "es", "n", "en") if language == "de" else (),
    )


def _others(some: Mapping[str, str]) -> dict[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Senses that words have in another sentence, each by itself."""
    found: dict[tuple[str, ...], tuple[tuple[str, ...], ...]] = {}
    for names, words in some.items():
        for phrase in map(_phrase, words.split()):
            found[phrase] = (*found.get(phrase, ()), tuple(names.split()))
    return found


def _units(some: Mapping[str, str]) -> dict[str, tuple[str, float]]:
    """Dimensions of the units of numbers, and factors to their bases."""
    found: dict[str, tuple[str, float]] = {}
    for name, words in some.items():
        dimension, _, factor = name.partition(":")
        found.update(dict.fromkeys(words.split(), (dimension, float(factor))))
    return found


def _senses(neutral: str, some: Mapping[str, str]) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Senses of the words of a language; a word may have several at once."""
    found: dict[tuple[str, ...], tuple[str, ...]] = {_phrase(word): () for word in neutral.split()}
    for names, words in some.items():
        for phrase in map(_phrase, words.split()):
            found[phrase] = tuple(dict.fromkeys((*found.get(phrase, ()), *names.split())))
    return found


def _phrase(word: str) -> tuple[str, ...]:
    return tuple(word.split("_"))
