"""Findings about the same thing become one: the best explanation leads, the others stand beside it.

One mistake is often seen twice: in two parameters, as a step at a set-up and as a drift, as a shut cavity and
as lost speed. What began together at one machine and goes on together has one cause until somebody shows
otherwise. A pattern of scrap that comes with values as a drift or a set-up has them now is of the same rows:
whichever was known first leads: a night of a pattern is no news, and a drift does not become a pattern.
Its money is that of one of them: added up it would count twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from plantstack.insights.finding import Cost, Explanation, Finding
from plantstack.insights.saying import Bounds
from plantstack.intervals import HOUR

TOGETHER = 8 * HOUR
"""How far apart two findings may have begun and still have begun together: about a shift."""

_ROWS = 3  # of evidence of each of the others
# What says most of why leads: a lane that is shut, then a set-up, then values that move, then speed alone.
_LEADS = {"reduced_capacity": 0, "setup_error": 1, "drift": 2, "relation": 3, "drift_speed": 4}

_PATTERN = "scrap_pattern"
_VALUES = ("setup_error", "drift")  # of one parameter, in its unit


def grouped(found: Sequence[Finding]) -> list[Finding]:
    """One finding for each thing that is off.

    Wrong nominals and wrong paces stay by themselves, as do patterns beside what they do not explain:
    they say what always was so, and began together only because the books did.
    """
    patterns = [one for one in found if one.kind == _PATTERN]
    alone = [one for one in found if one.kind not in _LEADS and one.kind != _PATTERN]
    groups: list[list[Finding]] = []
    for one in sorted(
        (one for one in found if one.kind in _LEADS), key=lambda one: (one.window.start, one.id)
    ):
        mine = next((group for group in groups if _are_same(group[0], one)), None)
        if mine is None:
            groups.append([one])
        else:
            mine.append(one)
    for one in sorted(patterns, key=lambda one: (one.first_known, one.id)):
        mine = next((group for group in groups if any(_is_of(one, other) for other in group)), None)
        if mine is None:
            alone.append(one)
        else:
            mine.append(one)
    return [*alone, *(_joined(group) for group in groups)]


def _is_of(pattern: Finding, other: Finding) -> bool:
    """Whether a value that is off is one with which the pattern's scrap comes."""
    about, parameter = pattern.subject.about, other.subject.about.get("parameter", "")
    product = other.subject.about.get("product", "")
    if other.kind not in _VALUES or other.subject.equipment != pattern.subject.equipment:
        return False
    if product and about.get("product", product) != product:
        return False
    says = (pattern.says, *(one.says for one in pattern.explanations))
    bounds = [one for say in says for one in say.values.values() if isinstance(one, Bounds)]
    return any(one.of.id == parameter and _is_in(one, other.effect.value) for one in bounds)


def _is_in(bounds: Bounds, value: float) -> bool:
    is_between = (bounds.low is None or value >= bounds.low) and (bounds.high is None or value < bounds.high)
    return is_between != bounds.is_outside


def _are_same(first: Finding, other: Finding) -> bool:
    return (
        first.subject.equipment == other.subject.equipment
        and other.window.start - first.window.start <= TOGETHER
        and other.window.start < first.window.end
    )


def _joined(group: Sequence[Finding]) -> Finding:
    """The one that leads, with the others as what it could also be.

    Its id and its deadline are those of what was known first: what leads may change, what is meant does not.
    """
    first = min(group, key=lambda one: (one.first_known, one.id))
    order = _LEADS | {_PATTERN: -1 if first.kind == _PATTERN else len(_LEADS)}
    lead, *others = sorted(group, key=lambda one: (order[one.kind], -one.severity, one.id))
    if not others:
        return lead
    weight = lead.explanations[0].weight if lead.explanations else 0.5
    beside = [Explanation(one.says, min(weight, _weight(one)), one.action.says) for one in others]
    return replace(
        lead,
        explanations=(*lead.explanations, *beside),
        evidence=(*lead.evidence, *(row for one in others for row in one.evidence[:_ROWS])),
        cost=_cost([lead, *others]),
        action=replace(lead.action, by=first.action.by),
        known_at=first.first_known,
        same=first.identity,
        others=tuple(others),
    )


def _weight(finding: Finding) -> float:
    return finding.explanations[0].weight if finding.explanations else 0.5


def _cost(findings: Sequence[Finding]) -> Cost:
    """The cost of the first that has a price: of what is told several ways one price counts."""
    priced = (one.cost for one in findings if one.cost.likely is not None)
    return next(priced, findings[0].cost)
