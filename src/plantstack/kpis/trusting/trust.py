"""How far a value can be trusted: computed from additive measures of doubt, never from opinion."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

from plantstack.kpis.cell import CellValues
from plantstack.kpis.formulas.expand import Expansion
from plantstack.kpis.formulas.formula import Undefined
from plantstack.measures.catalog import MEASURES
from plantstack.measures.measure import Evidence, Measure

_GRADES = "ABC"
_LIMIT = ("measure", "base", "share", "grade", "named", "step", "minutes")


@dataclass(frozen=True, slots=True)
class Limit:
    """One thing that limits trust, with the cheapest next step and its minutes."""

    measure: str
    base: str
    share: float
    grade: str
    named: tuple[str, ...]
    step: str
    minutes: int


@dataclass(frozen=True, slots=True)
class Trust:
    """A grade A, B, C, or U where there is nothing to take a share of; worst limit first.

    Attributes:
        methods: how the states behind it are known: manual, signal, pulses ...; none where nobody says.
    """

    grade: str
    score: float | None
    limits: tuple[Limit, ...] = ()
    methods: tuple[str, ...] = ()

    def as_row(self) -> dict[str, Any]:
        """The trust of a row of the command contract."""
        limits = tuple({name: getattr(one, name) for name in _LIMIT} for one in self.limits)
        return {"grade": self.grade, "score": self.score, "limits": limits, "methods": self.methods}


@dataclass(frozen=True, slots=True)
class Doubt:
    """A measure of doubt as an exact share of its base.

    Attributes:
        limit: the same as it is printed, with the grade by the limits of this evidence; a share exactly at
            a limit still has the better grade, except where it is typed-in data.
    """

    measure: Measure
    evidence: Evidence
    share: Fraction
    limit: Limit

    @property
    def rank(self) -> tuple[str, float, Fraction]:
        """Worse ones are greater; fractions are slow to compare and only decide between equal floats."""
        return self.limit.grade, self.limit.share, self.share

    @property
    def is_fatal(self) -> bool:
        """Whether so much is in doubt that there is no value at all."""
        return self.evidence.is_fatal(self.share)


def grade_of(share: Fraction, evidence: Evidence) -> str:
    """The grade of a share of doubt.

    >>> grade_of(Fraction(2, 100), Evidence("PBT", (), "", 0))
    'A'
    """
    return _GRADES[
        _is_beyond(share, evidence.fair_from, evidence) + _is_beyond(share, evidence.poor_from, evidence)
    ]


def _is_beyond(share: Fraction, limit: Fraction, evidence: Evidence) -> bool:
    over = share.numerator * limit.denominator - limit.numerator * share.denominator
    return over >= 0 if evidence.inclusive else over > 0


class Doubts:
    """The doubts of one cell, each worked out once for all KPIs it touches."""

    def __init__(self, values: CellValues) -> None:
        self._values = values
        self._kept: dict[str, Doubt | None] = {}

    def of(self, expansion: Expansion) -> list[Doubt]:
        """The shares of everything that touches a KPI and can be taken of something, worst first."""
        told: list[Doubt] = []
        none: list[Doubt] = []
        for measure in _touching(expansion):
            if measure.name not in self._kept:
                self._kept[measure.name] = self._doubt(measure)
            doubt = self._kept[measure.name]
            if doubt is not None:
                (told if doubt.share or doubt.limit.grade != _GRADES[0] else none).append(doubt)
        return sorted(told, key=lambda doubt: doubt.rank, reverse=True) + none

    def _doubt(self, measure: Measure) -> Doubt | None:
        evidence = measure.evidence
        share = _share(measure.name, evidence.base, self._values) if evidence else None
        if evidence is None or share is None:
            return None
        name, named = measure.name, self._values.cell.named.get(measure.name, ())
        shown, grade = share.numerator / share.denominator, grade_of(share, evidence)
        limit = Limit(name, evidence.base, shown, grade, named, evidence.step, evidence.minutes)
        return Doubt(measure, evidence, share, limit)


@lru_cache(maxsize=4096)
def _touching(expansion: Expansion) -> tuple[Measure, ...]:
    """The measures of doubt that touch what a KPI shows."""
    return tuple(
        measure
        for measure in _EVIDENCE
        if measure.evidence is not None and not expansion.touched.isdisjoint(measure.evidence.touches)
    )


def judge(doubts: list[Doubt]) -> Trust:
    """Grade by the worst doubt; every doubt that is not zero is named."""
    if not doubts:
        return Trust("U", None)
    limits = tuple(doubt.limit for doubt in doubts if doubt.share)
    return Trust(doubts[0].limit.grade, float(1 - doubts[0].share), limits)


def limited(trust: Trust, limit: Limit, share: Fraction) -> Trust:
    """The same with one more limit; the worst of all, by grade and then by share, is the grade and the first.

    Args:
        trust: by the other limits.
        limit: that was found beside the sums.
        share: of the limit, exactly.
    """
    if trust.score is not None and (limit.grade, share) <= (trust.grade, 1 - Fraction(trust.score)):
        return replace(trust, limits=(*trust.limits, limit))
    return replace(trust, grade=limit.grade, score=float(1 - share), limits=(limit, *trust.limits))


def _share(name: str, base: str, values: CellValues) -> Fraction | None:
    try:
        amount, of = values.pair(name, below=False)
        whole, by = values.pair(base, below=False)
    except Undefined:
        return None
    if whole <= 0:
        return None
    return min(Fraction(amount * by, of * whole), _ONE) if amount > 0 else _NOTHING


_NOTHING, _ONE = Fraction(0), Fraction(1)
_EVIDENCE = tuple(measure for measure in MEASURES.values() if measure.evidence is not None)
