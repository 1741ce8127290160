"""Sentences that are none: words that want another one behind them, before none or before a wrong one.

It is no grammar of a language, only what tells a sentence from its words in any order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from plantstack.insights.verifying.doubts import Kind
from plantstack.insights.verifying.lexicon import Lexicon
from plantstack.insights.verifying.reading import Token

_BEFORE_BEEN = ("has", "have", "had", "not", "hasn't", "haven't", "hadn't")
_BETWEEN = ("still", "now", "already", "only", "also", "just", "currently", "yet")
_STATES = {"run", "stop", "wait"}
_END = Token("mark", ".")


def broken(told: Sequence[Token], words: Lexicon) -> Iterator[tuple[Kind, str]]:
    """Pairs of neighbours that no sentence has: what they are doubted as, and the words."""
    for one, two in zip(told, (*told[1:], _END), strict=True):
        is_end = two.kind == "mark" and two.text not in "("
        is_waiting = one.text in words.waiting and one.kind == "word"
        is_alone = is_end or two.text == one.text
        if is_waiting and (
            is_alone or (words.is_first and two.kind == "word" and _is_apart(one, two, words))
        ):
            yield "word", f"{one.text} {two.text}"
    if words.is_first:  # English has no forms of words that would tell
        yield from _been(told)


def _is_apart(one: Token, two: Token, words: Lexicon) -> bool:
    """Whether an article or a preposition stands before what cannot follow it."""
    is_verb = two.text in words.being or two.text in ("has", "have", "had", "been", "was", "were")
    is_article, is_other = one.text in words.articles, two.text in words.waiting
    if one.text in words.conjunctions:
        return two.text in words.conjunctions
    return (
        is_verb
        or two.text in words.conjunctions
        or (is_other and (is_article or not _is_article(two, words)))
    )


def _is_article(one: Token, words: Lexicon) -> bool:
    return one.text in words.articles or one.text == "our"


def _been(told: Sequence[Token]) -> Iterator[tuple[Kind, str]]:
    """Parts of a verb that lack another one: "Filler been standing", "Filler has standing"."""
    for at, one in enumerate(told):
        before = next((two.text for two in reversed(told[:at]) if two.text not in _BETWEEN), "")
        is_going = one.text.split(" ")[0].endswith("ing") and _STATES & set(one.senses or ())
        if one.text == "been" and before not in _BEFORE_BEEN:
            yield "word", f"{before} been"
        elif is_going and before in ("has", "have", "had"):
            yield "word", f"{before} {one.text}"
