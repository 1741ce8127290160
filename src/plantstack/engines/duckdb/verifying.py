"""The proof that the lake says what the log says: derive everything again and compare row by row."""

from __future__ import annotations

from plantstack.engines.duckdb.books import Books
from plantstack.engines.duckdb.deriving import Progress, derive, quiet
from plantstack.errors import Problem
from plantstack.intervals import Interval

_FAR = 2**62

# What numbers are made of; borders and their carry are only how the work was cut.
_COMPARED = ("ledger", "time_fact", "pieces_fact", "spans_fact", "time_day", "pieces_day")


def verify(books: Books, *, progress: Progress = quiet) -> list[Problem]:
    """Compare the books as read with books derived from nothing but the log.

    Rows are compared in both directions; integers and decimals must be identical.

    Returns:
        One problem a table that differs, with how many rows are missing or too many.
    """
    con = books.con
    for table in _COMPARED:
        con.execute(f"create or replace temp table was_{table} as from {books.relation(table)}")
    books.manifest = None
    books.forget_fresh()
    machines = [machine for machine in books.plant.machines if books.reach(machine)]
    derive(
        books, {machine: [Interval(-_FAR, books.reach(machine))] for machine in machines}, progress=progress
    )
    problems = []
    for table in _COMPARED:
        named = ", ".join(f'"{row[0]}"' for row in con.execute(f"describe fresh_{table}").fetchall())
        here, there = (f"select {named} from {name}" for name in (f"was_{table}", books.relation(table)))
        missing, extra = (
            con.execute(f"select count(*) from ({one} except all {other})").fetchall()[0][0]
            for one, other in ((there, here), (here, there))
        )
        if missing or extra:
            what = f"{missing} rows of the log's books are missing, {extra} rows should not be there"
            problems.append(Problem("lake-differs", f"lake/{table}", what, "Run 'plantstack rebuild'."))
        con.execute(f"drop table was_{table}")
    return problems
