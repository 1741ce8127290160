"""You said, we did: what was reported at a station, and what came of it.

Nothing is guessed: something *names* a report (an action its finding, a repair its failure mode, a call its
own times), or it happened at the same place since. Nobody is named; a report is a report of the station.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from plantstack.intervals import DAY
from plantstack.plant.plant import Plant
from plantstack.plant.structure import day_bounds
from plantstack.stack.floor.calls import SOURCE, OpenCall, fold, places_of
from plantstack.stack.project import Stack

BACK = 30 * DAY
_PLANNED = ("planned_down", "no_order")  # said because it was asked for, not because something is wrong
_ENDS = ("closed", "done", "finished", "completed")

_SAID = """
select e.kind, e.equipment, e.at, e.phase, e.told_at, e.source, e.key, e.role, e.reason, e.log_offset, e.body
from everything as e
anti join gone using (log_offset)
where
    e.kind in ('reason', 'note', 'call', 'safety')
    and not e.void
    and e.equipment in (select unnest($machines))
    and e.at >= $since
    and e.at <= $until
    and e.source != $own
order by e.at, e.told_at, e.source, e.key
"""
_NO_REPORT = ("handover", "answer")  # notes by which no one reports anything
_DONE = """
select e.kind, e.equipment, e.at, e.phase, e.key, e.body
from everything as e
anti join gone using (log_offset)
where
    e.kind in ('action', 'work_order')
    and not e.void
    and (e.equipment in (select unnest($places)) or e.equipment = '')
    and e.at >= $since
    and e.at <= $until
order by e.at, e.told_at, e.source, e.key
"""
_COST = """
select reason_offset, sum(until_at - from_at)
from all_ledger
where reason_offset in (select unnest($offsets)) and equipment in (select unnest($machines))
group by reason_offset
"""


@dataclass(frozen=True, slots=True)
class Came:
    """Something that came of a report, or happened since at the same place.

    Attributes:
        kind: `action`, `work_order`, `standard`, or `call` for somebody who came.
        id: of the action or order; '' where it has none.
        equipment: where; '' is everywhere.
        at: when it began, microseconds UTC.
        phase: how far it is, as it was told.
        is_done: whether that is its end.
        text: in words of whoever wrote it.
        owner: function or role.
        answer: why not, or what was found, where somebody said so.
        is_named: whether it names the report; else it only came later, at the same place.
        took_us: of a call, until somebody was there.
    """

    kind: str
    id: str
    equipment: str
    at: int
    phase: str = ""
    is_done: bool = False
    text: str = ""
    owner: str = ""
    answer: str = ""
    is_named: bool = False
    took_us: int | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that was reported, however often.

    Attributes:
        kind: `reason`, `note`, `call` or `safety`.
        equipment: where.
        what: the reason, the words, who was called, or what was unsafe.
        n: how often.
        first_at: when it was said first, microseconds UTC.
        last_at: when it was said last.
        lost_us: of a reason, how long the machine stood for it.
        keys: under which it was told: what an action names as its finding.
        came: what came of it, what names it first.
    """

    kind: str
    equipment: str
    what: str
    n: int
    first_at: int
    last_at: int
    lost_us: int | None = None
    keys: tuple[str, ...] = ()
    came: tuple[Came, ...] = ()

    @property
    def is_answered(self) -> bool:
        """Whether anything names it."""
        return any(one.is_named for one in self.came)


@dataclass(frozen=True, slots=True)
class Answered:
    """What was reported at a station in a while, and what came of it.

    Attributes:
        since: first instant, microseconds UTC.
        until: last instant.
        said: each once, what cost most or was said most often first; what was answered goes before.
        median_arrival_us: until somebody was there, of the calls to which somebody came; None for none.
    """

    since: int
    until: int
    said: tuple[Said, ...]
    median_arrival_us: int | None = None

    @property
    def n_said(self) -> int:
        """How many reports there were."""
        return sum(one.n for one in self.said)

    @property
    def n_answered(self) -> int:
        """How many of them something names."""
        return sum(one.n for one in self.said if one.is_answered)


