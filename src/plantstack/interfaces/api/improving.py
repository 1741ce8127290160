"""Improvement and the portfolio out: the questions of their pages, with the rows that those show.

They take longer than those of the floor, so they are asked beside the books that are kept fresh.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from plantstack.interfaces import asked_by, questions
from plantstack.interfaces.answer import Answer
from plantstack.interfaces.api.answered import answered
from plantstack.interfaces.api.callers import MayRead, Plant, having
from plantstack.interfaces.api.reading import Currency, KnownAt, Scope, Since, Until, near
from plantstack.interfaces.definitions import definitions
from plantstack.interfaces.layered import PERIODS, axis_below, layers
from plantstack.interfaces.portfolio_rows import portfolio_rows
from plantstack.interfaces.questions import Window
from plantstack.interfaces.web.layers import LAYERS
from plantstack.interfaces.web.pages.portfolio import weeks_between
from plantstack.interfaces.web.periods import day_at, one_day, period_named
from plantstack.live.access import Sender
from plantstack.live.running import Running
from plantstack.live.seeing import may_see
from plantstack.stack import Stack
from plantstack.stack.improving.day import DayReport, day_report
from plantstack.stack.improving.portfolio import portfolio
from plantstack.stack.improving.tracing import Cause, Series, Stretch, causes, has_reasons, series, stretches

router = APIRouter(prefix="/api/v1")

SHAPES: dict[str, Any] = {
    f"{router.prefix}/floor/day": DayReport,
    f"{router.prefix}/losses/causes": Cause,
    f"{router.prefix}/losses/series": Series,
    f"{router.prefix}/losses/stops": Stretch,
}
"""The class of a row, by path."""

Owner = Annotated[Sender, Depends(having("portfolio"))]
First = Annotated[str, Query(alias="from", description="First production day.")]
Last = Annotated[str, Query(alias="to", description="Last production day, itself included.")]
Loss = Literal[
    "breakdown",
    "waiting",
    "other_stop",
    "setup",
    "planned_overrun",
    "no_order",
    "unknown",
    "micro_stop",
    "reduced_capacity",
    "ramp",
    "speed",
    "scrap",
    "rework",
    "startup_reject",
    "unjudged",
]
Leaf = Annotated[Loss, Query(description="Leaf of the loss tree.")]


@router.get("/home", summary="The five layers of a place, what is off in it and below it")
def home(running: Plant, sender: MayRead, scope: Scope = "") -> Response:
    """KPI rows: of each layer over its own days, what is off first; `part` are those below that are off."""
    place = near(running, sender, scope)
    seen = [layer for layer in LAYERS if layer < 5 or "portfolio" in sender.may]

    def asked(stack: Stack) -> Answer:
        known = _id_of(stack, place, running)
        on = day_at(stack.plant, known, running.clock())
        periods = {layer: period_named(PERIODS[layer], on) for layer in seen}
        days = {layer: (one.first, one.last) for layer, one in periods.items()}
        level = stack.plant.equipment[known].level if known else ""
        found, below = layers(stack, known, days, axis_below(level))
        rows = [{"row": "layer", **row} for of in found.values() for row in of]
        rows += [{"row": "part", **row} for row in below]
        catalog, counted = stack.catalog(), stack.plant.profile.name
        return _answer(stack, [row for row in rows if may_see(sender, catalog, row["kpi"], counted)])

    return _studied(running, sender, ("home", place, tuple(seen)), asked)


@router.get("/portfolio", summary="Plants beside each other, where they can be compared")
def plants(
    running: Plant,
    sender: Owner,
    scope: Scope = "",
    weeks: Annotated[Literal["1", "4", "13"], Query(description="How many whole weeks.")] = "1",
    week: Annotated[str, Query(description="The last of them, as 2026-W42; the last that is over.")] = "",
    currency: Currency = "",
) -> Response:
    """First a row `portfolio`, one row `plant` each, then `lever`: the largest losses."""
    place = near(running, sender, scope)

    def asked(stack: Stack) -> Answer:
        known = _id_of(stack, place, running)
        between = weeks_between(int(weeks), week, day_at(stack.plant, known, running.clock()))
        found = portfolio(stack, known, between, currency.upper())
        return _answer(stack, portfolio_rows(found, has_money="money" in sender.may))

    key = ("portfolio", place, weeks, week, currency.upper(), "money" in sender.may)
    return _studied(running, sender, key, asked)


@router.get("/tieout", summary="What the floor built beside what finance booked")
def tieout(
    running: Plant,
    sender: Owner,
    scope: Scope = "",
    period: Annotated[
        Literal["week", "month", "period", "quarter", "year", "all"], Query(description="Length of a row.")
    ] = "all",
    since: Since = None,
    until: Until = None,
    known_at: KnownAt = None,
) -> Response:
    """Answer as the command `tieout` does; without days over all that is in the books."""
    window = Window(near(running, sender, scope), since, until, known_at)
    key = ("tieout", window, period)
    return _studied(running, sender, key, lambda stack: questions.tieout(stack, window, period))


@router.get("/causes", summary="Whose loss the stops of a line are")
def whose(
    running: Plant,
    sender: MayRead,
    line: Annotated[str, Query(description="Id or path of a line.")],
    watch: Annotated[
        Literal["constraint", "exit"], Query(alias="watch", description="Whose stops are the line's.")
    ] = "constraint",
    since: Since = None,
    until: Until = None,
    known_at: KnownAt = None,
) -> Response:
    """Answer as the command `causes` does: first a row `total`, then one a machine, reason and owner."""
    window = Window(near(running, sender, line), since, until, known_at)
    return _studied(
        running, sender, ("causes", window, watch), lambda stack: questions.causes(stack, window, watch)
    )


@router.get("/losses/causes", summary="What a loss is made of")
def loss_causes(
    running: Plant, sender: MayRead, loss: Leaf, since: First, until: Last, scope: Scope = ""
) -> Response:
    """One object a reason, or a machine where a loss has no reasons; their seconds are those of the loss."""
    place, days = near(running, sender, scope), _days(since, until)
    key = ("loss-causes", place, days, loss)
    return _studied(running, sender, key, _objects(lambda stack: causes(stack, place, days, loss)))


@router.get("/losses/series", summary="How a loss goes from day to day, or shift to shift")
def loss_series(
    running: Plant,
    sender: MayRead,
    loss: Leaf,
    since: First,
    until: Last,
    scope: Scope = "",
    cause: Annotated[
        str | None, Query(description="Key of one cause: a reason, or a machine; none: all of the loss.")
    ] = None,
    grain: Annotated[Literal["day", "shift"], Query(description="Length of a point.")] = "day",
) -> Response:
    """One object: seconds lost, or values of the KPI that it names; null where withheld."""
    place, days = near(running, sender, scope), _days(since, until)
    if cause is not None and not has_reasons(loss):
        cause = near(running, sender, cause)
    key = ("loss-series", place, days, loss, cause, grain)
    return _studied(
        running, sender, key, _objects(lambda stack: [series(stack, place, days, loss, cause, grain)])
    )


@router.get("/losses/stops", summary="The stretches of time that a loss is made of")
def loss_stops(
    running: Plant, sender: MayRead, loss: Leaf, since: First, until: Last, scope: Scope = ""
) -> Response:
    """One object a stretch, the newest first; `/ci.csv` gives the same rows as a file."""
    place, days = near(running, sender, scope), _days(since, until)
    key = ("loss-stops", place, days, loss)
    return _studied(running, sender, key, _objects(lambda stack: stretches(stack, place, days, loss)))


@router.get("/floor/day", summary="A production day of a place, line by line")
def day(
    running: Plant,
    sender: MayRead,
    on: Annotated[
        str, Query(alias="day", description="A production day, or `yesterday` or `today`.")
    ] = "yesterday",
    scope: Scope = "",
    currency: Currency = "",
) -> Response:
    """One object: figures of each line and shift, loss trees, stops and notes; money only with its right."""
    place, now = near(running, sender, scope), running.clock()

    def asked(stack: Stack) -> Answer:
        known = _id_of(stack, place, running)
        last = day_at(stack.plant, known, now)
        named = {"today": last, "yesterday": last - timedelta(days=1)}
        wanted = (named.get(on) or one_day(on)).isoformat()
        found = day_report(stack, known, wanted, now, currency.upper())
        if "money" not in sender.may:
            lines = tuple(replace(one, hours=replace(one.hours, money=())) for one in found.lines)
            found = replace(found, lines=lines)
        return _answer(stack, [msgspec.to_builtins(found)])

    key = ("day", place, on, currency.upper(), "money" in sender.may)
    return _studied(running, sender, key, asked)


@router.get("/definitions", summary="What every KPI means, which decision it is for and what to do")
def meaning(
    running: Plant,
    sender: MayRead,
    ids: Annotated[str, Query(alias="id", description="Which KPIs, with commas; none: all.")] = "",
) -> Response:
    """One object a KPI: version, formula in symbols and in words, owner, playbook, who uses it."""
    wanted = [one.strip() for one in ids.split(",") if one.strip()]
    rows = definitions(running.plant, wanted)
    return answered(Answer(rows, offset=running.stamp(sender)))


def _id_of(stack: Stack, scope: str, running: Running) -> str:
    """Id of a scope that is an id or a path.

    Raises:
        QueryError: where there is no such place.
    """
    stack.zone_of(scope)
    return (stack.plant.resolve(scope, running.clock()) or "") if scope else ""


def _days(since: str, until: str) -> tuple[str, str]:
    first, last = one_day(since), one_day(until)
    if first > last:
        raise HTTPException(400, "the days end before they begin")
    return first.isoformat(), last.isoformat()


def _objects(question: Callable[[Stack], Any]) -> Callable[[Stack], Answer]:
    return lambda stack: _answer(stack, [msgspec.to_builtins(one) for one in question(stack)])


def _answer(stack: Stack, rows: list[Mapping[str, Any]]) -> Answer:
    offset, as_of = stack.standing()
    return Answer(rows, offset=offset, as_of=as_of)


def _studied(
    running: Running, sender: Sender, key: tuple[Any, ...], question: Callable[[Stack], Answer]
) -> Response:
    """Ask what takes long to the end, and tell of the sites that somebody is let near."""
    found = running.study.ask(("api", *key), question).value
    return answered(asked_by.reaching(running.plant, sender, found, running.clock()))
