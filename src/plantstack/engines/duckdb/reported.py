"""Reported values: the sums of a closed page as they stood when it was closed, kept for good (books 8).

They are copies, so neither late events nor a newer version of the rules can change them. Each close event
has its own files in `reported/`; the marker written last makes them count.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path

from plantstack.engines.duckdb.beside import put_beside
from plantstack.engines.duckdb.books import Books
from plantstack.engines.duckdb.homes import put_homes
from plantstack.engines.duckdb.owing import begin_anew, pay
from plantstack.events.segments import sync_directory, sync_file
from plantstack.intervals import Interval
from plantstack.ledger.beside import BESIDE_ONLY
from plantstack.ledger.outputs import PAGED

FOLDER = "reported"
TABLES = ("time_day", "pieces_day", "spans_fact")


def frozen(folder: Path) -> set[int]:
    """The offsets of the close events whose values are kept."""
    return {int(path.stem) for path in (folder / FOLDER).glob("*.json")}


@dataclass(frozen=True, slots=True)
class Close:
    """A close event.

    Attributes:
        offset: of the event.
        upto: the offset its values had seen; as a rule its own.
        equipment: with all that stood under it; '' is everything.
        span: the days and shifts wholly inside it are closed.
    """

    offset: int
    upto: int
    equipment: str
    span: Interval


def bring_up_closed(books: Books, close: Close) -> None:
    """Derive what a close event speaks of: its site, for no machine leaves its site or hears of another."""
    begin_anew(books)
    is_known = close.equipment in books.plant.equipment
    home = books.plant.site_of(close.equipment).id if is_known else ""
    pay(books, [machine for machine in books.plant.machines if home in ("", books.site(machine))])


def freeze(books: Books, close: Close) -> None:
    """Keep the sums that a close event makes reported; the books must stand at its `upto`.

    What it speaks of must be derived; other sites need not be.
    """
    folder = books.folder / FOLDER
    folder.mkdir(exist_ok=True)
    put_homes(books, "as-was")
    put_beside(books)
    sql = files("plantstack.engines.duckdb").joinpath("closed.sql").read_text("utf-8")
    told = {"equipment": close.equipment, "from_at": close.span.start, "until_at": close.span.end}
    books.con.execute(sql, told)
    offset = close.offset
    rows = 0
    for table in TABLES:
        path = folder / f"{offset}-{table}.parquet"
        chosen = (
            f"select {offset}::bigint as closed_at, f.* from all_{table} as f"
            " semi join closing using (equipment, day, shift)"
        )
        quoted = str(path).replace("'", "''")
        rows += books.con.execute(f"copy ({chosen}) to '{quoted}' (format parquet)").fetchall()[0][0]
        sync_file(path)
    marker = folder / f"{offset}.json"
    fresh = marker.with_suffix(".new")
    note = {"schema": 1, "rows": rows, **asdict(books.stamp)}
    fresh.write_text(json.dumps(note), "utf-8")
    sync_file(fresh)
    fresh.replace(marker)
    sync_directory(folder)


def put_reported(books: Books) -> bool:
    """Make the views `reported_<table>` of what was kept up to the books' offset; tell if there is any."""
    kept = sorted(offset for offset in frozen(books.folder) if offset <= books.stamp.offset)
    for table in TABLES:
        if not kept:
            books.con.execute(f"create or replace temp table reported_{table} ({_columns(table)})")
            continue
        paths = ", ".join(
            "'" + str(books.folder / FOLDER / f"{offset}-{table}.parquet").replace("'", "''") + "'"
            for offset in kept
        )
        books.con.execute(f"create or replace temp table kept_{table} (closed_at bigint, {_columns(table)})")
        books.con.execute(
            f"insert into kept_{table} by name from read_parquet([{paths}], union_by_name = true)"
        )
    if not kept:
        return False
    # a page that was reopened and closed again is reported by its last close
    books.con.execute(
        "create or replace temp table reported_cell as"
        " select equipment, day, shift, max(closed_at) as closed_at from ("
        " select equipment, day, shift, closed_at from kept_time_day"
        " union all select equipment, day, shift, closed_at from kept_spans_fact) group by all"
    )
    for table in TABLES:
        books.con.execute(
            f"create or replace temp view reported_{table} as"
            f" select k.* exclude (closed_at) from kept_{table} as k"
            " semi join reported_cell using (equipment, day, shift, closed_at)"
        )
    return True


def _columns(table: str) -> str:
    """The columns of a kept table; files of earlier versions may have fewer."""
    return f"{PAGED[table]}, {BESIDE_ONLY}" if table == "spans_fact" else PAGED[table]
