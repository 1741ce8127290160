"""Sentences said otherwise by a model where that holds against their facts; all of it is written down."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plantstack.insights.saying import Say
from plantstack.insights.telling.render import Reader
from plantstack.insights.verifying.doubts import Doubt
from plantstack.insights.verifying.verifier import Basis, basis, verify
from plantstack.intervals import rfc3339
from plantstack.live.model.endpoint import Model, NoReply
from plantstack.live.model.noting import note
from plantstack.live.rephrasing.prompt import answered, question, rules_for


@dataclass(frozen=True, slots=True)
class Rephrased:
    """One sentence as it is shown.

    Attributes:
        text: of the model where nothing in it is doubted, else the generated one.
        is_models: whether it is the model's.
        told: what the model said; '' for nothing.
        doubts: why it is not shown.
    """

    text: str
    is_models: bool
    told: str = ""
    doubts: tuple[Doubt, ...] = ()


def rephrase(
    says: Sequence[Say], reader: Reader, model: Model, folder: Path, at: int
) -> tuple[list[Rephrased], str]:
    """Have sentences said otherwise, one by one or not at all.

    Args:
        says: what is said.
        reader: to whom.
        model: that is asked, once for all of them.
        folder: of the project, whose log it is written to.
        at: now, microseconds UTC.

    Returns:
        One a sentence, in their order; and why the model said nothing, '' where it did.
    """
    behind = [basis(one, reader) for one in says]
    if not behind:
        return [], ""
    rules = rules_for(reader.language)
    asked = question([one.sentence for one in behind], [sorted(one.known.names) for one in behind])
    reply, why = "", ""
    try:
        reply = model.reply(rules, asked)
    except NoReply as error:
        why = str(error)
    said = answered(reply)
    found = [_held(one, said.get(n, "")) for n, one in enumerate(behind, 1)]
    why = why or ("" if said else "the answer of the model is none")
    verdicts = [_verdict(one) for one in found]
    row: dict[str, Any] = {"at": rfc3339(at), "model": model.name, "language": reader.language}
    row |= {"asked": json.loads(asked), "reply": reply, "why_none": why, "verdicts": verdicts}
    note(folder, row)
    return found, why


def _held(behind: Basis, told: str) -> Rephrased:
    if not told:
        return Rephrased(behind.sentence, False)
    doubts = verify(told, behind)
    return Rephrased(behind.sentence if doubts else told, not doubts, told, doubts)


def _verdict(one: Rephrased) -> Mapping[str, Any]:
    return {
        "shown": one.text,
        "told": one.told,
        "accepted": one.is_models,
        "doubts": [{"kind": doubt.kind, "what": doubt.what} for doubt in one.doubts],
    }
