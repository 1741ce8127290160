"""What the log says about the books themselves: the plant files at any offset, and pages that were closed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pyarrow.compute as pc

from plantstack.engines.duckdb.reported import Close
from plantstack.errors import EventError, Problem
from plantstack.events.batch import Batch
from plantstack.events.log import Log
from plantstack.events.names import Names
from plantstack.events.segments import read_segments
from plantstack.events.validate import validate
from plantstack.events.wire import decode_items
from plantstack.intervals import Interval, rfc3339
from plantstack.plant.load import PlantContent

SOURCE = "plantstack"
_TOLD = ("log_offset", "at", "by", "body")


def known_content(log: Log, upto: int) -> PlantContent | None:
    """Return the plant files as last recorded at or before an offset."""
    newest = max(recorded(log, upto), default=None)
    if newest is None:
        return None
    told = json.loads(newest.body)
    return PlantContent(told["content"], told["sha256"])


class Recorded(NamedTuple):
    """The plant files as they were taken in once: offset, instant, who changed them, the event's fields."""

    offset: int
    at: int
    by: str
    body: str


def recorded(log: Log, upto: int) -> Iterator[Recorded]:
    """Every time the plant files were taken in, at or before an offset; in no order."""
    sealed = read_segments(log.segments(upto, kinds={"config"}), upto)
    sealed = sealed.filter(pc.equal(sealed["kind"], "config"))
    for offset, at, by, body in zip(*(sealed[name].to_pylist() for name in _TOLD), strict=True):
        yield Recorded(offset, at, by or "", body)
    names = ", ".join(f'"{name}"' for name in _TOLD)
    sql = f"SELECT {names} FROM event WHERE kind = 'config' AND log_offset <= ?"
    for offset, at, by, body in log.connection.execute(sql, (upto,)):
        yield Recorded(offset, at, by or "", body)


def unrecorded(folder: Path, log: Log, content: PlantContent) -> Problem | None:
    """Say so when the plant files were edited since the log last took them in."""
    known = known_content(log, log.last_offset())
    if known is None or known == content:
        return None
    what = "the plant files were edited since the log last took them in; numbers stand on the old ones"
    return Problem("config-unrecorded", str(folder), what, f"Run 'plantstack rebuild {folder}'.")


def closes(log: Log) -> list[Close]:
    """Return the standing close events, in order of offset."""
    upto = log.last_offset()
    found = []
    for table in (read_segments(log.segments(upto, kinds={"close"}), upto), log.hot(upto)):
        rows = table.filter(pc.and_(pc.equal(table["kind"], "close"), pc.invert(table["void"])))
        for row in rows.to_pylist():
            seen = json.loads(row["body"] or "{}").get("upto", row["log_offset"])
            span = Interval(row["from_at"], row["until_at"])
            found.append(Close(row["log_offset"], min(int(seen), row["log_offset"]), row["equipment"], span))
    return sorted(found, key=lambda close: close.offset)


def record_config(log: Log, content: PlantContent, now: int, *, by: str = "", note: str = "") -> bool:
    """Append the plant files to the log when they say something new; tell whether they did.

    Args:
        log: open for writing.
        content: of the files.
        now: the instant of receipt, microseconds UTC.
        by: pseudonym of whoever changed them in the app; '' where they were edited by hand.
        note: what was said about it.
    """
    known = known_content(log, log.last_offset())
    if known is not None and known.sha256 == content.sha256:
        return False
    event = {
        "kind": "config",
        "at": rfc3339(now),
        "source": SOURCE,
        # going back to an earlier content is a new statement
        "key": f"{content.sha256[:16]}-{log.last_offset() + 1}",
        "content": content.text,
        "sha256": content.sha256,
        **({"by": by} if by else {}),
        **({"note": note} if note else {}),
    }
    decoded = decode_items(json.dumps([event]).encode())
    good, faults = validate(decoded.table, Names(()), now)
    problems = [letter.problem for letter in decoded.dead] + [problem for _, problem in faults]
    if problems:
        raise EventError(problems)
    log.append(Batch(good), received_at=now)
    return True
