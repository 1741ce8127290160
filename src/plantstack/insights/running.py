"""Analyses asked of facts: what each needs is checked first, and what is found is put in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import pyarrow.compute as pc

from plantstack.insights.contract import Analysis, Outcome
from plantstack.insights.facts import TABLES, Facts
from plantstack.insights.finding import Cannot, Cost, Finding
from plantstack.insights.grouping import grouped
from plantstack.insights.saying import N_, Figure, Name, Say, Value
from plantstack.intervals import DAY

_WORDS = {
    "readings": N_("readings of process values"),
    "setups": N_("checks of settings at set-up"),
    "pieces": N_("counts of pieces"),
    "time": N_("states of machines"),
}
_NONE = N_("There are no %(what)s.")
_FEW = N_("At most %(n)s %(what)s of one machine are there; it takes %(least)s.")
_SHORT = N_("There are %(n)s days of %(what)s, and it takes %(least)s.")
_RECORD = N_("Record %(what)s: a file, a tablet or one signal is enough.")
_WAIT = N_("Go on recording %(what)s.")
_A_MONTH = {"hour": 480.0, "shift": 60.0, "day": 30.0, "month": 1.0}  # two shifts, six days
_A_MONTH |= {"run": 1.0, "so far": 1.0}  # it is over with the run


def run(analyses: Sequence[Analysis], facts: Facts) -> Outcome:
    """Ask analyses and return what they found, what matters most first.

    Where the facts do not carry what an analysis needs it is not asked; it is said what is missing.
    """
    found: list[Finding] = []
    cannot: list[Cannot] = []
    for analysis in analyses:
        missing = list(_missing(analysis, facts))
        if missing:
            cannot += missing
            continue
        outcome = analysis.run(facts)
        found += outcome.findings
        cannot += outcome.cannot
    once = {one.id: one for one in grouped(found)}
    return Outcome(ranked(once.values()), cannot)


def ranked(found: Iterable[Finding], factors: Mapping[str, float] | None = None) -> list[Finding]:
    """Findings, what matters most first: safety, then the money at stake, then what is rarest.

    Args:
        found: in any order.
        factors: what money of each currency is multiplied by to compare it; None: nobody wrote rates. Then
            amounts of several currencies are not held against each other: the first of each comes first.
    """
    all_ = list(found)
    by_currency: dict[str, list[Finding]] = {}
    for one in all_:
        if monthly(one.cost):
            by_currency.setdefault(one.cost.currency, []).append(one)
    if factors is not None or len(by_currency) < 2:
        return sorted(all_, key=lambda one: _rank(one, (factors or {}).get(one.cost.currency, 1.0)))
    places = {one.id: at for own in by_currency.values() for at, one in enumerate(sorted(own, key=_rank))}
    return sorted(all_, key=lambda one: (not one.is_safety, places.get(one.id, len(all_)), *_rank(one)[2:]))


def monthly(cost: Cost) -> float | None:
    """What it is likely to cost in a month, if it goes on; None where there is no price."""
    return None if cost.likely is None else cost.likely * _A_MONTH[cost.per]


def monthly_range(cost: Cost) -> tuple[float, float] | None:
    """What it costs in a month at least and at most; None where there is no price."""
    if cost.low is None or cost.high is None:
        return None
    return cost.low * _A_MONTH[cost.per], cost.high * _A_MONTH[cost.per]


def _rank(finding: Finding, factor: float = 1.0) -> tuple[bool, float, bool, float, str]:
    """What has no price comes after what has one, and before what is known to cost nothing."""
    money = monthly(finding.cost)
    return (not finding.is_safety, -(money or 0.0) * factor, money is not None, -finding.severity, finding.id)


def _missing(analysis: Analysis, facts: Facts) -> Iterator[Cannot]:
    for name, least in analysis.needs.tables.items():
        table = facts.table(name)
        said: dict[str, Value] = {"what": Name(_WORDS[name], "word")}
        record = Say(_RECORD, said)
        if not len(table):
            yield Cannot(analysis.kind, None, Say(_NONE, said), record)
            continue
        most = pc.max(pc.value_counts(table["equipment"]).field("counts")).as_py()
        if most < least:
            told = {**said, "n": Figure(most, "pieces"), "least": Figure(least, "pieces")}
            yield Cannot(analysis.kind, None, Say(_FEW, told), Say(_WAIT, said))
            continue
        began = "at" if "at" in TABLES[name].names else "from"
        days = (facts.as_of - pc.min(table[began]).as_py()) / DAY
        if days < analysis.needs.days:
            told = {**said, "n": Figure(days), "least": Figure(analysis.needs.days)}
            yield Cannot(analysis.kind, None, Say(_SHORT, told), Say(_WAIT, said))
