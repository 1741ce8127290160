"""Losses that wait for their owner's word, as pages show them: what is open, and who may speak of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from plantstack.interfaces.web.page import Reading
from plantstack.interfaces.web.strips import reason_label
from plantstack.intervals import SECOND, rfc3339
from plantstack.live.access import Sender, speaks_for
from plantstack.plant.plant import Plant
from plantstack.stack.floor.instead import reasons_at
from plantstack.stack.reasons.settling import OwnedStop

_CONTESTED, _ACCEPTED = 10, 5  # shown at most


@dataclass(frozen=True, slots=True)
class Claims:
    """Stops of which an owner speaks, as one list.

    Attributes:
        shown: first those somebody contests, then those nobody spoke of, at last those that are settled.
        open_more: how many that nobody spoke of are not shown; `open_us` the time of all of them.
        mine: how many of those shown the reader may speak of.
    """

    shown: Sequence[OwnedStop]
    open_more: int
    open_us: int
    mine: int


def claims_of(
    visit: Reading, stops: Iterable[OwnedStop], *, most: int = 10, with_settled: bool = True
) -> Claims:
    """Put stops in the order in which they want an answer: the reader's own before those of others.

    Args:
        visit: who looks.
        stops: of which owners speak.
        most: of those that nobody spoke of; the rest is counted.
        with_settled: also the last that were accepted.
    """

    def rank(stop: OwnedStop) -> tuple[bool, int]:
        return not may_settle(visit, stop), -stop.us

    stops = list(stops)
    waiting = sorted((one for one in stops if one.verdict is None), key=rank)
    accepted = [one for one in stops if one.is_settled]
    contested = [one for one in stops if one.verdict is not None and not one.is_settled]
    accepted.sort(key=lambda one: -(one.verdict.told_at if one.verdict else 0))
    shown = [*sorted(contested, key=rank)[:_CONTESTED], *waiting[:most]]
    return Claims(
        shown=[*shown, *(accepted[:_ACCEPTED] if with_settled else ())],
        open_more=len(waiting[most:]),
        open_us=sum(one.us for one in waiting),
        mine=sum(may_settle(visit, one) for one in shown),
    )


def may_settle(visit: Reading, stop: OwnedStop) -> bool:
    """Whether the reader may speak for the owner of a stop, there."""
    return may_speak(visit.sender, visit.plant, stop, visit.now)


def may_speak(sender: Sender, plant: Plant, stop: OwnedStop, now: int) -> bool:
    """Whether somebody may speak for the owner of a stop, there."""
    is_here = sender.may_tell_of(plant, stop.machine, now)
    return is_here and "enter" in sender.may and not set(speaks_for(stop.owner)).isdisjoint(sender.may)


def words_of_claims(visit: Reading, claims: Claims) -> dict[str, Any]:
    """What the list of losses is drawn with."""
    return {
        "claims": claims,
        "claim_reason": lambda reason: reason_label(visit, reason),
        "claim_at": lambda stop: rfc3339(min(stop.stop_at + SECOND, max(stop.stop_at, stop.until_at - 1))),
        "claim_site": lambda stop: visit.plant.site_of(stop.machine).id,
        "may_settle": lambda stop: may_settle(visit, stop),
        "claim_reasons": _reasons(visit, claims) if claims.mine else {},
    }


def _reasons(visit: Reading, claims: Claims) -> Mapping[str, list[tuple[str, str, str]]]:
    """The reasons of stops by owner, as somebody may choose another: id, label, the sites it is of."""
    machines = {stop.machine for stop in claims.shown}
    at_home = visit.ask(lambda stack: reasons_at(stack, machines, visit.now))
    found: dict[str, list[tuple[str, str, str]]] = {}
    for one in visit.plant.reasons.values():
        sites = " ".join(sorted(site for site, reasons in at_home.items() if one.id in reasons))
        if sites:
            found.setdefault(one.owner, []).append((one.id, reason_label(visit, one.id), sites))
    return dict(sorted(found.items()))
