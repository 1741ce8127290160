"""Appending to the hot log, against bare SQLite with the same tables and unique key."""

from __future__ import annotations

import sqlite3
import tempfile
from itertools import count
from pathlib import Path

import pyarrow as pa

from bench.floor import Floor, write_plant
from bench.measure import Result, in_turn, ratio, rounded
from bench.project import batches
from plantstack.events.batch import Batch
from plantstack.events.hot import EVENT_DDL, to_rows
from plantstack.events.identity import canonical, hashes, identity_texts
from plantstack.events.log import Log
from plantstack.plant.load import load_plant

ROWS_A_COMMIT = 100
TARGET = 0.5
_SEEN = """CREATE TABLE seen (identity BLOB NOT NULL, content BLOB NOT NULL, log_offset INTEGER NOT NULL,
    PRIMARY KEY (identity, content)) STRICT, WITHOUT ROWID"""

Prepared = list[tuple[str, list[tuple[object, ...]], list[tuple[bytes, bytes, int]]]]


def measure(events: int, repeats: int) -> Result:
    """Append the same commits to a fresh log and to a fresh SQLite file, in turn."""
    floor = Floor(machines=20, days=max(2, events // 20 // 500))
    with tempfile.TemporaryDirectory(prefix="bench-hot-") as name:
        home = Path(name)
        write_plant(home, floor)
        whole = pa.concat_tables([batch.events for batch in batches(load_plant(home), floor)])[:events]
        commits = [whole[start : start + ROWS_A_COMMIT] for start in range(0, len(whole), ROWS_A_COMMIT)]
        rows = _rows(commits, floor.now)
        number = count()

        def ours() -> None:
            folder = home / f"log-{next(number)}"
            folder.mkdir()
            with Log.open(folder, write=True, project_id="bench") as log:
                for events in commits:
                    log.append(Batch(events), received_at=floor.now)

        times = in_turn(ours, lambda: _bare(home / f"bare-{next(number)}.sqlite", rows), repeats)
    return Result(
        "hot log: rows per second at 100-row commits, of bare SQLite's",
        1 / ratio(times),
        TARGET,
        ">=",
        detail={
            "rows": len(whole),
            "log_rows_per_s": round(len(whole) / sorted(times[0])[len(times[0]) // 2]),
            "sqlite_rows_per_s": round(len(whole) / sorted(times[1])[len(times[1]) // 2]),
            "log_s": rounded(times[0]),
            "sqlite_s": rounded(times[1]),
        },
    )


def _rows(commits: list[pa.Table], now: int) -> Prepared:
    """The rows as SQLite takes them, made beforehand: the bare side only writes."""
    offset = count(1)
    out: Prepared = []
    for events in commits:
        numbers = [next(offset) for _ in range(len(events))]
        statement, told = to_rows(events)
        listed = [(number, now, *row) for number, row in zip(numbers, told, strict=True)]
        keys = zip(hashes(identity_texts(events)), hashes(canonical(events)), numbers, strict=True)
        seen = [(identity, content[:8], number) for identity, content, number in keys]
        out.append((statement, listed, seen))
    return out


def _bare(path: Path, commits: Prepared) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(EVENT_DDL)
    connection.execute(_SEEN)
    for statement, told, seen in commits:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(statement, told)
        connection.executemany("INSERT INTO seen VALUES (?, ?, ?)", seen)
        connection.execute("COMMIT")
    connection.close()
