"""Patterns: rules that held on rows which no search had seen, with what else would explain them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from plantstack.insights.patterns.rule import Rule, Within, axes, covered, merged
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
_AS_MUCH = 0.8  # of times as often, and of bad pieces: a rule of names that does so much says it as well
_LEAST_WEIGHT = 0.02
_LOOKED_AT = 400  # rules among which others for the same pieces are looked for
_HELD_GROUPS = 3  # at least, with the rule, among the rows held out


@dataclass(frozen=True, slots=True)
class Rival:
    """Another rule for the same pieces.

    Attributes:
        rule: what it says.
        weight: how well it explains the bad pieces beside the pattern and the other rivals, 0 to 1.
        pieces: that tell the two apart: inside the one and outside the other.
        times: how many times as often the pieces are bad with it as without, on the rows held out.
    """

    rule: Rule
    weight: float
    pieces: float
    times: float


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

    @property
    def times(self) -> float:
        """How many times as often the pieces are bad with it as without, on the rows held out."""
        return float(self.held.inside.rate[0] / self.held.outside.shrunk[0])


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
        told = _scored(sample, left, rule, limits, alpha, tried)
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
    sample: Sample, left: Bools, rule: Rule, limits: Limits, alpha: float, tried: Sequence[Tried]
) -> Pattern | None:
    """A rule on the rows held out; None where it does not hold there.

    One of names alone leads where it explains as much: a mould or a shift can be changed, and a value that
    comes with them is their trace. It was not picked for what it does on the rows held out but for being as
    good, so that it makes no pattern where there is none.
    """
    searched, held = (sample.where(left & one) for one in (~sample.is_held, sample.is_held))
    if not len(held):
        return None
    if not _stands(held, rule, limits, alpha):
        return None
    names = _standing(search(replace(searched, measured={}), limits)) if _is_measured(rule) else []
    others = list(_others(searched, rule, [*names, *_standing(tried)]))
    lead = _by_name(held, rule, others, limits, alpha)
    test = _tested(held, [lead])
    chance = min(float(test.chance[0]) * _MOST, 1.0)
    rows = covered(sample, lead) & left
    besides = [one for one in (rule, *others) if one != lead]
    kept = 0 if lead == rule else 1  # the trace of what leads is told, however little it says beside it
    weight, rivals = _rivals(sample.where(left), held, lead, besides, kept)
    return Pattern(merged(lead), test, chance, rows, weight, rivals, len(tried))


def _tested(sample: Sample, rules: Sequence[Rule]) -> Test:
    groups = Groups(sample)
    return groups.test(np.column_stack([covered(sample, one)[groups.order] for one in rules]))


def _stands(held: Sample, rule: Rule, limits: Limits, alpha: float) -> bool:
    """Whether a rule holds on the rows held out."""
    test = _tested(held, [rule])
    is_more = test.inside.rate[0] >= limits.ratio * test.outside.rate[0]
    is_rare = test.inside.total[0] <= limits.share * (test.inside.total[0] + test.outside.total[0])
    is_sure = min(float(test.chance[0]) * _MOST, 1.0) <= alpha
    return bool(is_sure and is_more and is_rare and test.inside.groups[0] >= _HELD_GROUPS)


def _is_measured(rule: Rule) -> bool:
    return any(isinstance(one, Within) for one in rule)


def _by_name(held: Sample, rule: Rule, others: Sequence[Rule], limits: Limits, alpha: float) -> Rule:
    """Of rules for the same pieces one of names alone that explains as much, else the rule."""
    if not _is_measured(rule):
        return rule
    alike = _explain_as_much(held, [rule, *others])[1:]
    named = [
        (len(one), number)
        for number, one in enumerate(others)
        if alike[number] and not _is_measured(one) and _stands(held, one, limits, alpha)
    ]
    return others[min(named)[1]] if named else rule


def _explain_as_much(held: Sample, rules: Sequence[Rule]) -> Bools:
    """Which rules do nearly as well as the first on the rows held out: so many times, and so many bad pieces.

    Rules that name the same hours differ in a few pieces at the edges; a likelihood makes much of those.
    """
    test = _tested(held, rules)
    times, caught = test.inside.rate / test.outside.shrunk, test.inside.bad
    return np.asarray((times >= _AS_MUCH * times[0]) & (caught >= _AS_MUCH * caught[0]))


def _rivals(
    sample: Sample, held: Sample, rule: Rule, others: Sequence[Rule], kept: int
) -> tuple[float, tuple[Rival, ...]]:
    """Other rules for much the same pieces, weighed by how likely they make the bad of the rows held out.

    Those that explain as much as each other weigh the same. The first `kept` of them are always told.
    """
    if not others:
        return 1.0, ()
    test = _tested(held, [rule, *others])
    wider = float(max(test.outside.dispersion.max(), test.inside.dispersion.max()))
    rows = np.column_stack([covered(held, one) for one in (rule, *others)])
    likely = _gains(held, rows) / (2 * wider)
    alike = _explain_as_much(held, [rule, *others])
    likely[alike] = likely[alike].max()
    weights = np.exp(likely - likely.max())
    weights /= weights.sum()
    order = np.argsort(-weights[1:], kind="stable").tolist()
    likeliest = [i for i in order if i >= kept and weights[i + 1] >= _LEAST_WEIGHT]
    told = sorted([*range(kept), *likeliest[: _MOST - kept]], key=order.index)
    mine, times = covered(sample, rule), test.inside.rate / test.outside.shrunk
    rivals = tuple(
        Rival(
            merged(others[i]),
            float(weights[i + 1]),
            float(sample.total[mine != covered(sample, others[i])].sum()),
            float(times[i + 1]),
        )
        for i in told
    )
    return float(weights[0]), rivals


def _others(searched: Sample, rule: Rule, standing: Sequence[Tried]) -> Iterator[Rule]:
    """Rules of other axes that hold for much the same of the rows searched."""
    mine, own = covered(searched, rule), axes(rule)
    seen = {own}
    for one in standing[:_LOOKED_AT]:
        about = axes(one.rule)
        if about in seen or about > own:
            continue
        # Sharpening moves bounds; names need none of it and are looked at first.
        if _common(searched, mine, covered(searched, one.rule)) < _SAME / 2:
            continue
        other = simple(searched, searched, sharpened(searched, one.rule), ADDS)
        about = axes(other)
        rows = covered(searched, other)
        if about in seen or about > own or about < own or _common(searched, mine, rows) < _SAME:
            continue
        seen.add(about)
        yield other
        if len(seen) > 2 * _MOST:
            return


def _common(sample: Sample, one: Bools, other: Bools) -> float:
    return float(sample.total[one & other].sum() / max(sample.total[one | other].sum(), 1e-12))


def _gains(sample: Sample, rows: Bools) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    from_total = sample.total @ rows
    from_bad = sample.bad @ rows
    return gain(from_bad, from_total, float(sample.bad.sum()), float(sample.total.sum()))
