"""What names do in a sentence: who loses to whom, which period belongs to which number.

Two names that change places make another claim, whatever they are names of. The part of a name is read from
the word before it, from verbs beside it and from the marks around it; one that it did not have is doubted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from plantstack.insights.verifying.lexicon import Lexicon
from plantstack.insights.verifying.reading import Token, senses_of

# A name that had one of these has it, and no other gets it.
_KEPT = ("from", "to", "for", "by", "order", "money")
FREE = "free"  # beside a verb: who does it, or to whom it is done


def misplaced_names(told: Sequence[Token], there: Sequence[Token], words: Lexicon) -> Iterator[str]:
    """Names of a sentence that play another part than in the generated one.

    Args:
        told: the sentence, read.
        there: the generated one.
        words: of their language.
    """
    mine, theirs = _roles(there, words), _roles(told, words)
    if len(mine) < 2:
        return
    for owner, owned in _owning(told, words):
        theirs |= {name: mine[name] for name in (owner, owned) if name in mine}
    axes = {one.text: one.axis for one in there if one.kind == "name"}
    for name, roles in theirs.items():
        had = mine.get(name, [])
        is_owned = FREE in had and name == next(iter(mine)) and "of" in roles and "set" in senses_of(there)
        if is_owned or (had and not all(_may(role, had, name, axes[name]) for role in roles)):
            yield name
    yield from _bound_elsewhere(told, there)
    for first, second in combinations([name for name in mine if name in theirs], 2):
        is_kept = [name for name in theirs if name in (first, second)] == [first, second]
        parts, were = (theirs[first][0], theirs[second][0]), (mine[first][0], mine[second][0])
        if not is_kept and not _may_swap(parts, were, axes[first] == axes[second]):
            yield f"{second} / {first}"


def keeps_parts(told: Sequence[Token], there: Sequence[Token], axis: str, words: Lexicon) -> bool:
    """Whether the names of one kind have each the part that they had, and no two of them the same."""
    mine, theirs = _roles(there, words), _roles(told, words)
    names = {one.text for one in there if one.kind == "name" and one.axis == axis}
    parts = [mine[name][0] for name in sorted(names)]
    return parts == [theirs[name][0] for name in sorted(names)] and len(set(parts)) == len(parts)


def _may_swap(parts: tuple[str, str], had: tuple[str, str], is_one_axis: bool) -> bool:
    """Whether two names may come in the other order: their parts say which is which."""
    if parts[0] == parts[1]:
        return parts[0] == "bracket" or (parts[0] == "apart" and not is_one_axis)
    if parts == (had[1], had[0]):
        return False  # they changed parts, not only places
    return "apart" in parts or all(one == old or old == "apart" for one, old in zip(parts, had, strict=True))


def _may(role: str, had: Sequence[str], name: str, axis: str) -> bool:
    """Whether a name may play a part that it had not."""
    if role in had:
        return True
    if axis == "role":
        return role != FREE  # whom one waits for, calls or sends to
    if axis == "kpi" and role == "for":
        return True  # "the target for OEE"
    if role in _KEPT or any(one in _KEPT for one in had):
        return False
    if role == FREE:
        return axis == "kpi"
    is_period = axis in ("word", "context") and any(one.isdigit() for one in name)  # "on 2 Mar"
    return role != "at" or axis in ("equipment", "day") or is_period


def _owning(told: Sequence[Token], words: Lexicon) -> Iterator[tuple[str, str]]:
    """What has a KPI, and the KPI: 'Line 1 had a run time of' is 'run time of Line 1'."""
    for at, one in enumerate(told):
        rest = [other for other in told[at + 1 : at + 6] if not _is_passed(other, words)]
        is_had = one.kind == "name" and len(rest) > 1 and rest[0].text in words.having
        if is_had and (rest[1].kind, rest[1].axis) == ("name", "kpi"):
            yield one.text, rest[1].text
        elif is_had and one.axis == "equipment" and "hold" in senses_of(told[at:]):
            yield one.text, one.text  # "Filler has 12 pieces on hold"


def _is_passed(one: Token, words: Lexicon) -> bool:
    return one.text in words.articles or "target" in (one.senses or ())


def _roles(tokens: Sequence[Token], words: Lexicon) -> dict[str, list[str]]:
    """The parts that names play, in the order in which they come."""
    found: dict[str, list[str]] = {}
    for at, one in enumerate(tokens):
        if one.kind == "name":
            found.setdefault(one.text, []).append(_role(tokens, at, words))
    return found


def _role(tokens: Sequence[Token], at: int, words: Lexicon) -> str:
    before = at - 1
    while before >= 0 and tokens[before].text in words.articles:
        before -= 1
    if before > 0 and tokens[before].text == ":" and tokens[before - 1].text in words.prepositions:
        before -= 1  # "wartet auf: Material"
    last = tokens[before] if before >= 0 else None
    if last is not None and last.kind == "number" and last.dimension.isupper():
        return "money"
    if last is not None and last.text == "(":
        return "bracket"
    after = tokens[at + 1] if at + 1 < len(tokens) else None
    if after is not None and after.text == "'s":
        return "of"
    if last is not None and last.kind == "word":
        if "order" in (last.senses or ()):
            return "order"
        if last.text in words.prepositions:
            is_agent = before > 0 and "set" in (tokens[before - 1].senses or ())  # "is set by the filler"
            part = words.prepositions[last.text]
            return FREE if is_agent and part == "by" else part
    if any("piece" in (one.senses or ()) for one in (last, after) if one is not None and one.kind == "word"):
        return "of"  # "12 pieces P-7", "12 P-7 pieces"
    beside = [one for one in (last, after) if one is not None and one.kind == "word"]
    return FREE if any(_is_verb(one, words) for one in beside) else "apart"


def _is_verb(one: Token, words: Lexicon) -> bool:
    return one.text not in words.prepositions and one.text not in words.joining


def _bound_elsewhere(told: Sequence[Token], there: Sequence[Token]) -> Iterator[str]:
    """Names in brackets, which belong to the number before them, that stand by another one or by none."""
    mine, theirs = _bound(there), _bound(told)
    for name, number in mine.items():
        other = theirs.get(name)
        if other is None or abs(other.value - number.value) > other.step + number.step:
            yield name


def _bound(tokens: Sequence[Token]) -> Mapping[str, Token]:
    return {
        name.text: number
        for number, mark, name in zip(tokens, tokens[1:], tokens[2:], strict=False)
        if (number.kind, mark.text, name.kind) == ("number", "(", "name")
    }
