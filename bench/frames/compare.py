"""Where the frames and the facts of the SQL differ, measure by measure."""

from __future__ import annotations

import pandas as pd

from bench.frames.facts import Facts
from plantstack.engines.duckdb.calculator import Calculator

_CELL = ["equipment", "hour_from", "day", "shift", "crew", "order_id", "product"]
_TIME = [*_CELL, "account", "reason", "flags"]
_PIECES = [*_CELL, "account", "reason", "class", "flags", "standard"]
_SPANS = [
    *(*_CELL, "kind", "class", "from_at", "until_at", "is_closed", "flags", "reason"),
    *("product_from", "product_to"),
]
_LENGTHS = ["own_us", "wall_us", "scheduled_us", "hidden_us", "std_us", "qty", "qty_matched", "qty_edited"]


def differences(con: Calculator, facts: Facts, names: pd.Series) -> dict[str, tuple[int, int]]:
    """Compare cell by cell with the facts derived in a connection.

    Args:
        con: where `fresh_time_fact` and its siblings are.
        facts: what the frames make of the same history.
        names: the machines by number.

    Returns:
        For time, each class of pieces and each kind of span how many rows differ, of how many.
    """
    found = {"time": _differing(con, "fresh_time_fact", facts.time, names, _TIME, ["us"])}
    for table, frame, part, keys, values in (
        ("fresh_pieces_fact", facts.pieces, "class", _PIECES, ["qty", "ideal", "std"]),
        ("fresh_spans_fact", facts.spans, "kind", _SPANS, _LENGTHS),
    ):
        told = con.sql(f"select distinct {part} from {table}").fetchall()
        for one in sorted({name for (name,) in told} | set(frame[part])):
            mine = frame[frame[part] == one]
            source = f"{table} where {part} = '{one}'"
            found[one] = _differing(con, source, mine, names, keys, values)
    return found


def _differing(
    con: Calculator, source: str, frame: pd.DataFrame, names: pd.Series, keys: list[str], values: list[str]
) -> tuple[int, int]:
    mine = _added(frame.assign(equipment=frame["m"].map(names)), keys, values)
    theirs = _added(con.sql(f"from {source}").df(), keys, values)
    both = mine.merge(theirs, on=keys, how="outer", suffixes=("", "_sql"), indicator=True)
    wrong = both["_merge"] != "both"
    for name in values:
        ours, other = both[name], both[f"{name}_sql"]
        wrong |= ~((ours - other).abs() < 1e-6) & ~(ours.isna() & other.isna())
    return int(wrong.sum()), len(both)


def _added(frame: pd.DataFrame, keys: list[str], values: list[str]) -> pd.DataFrame:
    """Both sides in the same words and types, rows that agree in all keys added up."""
    numbers = {name: "float64" for name in (*values, "standard") if name in frame}
    words = {name: "str" for name in keys if isinstance(frame[name].dtype, pd.CategoricalDtype)}
    frame = frame.astype(numbers | words)
    return frame.groupby(keys, dropna=False)[values].sum(min_count=1).reset_index()
