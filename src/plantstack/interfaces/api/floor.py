"""The floor out: the questions of the pages, with the same objects as the pages have.

Instants are microseconds UTC, lengths microseconds, pieces decimal text; null is "not known". What each field
means stands with its class in `plantstack.stack.floor`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query
from fastapi.responses import Response

from plantstack.errors import Problem, QueryError
from plantstack.interfaces import asked_by, times
from plantstack.interfaces.answer import Answer
from plantstack.interfaces.api.answered import answered
from plantstack.interfaces.api.callers import MayRead, Plant
from plantstack.interfaces.api.reading import Scope, near
from plantstack.interfaces.options import zones_of
from plantstack.intervals import Interval
from plantstack.live.access import Sender
from plantstack.live.running import Running
from plantstack.live.seeing import may_see
from plantstack.stack import Stack
from plantstack.stack.floor.answered import Answered, answered_at
from plantstack.stack.floor.board import Board, board
from plantstack.stack.floor.detail import Detail, detail
from plantstack.stack.floor.handover import Handover, handover
from plantstack.stack.floor.planner import PlanCheck, check_plan
from plantstack.stack.floor.reasons import Picker, picker
from plantstack.stack.floor.search import Hit, search
from plantstack.stack.floor.shift import Forecast, ShiftNow, forecast, shift_now
from plantstack.stack.floor.sqdcp import LetterRow, letters
from plantstack.stack.floor.station import StationNow, station_now
from plantstack.stack.floor.strip import Strip, strips

router = APIRouter(prefix="/api/v1/floor")

SHAPES: dict[str, Any] = {
    f"{router.prefix}/{name}": row
    for name, row in {
        "answered": Answered,
        "board": Board,
        "detail": Detail,
        "forecast": Forecast,
        "handover": Handover,
        "letters": LetterRow,
        "plan": PlanCheck,
        "reasons": Picker,
        "search": Hit,
        "shift": ShiftNow,
        "station": StationNow,
        "strips": Strip,
    }.items()
}
"""The class of a row, by path."""

Machine = Annotated[str, Query(description="Id or path of a machine.")]
From = Annotated[str, Query(alias="from", description="First production day, or an exact instant.")]
To = Annotated[str, Query(alias="to", description="Last production day, or where it ends.")]


@router.get("/station", summary="A station now: its machines, and the queue of what needs a person")
def station(
    running: Plant,
    sender: MayRead,
    scope: Annotated[str, Query(description="Machines or lines, by id or path, with commas.")] = "",
) -> Response:
    """One object: machines, queue, hours of the shift, strips, set-up checks and calls."""
    places = [near(running, sender, one.strip()) for one in scope.split(",")]
    return _told(running, sender, lambda stack, now: [station_now(stack, places, now)])


@router.get("/board", summary="The lines of a place now, by need")
def board_now(running: Plant, sender: MayRead, scope: Scope = "") -> Response:
    """One object: its lines, stops without a reason, who is here and what material is short."""
    place = near(running, sender, scope)
    return _told(running, sender, lambda stack, now: [board(stack, place, now)])


@router.get("/shift", summary="The open shift of each line, hour by hour")
def shift(running: Plant, sender: MayRead, scope: Scope = "") -> Response:
    """One object a line or lone machine."""
    place = near(running, sender, scope)
    return _told(running, sender, lambda stack, now: shift_now(stack, place, now))


@router.get("/forecast", summary="How the open shift of a line is likely to end")
def shift_end(running: Plant, sender: MayRead, scope: Scope = "") -> Response:
    """One object; it reads three months, so ask it once a minute."""
    place = near(running, sender, scope)
    return _told(running, sender, lambda stack, now: [forecast(stack, place, now)])


@router.get("/strips", summary="What each machine did between two instants")
def strips_between(running: Plant, sender: MayRead, since: From, until: To, scope: Scope = "") -> Response:
    """One object a machine; its segments follow each other without gaps."""
    place = near(running, sender, scope)

    def asked(stack: Stack, now: int) -> Iterable[object]:
        zones = zones_of(stack)
        start, end = times.instant(since, zones), times.instant(until, zones)
        if start >= end:
            what = "the window ends before it starts"
            raise QueryError(Problem("time-unreadable", f"{since} .. {until}", what, "Swap from and to."))
        return strips(stack, place, Interval(start, end), now)

    return _told(running, sender, asked)


@router.get("/reasons", summary="The tiles of a machine's reason picker")
def reasons(running: Plant, sender: MayRead, machine: Machine) -> Response:
    """One object: kinds and leaves in their places, and what is pre-selected for the open stop."""
    place = near(running, sender, machine)
    return _told(running, sender, lambda stack, now: [picker(stack, place, now)])


@router.get("/detail", summary="A machine or a line over production days")
def days(running: Plant, sender: MayRead, since: From, until: To, scope: Scope = "") -> Response:
    """One object: strips by day, every stop with symptom and cause, KPIs of all the days."""
    place = near(running, sender, scope)

    def asked(stack: Stack, now: int) -> Iterable[object]:
        first, last = times.window(since, until, zones_of(stack)).days
        if first is None or last is None:
            raise QueryError(Problem("time-unreadable", since, "expected two dates", "As in 2026-03-02."))
        return [detail(stack, place, (first, last), now)]

    return _told(running, sender, asked)


@router.get("/search", summary="Find equipment, orders and products")
def find(
    running: Plant,
    sender: MayRead,
    text: Annotated[str, Query(description="An id, a path or a name, or a part of one.", max_length=100)],
    scope: Scope = "",
) -> Response:
    """One object a thing that was found, the best first."""
    place = near(running, sender, scope)

    def asked(stack: Stack, now: int) -> Iterable[object]:
        return asked_by.near_hits(stack.plant, sender, search(stack, text, now, scope=place), now)

    return _told(running, sender, asked)


@router.get("/plan", summary="Whether the plan of each line fits")
def plan(running: Plant, sender: MayRead, scope: Scope = "") -> Response:
    """One object a line that has a plan: orders, days, and rates as run with their range."""
    place = near(running, sender, scope)
    return _told(running, sender, lambda stack, now: check_plan(stack, place, now))


@router.get("/letters", summary="Safety, quality, delivery, cost, people: 31 days of met and missed")
def five(running: Plant, sender: MayRead, scope: Scope = "") -> Response:
    """One object a letter that this sender may see."""
    place = near(running, sender, scope)

    def asked(stack: Stack, now: int) -> Iterable[object]:
        found = letters(stack, place, now)
        # some letters are figures of an area or a site above: not for who may read one line
        near_by = [one for one in found if not sender.scope or sender.is_near(stack.plant, one.scope, now)]
        return [one for one in near_by if _is_seen(stack, sender, one.kpi)]

    return _told(running, sender, asked)


@router.get("/handover", summary="What a shift hands over")
def over(
    running: Plant,
    sender: MayRead,
    scope: Scope = "",
    at: Annotated[
        str | None, Query(description="An instant of the shift; none: the one that is open.")
    ] = None,
) -> Response:
    """One object: result, what is open and held, notes, and whether it is signed."""
    place = near(running, sender, scope)

    def asked(stack: Stack, now: int) -> Iterable[object]:
        when = None if at is None else times.instant(at, zones_of(stack))
        found = handover(stack, place, now, when)
        if sender.scope and found.frozen:  # how much everybody had told when it was signed
            seen = replace(found.frozen, upto=sender.stamp(found.frozen.upto, found.frozen.at))
            found = replace(found, frozen=seen)
        return [found]

    return _told(running, sender, asked)


@router.get("/answered", summary="You said, we did: what was reported at a station, and what came of it")
def said(
    running: Plant,
    sender: MayRead,
    scope: Annotated[str, Query(description="Machines or lines, by id or path, with commas.")] = "",
) -> Response:
    """One object: what was reported in thirty days, and what names it since."""
    now = running.clock()
    asked = [near(running, sender, one.strip()) for one in scope.split(",")]
    places = [running.plant.resolve(one, now) or one for one in asked]
    return _told(running, sender, lambda stack, now: [answered_at(stack, places, now)])


def _is_seen(stack: Stack, sender: Sender, kpi: str) -> bool:
    return may_see(sender, stack.catalog(), kpi, stack.plant.profile.name)


def _told(running: Running, sender: Sender, question: Callable[[Stack, int], Iterable[object]]) -> Response:
    """Ask the books as they are now, and give what they say as objects."""
    now = running.clock()

    def asked(stack: Stack) -> Answer:
        rows: list[dict[str, Any]] = [msgspec.to_builtins(one) for one in question(stack, now)]
        offset, as_of = stack.standing()
        return asked_by.reaching(running.plant, sender, Answer(rows, offset=offset, as_of=as_of), now)

    return answered(running.ask(asked))
