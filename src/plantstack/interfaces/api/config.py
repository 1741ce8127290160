"""The plant files over the network: what stands, what a change would do, taking it in, its history."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from plantstack.errors import ConfigError, Problem, QueryError, did_you_mean
from plantstack.interfaces import changing
from plantstack.interfaces.answer import SCHEMA, Answer
from plantstack.interfaces.api.answered import answered
from plantstack.interfaces.api.bodies import asked_in
from plantstack.interfaces.api.callers import MayRead, Plant, address_of, entrance_of, having
from plantstack.interfaces.api.entry_schema import schema_of
from plantstack.interfaces.api.reading import Scope, near
from plantstack.live.access import Sender
from plantstack.live.running import Running
from plantstack.stack.editing.edits import Edit
from plantstack.stack.editing.standing import ConflictError

router = APIRouter(prefix="/api/v1/config")

MayConfigure = Annotated[Sender, Depends(having("configure"))]
Section = Literal["targets", "standards", "reasons", "exceptions", "kpis"]
_STANDARD = {
    "what": "standard",
    "machine": "filler",
    "product": "cola-330",
    "ideal": "620/min",
    "standard": "560/min",
    "from": "2026-05-04",
    "author": "process engineering",
    "evidence": "trial of 28 April, 3 h",
    "version": "5f1d2c9a0b3e",
}
_EDITS: dict[str, dict[str, Any]] = {
    "a standard": _STANDARD,
    "a target": {
        "what": "target",
        "kpi": "oee",
        "at": "line-1",
        "value": "65 %",
        "from": "2026-05-04",
        "owner": "plant manager",
        "version": "",
    },
    "a new reason": {
        "what": "reason",
        "is_new": True,
        "id": "tray-jam",
        "group": "jams",
        "label": "Tray jam",
        "translations": {"de": "Trayklemmer"},
    },
    "a reason retired": {"what": "reason", "id": "cap-jam", "until": "2026-06-01"},
    "a closed day": {
        "what": "exception",
        "calendar": "two-shifts",
        "date": "2026-05-25",
        "shifts": {},
        "label": "Memorial Day",
    },
    "a KPI of the library": {"what": "adoption", "kpi": "oee_normalised", "is_adopted": True, "version": ""},
    "another break": {
        "what": "exception",
        "calendar": "two-shifts",
        "date": "2026-05-04",
        "breaks": {"early": [{"reason": "pause", "at": "10:00", "length": "15 min"}]},
    },
}
_CHANGE = {
    "section": "standards",
    "path": ["filler, cola-330, 2026-05-04"],
    "before": None,
    "after": {"machines": ["filler"], "products": ["cola-330"], "ideal": "620/min", "from": "2026-05-04"},
}


def _example(*rows: Any) -> dict[str, Any]:
    told = {"schema": SCHEMA, "offset": 4711, "as_of": None, "rows": list(rows), "problems": []}
    return {"content": {"application/json": {"example": told}}}


_WRONG: dict[str, Any] = {"schema": SCHEMA, "offset": None, "as_of": None, "rows": []}
_PACE = Problem(
    "pace-form",
    "products.yaml:31",
    "machine 'filler' is continuous: expected a rate, such as '600/min', came a time",
    "Write it so, or change the machine's 'kind'.",
)
_REFUSED: dict[int | str, dict[str, Any]] = {
    400: {
        "description": "It cannot be taken in; every problem, and nothing is written.",
        "content": {"application/json": {"example": {**_WRONG, "problems": [_PACE.as_row()]}}},
    },
    401: {"description": "Nobody known asks."},
    403: {"description": "The right `configure` is missing, or it reaches beyond what he is let near."},
    409: {"description": "The same was changed since `version`; the problem says what it is now."},
    413: {"description": "The body is too large."},
    415: {"description": "Another content type than JSON."},
    503: {"description": "The log cannot be written; nothing was changed."},
}


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An edit, and what is said about it or wanted of its effect."""

    edit: Edit
    note: Annotated[str, msgspec.Meta(max_length=500)] = ""
    since: str | None = msgspec.field(name="from", default=None)
    until: str | None = msgspec.field(name="to", default=None)
    as_if_always: bool = True


_read = msgspec.json.Decoder(Asked).decode


def _takes(*more: tuple[str, Any]) -> dict[str, Any]:
    examples = {name: {"value": {"edit": edit, **dict(more)}} for name, edit in _EDITS.items()}
    content = {"application/json": {"schema": schema_of(Asked), "examples": examples}}
    return {"requestBody": {"required": True, "content": content}}


