"""Holds a sentence to the facts behind it: what it says beyond them, or against them, is doubted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from plantstack.insights.saying import Bounds, Figure, Name, Say
from plantstack.insights.telling.render import Reader, tell, value_of
from plantstack.insights.verifying.bindings import loosened
from plantstack.insights.verifying.claims import (
    is_apart,
    is_asked,
    is_from_to,
    is_nearly,
    is_restated,
    is_told_past,
    is_turned,
    left_out,
    same_negated,
    states,
    strange_digits,
)
from plantstack.insights.verifying.doubts import Doubt, Kind
from plantstack.insights.verifying.implied import ASIDE, asides, follows, wholes
from plantstack.insights.verifying.lexicon import Lexicon, lexicon
from plantstack.insights.verifying.numbers import Slot, doubted_numbers, slots_of
from plantstack.insights.verifying.placed import displaced
from plantstack.insights.verifying.reading import CURRENCIES, Known, Token, read, readings, senses_of
from plantstack.insights.verifying.roles import keeps_parts, misplaced_names
from plantstack.insights.verifying.turned import turned

_LONGEST = 2.5  # of the generated sentence: more is more than it says

# Senses that must be the same on both sides: to leave one out changes what is said.
_SAME: dict[Kind, tuple[str, ...]] = {
    "direction": ("plus", "minus"),
    "judgement": ("better", "worse"),
    "certainty": ("may", "most"),
    "time": ("since", "until", "after"),
}
# Senses that may be left out and never added.
_NONE_NEW: dict[Kind, tuple[str, ...]] = {
    "cause": ("cause",),
    "certainty": ("sure",),
    "time": ("before", "yesterday", "today", "tomorrow", "week", "hour", "now", "often", "still", "again"),
    "quantifier": ("all", "only", "some", "part", "ratio"),
    "order": ("super",),
}
_AGAIN = (
    "plan",
    "made",
    "piece",
    "staged",
    "good",
    "pace",
    "together",
    "person",
    "restore",
    "call",
    "due",
)  # may be said once more than they were: "of 1,300 planned"
_PIECES = ("made", "good", "scrap")  # where these are told of, a number may be said to be of pieces
# Senses that claim nothing by themselves.
_FREE = ("was", "approx", "from", "to", "of", "by", "against")


@dataclass(frozen=True, slots=True)
class Basis:
    """What a sentence may say: the generated one, in the language of its reader.

    Attributes:
        sentence: as it was generated.
        tokens: the same, read.
        slots: its numbers, with what they stand for.
        known: names, units and currencies of its facts.
        language: of both.
    """

    sentence: str
    tokens: tuple[Token, ...]
    slots: tuple[Slot, ...]
    known: Known
    language: str


def basis(say: Say, reader: Reader) -> Basis:
    """What a rephrasing of a fact may say."""
    words = lexicon(reader.language)
    names: dict[str, str] = {}
    units, currencies = set[str](), set[str]()
    for value in say.values.values():
        if isinstance(value, Name):
            names[value_of(value, reader)] = value.kind
        elif isinstance(value, Bounds):
            names[value_of(value, reader)] = "bounds"
        elif value.form == "day":
            names[value_of(value, reader)] = "day"
        elif value.form == "money":
            currencies.add(value.unit)
        elif value.unit and value.form in ("number", "signed"):
            units.add(reader.formats.unit_sign(value.unit, reader.language))
    known = Known(names, frozenset(units), frozenset(currencies))
    sentence = tell(say, reader)
    tokens = read(sentence, known, words)
    figures = {name: one for name, one in say.values.items() if isinstance(one, Figure)}
    return Basis(
        sentence, tuple(tokens), slots_of(figures, say.text, tokens, reader, known), known, reader.language
    )


def verify(sentence: str, behind: Basis) -> tuple[Doubt, ...]:
    """What a sentence says beyond the facts, or against them; nothing: it may be shown.

    Args:
        sentence: one that somebody wrote instead of the generated one.
        behind: what it may say.
    """
    if sentence.strip() == behind.sentence.strip():
        return ()
    if len(sentence) > _LONGEST * len(behind.sentence) + 20:
        return (Doubt("length", f"{len(sentence)} characters"),)
    words = lexicon(behind.language)
    first: tuple[Doubt, ...] | None = None
    for told in readings(read(sentence, behind.known, words)):
        doubts = _doubts(told, behind, sentence, words)
        if not doubts:
            return ()
        first = doubts if first is None else first
    return first or ()


def _doubts(told: Sequence[Token], behind: Basis, sentence: str, words: Lexicon) -> tuple[Doubt, ...]:
    """What one way to read a sentence says beyond the facts."""
    return tuple(
        dict.fromkeys(
            [
                *_words(told, behind),
                *_names(told, behind),
                *_clocks(told, behind),
                *(
                    Doubt("unit" if one.is_unit else "number", one.what)
                    for one in doubted_numbers(told, behind.slots, words)
                ),
                *_senses(told, behind, words),
                *_parts(told, behind),
                *_claims(told, behind, sentence),
            ]
        )
    )


def settle(sentence: str, behind: Basis) -> str:
    """The sentence where nothing in it is doubted, else the generated one."""
    return behind.sentence if verify(sentence, behind) else sentence.strip()


def _words(told: Sequence[Token], behind: Basis) -> Iterator[Doubt]:
    """Words that are neither of the language's list nor of the generated sentence, and odd signs."""
    mine = {one.text for one in behind.tokens if one.kind in ("word", "other")}
    for one in told:
        is_strange = (one.kind == "word" and one.senses is None) or one.kind == "other"
        if is_strange and one.text not in mine:
            is_unit = one.text in CURRENCIES.values() or one.text == "%"
            kind: Kind = "unit" if is_unit else "number" if one.text[:1].isdigit() else "word"
            yield Doubt(kind, one.text)


