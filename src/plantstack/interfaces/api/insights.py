"""Findings out: what deserves attention, with the same rows as the command `insights`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from plantstack.interfaces import asked_by, asked_findings
from plantstack.interfaces.answer import Answer
from plantstack.interfaces.api.answered import answered
from plantstack.interfaces.api.callers import MayRead, Plant
from plantstack.interfaces.api.reading import KnownAt, Scope, known_by, near
from plantstack.interfaces.web.speaking import SOURCE
from plantstack.stack import Stack

router = APIRouter(prefix="/api/v1")


@router.get("/insights", summary="What deserves attention: findings, and what could not be judged")
def insights(
    running: Plant,
    sender: MayRead,
    scope: Scope = "",
    layer: Annotated[int | None, Query(ge=1, le=5, description="Only of this layer.")] = None,
    as_of: Annotated[str | None, Query(description="At an instant: what was told later is left out.")] = None,
    known_at: KnownAt = None,
    lang: Annotated[str, Query(description="Language of the sentences.", pattern="^(en|de|es)$")] = SOURCE,
    quiet: Annotated[bool, Query(description="Also what an answer keeps off the list.")] = False,
    charts: Annotated[bool, Query(description="Also the control charts of drifts, point by point.")] = False,
    scores: Annotated[bool, Query(description="How each kind has done so far, instead.")] = False,
) -> Response:
    """Answer as the command `insights` does; worked out anew every few minutes at most."""
    where = near(running, sender, scope)
    when = {"as_of": as_of, "known_at": known_by(running, sender, known_at)}
    sees = "money" in sender.may

    def question(stack: Stack) -> Answer:
        if scores:
            return asked_findings.score_rows(stack, where, **when, sees_money=sees)
        return asked_findings.insights(
            stack,
            where,
            layer=layer,
            **when,
            language=lang,
            with_quiet=quiet,
            sees_money=sees,
            with_charts=charts,
        )

    key = ("insights", where, layer, as_of, when["known_at"], lang, quiet, sees, charts, scores)
    answer = running.study.ask(key, question).value
    seen = asked_by.seen_findings(sender, answer)
    return answered(asked_by.reaching(running.plant, sender, seen, running.clock()))
