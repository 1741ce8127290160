"""The cells a problem is about: found again in the file, so that a message can show what came."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import duckdb

from plantstack.connectors.mapping.layout import Laid, Layout
from plantstack.connectors.mapping.model import Column
from plantstack.connectors.mapping.reasons import Reason
from plantstack.errors import Problem, did_you_mean
from plantstack.events.forms import shown

Places = Mapping[int, tuple[str, ...]]
"""Number of a row in the order of reading -> the columns whose cells are wanted."""


@dataclass(frozen=True, slots=True)
class Came:
    """What stood in the cells of one row, and over which headers."""

    cells: tuple[str, ...]
    headers: tuple[str, ...]


def find_cells(
    connection: duckdb.DuckDBPyConnection, layout: Layout, laid: Laid, wanted: Places
) -> dict[int, Came]:
    """Read some cells again; done only when something is wrong with them."""
    names = list(dict.fromkeys(name for columns in wanted.values() for name in columns))
    if not names:
        return {nth: Came((), ()) for nth in wanted}
    columns = layout.mapping.columns
    texts = [f"{_text(columns[name], layout)} AS t{place}" for place, name in enumerate(names)]
    wide = "wide_name" if layout.mapping.wide else "NULL"
    # In the order of reading, like the table of cells.
    place = "row_number() OVER () - 1 AS nth"
    counted = f"SELECT {place}, {wide} AS turned, {', '.join(texts)} FROM {laid.source}"
    query = f"SELECT * FROM ({counted}) WHERE nth IN (SELECT unnest($wanted))"
    parameters = laid.parameters | layout.bind.used_in(query) | {"wanted": list(wanted)}
    found = {}
    for nth, turned, *cells in connection.execute(query, parameters).fetchall():
        shown_cells = dict(zip(names, cells, strict=True))
        asked = wanted[nth]
        headers = tuple(_header(columns[name], layout, turned) for name in asked)
        found[nth] = Came(tuple(shown_cells[name] or "" for name in asked), headers)
    return found


def _text(column: Column, layout: Layout) -> str:
    headers = [header for header in (column.header, column.clock_header) if header]
    parts = ", ".join(layout.find(column, header) for header in headers or [""])
    return f"concat_ws(' ', {parts})"


def _header(column: Column, layout: Layout, turned: str | None) -> str:
    wide = layout.mapping.wide
    if column.group:
        return f"group '{column.group}' of the file's name"
    if wide and turned is not None and column.header == wide.value:
        return f"column '{turned}'"
    headers = [f"'{header}'" for header in (column.header, column.clock_header) if header]
    if headers:
        return f"column {' and '.join(headers)}"
    return f"constant '{column.name}' of the mapping"


def problem_of(layout: Layout, reason: Reason, came: Came | None, rule: str) -> Problem:
    """Word what is wrong with a row: where, what was expected, what came, what to do."""
    if came is None or not came.headers:
        return Problem(reason.code, f"rule '{rule}'", f"expected {reason.expected}", reason.fix)
    where = ", ".join(dict.fromkeys(came.headers))
    told = [shown(" ".join(cell.split())) if cell.strip() else "an empty cell" for cell in came.cells]
    expected, fix = reason.expected, reason.fix
    words = layout.mapping.columns[reason.columns[0]].words
    if reason.code == "row-unreadable" and words is not None:
        word = came.cells[0].strip()
        if word in words.to:
            expected = f"something else than the word '{words.to[word]}' of the map"
        fix = " ".join(filter(None, (_hint(word, words.to), fix)))
    return Problem(reason.code, where, f"expected {expected}, came {' and '.join(told)}", fix)


def _hint(word: str, known: Iterable[str]) -> str:
    """The word of the map that was probably meant."""
    hint = did_you_mean(word, known)
    return f"{hint[:1].upper()}{hint[1:]}" if hint.startswith("did") else ""
