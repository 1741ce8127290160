"""What a shift came to in sentences, and what to do first: the rows of the commands of the same names."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from plantstack.interfaces import asked_by
from plantstack.interfaces.answer import Answer
from plantstack.interfaces.api.answered import answered
from plantstack.interfaces.api.callers import MayRead, Plant
from plantstack.interfaces.api.reading import Scope, near
from plantstack.interfaces.asked_model import kept
from plantstack.interfaces.asked_otherwise import said_otherwise
from plantstack.interfaces.asked_shift import first_things, summaries
from plantstack.interfaces.telling import reader_of, zone_of
from plantstack.interfaces.web.speaking import SOURCE
from plantstack.live.access import Sender
from plantstack.live.running import Running
from plantstack.stack import Stack

router = APIRouter(prefix="/api/v1")

Language = Annotated[str, Query(description="Language of the sentences.", pattern="^(en|de|es)$")]
ShiftWord = Annotated[
    str, Query(description="`now`, `last`, or a day and its shift as `2026-11-25.early`.", max_length=80)
]

Rephrased = Annotated[
    bool, Query(description="Said otherwise by the language model of the project, where that holds.")
]
_PATIENCE_S = 30.0  # what a model has not said by then is there when it is asked again


@router.get("/summary", summary="What a shift came to, in sentences that carry their facts")
def summary(
    running: Plant,
    sender: MayRead,
    scope: Scope = "",
    shift: ShiftWord = "now",
    lang: Language = SOURCE,
    rephrased: Rephrased = False,
) -> Response:
    """Answer as the command `summary` does; worked out anew every few minutes at most.

    With `rephrased` a sentence says what it was as `generated`, whether it is `rephrased`, and why not.
    """
    retelling = kept(running.folder, running.fluent, _PATIENCE_S) if rephrased else None
    where, has_money, now = near(running, sender, scope), "money" in sender.may, running.clock()

    def question(stack: Stack) -> Answer:
        return summaries(stack, where, shift=shift, language=lang, has_money=has_money, now=now)

    answer = _asked(running, sender, ("summary", where, shift, lang, has_money), question)
    if retelling is None:
        return answered(answer)
    plant = running.plant
    rows = said_otherwise(answer.rows, retelling, lambda place: reader_of(plant, zone_of(plant, place), lang))
    return answered(replace(answer, rows=rows))


@router.get("/priorities", summary="What to do first until the shift ends, by whom, and why")
def priorities(running: Plant, sender: MayRead, scope: Scope = "", lang: Language = SOURCE) -> Response:
    """Answer as the command `priorities` does; worked out anew every few minutes at most."""
    where, has_money, now = near(running, sender, scope), "money" in sender.may, running.clock()

    def question(stack: Stack) -> Answer:
        return first_things(stack, where, language=lang, has_money=has_money, now=now)

    return answered(_asked(running, sender, ("priorities", where, lang, has_money), question))


def _asked(
    running: Running, sender: Sender, key: tuple[Hashable, ...], question: Callable[[Stack], Answer]
) -> Answer:
    return asked_by.reaching(running.plant, sender, running.study.ask(key, question).value, running.clock())
