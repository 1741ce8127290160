"""Losses that wait for their owner's word, over the network: the rows of the command `claims`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from plantstack.interfaces import asked_by, times
from plantstack.interfaces.answer import Answer
from plantstack.interfaces.api.answered import answered
from plantstack.interfaces.api.callers import MayRead, Plant
from plantstack.interfaces.api.reading import Scope, Since, Until, near
from plantstack.interfaces.claims import row_of
from plantstack.interfaces.options import zones_of
from plantstack.interfaces.web.settling import may_speak
from plantstack.stack import Stack
from plantstack.stack.reasons.settling import OwnedStop, as_they_stand
from plantstack.stack.reasons.unsettled import in_order, owned_losses

router = APIRouter(prefix="/api/v1")


@router.get("/claims", summary="Losses that wait for their owner's word, and what was said of them")
def claims(
    running: Plant,
    sender: MayRead,
    scope: Scope = "",
    since: Since = None,
    until: Until = None,
    settled: Annotated[bool, Query(description="Also what was accepted.")] = False,
) -> Response:
    """One row a stop and owner: contested ones first, then open ones, the longest first.

    Of the last seven production days, unless others are named. `may_answer` says whether this sender may
    speak for its owner: that is an entry `verdict` to `/api/v1/entries`.
    """
    where, now = near(running, sender, scope), running.clock()

    def asked(stack: Stack) -> list[OwnedStop]:
        window = times.window(since, until, zones_of(stack))
        return owned_losses(stack, where, window.days, window.span)

    stops = running.study.ask(("claims", where, since, until), asked).value

    def standing(stack: Stack) -> Answer:
        found = in_order(as_they_stand(stack, stops))
        rows = [
            row_of(one) | {"may_answer": may_speak(sender, running.plant, one, now)}
            for one in found
            if settled or not one.is_settled
        ]
        offset, as_of = stack.standing()
        return asked_by.reaching(running.plant, sender, Answer(rows, offset=offset, as_of=as_of), now)

    return answered(running.ask(standing))
