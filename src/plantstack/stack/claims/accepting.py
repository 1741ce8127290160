"""Signals proven at the machine: what a person saw against what was heard, with tolerance and verdict."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from plantstack.errors import Problem, QueryError, did_you_mean
from plantstack.events import recent, signals
from plantstack.events.signals import Check, Feed
from plantstack.intervals import MINUTE, SECOND, rfc3339
from plantstack.kpis.trusting.signals import CHANGED, FAILED, NEEDED, spans_of
from plantstack.plant.plant import Plant

TESTS = {
    "count": "count pieces by hand, and the counter over the same minutes",
    "stop": "stop the machine, and note the second",
    "reject": "make one reject, and note the minute",
    "clock": "compare the clock of the source with ours",
}
PATIENCE = 5 * MINUTE  # within which a staged stop is looked for
REJECT = 2 * MINUTE  # within which a reject is counted
TOLERANCE = {"count": 1.0, "stop": 5.0, "reject": 0.0, "clock": 2.0}
"""Pieces (or 1 %, the greater), seconds, rejects, seconds."""


@dataclass(frozen=True, slots=True)
class Made:
    """A test as it was made at the machine.

    Attributes:
        test: of `TESTS`.
        at: when, microseconds UTC.
        expected: pieces, rejects, seconds ahead; of a stop nothing.
        since: of a count: when it began.
        tolerance: None is the usual one.
        by: role of who made it.
        note: what they said.
    """

    test: str
    at: int
    expected: float = 0.0
    since: int = 0
    tolerance: float | None = None
    by: str = ""
    note: str = ""


def signals_of(connection: sqlite3.Connection, plant: Plant, name: str, what: str, now: int) -> Feed:
    """Find a machine that is heard through a connection, by its name or by one of its tags.

    Raises:
        QueryError: when there is none, or a tag is heard of several machines.
    """
    feeds = [one for one in signals.feeds(connection) if one.connection == name]
    if not feeds:
        known = sorted({one.connection for one in signals.feeds(connection)})
        what_is = f"nothing was heard through a connection '{name}' yet"
        raise QueryError(Problem("accept-connection", name, what_is, did_you_mean(name, known)))
    machine = plant.resolve(what, now) or what
    mine = [one for one in feeds if machine == one.machine or what == one.tag]
    machines = sorted({one.machine for one in mine})
    if len(machines) == 1:
        return mine[0]
    all_of_it = sorted({one.machine for one in feeds})
    told = f"'{what}' is heard of {', '.join(machines)}" if machines else f"'{what}' is not heard through it"
    raise QueryError(Problem("accept-machine", name, told, f"Name one of: {', '.join(all_of_it)}."))


def judged(connection: sqlite3.Connection, feed: Feed, made: Made, now: int) -> Check:
    """Hold a test against what was heard.

    Raises:
        QueryError: when nothing was heard that it could be held against.
    """
    if made.test == "count":
        seen = recent.pieces(connection, feed.machine, made.since, made.at)
    elif made.test == "reject":
        window = (made.at - REJECT // 4, made.at + REJECT)
        seen = recent.pieces(connection, feed.machine, *window, rejects=True)
    elif made.test == "stop":
        found = recent.stop_near(connection, feed.machine, made.at, PATIENCE)
        seen = None if found is None else (found - made.at) / SECOND
    else:
        ahead = recent.clock_ahead(connection, feed.machine)
        seen = None if ahead is None else ahead / SECOND
    if seen is None and made.test in ("stop", "clock"):
        what = f"nothing was heard of {feed.machine} that the {made.test} test could be held against"
        fix = "Wait until the source has told it, and give the test again."
        raise QueryError(Problem("accept-nothing", feed.connection, what, fix))
    shown = round(seen or 0.0, 3)
    usual = TOLERANCE[made.test]
    usual = max(usual, made.expected / 100) if made.test == "count" else usual
    tolerance = usual if made.tolerance is None else made.tolerance
    is_good = abs(shown - made.expected) <= tolerance
    told = (made.expected, shown, tolerance, is_good, made.by, made.note, now)
    return Check(feed.connection, feed.machine, made.test, made.at, *told)


def card(connection: sqlite3.Connection, wanted: str = "", machine: str = "") -> list[dict[str, Any]]:
    """One row a machine and connection: which tests were made, what came of them, and whether it is proven.

    Args:
        connection: of the log.
        wanted: name of a connection; '' is all.
        machine: by id; '' is all.
    """
    feeds, doubts, checks = signals.feeds(connection), signals.doubts(connection), signals.checks(connection)
    spans = spans_of(feeds, doubts, checks)
    places = sorted({(one.machine, one.connection) for one in feeds})
    rows = []
    for name, by in places:
        if wanted in ("", by) and machine in ("", name):
            kinds = sorted({one.kind for one in feeds if (one.machine, one.connection) == (name, by)})
            mine = [one for one in checks if one.machine == name]
            open_ones = [one for one in spans if one.machine == name and one.until > _NOW]
            reasons = [one.measure for one in open_ones]
            rows.append(
                {
                    "machine": name,
                    "connection": by,
                    "heard": kinds,
                    "needs": list(dict.fromkeys(test for kind in kinds for test in NEEDED.get(kind, ()))),
                    "status": _status(reasons),
                    "step": open_ones[0].step if open_ones else "",
                    "tests": [row_of(one) for one in mine],
                }
            )
    return rows


_NOW = 1 << 61  # spans without an end reach beyond it


def _status(reasons: Sequence[str]) -> str:
    if CHANGED in reasons:
        return "doubted"
    if FAILED in reasons:
        return "failed"
    return "not proven" if reasons else "proven"


def row_of(check: Check) -> dict[str, Any]:
    """A test as a row of an answer."""
    return {
        "test": check.test,
        "at": rfc3339(check.at),
        "expected": check.expected,
        "seen": check.seen,
        "tolerance": check.tolerance,
        "verdict": "good" if check.is_good else "failed",
        "by": check.by,
        "note": check.note,
    }
