"""What somebody may be told: the same for whoever asks over the API or by a program that speaks for him."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from plantstack.errors import Problem
from plantstack.interfaces.answer import MISSED, Answer
from plantstack.intervals import told_us
from plantstack.live.access import Sender
from plantstack.live.seeing import may_see
from plantstack.plant.plant import Plant
from plantstack.stack import Stack
from plantstack.stack.floor.search import Hit

Row = Mapping[str, Any]

_MONEY = ("low", "likely", "high")
_SOME_UNREAD = "some rows or messages of the project could not be read; what they tell is in no number"
_NO_MONEY = "money is not for this account"


class NotAllowed(Exception):
    """Somebody asked for what is not for him; whether it exists is not told."""


def near(plant: Plant, sender: Sender, scope: str, now: int) -> str:
    """The scope that is asked about; the sender's own where none is named.

    Raises:
        NotAllowed: for one that he is not let near.
    """
    if not sender.scope:
        return scope
    wanted = plant.resolve(scope, now) if scope else sender.scope
    if wanted is None or not sender.is_near(plant, wanted, now):
        raise NotAllowed(f"{called(sender)} may not read there")
    return wanted


def called(sender: Sender) -> str:
    """Who is refused, as he knows himself; without account and token that is a role, or all there is.

    >>> called(Sender(name="reader")), called(Sender(role="operator", scope="line-1"))
    ('this token', "the role 'operator'")
    """
    if sender.account or sender.device:
        return "this account" if sender.account else "this tablet"
    if sender.name:
        return "this token"
    return f"the role '{sender.role}'" if sender.role else f"whoever is kept to '{sender.scope}'"


def check_seen(stack: Stack, sender: Sender, ids: Sequence[str], profile: str | None) -> None:
    """Refuse KPIs by name that somebody may not see; what does not exist is told by the question.

    Raises:
        NotAllowed: naming the first of them.
    """
    catalog, counted = stack.catalog(), profile or stack.plant.profile.name
    for one in ids:
        if one in catalog.kpis and not may_see(sender, catalog, one, counted):
            raise NotAllowed(f"{called(sender)} may not see '{one}'")


def seen_kpis(stack: Stack, sender: Sender, answer: Answer, profile: str | None) -> Answer:
    """An answer of KPIs without those that somebody may not see."""
    catalog, counted = stack.catalog(), profile or stack.plant.profile.name
    rows = [row for row in answer.rows if may_see(sender, catalog, row["kpi"], counted)]
    return replace(answer, rows=rows)


def near_hits(plant: Plant, sender: Sender, hits: Iterable[Hit], now: int) -> list[Hit]:
    """What was found without equipment that somebody is not let near: what stands beside his, or above it."""
    return [hit for hit in hits if hit.kind in ("order", "product") or sender.is_near(plant, hit.id, now)]


def seen_losses(sender: Sender, answer: Answer) -> Answer:
    """A loss tree without its money, for whoever may not see any."""
    seen = [row for row in answer.rows if "money" in sender.may or row["row"] != "money"]
    return replace(answer, rows=seen)


def seen_findings(sender: Sender, answer: Answer) -> Answer:
    """Findings without what they cost, for whoever may not see money."""
    return replace(answer, rows=[_without_money(row) for row in answer.rows]) if _is_poor(sender) else answer


def reaching(
    plant: Plant, sender: Sender, answer: Answer, now: int, *, known_at: int | None = None
) -> Answer:
    """An answer that says only of the sites that somebody is let near how far the books reach.

    Args:
        plant: what stands where.
        sender: for whom it is.
        answer: of the books.
        now: the instant, microseconds UTC.
        known_at: when everything was received that is in the answer, which whoever is let near a part is told
            instead of the offset; None: as far as the books reach, which are kept to the instant.
    """
    near = None if answer.as_of is None else sender.near_sites(plant, answer.as_of, now)
    if sender.scope:
        answer = replace(answer, notes=[_uncounted(one) for one in answer.notes])
    if answer.offset is None:
        return replace(answer, as_of=near)
    reach = max((at for one in (near or {}).values() if (at := told_us(one)) is not None), default=now)
    return replace(answer, as_of=near, offset=sender.stamp(answer.offset, known_at or reach))


def _uncounted(note: Problem) -> Problem:
    """A note without how many rows of the whole project could not be read: whose they are is not known."""
    return replace(note, what=_SOME_UNREAD) if note.code in MISSED else note


def _is_poor(sender: Sender) -> bool:
    return "money" not in sender.may


def _without_money(row: Row) -> Row:
    told = {name: _unpriced(value) for name, value in row.items()}
    if "cost" in told:
        told["cost"] = {**told["cost"], **dict.fromkeys(_MONEY), "why_none": _NO_MONEY}
    return told


def _unpriced(value: Any) -> Any:
    """A part of a row in which amounts, wherever they stand, have no value."""
    if isinstance(value, list):
        return [_unpriced(one) for one in value]
    if isinstance(value, dict):
        kept = {name: _unpriced(one) for name, one in value.items()}
        return kept | {"value": None} if value.get("form") == "money" else kept
    return value
