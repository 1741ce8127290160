"""Which parameters no longer go together, each of them still within its own limits: T2 and Q as findings.

It is said only where no parameter that it would name has a drift of its own (`analysis`): that says more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby

import numpy as np

from plantstack.insights.chart import Control
from plantstack.insights.contract import Needs, Outcome
from plantstack.insights.drift import wording
from plantstack.insights.drift.analysis import ACT_BY, FRESH
from plantstack.insights.drift.analysis import ANALYSIS as DRIFT
from plantstack.insights.drift.control import control_of
from plantstack.insights.drift.costing import cost_of
from plantstack.insights.drift.explaining import changed, weighed
from plantstack.insights.drift.joint import Joint, joint_of
from plantstack.insights.drift.judge import Lacking
from plantstack.insights.drift.relation import PACE, Broken, judge_together
from plantstack.insights.drift.series import readings_of
from plantstack.insights.drift.wording import say
from plantstack.insights.facts import Facts
from plantstack.insights.finding import (
    Action,
    Cannot,
    Effect,
    Evidence,
    Explanation,
    Finding,
    Grade,
    Same,
    Subject,
)
from plantstack.insights.saying import Figure, Say, Value
from plantstack.intervals import DAY, Interval

SHARE = 0.1
"""Of the plant's budget of false alarms; the rest is for the other kinds."""

_Z = 1.6449
_RARE = 1.0  # as of drifts: less is the threshold's own doubt
_WORTH = 1.5  # times as far apart as in good runs, at least
_LATELY = 100  # rows from which is read how far apart they are now
_INSTANTS = 3  # rows of evidence, each with all that is named
_ONE_ALONE = 2.0  # times what the next one contributes, from which its sensor is the first thing to look at


class BrokenRelations:
    """Parameters of a machine that no longer go together (`contract.Analysis`)."""

    kind = "relation"
    layer = 1
    needs = Needs({"readings": 2 * PACE.learn}, PACE.days)

    def run(self, facts: Facts) -> Outcome:
        """Judge every machine at which several parameters are read."""
        facts = facts.known(facts.as_of)
        findings: list[Finding] = []
        cannot: list[Cannot] = []
        for joint in _joints(facts):
            told = judge_together(joint, SHARE * facts.budget)
            if isinstance(told, Lacking):
                cannot.append(_lacking(self.kind, joint, told))
            elif told is not None and _is_worth_saying(facts, told):
                findings.append(_finding(self.kind, facts, told))
        return Outcome(findings, tuple(cannot))


ANALYSIS = BrokenRelations()


def _joints(facts: Facts) -> Iterator[Joint]:
    for equipment, series in groupby(readings_of(facts), key=lambda one: one.equipment):
        joint = joint_of([one for one in series if not one.only_adds])
        if joint is not None and equipment in facts.places:
            yield joint


def _lacking(kind: str, joint: Joint, told: Lacking) -> Cannot:
    first, second = joint.parameters[:2]
    names = {"parameter": wording.parameter(first), "other": wording.parameter(second)}
    why = say(wording.FEW_TOGETHER, **names, days=wording.count(told.days), n=wording.count(told.n))
    least, days = wording.count(float(PACE.learn)), wording.count(PACE.days)
    fix = say(wording.GO_ON_TOGETHER, least=least, days=days)
    return Cannot(kind, Subject(joint.equipment, {"parameter": first, "with": second}), why, fix)


def _is_worth_saying(facts: Facts, told: Broken) -> bool:
    """It goes on, is rare and large enough to be seen, and no drift of one of them says it already."""
    if facts.as_of - int(told.joint.at[-1]) > FRESH or told.drift.severity < _RARE:
        return False
    since_it_began, _ = told.apart(told.blamed[0])
    _, usual, n = _apart(told)
    if not n or float(np.median(since_it_began)) < _WORTH * usual:
        return False
    named = {told.joint.parameters[column] for column in told.blamed}
    drifts = DRIFT.run(facts.of(told.joint.equipment)).findings
    return not any(one.subject.about["parameter"] in named for one in drifts)


def _apart(told: Broken) -> tuple[float, float, int]:
    """How far the first one stands from where the others put it: lately, in good runs; and rows behind it."""
    found, _ = told.apart(told.blamed[0])
    lately = found[-_LATELY:]
    usual = float(told.relation.apart[told.place(told.blamed[0])])
    return (float(np.median(lately)) if len(lately) else usual), usual, len(lately)


