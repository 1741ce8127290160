"""One loss traced down: what it is made of, how it goes from day to day, and the stops behind it.

Every level adds up to the one above: the loss tree, its causes, and the stretches of the ledger.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from plantstack.intervals import DAY, Interval
from plantstack.stack.floor.rows import Entry
from plantstack.stack.floor.sight import Sight, look
from plantstack.stack.floor.states import LOST
from plantstack.stack.improving.hours import Days, hours_of
from plantstack.stack.project import Stack

Row = Mapping[str, Any]

LIST = "downtime_by_category"
"""The KPI whose parts are the leaves with a reason."""

SET_UP = "(set-up)"
STRETCHES = (*LOST, "no_order", "unknown")
"""Leaves that are stretches of the ledger; the others are of pieces: too slow, or made for nothing."""

BY_REASON = ("breakdown", "other_stop", "waiting")
"""Leaves of which people say why; the others are told apart by machine."""

_BUSY = "availability"
"""It has a value whenever anything was planned, also where no pace is known."""

_PACE = {
    "speed": "performance",
    "ramp": "performance",
    "reduced_capacity": "performance",
    "scrap": "scrap_rate",
    "startup_reject": "scrap_rate",
    "rework": "quality",
    "unjudged": "quality",
}


@dataclass(frozen=True, slots=True)
class Cause:
    """A part of a loss.

    Attributes:
        key: id of the reason, '' where nobody gave one, or of the machine.
        seconds: of the loss.
        contested: whether seconds of it are contested by the owner of the reason.
        count: stretches; None where the loss is none of time.
    """

    key: str
    seconds: float
    contested: float = 0.0
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """A number from day to day or shift to shift, the oldest first.

    Attributes:
        kpi: whose values these are; '' are seconds lost.
        labels: of the periods.
        values: None where there was no planned time, or nothing is known.
    """

    kpi: str
    labels: Sequence[str]
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a stop, or of other lost time, that has one account and one reason.

    Attributes:
        machine: id; `line` it stands in, '' for none.
        from_at: microseconds UTC, inside the days; `until_at` likewise.
        seconds: of it, breaks left out.
        account: where the time went.
        reason: symptom, '' for none; of a set-up `SET_UP`.
        cause: that was found later.
        stop_at: where the stop began that it is part of; None outside stops.
    """

    machine: str
    line: str
    day: str
    shift: str
    from_at: int
    until_at: int
    seconds: float
    account: str
    reason: str
    cause: str
    order: str
    product: str
    is_open: bool
    stop_at: int | None


def has_reasons(leaf: str) -> bool:
    """Whether a loss is told apart by reason; the others are by machine.

    >>> has_reasons("breakdown"), has_reasons("speed")
    (True, False)
    """
    return leaf in BY_REASON


def causes(stack: Stack, scope: str, days: Days, leaf: str) -> Sequence[Cause]:
    """What a loss is made of, the greatest first: reasons of stops, machines of what is no stop.

    Raises:
        QueryError: for a scope that does not exist.
    """
    counts: dict[str, int] = {}
    for one in stretches(stack, scope, days, leaf) if leaf in STRETCHES else ():
        key = one.reason if has_reasons(leaf) else one.machine
        counts[key] = counts.get(key, 0) + 1
    if not has_reasons(leaf):
        by = hours_of(stack, scope, days).machines.get(leaf, ())
        return [Cause(name, seconds, count=counts.get(name) if counts else None) for name, seconds in by]
    rows = stack.kpis([LIST], scope=scope, by=["reason"], days=days).rows
    found = [
        Cause(
            row["scope"]["reason"],
            float(row["inputs"].get(f"time_{leaf}") or 0.0),
            row.get("contested", 0.0) or 0.0,
            counts.get(row["scope"]["reason"], 0),
        )
        for row in rows
        if row["kpi"] == LIST and row["inputs"]
    ]
    return sorted((one for one in found if one.seconds), key=lambda one: (-one.seconds, one.key))


