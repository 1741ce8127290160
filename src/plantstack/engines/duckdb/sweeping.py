"""Fact tables swept once for all that one answer asks of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from plantstack.engines.duckdb.calculator import Calculator
from plantstack.engines.duckdb.sums import Sweep


class Sweeps:
    """What was swept for the answer being given, so that its parts read it again instead of the books."""

    def __init__(self, con: Calculator) -> None:
        self._con = con
        self._kept: dict[tuple[str, str], tuple[frozenset[str], str]] = {}
        self._depth = 0

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Keep sweeps until the outermost of these ends; the books must not change meanwhile, or `forget`."""
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
            if not self._depth:
                self.forget()

    def forget(self) -> None:
        """Sweep again: the books have changed."""
        for _, name in self._kept.values():
            self._con.execute(f"drop table {name}")
        self._kept = {}

    def relation(self, sweep: Sweep) -> str:
        """The relation that holds a sweep: kept rows where they say enough, else the query itself."""
        if not self._depth or sweep.table == "levels":  # of levels there are few
            return f"({sweep.sql})"
        known, name = self._kept.get((sweep.keys, sweep.rows), (frozenset(), ""))
        if not known.issuperset(sweep.columns) or not name:
            name = name or f"swept_{len(self._kept)}"
            columns = known.union(sweep.columns)
            whole = replace(sweep, columns=tuple(sorted(columns)))
            self._con.execute(f"create or replace temp table {name} as {whole.sql}")
            self._kept[(sweep.keys, sweep.rows)] = (columns, name)
        return name
