"""Search for rules: all single conditions, then the best of them with one more, then with one more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from plantstack.insights.patterns.rule import Condition, Is, Rule, Within, covered, holds
from plantstack.insights.patterns.sample import Bools, Floats, Sample
from plantstack.insights.patterns.score import Groups, gain

STEADY = 0.02  # chance of a rule by the spread of its own groups, at most


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a search goes, and what is too little to speak of.

    Attributes:
        conditions: of one rule, at most.
        width: rules that are carried on from one step to the next.
        groups: that a rule must be seen in.
        bad: pieces that a rule must hold.
        ratio: rate with the rule over rate without it, at least.
        share: of all pieces that a rule may hold for; what holds for most is the usual, not a pattern.
        cuts: thresholds tried of each value; the best are moved on all values afterwards.
        words: names of an axis; one with more is no axis to search.
    """

    conditions: int = 3
    width: int = 8
    groups: int = 5
    bad: float = 10.0
    ratio: float = 1.5
    share: float = 0.5
    cuts: int = 12
    words: int = 60


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Tried:
    """A rule that was looked at.

    Attributes:
        rule: its conditions.
        gain: how much likelier it makes the pieces, see `score.gain`.
        chance: that groups alike would give as much, if those of the rule scatter like the others.
        is_steady: and it is not one or two of them alone that give it.
        is_seen: in enough groups and bad pieces.
        is_enough: besides, its rate is so many times the rate outside, and most pieces lie outside.
    """

    rule: Rule
    gain: float
    chance: float
    is_steady: bool
    is_seen: bool
    is_enough: bool


def conditions(sample: Sample, limits: Limits) -> list[Condition]:
    """Everything that a single condition can say about the rows."""
    found: list[Condition] = []
    for axis, named in sample.named.items():
        if len(named.words) <= limits.words:
            seen = np.bincount(named.codes[named.codes >= 0], minlength=len(named.words))
            found += [Is(axis, word) for word, rows in zip(named.words, seen, strict=True) if rows]
    for axis, value in sample.measured.items():
        found += _bounds(sample, axis, value, limits)
    return found


def _bounds(sample: Sample, axis: str, value: Floats, limits: Limits) -> Iterator[Condition]:
    """Cuts at even shares of all rows and of the rows with bad pieces, each way, and the best two at once."""
    known = ~np.isnan(value)
    if not known.any():
        return
    shares = np.linspace(0, 1, limits.cuts + 2)
    told = [value[known], value[known & (sample.bad > 0)]]
    cuts = np.unique(np.concatenate([np.quantile(one, shares) for one in told if len(one)]))
    cuts = cuts[cuts > value[known].min()]
    if not len(cuts):
        return
    best: list[tuple[float, float]] = []
    all_bad, all_total = float(sample.bad[known].sum()), float(sample.total[known].sum())
    for side in (-1, 1):
        order = np.argsort(value[known] * side, kind="stable")
        running = [np.append(0, np.cumsum(one[known][order])) for one in (sample.bad, sample.total)]
        to = np.searchsorted(value[known][order] * side, cuts * side, side="left" if side > 0 else "right")
        gains = gain(running[0][to], running[1][to], all_bad, all_total)
        best.append((float(gains.max()), float(cuts[int(np.argmax(gains))])))
    yield from (Within(axis, low=float(cut)) for cut in cuts)
    yield from (Within(axis, high=float(cut)) for cut in cuts)
    (above, high), (below, low) = best
    if above > 0 and below > 0 and low < high:
        yield Within(axis, low, high, is_outside=True)


def search(sample: Sample, limits: Limits = LIMITS) -> list[Tried]:
    """Try rules on the rows of a sample, best gain first.

    Args:
        sample: rows that may be searched.
        limits: how far.
    """
    groups = Groups(sample)
    single = conditions(sample, limits)
    if not single or not sample.bad.any():
        return []
    rows = np.column_stack([holds(sample, one)[groups.order] for one in single])
    beam: list[tuple[Rule, Bools]] = [((), np.ones(len(sample), dtype=np.bool_))]
    tried: list[Tried] = []
    seen: set[frozenset[Condition]] = set()
    for _ in range(limits.conditions):
        level: list[tuple[Tried, Bools]] = []
        for rule, parent in beam:
            level += _step(groups, single, rows, rule, parent, limits, seen)
        tried += [one for one, _ in level]
        beam = _widest(level, limits)
    return sorted(tried, key=lambda one: (-round(one.gain, 6), len(one.rule)))


