"""Everything the frames make of a history: time, pieces and spans, by hour."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from bench.frames.books import Books
from bench.frames.counts import inspected_fact, made_fact, sorted_pieces
from bench.frames.doubts import lane_fact, line_fact, outpaced_fact, twice_fact
from bench.frames.plans import ended_slots, plan_fact, plan_parts, slots, slots_by_shift, unplanned_fact
from bench.frames.spans import spans_fact
from bench.frames.time import by_hour, named, time_fact


@dataclass(frozen=True)
class Facts:
    """The three tables of sums."""

    time: pd.DataFrame
    pieces: pd.DataFrame
    spans: pd.DataFrame

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.time) + len(self.pieces) + len(self.spans)


def facts_of(books: Books) -> Facts:
    """Add up the books."""
    hours = by_hour(books).sort_values("t", kind="stable")
    tiles = hours.sort_values(["m", "t"], ignore_index=True)
    time = time_fact(books, tiles)
    sorted_ = sorted_pieces(books, tiles)
    made = named(books, made_fact(sorted_))
    slot = slots(books)
    parts = plan_parts(books, slot)
    pieces = [
        made,
        named(books, inspected_fact(books, hours)),
        named(books, line_fact(books, sorted_)),
        named(books, lane_fact(books, tiles)),
        plan_fact(books, parts),
        unplanned_fact(books, slot, made),
        outpaced_fact(made, time),
        twice_fact(made),
    ]
    planned = pd.concat([ended_slots(books, slot), slots_by_shift(books, parts)])
    spans = spans_fact(books, hours, planned)
    return Facts(time, pd.concat(pieces, ignore_index=True), spans)
