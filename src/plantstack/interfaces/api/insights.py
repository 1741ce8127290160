"""Findings out: what deserves attention, with the same rows as the command `insights`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response

from plantstack.interfaces import asked_findings
from plantstack.interfaces.answer import Answer
from plantstack.interfaces.api.answered import answered
from plantstack.interfaces.api.callers import MayRead, Plant
from plantstack.interfaces.api.reading import Scope, near
from plantstack.interfaces.web.speaking import SOURCE
from plantstack.live.access import Sender
from plantstack.stack import Stack

router = APIRouter(prefix="/api/v1")
_MONEY = ("low", "likely", "high")


@router.get("/insights", summary="What deserves attention: findings, and what could not be judged")
def insights(
    running: Plant,
    sender: MayRead,
    scope: Scope = "",
    layer: Annotated[int | None, Query(ge=1, le=5, description="Only of this layer.")] = None,
    as_of: Annotated[str | None, Query(description="As it was known at an instant.")] = None,
    lang: Annotated[str, Query(description="Language of the sentences.", pattern="^(en|de|es)$")] = SOURCE,
    quiet: Annotated[bool, Query(description="Also what an answer keeps off the list.")] = False,
) -> Response:
    """Answer as the command `insights` does; worked out anew every few minutes at most."""
    where = near(running, sender, scope)

    def question(stack: Stack) -> Answer:
        return asked_findings.insights(
            stack, where, layer=layer, as_of=as_of, language=lang, with_quiet=quiet
        )

    answer = running.study.ask(("insights", where, layer, as_of, lang, quiet), question).value
    reach = answer.as_of or {}
    return answered(
        replace(
            answer,
            rows=[_seen(sender, row) for row in answer.rows],
            as_of=sender.near_sites(running.plant, reach, running.clock()),
        )
    )


def _seen(sender: Sender, row: Mapping[str, Any]) -> Mapping[str, Any]:
    """A row without its money, for whoever may not see any."""
    if "money" in sender.may or "cost" not in row:
        return row
    return {
        **row,
        "cost": {**row["cost"], **dict.fromkeys(_MONEY), "why_none": "money is not for this account"},
    }
