"""Words of the texts that stand for ids of the core, and short ways to type a value."""

from __future__ import annotations

from plantstack.insights.saying import N_, Figure, Name

ACCOUNTS = {
    "setup": N_("Set-up"),
    "breakdown": N_("Breakdown"),
    "other_stop": N_("Other stop"),
    "waiting": N_("Waiting"),
    "micro_stop": N_("Micro stops"),
    "planned_overrun": N_("Longer than planned"),
    "planned_down": N_("Planned stop"),
    "no_order": N_("No order"),
    "slow": N_("Slow running"),
    "scrap": N_("Scrap and rework"),
    "unknown": N_("No data"),
}
LEAVES = {
    "breakdown": N_("Breakdowns"),
    "waiting": N_("Waiting"),
    "other_stop": N_("Other stops"),
    "setup": N_("Changeovers"),
    "planned_overrun": N_("Planned stops that overran"),
    "no_order": N_("No order"),
    "unknown": N_("No data"),
    "micro_stop": N_("Micro stops"),
    "reduced_capacity": N_("Reduced capacity"),
    "ramp": N_("Running up"),
    "speed": N_("Slow running"),
    "scrap": N_("Scrap"),
    "rework": N_("Rework"),
    "startup_reject": N_("Rejects while starting up"),
    "unjudged": N_("Not judged"),
}
"""Leaves of the loss tree."""
SAFETY = {
    "near_miss": N_("near miss"),
    "unsafe": N_("unsafe condition"),
    "first_aid": N_("first aid"),
    "recordable": N_("recordable injury"),
}
WHOM = {
    "maintenance": N_("maintenance"),
    "material": N_("material"),
    "quality": N_("quality"),
    "lead": N_("the lead"),
}
ROLES = (N_("supervisor"), N_("planner"), N_("maintenance"), N_("quality"))
"""Who does what is to be done first."""
MONEY = {
    "cash cost out": N_("cash cost out"),
    "contribution sold": N_("contribution not sold"),
    "capacity freed": N_("capacity freed"),
}
"""Classes of money (BOOKS 12); they never add up into one total."""
PER = {
    "hour": N_("an hour"),
    "shift": N_("a shift"),
    "day": N_("a day"),
    "month": N_("a month"),
    "run": N_("in this run"),
    "so far": N_("so far"),
}
"""Spans of the cost of a finding."""
BESIDES = N_("Lost to, besides:")
"""Over losses that are in no sentence."""
CLASSES = MONEY | {
    "cost avoided": N_("cost that could be avoided"),
    "working capital one-off": N_("working capital, once"),
}
"""These and what improvement is counted in."""


def word(text: str) -> Name:
    """A word of the texts."""
    return Name(text, "word")


def equipment(place: str) -> Name:
    """A machine, line or site."""
    return Name(place, "equipment")


def pieces(n: float) -> Figure:
    """A count."""
    return Figure(n, "pieces")


def seconds(length: float) -> Figure:
    """A length of time."""
    return Figure(length, "duration", "s")
