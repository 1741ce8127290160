"""Verdicts of people while the plant runs: whose word about a loss stands once it is in the books."""

from __future__ import annotations

from collections.abc import Sequence

from plantstack.errors import Problem
from plantstack.intervals import from_us
from plantstack.live.entering import Entered, named
from plantstack.live.running import Running
from plantstack.plant.plant import Plant
from plantstack.stack.floor.entry_shapes import Verdict
from plantstack.stack.floor.entry_words import Wire, clock_of, instant, label
from plantstack.stack.reasons.settling import Settled, verdicts_of


def are_any(found: Sequence[Entered]) -> bool:
    """Whether any entry is a verdict, which another may outvote."""
    return any(isinstance(one.entry, Verdict) for one in found if one.status != "refused")


def tell_verdicts(running: Running, found: Sequence[Entered]) -> None:
    """Say of verdicts what stands, or that they speak of nothing; for books that are up to date."""
    told = [
        (one, event)
        for one in found
        if isinstance(one.entry, Verdict) and one.status != "refused"
        for event in one.events
        if not event.get("void")
    ]
    if not told:
        return
    lanes = running.plant.lanes
    asked = [
        (
            lanes.get(event["equipment"], (event["equipment"], 0))[0],
            instant("at", event["at"]),
            event["owner"],
        )
        for _, event in told
    ]

    answers = running.ask(lambda stack: verdicts_of(stack, asked))
    for (one, event), settled in zip(told, answers, strict=True):
        _tell(running.plant, one, event, settled)


def _tell(plant: Plant, one: Entered, event: Wire, settled: Settled | None) -> None:
    machine, at = event["equipment"], instant("at", event["at"])
    where, when = label(plant, machine), clock_of(plant, machine, at)
    if settled is None or not settled.is_owned:
        why = "did not stand then" if settled is None else f"stood for no reason that {event['owner']} owns"
        what = f"{where} {why} ({when}): the word is kept, and speaks of no loss"
        fix = "Look at the reason of the stop; it may have been changed."
        one.notices.append(Problem("entry-no-claim", machine, what, fix))
        return
    standing = settled.verdict
    if standing is None:
        what = f"the days of {where} around {when} were reported: the word waits until they are reopened"
        one.notices.append(
            Problem("entry-waits", machine, what, "Ask whoever leads the plant to reopen them.")
        )
    elif (standing.source, standing.key) != (event["source"], event["key"]):
        whose, since = named(plant, standing.source), clock_of(plant, machine, standing.told_at)
        word = "accepted" if standing.phase == "accept" else "contested"
        what = f"the loss of {where} at {when} stands as {word}, told by {whose} at {since}"
        one.notices.append(Problem("entry-outvoted", machine, what, "Look at what stands, and say it anew."))
        one.stands = {"machine": machine, "reason": standing.instead, "label": word, "whose": whose}
        one.stands["told_at"] = from_us(standing.told_at).isoformat().replace("+00:00", "Z")
