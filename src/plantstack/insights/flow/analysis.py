"""Analysis `starved_constraint` and `blocked_chain`: one machine makes others wait more than it used to.

What a line makes is what its pacing machine makes: a stop before it costs nothing until the table between
them is empty. So it is not stops that are judged but waits, each laid at the machine that stood meanwhile.
All minutes are those beyond the usual; those of the pacing machine are what it costs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from plantstack.insights.contract import Needs, Outcome
from plantstack.insights.drift.robust import Floats
from plantstack.insights.episodes import LEAST, episodes
from plantstack.insights.facts import Facts, Place
from plantstack.insights.finding import (
    Action,
    Cannot,
    Cost,
    Effect,
    Evidence,
    Explanation,
    Finding,
    Subject,
)
from plantstack.insights.flow.runs import Difference, Run, difference, is_more, standing
from plantstack.insights.flow.waits import BLOCKED, STARVED, Shift, Waits, waits_in
from plantstack.insights.saying import N_, Figure, Name, Say, Value
from plantstack.intervals import DAY, HOUR, SECOND, Interval

_WORTH = 5.0  # minutes in a shift above the usual
_SHARE = 0.2  # of the accepted false alarms goes to this kind
_CONTRIBUTION = "contribution sold"
_UNCODED = "unknown"
_ROWS = 10  # of evidence
_ACT_BY = 8 * HOUR  # from when it was first known: a deadline never moves

_STARVES = N_(
    "%(machine)s starves %(pacing)s: %(line)s waits %(more)s min a shift for it beyond the usual %(usual)s, "
    "and %(pacing)s loses %(lost)s min; most of its stops are %(reason)s."
)
_BLOCKS = N_(
    "%(machine)s blocks the machines before it %(more)s min a shift beyond the usual %(usual)s, "
    "and %(pacing)s loses %(lost)s min; most of its stops are %(reason)s."
)
_USUAL = N_("%(n)s shifts of the same line before it")
_DO = N_("Go to %(machine)s first: end %(reason)s there, and watch whether %(pacing)s still waits.")
_ROOM = N_("Less room in the tables of %(line)s than before would make short stops cost more.")
_ROOM_TEST = N_("Compare the stops of %(machine)s now and before: are there more of them, or longer ones?")
_FASTER = N_("%(pacing)s may run faster than before and empty its table sooner.")
_FASTER_TEST = N_("Look at the pace of %(pacing)s over the same shifts.")
_NO_FLOW = N_("%(line)s has no pacing machine whose waits are told.")
_NO_FLOW_FIX = N_("Let %(pacing)s tell 'starved' and 'blocked', or name the constraint of %(line)s.")
_NO_PRICE = N_("no contribution of its products is written")
_LAID = N_("what a machine waits for is laid at the machine that stood meanwhile")
_UNSURE = N_("that it is more is sure, how much is not: of so few shifts even none cannot be ruled out")
_NO_COST = N_("the pacing machine did not wait for it more than usual")


class _Flow:
    kind = "flow"
    layer = 2
    needs = Needs({"time": 200}, days=7.0)

    def run(self, facts: Facts) -> Outcome:
        """Judge every line that has a pacing machine."""
        found: list[Finding] = []
        cannot: list[Cannot] = []
        for name, line in sorted(_lines(facts).items()):
            time = {one.id: facts.of(one.id).table("time") for one in line}
            if not any(_waits(table) for table in time.values()):
                pacing = next((one.id for one in line if one.is_pacing), line[0].id)
                about = Name(name, "equipment")
                fix = Say(_NO_FLOW_FIX, {"line": about, "pacing": Name(pacing, "equipment")})
                cannot.append(Cannot(self.kind, Subject(name), Say(_NO_FLOW, {"line": about}), fix))
                continue
            for waits in waits_in(line, time):
                found += _findings(waits, line, facts, time[waits.culprit])
        return Outcome(found, cannot)


ANALYSIS = _Flow()


def _lines(facts: Facts) -> dict[str, list[Place]]:
    found: dict[str, list[Place]] = {}
    for place in facts.places.values():
        if place.line:
            found.setdefault(place.line, []).append(place)
    return {name: sorted(line, key=lambda one: one.position) for name, line in found.items() if len(line) > 1}


def _waits(time: pa.Table) -> bool:
    return bool(pc.any(pc.is_in(time["reason"], pa.array((STARVED, BLOCKED)))).as_py())


def _findings(waits: Waits, line: Sequence[Place], facts: Facts, time: pa.Table) -> list[Finding]:
    over = len(waits.shifts) - (waits.shifts[-1].end >= facts.as_of)  # an open shift is not judged yet
    a_week = 7 * DAY * len(waits.shifts) / max(waits.shifts[-1].end - waits.shifts[0].start, 1)
    values = waits.of_line[:over].tolist()
    if len(values) <= LEAST:
        return []
    accepted = facts.budget * _SHARE
    told = episodes(values, a_week, accepted, _WORTH)
    run = standing(values, told, min(accepted / a_week, 1.0))
    if run is None or not is_more(waits.of_line[run.first : run.last + 1], waits.of_line[list(run.usual)]):
        return []
    return [_finding(run, told[-1].score, waits, line, facts, time)]


def _finding(
    run: Run, score: float, waits: Waits, line: Sequence[Place], facts: Facts, time: pa.Table
) -> Finding:
    own = facts.places[waits.culprit]
    pacing = next(one for one in line if one.is_pacing)
    shifts = waits.shifts[run.first : run.last + 1]
    window = Interval(shifts[0].start, shifts[-1].end)
    is_starving = waits.side == STARVED
    waited, lost = (_difference(of, run) for of in (waits.of_line, waits.of_pacing))
    beyond = max(lost.seen - lost.usual, 0.0)
    said = _said(own, pacing, waited, beyond, _reason(time, window))
    known = waits.shifts[run.told].end
    return Finding(
        "starved_constraint" if is_starving else "blocked_chain",
        2,
        Subject(own.id, {"constraint": pacing.id}),
        window,
        shifts[0].start,
        Say(_STARVES if is_starving else _BLOCKS, said),
        _effect(waited, run),
        _cost(beyond, pacing),
        _evidence(waits, run),
        _others(said),
        Action(
            Say(_DO, {key: said[key] for key in ("machine", "pacing", "reason")}),
            "supervisor",
            known + _ACT_BY,
            _winnable(beyond, shifts, own, facts),
        ),
        facts.as_of + DAY,
        score,
        "B" if waited.low > 0 else "C",
        (_LAID,) if waited.low > 0 else (_LAID, _UNSURE),
        known_at=known,
    )


def _said(own: Place, pacing: Place, waited: Difference, lost: float, reason: str) -> dict[str, Value]:
    return {
        "machine": Name(own.id, "equipment"),
        "pacing": Name(pacing.id, "equipment"),
        "line": Name(own.line, "equipment"),
        "more": Figure(waited.seen - waited.usual, digits=0),
        "usual": Figure(waited.usual, digits=0),
        "lost": Figure(lost, digits=0),
        "reason": Name(reason, "reason") if reason != _UNCODED else Name(N_("without a reason"), "word"),
    }


def _evidence(waits: Waits, run: Run) -> tuple[Evidence, ...]:
    """The last shifts of it, one row each."""
    numbers = range(run.first, run.last + 1)[-_ROWS:]
    return tuple(
        Evidence(
            "time",
            waits.culprit,
            Interval(waits.shifts[one].start, waits.shifts[one].end),
            {"shift": waits.shifts[one].name, "side": waits.side},
            float(waits.of_line[one]),
            "min",
        )
        for one in numbers
    )


def _others(said: Mapping[str, Value]) -> tuple[Explanation, ...]:
    """What would make the same stops cost more waits than before."""
    room = Say(_ROOM_TEST, {"machine": said["machine"]})
    pace = Say(_FASTER_TEST, {"pacing": said["pacing"]})
    return (
        Explanation(Say(_ROOM, {"line": said["line"]}), 0.2, room),
        Explanation(Say(_FASTER, {"pacing": said["pacing"]}), 0.1, pace),
    )


def _difference(minutes: Floats, run: Run) -> Difference:
    return difference(minutes[run.first : run.last + 1], minutes[list(run.usual)])


def _effect(waited: Difference, run: Run) -> Effect:
    n = len(run.usual)
    return Effect(
        waited.seen,
        waited.usual,
        waited.low,
        waited.high,
        "min",
        N_("minutes waited in a shift"),
        Say(_USUAL, {"n": Figure(n, "pieces")}),
        run.last - run.first + 1,
        n,
        "down",
    )


def _cost(minutes: float, pacing: Place) -> Cost:
    """What its waits beyond the usual cost in a shift: nothing to all of the pieces not made meanwhile."""
    if minutes <= 0:
        return Cost(None, None, None, pacing.currency, "shift", why_none=_NO_COST)
    if pacing.hour is None:
        return Cost(None, None, None, pacing.currency, "shift", minutes=minutes, why_none=_NO_PRICE)
    low, high = (minutes / 60 * one for one in pacing.hour)
    return Cost(low, (low + high) / 2, high, pacing.currency, "shift", _CONTRIBUTION, minutes=minutes)


def _winnable(lost: float, shifts: Sequence[Shift], own: Place, facts: Facts) -> float | None:
    """Minutes of the pacing machine that can be won back until the open shift ends."""
    if own.shift_ends is None:
        return None
    planned = float(np.mean([one.planned for one in shifts]))
    left = (own.shift_ends - facts.as_of) / SECOND
    return lost * max(min(left / planned, 1.0), 0.0) if planned else None


def _reason(time: pa.Table, window: Interval) -> str:
    """The reason behind most of a machine's own stops in a window; `unknown` where none was given."""
    own = time.filter(pc.and_(pc.less(time["from"], window.end), pc.greater(time["until"], window.start)))
    own = own.filter(pc.is_in(own["account"], pa.array(("breakdown", "other_stop", "micro_stop"))))
    told: dict[str, int] = {}
    rows = zip(own["reason"].to_pylist(), own["from"].to_pylist(), own["until"].to_pylist(), strict=True)
    for reason, start, end in rows:
        told[reason or _UNCODED] = told.get(reason or _UNCODED, 0) + end - start
    known = {name: us for name, us in told.items() if name != _UNCODED}
    return max(known, key=lambda one: known[one]) if known else _UNCODED
