"""Calls for help out: which are open, how far each has come, and who was told."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from plantstack.interfaces.answer import Answer
from plantstack.interfaces.api.answered import answered
from plantstack.interfaces.api.callers import MayRead, Plant
from plantstack.interfaces.api.reading import Scope, near
from plantstack.intervals import rfc3339
from plantstack.live.entering import named
from plantstack.plant.plant import Plant as PlantFiles
from plantstack.stack.floor.calls import OpenCall, Told, open_calls

router = APIRouter(prefix="/api/v1")


@router.get("/calls", summary="Calls for help that are open, the oldest first")
def calls(running: Plant, sender: MayRead, scope: Scope = "") -> Response:
    """List the calls of a scope: when each was asked, taken, arrived, fixed, and whether anybody was told.

    `state` is `telling`, `not_delivered`, `delivered`, `taken`, `arrived`, `diagnosed`, `waiting` or `fixed`.
    """
    now = running.clock()
    wanted = near(running, sender, scope)
    place = running.plant.resolve(wanted, now) if wanted else ""
    if place is None:
        return answered(Answer([], offset=running.stamp(sender)))
    found = running.ask(lambda stack: open_calls(stack, place, now))
    return answered(
        Answer([call_row(running.plant, one, now) for one in found], offset=running.stamp(sender))
    )


def call_row(plant: PlantFiles, call: OpenCall, now: int) -> dict[str, Any]:
    """A call as a row: who asked and took it by tablet or desk, never by name."""
    instants = ("asked", "taken", "arrived", "diagnosed", "fixed", "accepted")
    times = {f"{name}_at": getattr(call, f"{name}_at") for name in instants}
    return {
        "call": call.id,
        "equipment": call.equipment,
        "for": call.whom,
        "state": call.state,
        "minutes_open": call.minutes_open(now),
        **{name: None if at is None else rfc3339(at) for name, at in times.items()},
        "asked_by": named(plant, call.source),
        "taken_by": named(plant, call.taken_by) if call.taken_by else None,
        "note": call.note,
        "told": [_told_row(one) for one in call.told],
    }


def _told_row(one: Told) -> dict[str, Any]:
    told = {"step": one.step, "way": one.way, "role": one.role, "status": one.status}
    return told | {"at": rfc3339(one.at), "why": one.why}
