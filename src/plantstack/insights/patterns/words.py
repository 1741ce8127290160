"""How a pattern is said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from plantstack.insights.finding import Action, Explanation
from plantstack.insights.patterns.cells import HOUR_OF_SHIFT
from plantstack.insights.patterns.pattern import Pattern, Rival
from plantstack.insights.patterns.rule import Condition, Is, Rule
from plantstack.insights.saying import N_, Bounds, Figure, Name, Say, Value

_AXES: Mapping[str, Literal["equipment", "product", "shift", "crew"]] = {
    "machine": "equipment",
    "product": "product",
    "shift": "shift",
    "crew": "crew",
}
_FREE = (  # no price, by the number of conditions
    N_(
        "%(share)s of %(reason)s comes from %(first)s: %(times)s as often as elsewhere,"
        " %(pieces)s pieces a month"
    ),
    N_(
        "%(share)s of %(reason)s comes from %(first)s with %(second)s: %(times)s as often as elsewhere,"
        " %(pieces)s pieces a month"
    ),
    N_(
        "%(share)s of %(reason)s comes from %(first)s with %(second)s and %(third)s: %(times)s as often as"
        " elsewhere, %(pieces)s pieces a month"
    ),
)
_PRICED = (
    N_(
        "%(share)s of %(reason)s comes from %(first)s: %(times)s as often as elsewhere, %(pieces)s pieces,"
        " %(money)s a month"
    ),
    N_(
        "%(share)s of %(reason)s comes from %(first)s with %(second)s: %(times)s as often as elsewhere,"
        " %(pieces)s pieces, %(money)s a month"
    ),
    N_(
        "%(share)s of %(reason)s comes from %(first)s with %(second)s and %(third)s: %(times)s as often as"
        " elsewhere, %(pieces)s pieces, %(money)s a month"
    ),
)
_CAUSES = (
    N_("it comes with %(first)s: %(times)s as often as elsewhere"),
    N_("it comes with %(first)s and %(second)s: %(times)s as often as elsewhere"),
    N_("it comes with %(first)s, %(second)s and %(third)s: %(times)s as often as elsewhere"),
)
_PLACES = ("first", "second", "third")


@dataclass(frozen=True, slots=True)
class Size:
    """The figures of a pattern, as they are told."""

    reason: str
    share: float
    times: float
    pieces: float
    money: float | None
    currency: str


def condition(one: Condition, units: Mapping[str, str]) -> Value:
    """A condition as a value of a text."""
    if not isinstance(one, Is):
        hours = one.axis == HOUR_OF_SHIFT
        of = Name(one.axis, "word" if hours else "parameter")
        return Bounds(of, one.low, one.high, "h" if hours else units.get(one.axis, ""), one.is_outside)
    kind = _AXES.get(one.axis)
    return Name(f"{one.axis} {one.word}", "context") if kind is None else Name(one.word, kind)


def sentence(rule: Rule, size: Size, units: Mapping[str, str]) -> Say:
    """The pattern in one sentence."""
    texts = _FREE if size.money is None else _PRICED
    values: dict[str, Value] = {
        "share": Figure(size.share, "share"),
        "reason": Name(size.reason, "reason") if size.reason else Name("scrap without a reason", "word"),
        "times": Figure(size.times, "times"),
        "pieces": Figure(size.pieces, "pieces"),
    }
    if size.money is not None:
        values["money"] = Figure(size.money, "money", size.currency)
    return Say(texts[len(rule) - 1], values | _conditions(rule, units))


def _conditions(rule: Rule, units: Mapping[str, str]) -> dict[str, Value]:
    return {place: condition(one, units) for place, one in zip(_PLACES, rule, strict=False)}


def explanations(found: Pattern, units: Mapping[str, str]) -> tuple[Explanation, ...]:
    """What the pattern says it is, and what else would explain the same pieces, each with its own figure."""
    mine = Explanation(_cause(found.rule, found.times, units), found.weight, is_own=True)
    others = [
        Explanation(_cause(one.rule, one.times, units), one.weight, _apart(found.rule, one, units))
        for one in found.rivals
    ]
    return (mine, *others)


def _cause(rule: Rule, times: float, units: Mapping[str, str]) -> Say:
    return Say(_CAUSES[len(rule) - 1], _conditions(rule, units) | {"times": Figure(times, "times")})


def _apart(rule: Rule, rival: Rival, units: Mapping[str, str]) -> Say:
    """Which pieces would tell the two apart."""
    mine = next((one for one in rule if one not in rival.rule), rule[0])
    theirs = next((one for one in rival.rule if one not in rule), rival.rule[0])
    values = {"one": condition(mine, units), "other": condition(theirs, units)}
    if rival.pieces < 1:
        return Say(N_("they never came apart: make one order with %(other)s and not %(one)s"), values)
    return Say(
        N_("make one order with %(other)s and not %(one)s; of the past %(pieces)s pieces tell them apart"),
        values | {"pieces": Figure(rival.pieces, "pieces")},
    )


def action(rule: Rule, reason: str, by: int, units: Mapping[str, str]) -> Action:
    """What to do: change one condition for one order, and look."""
    values: dict[str, Value] = {
        "first": condition(rule[0], units),
        "reason": Name(reason, "reason") if reason else Name("scrap without a reason", "word"),
    }
    return Action(
        Say(N_("make one order without %(first)s and compare its %(reason)s with this"), values), "ci", by
    )


def about(rule: Rule, reason: str) -> dict[str, str]:
    """What the finding is about, without figures: bounds move a little with every day."""
    said = {one.axis: one.word if isinstance(one, Is) else "" for one in rule}
    named = {axis: word for axis, word in said.items() if word}
    measured: Sequence[str] = sorted(axis for axis, word in said.items() if not word)
    return {"reason": reason, **named} | ({"parameter": "+".join(measured)} if measured else {})