@router.get(
    "/history",
    summary="What was changed in the plant files, when and by whom",
    responses={
        200: _example(
            {
                "offset": 4711,
                "at": "2026-04-30T09:12:00Z",
                "by": "p-q7k2",
                "note": "after the trial",
                "is_first": False,
                "changes": [_CHANGE],
            }
        )
    },
)
def history(
    running: Plant,
    sender: MayRead,
    section: Annotated[Section | None, Query(description="Only of this one.")] = None,
    limit: Annotated[int, Query(ge=1, le=500, description="At most so many.")] = 50,
) -> Response:
    """List every time they were taken in, the newest first; `by` is '' where they were edited by hand."""
    found = changing.history(running, sender, section or "", limit)
    return answered(Answer(found, offset=running.stamp(sender)))


@router.get(
    "/{section}",
    summary="Targets, standards, reasons, exceptions or adopted KPIs as they stand",
    responses={
        **{code: _REFUSED[code] for code in (401, 403)},
        200: _example({key: value for key, value in _STANDARD.items() if key != "what"} | {"until": ""}),
        400: {"description": "There is no such section or equipment."},
    },
)
def listed(
    running: Plant,
    sender: MayRead,
    section: Annotated[Section, Path(description="Which part of the plant files.")],
    scope: Scope = "",
) -> Response:
    """List what stands in the plant files, each with its `version`, which an edit of it gives back."""
    place = _place(running, near(running, sender, scope)) if scope else ""
    return answered(Answer(changing.rows(running, sender, section, place), offset=running.stamp(sender)))


def _place(running: Running, scope: str) -> str:
    """The id of an equipment by its id or path."""
    found = running.plant.resolve(scope, running.clock())
    if found is None:
        fix = did_you_mean(scope, running.plant.equipment)
        raise QueryError(Problem("scope-unknown", scope, "there is no such equipment", fix))
    return found


@router.post(
    "/preview",
    summary="What a change would do, before anybody takes it in",
    responses={**_REFUSED, 200: _example({"about": "the standard of filler for cola-330", "kpis": []})},
    openapi_extra=_takes(("from", "2026-04-06"), ("to", "2026-05-03"), ("as_if_always", True)),
)
async def preview(request: Request, running: Plant, sender: MayConfigure) -> Response:
    """Give the lines that change, the KPIs of what it touches now and then, and the shifts of a day.

    What holds from later on is worked out as if it had held in the whole window (`as_if_always`).
    """
    asked = await asked_in(request, _read)

    def found() -> Response:
        days = (asked.since, asked.until)
        told = changing.worked_out(running, sender, asked.edit, days, is_supposed=asked.as_if_always)
        return answered(
            Answer(
                [told.value.as_row()],
                notes=told.value.notes,
                offset=sender.stamp(told.offset, running.clock()),
            )
        )

    return await run_in_threadpool(_told, found)


@router.post(
    "",
    summary="Take a change in",
    responses={
        **_REFUSED,
        200: _example(
            {"about": "the standard of filler for cola-330", "file": "products.yaml", "offset": 4711}
        ),
    },
    openapi_extra=_takes(("note", "after the trial")),
)
async def adopt(request: Request, running: Plant, sender: MayConfigure) -> Response:
    """Write it into its file and record it with who; numbers follow when the books reach the `offset`."""
    asked = await asked_in(request, _read)

    def taken() -> Response:
        row = changing.adopted(running, sender, asked.edit, asked.note)
        changing.audited(entrance_of(request), sender, address_of(request), row["about"])
        return answered(Answer([row], offset=row["offset"]))

    return await run_in_threadpool(_told, taken)


@router.post("/reload", summary="Take in what was changed by hand", responses=_REFUSED)
async def reload(request: Request, running: Plant, sender: MayConfigure) -> Response:
    """Check the plant files as they stand, record them with who, and go on with them."""

    def taken() -> Response:
        row = changing.reloaded(running, sender)
        changing.audited(entrance_of(request), sender, address_of(request), "changed by hand")
        return answered(Answer([row], offset=row["offset"]))

    return await run_in_threadpool(_told, taken)


def _told(ask: Any) -> Response:
    """An answer, or what is wrong with what was sent."""
    try:
        found: Response = ask()
    except ConflictError as error:
        return answered(Answer(problems=error.problems), 409)
    except ConfigError as error:
        return answered(Answer(problems=error.problems), 400)
    return found
