"""What to do first today: a short list with who does it, what it wins back, and why this one first.

Safety comes first, whatever the money. After that counts what is usually still won back before the shift
ends, on the machine that sets the pace, and what findings cost in a shift; then what has neither.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from plantstack.insights.saying import N_, Figure, Name, Say, Value
from plantstack.insights.telling.fact import Link
from plantstack.insights.telling.facts_of_shift import Late, Material, ShiftFacts, Standing
from plantstack.insights.telling.lending import lent, moved, untold
from plantstack.insights.telling.priority import Move, Priority
from plantstack.insights.telling.winning import (
    BESIDE,
    MINUTE,
    behind_factor,
    behind_minutes,
    cost_in_shift,
    left_of,
    money_of,
    paces,
    score_of,
    slow_minutes,
    standing_minutes,
    why_of,
)
from plantstack.insights.telling.words import SAFETY, WHOM, equipment, pieces, seconds, word

__all__ = ["Move", "Priority", "priorities"]

SHORT = 5
_OVERDUE = 1.25  # what should have been done already comes before the like of it
_DEAREST = 2  # things found that always have a place: what they cost is spread over weeks
_AGAIN = 0.05  # of a minute that pieces of an order will be missing: planning it again makes none of them
_HOUR = 60.0
_OWNERS = {"maintenance": "maintenance", "material": "planner", "quality": "quality", "lead": "supervisor"}
_BLIND = 12.0  # minutes that a silent signal counts for: it wins none, and nobody sees what is lost
_BY_HAND = ("standing", "call", "slow", "material")  # another pair of hands ends it sooner


def priorities(shift: ShiftFacts, n: int = SHORT) -> list[Priority]:
    """What to do first until the shift ends, or in the one that comes; of one place one thing of a kind.

    One line more says that nobody told heads, where that is so.
    """
    found = [
        *_safety(shift),
        *_standing(shift),
        *_calls(shift),
        *_slow(shift),
        *moved(shift),
        *_material(shift),
        *_late(shift),
        *_holds(shift),
        *_silent(shift),
        *_findings(shift),
    ]
    once = {one.id: one for one in found}
    ranked = sorted(once.values(), key=lambda one: (not one.is_safety, one.is_note, -one.score, one.id))
    safe = [one for one in ranked if one.is_safety]
    first = _with_dearest(ranked[: max(n, len(safe))], ranked)
    heads = untold(shift)
    return _with_help(shift, first) + ([heads] if heads is not None and first else [])


def _with_dearest(first: list[Priority], ranked: Sequence[Priority]) -> list[Priority]:
    """The two dearest things that were found have a place, in place of the last that were not found."""
    priced = [one for one in ranked if one.per and not one.is_safety][:_DEAREST]
    for one in (one for one in priced if one not in first):
        gives = [other for other in first if not other.is_safety and not other.per]
        if len(gives) <= len(first) // 2:
            break  # what stands now and what was found share the list
        first = [other for other in first if other is not gives[-1]]
        first.append(one)
    return [one for one in ranked if one in first]


def _with_help(shift: ShiftFacts, first: list[Priority]) -> list[Priority]:
    """The first that hands shorten says where a person could come from, once, if no slot is moved."""
    if any(one.kind == "crew" for one in first):
        return first
    place = next((i for i, one in enumerate(first) if one.kind in _BY_HAND), None)
    if place is None:
        return first
    one = first[place]
    says = lent(shift, _at(shift, one.link.id))
    helped = one if says is None else replace(one, why=(*one.why, says))
    return [*first[:place], helped, *first[place + 1 :]]


def _at(shift: ShiftFacts, place: str) -> str:
    """The line in which something stands that has to do with a priority."""
    places = {one.machine: one.line for one in shift.standing}
    places |= {one.machine: one.line for one in shift.slow}
    places |= {one.place: one.line for one in shift.calls}
    return places.get(place, place)


# -- now ---------------------------------------------------------------------------------------------


def _safety(shift: ShiftFacts) -> Iterator[Priority]:
    for one in shift.safety:
        says = Say(
            N_("See to safety first: %(what)s at %(place)s."),
            {"what": word(SAFETY.get(one.type, one.type)), "place": equipment(one.place)},
        )
        why = (Say(N_("Safety comes before money.")),)
        link = Link("event", str(one.offset))
        yield Priority("safety", says, why, "supervisor", None, None, link, None, True, float("inf"))


def _standing(shift: ShiftFacts) -> Iterator[Priority]:
    called = {one.place for one in shift.calls}
    for one in shift.standing:
        if one.machine in called or one.waits:
            continue  # the call says it; or what it waits for
        minutes, basis = standing_minutes(shift, one.line, one.machine, one.rest)
        says = Say(
            N_("Get %(machine)s running: it has been standing since %(since)s."),
            {"machine": equipment(one.machine), "since": Figure(one.since, "moment")},
        )
        yield Priority(
            "standing",
            says,
            (*why_of(shift, one.line, one.machine), *basis),
            "maintenance" if one.account == "breakdown" else "supervisor",
            minutes,
            money_of(shift, one.line, minutes),
            Link("equipment", one.machine),
            score=_stop_score(shift, one, minutes),
        )


def _stop_score(shift: ShiftFacts, one: Standing, minutes: float | None) -> float:
    if minutes is not None:
        return minutes * behind_factor(shift, one.line)
    if one.rest is not None and one.rest.seconds is not None:
        reach = BESIDE if one.rest.share is None else 0.0
        return one.rest.seconds / 60 * reach * behind_factor(shift, one.line)
    return _unknown(shift, one.line, one.machine, one.since)


def _unknown(shift: ShiftFacts, line: str, machine: str, since: int) -> float:
    """What it is ranked by where nobody knows the end: as long as it has gone on, an hour at most."""
    return score_of(shift, line, machine, min((shift.now - since) / MINUTE, left_of(shift, line), _HOUR))


def _calls(shift: ShiftFacts) -> Iterator[Priority]:
    standing = {one.machine: one for one in shift.standing}
    for one in shift.calls:
        stop = standing.get(one.place)
        minutes, basis, score = None, list[Say](), 0.0
        if stop is not None:
            minutes, basis = standing_minutes(shift, one.line, one.place, stop.rest)
            score = _stop_score(shift, stop, minutes)
        says = Say(
            N_("Answer the call of %(place)s for %(whom)s, open since %(since)s."),
            {
                "place": equipment(one.place),
                "whom": word(WHOM.get(one.whom, one.whom)),
                "since": Figure(one.since, "moment"),
            },
        )
        waited = score_of(shift, one.line, one.place, min((shift.now - one.since) / MINUTE, _HOUR))
        yield Priority(
            "call",
            says,
            (*why_of(shift, one.line, one.place), *basis),
            _OWNERS.get(one.whom, "supervisor"),
            minutes,
            money_of(shift, one.line, minutes),
            Link("equipment", one.place),
            score=max(score, waited) + 1,
        )


def _slow(shift: ShiftFacts) -> Iterator[Priority]:
    for one in shift.slow:
        minutes, basis = slow_minutes(shift, one.line, one.machine, one.rest, one.share)
        says = Say(
            N_("Bring %(machine)s back to its pace: it has been running at %(share)s since %(since)s."),
            {
                "machine": equipment(one.machine),
                "share": Figure(one.share, "share"),
                "since": Figure(one.since, "moment"),
            },
        )
        is_known = one.rest is not None and one.rest.seconds is not None
        score = (minutes or 0.0) * behind_factor(shift, one.line)
        if not is_known or (minutes is None and not paces(shift, one.line, one.machine)):
            score = _unknown(shift, one.line, one.machine, one.since) * max(1 - one.share, 0.0)
        yield Priority(
            "slow",
            says,
            (*why_of(shift, one.line, one.machine), *basis),
            "supervisor",
            minutes,
            money_of(shift, one.line, minutes),
            Link("equipment", one.machine),
            score=score,
        )


# -- orders ------------------------------------------------------------------------------------------


def _material(shift: ShiftFacts) -> Iterator[Priority]:
    for one in shift.material:
        values: dict[str, Value] = {"order": Name(one.order, "order"), "line": equipment(one.line)}
        says = Say(N_("Stage the material of order %(order)s at %(line)s."), values)
        minutes, basis = behind_minutes(shift, one.line) if one.is_running else (None, [])
        why = [*_begins(one), *(basis or why_of(shift, one.line))]
        score = minutes * behind_factor(shift, one.line) if minutes is not None else _wanted(shift, one)
        money, link = money_of(shift, one.line, minutes), Link("equipment", one.line)
        yield Priority("material", says, tuple(why), "planner", minutes, money, link, score=score)


def _begins(one: Material) -> list[Say]:
    if one.is_running:
        return [Say(N_("The order is running."))]
    if one.starts is None:
        return []
    return [Say(N_("It begins at %(starts)s."), {"starts": Figure(one.starts, "moment")})]


def _wanted(shift: ShiftFacts, one: Material) -> float:
    """The sooner an order stands without its material, the more it counts: half an hour at most."""
    if one.is_running or one.starts is None:
        return score_of(shift, one.line, "", _HOUR / 2)
    ahead = max(one.starts - shift.now, 0) / MINUTE
    return score_of(shift, one.line, "", _HOUR / 2 / (1 + ahead / _HOUR))


def _late(shift: ShiftFacts) -> Iterator[Priority]:
    """Of a line the order that matters most; the others are counted behind it."""
    ordered = sorted(
        shift.late, key=lambda one: (one.line, not one.is_sure, not one.is_running, one.due, one.order)
    )
    for (line, is_sure), told in groupby(ordered, key=lambda one: (one.line, one.is_sure)):
        one, *others = told
        minutes, basis = _missing(shift, one)
        why = [*basis, *why_of(shift, line)]
        if others:
            why.append(Say(N_("Orders of %(line)s late like it: %(n)s more."), _more(line, others)))
        score = min(minutes or 0.0, _HOUR) * _AGAIN * (1.0 if is_sure else 0.5)
        yield Priority(
            *("late", _late_says(shift, one), tuple(why), "planner", None, None, Link("equipment", line)),
            score=score,
            is_note=minutes is None,
        )


def _more(line: str, others: Sequence[Late]) -> dict[str, Value]:
    return {"line": equipment(line), "n": pieces(len(others))}


def _late_says(shift: ShiftFacts, one: Late) -> Say:
    values: dict[str, Value] = {
        "order": Name(one.order, "order"),
        "line": equipment(one.line),
        "due": Figure(one.due, "moment"),
        "day": Figure(one.due, "day"),
    }
    if one.due <= shift.now:
        past = N_("Agree on another date for order %(order)s of %(line)s: it was due %(day)s %(due)s.")
        return Say(past, values)
    sure = N_("Plan order %(order)s on %(line)s again: it will end after it is due, %(day)s %(due)s.")
    perhaps = N_("Watch order %(order)s on %(line)s: it may end after it is due, %(day)s %(due)s.")
    return Say(sure if one.is_sure else perhaps, values)


def _missing(shift: ShiftFacts, one: Late) -> tuple[float | None, list[Say]]:
    """The minutes that the pieces take which will be missing, and how that is said; None: not known."""
    if one.missing is None or one.seconds is None or round(one.missing) < 1:
        return None, []
    values: dict[str, Value] = {"n": pieces(one.missing), "time": seconds(one.seconds)}
    is_past = one.due <= shift.now
    past = N_("Pieces of it still to make: %(n)s; at the pace as run they take %(time)s.")
    ahead = N_("Pieces missing when it is due: %(n)s; at the pace as run they take %(time)s.")
    return one.seconds / 60, [Say(past if is_past else ahead, values)]


# -- what stands beside it ---------------------------------------------------------------------------


def _holds(shift: ShiftFacts) -> Iterator[Priority]:
    for one in shift.holds:
        values: dict[str, Value] = {"place": equipment(one.place), "since": Figure(one.since, "moment")}
        says = Say(N_("Decide on the pieces on hold at %(place)s, held since %(since)s."), values)
        link = Link("equipment", one.place)
        yield Priority("hold", says, (), "quality", None, None, link, score=10.0)


def _silent(shift: ShiftFacts) -> Iterator[Priority]:
    for one in shift.silences:
        if not one.is_now:
            continue
        values: dict[str, Value] = {
            "machine": equipment(one.machine),
            "since": Figure(one.since, "moment"),
        }
        says = Say(N_("Get the signal of %(machine)s back: it has told nothing since %(since)s."), values)
        why = Say(N_("Until then the numbers of %(line)s are not complete."), {"line": equipment(one.line)})
        link, score = Link("equipment", one.machine), score_of(shift, one.line, one.machine, _BLIND)
        yield Priority("silent", says, (why,), "maintenance", None, None, link, score=score)


def _findings(shift: ShiftFacts) -> Iterator[Priority]:
    for one in shift.findings:
        cost, machine = one.cost, one.subject.equipment
        known = cost.low is not None and cost.likely is not None and cost.high is not None
        money = (cost.low or 0.0, cost.likely or 0.0, cost.high or 0.0) if known else None
        link, line = Link("finding", one.id), _stands(shift, machine)
        minutes = _until_it_ends(one.action.minutes, left_of(shift, line))
        score = minutes if minutes is not None else cost_in_shift(shift, one, line)
        score *= behind_factor(shift, line)
        why = (one.says, *why_of(shift, line, machine))
        if one.is_overdue(shift.now):
            by = one.action.by
            late = {"day": Figure(by, "day"), "by": Figure(by, "moment")}
            why, score = (Say(N_("It is overdue since %(day)s %(by)s."), late), *why), score * _OVERDUE
        per = "" if money is None else cost.per
        yield Priority(
            *(one.kind, one.action.says, why, one.action.owner, minutes, money, link, None, one.is_safety),
            score=score,
            per=per,
            is_note=minutes is None and (cost.likely, cost.minutes, cost.pieces) == (None, None, None),
        )


def _until_it_ends(minutes: float | None, left: float) -> float | None:
    """What of the minutes of a finding the planned time of the shift has left; None: nothing."""
    return None if minutes is None or left <= 0 else min(minutes, left)


def _stands(shift: ShiftFacts, machine: str) -> str:
    """The line of a machine, as far as the facts tell; else the machine itself."""
    known = next((one.line for one in shift.lines if machine in (one.line, one.pacing)), machine)
    return shift.homes.get(machine, known)
