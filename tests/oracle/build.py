"""Small plants and events written by hand, for readable scenarios.

The plant is one site `s` on UTC with one calendar `c`; day 0 is Monday 2026-03-02. An instant is written
`"08:00"` (day 0), `"1/07:00:30"` (day 1) or as microseconds. Durations are minutes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from tests.oracle.model import FAR_FUTURE, Plant, Row

FAR_PAST = -62135596800000000
SECOND = 1_000_000
MINUTE = 60 * SECOND
HOURS = 60 * MINUTE
DAY = 24 * HOURS
MONDAY = 1_772_409_600 * SECOND
MONDAY_DATE = date(2026, 3, 2)
EVER = {"from_at": FAR_PAST, "until_at": FAR_FUTURE}
PIECES_OF_A_COUNT = ("total", "good", "scrap", "rework", "first_pass", "startup_reject")
QUANTITIES = (*PIECES_OF_A_COUNT, "qty", "n", "n_ok", "defects", "opportunities")
REFERS = ("sequence", "by", "sup_source", "sup_key", "from_at", "until_at", "unit", "parameter", "body")
SAYS = (
    "state",
    "reason",
    "role",
    "phase",
    "value",
    "low",
    "high",
    "ok",
    "quality",
    "code",
    "severity",
    "method",
)
SILENT = (*REFERS, *SAYS)


def clock(text: str | int) -> int:
    """Microseconds of an instant written as text.

    >>> clock("1/00:00:01") - MONDAY == DAY + SECOND
    True
    """
    if isinstance(text, int):
        return text
    day, _, time = text.rpartition("/")
    parts = [*time.split(":"), "0"][:3]
    seconds = int(parts[0]) * 3600 + int(parts[1]) * 60
    return MONDAY + int(day or 0) * DAY + seconds * SECOND + int(Decimal(parts[2]) * SECOND)


_keys = iter(range(1, 10**9))


def ev(kind: str, equipment: str, at: str | int, **said: Any) -> Row:
    """One event; whatever is not said takes a plain default."""
    unknown = set(said) - {*SILENT, *QUANTITIES, "told_at", "received_at", "log_offset", "source", "key"}
    unknown -= {"void", "order_id", "product"}
    if unknown:
        raise ValueError(f"no such columns: {sorted(unknown)}")
    number = next(_keys)
    row: Row = dict.fromkeys([*SILENT, *QUANTITIES])
    row |= {"log_offset": number, "kind": kind, "equipment": equipment, "source": "m", "key": f"k{number:06}"}
    row |= {"void": False, "order_id": "", "product": ""} | said
    row["at"] = clock(at)
    for name in ("from_at", "until_at"):
        row[name] = None if row[name] is None else clock(row[name])
    row["told_at"] = clock(said["told_at"]) if "told_at" in said else row["at"]
    heard = max(row["at"], row["told_at"])
    row["received_at"] = clock(said["received_at"]) if "received_at" in said else heard
    for name in QUANTITIES:
        row[name] = None if row[name] is None else Decimal(str(row[name]))
    return row


def states(equipment: str, text: str, **said: Any) -> list[Row]:
    """Base states in one line: `"06:00 producing, 08:00 fault, 08:10 producing"`."""
    pairs = [part.split() for part in text.split(",")]
    return [ev("state", equipment, at, state=state, **said) for at, state in pairs]


@dataclass
class Shifts:
    """The calendar: local times of each working day; breaks and floating windows belong to a shift."""

    shifts: Sequence[tuple[str, str, str]] = (("day", "06:00", "22:00"),)
    breaks: Sequence[tuple[str, str]] = ()
    floating: Sequence[tuple[str, str, float]] = ()
    break_leaf: str = "break"
    working_days: Sequence[int] = tuple(range(60))
    days: int = 9
    offsets: Sequence[tuple[int, int]] = ((FAR_PAST, 0),)
    crews: dict[str, str] = field(default_factory=dict)

    def offset(self, at: int) -> int:
        return [shift for start, shift in self.offsets if start <= at][-1]

    def utc(self, local: int) -> int:
        """The first instant that shows a local time."""
        shown = [local - shift for _, shift in self.offsets if self.offset(local - shift) == shift]
        return min(shown)

    def at(self, day: int, time: str) -> int:
        return self.utc(clock(f"{day}/{time}"))

    def day_from(self, day: int) -> int:
        return self.utc(MONDAY + day * DAY)

    def spans(self, rows: Sequence[Sequence[Any]]) -> list[tuple[int, int, str]]:
        """(from, until, name) of rows (name, from, until) on every working day; may end the next day."""
        out = []
        for day in self.working_days:
            for name, start, end in rows:
                until = self.at(day, end) if end > start else self.at(day + 1, end)
                out.append((self.at(day, start), until, name))
        return out


def plant(
    machines: Sequence[str] = ("m1",),
    *,
    calendar: Shifts | None = None,
    reasons: dict[str, tuple[Any, ...]] | None = None,
    standards: Sequence[tuple[Any, ...]] = (),
    orders: bool = False,
    machine: dict[str, Any] | None = None,
    **tables: list[Row],
) -> Plant:
    """Plant tables from a few words.

    reasons: leaf -> (account, allowance minutes or None, catch_all); standards: (machine, product, seconds
    per piece, and planned ones if any); `machine` overrides columns of every machine; further tables go in
    as rows.
    """
    shifts = calendar or Shifts()
    site = {"site": "s", "zone": "UTC", "currency": "EUR", "silence_us": None, "spread_us": 60 * MINUTE}
    used = [{"equipment": name, **EVER} for name in machines] if orders else []
    out: Plant = {
        "site": [{**site, "day_start": "00:00"}],
        "machine": [_machine(name) | (machine or {}) for name in machines],
        "machine_calendar": [{"equipment": name, "calendar": "c", **EVER} for name in machines],
        "day": _days(shifts),
        "tile": _tiles(shifts),
        "floating": _floating(shifts),
        "orders_used": used,
        "reason": [_reason(leaf, *what) for leaf, what in (reasons or {}).items()],
        "standard": [_standard(n, *row) for n, row in enumerate(standards, 1)],
        "source_rule": [_person("tablet*"), _person("person*")],
        "placement": [_placement(name) for name in machines],
    }
    return {**out, **tables}


def _machine(name: str) -> Row:
    row: Row = {"equipment": name, "site": "s", "kind": "machine", "class": "", "silence_us": None}
    row |= {"spread_us": 60 * MINUTE, "micro_us": 120 * SECOND, "failure_us": 300 * SECOND, "lanes": 1}
    return row | {"good_by_exception": False, "ramp_pieces": 0}


def _reason(leaf: str, account: str, allowance: float | None = None, catch_all: bool = False) -> Row:
    allowed = None if allowance is None else int(Decimal(str(allowance)) * MINUTE)
    row = {"reason": leaf, "account": account, "allowance_us": allowed, "catch_all": catch_all}
    return row | {"owner": "", "group_path": "", "label": leaf, "kind": "stop" if account else "scrap"}


def _standard(number: int, equipment: str, product: str, seconds: Any, planned: Any = None) -> Row:
    row = {"standard": number, "equipment": equipment, "product": product, **EVER}
    row |= {"ideal_num": Decimal(str(seconds)), "ideal_den": Decimal(1), "std_num": None, "std_den": None}
    return row if planned is None else row | {"std_num": Decimal(str(planned)), "std_den": Decimal(1)}


def _person(match: str) -> Row:
    return {"match": match, "rank": 100, "person": True, "silence_us": None, "silence_none": False}


def _placement(name: str) -> Row:
    return {
        "equipment": name,
        "path": f"s/l/{name}",
        "parent": "l",
        "line": "l",
        "area": "",
        "site": "s",
    } | EVER


def _days(shifts: Shifts) -> list[Row]:
    out = []
    for day in range(shifts.days):
        start, end = shifts.day_from(day), shifts.day_from(day + 1)
        out.append({"site": "s", "day": _date(day), "from_at": start, "until_at": end})
    return out


def _date(day: int) -> str:
    return (MONDAY_DATE + timedelta(days=day)).isoformat()


def _tiles(shifts: Shifts) -> list[Row]:
    working = shifts.spans(shifts.shifts)
    pauses = shifts.spans([(shifts.break_leaf, start, end) for start, end in shifts.breaks])
    days = [(row["from_at"], row["until_at"], row["day"]) for row in _days(shifts)]
    marks = {at for span in working + pauses + days for at in span[:2]} | {at for at, _ in shifts.offsets}
    inside = sorted(at for at in marks if days[0][0] <= at <= days[-1][1])
    out = []
    for start, end in pairwise(inside):
        shift = _name_at(working, start)
        row = {"calendar": "c", "from_at": start, "until_at": end, "day": _name_at(days, start)}
        row |= {"shift": shift, "crew": shifts.crews.get(shift, ""), "scheduled": shift != ""}
        row |= {"break_reason": _name_at(pauses, start), "zone_off_us": shifts.offset(start)}
        out.append(row)
    return out


def _name_at(spans: list[tuple[int, int, str]], at: int) -> str:
    return next((name for start, end, name in spans if start <= at < end), "")


def _floating(shifts: Shifts) -> list[Row]:
    out: list[Row] = []
    for start, end, minutes in shifts.floating:
        for since, until, _ in shifts.spans([("", start, end)]):
            shift = next(span for span in shifts.spans(shifts.shifts) if span[0] <= since < span[1])
            row = {"calendar": "c", "window": len(out) + 1, "from_at": since, "until_at": until}
            row |= {"shift_from": shift[0], "shift_until": shift[1], "reason": shifts.break_leaf}
            out.append(row | {"length_us": int(Decimal(str(minutes)) * MINUTE)})
    return out
