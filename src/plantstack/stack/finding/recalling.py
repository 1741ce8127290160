"""What findings were that stand no longer: how rare they were is looked up, not taken from answers."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import replace

from plantstack.insights.finding import Finding, Same
from plantstack.stack.finding.answers import MUTED, Given
from plantstack.stack.finding.facts import Known
from plantstack.stack.finding.studying import study_of
from plantstack.stack.floor.sight import Sight, Then
from plantstack.stack.project import Stack

_KEPT = 64  # instants of answers, each with a few words a finding

_Past = Mapping[tuple[str, str], tuple[Same, float]]


def as_it_was(
    stack: Stack,
    sight: Sight,
    answers: Iterable[Given],
    found: Sequence[Finding],
    now: int,
    known: Known,
    then: Then | None = None,
) -> list[Given]:
    """Answers that keep other findings quiet, as the findings they were given to were when they were given.

    Only "wrong" speaks of more than its own finding. Where that stands no longer, the site is studied as it
    was known at the instant of the answer; an answer to what did not stand then keeps nothing else quiet.

    Args:
        stack: the opened project.
        sight: what stands where.
        answers: to any findings, those to findings that stand as these are.
        found: findings that stand.
        now: microseconds UTC.
        known, then: see `facts_of`.
    """
    members = [own for one in found for own in (one, *one.others)]
    standing = {(one.id, one.subject.equipment) for one in members}
    alike = {(one.kind, one.identity.key) for one in members}
    return [
        _recalled(one, _past(stack, sight, one, known, then))
        if one.word == "wrong"
        and (one.finding, one.equipment) not in standing
        and (one.kind, one.subject) in alike
        and 0 <= now - one.at < MUTED
        else one
        for one in answers
    ]


def _recalled(answer: Given, past: _Past) -> Given:
    same, severity = past.get((answer.finding, answer.equipment), (None, 0.0))
    if same is None:
        return replace(answer, severity=0.0)
    return replace(answer, kind=same.kind, subject=same.key, severity=severity)


def _past(stack: Stack, sight: Sight, answer: Given, known: Known, then: Then | None) -> _Past:
    """Findings of the site of an answer when it was given; remembered, for that lies behind."""
    machines = [one for one in sight.machines if answer.equipment in (one, *sight.above(one))]
    if not machines:
        return {}
    site = sight.plant.site_of(machines[0]).id
    key: Hashable = ("past findings", site, answer.at, known, then)
    done: _Past | None = stack.remembered.get(key)
    if done is None:
        study = study_of(stack, site, answer.at, known, then)
        members = (own for one in study.findings for own in (one, *one.others))
        done = {(one.id, one.subject.equipment): (one.identity, one.severity) for one in members}
        stack.remembered[key] = done
        mine = [one for one in stack.remembered if isinstance(one, tuple) and one[0] == "past findings"]
        for old in mine[:-_KEPT]:
            del stack.remembered[old]
    return done
