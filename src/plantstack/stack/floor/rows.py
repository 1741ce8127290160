"""Rows of the ledger and of the log as questions of the floor read them.

Pages that are open beside each other ask for nearly the same at the same time. What reaches up to now is read
of whole lines, from a full hour on, and kept until the books move on; each question takes its own out of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from plantstack.engines.duckdb.books import Books, kept
from plantstack.engines.duckdb.standing import standing_events
from plantstack.intervals import HOUR, Interval

_FAR = 2**62


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the ledger, cut at the window it was asked for.

    Attributes:
        machine: id.
        from_at: microseconds UTC; `until_at` likewise.
        account: where the time went, one of `plantstack.ledger.rules.ACCOUNTS`.
        reason: symptom, a leaf of the plant; '' when nobody and nothing gave one.
        stop_at: where the stop began that it is part of; None outside stops.
        is_open: whether that stop still stands open.
        flags: bits of `plantstack.ledger.rules.FLAGS`.
        state_offset: of the event that told the state; None where none did.
        reason_offset: of what gave the reason: a `reason`, a state, or an alarm a rule speaks of.
    """

    machine: str
    from_at: int
    until_at: int
    day: str
    shift: str
    crew: str
    order: str
    product: str
    state: str
    account: str
    reason: str
    cause: str
    stop_at: int | None
    is_open: bool
    flags: int
    state_offset: int | None
    reason_offset: int | None

    @property
    def length(self) -> int:
        """Microseconds."""
        return self.until_at - self.from_at

    def within(self, start: int, end: int) -> Entry:
        """The same between two instants inside it."""
        return replace(self, from_at=start, until_at=end)


_ENTRIES = """
select
    equipment, greatest(from_at, $start), least(until_at, $end), day, shift, crew, order_id, product,
    state, account, reason, cause, stop_at, is_open, flags, state_offset, reason_offset
from {ledger}
where equipment in (select unnest($machines)) and from_at < $end and until_at > $start
order by equipment, from_at
"""


@dataclass(frozen=True, slots=True)
class Said:
    """One standing event, as it was told.

    Attributes:
        offset: in the log.
        machine: id of the equipment it is about; of a lane, its machine; '' is the whole group.
        at: microseconds UTC, when it happened; `told_at` when it was said.
        row: the columns of `plantstack.events.schema`, by name.
    """

    offset: int
    kind: str
    machine: str
    at: int
    told_at: int
    source: str
    key: str
    order: str
    product: str
    from_at: int | None
    until_at: int | None
    reason: str
    phase: str
    row: Mapping[str, Any]

    @property
    def body(self) -> Mapping[str, Any]:
        """Every field of the kind that has no column of its own."""
        found: Mapping[str, Any] = json.loads(self.row["body"] or "{}")
        return found

    def text(self, name: str) -> str:
        """A field of the body as text; '' when it was not said."""
        told = self.body.get(name)
        return "" if told is None else str(told)


def entries_of(books: Books, machines: Iterable[str], span: Interval) -> dict[str, list[Entry]]:
    """The ledger of machines in a span, cut at its borders, in order of time.

    Args:
        books: in which nothing of these machines is owed.
        machines: ids; each has its entries in the answer.
        span: of any length.
    """
    asked = list(machines)
    if not _is_of_now(books, span):
        return _entries(books, asked, span)
    start = span.start - span.start % HOUR
    kin = frozenset(books.kin(asked))
    key = ("entries", kin, start)
    known = kept(books.answers, key, lambda: _entries(books, sorted(kin), Interval(start, _FAR)))
    return {
        machine: [
            one
            if span.start <= one.from_at and one.until_at <= span.end
            else one.within(max(one.from_at, span.start), min(one.until_at, span.end))
            for one in known.get(machine, ())
            if one.from_at < span.end and one.until_at > span.start
        ]
        for machine in asked
    }


def said_of(
    books: Books, kinds: frozenset[str], span: Interval, names: frozenset[str], where: str = "true"
) -> list[Said]:
    """Events about equipment that happened in a span and stand, in order of time.

    Args:
        books: opened.
        kinds: of events.
        span: by their `at`.
        names: of equipment, lanes and '' for the whole group.
        where: one more condition on `e`, as SQL.
    """
    if not _is_of_now(books, span):
        return _told(books, kinds, span, names, where)
    start, kin = span.start - span.start % HOUR, books.plant.kin_of(names - {""}) | names
    key = ("said", kinds, start, kin, where)
    known = kept(books.answers, key, lambda: _told(books, kinds, Interval(start, _FAR), kin, where))
    return [one for one in known if span.start <= one.at < span.end and (one.row["equipment"] or "") in names]


def _is_of_now(books: Books, span: Interval) -> bool:
    """Whether a span of books that stay open reaches up to now and not far back."""
    now = max(books.as_of.values(), default=0)
    return books.near is not None and span.start >= books.near.at and span.end >= now - HOUR


def _entries(books: Books, machines: list[str], span: Interval) -> dict[str, list[Entry]]:
    told = {"machines": machines, "start": span.start, "end": span.end}
    found: dict[str, list[Entry]] = {machine: [] for machine in machines}
    sql = _ENTRIES.format(ledger=f"{books.reach_since(span.start)}_ledger")
    for row in books.con.execute(sql, told).fetchall():
        found[row[0]].append(Entry(*row))
    return found


def _told(
    books: Books, kinds: frozenset[str], span: Interval, names: frozenset[str], where: str
) -> list[Said]:
    sql = (
        f"select * from {standing_events(books, kinds, span)} as e"
        f" where e.equipment in (select unnest($names)) and {where} order by e.at, e.log_offset"
    )
    return told_rows(books, sql, {"names": sorted(names)})


def told_rows(books: Books, sql: str, asked: Mapping[str, Any]) -> list[Said]:
    """The events of a query that gives every column of them."""
    cursor = books.con.execute(sql, dict(asked))
    columns = [column[0] for column in cursor.description or ()]
    lanes = {lane: machine for lane, (machine, _) in books.plant.lanes.items()}
    return [_said(dict(zip(columns, row, strict=True)), lanes) for row in cursor.fetchall()]


def _said(row: Mapping[str, Any], lanes: Mapping[str, str]) -> Said:
    return Said(
        offset=row["log_offset"],
        kind=row["kind"],
        machine=lanes.get(row["equipment"], row["equipment"] or ""),
        at=row["at"],
        told_at=row["told_at"],
        source=row["source"],
        key=row["key"],
        order=row["order_id"] or "",
        product=row["product"] or "",
        from_at=row["from_at"],
        until_at=row["until_at"],
        reason=row["reason"] or "",
        phase=row["phase"] or "",
        row=row,
    )
