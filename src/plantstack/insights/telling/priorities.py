"""What to do first today: a short list with who does it, what it wins back, and why this one first.

Safety comes first, whatever the money. After that counts what can still be won back before the shift ends, on
the machine that sets the pace; then plan, crew and material.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256

from plantstack.insights.saying import N_, Figure, Name, Say, Value
from plantstack.insights.telling.fact import Link
from plantstack.insights.telling.facts_of_shift import Crew, LineOfShift, Money, ShiftFacts, Standing
from plantstack.insights.telling.lending import lent
from plantstack.insights.telling.words import SAFETY, WHOM, equipment, pieces, word

SHORT = 5
_LATE = 1.25  # what should have been done already comes before the like of it
_MINUTE = 60_000_000
_HOUR = 60 * _MINUTE
_OWNERS = {"maintenance": "maintenance", "material": "planner", "quality": "quality", "lead": "supervisor"}
_BY_HAND = ("standing", "call", "slow", "material")  # another pair of hands ends it sooner
_BESIDE = 0.25  # of a minute of a machine that does not set the pace: its line may catch up


@dataclass(frozen=True, slots=True)
class Move:
    """One person-slot that can be moved: never who."""

    source: str
    target: str


@dataclass(frozen=True, slots=True)
class Priority:
    """One thing to do today.

    Attributes:
        kind: what sort of thing.
        says: what to do, in one sentence.
        why: why before the others, the strongest reason first.
        owner: a role.
        minutes: run time that can be won back until the shift ends, at most; None where that is not known.
        money: of these minutes; None where no price is known.
        link: what it can be looked up at.
        move: a person-slot to move; None where none moves.
        is_safety: outranks money.
        score: what it is ranked by, in minutes of the pacing machine.
    """

    kind: str
    says: Say
    why: tuple[Say, ...]
    owner: str
    minutes: float | None
    money: Money | None
    link: Link
    move: Move | None = None
    is_safety: bool = False
    score: float = 0.0

    @property
    def id(self) -> str:
        """The same for the same thing to do."""
        told = json.dumps([self.kind, self.link.kind, self.link.id, self.says.as_row()], sort_keys=True)
        return sha256(told.encode()).hexdigest()[:12]

    def as_row(self) -> dict[str, object]:
        """The priority as the command contract prints it."""
        low, likely, high = self.money or (None, None, None)
        return {
            "id": self.id,
            "kind": self.kind,
            "says": self.says.as_row(),
            "why": [one.as_row() for one in self.why],
            "owner": self.owner,
            "minutes": self.minutes,
            "money": {"low": low, "likely": likely, "high": high},
            "link": {"kind": self.link.kind, "id": self.link.id},
            "move": None if self.move is None else {"from": self.move.source, "to": self.move.target},
            "safety": self.is_safety,
        }


def priorities(shift: ShiftFacts, n: int = SHORT) -> list[Priority]:
    """What to do first until the shift ends; of one place one thing of a kind."""
    found = [
        *_safety(shift),
        *_standing(shift),
        *_calls(shift),
        *_slow(shift),
        *_crews(shift),
        *_material(shift),
        *_late(shift),
        *_holds(shift),
        *_silent(shift),
        *_findings(shift),
    ]
    once = {one.id: one for one in found}
    ranked = sorted(once.values(), key=lambda one: (not one.is_safety, -one.score, one.id))
    safe = [one for one in ranked if one.is_safety]
    first = [*safe, *(one for one in ranked if not one.is_safety)][: max(n, len(safe))]
    return _with_help(shift, first)


def _with_help(shift: ShiftFacts, first: list[Priority]) -> list[Priority]:
    """The first that wins time says where a person could come from, once, if no slot is moved by count."""
    if any(one.kind == "crew" for one in first):
        return first
    place = next((i for i, one in enumerate(first) if one.minutes and one.kind in _BY_HAND), None)
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


def _left(shift: ShiftFacts, line: str, since: int = 0) -> float:
    """Minutes until the shift of a line ends, from now or from a later instant."""
    found = _line(shift, line)
    end = shift.end if found is None or found.end is None else found.end
    return max(end - max(shift.now, since), 0) / _MINUTE


def _line(shift: ShiftFacts, line: str) -> LineOfShift | None:
    return next((one for one in shift.lines if one.line == line), None)


def _money(line: LineOfShift | None, minutes: float | None) -> Money | None:
    if line is None or line.hour is None or minutes is None:
        return None
    low, high = (one * minutes / 60 for one in line.hour)
    return low, (low + high) / 2, high


def _why(shift: ShiftFacts, line: str, machine: str = "") -> list[Say]:
    """What makes something urgent: the pace, and the plan."""
    told, found = [], _line(shift, line)
    if found is None:
        return []
    if machine and machine == found.pacing and machine != line:
        told.append(
            Say(
                N_("%(machine)s sets the pace of %(line)s."),
                {"machine": equipment(machine), "line": equipment(line)},
            )
        )
    if found.planned is not None and found.plan is not None and found.planned < found.plan:
        behind = pieces(round(found.plan) - round(found.planned))
        told.append(
            Say(N_("%(line)s is %(apart)s pieces behind plan."), {"line": equipment(line), "apart": behind})
        )
    return told


def _score(shift: ShiftFacts, line: str, machine: str, minutes: float) -> float:
    """Minutes at the pacing machine, more where the line is behind its plan."""
    found = _line(shift, line)
    paces = machine in ("", line) or found is None or not found.pacing or machine == found.pacing
    behind = found is not None and found.planned is not None and found.plan is not None
    late = behind and found is not None and (found.planned or 0) < (found.plan or 0)
    return minutes * (1.0 if paces else _BESIDE) * (1.5 if late else 1.0)


def _paced(shift: ShiftFacts, line: str, machine: str, minutes: float) -> float | None:
    """Minutes that count as won back: those of the machine that sets the pace."""
    found = _line(shift, line)
    return minutes if found is None or not found.pacing or machine in ("", line, found.pacing) else None


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
        if one.machine in called:
            continue  # the call says it
        minutes = _left(shift, one.line)
        says = Say(
            N_("Get %(machine)s running: it has been standing since %(since)s."),
            {"machine": equipment(one.machine), "since": Figure(one.since, "moment")},
        )
        won = _paced(shift, one.line, one.machine, minutes)
        yield Priority(
            "standing",
            says,
            tuple(_why(shift, one.line, one.machine)),
            _owner(one),
            won,
            _money(_line(shift, one.line), won),
            Link("equipment", one.machine),
            score=_score(shift, one.line, one.machine, minutes),
        )


def _owner(one: Standing) -> str:
    return "maintenance" if one.account == "breakdown" else "supervisor"


def _calls(shift: ShiftFacts) -> Iterator[Priority]:
    standing = {one.machine for one in shift.standing}
    for one in shift.calls:
        minutes = _left(shift, one.line) if one.place in standing else 0.0
        says = Say(
            N_("Answer the call of %(place)s for %(whom)s, open since %(since)s."),
            {
                "place": equipment(one.place),
                "whom": word(WHOM.get(one.whom, one.whom)),
                "since": Figure(one.since, "moment"),
            },
        )
        won = _paced(shift, one.line, one.place, minutes) if minutes else None
        waited = (shift.now - one.since) / _MINUTE
        yield Priority(
            "call",
            says,
            tuple(_why(shift, one.line, one.place)),
            _OWNERS.get(one.whom, "supervisor"),
            won,
            _money(_line(shift, one.line), won),
            Link("equipment", one.place),
            score=_score(shift, one.line, one.place, max(minutes, min(waited, 60.0))) + 1,
        )


def _slow(shift: ShiftFacts) -> Iterator[Priority]:
    for one in shift.slow:
        minutes = _left(shift, one.line) * max(1 - one.share, 0.0)
        says = Say(
            N_("Bring %(machine)s back to its pace: it has been running at %(share)s since %(since)s."),
            {
                "machine": equipment(one.machine),
                "share": Figure(one.share, "share"),
                "since": Figure(one.since, "moment"),
            },
        )
        won = _paced(shift, one.line, one.machine, minutes)
        yield Priority(
            "slow",
            says,
            tuple(_why(shift, one.line, one.machine)),
            "supervisor",
            won,
            _money(_line(shift, one.line), won),
            Link("equipment", one.machine),
            score=_score(shift, one.line, one.machine, minutes),
        )


def _crews(shift: ShiftFacts) -> Iterator[Priority]:
    """People are moved as slots: from the line that has most to spare, a slot is taken once."""
    spare = {one.line: -one.short for one in shift.crews if one.short < 0}
    wanted = sorted(
        (one for one in shift.crews if one.short > 0), key=lambda one: (-_need(shift, one), one.line)
    )
    for one in wanted:
        source = max(
            (line for line, heads in spare.items() if heads >= 1),
            key=lambda line: (spare[line], line),
            default="",
        )
        minutes = _left(shift, one.line) * min(one.short, 1.0 if source else one.short) / max(one.needed, 1.0)
        values: dict[str, Value] = {"line": equipment(one.line)}
        if source:
            spare[source] -= 1
            values["source"] = equipment(source)
            says = Say(N_("Move one person from %(source)s to %(line)s."), values)
            has_more = Say(N_("%(line)s has more people than it needs."), {"line": equipment(source)})
            why = [*_why(shift, one.line), has_more]
        else:
            values["n"] = pieces(one.short)
            says = Say(N_("Find people for %(line)s; missing: %(n)s."), values)
            why = _why(shift, one.line)
        yield Priority(
            "crew",
            says,
            tuple(why),
            "supervisor",
            minutes,
            _money(_line(shift, one.line), minutes),
            Link("equipment", one.line),
            Move(source, one.line) if source else None,
            score=_score(shift, one.line, "", minutes),
        )


def _need(shift: ShiftFacts, crew: Crew) -> float:
    return _score(shift, crew.line, "", crew.short / max(crew.needed, 1.0))


def _material(shift: ShiftFacts) -> Iterator[Priority]:
    for one in shift.material:
        starts = shift.now if one.is_running or one.starts is None else max(one.starts, shift.now)
        minutes = _left(shift, one.line, starts)
        values: dict[str, Value] = {"order": Name(one.order, "order"), "line": equipment(one.line)}
        says = Say(N_("Stage the material of order %(order)s at %(line)s."), values)
        why = _why(shift, one.line)
        if one.is_running:
            why.insert(0, Say(N_("The order is running.")))
        elif one.starts is not None:
            why.insert(0, Say(N_("It begins at %(starts)s."), {"starts": Figure(one.starts, "moment")}))
        won = minutes if one.is_running or one.starts is not None else None
        soon = 1.0 if one.is_running else 0.5
        link = Link("equipment", one.line)
        money = _money(_line(shift, one.line), won)
        score = _score(shift, one.line, "", minutes * soon)
        yield Priority("material", says, tuple(why), "planner", won, money, link, score=score)


def _late(shift: ShiftFacts) -> Iterator[Priority]:
    for one in shift.late:
        values: dict[str, Value] = {
            "order": Name(one.order, "order"),
            "line": equipment(one.line),
            "due": Figure(one.due, "moment"),
            "day": Figure(one.due, "day"),
        }
        sure = N_("Plan order %(order)s on %(line)s again: it will end after it is due, %(day)s %(due)s.")
        perhaps = N_("Watch order %(order)s on %(line)s: it may end after it is due, %(day)s %(due)s.")
        says = Say(sure if one.is_sure else perhaps, values)
        why, score = tuple(_why(shift, one.line)), (45.0 if one.is_sure else 15.0)
        link = Link("equipment", one.line)
        yield Priority("late", says, why, "planner", None, None, link, score=score)


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
        link, score = Link("equipment", one.machine), _score(shift, one.line, one.machine, 30.0)
        yield Priority("silent", says, (why,), "maintenance", None, None, link, score=score)


def _findings(shift: ShiftFacts) -> Iterator[Priority]:
    for one in shift.findings:
        cost, minutes = one.cost, one.action.minutes
        known = cost.low is not None and cost.likely is not None and cost.high is not None
        money = (cost.low or 0.0, cost.likely or 0.0, cost.high or 0.0) if known else None
        link, line = Link("finding", one.id), _stands(shift, one.subject.equipment)
        score = _score(shift, line, one.subject.equipment, minutes if minutes is not None else 20.0)
        why = (one.says, *_why(shift, line, one.subject.equipment))
        if one.is_overdue(shift.now):
            by = one.action.by
            late = {"day": Figure(by, "day"), "by": Figure(by, "moment")}
            why, score = (Say(N_("It is overdue since %(day)s %(by)s."), late), *why), score * _LATE
        yield Priority(
            one.kind,
            one.action.says,
            why,
            one.action.owner,
            minutes,
            money,
            link,
            None,
            one.is_safety,
            score,
        )


def _stands(shift: ShiftFacts, machine: str) -> str:
    """The line of a machine, as far as the facts tell; else the machine itself."""
    return next((one.line for one in shift.lines if machine in (one.line, one.pacing)), machine)
