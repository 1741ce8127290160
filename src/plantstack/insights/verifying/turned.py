"""Words that claim nothing where they are expected, and another thing where somebody turns them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from plantstack.insights.verifying.doubts import Kind
from plantstack.insights.verifying.grammar import broken
from plantstack.insights.verifying.lexicon import Lexicon
from plantstack.insights.verifying.orders import to_do
from plantstack.insights.verifying.reading import Token, senses_of

Found = tuple[Kind, str]
Tokens = Sequence[Token]

_EACH = ("each time", "jedes mal", "cada vez")
_LEFT = ("leaving", "gone")
_GOES = ("went", "goes", "go", "going", "came", "comes", "took", "takes", "ging", "geht", "pasó", "pasa")
_DONE = ("seen to", "taken care of", "dealt with")
_MACHINES = ("machine", "machines", "maschine", "maschinen", "máquina", "máquinas")
_PASSIVE = ("wird", "wurde", "ist", "war", "fue")
_FROM = ("from", "von", "de")
_OWN = ("seinem", "ihrem", "su")
_ONE = ("one", "a", "an", "ein", "eine", "einen", "einer", "un", "una")
_AFTER_PACE = 4  # tokens behind a pace in which it would be said to run


def turned(told: Tokens, there: Tokens, words: Lexicon) -> Iterator[Found]:
    """What a sentence of known words says otherwise: what it is doubted as, and the words."""
    mine = senses_of(there)
    if mine["set"] and _is_set_by_pace(told, words):
        yield "order", "pace"
    if mine["safety"] and _is_seen_to(told, there, words):
        yield "certainty", "answer"
    if (mine["staged"] or mine["material"]) and _has_material(told, words):
        yield "negation", "material"
    for rule in _RULES:
        wrong = set(rule(told, words)) - set(rule(there, words))
        yield from sorted(wrong)
    if not mine["from"] or not mine["to"]:
        pairs = pairwise(told)
        yield from (("direction", a.text) for a, b in pairs if a.text in _GOES and b.text in _FROM)


def _is_of(one: Token, words: Lexicon) -> bool:
    """Whether a word is "of" or "from": German and Spanish have one word for both."""
    return words.prepositions.get(one.text) in ("of", "from") or one.senses in (("of",), ("from",))


def _is_set_by_pace(told: Tokens, words: Lexicon) -> bool:
    """Whether a pace is said to set something, and not to be set."""
    at = next((at for at, one in enumerate(told) if "set" in (one.senses or ())), len(told))
    pace = next((place for place, one in enumerate(told) if "pace" in (one.senses or ())), len(told))
    rest = [one for one in told[at + 1 :] if one.text not in words.articles]
    if len(rest) > 1 and words.prepositions.get(rest[0].text) == "by":
        return "pace" in (rest[1].senses or ())
    if words.addressed:  # German tells who sets it by the article
        return 0 < pace < len(told) and _is_subject(told, pace)
    before = told[at - 1] if at else None
    is_passive = before is not None and (before.text in words.being or "was" in (before.senses or ()))
    is_object = before is not None and before.text == "lo"
    return not is_passive and not is_object and pace < at < len(told) and bool(rest)


def _is_subject(told: Tokens, pace: int) -> bool:
    return told[pace - 1].text == "der" and not any(one.text in _PASSIVE for one in told)


def _has_material(told: Tokens, words: Lexicon) -> bool:
    """Whether somebody is said to have the material that is not staged, or something to be staged for it."""
    plain = [one for one in told if one.text not in words.articles]
    plain = plain[1:] if to_do(told, words) else plain  # "have the material staged"
    before = {one.text for one, two in pairwise(plain) if "material" in (two.senses or ())}
    return any(one in words.having or words.prepositions.get(one) in ("for", "at", "to") for one in before)


def _is_seen_to(told: Tokens, there: Tokens, words: Lexicon) -> bool:
    """Whether somebody is said to have seen to something that was reported, and not asked to."""
    is_answered = senses_of(told)["answer"] > senses_of(there)["answer"]
    is_done = any(_phrase(told, at, 2) in _DONE for at in range(len(told)))
    return is_done or (is_answered and "answer" not in to_do(told, words))


def _each(told: Tokens, _words: Lexicon) -> Iterator[Found]:
    """So much each time is not so much together."""
    yield from (("quantifier", one.text) for one in told if one.text in _EACH)


def _lengths(told: Tokens, words: Lexicon) -> Iterator[Found]:
    """Several stops or changeovers "of 10 min" took ten minutes each."""
    is_many = any(one.kind == "number" and one.dimension == "count" and one.value > 1 for one in told)
    is_of_those = any({"stop", "changeover"} & set(one.senses or ()) for one in told)
    for at, one in enumerate(told):
        if not is_many or not is_of_those or (one.kind, one.dimension) != ("number", "time") or at < 2:
            continue
        before = told[at - 2]
        is_owned = before.kind == "name" or {"stop", "changeover"} & set(before.senses or ())
        if _is_of(told[at - 1], words) and is_owned:
            yield "number", one.text


def _gone(told: Tokens, words: Lexicon) -> Iterator[Found]:
    """What is gone or leaving is not there any more."""
    if senses_of(told)["lost"]:
        return
    for before, one in pairwise(told):
        if one.text in _LEFT and (before.text in words.being or "was" in (before.senses or ())):
            yield "word", one.text


def _to_come(told: Tokens, _words: Lexicon) -> Iterator[Found]:
    yield from (("time", "to come") for at in range(len(told)) if _phrase(told, at, 2) == "to come")


def _ends_when(told: Tokens, words: Lexicon) -> Iterator[Found]:
    """The instant of an order that ends late is when it is due, not when it ends."""
    if not {"due", "after"} & set(senses_of(told)):
        return
    plain = [one for one in told if one.senses != ("may",) and one.text not in words.articles]
    for at, one in enumerate(plain):
        if not (one.kind == "clock" or one.axis == "day") or at == 0:
            continue
        before = plain[at - 1]
        if words.prepositions.get(before.text) in ("at", "by") and not before.senses and at > 1:
            before = plain[at - 2]
            behind = next((two for two in plain[at + 1 :] if two.kind != "clock" and two.axis != "day"), None)
            is_due = bool({"due", "after"} & set(before.senses or ()))
            is_between = words.addressed and behind is not None and not is_due
            if is_between and behind is not None and "end" in (behind.senses or ()):
                yield "time", one.text
        elif not words.addressed and before.kind == "mark":
            continue
        if before.kind == "word" and "end" in (before.senses or ()):
            yield "time", one.text


def _all_of_it(told: Tokens, _words: Lexicon) -> Iterator[Found]:
    """A share of all is not all."""
    for one, two in pairwise(told):
        if "scrap" in (one.senses or ()) and two.senses == ("all",):
            yield "quantifier", two.text


def _from_pace(told: Tokens, words: Lexicon) -> Iterator[Found]:
    """A machine is brought back to its pace; the machine runs, not its pace."""
    plain = [one for one in told if one.text not in words.articles and one.text not in _OWN]
    for at, one in enumerate(plain):
        if "pace" not in (one.senses or ()):
            continue
        before = plain[at - 1] if at else None
        is_share = at > 1 and plain[at - 2].kind == "number"
        if before is not None and senses_of(told)["restore"] and _is_of(before, words) and not is_share:
            yield "order", "from"
        after = plain[at + 1 : at + _AFTER_PACE]
        is_subject = bool(after) and (after[0].text in words.having or after[0].text in words.being)
        is_bare = before is None or (before.kind != "word" and before.text != "'s") or not before.senses
        if is_subject and is_bare and any("run" in (two.senses or ()) for two in after):
            yield "order", one.text


def _plan_made(told: Tokens, words: Lexicon) -> Iterator[Found]:
    """A plan that was made is another one than was there; what was made more was not planned."""
    plain = [one for one in told if one.text not in words.articles and one.kind != "name"]
    plain = [one for at, one in enumerate(plain) if not _is_of(one, words)]
    for one, two, three in zip(plain, plain[1:], plain[2:], strict=False):
        first, last = set(one.senses or ()), set(three.senses or ())
        is_was = "was" in (two.senses or ()) or two.text in _PASSIVE
        if is_was and "plan" in first and "made" in last:
            yield "judgement", three.text
        if is_was and first & {"plus", "minus"} and "plan" in last:  # "100 more were planned"
            yield "order", three.text
    for one, two in pairwise(told):
        if one.text == "as" and two.text == "planned":
            yield "judgement", "as planned"


def _of_machines(told: Tokens, _words: Lexicon) -> Iterator[Found]:
    """Numbers are of pieces, people and stops: none is of machines, and none is a part of a day."""
    for at, one in enumerate(told[:-1]):
        if one.kind == "number" and one.dimension == "count" and told[at + 1].text in _MACHINES:
            yield "unit", told[at + 1].text
        is_part = one.kind == "number" and told[at + 1].senses == ("of",) and at + 2 < len(told)
        if is_part and told[at + 2].axis == "context":
            yield "order", told[at + 2].text


def _went_missing(told: Tokens, _words: Lexicon) -> Iterator[Found]:
    """What is missing was not there: nothing says that it went."""
    for one, two in pairwise(told):
        if one.text in _GOES and {"lack", "gap"} & set(two.senses or ()):
            yield "word", f"{one.text} {two.text}"


def _one_person(told: Tokens, _words: Lexicon) -> Iterator[Found]:
    """One person is a number: nobody has counted "more people than it needs"."""
    for at, one in enumerate(told[:-1]):
        after = [set(two.senses or ()) for two in told[at + 1 : at + 3]]
        is_person = "person" in after[0] or ("plus" in after[0] and "person" in after[-1])
        if one.text in _ONE and is_person and not any("lack" in senses for senses in after):
            yield "number", "one person"


def _phrase(told: Tokens, at: int, length: int) -> str:
    return " ".join(one.text for one in told[at : at + length])


_RULES: tuple[Callable[[Tokens, Lexicon], Iterator[Found]], ...] = (
    *(_each, _lengths, _gone, _to_come, _ends_when),
    *(_all_of_it, _from_pace, _plan_made, _of_machines),
    *(_went_missing, _one_person, broken),
)
