"""How the server is: health for people and watchdogs, metrics for Prometheus, a stream for pages."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from plantstack.interfaces.api.callers import Anybody, MayRead, Plant, asking
from plantstack.intervals import SECOND, rfc3339
from plantstack.live.access import Sender
from plantstack.live.running import Running

router = APIRouter()

_RESERVED = "something is not as it should be; a token of the whole project is told what"
_COUNTED = ("offset", "books_offset", "behind")  # what everybody told, in numbers
_COUNT = ["integer", "null"]
_HEALTH = {
    "application/json": {
        "schema": {
            "type": "object",
            "required": ["status", "offset", "books_offset", "behind", "as_of", "why"],
            "properties": {
                "status": {"enum": ["ok", "degraded", "failing"]},
                "offset": {"type": _COUNT, "description": "Of the last event on disk."},
                "books_offset": {"type": _COUNT, "description": "The offset the books stand on."},
                "behind": {"type": _COUNT, "description": "Events that the books have not read yet."},
                "as_of": {"type": "object", "additionalProperties": {"type": "string"}},
                "why": {"type": "array", "items": {"type": "string"}},
            },
        }
    }
}
_FIGURES = "# TYPE plantstack_up gauge\nplantstack_up 1.0\nplantstack_log_offset 4711.0\n"
_MOVE = 'event: books\nid: 4711\ndata: {"offset": 4711, "as_of": {"tulsa": "2026-03-02T06:12:00Z"}}\n\n'
_LOOK_S = 0.2
_ASK_S = 2.0  # between two looks whether the token is still good
_ALIVE_S = 15.0  # so that whatever stands between does not cut a silent stream


@router.get(
    "/health",
    summary="Whether events are taken in and the books are kept",
    responses={
        200: {"description": "Taken in and kept.", "content": _HEALTH},
        503: {"description": "Failing, with the reasons.", "content": _HEALTH},
    },
)
def health(running: Plant, asker: Anybody) -> JSONResponse:
    """Tell `ok`, `degraded` or `failing`, with the reasons; 503 where it is failing.

    Names of sites and connections are for tokens: what is beyond their scope is left out. So is how many
    events there are, but for a token of the whole project.
    """
    found = running.health()
    told = found.as_row()
    if asker is None or asker.scope:
        told |= dict.fromkeys(_COUNTED)
        told["as_of"] = asker.near_sites(running.plant, found.as_of, running.clock()) if asker else {}
        told["why"] = [_RESERVED] if found.why else []
    return JSONResponse(told, 503 if found.status == "failing" else 200)


@router.get(
    "/metrics",
    summary="Figures for Prometheus",
    response_class=PlainTextResponse,
    responses={200: {"description": "In the text format.", "content": {"text/plain": {"example": _FIGURES}}}},
)
def metrics(running: Plant, sender: MayRead) -> Response:
    """Give figures in the text format of Prometheus."""
    registry = CollectorRegistry()
    registry.register(_Figures(running, sender))
    return Response(generate_latest(registry), media_type="text/plain; version=0.0.4")


@router.get(
    "/api/v1/stream",
    summary="Server-sent events: the books moved on",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "One event a move, for as long as it is open.",
            "content": {"text/event-stream": {"schema": {"type": "string"}, "example": _MOVE}},
        }
    },
)
async def stream(request: Request, running: Plant, sender: MayRead) -> StreamingResponse:
    """Send `books` with the offset and how far each site reaches, whenever the books moved on.

    A token of a part of the plant is told an instant instead of the offset, which grows with it.
    It ends when the token is revoked and when the server is told to stop.
    """
    return StreamingResponse(
        _moves(request, running, sender),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store"},
    )


async def _moves(request: Request, running: Running, sender: Sender) -> AsyncIterator[str]:
    told, silent, unasked = None, 0.0, 0.0
    while not await request.is_disconnected() and not running.is_closing:
        standing = running.keeper.standing
        if standing != told:
            near = sender.near_sites(running.plant, standing.as_of, running.clock())
            as_of = {site: rfc3339(at) for site, at in sorted(near.items())}
            told, silent = standing, 0.0
            offset = sender.stamp(standing.offset, max(near.values(), default=0))
            yield f"event: books\nid: {offset}\ndata: {json.dumps({'offset': offset, 'as_of': as_of})}\n\n"
        elif silent >= _ALIVE_S:
            silent = 0.0
            yield ": still here\n\n"
        await asyncio.sleep(_LOOK_S)
        silent, unasked = silent + _LOOK_S, unasked + _LOOK_S
        if unasked >= _ASK_S:
            unasked = 0.0
            if not await run_in_threadpool(_may_go_on, request):
                return


def _may_go_on(request: Request) -> bool:
    try:
        asking(request, request.headers.get("authorization"))
    except HTTPException:
        return False
    return True


class _Figures(Collector):
    def __init__(self, running: Running, sender: Sender) -> None:
        self._running, self._sender = running, sender

    def collect(self) -> Iterable[Metric]:
        """Read the figures as they are now."""
        running = self._running
        found = running.health()
        is_whole = not self._sender.scope  # else it is not told what everybody sends
        gauges: dict[str, tuple[str, float]] = {
            "plantstack_up": (
                "1 while events are taken in and the books are kept.",
                found.status != "failing",
            )
        }
        if is_whole:
            gauges |= {
                "plantstack_log_offset": ("Offset of the last event on disk.", found.offset),
                "plantstack_books_offset": ("Offset the books stand on.", found.books),
                "plantstack_dead_letters": ("Dead letters nobody settled.", running.open_letters()),
            }
        for name, (what, value) in gauges.items():
            yield GaugeMetricFamily(name, what, value=float(value))
        now = running.clock()
        late = GaugeMetricFamily("plantstack_books_age_seconds", "Age of the books.", labels=["site"])
        for site, at in self._sender.near_sites(running.plant, running.keeper.standing.as_of, now).items():
            late.add_metric([site], (now - at) / SECOND)
        yield late
        items = CounterMetricFamily(
            "plantstack_items", "Items sent, by what became of them.", labels=["status"]
        )
        for status, count in running.counted().items() if is_whole else ():
            items.add_metric([status], count)
        yield items
