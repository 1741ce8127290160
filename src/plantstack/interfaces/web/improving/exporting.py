"""The rows behind the improvement workspace as a file."""

from __future__ import annotations

import csv
from io import StringIO

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from plantstack.interfaces.api.callers import anybody, language_of, running_of
from plantstack.interfaces.csv_rows import safe
from plantstack.interfaces.web.improving.tracing import asked, rows_key, shown_rows, view_of, words_of
from plantstack.interfaces.web.page import Visit
from plantstack.intervals import rfc3339
from plantstack.stack.improving.tracing import Stretch

router = APIRouter(include_in_schema=False)

HEAD = (
    *("machine", "machine_name", "line", "day", "shift", "from", "to", "seconds", "account"),
    *("reason", "reason_name", "cause", "order", "product", "is_open"),
)


@router.get("/ci.csv")
async def stops(request: Request) -> Response:
    """The same rows as the table of the page with the same address."""
    return await run_in_threadpool(_stops, request)


def _stops(request: Request) -> Response:
    running = running_of(request)
    sender = anybody(request, request.headers.get("authorization"))
    if sender is None:
        raise HTTPException(401, "sign in first")
    if "read" not in sender.may:
        raise HTTPException(403, "this file is for others")
    query, language = dict(request.query_params), language_of(request, sender)
    visit = Visit(running, sender, request.url.path, {}, query, running.clock(), language)
    view = view_of(visit)
    if not view.loss:
        raise HTTPException(400, "name the loss, as loss=breakdown")
    found = running.study.ask(rows_key(view, view.loss), asked(view, view.loss)).value
    name = f"stops-{view.loss}-{view.period.first}-{view.period.last}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    text = written(visit, shown_rows(visit, view, view.loss, found))
    return Response(text.encode("utf-8-sig"), headers=headers, media_type="text/csv; charset=utf-8")


def written(visit: Visit, rows: list[Stretch]) -> str:
    """Rows as CSV; instants are UTC, seconds are exact, names are the reader's."""
    told = StringIO()
    out = csv.writer(told)
    out.writerow(HEAD)
    for one in rows:
        machine, _, reason, _, order, product = words_of(visit, one)
        cells = [
            one.machine,
            machine,
            one.line,
            one.day,
            one.shift,
            rfc3339(one.from_at),
            rfc3339(one.until_at),
        ]
        cells += [f"{one.seconds:.6f}", one.account, one.reason, reason, one.cause, order, product]
        out.writerow([safe(cell) for cell in (*cells, "yes" if one.is_open else "no")])
    return told.getvalue()
