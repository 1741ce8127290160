"""Taking back what was told by mistake: a whole load or a source, by corrections of the log's own form.

Nothing is deleted. Every event gets a retraction (books 1) of its own source, which the derivation
takes up like any late event: its pages are derived again, reported values stay beside the live ones.
Taking back a retraction brings back what it took.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from plantstack.engines.duckdb.loads import Wanted as Wanted
from plantstack.engines.duckdb.loads import (
    asked_and_left,
    kinds_retractable,
    loads,
    put_retractable,
    reported_under,
    retractable,
)
from plantstack.errors import Problem, QueryError
from plantstack.events.batch import Batch
from plantstack.events.schema import CONTENT
from plantstack.events.store import cursor_names, loaded_files
from plantstack.intervals import rfc3339
from plantstack.stack.files.configuring import closes, record_config
from plantstack.stack.project import Stack

Row = dict[str, Any]
_AT_ONCE = 50_000  # more than this many go into the log the way large loads do
_LIST = "'plantstack retract DIR' lists the loads."


@dataclass(frozen=True, slots=True)
class Retraction:
    """What a retraction would take back, or has taken.

    Attributes:
        rows: `events` by equipment and kind, then each `reported` period that is touched.
        events: how many events are named.
        left: how many of those meant stay as they are: retracted or corrected by others before.
        counters: sources whose counters go on from where these events left them.
        offset: the last offset behind it.
    """

    rows: list[Row] = field(default_factory=list)
    events: int = 0
    left: int = 0
    counters: tuple[str, ...] = ()
    offset: int = 0


def list_loads(stack: Stack, newest: int) -> list[Row]:
    """The newest loads: offset, files as far as they are known whole, sources, how much stands."""
    files = _files(stack)
    rows = []
    for row in loads(stack.engine().books.con).slice(0, newest).to_pylist():
        received = row.pop("received_at")
        spans = {"from": rfc3339(row.pop("from_at")), "to": rfc3339(row.pop("to_at"))}
        rows.append({**row, "files": files.get(received, []), "received": rfc3339(received), **spans})
    return rows


def load_of_file(stack: Stack, name: str) -> int:
    """The load that read a file; of several the newest.

    Raises:
        QueryError: when no load is known to have read it whole, or it read other files too.
    """
    wanted, known = Path(name).name, _files(stack)
    for row in loads(stack.engine().books.con).to_pylist():
        files = known.get(row["received_at"], [])
        if wanted not in {Path(one).name for one in files}:
            continue
        if len(files) > 1:
            what = f"was loaded together with {len(files) - 1} other files: one load is taken back as a whole"
            fix = f"'--load {row['load']}' takes all of it back; load the others again under another source."
            raise QueryError(Problem("retract-together", name, what, fix))
        return int(row["load"])
    what = "no load is known to have read a file of this name whole"
    raise QueryError(Problem("retract-file", name, what, _LIST))


def preview(stack: Stack, wanted: Wanted) -> Retraction:
    """Say what a retraction would take back; nothing is changed.

    Raises:
        QueryError: for a load or a source that the log does not know.
    """
    con = stack.engine().books.con
    put_retractable(con, wanted)
    meant, left = asked_and_left(con)
    if not meant:
        where = f"load {wanted.load}" if wanted.load else f"source '{wanted.source:.60}'"
        raise QueryError(Problem("retract-nothing", where, "the log holds no such events", _LIST))
    rows: list[Row] = [
        {"row": "events", "scope": row["equipment"], "kind": row["kind"], **_counted(row, "to_at")}
        for row in kinds_retractable(con).to_pylist()
    ]
    spans = [(one.offset, one.equipment, one.span.start, one.span.end) for one in closes(stack.log)]
    for row in reported_under(con, spans).to_pylist():
        rows.append({"row": "reported", "scope": row["equipment"], "kind": "", **_counted(row, "until_at")})
    counting = {row["source"] for row in retractable(con).to_pylist() if row["kind"] == "count"}
    counters = tuple(sorted(name for name in counting if _has_counters(stack, name)))
    return Retraction(rows, meant - left, left, counters, stack.log.last_offset())


def retract(stack: Stack, wanted: Wanted, *, now: int, why: str = "") -> Retraction:
    """Take back what `preview` names, and bring the books up.

    Args:
        stack: open for writing.
        wanted: what to take back.
        now: the instant of receipt, microseconds UTC; also when the retraction was told.
        why: kept as the note of every retraction.
    """
    found = preview(stack, wanted)
    if not found.events:
        return found
    events = voids(retractable(stack.engine().books.con), stack.log.last_offset() + 1, now, why)
    record_config(stack.log, stack.desk.content, now)
    if len(events) <= _AT_ONCE:
        stack.log.append(Batch(events), received_at=now)
    else:
        sites = {name: stack.plant.site_of(name).id for name in stack.plant.equipment}
        parts = (events.slice(start, _AT_ONCE) for start in range(0, len(events), _AT_ONCE))
        stack.log.bulk((Batch(part) for part in parts), received_at=now, site_of=sites)
    stack.derive()
    return Retraction(found.rows, found.events, found.left, found.counters, stack.log.last_offset())


def voids(targets: pa.Table, number: int, now: int, why: str) -> pa.Table:
    """Retractions of events: each of the source and kind of its target, and where that stands."""
    count = len(targets)
    said: Mapping[str, Any] = {
        **{name: targets.column(name) for name in ("kind", "equipment", "at", "source")},
        "told_at": pa.array([now] * count, pa.int64()),
        "key": pa.array([f"retraction {number}.{place}" for place in range(1, count + 1)]),
        "sup_source": targets.column("source"),
        "sup_key": targets.column("key"),
        "void": pa.array([True] * count),
        "order_id": pa.array([""] * count),
        "product": pa.array([""] * count),
    }
    if why:
        said = {**said, "body": pa.array([json.dumps({"note": why}, ensure_ascii=False)] * count)}
    columns = [said.get(one.name, pa.nulls(count, one.type)) for one in CONTENT]
    return pa.table(columns, names=CONTENT.names).cast(CONTENT)


def _counted(row: Row, end: str) -> Row:
    return {"events": row["events"], "from": rfc3339(row["from_at"]), "to": rfc3339(row[end])}


def _files(stack: Stack) -> dict[int, list[str]]:
    """The files that were read whole, by when they were received."""
    found: dict[int, list[str]] = defaultdict(list)
    for name, received in loaded_files(stack.log.connection):
        found[received] += [name] if name not in found[received] else []
    return found


def _has_counters(stack: Stack, source: str) -> bool:
    return any(name.startswith(f"counters {source} ") for name in cursor_names(stack.log.connection))
