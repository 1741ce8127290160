"""How much a rule says about scrap, and how sure that is: groups of rows count, not pieces.

Pieces of one order are not independent of each other, so a rate is the ratio of two sums over groups and its
variance is that of the groups about the ratio (ratio estimator of cluster samples), never less than what the
spread between the groups outside the rule would give it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from plantstack.insights.patterns.sample import Bools, Floats, Ints, Sample


@dataclass(frozen=True, slots=True)
class Sums:
    """Of many rules at once: what lies in each, group by group, added up.

    Attributes:
        total, bad: pieces inside, and how many of them are bad.
        groups: with any piece inside.
        squares: sums over groups of bad x bad, bad x total, total x total.
    """

    total: Floats
    bad: Floats
    groups: Floats
    squares: tuple[Floats, Floats, Floats]

    @classmethod
    def of(cls, total: Floats, bad: Floats) -> Sums:
        """Add up columns of pieces by group (groups x rules)."""
        return cls(
            total.sum(axis=0),
            bad.sum(axis=0),
            (total > 0).sum(axis=0).astype(np.float64),
            ((bad * bad).sum(axis=0), (bad * total).sum(axis=0), (total * total).sum(axis=0)),
        )

    @property
    def rate(self) -> Floats:
        """Bad pieces of all."""
        return np.asarray(self.bad / np.maximum(self.total, 1e-12))

    @property
    def shrunk(self) -> Floats:
        """The rate, never quite nothing or everything."""
        return np.asarray((self.bad + 0.5) / (self.total + 1.0))

    @property
    def spread(self) -> Floats:
        """Variance of the rate, from the groups about it."""
        kk, kn, nn = self.squares
        about = np.maximum(kk - 2 * self.rate * kn + self.rate**2 * nn, 0.0)
        more = self.groups / np.maximum(self.groups - 1, 1)
        return np.asarray(about * more / np.maximum(self.total, 1e-12) ** 2)

    @property
    def dispersion(self) -> Floats:
        """How many times wider the groups scatter than independent pieces would; 1 at least."""
        alone = self.shrunk * (1 - self.shrunk) / np.maximum(self.total, 1e-12)
        return np.maximum(self.spread / alone, 1.0)


@dataclass(frozen=True, slots=True)
class Test:
    """Rules against what lies outside each.

    Attributes:
        inside, outside: sums.
        off: rate inside less the rate outside.
        error: standard error of it.
        freedom: degrees of freedom of the error.
        chance: that groups alike would give as much or more, by the spread inside and outside.
        unlike: the same by the spread outside alone: as if the groups inside scattered like the others.
    """

    __test__ = False  # not a test of pytest

    inside: Sums
    outside: Sums
    off: Floats
    error: Floats
    freedom: Floats
    chance: Floats
    unlike: Floats

    def interval(self, level: float = 0.90) -> tuple[Floats, Floats]:
        """Bounds of `off`."""
        wide = special.stdtrit(self.freedom, 0.5 + level / 2) * self.error
        return self.off - wide, self.off + wide


class Groups:
    """Rows sorted by group, so that sums by group of many rules are one pass."""

    def __init__(self, sample: Sample) -> None:
        self.order: Ints = np.argsort(sample.group, kind="stable").astype(np.int64)
        group = sample.group[self.order]
        self.starts = np.flatnonzero(np.append(True, group[1:] != group[:-1])) if len(group) else self.order
        self.total, self.bad = sample.total[self.order], sample.bad[self.order]

    def by_group(self, rows: Bools) -> tuple[Floats, Floats]:
        """Pieces and bad pieces by group inside rules; `rows` is rows x rules, sorted as the groups are."""
        inside = rows.astype(np.float64)
        if len(self.starts) == len(self.total):  # every row is a group of its own
            return np.asarray(inside * self.total[:, None]), np.asarray(inside * self.bad[:, None])
        total = np.add.reduceat(inside * self.total[:, None], self.starts, axis=0)
        bad = np.add.reduceat(inside * self.bad[:, None], self.starts, axis=0)
        return np.asarray(total), np.asarray(bad)

    def test(self, rows: Bools, among: Bools | None = None) -> Test:
        """Test rules against everything else, or everything else of `among` (rows, sorted alike)."""
        inside = self.by_group(rows)
        whole = self.by_group((np.ones(len(self.total), np.bool_) if among is None else among)[:, None])
        return against(
            Sums.of(*inside),
            Sums.of(np.maximum(whole[0] - inside[0], 0.0), np.maximum(whole[1] - inside[1], 0.0)),
        )


def against(inside: Sums, outside: Sums) -> Test:
    """Compare two rates, each with the spread of its groups (Welch)."""
    wider = outside.dispersion
    floor = wider * inside.shrunk * (1 - inside.shrunk) / np.maximum(inside.total, 1e-12)
    mine = np.maximum(inside.spread, floor)
    pooled = (inside.bad + outside.bad + 0.5) / (inside.total + outside.total + 1.0)
    # Few pieces outside without a bad one say little: they may have the rate of all.
    theirs = np.maximum(outside.spread, pooled * (1 - pooled) / np.maximum(outside.total, 1e-12))
    error = np.sqrt(mine + theirs)
    few = np.maximum(inside.groups - 1, 1.0), np.maximum(outside.groups - 1, 1.0)
    freedom = (mine + theirs) ** 2 / np.maximum(mine**2 / few[0] + theirs**2 / few[1], 1e-300)
    off = inside.rate - outside.rate
    chance = special.stdtr(freedom, -off / np.maximum(error, 1e-300))
    base = outside.shrunk
    usual = np.sqrt(base * (1 - base) * wider / np.maximum(inside.total, 1e-12) + theirs)
    unlike = special.stdtr(few[1], -off / np.maximum(usual, 1e-300))
    known = (inside.groups >= 2) & (outside.groups >= 2)
    return Test(
        inside, outside, off, error, freedom, np.where(known, chance, 1.0), np.where(known, unlike, 1.0)
    )


def gain(bad: Floats, total: Floats, all_bad: float, all_total: float) -> Floats:
    """How much likelier the pieces are with one rate inside a rule and one outside (G squared).

    Negative where the rate inside is the lower one.

    >>> float(gain(np.array([5.0]), np.array([10.0]), 5.0, 100.0)[0]) > 20
    True
    """
    rest_bad, rest = np.maximum(all_bad - bad, 0), np.maximum(all_total - total, 0)
    split = _likely(bad, total) + _likely(rest_bad, rest)
    told = 2 * (split - _likely(np.asarray(all_bad), np.asarray(all_total)))
    return np.asarray(np.where(bad * rest >= rest_bad * total, told, -told))


def _likely(bad: Floats, total: Floats) -> Floats:
    good = np.maximum(total - bad, 0.0)
    safe = np.maximum(total, 1e-12)
    return np.asarray(special.xlogy(bad, bad / safe) + special.xlogy(good, good / safe))


def discoveries(chances: Floats, rate: float) -> Bools:
    """Which of many tests stand when a share `rate` of those that stand may be false (Benjamini-Hochberg).

    >>> discoveries(np.array([0.001, 0.2, 0.9]), 0.05).tolist()
    [True, False, False]
    """
    if not len(chances):
        return np.zeros(0, dtype=np.bool_)
    ranked = np.sort(chances)
    passed = np.flatnonzero(ranked <= rate * np.arange(1, len(ranked) + 1) / len(ranked))
    return np.asarray(chances <= (ranked[passed[-1]] if len(passed) else -1.0))
