"""Why something stands, and what counts against no plan, in the reader's words: every board says it alike."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from plantstack.interfaces.web import formats
from plantstack.interfaces.web.page import N_, Reading
from plantstack.interfaces.web.strips import reason_label
from plantstack.stack.floor.output import Unplanned
from plantstack.stack.floor.stops import Stop

_WAITS = {
    # a machine that waits says why itself and owes no reason (R35)
    "starved": N_("Nothing from the machine before"),
    "blocked": N_("No room behind"),
}


def why_of(visit: Reading, stop: Stop) -> str:
    """Why a machine stands: the reason that was given, else what it says of itself, else that nobody said."""
    if stop.reason:
        return reason_label(visit, stop.reason, stop.label)
    return visit.say(_WAITS.get(stop.state, N_("no reason yet")))


def unplanned_text(visit: Reading, unplanned: Sequence[Unplanned]) -> str:
    """How many of the good pieces of a shift are in no plan of it; '' for none."""
    if not unplanned:
        return ""
    told = {
        "n": formats.number(sum((one.qty for one in unplanned), Decimal(0)), visit.language),
        "product": unplanned[0].name,
    }
    if len(unplanned) == 1:
        return visit.say(N_("%(n)s of them %(product)s, not planned in this shift"), **told)
    return visit.say(N_("%(n)s of them, most of them %(product)s, not planned in this shift"), **told)
