"""Which parameter left the level of its good runs, since when, and what that costs by the end of shift."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from math import floor

import numpy as np

from plantstack.insights.contract import Needs, Outcome
from plantstack.insights.drift import wording
from plantstack.insights.drift.control import control_of_drift
from plantstack.insights.drift.costing import cost_of, cost_of_speed
from plantstack.insights.drift.explaining import explanations
from plantstack.insights.drift.judge import Drift, Lacking, judge, pace_of
from plantstack.insights.drift.series import Series, series_of
from plantstack.insights.drift.wording import say
from plantstack.insights.drift.worth import worth_saying
from plantstack.insights.facts import Facts, Place
from plantstack.insights.finding import (
    Action,
    Cannot,
    Cost,
    Effect,
    Evidence,
    Explanation,
    Finding,
    Grade,
    Same,
    Subject,
)
from plantstack.insights.saying import Figure, Name, Say
from plantstack.intervals import DAY, HOUR, Interval

SHARE = 0.4
"""Of the plant's budget of false alarms; the rest is for the other kinds."""

_Z = 1.6449
FRESH = 7 * DAY  # nothing is said of a parameter that was last read longer ago
_ROWS = 5
_SOON, ACT_BY = HOUR, 8 * HOUR  # from when it was first known: a deadline never moves


class ParameterDrift:
    """Drift of parameters and of speed, machine by machine (`contract.Analysis`)."""

    kind = "drift"
    layer = 1
    needs = Needs({})  # readings or speeds, either is enough; too few of one are an abstention of its own

    def run(self, facts: Facts) -> Outcome:
        """Judge every parameter of every machine."""
        facts = facts.known(facts.as_of)
        all_ = [one for one in series_of(facts) if one.equipment in facts.places]
        findings: list[Finding] = []
        cannot: list[Cannot] = [] if all_ else [Cannot(self.kind, None, say(wording.NONE), say(wording.READ))]
        cannot += [_meter(self.kind, one) for one in all_ if one.only_adds]
        all_ = [one for one in all_ if not one.only_adds]
        shared = Counter(one.equipment for one in all_)
        for series in all_:
            told = judge(series, SHARE * facts.budget / shared[series.equipment])
            if isinstance(told, Lacking):
                cannot.append(_lacking(self.kind, series, told))
            elif told is not None and not told.is_back and facts.as_of - int(series.at[-1]) <= FRESH:
                findings.append(_finding(facts, told, all_))
        return Outcome(worth_saying(findings, facts.places), tuple(cannot))


ANALYSIS = ParameterDrift()


def _meter(kind: str, series: Series) -> Cannot:
    name = wording.parameter(series.parameter)
    why = say(wording.METER, parameter=name, n=wording.count(len(series.value)))
    fix = say(wording.READ_RATE, parameter=name)
    return Cannot(kind, Subject(series.equipment, {"parameter": series.parameter}), why, fix)


def _lacking(kind: str, series: Series, told: Lacking) -> Cannot:
    pace = pace_of(series)
    name = wording.parameter(series.parameter)
    n, over = wording.count(told.n), wording.count(told.days)
    if told.is_flat:
        why = say(wording.FLAT, parameter=name, days=over, n=n, least=wording.count(pace.least))
        fix = say(wording.GO_ON_FLAT, parameter=name)
    elif told.learned:
        learned, alone = wording.count(told.learned), wording.count(floor(told.alone))
        why = say(wording.ALIKE, parameter=name, days=over, n=n, learned=learned, alone=alone)
        fix = say(wording.GO_ON_ALIKE, parameter=name, least=wording.count(pace.alone))
    else:
        least, days = wording.count(float(pace.learn)), wording.count(pace.days)
        if series.is_speed:
            why = say(wording.FEW_PACES, days=over, n=n)
            fix = say(wording.GO_ON_PACES, least=least, days=days)
        else:
            why = say(wording.FEW, parameter=name, days=over, n=n)
            fix = say(wording.GO_ON, parameter=name, least=least, days=days)
    return Cannot(kind, Subject(series.equipment, {"parameter": series.parameter}), why, fix)


def _finding(facts: Facts, drift: Drift, others: Sequence[Series]) -> Finding:
    series, place = drift.series, facts.places[drift.series.equipment]
    is_speed = series.is_speed
    effect = _effect(drift)
    cost = _speed_cost(facts, drift, effect) if is_speed else cost_of(facts, drift)
    causes, limits = explanations(facts, drift, others), _limits(facts, drift)
    since = int(series.at[drift.onset.at]) - series.every
    raised = int(series.at[drift.raised])
    known = facts.told_by(series.table, series.equipment, raised)
    kind = "drift_speed" if is_speed else "drift"
    subject = Subject(series.equipment, {"parameter": series.parameter})
    return Finding(
        kind=kind,
        layer=1,
        subject=subject,
        window=Interval(since, facts.as_of),
        began=since,
        says=_says(drift, effect, since),
        effect=effect,
        cost=cost,
        evidence=_evidence(drift),
        explanations=causes,
        action=_action(known, drift, place, effect, causes, cost),
        expires_at=facts.as_of + DAY,
        severity=drift.severity,
        trust=_trust(limits),
        limits=limits,
        known_at=known,
        chart=control_of_drift(drift),
        same=Same(kind, subject.key(), str(raised - raised % DAY)),  # the onset moves as more is read
    )


