"""What names do in a sentence: who loses to whom, which period belongs to which number.

Two names that change places make another claim, whatever they are names of. The part of a name is read from
the word before it, from verbs beside it and from the marks around it; one that it did not have is doubted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from plantstack.insights.verifying.lexicon import Lexicon
from plantstack.insights.verifying.reading import Token, left_of, senses_of

# A name that had one of these has it, and no other gets it.
_KEPT = ("from", "to", "for", "by", "order", "money")
_OWN = ("its", "their", "sein", "seine", "seinen", "ihr", "ihre", "ihren", "su", "sus")
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
    yield from _set_by_others(told, there, theirs, words)
    theirs = {name: _as_meant(roles, name, axes, told, there) for name, roles in theirs.items()}
    for name, roles in theirs.items():
        had = mine.get(name, [])
        is_owned = FREE in had and name == next(iter(mine)) and "of" in roles and "set" in senses_of(there)
        if is_owned or (had and not all(_may(role, had, name, axes[name]) for role in roles)):
            yield name
    yield from _bound_elsewhere(told, there)
    for first, second in combinations([name for name in mine if name in theirs], 2):
        is_kept = [name for name in theirs if name in (first, second)] == [first, second]
        parts, were = (theirs[first][0], theirs[second][0]), (mine[first][0], mine[second][0])
        if is_kept or _is_alone((first, second), parts, were, axes):
            continue
        if not _may_swap(parts, were, axes[first] == axes[second]) and not _is_paced(parts, there):
            yield f"{second} / {first}"


def keeps_parts(told: Sequence[Token], there: Sequence[Token], axis: str, words: Lexicon) -> bool:
    """Whether the names of one kind have each the part that they had, and no two of them the same."""
    mine, theirs = _roles(there, words), _roles(told, words)
    names = {one.text for one in there if one.kind == "name" and one.axis == axis}
    parts = [mine[name][0] for name in sorted(names)]
    now = [theirs[name][0] for name in sorted(names)]
    if set(parts) == set(now) == {"bracket"}:
        return True  # each belongs to the number before it
    if len(mine) == 2 and _is_paced((theirs[next(iter(mine))][0], theirs[next(reversed(mine))][0]), there):
        return True
    return parts == now and len(set(parts)) == len(parts)


def _is_paced(parts: tuple[str, str], there: Sequence[Token]) -> bool:
    """Whether the first name sets the pace of the second, whichever comes first."""
    return bool(senses_of(there)["set"]) and parts == (FREE, "of")


def _set_by_others(
    told: Sequence[Token], there: Sequence[Token], theirs: Mapping[str, Sequence[str]], words: Lexicon
) -> Iterator[str]:
    """Names "of" something else than the pace where a pace is set: it is set by them."""
    if not senses_of(there)["set"]:
        return
    if senses_of(told)["passive"] and [roles[0] for roles in theirs.values()] != ["of", FREE]:
        yield next(iter(theirs))  # "is the pace of X set by Y" and nothing else
    for at, one in enumerate(told):
        if one.kind != "name" or theirs[one.text][0] != "of":
            continue
        before = left_of(told, at, 4, words)
        is_owner = at + 1 < len(told) and told[at + 1].text == "'s"
        if is_owner and any("set" in (two.senses or ()) for two in told[at + 3 : at + 4]):
            yield one.text  # "its pace sets"
        if not is_owner and not (len(before) > 1 and "pace" in (before[-2].senses or ())):
            yield one.text


def _as_meant(
    roles: list[str], name: str, axes: Mapping[str, str], told: Sequence[Token], there: Sequence[Token]
) -> list[str]:
    """Parts that say the same as another one of this fact: a reason is no taker, "for" a line is of it."""
    axis, mine = axes.get(name, ""), senses_of(there)
    if axis == "reason":
        is_taken = senses_of(told)["taken"] > 0
        return ["apart" if one in ("to", "at") or (one == FREE and is_taken) else one for one in roles]
    if axis == "word" and senses_of(told)["taken"]:
        return ["to" if one == FREE else one for one in roles]
    if axis == "equipment" and senses_of(told)["taken"]:
        return [FREE if one == "to" else one for one in roles]  # "costó a Filler"
    if axis == "equipment" and mine["staged"]:
        return ["at" if one == "to" else one for one in roles]  # "brought to line 1"
    if axis == "equipment" and mine["move"]:
        return ["to" if one == "at" else one for one in roles]  # "put on line 1"
    if axis == "word" and mine["safety"]:
        return ["apart" if one == FREE else one for one in roles]
    is_own = any(one.text in _OWN for one in told)  # "sets its pace for"
    return ["of" if one == "for" and mine["set"] and not is_own else one for one in roles]


def _is_alone(
    names: tuple[str, str], parts: tuple[str, str], had: tuple[str, str], axes: Mapping[str, str]
) -> bool:
    """Whether one of two names cannot be taken for the other: the only period, a reason, a place by "at"."""
    if axes[names[0]] == axes[names[1]]:
        return False
    for name, part, old in zip(names, parts, had, strict=True):
        alike = [one for one, axis in axes.items() if axis == axes[name]]
        is_when = axes[name] in ("day", "context", "word") and any(one.isdigit() for one in name)
        if len(alike) > 1 or not {part, old} <= {"apart", "at", "of"}:
            continue
        is_where = axes[name] == "equipment" and (part, old) in (("at", "of"), ("at", "at"), ("of", "of"))
        if is_when or axes[name] == "reason" or is_where:
            return True
    return False


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
    is_period = axis in ("word", "context") and any(one.isdigit() for one in name)
    if role == "for" and is_period and list(had) == ["apart"]:
        return True  # "for 2 Mar"
    if role in _KEPT or any(one in _KEPT for one in had):
        return False
    if role == FREE:
        return axis == "kpi"
    return role != "at" or axis in ("equipment", "day") or is_period


def _owning(told: Sequence[Token], words: Lexicon) -> Iterator[tuple[str, str]]:
    """What has a KPI, and the KPI: 'Line 1 had a run time of' is 'run time of Line 1'."""
    for at, one in enumerate(told):
        rest = [other for other in told[at + 1 : at + 6] if not _is_passed(other, words)]
        is_reckoned = bool(rest) and "reckoned" in (rest[0].senses or ())
        is_had = one.kind == "name" and len(rest) > 1 and (rest[0].text in words.having or is_reckoned)
        is_aimed = bool(rest) and rest[0].axis == "kpi" and "target" in senses_of(told[at + 1 : at + 3])
        if is_had and (rest[1].kind, rest[1].axis) == ("name", "kpi"):
            yield one.text, rest[1].text
        elif one.kind == "name" and is_aimed:
            yield one.text, rest[0].text  # "Filler aims for an OEE of 80 %"
        elif is_had and not is_reckoned and one.axis == "equipment" and _is_only(one, told):
            yield one.text, one.text  # "Filler has 12 pieces on hold"


def _is_only(name: Token, told: Sequence[Token]) -> bool:
    return len({one.text for one in told if one.axis == name.axis}) < 2


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
    if after is not None and "call" in (after.senses or ()) and tokens[at].axis in ("word", "role"):
        return "for"  # "a maintenance call"
    if last is not None and last.kind == "word":
        if "order" in (last.senses or ()):
            return "order"
        if "due" in (last.senses or ()) and tokens[at].axis == "day":
            return "apart"
        if last.text in words.prepositions:
            is_agent = before > 0 and "set" in (tokens[before - 1].senses or ())  # "is set by the filler"
            part = words.prepositions[last.text]
            is_passive = senses_of(tokens)["passive"] and after is not None and "set" in (after.senses or ())
            return FREE if (is_agent and part == "by") or (is_passive and part == "of") else part
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
