"""Answers out: the questions of the command line, with the same words and the same rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from plantstack.interfaces import asked_by, questions
from plantstack.interfaces.answer import Answer
from plantstack.interfaces.api.answered import answered, as_file
from plantstack.interfaces.api.callers import MayRead, Plant
from plantstack.interfaces.asked_by import NotAllowed
from plantstack.interfaces.csv_rows import CSV_SAMPLE, kpi_csv
from plantstack.interfaces.questions import Kpis, Versus, Window
from plantstack.intervals import rfc3339
from plantstack.live.access import Sender
from plantstack.live.running import Running
from plantstack.stack import Stack

router = APIRouter(prefix="/api/v1")

Scope = Annotated[str, Query(description="Equipment, by id or path; all by default.")]
Since = Annotated[str | None, Query(alias="from", description="First production day, or an exact instant.")]
Until = Annotated[str | None, Query(alias="to", description="Last production day, or where it ends.")]
KnownAt = Annotated[
    str | None, Query(alias="as_known_at", description="Only what was known at an offset or instant.")
]
Profile = Annotated[str | None, Query(description="How to count; the plant's own by default.")]
VersusSince = Annotated[
    str | None, Query(alias="versus_from", description="First day, or an instant, that it is held against.")
]
VersusUntil = Annotated[
    str | None, Query(alias="versus_to", description="Last day, or where that ends, that it is held against.")
]
VersusScope = Annotated[
    str | None, Query(alias="versus_scope", description="Other equipment that it is held against.")
]
Currency = Annotated[str, Query(description="Money of all sites in this currency, as EUR.", max_length=3)]


@router.get(
    "/kpis",
    summary="KPIs: value, range, trust and what they are made of",
    responses={200: {"description": "The answer.", "content": {"text/csv": {"example": CSV_SAMPLE}}}},
)
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
    form: Annotated[
        Literal["json", "csv"], Query(alias="format", description="`csv`: rows for a spreadsheet.")
    ] = "json",
) -> Response:
    """Answer as the command `kpi` does."""
    window = _window(running, sender, scope, since, until, known_at)
    asked = Kpis(ids, layer, by, grain, structure, profile, currency)
    named = [one.strip() for one in ids.split(",") if one.strip()]

    def question(stack: Stack) -> Answer:
        asked_by.check_seen(stack, sender, named, profile)
        return asked_by.seen_kpis(stack, sender, questions.kpis(stack, window, asked), profile)

    if form == "csv":
        found = asked_by.reaching(running.plant, sender, _found(running, window, question), running.clock())
        return as_file(kpi_csv(found.rows, found.offset), "kpis.csv")
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
    window = _window(running, sender, machine, since, until, known_at)
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
    versus_since: VersusSince = None,
    versus_until: VersusUntil = None,
    versus_scope: VersusScope = None,
) -> Response:
    """Answer as the command `explain` does; every level adds up to the one above.

    With any of `versus_from`, `versus_to` and `versus_scope` it tells how the number came from there.
    """
    window = _window(running, sender, scope, since, until, known_at)
    other = None if versus_scope is None else near(running, sender, versus_scope)
    versus = Versus(versus_since, versus_until, other)

    def question(stack: Stack) -> Answer:
        asked_by.check_seen(stack, sender, [kpi], profile)
        if versus != Versus():
            return questions.bridge(stack, window, versus, kpi, profile)
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
    window = _window(running, sender, scope, since, until, known_at)

    def question(stack: Stack) -> Answer:
        return asked_by.seen_losses(sender, questions.losses(stack, window, profile, currency))

    return _asked(running, sender, window, question)


@router.get("/readiness", summary="How far each layer may be believed, and the cheapest next step")
def readiness(running: Plant, sender: MayRead, scope: Scope = "", known_at: KnownAt = None) -> Response:
    """Answer as the command `readiness` does."""
    window = _window(running, sender, scope, None, None, known_at)
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
    if (
        sender.role and "administer" not in sender.may
    ):  # they hold whatever was sent, also of people and money
        raise HTTPException(403, "this account may not administer")
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


def _window(
    running: Running,
    sender: Sender,
    scope: str,
    since: str | None,
    until: str | None,
    known_at: str | None,
) -> Window:
    """What is asked about; where the log ends is not told of a part of the plant: it counts what all sent."""
    return Window(near(running, sender, scope), since, until, known_by(running, sender, known_at))


def known_by(running: Running, sender: Sender, known_at: str | None) -> str | None:
    """What has come in by an offset or instant; of a part of the plant, beyond the end of the log is now."""
    is_beyond = sender.scope and known_at and known_at.isascii() and known_at.isdigit()
    if is_beyond and int(known_at or 0) > running.offset:
        return str(sender.stamp(0, running.clock()))
    return known_at


def near(running: Running, sender: Sender, scope: str) -> str:
    """The scope that is asked about; the sender's own where none is named.

    Raises:
        HTTPException: for one that he is not let near; whether it exists is not told.
    """
    try:
        return asked_by.near(running.plant, sender, scope, running.clock())
    except NotAllowed as refused:
        raise HTTPException(403, str(refused)) from None


def _asked(running: Running, sender: Sender, window: Window, question: Callable[[Stack], Answer]) -> Response:
    answer = _found(running, window, question)
    return answered(asked_by.reaching(running.plant, sender, answer, running.clock()))


def _found(running: Running, window: Window, question: Callable[[Stack], Answer]) -> Answer:
    try:
        return running.ask(question, is_past=window.known_at is not None)
    except NotAllowed as refused:
        raise HTTPException(403, str(refused)) from None
