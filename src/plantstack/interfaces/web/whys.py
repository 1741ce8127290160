"""Why something stands, and what counts against no plan, in the reader's words: every board says it alike."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from plantstack.interfaces.web import formats
from plantstack.interfaces.web.page import N_, Reading
from plantstack.interfaces.web.strips import reason_label
from plantstack.stack.floor.evidence import suggestion
from plantstack.stack.floor.machine import MachineNow
from plantstack.stack.floor.output import Unplanned
from plantstack.stack.floor.signs import Alarm
from plantstack.stack.floor.stops import Stop

_WAITS = {
    # a machine that waits says why itself and owes no reason (R35)
    "starved": N_("Nothing from the machine before"),
    "blocked": N_("No room behind"),
}

_SILENT = N_("Nothing was heard since then. Check the connection; unknown time is not idle time.")
_NEVER_HEARD = N_("Nothing was heard of it yet. Connect it, or type what it does.")


def why_of(visit: Reading, stop: Stop) -> str:
    """Why a machine stands: the reason that was given, else what it says of itself, else that nobody said."""
    if stop.reason:
        return reason_label(visit, stop.reason, stop.label)
    return visit.say(_WAITS.get(stop.state, N_("no reason yet")))


def banner_text(visit: Reading, machine: MachineNow) -> str:
    """What is known of why a machine is as it is, as a sentence; '' where nothing is.

    A reason that only an alarm rule gave is kept back where the picker keeps it back: else the page would
    suggest it all the same.
    """
    stop, alarm, say = machine.stop, machine.alarm, visit.say
    is_kept_back = bool(stop and suggestion(stop).is_withheld)
    if stop and stop.reason and not is_kept_back:
        name = reason_label(visit, stop.reason, stop.label)
        return f"{name} ({say(N_('told by the machine'))})." if stop.is_automatic else f"{name}."
    if alarm:
        return say(N_("Alarm: %(what)s."), what=_alarm_text(visit, alarm, is_plain=is_kept_back))
    if machine.state == "no_data":
        if machine.since_at:
            return say(_SILENT)
        return say(_NEVER_HEARD)
    if machine.state in ("stopped", "waiting") and machine.native:
        return say(N_("The machine says: %(what)s."), what=machine.native.rstrip("."))
    return ""


def _alarm_text(visit: Reading, alarm: Alarm, *, is_plain: bool) -> str:
    """An alarm in the plant's words, where it is called as a reason of the plant; else in the machine's."""
    own = alarm.text.strip().rstrip(".") or alarm.code
    for told in () if is_plain else (alarm.code, own):
        named = told.strip().lower().replace(" ", "-")
        if named in visit.plant.reasons:
            return reason_label(visit, named)
    return own


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