def series(stack: Stack, scope: str, days: Days, leaf: str, cause: str | None, grain: str) -> Series:
    """How a loss, or one cause of it, goes.

    Args:
        stack: the opened project.
        scope: id.
        days: first and last production day.
        leaf: of the loss tree.
        cause: key of a `Cause`; None is all of the loss.
        grain: `day` or `shift`.

    Raises:
        QueryError: for a scope that does not exist.
    """
    place = scope
    if cause is not None and not has_reasons(leaf):
        place = cause
    busy = stack.kpis([_PACE.get(leaf, _BUSY)], scope=place, days=days, grain=grain).rows
    labels = [row["period"]["label"] for row in busy]
    if leaf in _PACE:
        return Series(_PACE[leaf], labels, [row["value"] for row in busy])
    is_busy = {row["period"]["label"] for row in busy if row["value"] is not None}
    if not has_reasons(leaf):
        cells = stack.measures([f"time_{leaf}"], scope=place, days=days, grain=grain).cells
        lost = {cell.label: float(cell.sums[f"time_{leaf}"] or 0) for cell in cells}
    else:
        by = [] if cause is None else ["reason"]
        rows = stack.kpis([LIST], scope=scope, by=by, days=days, grain=grain).rows
        lost = {
            row["period"]["label"]: float(row["inputs"].get(f"time_{leaf}") or 0.0)
            for row in rows
            if row["kpi"] == LIST and row["inputs"] and (cause is None or row["scope"]["reason"] == cause)
        }
    return Series("", labels, [lost.get(one, 0.0) if one in is_busy else None for one in labels])


def stretches(stack: Stack, scope: str, days: Days, leaf: str) -> Sequence[Stretch]:
    """The stretches of the ledger that a loss is made of, the newest first; of other losses there are none.

    Raises:
        QueryError: for a scope that does not exist.
    """
    if leaf not in STRETCHES:
        return []
    first, last = (date.fromisoformat(one) for one in days)
    end = stack.engine(scope=scope).books.as_of
    sight = look(stack, scope, max(end.values(), default=0))
    around = Interval(_noon(first) - 2 * DAY, _noon(last) + 2 * DAY)
    found = [one for entries in sight.entries(around).values() for one in _inside(entries, days, leaf)]
    return sorted(_joined(sight, found), key=lambda one: (-one.from_at, one.machine, one.reason))


def _noon(day: date) -> int:
    return ((day - date(1970, 1, 1)) // timedelta(days=1)) * DAY + DAY // 2


def _inside(entries: Iterable[Entry], days: Days, leaf: str) -> Iterator[Entry]:
    """The entries of a leaf on these days, each with the reason by which sums tell it apart."""
    for one in entries:
        if one.account == leaf and days[0] <= one.day <= days[1]:
            yield replace(one, reason=SET_UP) if leaf == "setup" and not one.reason else one


def _joined(sight: Sight, entries: Sequence[Entry]) -> Iterator[Stretch]:
    """Entries of one stop and reason as one; outside stops those that follow each other."""
    groups: list[list[Entry]] = []
    of_stop: dict[tuple[str, int, str], list[Entry]] = {}
    for one in entries:
        if one.stop_at is not None:
            key = (one.machine, one.stop_at, one.reason)
            if key not in of_stop:
                of_stop[key] = []
                groups.append(of_stop[key])
            of_stop[key].append(one)
        elif groups and _goes_on(groups[-1][-1], one):
            groups[-1].append(one)
        else:
            groups.append([one])
    for parts in groups:
        yield _stretch(sight, parts)


def _goes_on(before: Entry, one: Entry) -> bool:
    same = (before.machine, before.reason, before.stop_at) == (one.machine, one.reason, None)
    return same and before.until_at == one.from_at


def _stretch(sight: Sight, parts: Sequence[Entry]) -> Stretch:
    first, last = parts[0], parts[-1]
    return Stretch(
        machine=first.machine,
        line=sight.span(first.machine).line,
        day=first.day,
        shift=first.shift,
        from_at=first.from_at,
        until_at=last.until_at,
        seconds=sum(one.length for one in parts) / 1_000_000,
        account=first.account,
        reason=first.reason,
        cause=next((one.cause for one in reversed(parts) if one.cause), ""),
        order=last.order,
        product=last.product,
        is_open=last.is_open,
        stop_at=first.stop_at,
    )
