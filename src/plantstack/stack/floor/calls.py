"""Calls for help: which are open, since when, who was told, and how far each has come.

What became of telling somebody is a note of plantstack's own, so a restart knows whom it has told.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from plantstack.engines.duckdb.books import Books, kept
from plantstack.engines.duckdb.standing import standing_events
from plantstack.intervals import DAY, HOUR, MINUTE, Interval
from plantstack.plant.plant import Plant
from plantstack.stack.project import Stack

SOURCE = "plantstack"
PHASES = ("asked", "taken", "arrived", "diagnosed", "waiting", "fixed", "accepted")
_KEPT = 12 * HOUR  # a call that is fixed and that nobody accepts is shown that long
_BACK = 30 * DAY
Row = dict[str, Any]

_FAR = 2**62

# All words about calls of which the last is not that it is over, or was lately: the others are shown no more.
_OPEN = """
with told as (select *, json_extract_string(body, '$.call') as name from {said})

select e.equipment, e.at, e.phase, e.told_at, e.source, e.key, e."by", e.body
from told as e
semi join (
    select name
    from told
    group by name
    having
        max("at") > {since}
        or arg_max(phase, ("at", told_at, source, key)) not in ('fixed', 'accepted')
) as open using (name)
order by e.at, e.told_at, e.source, e.key
"""


def _said(books: Books, kind: str, since: int) -> str:
    """What stands of a kind since an instant, as SQL."""
    return standing_events(books, {kind}, Interval(since, _FAR))


@dataclass(frozen=True, slots=True)
class Told:
    """One attempt to tell somebody.

    Attributes:
        id: of the delivery; the same for all attempts of it.
        step: 1 at once, 2 when nobody had taken the call.
        way: `page`, `mail`, `webhook`; `nobody` where there was no way at all.
        role: who was told, as the plan names him.
        status: `delivered`, `failed` (tried again) or `gave_up`.
        why: of what failed, in words.
    """

    id: str
    step: int
    way: str
    role: str
    status: str
    at: int
    why: str = ""


@dataclass(frozen=True, slots=True)
class OpenCall:
    """A call for help that somebody waits for; instants in microseconds UTC, None: not yet.

    Attributes:
        id: its name, the same in all its phases.
        equipment: where help is needed.
        whom: who is called.
        note: what the caller added.
        source: the tablet or desk that asked.
        taken_by: the source that took it.
        phase: the furthest it has come.
        told: every attempt to tell somebody, in order.
    """

    id: str
    equipment: str
    whom: str
    asked_at: int
    note: str
    source: str
    taken_at: int | None = None
    taken_by: str = ""
    arrived_at: int | None = None
    diagnosed_at: int | None = None
    fixed_at: int | None = None
    accepted_at: int | None = None
    phase: str = "asked"
    told: tuple[Told, ...] = ()

    def open_us(self, now: int) -> int:
        """How long it has been open, microseconds; until it was fixed or accepted, else until now."""
        end = self.fixed_at or self.accepted_at or now
        return max(0, end - self.asked_at)

    def minutes_open(self, now: int) -> int:
        """How many whole minutes it has been open."""
        return self.open_us(now) // MINUTE

    @property
    def is_ended(self) -> bool:
        """Whether nobody waits for help any more."""
        return self.fixed_at is not None or self.accepted_at is not None

    @property
    def state(self) -> str:
        """What the caller reads: how far the call has come.

        `telling` while nothing is known yet, `not_delivered` where nobody could be told so far, `delivered`,
        then `taken`, `arrived`, `diagnosed`, `waiting`, `fixed`, `accepted`.
        """
        if self.phase != "asked":
            return self.phase
        if any(one.status == "delivered" for one in self.told):
            return "delivered"
        return "not_delivered" if self.told else "telling"

    @property
    def told_roles(self) -> tuple[str, ...]:
        """Who was told, each once, in order."""
        return tuple(dict.fromkeys(one.role for one in self.told if one.status == "delivered"))


def open_calls(stack: Stack, scope: str = "", now: int | None = None) -> list[OpenCall]:
    """The calls that are open in a scope, or fixed and not yet accepted; the oldest first.

    Args:
        stack: the books.
        scope: id of equipment, with all that stands under it; '' is everything.
        now: instant to look from, microseconds UTC; None: the end of the books.
    """
    books = stack.engine(scope=None).books
    until = max(books.as_of.values(), default=0) if now is None else now
    found = [call for call in _calls(stack, until) if _is_shown(call, until)]
    return [call for call in found if not scope or scope in places_of(stack.plant, call.equipment, until)]


def asked_at(stack: Stack, names: Collection[str], now: int) -> dict[str, set[str]]:
    """Where help was asked for in the last month under some names of calls; names of no call are left out.

    Args:
        stack: the books.
        names: of calls, as entries tell them.
        now: instant to look back from, microseconds UTC.
    """
    books = stack.engine(scope=None).books
    said, name = _said(books, "call", now - _BACK), "json_extract_string(body, '$.call')"
    sql = f"select {name}, equipment from {said} where phase = 'asked' and {name} in (select unnest(?))"
    found: dict[str, set[str]] = {}
    for call, equipment in books.con.execute(sql, (list(names),)).fetchall():
        found.setdefault(call, set()).add(equipment)
    return found


def places_of(plant: Plant, equipment: str, at: int) -> frozenset[str]:
    """An equipment and all it stands in at an instant, by id."""
    own, _ = plant.lanes.get(equipment, (equipment, 0))
    spans = (one for one in plant.spans.get(own, ()) if one.from_at <= at < one.until_at)
    return frozenset(
        {own, *(id_ for one in spans for id_ in (one.parent, one.line, one.area, one.site) if id_)}
    )


def _is_shown(call: OpenCall, now: int) -> bool:
    if call.accepted_at is not None:
        return False
    return call.fixed_at is None or call.fixed_at > now - _KEPT


def _calls(stack: Stack, now: int) -> list[OpenCall]:
    """Calls of the last month that are open or were lately; asked for once in a minute and offset."""
    books = stack.engine(scope=None).books
    minute = now - now % MINUTE
    return kept(books.answers, ("calls", minute), lambda: _read_calls(books, minute))


def _read_calls(books: Books, now: int) -> list[OpenCall]:
    said = _said(books, "call", now - _BACK)
    calls = fold(books.con.execute(_OPEN.format(said=said, since=now - _KEPT)).fetchall())
    if not calls:
        return []
    told: dict[str, list[Told]] = {}
    notes = books.con.execute(
        f"select e.at, e.body from {_said(books, 'note', now - _BACK)} as e"
        f" where e.source = '{SOURCE}' order by e.at, e.log_offset"
    ).fetchall()
    for at, body in notes:
        said = json.loads(body or "{}").get("x", {}).get("call")
        if said:
            told.setdefault(said["id"], []).append(_read_told(said, at))
    whole = [replace(one, told=tuple(told.get(name_of(one), ()))) for one in calls]
    return sorted(whole, key=lambda one: (one.asked_at, one.id))


def name_of(call: OpenCall) -> str:
    """What names one asking: an id may be asked anew after it was fixed."""
    return f"{call.id}@{call.asked_at}"


def _read_told(said: Row, at: int) -> Told:
    return Told(
        said["delivery"], said["step"], said["way"], said["role"], said["status"], at, said.get("why", "")
    )


def fold(rows: Iterable[Sequence[Any]]) -> list[OpenCall]:
    """Make calls of what was said of them, in order of time; one asked anew after its end is another call.

    Args:
        rows: equipment, at, phase, told_at, source, key, by, body.
    """
    current: dict[str, OpenCall] = {}
    ended: list[OpenCall] = []
    for equipment, at, phase, _, source, _, _, body in rows:
        said = json.loads(body or "{}")
        name = said.get("call", "")
        call = current.get(name)
        if phase == "asked" and (call is None or call.is_ended):
            ended += [call] if call else []
            whom = said.get("for") or "maintenance"
            current[name] = OpenCall(name, equipment, whom, at, said.get("note", ""), source)
        elif call is not None and phase != "asked":
            current[name] = _moved(call, phase, at, source)
    return [*ended, *current.values()]


def _moved(call: OpenCall, phase: str, at: int, source: str) -> OpenCall:
    """A call one word further; whoever took it first has it, and work after `fixed` opens it again."""
    if phase == "taken":
        first = call.taken_at is None
        call = replace(call, taken_at=at, taken_by=source) if first else call
    elif phase == "fixed":
        call = replace(call, fixed_at=at)
    elif phase == "accepted":
        call = replace(call, accepted_at=at)
    elif phase != "waiting":
        seen = call.arrived_at if phase == "arrived" else call.diagnosed_at
        at = at if seen is None else seen
        call = replace(call, arrived_at=at) if phase == "arrived" else replace(call, diagnosed_at=at)
    if phase in ("taken", "arrived", "diagnosed", "waiting") and call.fixed_at is not None:
        call = replace(call, fixed_at=None)
    further = PHASES.index(phase) >= PHASES.index(call.phase) or phase == "waiting" or call.phase == "fixed"
    return replace(call, phase=phase) if further else call
