"""Answers out: the questions of the command line, with the same words and the same rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from plantstack.interfaces import questions
from plantstack.interfaces.answer import Answer
from plantstack.interfaces.api.answered import answered
from plantstack.interfaces.api.callers import MayRead, Plant
from plantstack.interfaces.questions import Kpis, Window
from plantstack.intervals import rfc3339
from plantstack.live.access import Sender
from plantstack.live.running import Running
from plantstack.live.seeing import may_see
from plantstack.stack import Stack

router = APIRouter(prefix="/api/v1")

Scope = Annotated[str, Query(description="Equipment, by id or path; all by default.")]
Since = Annotated[str | None, Query(alias="from", description="First production day, or an exact instant.")]
Until = Annotated[str | None, Query(alias="to", description="Last production day, or where it ends.")]
KnownAt = Annotated[
    str | None, Query(alias="as_known_at", description="Only what was known at an offset or instant.")
]
Profile = Annotated[str | None, Query(description="How to count; the plant's own by default.")]
Currency = Annotated[str, Query(description="Money of all sites in this currency, as EUR.", max_length=3)]


@router.get("/kpis", summary="KPIs: value, range, trust and what they are made of")
def kpis(
    running: Plant,
    sender: MayRead,
    ids: Annotated[str, Query(alias="id", description="Which KPIs, with commas; none: a layer.")] = "",
    layer: Annotated[int | None, Query(ge=1, le=5, description="All KPIs of this layer.")] = None,
    scope: Scope = "",
    by: Annotated[str, Query(description="Split by axes, with commas: machine, shift, product, ...")] = "",
    grain: Annotated[str, Query(description="hour, shift, day, week, month, period, ... or all.")] = "all",
    since: Since = None,
    until: Until = None,
    known_at: KnownAt = None,
    structure: Annotated[str, Query(description="as-was, as-is or a date.")] = "as-was",
    profile: Profile = None,
    currency: Currency = "",
) -> Response:
    """Answer as the command `kpi` does."""
    window = Window(near(running, sender, scope), since, until, known_at)
    asked = Kpis(ids, layer, by, grain, structure, profile, currency)
    named = [one.strip() for one in ids.split(",") if one.strip()]

    def question(stack: Stack) -> Answer:
        _check_seen(stack, sender, named, profile)
        answer = questions.kpis(stack, window, asked)
        return replace(answer, rows=[row for row in answer.rows if _is_seen(stack, sender, row, profile)])

    return _asked(running, sender, window, question)


@router.get("/ledger", summary="Where every second of a machine went")
def ledger(
    running: Plant,
    sender: MayRead,
    machine: Annotated[str, Query(description="Id or path of a machine.")],
    since: Since = None,
    until: Until = None,
    known_at: KnownAt = None,
) -> Response:
    """Answer as the command `ledger` does."""
    window = Window(near(running, sender, machine), since, until, known_at)
    return _asked(running, sender, window, lambda stack: questions.ledger(stack, window))


@router.get("/explain", summary="What is behind one number, down to events")
def explain(
    running: Plant,
    sender: MayRead,
    kpi: Annotated[str, Query(alias="id", description="Which KPI.")],
    scope: Scope = "",
    since: Since = None,
    until: Until = None,
    known_at: KnownAt = None,
    profile: Profile = None,
) -> Response:
    """Answer as the command `explain` does; every level adds up to the one above."""
    window = Window(near(running, sender, scope), since, until, known_at)

    def question(stack: Stack) -> Answer:
        _check_seen(stack, sender, [kpi], profile)
        return questions.lineage(stack, window, kpi, profile)

    return _asked(running, sender, window, question)


@router.get("/losses", summary="The loss tree: calendar to good pieces, and to money")
def losses(
    running: Plant,
    sender: MayRead,
    scope: Scope = "",
    since: Since = None,
    until: Until = None,
    known_at: KnownAt = None,
    profile: Profile = None,
    currency: Currency = "",
) -> Response:
    """Answer as the command `losses` does."""
    window = Window(near(running, sender, scope), since, until, known_at)

    def question(stack: Stack) -> Answer:
        answer = questions.losses(stack, window, profile, currency)
        seen = [row for row in answer.rows if "money" in sender.may or row["row"] != "money"]
        return replace(answer, rows=seen)

    return _asked(running, sender, window, question)


@router.get("/readiness", summary="How far each layer may be believed, and the cheapest next step")
def readiness(running: Plant, sender: MayRead, scope: Scope = "", known_at: KnownAt = None) -> Response:
    """Answer as the command `readiness` does."""
    window = Window(near(running, sender, scope), known_at=known_at)
    return _asked(running, sender, window, lambda stack: questions.readiness(stack, window))


@router.get("/dead-letters", summary="What could not become an event, with its bytes")
def dead_letters(
    running: Plant,
    sender: MayRead,
    after: Annotated[int, Query(ge=0, le=2**63 - 1, description="Only those behind this number.")] = 0,
    limit: Annotated[int, Query(ge=1, le=1_000, description="At most so many.")] = 100,
) -> Response:
    """List dead letters in the order they came; bytes that are no UTF-8 are written as escapes."""
    if sender.scope:
        raise HTTPException(403, "dead letters are for tokens of the whole project")
    rows = [
        {
            "id": one.id,
            "received_at": rfc3339(one.received_at),
            "source": one.source,
            "raw": one.raw.decode("utf-8", "backslashreplace"),
            **one.problem.as_row(),
        }
        for one in running.dead_letters(after=after, limit=limit)
    ]
    return answered(Answer(rows, offset=running.offset))


def _check_seen(stack: Stack, sender: Sender, ids: Sequence[str], profile: str | None) -> None:
    """Refuse KPIs by name that somebody may not see; what does not exist is told by the question.

    Raises:
        HTTPException: 403.
    """
    catalog, counted = stack.catalog(), profile or stack.plant.profile.name
    for one in ids:
        if one in catalog.kpis and not may_see(sender, catalog, one, counted):
            raise HTTPException(403, f"this account may not see '{one}'")


def _is_seen(stack: Stack, sender: Sender, row: Mapping[str, Any], profile: str | None) -> bool:
    return may_see(sender, stack.catalog(), row["kpi"], profile or stack.plant.profile.name)


def near(running: Running, sender: Sender, scope: str) -> str:
    """The scope that is asked about; the sender's own where none is named.

    Raises:
        HTTPException: for one that he is not let near; whether it exists is not told.
    """
    if not sender.scope:
        return scope
    now = running.clock()
    wanted = running.plant.resolve(scope, now) if scope else sender.scope
    if wanted is None or not sender.is_near(running.plant, wanted, now):
        raise HTTPException(403, "this token may not read there")
    return wanted


def _asked(running: Running, sender: Sender, window: Window, question: Any) -> Response:
    answer: Answer = running.ask(question, is_past=window.known_at is not None)
    if answer.as_of is not None:
        answer = replace(answer, as_of=sender.near_sites(running.plant, answer.as_of, running.clock()))
    return answered(answer)
