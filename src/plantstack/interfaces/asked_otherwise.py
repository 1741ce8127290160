"""Rows of a summary said otherwise by a model where that holds, each beside the sentence it stands for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any

from plantstack.insights.saying import read_say
from plantstack.insights.telling.render import Reader
from plantstack.interfaces.asked_model import Retelling
from plantstack.live.rephrasing.rephrasing import Rephrased

Row = Mapping[str, Any]

_WAITING = "the model is being asked"
_SILENT = "the model says nothing of it"


def said_otherwise(
    rows: Sequence[Row], retelling: Retelling, reader_of_place: Callable[[str], Reader]
) -> list[Row]:
    """Have the sentences of summaries said otherwise, those of one shift together.

    Args:
        rows: of summaries, as the command `summary` prints them.
        retelling: says them otherwise.
        reader_of_place: to whom they are said, by the place of a summary.

    Returns:
        The same rows; a sentence with `generated` as it was, `rephrased` whether it is the model's, and
        `why_generated` where it is not.
    """
    found: list[Row] = []
    for (place, _, kind), told in groupby(rows, key=_about):
        mine = list(told)
        if kind != "sentence":
            found += mine
            continue
        others = retelling([read_say(row["says"]) for row in mine], reader_of_place(place))
        for row, other in zip(mine, others, strict=True):
            why = "" if other.is_models else _why(other, retelling)
            more = {"told": other.text, "generated": row["told"], "rephrased": other.is_models}
            found.append({**row, **more, "why_generated": why})
    return found


def _about(row: Row) -> tuple[str, str, str]:
    return row["scope"]["equipment"], row["period"]["from"], row["row"]


def _why(other: Rephrased, retelling: Retelling) -> str:
    if other.doubts:
        return ", ".join(dict.fromkeys(one.kind for one in other.doubts))
    return retelling.why or (_WAITING if retelling.is_waiting else _SILENT)
