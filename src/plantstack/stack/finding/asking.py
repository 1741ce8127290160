"""What deserves attention in a project now: findings that stand, what could not be judged, what is quiet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from plantstack.insights.contract import Analysis
from plantstack.insights.facts import Facts
from plantstack.insights.finding import Cannot, Finding
from plantstack.insights.registry import analyses
from plantstack.insights.running import run
from plantstack.stack.finding.answers import Given, given, hidden_by, standing
from plantstack.stack.finding.facts import Known, facts_of
from plantstack.stack.finding.scoring import ScoreOf, scores
from plantstack.stack.project import Stack


@dataclass(frozen=True, slots=True)
class Shown:
    """A finding and what was answered to it; `quiet` is the answer that keeps it off the list."""

    finding: Finding
    answer: Given | None
    quiet: Given | None


@dataclass(frozen=True, slots=True)
class Findings:
    """What analyses came to at an instant.

    Attributes:
        as_of: the instant, microseconds UTC.
        shown: on the list, what matters most first.
        quiet: kept off it by an answer.
        cannot: what could not be judged.
        facts: what was looked at.
        scores: how each kind that was answered to has done.
    """

    as_of: int
    shown: Sequence[Shown]
    quiet: Sequence[Shown]
    cannot: Sequence[Cannot]
    facts: Facts
    scores: Sequence[ScoreOf]


def findings(
    stack: Stack, scope: str, now: int, *, layer: int | None = None, known: Known = "told"
) -> Findings:
    """Ask every analysis of a layer, or all, about the machines of a scope.

    Args:
        stack: the opened project.
        scope: id or path of equipment; '' is everything.
        now: microseconds UTC; nothing that was known later is looked at.
        layer: of the stack; None: all.
        known: see `facts_of`.

    Raises:
        QueryError: for a scope that does not exist.
    """
    asked: Sequence[Analysis] = [one for one in analyses() if layer in (None, one.layer)]
    facts = facts_of(stack, scope, now, known=known)
    outcome = run(asked, facts)
    told = given(stack.engine(scope=None).books, now)
    last = standing(told)
    all_ = [Shown(one, last.get(one.id), hidden_by(one, last, told, now)) for one in outcome.findings]
    return Findings(
        facts.as_of,
        [one for one in all_ if one.quiet is None],
        [one for one in all_ if one.quiet is not None],
        outcome.cannot,
        facts,
        scores(told, len(facts.places), now),
    )