def _names(told: Sequence[Token], behind: Basis) -> Iterator[Doubt]:
    """Every name once as often as it was said, in the roles it was said in."""
    here = [one for one in told if one.kind == "name"]
    there = [one for one in behind.tokens if one.kind == "name"]
    missing = {one.text for one in there} - {one.text for one in here}
    yield from (Doubt("name", one) for one in sorted(missing))
    if missing:
        return
    if _priced(told) != _priced(behind.tokens):
        yield Doubt("order", ", ".join(sorted(_priced(told))))
    for axis in sorted({one.axis for one in there} - {"word"}):
        wanted, found = _in_order(behind.tokens, axis), _in_order(told, axis)
        if len(wanted) < 2:
            continue
        bound = all(one[1] for one in wanted)
        is_moved = [n for n, _ in wanted] != [n for n, _ in found]
        if (bound and dict(wanted) != dict(found)) or (
            not bound and is_moved and not keeps_parts(told, behind.tokens, axis, lexicon(behind.language))
        ):
            yield Doubt("order", " / ".join(name for name, _ in found))


def _parts(told: Sequence[Token], behind: Basis) -> Iterator[Doubt]:
    """Names that do another thing, or belong to another number, than they did."""
    words = lexicon(behind.language)
    yield from (Doubt("order", one) for one in misplaced_names(told, behind.tokens, words))


def _claims(told: Sequence[Token], behind: Basis, sentence: str) -> Iterator[Doubt]:
    """What is left out, when it is, and whether it is said at all."""
    there, words = behind.tokens, lexicon(behind.language)
    yield from (Doubt("word", one) for one in left_out(told, there))
    yield from (
        Doubt(kind, one) for rule in (loosened, turned, displaced) for kind, one in rule(told, there, words)
    )
    if states(there) and states(told) != states(there) and not is_restated(told, there, words):
        yield Doubt("order", " / ".join(states(told)))
    if is_told_past(told, there, words):
        yield Doubt("time", "was")
    if is_turned(told, there, words):
        yield Doubt("certainty", "to do")
    if is_asked(told, there, words) or is_nearly(told, there):
        yield Doubt("certainty", "?")
    if odd := strange_digits(sentence, behind.sentence):
        yield Doubt("number", odd)


