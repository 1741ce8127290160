"""Patterns: rules that held on rows which no search had seen, with what else would explain them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from plantstack.insights.patterns.rule import Rule, axes, covered, merged
from plantstack.insights.patterns.sample import Bools, Ints, Sample
from plantstack.insights.patterns.score import Groups, Test, discoveries, gain
from plantstack.insights.patterns.search import LIMITS, STEADY, Limits, Tried, search, sharpened

FALSE_SHARE = 0.05  # of the rules that stand after the search; those are then scored on rows held out
ADDS = 1e-4  # chance of a condition that is kept on the rows searched: it was the best of hundreds
ADDS_HELD = 0.01  # and on the rows held out
_TIMES = 1.2  # what a condition that is kept does to the rate, at least
_SAME = 0.7  # share of pieces that two rules have in common when one may stand for the other
_STARTS = 5  # rules of different axes that are worked out before one is chosen
_AS_GOOD = 4.0  # gain, in spreads between groups, that is no difference between two rules
_MOST = 3  # patterns of one kind of bad piece
_LEAST_WEIGHT = 0.02


@dataclass(frozen=True, slots=True)
class Rival:
    """Another rule for the same pieces.

    Attributes:
        rule: what it says.
        weight: how well it explains the bad pieces beside the pattern and the other rivals, 0 to 1.
        pieces: that tell the two apart: inside the one and outside the other.
    """

    rule: Rule
    weight: float
    pieces: float


@dataclass(frozen=True, slots=True)
class Pattern:
    """A rule that held.

    Attributes:
        rule: its conditions.
        held: the rule on the rows held out; of one rule.
        chance: that groups alike would give as much on them, times the rules scored there.
        rows: of the whole sample in which it holds.
        weight: see `Rival`.
        rivals: other rules for the same pieces.
        n_tried: rules that were tried before it.
    """

    rule: Rule
    held: Test
    chance: float
    rows: Bools
    weight: float
    rivals: tuple[Rival, ...]
    n_tried: int


def patterns(sample: Sample, limits: Limits = LIMITS, alpha: float = 0.05) -> list[Pattern]:
    """The rules that explain bad pieces and hold on rows not searched; each after those before it.

    Args:
        sample: all rows, held out or not.
        limits: how far the search goes.
        alpha: chance of any pattern where there is none.
    """
    found: list[Pattern] = []
    left = np.ones(len(sample), dtype=np.bool_)
    tried: list[Tried] = []
    refused: set[frozenset[str]] = set()
    for _ in range(_MOST):
        searched, held = sample.where(left & ~sample.is_held), sample.where(left & sample.is_held)
        tried = tried or search(searched, limits)
        standing = [one for one in _standing(tried) if axes(one.rule) not in refused]
        if not standing:
            break
        rule = simple(held, searched, _best(searched, standing), ADDS_HELD)
        told = _scored(sample, left, rule, limits, alpha, len(tried), standing)
        if told is None:
            refused |= {axes(standing[0].rule), axes(rule)}  # what is best next speaks of something else
            continue
        found.append(told)
        left &= ~told.rows
        tried = []
    return found


def first_held(sample: Sample, rows: Bools, start: Ints, limits: Limits, alpha: float) -> int:
    """Begin of the group since which the rows of a pattern have told it.

    Half of the rows are searched and half held out, so all of them must be twice as sure as one half. The
    rows alone decide, not how they were halved: it stays the same however long afterwards it is asked.

    Args:
        sample: all rows.
        rows: of them, those in which the pattern holds.
        start: of each row, microseconds UTC.
        limits, alpha: see `patterns`.
    """
    begins = {int(one): int(start[rows & (sample.group == one)].min()) for one in set(sample.group[rows])}
    told = sorted(begins.values())
    since = told[min(limits.groups * 2, len(told)) - 1]
    for at in reversed(told):
        if not _holds(sample.where(start <= at), rows[start <= at], limits, alpha**2):
            break
        since = at
    return since


def _holds(sample: Sample, rows: Bools, limits: Limits, alpha: float) -> bool:
    groups = Groups(sample)
    test = groups.test(rows[groups.order][:, None])
    is_more = test.inside.rate[0] >= limits.ratio * test.outside.rate[0]
    return bool(test.chance[0] * _MOST <= alpha and is_more and test.inside.groups[0] >= limits.groups)


def _standing(tried: Sequence[Tried]) -> list[Tried]:
    """Rules that everything tried together lets stand."""
    stand = discoveries(np.array([one.chance for one in tried]), FALSE_SHARE)
    return [
        one for one, is_good in zip(tried, stand, strict=True) if is_good and one.is_enough and one.is_steady
    ]


def _best(searched: Sample, standing: Sequence[Tried]) -> Rule:
    """The best rule once bounds are moved and what adds nothing is gone; of some as good the shortest."""
    rules: dict[frozenset[str], Rule] = {}
    seen: set[frozenset[str]] = set()
    for one in standing:
        if axes(one.rule) in seen:
            continue
        seen.add(axes(one.rule))
        rule = simple(searched, searched, sharpened(searched, one.rule), ADDS)
        rules.setdefault(axes(rule), rule)
        if len(seen) == _STARTS:
            break
    found = list(rules.values())
    rows = np.column_stack([covered(searched, rule) for rule in found])
    gains = _gains(searched, rows)
    groups = Groups(searched)
    test = groups.test(rows[groups.order])
    best = int(np.argmax(gains))
    noise = _AS_GOOD * float(max(test.outside.dispersion[best], test.inside.dispersion[best]))
    as_good = [i for i in range(len(found)) if gains[i] >= gains[best] - noise]
    return found[min(as_good, key=lambda i: (len(found[i]), -round(float(gains[i]), 6)))]


def simple(judged: Sample, searched: Sample, rule: Rule, level: float) -> Rule:
    """The rule without what adds nothing: a condition stays when it splits the pieces of the others.

    Args:
        judged: the rows on which each condition must show it.
        searched: the rows on which bounds are moved after one is gone.
        rule: as the search found it.
        level: chance of a condition that stays.
    """
    while len(rule) > 1:
        chances = [_chance_of(judged, rule, place) for place in range(len(rule))]
        worst = int(np.argmax(chances))
        if chances[worst] <= level:
            break
        rule = sharpened(searched, rule[:worst] + rule[worst + 1 :])
    return rule


def _chance_of(searched: Sample, rule: Rule, place: int) -> float:
    parent = covered(searched, rule[:place] + rule[place + 1 :])
    groups = Groups(searched)
    test = groups.test(covered(searched, rule)[groups.order][:, None], parent[groups.order])
    if test.inside.shrunk[0] < _TIMES * test.outside.shrunk[0] or test.chance[0] > STEADY:
        return 1.0
    return float(test.unlike[0])


def _scored(
    sample: Sample,
    left: Bools,
    rule: Rule,
    limits: Limits,
    alpha: float,
    n_tried: int,
    standing: Sequence[Tried],
) -> Pattern | None:
    """A rule on the rows held out; None where it does not hold there."""
    held = sample.where(left & sample.is_held)
    if not len(held):
        return None
    groups = Groups(held)
    test = groups.test(covered(held, rule)[groups.order][:, None])
    chance = min(float(test.chance[0]) * _MOST, 1.0)
    is_less = test.inside.rate[0] < limits.ratio * test.outside.rate[0]
    is_usual = test.inside.total[0] > limits.share * (test.inside.total[0] + test.outside.total[0])
    if chance > alpha or is_less or is_usual or test.inside.groups[0] < 3:
        return None
    rows = covered(sample, rule) & left
    weight, rivals = _rivals(sample.where(left), rule, standing)
    return Pattern(merged(rule), test, chance, rows, weight, rivals, n_tried)


def _rivals(sample: Sample, rule: Rule, standing: Sequence[Tried]) -> tuple[float, tuple[Rival, ...]]:
    """Rules of other axes that hold for much the same pieces, weighed by how likely they make the bad."""
    from_rule = covered(sample, rule)
    groups = Groups(sample)
    candidates = list(_others(sample, rule, standing))
    if not candidates:
        return 1.0, ()
    rows = np.column_stack([from_rule, *(each for _, each in candidates)])
    test = groups.test(rows[groups.order])
    wider = float(max(test.outside.dispersion[0], test.inside.dispersion[0]))
    likely = _gains(sample, rows) / (2 * wider)
    weights = np.exp(likely - likely.max())
    weights /= weights.sum()
    order = np.argsort(-weights[1:], kind="stable")[:_MOST]
    kept = [int(i) for i in order if weights[i + 1] >= _LEAST_WEIGHT]
    rivals = tuple(
        Rival(
            merged(candidates[i][0]),
            float(weights[i + 1]),
            float(sample.total[from_rule != candidates[i][1]].sum()),
        )
        for i in kept
    )
    return float(weights[0]), rivals


def _others(sample: Sample, rule: Rule, standing: Sequence[Tried]) -> Iterator[tuple[Rule, Bools]]:
    mine, own = covered(sample, rule), axes(rule)
    seen = {own}
    for one in standing[:400]:
        about = axes(one.rule)
        if about in seen or about > own:
            continue
        # Sharpening moves bounds; names need none of it and are looked at first.
        if _common(sample, mine, covered(sample, one.rule)) < _SAME / 2:
            continue
        other = simple(sample, sample, sharpened(sample, one.rule), ADDS)
        about = axes(other)
        rows = covered(sample, other)
        if about in seen or about > own or about < own or _common(sample, mine, rows) < _SAME:
            continue
        seen.add(about)
        yield other, rows
        if len(seen) > 2 * _MOST:
            return


def _common(sample: Sample, one: Bools, other: Bools) -> float:
    return float(sample.total[one & other].sum() / max(sample.total[one | other].sum(), 1e-12))


def _gains(sample: Sample, rows: Bools) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    from_total = sample.total @ rows
    from_bad = sample.bad @ rows
    return gain(from_bad, from_total, float(sample.bad.sum()), float(sample.total.sum()))
