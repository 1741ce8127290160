"""Parameters that go together in good runs, and since when they no longer do.

Of each product it is learned which parameters the others tell something of. How far each stands from what the
others let expect is its contribution to Q (`space.Space.blame`); their mean is drawn in by a cube root, which
makes it nearly normal (Wilson and Hilferty 1931), and is then judged as any series is: same memory, same
budget, same persistence. That all move together is no break, however far they go: T2 alone would see it, and
the chart of each parameter does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import ceil

import numpy as np
from scipy.stats import f as fisher

from plantstack.insights.drift.joint import Joint
from plantstack.insights.drift.judge import (
    ALONE,
    MORE,
    READINGS,
    Anew,
    Drift,
    Lacking,
    Learned,
    Pace,
    learn_enough,
    watch,
)
from plantstack.insights.drift.robust import Baseline, Floats, baseline, memory, spread
from plantstack.insights.drift.series import Ints, Series
from plantstack.insights.drift.space import Space, space

PACE = replace(READINGS, weight=0.02)
"""Distances have a longer tail than readings: an EWMA of them holds as many as thirty that stand alone."""

_HOLDS = 30.0

SHRINK = 0.01
_GOES_WITH = 0.36  # of the variance of a parameter that the others explain, at least: a correlation of 0.6
_CHANCE = 0.001  # that parameters which have nothing to do with each other are taken to go together
_WILD = 4.0  # spreads at which single readings are drawn in while it is learned
_PARTS = 5
_LATELY = 50  # values before an alarm in which is looked for who does it
_MOST = 3


@dataclass(frozen=True, slots=True)
class Relation:
    """How parameters go together while one product runs.

    Attributes:
        columns: of the joint: the parameters that do.
        space: of those.
        correlation: between them.
        usual: mean contribution of each in good runs.
        apart: median of how far each stood from what the others let expect, in its unit.
        n: rows behind it.
    """

    columns: Ints
    space: Space
    correlation: Floats
    usual: Floats
    apart: Floats
    n: int


@dataclass(frozen=True, slots=True)
class Together:
    """What was learned of a machine.

    Attributes:
        relations: by product; those without any are absent.
        blame: rows x parameters of the joint: what each contributes; 0 where it does not belong to it.
        series: the cube root of their mean, as a series; NaN where there is no relation.
        learned: of that series.
        memory: of the parameters or of that series, whichever is longer; the more parameters go together, the
            more rows it takes to know how.
    """

    relations: Mapping[str, Relation]
    blame: Floats
    series: Series
    learned: Learned
    memory: float

    @property
    def pace(self) -> Pace:
        """How that series is judged."""
        return replace(PACE, weight=min(PACE.weight, 2 / (_HOLDS * self.learned.memory)))


@dataclass(frozen=True, slots=True)
class Broken:
    """Parameters that no longer go together.

    Attributes:
        joint, together: what it is of.
        drift: of their distance from each other.
        product: that ran when it was raised.
        blamed: columns of the joint, those that contribute most first; two or three.
    """

    joint: Joint
    together: Together
    drift: Drift
    product: str
    blamed: tuple[int, ...]

    @property
    def relation(self) -> Relation:
        """That does not hold any more."""
        return self.together.relations[self.product]

    def apart(self, column: int) -> tuple[Floats, Ints]:
        """How far a parameter stood from what the others let expect since it began, and in which rows."""
        rows = np.flatnonzero(self.joint.product == self.product)
        rows = rows[rows >= self.drift.onset.at]
        return np.sqrt(self.together.blame[rows, column]) * self.leeway(column), rows

    def distances(self) -> Series:
        """How far the first of the blamed stands above (or below) where the others put it, row by row."""
        column, rows = self.blamed[0], np.flatnonzero(self.joint.product == self.product)
        own = self.joint.value[np.ix_(rows, self.relation.columns)]
        signs = self.relation.space.signs(own)[:, self.place(column)]
        value = np.full(len(self.joint.at), np.nan)
        value[rows] = signs * np.sqrt(self.together.blame[rows, column]) * self.leeway(column)
        of = self.joint.series[column]
        return replace(self.together.series, parameter=of.parameter, unit=of.unit, value=value)

    def place(self, column: int) -> int:
        """Where a column of the joint stands in the relation."""
        return int(np.flatnonzero(self.relation.columns == column)[0])

    def leeway(self, column: int) -> float:
        """Spread of a parameter around what the others let expect of it, in its unit."""
        return float(self.relation.space.leeway()[self.place(column)])


def judge_together(joint: Joint, a_week: float) -> Broken | Lacking | None:
    """Hold the rows of a machine against how its parameters went together: the break that stands at the end.

    Args:
        joint: in order of time.
        a_week: false alarms accepted of this machine in a week.
    """
    start = 0
    while True:
        found = learn_together(joint, start)
        if isinstance(found, Lacking):
            return found if start == 0 else None
        if not found.relations:
            return None
        told = watch(found.series, found.learned, found.pace, a_week)
        if not isinstance(told, Anew):
            return _broken(joint, found, told) if told is not None and told.up else None
        start = told.start


def learn_together(joint: Joint, start: int = 0, pace: Pace = PACE) -> Together | Lacking:
    """Learn how parameters go together from the first usual rows from `start` on."""
    return learn_enough(
        joint.at, joint.is_usual, pace, start, lambda usual, first: _learned(joint, pace, usual, start, first)
    )


def _learned(joint: Joint, pace: Pace, usual: Ints, start: int, first: int) -> Together:
    remembered = _memory(joint, usual[usual < first])
    least = max(pace.least, ceil(ALONE * remembered))
    size = joint.value.shape
    blame, score, z = np.zeros(size), np.full(size[0], np.nan), np.full(size[0], np.nan)
    relations: dict[str, Relation] = {}
    levels: dict[str, Baseline] = {}
    for product in np.unique(joint.product[usual]).tolist():
        mine = usual[joint.product[usual] == product]
        early = mine[mine < first]
        known = early if len(early) >= least else mine[:least]
        columns = going_together(joint.value[known], len(known) / remembered)
        if len(known) < least or not len(columns):
            continue
        since = start if known is early else int(known[-1]) + 1
        rows = np.flatnonzero(joint.product[since:] == product) + since
        relation, held = _relation(joint.value[known][:, columns], columns)
        # what is not known of how they go together is as much as that many rows leave unknown
        level = replace(baseline(np.cbrt(held.mean(axis=1))), memory=remembered)
        if level.spread <= 0:
            continue
        blame[np.ix_(rows, columns)] = relation.space.blame(joint.value[np.ix_(rows, columns)])
        blame[np.ix_(known, columns)] = held  # rows that were learned from are judged by the others
        told = np.union1d(rows, known)
        score[told] = np.cbrt(blame[np.ix_(told, columns)].mean(axis=1))
        z[rows] = (score[rows] - level.centre) / level.spread
        levels[product], relations[product] = level, relation
    early = z[usual[usual < first]]
    own = MORE * memory(early[np.isfinite(early)])
    series = Series(
        equipment=joint.equipment,
        parameter="",
        unit="",
        every=joint.series[0].every,
        at=joint.at,
        value=score,
        product=joint.product,
        is_usual=joint.is_usual,
        offset=joint.offset[:, 0],
    )
    learned = Learned(levels, z, first, int(joint.at[usual[0]]), int(joint.at[first - 1]), own)
    wide = max((len(one.columns) for one in relations.values()), default=2)
    return Together(relations, blame, series, learned, max(own, remembered * wide / 2))


def _memory(joint: Joint, rows: Ints) -> float:
    """The longest memory of any parameter, product by product beside each other."""
    told = joint.value[rows].copy()
    for product in np.unique(joint.product[rows]):
        mine = joint.product[rows] == product
        told[mine] -= np.median(told[mine], axis=0)
        told[mine] /= np.maximum([spread(column) for column in told[mine].T], 1e-12)
    return MORE * max(memory(column) for column in told.T)


def _relation(rows: Floats, columns: Ints) -> tuple[Relation, Floats]:
    """How columns go together in normal rows, and what each contributes to rows judged by the others."""
    tamed = _tamed(rows)
    part = np.arange(len(rows)) * _PARTS // len(rows)
    held = np.zeros(rows.shape)
    for one in range(_PARTS):
        held[part == one] = space(tamed[part != one], shrink=SHRINK).blame(rows[part == one])
    known = space(tamed, shrink=SHRINK)
    apart = np.asarray(np.median(np.sqrt(held), axis=0) * known.leeway(), dtype=np.float64)
    correlation = np.asarray(np.corrcoef(tamed.T), dtype=np.float64)
    usual = np.asarray(held.mean(axis=0), dtype=np.float64)
    found = Relation(columns, known, correlation, usual, apart, len(rows))
    return found, held


def going_together(rows: Floats, alone: float) -> Ints:
    """Columns of which the others tell a good part, beyond what chance makes of so few rows.

    Args:
        rows: rows x parameters.
        alone: rows standing alone that would tell as much.
    """
    kept = np.flatnonzero([spread(column) > 0 for column in rows.T])
    while len(kept) >= 2:
        share = explained(rows[:, kept])
        free, left = len(kept) - 1, alone - len(kept)
        if left < 1:
            break
        least = fisher.isf(_CHANCE / len(kept), free, left) * free
        worst = int(share.argmin())
        if share[worst] >= max(_GOES_WITH, least / (least + left)):
            return kept
        kept = np.delete(kept, worst)
    return np.empty(0, dtype=np.int64)


def explained(rows: Floats) -> Floats:
    """Share of the variance of each column that the others explain, wild values drawn in."""
    together = np.corrcoef(_tamed(rows).T) + SHRINK * np.eye(rows.shape[1])
    return np.asarray(np.clip(1 - 1 / np.diag(np.linalg.inv(together)), 0, 1), dtype=np.float64)


def _tamed(rows: Floats) -> Floats:
    middle = np.median(rows, axis=0)
    wide = _WILD * np.array([spread(column) for column in rows.T])
    return np.asarray(np.clip(rows, middle - wide, middle + wide), dtype=np.float64)


def _broken(joint: Joint, found: Together, drift: Drift) -> Broken | None:
    """Who does it is read from the rows before it was raised: that stays as it was, whatever comes."""
    product = str(joint.product[drift.raised])
    relation = found.relations[product]
    lately = np.flatnonzero(joint.product[: drift.raised + 1] == product)
    lately = lately[lately >= found.learned.first][-_LATELY:]
    more = found.blame[np.ix_(lately, relation.columns)].mean(axis=0) - relation.usual
    order = np.argsort(-more, kind="stable")
    top = int(order[0])
    beside = np.abs(relation.correlation[top])
    beside[top] = -1.0
    partner = int(beside.argmax())
    others = [int(one) for one in order[1:] if one != partner and more[one] >= more[top] / 2]
    named = (top, partner, *others)[:_MOST]
    return Broken(joint, found, drift, product, tuple(int(relation.columns[one]) for one in named))