def _priced(tokens: Sequence[Token]) -> frozenset[str]:
    """Words of the texts that stand behind an amount: they say which money it is."""
    found = set[str]()
    for at, one in enumerate(tokens):
        before = [other for other in tokens[max(0, at - 2) : at] if other.kind == "number"]
        if one.kind == "name" and one.axis == "word" and before and before[-1].dimension.isupper():
            found.add(one.text)
    return frozenset(found)


def _in_order(tokens: Sequence[Token], axis: str) -> list[tuple[str, str]]:
    """Names of one kind, each once, with `from` or `to` where that stands before it."""
    found: dict[str, str] = {}
    for before, one in zip((None, *tokens), tokens, strict=False):
        if one.kind == "name" and one.axis == axis and one.text not in found:
            senses = (before.senses or ()) if before is not None else ()
            found[one.text] = next((sense for sense in senses if sense in ("from", "to")), "")
    return list(found.items())


def _clocks(told: Sequence[Token], behind: Basis) -> Iterator[Doubt]:
    known = {one.text for one in behind.tokens if one.kind == "clock"}
    yield from (Doubt("time", one.text) for one in told if one.kind == "clock" and one.text not in known)


def _senses(told: Sequence[Token], behind: Basis, words: Lexicon) -> Iterator[Doubt]:
    """Claims of the words: some must be the same, some may not be new."""
    here, there = senses_of(told), senses_of(behind.tokens)
    for kind, senses in _SAME.items():
        is_change = is_from_to(told, behind.tokens) or is_apart(told, behind.tokens)
        is_unsaid = not here["plus"] + here["minus"]
        if kind == "direction" and is_change and is_unsaid:
            continue
        yield from (Doubt(kind, one) for one in senses if (one in here) != (one in there))
    twice = [one for one in ("may", "since", "after", "until") if here[one] > there[one] > 0]
    yield from (Doubt("certainty" if one == "may" else "time", one) for one in twice)
    if not same_negated(told, behind.tokens):
        yield Doubt("negation", f"{here['not']} for {there['not']}")
    for kind, senses in _NONE_NEW.items():
        new = (one for one in senses if here[one] > there[one])
        yield from (Doubt(kind, one) for one in new if not follows(one, told, behind.tokens, words))
    yield from (Doubt(kind, one) for kind, one in asides(told, behind.tokens, words))
    if wholes(told) - wholes(behind.tokens) - Counter({"": here["all"]}):
        yield Doubt("quantifier", "all")
    yield from _fresh(told, behind, words)


def _fresh(told: Sequence[Token], behind: Basis, words: Lexicon) -> Iterator[Doubt]:
    """What is said of that was not, or more often."""
    here, there = senses_of(told), senses_of(behind.tokens)
    ruled = {one for senses in (*_SAME.values(), *_NONE_NEW.values(), ASIDE) for one in senses}
    allowed = {one: there[one] + 1 if one in _AGAIN and there[one] else there[one] for one in here}
    if any(there[one] for one in _PIECES):
        allowed["piece"] = max(1, allowed.get("piece", 0))
    fresh = [one for one in here if one not in ruled and one not in _FREE and one != "not"]
    fresh = [one for one in fresh if here[one] > allowed.get(one, 0)]
    yield from (Doubt("word", one) for one in fresh if not follows(one, told, behind.tokens, words))
    yield from _hedges(told, behind)


def _hedges(told: Sequence[Token], behind: Basis) -> Iterator[Doubt]:
    """Numbers that were about so much stay about so much."""
    if sum("approx" in (one.senses or ()) for one in behind.tokens) > sum(
        "approx" in (one.senses or ()) for one in told
    ):
        yield Doubt("certainty", "approx")
