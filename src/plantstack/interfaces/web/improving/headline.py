"""The sentence on top of the portfolio: facts found by rules, each said in one whole sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from plantstack.interfaces.web import formats
from plantstack.interfaces.web.improving.words import hours, names, points
from plantstack.interfaces.web.page import N_, Reading
from plantstack.stack.improving.portfolio import DEAD_BAND, Plant, Portfolio, total

SENTENCES = {
    "nothing": N_("Nothing is known of these weeks yet."),
    "none_compares": N_("No plant can be compared yet."),
    "next_step": N_("The nearest is %(plants)s: %(step)s"),
    "one_behind": N_("%(plants)s causes most of the %(gap)s-point gap to plan."),
    "few_behind": N_("%(plants)s cause most of the %(gap)s-point gap to plan."),
    "at_plan": N_("The plants are at plan: OEE %(oee)s."),
    "ahead": N_("The plants are %(gap)s points ahead of plan: OEE %(oee)s."),
    "fell": N_("OEE fell by %(gap)s points; %(plants)s lost most."),
    "rose": N_("OEE rose by %(gap)s points; %(plants)s gained most."),
    "steady": N_("OEE is steady at %(oee)s."),
    "not_compared": N_("%(plants)s cannot be compared yet."),
    "behind_hours": N_("Reaching plan would bring %(hours)s h."),
}
"""By the kind of fact; values stand where `%(name)s` does."""

_MOST = 2  # plants that are named as the cause


@dataclass(frozen=True, slots=True)
class Fact:
    """Something the rows say.

    Attributes:
        kind: of `SENTENCES`.
        plants: ids it is about.
        amounts: `gap` and `oee` as shares, `hours` in seconds.
        step: what to do, as the books say it.
    """

    kind: str
    plants: Sequence[str] = ()
    amounts: Mapping[str, float] = field(default_factory=dict)
    step: str = ""


def facts(found: Portfolio) -> list[Fact]:
    """What there is to say of a portfolio, the most important first."""
    known = [one for one in found.plants if one.row is not None and one.row["value"] is not None]
    if not known:
        return [Fact("nothing")]
    compared = list(found.compared)
    if not compared:
        near = max(known, key=lambda one: (one.ready, -(one.minutes or 0)))
        return [Fact("none_compares"), *([Fact("next_step", [near.id], step=near.step)] if near.step else [])]
    others = [one.id for one in known if not one.is_comparable]
    said = _against_plan(compared) if all(one.target is not None for one in compared) else _since(compared)
    return [*said, *([Fact("not_compared", others)] if others else [])]


def _against_plan(plants: Sequence[Plant]) -> list[Fact]:
    now, _ = total(plants)
    behind = {one.id: one.behind_s or 0.0 for one in plants}
    gap_s = sum(behind.values())
    gap = gap_s / now.planned_s
    if gap < -DEAD_BAND:
        return [Fact("ahead", amounts={"gap": -gap, "oee": now.oee or 0.0})]
    if gap <= DEAD_BAND:
        return [Fact("at_plan", amounts={"oee": now.oee or 0.0})]
    worst = _most_of(behind, gap_s)
    kind = "one_behind" if len(worst) == 1 else "few_behind"
    return [Fact(kind, worst, {"gap": gap}), Fact("behind_hours", amounts={"hours": gap_s})]


def _since(plants: Sequence[Plant]) -> list[Fact]:
    now, before = total(plants)
    if now.oee is None or before.oee is None or abs(now.oee - before.oee) <= DEAD_BAND:
        return [Fact("steady", amounts={"oee": now.oee or 0.0})]
    gap = now.oee - before.oee
    sign = 1 if gap > 0 else -1
    moved = {
        one.id: sign * ((one.hours.oee or 0.0) - (one.hours_before.oee or 0.0)) * one.hours.planned_s
        for one in plants
        if one.hours_before.oee is not None
    }
    worst = _most_of(moved, sum(max(amount, 0.0) for amount in moved.values()))
    return [Fact("rose" if gap > 0 else "fell", worst, {"gap": abs(gap)})]


def _most_of(amounts: Mapping[str, float], whole: float) -> list[str]:
    """The fewest that make more than half of a whole, at most two, the greatest first."""
    ranked = sorted(amounts, key=lambda name: (-amounts[name], name))
    for count in range(1, _MOST + 1):
        if sum(amounts[name] for name in ranked[:count]) > whole / 2:
            return ranked[:count]
    return ranked[:_MOST]


def headline(visit: Reading, found: Portfolio) -> str:
    """The facts as sentences in the reader's language."""
    return " ".join(_said(visit, one) for one in facts(found))


def _said(visit: Reading, fact: Fact) -> str:
    language = visit.language
    amounts = {
        "gap": lambda amount: points(amount, language, is_signed=False),
        "oee": lambda amount: formats.percent(amount, language),
        "hours": lambda amount: hours(amount, language),
    }
    told = {name: amounts[name](amount) for name, amount in fact.amounts.items()}
    return visit.say(SENTENCES[fact.kind], plants=names(visit, fact.plants), step=fact.step, **told)
