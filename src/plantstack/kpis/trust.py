"""How far a value can be trusted: computed from additive measures of doubt, never from opinion."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from plantstack.kpis.cell import CellValues
from plantstack.kpis.expand import Expansion
from plantstack.kpis.formula import Undefined
from plantstack.measures.catalog import MEASURES
from plantstack.measures.measure import Evidence, Measure

_GRADES = "ABC"


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
        methods: how the signals behind it were captured: manual, pulses, signal; none where nobody says.
    """

    grade: str
    score: float | None
    limits: tuple[Limit, ...] = ()
    methods: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Doubt:
    """A measure of doubt as an exact share of its base."""

    measure: Measure
    evidence: Evidence
    share: Fraction

    @property
    def grade(self) -> str:
        """A, B or C by the limits of this evidence.

        A share exactly at a limit still has the better grade, except where it is typed-in data.
        """
        return grade_of(self.share, self.evidence)

    @property
    def is_fatal(self) -> bool:
        """Whether so much is in doubt that there is no value at all."""
        return self.evidence.null_above is not None and self.share > self.evidence.null_above


def grade_of(share: Fraction, evidence: Evidence) -> str:
    """The grade of a share of doubt.

    >>> grade_of(Fraction(2, 100), Evidence("PBT", (), "", 0))
    'A'
    """
    limits = (evidence.fair_from, evidence.poor_from)
    beyond = [share >= limit if evidence.inclusive else share > limit for limit in limits]
    return _GRADES[sum(beyond)]


def doubts_of(expansion: Expansion, values: CellValues) -> list[Doubt]:
    """The shares of everything that touches a KPI and can be taken of something, worst first."""
    doubts = []
    for measure in _EVIDENCE:
        evidence = measure.evidence
        if evidence is None or not expansion.shown & set(evidence.touches):
            continue
        share = _share(measure.name, evidence.base, values)
        if share is not None:
            doubts.append(Doubt(measure, evidence, share))
    return sorted(doubts, key=lambda doubt: (doubt.grade, doubt.share), reverse=True)


def judge(doubts: list[Doubt], values: CellValues) -> Trust:
    """Grade by the worst doubt; every doubt that is not zero is named."""
    if not doubts:
        return Trust("U", None)
    named = values.cell.named
    limits = tuple(
        Limit(
            doubt.measure.name,
            doubt.evidence.base,
            float(doubt.share),
            doubt.grade,
            named.get(doubt.measure.name, ()),
            doubt.evidence.step,
            doubt.evidence.minutes,
        )
        for doubt in doubts
        if doubt.share
    )
    return Trust(doubts[0].grade, float(1 - doubts[0].share), limits)


def _share(name: str, base: str, values: CellValues) -> Fraction | None:
    try:
        amount, whole = values.value(name, below=False), values.value(base, below=False)
    except Undefined:
        return None
    return min(max(amount / whole, Fraction(0)), Fraction(1)) if whole > 0 else None


_EVIDENCE = tuple(measure for measure in MEASURES.values() if measure.evidence is not None)