def answered(stack: Stack, machines: Sequence[str], now: int, *, back: int = BACK) -> Answered:
    """What was reported at a station, and what came of it.

    Args:
        stack: the books.
        machines: ids of what stands at the station.
        now: the last instant that counts, microseconds UTC.
        back: how far to look back, microseconds.
    """
    since, books = now - back, stack.engine(scope=None).books
    window = {"since": since, "until": now}
    rows = books.con.execute(_SAID, window | {"machines": list(machines), "own": SOURCE}).fetchall()
    places = sorted({place for one in machines for place in places_of(stack.plant, one, now)})
    done = books.con.execute(_DONE, window | {"places": places}).fetchall()
    came = [*_actions(done), *_orders(done), *_standards(stack.plant, machines, since, now)]
    calls = fold((*row[1:7], "", row[10]) for row in rows if row[0] == "call")
    said = [*_reasons(stack, rows, machines), *_words(rows), *_calls(calls)]
    whole = [replace(one, came=_of(stack.plant, one, came, now)) for one in said]
    ranked = sorted(whole, key=lambda one: (-one.is_answered, -(one.lost_us or 0), -one.n, -one.last_at))
    return Answered(since, now, tuple(ranked), _median(calls))


def answered_at(stack: Stack, places: Sequence[str], now: int) -> Answered:
    """The same for whatever stands at places: machines, lines or areas, by id; '' is everything."""
    wanted = set(places)
    machines = [
        one for one in stack.plant.machines if "" in wanted or wanted & places_of(stack.plant, one, now)
    ]
    return answered(stack, machines, now)


def _reasons(stack: Stack, rows: Sequence[Sequence[Any]], machines: Sequence[str]) -> list[Said]:
    """Reasons that people gave for stops, with how long the books say the machine stood for them."""
    told: dict[tuple[str, str], list[Sequence[Any]]] = defaultdict(list)
    for row in rows:
        leaf = stack.plant.reasons.get(row[8] or "")
        if row[0] == "reason" and row[7] == "symptom" and (leaf is None or leaf.account not in _PLANNED):
            told[(row[1], row[8])].append(row)
    offsets = [row[9] for many in told.values() for row in many]
    cost = _cost(stack, offsets, machines) if offsets else {}
    return [
        _said("reason", equipment, reason, many, sum(cost.get(row[9], 0) for row in many))
        for (equipment, reason), many in told.items()
    ]


def _cost(stack: Stack, offsets: Sequence[int], machines: Sequence[str]) -> dict[int, int]:
    for machine in machines:
        stack.engine(scope=machine)  # what is owed of its books is derived
    con = stack.engine(scope=None).books.con
    return dict(con.execute(_COST, {"offsets": list(offsets), "machines": list(machines)}).fetchall())


def _words(rows: Sequence[Sequence[Any]]) -> list[Said]:
    """Notes and safety observations, each by itself: no two mean the same."""
    found = []
    for row in rows:
        body = json.loads(row[10] or "{}")
        if row[0] == "note" and body.get("x", {}).get("entry") not in _NO_REPORT:
            found.append(_said("note", row[1], body.get("note") or body.get("text", ""), [row]))
        elif row[0] == "safety":
            what = body.get("note") or body.get("type", "")
            found.append(_said("safety", row[1], what, [row]))
    return found


def _said(
    kind: str, equipment: str, what: str, rows: Sequence[Sequence[Any]], lost_us: int | None = None
) -> Said:
    at = [row[2] for row in rows]
    keys = tuple(row[6] for row in rows)
    return Said(kind, equipment, what, len(rows), min(at), max(at), lost_us, keys)


