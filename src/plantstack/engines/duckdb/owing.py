"""What changed is owed, and derived when somebody asks: with many machines few are looked at in any second.

Whoever asks about a machine asks about its line too, for its neighbours decide whose loss a stop is.
"""

from __future__ import annotations

from collections.abc import Iterable

from plantstack.engines.duckdb.books import Books
from plantstack.engines.duckdb.deriving import Dirt, derive, dirt_of
from plantstack.engines.duckdb.windows import merged
from plantstack.intervals import SECOND

WATCHED = 15 * SECOND  # what was asked about twice within so long is looked at
MANY = 16  # machines looked at are kept fresh without being asked: one run for all instead of one a question


def owe(books: Books, dirt: Dirt) -> None:
    """Note what changed."""
    for machine, stretches in dirt.items():
        books.owed[machine] = merged([*books.owed.get(machine, ()), *stretches])


def begin_anew(books: Books) -> Dirt:
    """Forget all that was derived beyond the lake, and owe it; return what that is."""
    books.cuts, books.are_cut = (), set()
    books.forget_fresh()
    books.put_views()
    dirt = dirt_of(books)
    books.owed = {machine: list(stretches) for machine, stretches in dirt.items()}
    return dirt


def pay(books: Books, machines: Iterable[str] | None = None) -> bool:
    """Derive what is owed of machines and their lines, None: of all; tell whether anything was."""
    wanted = set(books.owed) if machines is None else books.kin(machines)
    now = max(books.as_of.values(), default=0)
    for machine in wanted:
        last, _ = books.asked.get(machine, (0, 0))
        if last != now:  # one question asks about a machine many times
            books.asked[machine] = (now, last)
    if not wanted & books.owed.keys():
        return False
    return _derive(books, wanted | _watched(books))  # a few machines more cost little


def pay_watched(books: Books) -> bool:
    """Derive what is owed of machines that are looked at, where they are many; tell whether anything was."""
    watched = _watched(books)
    return len(watched) >= MANY and _derive(books, watched)


def _watched(books: Books) -> set[str]:
    since = max(books.as_of.values(), default=0) - WATCHED
    books.asked = {machine: asked for machine, asked in books.asked.items() if asked[0] >= since}
    return {machine for machine, asked in books.asked.items() if asked[1] >= since}


def _derive(books: Books, wanted: set[str]) -> bool:
    due = {machine: books.owed[machine] for machine in sorted(wanted & books.owed.keys())}
    if not due:
        return False
    derive(books, due)
    for machine in due:
        del books.owed[machine]
    books.forget_beside()
    return True
