"""What stands right before numbers and instants: "in 30 min" and "after 20:04" say another thing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from plantstack.insights.verifying.doubts import Kind
from plantstack.insights.verifying.lexicon import Lexicon
from plantstack.insights.verifying.reading import Token, left_of, senses_of

_AT = ("a", "um", "at")  # before an instant these say when it was
_KNOWING = ("know", "knows", "does not know", "do not know", "conoce", "conocen", "sabe", "saben")
_BARE = "de"  # "23 % de chatarra": Spanish says scrap, with an article all the scrap
_RELATIONS = {"of", "from", "against"}
_END = Token("mark", ".")


def displaced(told: Sequence[Token], there: Sequence[Token], words: Lexicon) -> Iterator[tuple[Kind, str]]:
    """Words before numbers and instants that were not there: what they are doubted as, and the words."""
    mine = senses_of(there)
    yield from (("time", one) for one in {*_whens(told, words)} - {*_whens(there, words)})
    if mine["since"] == 0 and any(_before(told, at, words) == "desde" for at in _clocks(told)):
        yield "time", "desde"
    wrong = ("at", "to", "by", "for") if mine["lost"] else ("to", "for") if mine["lack"] else ()
    odd = {*_steps(told, words, wrong)} - {*_steps(there, words, wrong)}
    yield from (("number", one) for one in sorted(odd))
    if mine["plan"] and mine["not"] and any(_is_in(told, at, words) for at in range(len(told))):
        yield "order", "plan"  # what was not in the plan is not what had none
    if mine["plan"]:
        yield from (("order", one) for one in _behind(told, words))
    if mine["need"] and mine["plus"] and not _is_needed(told, words):
        yield "order", "need"
    yield from _apart(told, words)


def _clocks(tokens: Sequence[Token]) -> list[int]:
    return [at for at, one in enumerate(tokens) if one.kind == "clock"]


def _last(tokens: Sequence[Token], at: int, words: Lexicon) -> Token | None:
    """The word before a place, but for articles and "about"."""
    before = (one for one in reversed(tokens[:at]) if one.text not in words.articles)
    return next((one for one in before if one.senses != ("approx",)), None)


def _before(tokens: Sequence[Token], at: int, words: Lexicon) -> str:
    last = _last(tokens, at, words)
    return last.text if last is not None and last.kind == "word" else ""


def _is_in(told: Sequence[Token], at: int, words: Lexicon) -> bool:
    """Whether something is said to be in a plan, or not to be."""
    is_plan = told[at].senses == ("plan",)
    return is_plan and words.prepositions.get(_before(told, at, words)) == "at"


def _whens(tokens: Sequence[Token], words: Lexicon) -> Iterator[str]:
    """Words before instants that say up to when, after when or by when something was."""
    for at in _clocks(tokens):
        last = _last(tokens, at, words)
        if last is None or last.kind != "word" or last.text in _AT:
            continue
        part = words.prepositions.get(last.text, "")
        if part in ("to", "for", "by") or "to" in (last.senses or ()):
            yield last.text


def _steps(tokens: Sequence[Token], words: Lexicon, wrong: Sequence[str]) -> Iterator[str]:
    """Prepositions before counts and lengths of time that say what they are of, or for: "lost for 10 min"."""
    for at, one in enumerate(tokens):
        last = _last(tokens, at, words)
        if one.kind != "number" or one.dimension not in ("count", "time") or last is None:
            continue
        place = next(place for place, two in enumerate(tokens) if two is last)
        before = tokens[place - 1] if place else _END
        part = words.prepositions.get(last.text) if last.kind == "word" else None
        is_each = part in ("of", "from") and before.kind == "number" and _is_odd(before, one)
        is_in = part == "at" and "at" in wrong and "lost" in (before.senses or ())
        if is_each or is_in or (part in wrong and part != "at"):
            yield f"{last.text} {one.text}"  # "3 of 10 min" took so long each


def _is_odd(one: Token, other: Token) -> bool:
    """Whether one of two numbers is a length of time, which has no parts that are counted."""
    return one.dimension != other.dimension and "time" in (one.dimension, other.dimension)


def _behind(told: Sequence[Token], words: Lexicon) -> Iterator[str]:
    """A plan that is behind: it is what a line is behind."""
    for at, one in enumerate(told):
        if one.senses != ("plan",) or at == 0 or told[at - 1].text not in words.articles:
            continue
        is_later = at > 1 and told[at - 2].kind == "word"
        is_being = False
        for two in told[at + 1 :] if not is_later else ():
            if two.kind == "mark" or two.text in words.joining:
                break
            is_being = is_being or two.text in words.being or "was" in (two.senses or ())
            if is_being and two.text in words.relating and "minus" in (two.senses or ()):
                yield f"{one.text} {two.text}"


def _is_needed(told: Sequence[Token], words: Lexicon) -> bool:
    """Whether more is more than what is needed: "more people, and needs them" is not."""
    for at, one in enumerate(told):
        if "need" not in (one.senses or ()) or "plus" in (one.senses or ()):
            continue
        left = left_of(told, at, 4, words)
        if not any(_RELATIONS & set(two.senses or ()) or two.text in words.prepositions for two in left):
            return False
    return True


def _apart(told: Sequence[Token], words: Lexicon) -> Iterator[tuple[Kind, str]]:
    """Neighbours that say another thing than what was counted."""
    for at, one in enumerate(told):
        senses = set(one.senses or ())
        left = left_of(told, at, 3, words)
        said = [set(two.senses or ()) for two in left]
        if "good" in senses and len(left) > 1 and "piece" in said[-2] and said[-1] & {"plus", "minus"}:
            yield "quantifier", one.text  # "6 pieces less good"
        part = words.prepositions.get(left[-1].text) if left else None
        is_of = part in ("of", "from")
        is_part = is_of and len(left) > 1 and left[-2].dimension == "share"
        if "scrap" in senses and is_part and told[at - 1].text != _BARE:
            yield "quantifier", one.text  # "23 % of the scrap"
        is_reasoned = (is_of or part == "for") and len(left) > 1 and "reason" in said[-2]
        if one.kind == "number" and one.dimension == "time" and is_reasoned:
            yield "number", one.text  # "no reason for 10 min"
        is_self = any(two.text == "se" for two in left)
        if one.text in _KNOWING and not is_self and any(two.kind == "name" for two in left):
            yield "order", one.text  # a line knows nothing
