"""Small ways to say events in tests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from plantstack.events.batch import Batch, Decoded
from plantstack.events.log import Log
from plantstack.events.names import Names
from plantstack.events.validate import validate
from plantstack.events.wire import decode_lines
from plantstack.intervals import DAY, HOUR, SECOND

NOON = 1_772_366_400_000_000  # 2026-03-01T12:00:00Z
EVER = 2**62
NAMES = Names(
    [(f"m{number}", -EVER, EVER, f"m{number}") for number in range(9)]
    + [("acme/old/filler", NOON - DAY, NOON, "m1"), ("acme/new/filler", NOON, NOON + DAY, "m1")]
)
SITES = {"m0": "tulsa", "m1": "tulsa", "m2": "graz"}
RECEIVED = NOON + HOUR


def lines(*rows: Mapping[str, Any]) -> bytes:
    """Write rows as NDJSON."""
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def state(number: int, **more: Any) -> dict[str, Any]:
    """Say that a machine was producing at second `number` of the day."""
    at = f"2026-03-01T{number // 3600:02d}:{number // 60 % 60:02d}:{number % 60:02d}Z"
    said = {
        "kind": "state",
        "equipment": "m1",
        "at": at,
        "source": "plc",
        "key": str(number),
        "state": "producing",
    }
    return said | more


def decoded(*rows: Mapping[str, Any]) -> Decoded:
    """Decode rows that are all readable."""
    found = list(decode_lines([lines(*rows)], rows=10**9))
    assert not found[0].dead, found[0].dead
    return found[0]


def events(*rows: Mapping[str, Any], received_at: int = RECEIVED) -> pa.Table:
    """Decode and validate rows that are all good."""
    good, problems = validate(decoded(*rows).table, NAMES, received_at)
    assert not problems, problems
    return good


def states(first: int, last: int, **more: Any) -> pa.Table:
    """Make a run of states, one a second."""
    return events(*(state(number, **more) for number in range(first, last)))


def opened(project: Path, **more: Any) -> Log:
    """Open a project's log for writing."""
    return Log.open(project, write=True, project_id="acme", **more)


def contents(log: Log) -> list[dict[str, Any]]:
    """Everything in a log but when it came, in an order of its own."""
    rows: list[dict[str, Any]] = log.events().drop_columns(["log_offset", "received_at"]).to_pylist()
    return sorted(rows, key=str)


def fill(log: Log, first: int, last: int, at_once: int = 100) -> None:
    """Append states in batches."""
    for start in range(first, last, at_once):
        log.append(Batch(states(start, min(start + at_once, last))), received_at=RECEIVED + start * SECOND)
