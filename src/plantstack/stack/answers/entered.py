"""What somebody entered, by the pseudonyms that still lead to him; asked by nobody but himself."""

from __future__ import annotations

from collections.abc import Collection

from plantstack.engines.duckdb.entered import Entered, entered_by
from plantstack.stack.project import Stack


def entries_of(stack: Stack, pseudonyms: Collection[str]) -> list[Entered]:
    """Count events under some pseudonyms, by kind."""
    return entered_by(stack.engine(scope=None).books, pseudonyms)
