"""A process to be killed: `python -m tests.events.child MODE DIR [ARGUMENT]`.

It appends states in batches and notes what was acknowledged in DIR/acked, a line a batch.
"""

from __future__ import annotations

import os
import resource
import signal
import sqlite3
import sys
from pathlib import Path

from tests.events.build import RECEIVED, SITES, opened, states

from plantstack.errors import LogError
from plantstack.events.batch import Batch, Cursor
from plantstack.events.log import Log
from plantstack.events.migrations import migrate
from plantstack.intervals import HOUR

ROWS = 20
LAST = 60_000


def append_all(project: Path, log: Log) -> None:
    """Append from where the cursor stands, and note each acknowledged batch."""
    start = int(log.cursor("plc") or 0)
    with (project / "acked").open("a") as acked:
        while start < LAST:
            receipt = log.append(
                Batch(states(start, start + ROWS)),
                received_at=RECEIVED,
                cursor=Cursor("plc", str(start + ROWS)),
            )
            acked.write(f"{start} {receipt.accepted} {receipt.duplicates}\n")
            acked.flush()
            start += ROWS
            if start % (ROWS * 20) == 0:
                log.seal(now=RECEIVED + 48 * HOUR, site_of=SITES)


def run_until_killed(project: Path, _: str) -> None:
    """Append as fast as possible."""
    append_all(project, opened(project))


def die_at(project: Path, point: str) -> None:
    """Die at a named point of the first batch; the point may come after the seal, as `seal:filed`."""
    log = opened(project)
    armed = point.removeprefix("seal:")

    def probe(reached: str, _connection: sqlite3.Connection) -> None:
        if reached == armed:
            os._exit(9)

    if point.startswith("seal:"):
        log.append(Batch(states(0, ROWS)), received_at=RECEIVED)
        log.probe = probe
        log.seal(now=RECEIVED + 48 * HOUR, site_of=SITES)
    else:
        log.probe = probe
        append_all(project, log)


def die_in_bulk(project: Path, point: str) -> None:
    """Die at a named point of a bulk load."""
    log = opened(project)

    def probe(reached: str, _connection: sqlite3.Connection) -> None:
        if reached == point:
            os._exit(9)

    log.probe = probe
    log.bulk([Batch(states(0, 500))], received_at=RECEIVED, site_of=SITES)


def small_disk(project: Path, limit: str) -> None:
    """Append while no file may grow beyond a limit: a real write fails."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    log = opened(project)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), resource.RLIM_INFINITY))
    try:
        append_all(project, log)
    except LogError as error:
        sys.stdout.write(error.problems[0].code)
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        again = log.append(Batch(states(0, ROWS)), received_at=RECEIVED)  # space is back: no restart needed
        sys.stdout.write(f" {again.accepted + again.duplicates}")


def only_open(project: Path, _: str) -> None:
    """Open for writing and say what happened."""
    try:
        opened(project).close()
        sys.stdout.write("opened")
    except LogError as error:
        sys.stdout.write(str(error))
        sys.exit(1)


def only_open_as(project: Path, user: str) -> None:
    """Give up root, then open for writing; what is imported later must not need root."""
    states(0, 1)
    os.setgid(int(user))
    os.setuid(int(user))
    only_open(project, "")


def hold(project: Path, _: str) -> None:
    """Hold the log until killed."""
    log = opened(project, holder="plantstack serve")
    sys.stdout.write("held\n")
    sys.stdout.flush()
    signal.pause()
    log.close()


def die_migrating(project: Path, _: str) -> None:
    """Die half way through a migration of two statements."""
    connection = sqlite3.connect(project / "old.sqlite", isolation_level=None)
    migrate(connection, 2, lambda: os._exit(9), MIGRATION)


MIGRATION = (("CREATE TABLE extra (a INTEGER)", "ALTER TABLE meta ADD COLUMN more TEXT"),)
MODES = {
    mode.__name__: mode
    for mode in (
        run_until_killed,
        die_at,
        die_in_bulk,
        small_disk,
        only_open,
        only_open_as,
        hold,
        die_migrating,
    )
}

if __name__ == "__main__":
    MODES[sys.argv[1]](Path(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else "")
