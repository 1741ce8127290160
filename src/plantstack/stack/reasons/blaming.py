"""Whose loss the stops of a line are: minutes by machine, reason and owner, and what was contested."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from plantstack.engines.duckdb.causes import Watch, astray_verdicts, line_causes
from plantstack.engines.duckdb.engine import DuckEngine
from plantstack.engines.duckdb.homes import check_scope
from plantstack.errors import Problem, QueryError
from plantstack.intervals import Interval, from_us, rfc3339
from plantstack.stack.answers.asking import KpiTable

Row = dict[str, Any]

# Why a stretch is laid to nobody (ADR 5, W5).
WHY = {
    "gap": "its neighbour was on a break, or nothing is known of it",
    "split": "no neighbour held half of it",
    "both_wait": "two machines waited for each other",
    "nobody_stood": "its neighbour ran",
    "end_of_line": "nobody stands there in the line",
}
_HOW = {"own": "own", "found": "passed_on"}


@dataclass(slots=True)
class _Group:
    """What is laid to one machine for one reason, in microseconds."""

    us: int = 0
    contested_us: int = 0
    accepted_us: int = 0
    weighed: int = 0  # confidence in thousandths x microseconds
    stops: set[int] = field(default_factory=set)
    candidates: dict[str, int] = field(default_factory=dict)

    def add(self, row: Row) -> None:
        us = row["until_at"] - row["from_at"]
        self.us += us
        self.contested_us += us if row["verdict"] == "contest" else 0
        self.accepted_us += us if row["verdict"] == "accept" else 0
        self.weighed += us * row["confidence"]
        self.stops.add(row["stop_at"])
        for name in row["candidates"].split(",") if row["candidates"] else ():
            self.candidates[name] = self.candidates.get(name, 0) + us

    def as_row(self) -> Row:
        return {
            "seconds": self.us / 1_000_000,
            "contested": self.contested_us / 1_000_000,
            "accepted": self.accepted_us / 1_000_000,
            "stops": len(self.stops),
            "confidence": self.weighed / self.us / 1000 if self.us else None,
            "candidates": sorted(self.candidates, key=lambda name: (-self.candidates[name], name)),
        }


def blame(
    engine: DuckEngine,
    line: str,
    watch: Watch,
    days: tuple[str | None, str | None],
    span: Interval | None,
) -> KpiTable:
    """Lay the stops of a line to machines.

    Args:
        engine: the books.
        line: id or path of the line.
        watch: whether its stops are those of its constraint or of its exit.
        days: first and last production day.
        span: exact instants instead.

    Returns:
        First a row `total`, then one `cause` row a machine, reason and owner, the greatest first; the
        seconds of all of them are those of the total.

    Raises:
        QueryError: when it is no line, or names no machine whose stops are its own.
    """
    plant = engine.books.plant
    level, found = check_scope(plant, line)
    if level != "line":
        what = f"stops are laid to the machines of a line, this is a {level}"
        raise QueryError(Problem("scope-not-line", line, what, "Name a line with --line."))
    if not plant.lines[found].exit and not plant.lines[found].constraint:
        fix = "Add 'exit' or 'constraint' to the line in the plant files."
        raise QueryError(Problem("line-unwatched", found, "it names neither exit nor constraint", fix))
    told = line_causes(engine.books, found, watch, days, span).to_pylist()
    whole = _Group()
    groups: dict[tuple[str, str, str, str], _Group] = {}
    for row in told:
        whole.add(row)
        key = (_HOW.get(row["outcome"], "not_determined"), row["cause"] or row["outcome"])
        groups.setdefault((*key, row["reason"], row["owner"]), _Group()).add(row)
    watched = sorted({row["watched"] for row in told})
    rows = [{"row": "total", "line": found, "watched": watched, **whole.as_row(), "candidates": []}]
    rows += _cause_rows(groups)
    books = engine.books
    as_of = {site: rfc3339(at) for site, at in sorted(books.as_of.items())}
    return KpiTable(rows, books.stamp.offset, as_of, _astray(engine, found))


def _cause_rows(groups: dict[tuple[str, str, str, str], _Group]) -> Iterator[Row]:
    for (how, name, reason, owner), group in sorted(groups.items(), key=lambda one: (-one[1].us, one[0])):
        is_laid = how != "not_determined"
        yield {
            "row": "cause",
            "laid_to": name if is_laid else None,
            "how": how,
            "why": None if is_laid else WHY[name],
            "reason": reason,
            "owner": owner,
            **group.as_row(),
        }


def _astray(engine: DuckEngine, line: str) -> list[Problem]:
    """Verdicts about machines of a line that say nothing: about no stop, or not by who owns its reason."""
    plant = engine.books.plant
    here = {one for one in plant.machines if any(span.line == line for span in plant.spans[one])}
    rows = [row for row in astray_verdicts(engine.books).to_pylist() if row["equipment"] in here]
    if not rows:
        return []
    first, machines = rows[0], {row["equipment"] for row in rows}
    of = line if len(machines) > 1 else first["equipment"]
    name, zone = plant.equipment[of].label or of, ZoneInfo(plant.site_of(line).zone)
    at = from_us(first["at"]).astimezone(zone).strftime("%d %b %Y %H:%M %Z")
    many = f"a verdict about {name} meets no stop of a reason its owner owns: "
    if len(rows) > 1:
        many = f"{len(rows)} verdicts about {name} meet no stop of a reason its owner owns; the first: "
    what, fix = f"{many}{first['owner']}, {at}", "Reasons and owners stand in the plant files."
    return [Problem("verdict-astray", first["equipment"], what, fix)]
