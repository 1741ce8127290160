"""One shift of one line: a strip of what every machine did, and one number down to its events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow.compute as pc
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from plantstack.events.segments import read_segments
from plantstack.interfaces.figures import duration, figure
from plantstack.intervals import DAY, MINUTE, Interval, from_us, to_us
from plantstack.plant.tiles import OUTSIDE_SHIFTS
from plantstack.stack import Stack

Row = Mapping[str, Any]

SIGNS = {
    "run": "█",
    "setup": "s",
    "breakdown": "B",
    "other_stop": "o",
    "waiting": "w",
    "micro_stop": "m",
    "planned_overrun": "!",
    "no_order": "-",
    "unknown": "?",
    "planned_down": "·",
    "not_scheduled": " ",
}
LEGEND = (
    "█ run   s set-up   B breakdown   o other stop   m short stops   w waiting   - no order   ? unknown\n"
    "· planned   ! planned, beyond its allowance"
)
_CELL_MINUTES = (1, 2, 3, 5, 6, 10, 12, 15, 20, 30, 60)
_LOST = ("breakdown", "other_stop", "waiting", "setup", "planned_overrun", "unknown")
_OWN = ("breakdown", "other_stop")
_SHOWN_FROM = 0.25  # of a cell: what is lost is shown before what runs


@dataclass(frozen=True, slots=True)
class OneShift:
    """A shift that is over: its production day, its name and its span."""

    day: str
    name: str
    span: Interval


def last_shift(stack: Stack, machine: str) -> OneShift | None:
    """The last shift of a machine that is over, of those of its last ten days."""
    _, reached = stack.standing()
    site = stack.plant.site_of(machine).id
    if site not in reached:
        return None
    end = to_us(datetime.fromisoformat(reached[site]))
    since = (from_us(end).date() - timedelta(days=10)).isoformat()
    found = None
    for row in stack.kpis(["oee"], scope=machine, grain="shift", days=(since, None)).rows:
        span = Interval(*(to_us(datetime.fromisoformat(row["period"][side])) for side in ("from", "to")))
        day, _, name = row["period"]["label"].partition(" ")
        if (
            name != OUTSIDE_SHIFTS
            and span.end < end
            and row["value"] is not None
            and (found is None or span.end > found.span.end)
        ):
            found = OneShift(day, name, span)
    return found


def strip(stack: Stack, line: str, machine: str, shift: OneShift, room: int) -> RenderableType:
    """One row a machine in flow order, one sign a cell; then the longest losses of the constraint.

    Args:
        stack: the project.
        line: a line, or a machine that stands alone.
        machine: the one that sets the pace.
        shift: which shift.
        room: at most so many signs.
    """
    zone = ZoneInfo(stack.zone_of(machine))
    flow = stack.plant.lines[line].flow if line in stack.plant.lines else (machine,)
    whole = shift.span.length // MINUTE
    minutes = next((one for one in _CELL_MINUTES if whole <= one * room), 120)
    strips = Table.grid(padding=(0, 1, 0, 0))
    strips.add_row("", Text(_hours(shift.span, minutes, zone)), "run")
    for name in flow:
        entries = stack.ledger(name, shift.span).to_pylist()
        ran = sum(one["until_at"] - one["from_at"] for one in entries if one["account"] == "run")
        label = stack.plant.machines[name].label or name
        drawn = Text(_drawn(entries, shift.span, minutes * MINUTE))
        strips.add_row(f"{'>' if name == machine else ' '}{label}", drawn, f"{ran / shift.span.length:.0%}")
    label = stack.plant.equipment[line].label or line
    when = f"{_weekday(shift.day)} {shift.day}, {shift.name} shift"
    head = f"{label}, {when}; a sign is {minutes} min, > sets the pace"
    losses = _longest(stack, machine, shift, zone)
    return Group(escape(head), "", strips, "", LEGEND, "", losses)


def _weekday(day: str) -> str:
    return f"{date.fromisoformat(day):%A}"


def _hours(span: Interval, minutes: int, zone: ZoneInfo) -> str:
    """The clock over the strip: each full hour at the cell in which it begins."""
    drawn = [" "] * -(-span.length // (minutes * MINUTE))
    for number in range(len(drawn)):
        start, end = (
            from_us(span.start + n * minutes * MINUTE).astimezone(zone) for n in (number, number + 1)
        )
        at = (
            start
            if start.minute == 0
            else end.replace(minute=0)
            if end.hour != start.hour and end.minute
            else None
        )
        if at and number + 2 <= len(drawn):
            drawn[number : number + 2] = f"{at:%H}"
    return "".join(drawn)


def _drawn(entries: Sequence[Row], span: Interval, step: int) -> str:
    """What filled each cell: the greatest loss where there is enough of one, else the greatest part."""
    cells: list[dict[str, int]] = [{} for _ in range(-(-span.length // step))]
    for one in entries:
        first, last = (one["from_at"] - span.start) // step, (one["until_at"] - 1 - span.start) // step
        for number in range(first, last + 1):
            start = span.start + number * step
            inside = min(one["until_at"], start + step) - max(one["from_at"], start)
            cells[number][one["account"]] = cells[number].get(one["account"], 0) + inside
    return "".join(_sign(cell, step) for cell in cells)


def _sign(cell: Mapping[str, int], step: int) -> str:
    lost = {
        account: time for account, time in cell.items() if account != "run" and time >= _SHOWN_FROM * step
    }
    found = lost or cell
    return SIGNS[max(found, key=lambda account: found[account])] if found else " "


def _longest(stack: Stack, machine: str, shift: OneShift, zone: ZoneInfo) -> Table:
    """The three longest losses, with the reason somebody gave and the function that owns it."""
    table = Table.grid(padding=(0, 2, 0, 0))
    entries = [one for one in stack.ledger(machine, shift.span).to_pylist() if one["account"] in _LOST]
    entries.sort(key=lambda one: one["from_at"] - one["until_at"])
    for one in entries[:3]:
        start, end = (from_us(one[side]).astimezone(zone) for side in ("from_at", "until_at"))
        leaf = stack.plant.reasons.get(one["reason"])
        told = f"{leaf.label}, owned by {leaf.owner}" if leaf else f"{one['state']}, nobody said why"
        told = f"{one['product']}, order {one['order_id']}" if one["account"] == "setup" else told
        length = duration((end - start).total_seconds())
        table.add_row(f"{start:%H:%M} - {end:%H:%M}", length, one["account"].replace("_", " "), escape(told))
    return table


def lineage(stack: Stack, machine: str, shift: OneShift) -> RenderableType:
    """Stop time of the shift: its sums, its longest stop, and the events which that stop stands on."""
    zone = ZoneInfo(stack.zone_of(machine))
    rows = stack.explain("stop_time", scope=machine, span=shift.span).rows
    told = Table.grid(padding=(0, 2, 0, 0))
    first = next(row for row in rows if row["row"] == "kpi")
    label = stack.plant.machines[machine].label or machine
    terms = [row for row in rows if row["row"] == "measure"]
    off = sum(abs(row["residual"] or 0) for row in terms)
    what = f"the sum of {len(terms)}; parts and whole differ by {off} s"
    told.add_row(f"Stop time of {escape(label)}", figure(first["value"], "s"), what)
    for row in terms:
        if row["value"]:
            told.add_row(f"  {row['measure']}", figure(row["value"], row["unit"]), escape(row["meaning"]))
    entries = [row for row in rows if row["row"] == "entry" and row["account"] in _LOST]
    if not entries:
        return told
    # A stop that somebody explained shows more than one kind of event.
    longest = max(entries, key=lambda row: (row["account"] in _OWN, _ends(row)[1] - _ends(row)[0]))
    start, end = (from_us(at).astimezone(zone) for at in _ends(longest))
    told.add_row(
        "  one of its stops", duration((end - start).total_seconds()),
        f"{start:%H:%M:%S} - {end:%H:%M:%S} {longest['account']}, state {longest['state']}",
    )  # fmt: skip
    for event in _events(stack, longest["events"], shift.span):
        told.add_row(f"    event {event['log_offset']:,}", event["kind"], escape(_said(event, zone)))
    return told


def _ends(row: Row) -> tuple[int, int]:
    start, end = (to_us(datetime.fromisoformat(row[side])) for side in ("from", "to"))
    return start, end


def _events(stack: Stack, offsets: Sequence[int], span: Interval) -> list[dict[str, Any]]:
    """The events themselves, as they were told."""
    log = stack.log
    wide = Interval(span.start - 8 * DAY, span.end + 8 * DAY)
    paths = log.segments(kinds={"state", "reason", "order"}, span=wide)
    found: list[dict[str, Any]] = []
    for table in (read_segments(paths, log.last_offset()), log.hot()):
        found += table.filter(pc.is_in(table["log_offset"], pc.cast(list(offsets), "int64"))).to_pylist()
    return found


def _said(event: Mapping[str, Any], zone: ZoneInfo) -> str:
    at, told_at = (from_us(event[name]).astimezone(zone) for name in ("at", "told_at"))
    told = [f"{event['source']} said at {told_at:%m-%d %H:%M:%S}"]
    told += [f"{name} {event[name]}" for name in ("state", "phase", "role", "reason") if event[name]]
    told += [f"order {event['order_id']}"] if event["order_id"] else []
    told += [f"of {at:%H:%M:%S}"] if at != told_at else []
    return ", ".join(told)