def _calls(calls: Iterable[OpenCall]) -> list[Said]:
    """Calls for help by place and whom they called; what came of each is that somebody was there."""
    told: dict[tuple[str, str], list[OpenCall]] = defaultdict(list)
    for call in calls:
        told[(call.equipment, call.whom)].append(call)
    found = []
    for (equipment, whom), many in told.items():
        at = [call.asked_at for call in many]
        keys = tuple(call.id for call in many)
        came = tuple(_arrival(call) for call in many if call.arrived_at is not None or call.is_ended)
        found.append(Said("call", equipment, whom, len(many), min(at), max(at), None, keys, came))
    return found


def _arrival(call: OpenCall) -> Came:
    took = None if call.arrived_at is None else call.arrived_at - call.asked_at
    at = call.arrived_at or call.fixed_at or call.accepted_at or call.asked_at
    return Came(
        "call",
        call.id,
        call.equipment,
        at,
        call.phase,
        call.is_ended,
        "",
        call.whom,
        is_named=True,
        took_us=took,
    )


def _median(calls: Iterable[OpenCall]) -> int | None:
    took = sorted(call.arrived_at - call.asked_at for call in calls if call.arrived_at is not None)
    if not took:
        return None
    middle = len(took) // 2
    return took[middle] if len(took) % 2 else (took[middle - 1] + took[middle]) // 2


# -- what came -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Work:
    """Something done, and what it names: a finding, or the mode of a failure."""

    came: Came
    names: tuple[str, ...]


def _actions(rows: Sequence[Sequence[Any]]) -> list[_Work]:
    return _folded(rows, "action", "action", "finding")


def _orders(rows: Sequence[Sequence[Any]]) -> list[_Work]:
    return _folded(rows, "work_order", "number", "mode")


def _folded(rows: Sequence[Sequence[Any]], kind: str, id_: str, names: str) -> list[_Work]:
    """One for each id, with what was said of it first and how far it came.

    Args:
        rows: of actions and orders, in order.
        kind: of those that are wanted.
        id_: field that names one in all its phases.
        names: field that names what it is about.
    """
    found: dict[str, _Work] = {}
    for own, equipment, at, phase, _, body in rows:
        if own != kind:
            continue
        said = json.loads(body or "{}")
        name = said.get(id_, "")
        before = found.get(name)
        if before is None:
            words = said.get("text") or said.get("component") or said.get("mode") or ""
            before = _Work(Came(kind, name, equipment, at, text=words, owner=said.get("owner", "")), ())
        told = tuple(said[one] for one in (names,) if said.get(one))
        word, answer = (phase or "").strip().lower(), said.get("answer") or before.came.answer
        is_done = before.came.is_done or word in _ENDS
        came = replace(before.came, phase=word, is_done=is_done, answer=answer)
        found[name] = _Work(came, (*before.names, *told))
    return list(found.values())


def _standards(plant: Plant, machines: Sequence[str], since: int, until: int) -> list[_Work]:
    """Standards of the machines that hold since a day in the window."""
    found = []
    for one in plant.standards:
        for machine in sorted(set(one.machines) & set(machines)):
            if one.from_day is None:
                continue
            at, _ = day_bounds(plant.site_of(machine), one.from_day, None)
            if since <= at <= until:
                text = one.evidence or ", ".join(one.products)
                found.append(_Work(Came("standard", "", machine, at, "", True, text), ()))
    return found


def _of(plant: Plant, said: Said, work: Sequence[_Work], now: int) -> tuple[Came, ...]:
    """What came of a report: what names it, then what was begun at its place since."""
    places = places_of(plant, said.equipment, now)
    wanted = {*said.keys, said.what} if said.kind == "reason" else set(said.keys)
    found = list(said.came)
    for one in work:
        is_here = one.came.equipment in places
        is_named = is_here and not wanted.isdisjoint(one.names)
        if is_named or (is_here and one.came.at >= said.first_at):
            found.append(replace(one.came, is_named=is_named))
    return tuple(sorted(found, key=lambda one: (not one.is_named, one.at, one.id)))
