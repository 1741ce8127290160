"""What an owner may say of a loss: for which function he speaks, and what a contest has to name."""

from __future__ import annotations

from collections.abc import Iterator

from plantstack.errors import did_you_mean
from plantstack.plant.plant import Plant
from plantstack.stack.floor.entry_shapes import Verdict
from plantstack.stack.floor.entry_words import Wire, instant, leaf, placed, refuse


def owner_of(plant: Plant, owner: str) -> str:
    """A function that owns reasons of stops.

    Raises:
        EventError: when no reason names it.
    """
    known = sorted({one.owner for one in plant.reasons.values() if one.kind == "stop" and one.owner})
    if owner not in known:
        refuse("entry-owner", "owner", f"no reason is owned by '{owner:.80}'", did_you_mean(owner, known))
    return owner


def contest_of(plant: Plant, entry: Verdict) -> Wire:
    """What a contest names instead, and why; nothing of an acceptance.

    Raises:
        EventError: when it names nothing, says nothing, or names a reason of the same owner.
    """
    if entry.phase == "accept":
        return {}
    if not entry.reason:
        refuse(
            "entry-contest", "reason", "it is not said what it should be", "Choose the reason it should be."
        )
    if not entry.text.strip():
        refuse("entry-contest", "text", "it is not said why", "Say why in a few words.")
    instead = plant.reasons[leaf(plant, entry.reason, "stop")]
    if instead.owner == entry.owner:
        what = f"'{instead.label or instead.id}' is owned by {entry.owner} too: that contests nothing"
        refuse("entry-contest", "reason", what, "Give the stop this reason instead, at the machine.")
    return {"reason": instead.id, "text": " ".join(entry.text.split())}


def verdict_events(entry: Verdict, plant: Plant) -> Iterator[Wire]:
    """The event of a verdict.

    Raises:
        EventError: for a machine, a function or a reason that the plant does not have.
    """
    row = placed(plant, entry.machine, instant("at", entry.at)) | {"kind": "verdict", "phase": entry.phase}
    yield row | {"owner": owner_of(plant, entry.owner)} | contest_of(plant, entry)
