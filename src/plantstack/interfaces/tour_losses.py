"""Where the hours of a machine went: a loss tree that adds up, and its greatest losses by reason."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Literal

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table

from plantstack.interfaces.figures import figure
from plantstack.measures.of_causes import CONTESTED
from plantstack.stack import Stack

_OUTSIDE = (
    ("time_not_scheduled", "not scheduled"),
    ("time_planned_down", "breaks, cleaning, maintenance"),
)
_STOPS = (
    ("time_no_order", "no order"),
    ("time_waiting", "waiting (starved, blocked, supply)"),
    ("time_setup", "set-up"),
    ("time_breakdown", "breakdown"),
    ("time_other_stop", "other stops"),
    ("time_planned_overrun", "planned, beyond its allowance"),
    ("time_micro_stop", "short stops"),
    ("time_unknown", "unknown"),
)
_BASE = ("time_calendar", "time_run", "time_ideal_total", "time_ideal_good")
_LOSSES = ("time_waiting", "time_breakdown", "time_other_stop", "time_planned_overrun")
_HOUR = 3600
_Bar = tuple[str, Fraction, Fraction | int, str]  # label, hours, hours of a whole bar, what is said beside it


def tree(stack: Stack, machine: str, room: int) -> RenderableType:
    """Calendar time down to good pieces at ideal pace, in hours; the leaves are added up again below.

    Args:
        stack: the project.
        machine: whose hours.
        room: length of the longest bar.
    """
    names = [*_BASE, *(name for name, _ in (*_OUTSIDE, *_STOPS))]
    cells = stack.measures(names, scope=machine).cells
    if not cells:
        return "nothing has been recorded"
    hours = {name: Fraction(one or 0) / _HOUR for name, one in cells[0].sums.items()}
    busy = hours["time_calendar"] - sum(hours[name] for name, _ in _OUTSIDE)
    slow = hours["time_run"] - hours["time_ideal_total"]
    bad = hours["time_ideal_total"] - hours["time_ideal_good"]
    leaves = [(label, hours[name]) for name, label in _STOPS]
    leaves += [("slower than the ideal pace", slow), ("scrap and rework, at ideal pace", bad)]
    label = stack.plant.machines[machine].label or machine
    good = hours["time_ideal_good"]
    oee = f"{figure(float(good / busy), '1')} = OEE" if busy else ""
    rows: list[_Bar] = [(f"calendar of {label}", hours["time_calendar"], 0, "")]
    rows += [(f"  {told}", hours[name], 0, "") for name, told in _OUTSIDE]
    rows += [("planned busy time", busy, busy, "100.0 %")]
    rows += [(f"  {told}", lost, busy, "") for told, lost in leaves]
    rows += [("good pieces at ideal pace", good, busy, oee)]
    whole = sum((lost for _, lost in leaves), good)
    check = "adds up" if whole == busy else f"is off by {float((whole - busy) * _HOUR):.6f} s"
    added = f"{float(whole):,.1f} h of losses and good pieces = {float(busy):,.1f} h planned: {check}."
    return Group(_drawn(rows, max(room, 8)), "", added)


def _drawn(rows: Sequence[_Bar], room: int) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    sides: tuple[Literal["left", "right"], ...] = ("left", "right", "left", "left")
    for justify in sides:
        table.add_column(justify=justify, no_wrap=True)
    for label, hours, busy, told in rows:
        share = max(float(hours / busy), 0.0) if busy else 0.0
        drawn = "█" * round(share * room) or ("▏" if share else "")
        table.add_row(escape(label), f"{float(hours):,.1f} h", drawn, told)
    return table


def top(stack: Stack, machine: str) -> RenderableType:
    """The six greatest losses of time by reason, each with its owning function."""
    lost: dict[tuple[str, str], Fraction] = {}
    by_reason = stack.measures(_LOSSES, scope=machine, by=["reason"])
    for cell in by_reason.cells:
        for name in _LOSSES:
            amount = Fraction(cell.sums[name] or 0)
            if amount:
                key = (cell.keys["reason"], name)
                lost[key] = lost.get(key, Fraction(0)) + amount
    for cell in stack.measures(["time_setup"], scope=machine).cells:
        lost["", "time_setup"] = Fraction(cell.sums["time_setup"] or 0)
    ranked = sorted(lost.items(), key=lambda one: -one[1])[:6]
    if not ranked:
        return "nothing has been lost"
    contested = _contested(stack, machine) if "verdict" in by_reason.recorded else {}
    numbers = ("hours", *(["contested"] if contested else []))
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for title in ("reason", *numbers, "", "account", "owned by"):
        table.add_column(title, justify="right" if title in numbers else "left", no_wrap=title == "")
    for (reason, name), seconds in ranked:
        leaf = stack.plant.reasons.get(reason)
        is_setup = name == "time_setup"
        label = leaf.label if leaf else "changeovers" if is_setup else "nobody said why"
        drawn = "█" * max(1, round(float(seconds / ranked[0][1]) * 24))
        owner = leaf.owner if leaf else "production" if is_setup else "nobody yet"
        account = name.removeprefix("time_").replace("_", " ")
        beside = contested.get((reason, name.removeprefix("time_")), Fraction(0))
        told = [f"{float(beside / _HOUR):,.1f}" if beside else ""] if contested else []
        hours = f"{float(seconds / _HOUR):,.1f}"
        table.add_row(escape(label), hours, *told, drawn, account, escape(owner))
    return table


def _contested(stack: Stack, machine: str) -> dict[tuple[str, str], Fraction]:
    """Seconds by reason and account that the owner of the reason contests; they stay in every total."""
    table = stack.measures(CONTESTED.values(), scope=machine, by=["reason"])
    found = {
        (cell.keys["reason"], account): Fraction(cell.sums[name] or 0)
        for cell in table.cells
        for account, name in CONTESTED.items()
    }
    return {key: seconds for key, seconds in found.items() if seconds}
