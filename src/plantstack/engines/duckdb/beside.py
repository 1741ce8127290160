"""Facts beside the pages, made once for each opening of the books, when a question first asks for them."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import pyarrow as pa

from plantstack.engines.duckdb.books import Books
from plantstack.engines.duckdb.calculator import put_tables
from plantstack.ledger.beside import FAMILIES, PAGE_KINDS, SAID_KINDS, beside_scripts, family_of
from plantstack.measures.measure import Sum


def beside_families(sums: Iterable[Sum]) -> set[str]:
    """The families of facts that no page holds and that are added up here."""
    found = tuple(sums)
    filters = [filtered for one in found if one.table == "spans" for filtered in one.where]
    kinds = {kind for column, values in filters if column == "kind" for kind in values}
    levels = {"said"} if any(one.table == "levels" for one in found) else set()
    return levels | {family_of(kind) for kind in kinds - PAGE_KINDS}


def put_beside(books: Books, families: Collection[str] = tuple(FAMILIES)) -> None:
    """Fill the table `beside_span` with some families of facts, unless that was done before."""
    for family in sorted(set(families) - books.beside):
        put_tables(books.con, {"said_kind": pa.table({"kind": pa.array(SAID_KINDS, pa.string())})})
        for script in beside_scripts(family):
            books.con.execute(script)
        books.beside.add(family)