def _effect(drift: Drift) -> Effect:
    """The level now against that of good runs of the same product."""
    series, normal = drift.series, drift.normal
    is_speed = series.is_speed
    change, error = drift.shift * normal.spread, _Z * drift.error * normal.spread
    since, until = wording.day(drift.learned.since), wording.day(drift.learned.until)
    text = wording.BASELINE_SPEED if is_speed else wording.BASELINE
    return Effect(
        value=normal.centre + change,
        baseline=normal.centre,
        low=change - error,
        high=change + error,
        unit=series.unit,
        of=series.parameter,
        baseline_of=say(text, n=wording.count(normal.n), from_=since, until=until),
        n=drift.n,
        n_baseline=normal.n,
        better="up" if is_speed else "band",
    )


def _says(drift: Drift, effect: Effect, since: int) -> Say:
    machine, change = wording.equipment(drift.series.equipment), effect.value - effect.baseline
    when = wording.moment(since)
    if drift.series.is_speed:
        text = wording.FASTER if change > 0 else wording.SLOWER
        return say(text, machine=machine, change=Figure(abs(change), "share"), since=when)
    size = wording.size(abs(change), drift.series.unit, drift.normal.spread)
    name = wording.parameter(drift.series.parameter)
    if not drift.product:
        text = wording.RISES if change > 0 else wording.SINKS
        return say(text, parameter=name, machine=machine, change=size, since=when)
    text = wording.RISES_FOR if change > 0 else wording.SINKS_FOR
    product = Name(drift.product, "product")
    return say(text, parameter=name, machine=machine, change=size, product=product, since=when)


def _speed_cost(facts: Facts, drift: Drift, effect: Effect) -> Cost:
    change = effect.value - effect.baseline
    error = change - (effect.low if effect.low is not None else change)
    return cost_of_speed(facts, drift, change, error, effect.baseline)


def _evidence(drift: Drift) -> tuple[Evidence, ...]:
    """Values from the start of the drift to now, evenly apart: the rows to look up."""
    series = drift.series
    places = np.flatnonzero(np.isfinite(drift.learned.z))
    places = places[places >= drift.onset.at]
    picked = places[np.unique(np.linspace(0, len(places) - 1, _ROWS).astype(int))]
    rows = []
    for one in picked.tolist():
        at, offset = int(series.at[one]), int(series.offset[one])
        what: Mapping[str, str] = {"parameter": series.parameter, "product": str(series.product[one])}
        span = Interval(at - series.every, at)
        events = (offset,) if offset >= 0 else ()
        rows.append(
            Evidence(
                series.table, series.equipment, span, what, float(series.value[one]), series.unit, events
            )
        )
    return tuple(rows)


def _action(
    known: int,
    drift: Drift,
    place: Place,
    effect: Effect,
    causes: Sequence[Explanation],
    cost: Cost,
) -> Action:
    machine, name = wording.equipment(place.id), wording.parameter(drift.series.parameter)
    by = known + ACT_BY
    if drift.series.is_speed:
        if effect.value > effect.baseline:
            return Action(say(wording.LOOK_UP, machine=machine), "engineer", by)
        to = Figure(effect.baseline, "share")
        minutes = None if place.shift_ends is None else cost.minutes  # no shift is open: none can be won
        return Action(say(wording.BRING_UP, machine=machine, to=to), "lead", by, minutes)
    if causes[0].says.text in (wording.SENSOR, wording.STUCK):
        return Action(say(wording.CHECK_SENSOR, parameter=name, machine=machine), "maintenance", by)
    to = wording.size(effect.baseline, drift.series.unit, drift.normal.spread)
    soon = known + _SOON
    return Action(say(wording.BRING_BACK, parameter=name, machine=machine, to=to), "operator", soon)


# -- trust ---------------------------------------------------------------------------------------


def _limits(facts: Facts, drift: Drift) -> tuple[str, ...]:
    """What the reader must know before he believes it."""
    told = []
    if not drift.series.is_speed and not len(facts.of(drift.series.equipment).table("pieces")):
        told.append(wording.UNCOUNTED)
    if drift.normal.n_effective < 30:
        told.append(wording.SHORT)
    if drift.onset.share < 0.3:
        told.append(wording.UNSURE)
    return tuple(told)


def _trust(limits: Sequence[str]) -> Grade:
    grades: tuple[Grade, ...] = ("A", "B", "C", "D")
    return grades[min(len(limits), 3)]
