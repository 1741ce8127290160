"""What a sentence asks somebody to do: the senses of it, and where it begins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from plantstack.insights.verifying.lexicon import Lexicon
from plantstack.insights.verifying.reading import Token

BREAKS = ":;.!?,()"
_BEFORE = ("please", "so", "then")  # an order begins behind them as well
_ACTIVE = ("need", "needs", "require", "requires")
_CLAUSES = ":;.!?,"


def to_do(tokens: Sequence[Token], words: Lexicon) -> set[str]:
    """Senses of the words that tell somebody to do something."""
    found = set[str]()
    for _, senses in _orders(tokens, words):
        found |= senses
    return found


def begins(tokens: Sequence[Token], words: Lexicon) -> int:
    """Where the first order of a sentence stands; -1: there is none."""
    return next((at for at, _ in _orders(tokens, words)), -1)


def _orders(tokens: Sequence[Token], words: Lexicon) -> Iterator[tuple[int, set[str]]]:
    for at, one in enumerate(tokens):
        after = tokens[at + 1] if at + 1 < len(tokens) else None
        is_first = at == 0 or tokens[at - 1].text in _BEFORE or _is_break(tokens[at - 1])
        if one.text == "plan" and not (after is not None and "order" in (after.senses or ())):
            continue
        if "wanted" in (one.senses or ()):
            yield at, _wanted(tokens, at, words)
        elif "must" in (one.senses or ()) or (one.text in words.light and (is_first or not words.is_first)):
            if not _is_over(tokens, at, words) and not _is_perfect(one, after):
                yield at, _rest(tokens, at)
        elif one.text in words.orders and (is_first or not words.is_first):
            yield at, set(one.senses or (one.text,))
        elif is_first and after is not None and after.text == words.addressed and _is_plural(one):
            yield at, _rest(tokens, at)


def _is_break(one: Token) -> bool:
    return one.kind == "mark" and one.text in BREAKS


def _wanted(tokens: Sequence[Token], at: int, words: Lexicon) -> set[str]:
    """What is said to be needed: behind the word, or before it ("a decision is needed")."""
    passed = words.articles | words.being
    after = next((one for one in tokens[at + 1 :] if one.text not in passed), None)
    is_after = after is not None and after.kind == "word" and after.text not in words.prepositions
    if after is not None and is_after and after.senses:
        return set(after.senses)
    if tokens[at].text in _ACTIVE:
        return set()  # who needs stands before it
    before = next((one for one in reversed(tokens[:at]) if one.text not in passed), None)
    return set((before.senses if before is not None else None) or ())


def _rest(tokens: Sequence[Token], start: int) -> set[str]:
    """Senses of the words up to the end of the clause."""
    return {sense for one in _clause(tokens, start) for sense in one.senses or ()}


def _is_over(tokens: Sequence[Token], start: int, words: Lexicon) -> bool:
    """Whether what is asked for is said to be so already: "get the material that is staged"."""
    return any(
        one.text in words.having
        or one.text in words.being
        or one.text in words.done
        or "was" in (one.senses or ())
        for one in list(_clause(tokens, start))[1:]  # but for "have" in "have one person move"
    )


def _is_perfect(one: Token, after: Token | None) -> bool:
    """Whether "have" says what is done: "have moved one person", not "have one person move"."""
    senses = set((after.senses if after is not None else None) or ())
    return one.text == "have" and bool(senses) and not senses & {"person", "material", "call", "piece"}


def _is_plural(one: Token) -> bool:
    return one.text.split(" ")[0].endswith("en")


def _clause(tokens: Sequence[Token], start: int) -> Iterator[Token]:
    for one in tokens[start:]:
        if (one.kind == "mark" and one.text in _CLAUSES) or "because" in (one.senses or ()):
            return
        yield one
