"""Books that stay open while the log grows: what came since is laid on top, and owed until somebody asks.

A server answers from them. They say what books opened anew at the same offset and instant would say: whoever
asks about a machine has derived first what is owed of it, see `owing`.
"""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from plantstack.engines.duckdb.books import Books, hear
from plantstack.engines.duckdb.deriving import dirt_since
from plantstack.engines.duckdb.owing import begin_anew, owe
from plantstack.engines.duckdb.source import add_hot, settle
from plantstack.intervals import DAY

_SETTLED_ANEW = ("plan", "close", "reopen")  # beside them, what corrects or contradicts something
_LATE = 6 * DAY  # a page is closed a week after its end at the soonest
_ROOM = 10 * DAY  # calendars are laid out for so long beyond what was heard last


def can_grow(books: Books, upto: int, now: int) -> bool:
    """Whether open books can be brought to an offset and an instant, or must be opened anew.

    They cannot when the plant files changed on the way, when what was logged since is sealed by now, or when
    an event speaks of a time for which no calendar was laid out.
    """
    fresh = _fresh(books, upto)
    if len(fresh) != upto - books.stamp.offset or "config" in fresh["kind"].unique().to_pylist():
        return False
    days = books.tables["day"]
    first, last = pc.min(days["from_at"]).as_py(), pc.max(days["until_at"]).as_py()
    if first is None or not first + _ROOM < now < last - _ROOM:
        return False
    spoken = [fresh["at"], fresh["from_at"].drop_null(), fresh["until_at"].drop_null()]
    return all(
        not len(column) or (pc.min(column).as_py() > first and pc.max(column).as_py() < last)
        for column in spoken
    )


def refresh(books: Books, upto: int, now: int) -> int:
    """Bring open books to an offset and an instant; return how many stretches changed.

    Args:
        books: that `can_grow` so far.
        upto: the last offset that counts.
        now: how far the books of every site reach that was ever heard.
    """
    fresh = _fresh(books, upto)
    if not len(fresh) and set(books.as_of.values()) <= {now}:
        return 0
    was, reached = books.stamp, dict(books.as_of)
    books.answers.clear()
    add_hot(books.con, fresh)
    is_settled_anew = _settle(books, fresh, upto)
    hear(books)
    books.stamp = replace(was, offset=upto)
    books.as_of = dict.fromkeys({*reached, *_sites(books, fresh)}, now)
    if is_settled_anew or "order" in fresh["kind"].unique().to_pylist():
        books.put_orders()
    else:
        books.put_reach()
    books.forget_beside()
    if books.cuts:  # hours that a question cut are put together again
        dirt = begin_anew(books)
    else:
        dirt = dirt_since(books, was.offset, reached, "gone_before")
        owe(books, dirt)
    return sum(len(stretches) for stretches in dirt.values())


def _fresh(books: Books, upto: int) -> pa.Table:
    return books.log.hot(upto, after=books.stamp.offset)


def _settle(books: Books, fresh: pa.Table, upto: int) -> bool:
    """Decide again what stands, where anything new could have a say in that; tell whether it could."""
    con, log = books.con, books.log
    con.execute("create or replace temp table gone_before as from gone")
    is_late = pc.any(pc.greater(pc.subtract(fresh["received_at"], fresh["at"]), _LATE)).as_py()
    corrects = fresh["sup_key"].null_count < len(fresh) or pc.any(fresh["void"]).as_py()
    is_plan = not set(fresh["kind"].unique().to_pylist()).isdisjoint(_SETTLED_ANEW)
    named = "select 1 from fresh_event semi join named using (source, key) limit 1"
    is_told_again = log.conflicted(upto, after=books.stamp.offset) or con.execute(named).fetchall()
    if not (is_late or corrects or is_plan or is_told_again):
        return False
    settle(con, log, upto)
    return True


def _sites(books: Books, fresh: pa.Table) -> set[str]:
    """The sites that something was heard of."""
    lanes = {lane: machine for lane, (machine, _) in books.plant.lanes.items()}
    names = {lanes.get(name, name) for name in fresh["equipment"].unique().to_pylist()}
    return {spans[0].site for name in names if (spans := books.plant.spans.get(name)) and spans[0].site}