def _step(
    groups: Groups,
    single: list[Condition],
    rows: Bools,
    rule: Rule,
    parent: Bools,
    limits: Limits,
    seen: set[frozenset[Condition]],
) -> list[tuple[Tried, Bools]]:
    """A rule with one more condition, every one that it does not have yet."""
    named = {one.axis for one in rule if _sides(one) == 2}
    fresh = [
        i
        for i, one in enumerate(single)
        if one.axis not in named and not _clashes(one, rule) and frozenset((*rule, one)) not in seen
    ]
    if not fresh:
        return []
    seen.update(frozenset((*rule, single[i])) for i in fresh)
    inside = rows[:, fresh] & parent[:, None]
    test = groups.test(inside)
    all_bad, all_total = float(groups.bad.sum()), float(groups.total.sum())
    gains = gain(test.inside.bad, test.inside.total, all_bad, all_total)
    few = np.minimum(test.inside.groups, test.outside.groups) < limits.groups
    is_seen = ~few & (test.inside.bad >= limits.bad)
    is_rare = test.inside.total <= limits.share * all_total
    enough = is_seen & is_rare & (test.inside.rate >= limits.ratio * test.outside.rate)
    return [
        (
            Tried(
                (*rule, single[i]),
                float(gains[n]),
                float(test.unlike[n]),
                bool(test.chance[n] <= STEADY),
                bool(is_seen[n]),
                bool(enough[n]),
            ),
            inside[:, n],
        )
        for n, i in enumerate(fresh)
    ]


def _sides(one: Condition) -> int:
    """Two where nothing more can be said of the axis, else one."""
    return 2 if isinstance(one, Is) or one.is_outside or None not in (one.low, one.high) else 1


def _clashes(one: Condition, rule: Rule) -> bool:
    """The rule already has this side of the axis."""
    if isinstance(one, Is):
        return False
    mine = [other for other in rule if isinstance(other, Within) and other.axis == one.axis]
    return any(one.is_outside or (one.low is None) == (other.low is None) for other in mine)


def _widest(level: list[tuple[Tried, Bools]], limits: Limits) -> list[tuple[Rule, Bools]]:
    """The best rules of a step; of those that hold in the same rows the first."""
    level = sorted(
        (each for each in level if each[0].gain > 0 and each[0].is_seen),
        key=lambda each: -round(each[0].gain, 6),
    )
    kept: list[tuple[Rule, Bools]] = []
    by_axis: dict[tuple[str, ...], int] = {}
    for one, rows in level:
        about = tuple(sorted({each.axis for each in one.rule}))
        if by_axis.get(about, 0) >= max(2, limits.width // 4) or any(
            np.array_equal(rows, other) for _, other in kept
        ):
            continue
        by_axis[about] = by_axis.get(about, 0) + 1
        kept.append((one.rule, rows))
        if len(kept) == limits.width:
            break
    return kept


def sharpened(sample: Sample, rule: Rule) -> Rule:
    """Move each bound of a rule to where it makes the pieces likeliest, halfway between two values."""
    for _ in range(3):
        before = rule
        for i, one in enumerate(rule):
            if isinstance(one, Within):
                for side in ("low", "high"):
                    rule = (*rule[:i], _moved(sample, rule, i, side), *rule[i + 1 :])
        if rule == before:
            break
    return rule


def _moved(sample: Sample, rule: Rule, place: int, side: str) -> Within:
    """The condition at a place of the rule with one bound where it is best, all else left as it is."""
    one = rule[place]
    assert isinstance(one, Within)
    bound = one.low if side == "low" else one.high
    if bound is None:
        return one
    value = sample.measured[one.axis]
    others = covered(sample, rule[:place] + rule[place + 1 :]) & ~np.isnan(value)
    other = one.high if side == "low" else one.low
    takes_above = (side == "low") != one.is_outside
    fixed = np.zeros(len(sample), dtype=np.bool_)  # inside whatever the bound is
    if other is not None:
        beyond = value < other if side == "high" else value >= other
        if one.is_outside:
            fixed = others & beyond
        others &= ~beyond
    cut = _best_cut(sample, value, others, fixed, takes_above=takes_above)
    if cut is None:
        return one
    low, high = (cut, one.high) if side == "low" else (one.low, cut)
    return Within(one.axis, low, high, one.is_outside)


def _best_cut(sample: Sample, value: Floats, free: Bools, fixed: Bools, *, takes_above: bool) -> float | None:
    at = value[free]
    if len(at) < 2:
        return None
    order = np.argsort(at, kind="stable")
    at, bad, total = at[order], sample.bad[free][order], sample.total[free][order]
    below = np.append(0.0, np.cumsum(bad)), np.append(0.0, np.cumsum(total))
    inside = [one[-1] - one if takes_above else one for one in below]
    plus = float(sample.bad[fixed].sum()), float(sample.total[fixed].sum())
    gains = gain(inside[0] + plus[0], inside[1] + plus[1], float(sample.bad.sum()), float(sample.total.sum()))
    between = np.flatnonzero(at[1:] > at[:-1]) + 1
    if not len(between):
        return None
    best = int(between[int(np.argmax(gains[between]))])
    return float((at[best - 1] + at[best]) / 2)