def _finding(kind: str, facts: Facts, told: Broken) -> Finding:
    joint, drift = told.joint, told.drift
    names = [joint.parameters[column] for column in told.blamed]
    since = int(joint.at[drift.onset.at]) - joint.series[0].every
    raised = int(joint.at[drift.raised])
    subject = Subject(joint.equipment, dict(zip(("parameter", "with", "and"), sorted(names), strict=False)))
    known, limits = facts.told_by("readings", joint.equipment, raised), _limits(facts, told)
    grades: tuple[Grade, ...] = ("A", "B", "C", "D")
    return Finding(
        kind=kind,
        layer=1,
        subject=subject,
        window=Interval(since, facts.as_of),
        began=since,
        says=_says(told, names, since),
        effect=_effect(told),
        cost=cost_of(facts, drift),
        evidence=tuple(_evidence(told)),
        explanations=_explanations(facts, told, names[0]),
        action=_action(known, told, names),
        expires_at=facts.as_of + DAY,
        severity=drift.severity,
        trust=grades[min(len(limits), 3)],
        limits=limits,
        known_at=known,
        chart=_chart(told, since),
        same=Same(kind, subject.key(), str(raised - raised % DAY)),  # the onset moves as more is read
    )


def _chart(told: Broken, since: int) -> Control | None:
    """How far the first one stands from where the others put it, hour by hour."""
    made = control_of(told.distances(), told.together.learned, told.product, onset=since)
    others = tuple(told.joint.parameters[column] for column in told.blamed[1:])
    return replace(made, apart_from=others) if isinstance(made, Control) else None


def _says(told: Broken, names: list[str], since: int) -> Say:
    values: dict[str, Value] = {"machine": wording.equipment(told.joint.equipment)}
    values["since"] = wording.moment(since)
    values |= {
        slot: wording.parameter(one)
        for slot, one in zip(("parameter", "other", "third"), names, strict=False)
    }
    if not told.product:
        return Say(wording.APART_3 if len(names) > 2 else wording.APART, values)
    values["product"] = wording.product(told.product)
    return Say(wording.APART_3_FOR if len(names) > 2 else wording.APART_FOR, values)


def _effect(told: Broken) -> Effect:
    now, usual, n = _apart(told)
    found, _ = told.apart(told.blamed[0])
    learned = told.together.learned
    alone = max(n / learned.memory, 1.0)
    error = _Z * 1.2533 * float(np.std(found[-_LATELY:])) / float(np.sqrt(alone))
    r = float(told.relation.correlation[told.place(told.blamed[0]), told.place(told.blamed[1])])
    since, until = wording.day(learned.since), wording.day(learned.until)
    n_usual = wording.count(told.relation.n)
    text = wording.BASELINE_APART
    return Effect(
        value=now,
        baseline=usual,
        low=now - usual - error,
        high=now - usual + error,
        unit=told.joint.series[told.blamed[0]].unit,
        of=wording.FROM_OTHERS,
        baseline_of=say(text, n=n_usual, from_=since, until=until, r=Figure(r, digits=2)),
        n=n,
        n_baseline=told.relation.n,
        better="down",
    )


def _evidence(told: Broken) -> Iterator[Evidence]:
    """What was read at the same instants, from when it began to now."""
    joint = told.joint
    _, rows = told.apart(told.blamed[0])
    for row in rows[np.unique(np.linspace(0, len(rows) - 1, _INSTANTS).astype(int))].tolist():
        for column in told.blamed:
            series, at, offset = joint.series[column], int(joint.at[row]), int(joint.offset[row, column])
            what = {"parameter": series.parameter, "product": str(joint.product[row])}
            span, events = Interval(at - series.every, at), ((offset,) if offset >= 0 else ())
            value = float(joint.value[row, column])
            yield Evidence("readings", joint.equipment, span, what, value, series.unit, events)


def _explanations(facts: Facts, told: Broken, first: str) -> tuple[Explanation, ...]:
    more = [float(np.mean(told.apart(column)[0] ** 2)) / told.leeway(column) ** 2 for column in told.blamed]
    weight = 0.6 if more[0] >= _ONE_ALONE * max(more[1:]) else 0.3
    name = wording.parameter(first)
    sensor = Explanation(
        say(wording.ONE_SENSOR, parameter=name), weight, say(wording.TEST_SENSOR, parameter=name)
    )
    link = Explanation(say(wording.LINK), 0.5, say(wording.TEST_LINK))
    return weighed([link, sensor, *changed(facts, told.drift)])


def _action(known: int, told: Broken, names: list[str]) -> Action:
    one, other = (wording.parameter(name) for name in names[:2])
    machine = wording.equipment(told.joint.equipment)
    return Action(
        say(wording.CHECK_LINK, parameter=one, machine=machine, other=other), "maintenance", known + ACT_BY
    )


def _limits(facts: Facts, told: Broken) -> tuple[str, ...]:
    """What the reader must know before he believes it."""
    limits = []
    if not len(facts.of(told.joint.equipment).table("pieces")):
        limits.append(wording.UNCOUNTED)
    if told.drift.onset.share < 0.3:
        limits.append(wording.UNSURE)
    return tuple(limits)
