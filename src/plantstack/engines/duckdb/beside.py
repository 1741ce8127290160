"""Facts beside the pages, made once for each opening of the books, when a question first asks for them."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from plantstack.engines.duckdb.books import Books
from plantstack.engines.duckdb.calculator import put_tables
from plantstack.ledger.beside import PAGE_KINDS, SAID_KINDS, beside_scripts
from plantstack.measures.measure import Measure


def are_beside(measures: Iterable[Measure]) -> bool:
    """Whether any of these measures is summed over facts that no page holds."""
    found = [measure.sum for measure in measures if measure.sum is not None]
    sums = [one for one in found if one.table == "spans"]
    if any(one.table == "levels" for one in found):
        return True
    kinds = {kind for one in sums for column, values in one.where if column == "kind" for kind in values}
    return not kinds <= PAGE_KINDS


def put_beside(books: Books) -> None:
    """Fill the table `beside_span`, unless that was done before."""
    if books.has_beside:
        return
    put_tables(books.con, {"said_kind": pa.table({"kind": pa.array(SAID_KINDS, pa.string())})})
    for script in beside_scripts():
        books.con.execute(script)
    books.has_beside = True
