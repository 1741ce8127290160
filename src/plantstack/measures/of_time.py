"""Measures of the fact table `time`: where every microsecond of the calendar went."""

from __future__ import annotations

from dataclasses import replace

from plantstack.measures.measure import BUSY_ACCOUNTS, Measure, Sum
from plantstack.measures.of_spans import line_changeovers

_STATE = ("state",)
_STATE_ORDER = ("state", "order")


def _time(
    name: str, meaning: str, *accounts: str, flags: tuple[str, ...] = (), feeds: tuple[str, ...] = _STATE
) -> Measure:
    where = (("account", accounts),) if accounts else ()
    marks = (("flags", flags),) if flags else ()
    return Measure(name, "s", "flow", meaning, feeds, Sum("time", "us", where + marks))


TIME = (
    _time("time_calendar", "clock time, each microsecond once, DST-safe"),
    _time("time_not_scheduled", "outside planned operation", "not_scheduled"),
    _time("time_planned_down", "planned not to produce: break, cleaning, PM, meeting, trial", "planned_down"),
    _time("time_no_order", "available, nothing to run", "no_order", feeds=_STATE_ORDER),
    _time("time_waiting", "starved, blocked, no operator, material or tool", "waiting"),
    _time(
        "time_waiting_in_order",
        "the part of time_waiting inside an order: ADET, the rest is ADOT",
        "waiting",
        flags=("in_order",),
        feeds=_STATE_ORDER,
    ),
    _time("time_setup", "changeover, last good old to first good new", "setup", feeds=_STATE_ORDER),
    replace(
        _time(
            "time_changeover", "time_setup; of a line what its changeovers took", "setup", feeds=_STATE_ORDER
        ),
        adds="output",
        line_parts=(line_changeovers("own_us"),),
    ),
    _time("time_breakdown", "stopped by equipment failure, at or above the micro-stop limit", "breakdown"),
    _time("time_other_stop", "other unplanned stop, at or above the micro-stop limit", "other_stop"),
    _time("time_micro_stop", "closed stops shorter than the micro-stop limit", "micro_stop"),
    _time(
        "time_planned_overrun",
        "planned stops beyond their allowance or standard duration",
        "planned_overrun",
        feeds=("state", "reason"),
    ),
    _time("time_run", "producing, at any speed and quality", "run"),
    _time(
        "time_run_ramp",
        "the part of time_run in which a machine comes up to rate after a changeover",
        "run",
        flags=("ramp",),
    ),
    _time("time_operating", "the clock of failures: run, micro-stop, set-up", "run", "micro_stop", "setup"),
    _time("time_stop_long", "stops at or above the limit: a reason is asked for", flags=("long_stop",)),
    _time("time_constraint_run", "time_run at the declared constraint", "run", flags=("at_constraint",)),
    _time(
        "time_constraint_planned",
        "planned busy time of the declared constraint",
        *BUSY_ACCOUNTS,
        flags=("at_constraint",),
    ),
    _time(
        "time_constraint_starved",
        "the constraint waiting for the machine before it",
        "waiting",
        flags=("at_constraint", "starved"),
    ),
    _time(
        "time_constraint_blocked",
        "the constraint waiting for the machine behind it",
        "waiting",
        flags=("at_constraint", "blocked"),
    ),
    _time(
        "time_unknown_counted",
        "unknown time covered by a count with `from`: its pieces are known",
        "unknown",
        flags=("counted",),
    ),
    _time(
        "time_micro_at_unknown",
        "micro-stops that touch unknown time: they may have been longer",
        "micro_stop",
        flags=("at_unknown",),
    ),
    _time("time_placed", "of known length and unknown place: laid out within its day", flags=("placed",)),
    Measure(
        "time_remaining",
        "s",
        "flow",
        "planned time of the constraint from now to the end of the shift that is running",
        ("plant:constraint",),
        layer=2,
    ),
)
