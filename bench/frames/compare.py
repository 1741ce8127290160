"""Where the frames and the facts of the SQL differ."""

from __future__ import annotations

from bench.frames.books import CELL, Books
from plantstack.engines.duckdb.calculator import Calculator

_KEYS = ["equipment", *CELL[1:]]
# what is spread over hours, and the classes beside pieces themselves, are not in the frames
_SQL = {
    "time_fact": f"select {', '.join(_KEYS)}, sum(us)::bigint as us from fresh_time_fact group by all",
    "pieces_fact": f"""
        select {", ".join(_KEYS)}, class, sum(qty)::double as qty, sum(ideal)::double as ideal
        from fresh_pieces_fact
        where class in ('good', 'scrap', 'rest') and flags & flag('spread') = 0
        group by all
    """,
    "stops": """
        select equipment, from_at as t, until_at as "to", own_us, class, reason
        from fresh_spans_fact where kind = 'stop'
    """,
}


def differences(con: Calculator, books: Books) -> dict[str, tuple[int, int]]:
    """Compare cell by cell with the facts derived in a connection.

    Returns:
        For each table how many rows differ, of how many.
    """
    hours = books.hours()
    frames = {
        "time_fact": (books.time_fact(hours), _KEYS),
        "pieces_fact": (books.pieces_fact(hours), [*_KEYS, "class"]),
        "stops": (books.stops().drop(columns="stop"), ["equipment", "t", "to", "own_us", "class", "reason"]),
    }
    names = books.plant.machine["equipment"]
    found = {}
    for table, (frame, keys) in frames.items():
        mine = frame.assign(equipment=frame["m"].map(names)).drop(columns="m")
        theirs = con.sql(_SQL[table]).df()
        both = mine.merge(theirs, on=keys, how="outer", suffixes=("", "_sql"), indicator=True)
        wrong = both["_merge"] != "both"
        for name in set(theirs.columns) - set(keys):
            wrong |= (both[name] - both[f"{name}_sql"]).abs() > 1e-6
        found[table] = (int(wrong.sum()), len(both))
    return found
