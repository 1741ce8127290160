"""Doubts about what was told, and about pieces that are too many (BOOKS 11; R50 to R54).

> codes contradicting the machine, late and bulk entry, clock skew, performance above 100 %, person against
> machine
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tests.oracle.model import Books, Identity, Row, Segment, half_up, identity
from tests.oracle.rules import is_automatic
from tests.oracle.window import Machine

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
ONLY_STOOD = ("waiting", "no_order", "planned_down")
OUT_OF_PRODUCTION = ("run", "micro_stop", "unknown")


@dataclass
class Doubts:
    """What is doubtful about the statements of one machine."""

    late: set[Identity] = field(default_factory=set)
    bulk: set[Identity] = field(default_factory=set)
    alarmed: set[int | None] = field(default_factory=set)  # halts
    skewed: set[tuple[str, str]] = field(default_factory=set)  # (source, production day)


def doubts_of(machine: Machine, segments: list[Segment]) -> Doubts:
    halts: dict[int, list[int]] = {}
    for one in segments:
        if one.halt is not None:
            span = halts.setdefault(one.halt, [one.from_at, one.until_at])
            span[1] = max(span[1], one.until_at)
    ends = _ends(machine, segments, halts.values())
    told = {identity(row): row for row in machine.said("reason", "state") if identity(row) in ends}
    alarmed: set[int | None] = {
        number
        for number, (start, end) in halts.items()
        for row in machine.said("alarm")
        if row["phase"] == "on" and '"first_out":true' in (row["body"] or "") and start <= row["at"] < end
    }
    late = {name for name, end in ends.items() if told[name]["told_at"] > end + HOUR}
    return Doubts(late, _bulk(machine, segments, told.values()), alarmed, _skewed(machine, segments))


def _ends(machine: Machine, segments: list[Segment], halts: Iterable[list[int]]) -> dict[Identity, int]:
    """R51: where what a symptom covers comes to its end."""
    ends: dict[Identity, int] = {}
    for row in machine.said("reason"):
        for start, end in halts if row["role"] == "symptom" and row["reason"] else ():
            reach = _reach(machine, row, start, end)
            if reach is not None:
                ends[identity(row)] = max(reach, ends.get(identity(row), reach))
    for one in segments:
        said = one.statement
        if one.halt is not None and said is not None and said["reason"]:
            ends[identity(said)] = max(one.until_at, ends.get(identity(said), one.until_at))
    return ends


def _reach(machine: Machine, row: Row, start: int, end: int) -> int | None:
    if row["from_at"] is not None:
        return min(row["until_at"], end) if row["from_at"] < end and row["until_at"] > start else None
    at_the_end = row["at"] == machine.as_of == end
    return end if start <= row["at"] < end or at_the_end else None


def _day(segments: list[Segment], at: int) -> str:
    before = [one for one in segments if one.from_at <= at]
    return str(before[-1].tile["day"]) if before else ""


def _bulk(machine: Machine, segments: list[Segment], told: Iterable[Row]) -> set[Identity]:
    """R51: five and more told by one source within a minute of each other, after the fact."""
    groups: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in told:
        day = _day(segments, row["at"])
        if row["told_at"] >= row["at"] + MINUTE and day:
            groups[row["source"], day].append(row)
    return {
        identity(row)
        for group in groups.values()
        for row in group
        if sum(abs(other["told_at"] - row["told_at"]) <= MINUTE for other in group) >= 5
    }


def _skewed(machine: Machine, segments: list[Segment]) -> set[tuple[str, str]]:
    """R52: sources whose clock is off on a production day."""
    groups: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in machine.said("state"):
        if machine.begin <= row["at"] < machine.as_of:
            groups[row["source"], _day(segments, row["at"])].append(row)
    return {key for key, rows in groups.items() if _is_ahead(machine, rows) or _is_behind(rows)}


def _is_ahead(machine: Machine, rows: list[Row]) -> bool:
    ahead = sorted(
        row["at"]
        - (
            row["received_at"]
            if machine.sources.person(row["source"])
            else min(row["received_at"], row["told_at"])
        )
        for row in rows
    )
    return bool(ahead[(len(ahead) - 1) // 2] > 30 * SECOND)


def _is_behind(rows: list[Row]) -> bool:
    told = [row["told_at"] for row in rows]
    delays = sorted(row["received_at"] - row["told_at"] for row in rows)
    is_steady = delays[(9 * len(delays) + 9) // 10 - 1] - delays[0] <= MINUTE
    return len(rows) >= 5 and max(told) - min(told) >= HOUR and is_steady and delays[0] > MINUTE


def flags_of_telling(machine: Machine, doubts: Doubts, segment: Segment, known: dict[str, Row]) -> set[str]:
    """The flags of one segment whose account is settled."""
    flags = set()
    said = segment.statement
    if said is not None and (said["source"], segment.tile["day"]) in doubts.skewed:
        flags.add("skewed")
    if segment.symptom is None:
        return flags
    flags.add("coded")
    name = identity(segment.symptom)
    flags |= {"automatic"} if is_automatic(segment.symptom) else set()
    flags |= {"late"} if name in doubts.late else set()
    flags |= {"bulk"} if name in doubts.bulk else set()
    leaf = known.get(segment.symptom["reason"])
    if leaf is not None and _contradicts(machine, doubts, segment, leaf):
        flags.add("contradicted")
    return flags


def _contradicts(machine: Machine, doubts: Doubts, segment: Segment, leaf: Row) -> bool:
    """R50."""
    said = segment.statement
    by_machine = said is not None and not machine.sources.person(said["source"])
    if leaf["account"] in ONLY_STOOD:
        by_alarm = segment.halt in doubts.alarmed and not is_automatic(segment.symptom)
        return (by_machine and segment.state == "fault") or by_alarm
    return bool(leaf["account"] == "breakdown" and by_machine and segment.state in ("starved", "blocked"))


def above_ideal(books: Books) -> dict[tuple[Any, ...], Decimal]:
    """R53: ideal seconds beyond the time there was, by hour and what else tells cells of pieces apart."""
    made: dict[tuple[Any, ...], Fraction] = defaultdict(Fraction)
    cells: dict[tuple[Any, ...], Fraction] = defaultdict(Fraction)
    for key, (_, ideal, _) in books.pieces.items():
        hour, machine, day, shift, crew, order, product, account, _, kind, standard, _ = key
        if kind == "total" and standard is not None:
            made[machine, day, shift, product] += Fraction(ideal)
            cells[hour, machine, day, shift, crew, order, product, account] += Fraction(ideal)
    made = {key: seconds for key, seconds in made.items() if seconds}  # what adds up to nothing is none
    ran: dict[tuple[Any, ...], Fraction] = defaultdict(Fraction)
    for (_, machine, day, shift, _, _, product, account, _, _), us in books.time.items():
        if account in OUT_OF_PRODUCTION:
            ran[machine, day, shift, product] += Fraction(us, SECOND)
    group = {key: key if key in made and key in ran else (*key[:3], None) for key in {*made, *ran}}
    ideal_of: dict[tuple[Any, ...], Fraction] = defaultdict(Fraction)
    time_of: dict[tuple[Any, ...], Fraction] = defaultdict(Fraction)
    for key, mine in group.items():
        ideal_of[mine] += made.get(key, Fraction(0))
        time_of[mine] += ran.get(key, Fraction(0))
    out = {}
    for cell, seconds in cells.items():
        whole = group.get((cell[1], cell[2], cell[3], cell[6]))
        if whole is not None and ideal_of[whole] > time_of[whole]:
            out[cell] = half_up(seconds * (ideal_of[whole] - time_of[whole]) / ideal_of[whole], 6)
    return out
