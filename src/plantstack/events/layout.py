"""How the rows of segments lie: parted by class and site, sorted by equipment and time, cut at days.

Everything is sorted once; site and class are part of the order, so each file is a slice of the whole.
Counts are most of what happens, and most questions are not about them: where they are many they have
files of their own, and whoever looks for something else passes these over by their statistics.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from plantstack.events.schema import EVENT, nothing
from plantstack.intervals import DAY

_OWN = ("key", "sup_key", "body")  # texts that seldom repeat gain nothing from a dictionary
REPEATED = [column.name for column in EVENT if pa.types.is_string(column.type) and column.name not in _OWN]
COMPARED = [column.name for column in EVENT if column.name not in _OWN]
MANY_COUNTS = 50_000  # fewer are not worth a file
_CLASSES = ("counts", "readings", "rest")


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of one file."""

    site: str
    kind_class: str
    events: pa.Table


def parts_of(events: pa.Table, site_of: Mapping[str, str], rows: int) -> Iterator[Part]:
    """Lay events out in parts of about so many rows at most; repeated texts become dictionaries.

    The events come in the order of their offsets.
    """
    coded = _whole(events.column("equipment").dictionary_encode())
    names = coded.dictionary.to_pylist()
    places = sorted(range(len(names)), key=lambda place: (site_of.get(names[place], ""), names[place]))
    ranks = {place: rank for rank, place in enumerate(places)}
    rank = pa.array([ranks[place] for place in range(len(names))], pa.int64()).take(coded.indices)
    rank = pc.add(rank, pc.multiply(_classes(events.column("kind")), len(names)))
    laid = _moved(events, _order(events, rank))
    begin = 0
    for kind_class, site, size in _sizes(rank, [site_of.get(names[place], "") for place in places]):
        for table in _day_ranges(laid.slice(begin, size), rows):
            yield Part(site, kind_class, table)
        begin += size


def _classes(kinds: pa.ChunkedArray) -> pa.Array:
    """The place in `_CLASSES` of every row."""
    coded = _whole(kinds.dictionary_encode())
    names = coded.dictionary.to_pylist()
    own = {"reading": "readings"}
    if "count" in names and pc.sum(pc.equal(coded.indices, names.index("count"))).as_py() >= MANY_COUNTS:
        own["count"] = "counts"
    places = [_CLASSES.index(own.get(name, "rest")) for name in names]
    return pa.array(places, pa.int64()).take(coded.indices)


def _sizes(rank: pa.Array, sites: list[str]) -> list[tuple[str, str, int]]:
    """How many rows each class and site has, in the order they lie in."""
    sizes: dict[tuple[str, str], int] = {}
    for one in sorted(pc.value_counts(rank).to_pylist(), key=lambda counted: counted["values"]):
        kind_class, place = divmod(one["values"], len(sites))
        group = (_CLASSES[kind_class], sites[place])
        sizes[group] = sizes.get(group, 0) + one["counts"]
    return [(*group, size) for group, size in sizes.items()]


def _order(events: pa.Table, rank: pa.Array) -> pa.Array:
    """The places of the rows by rank, time and offset."""
    at = events.column("at").combine_chunks()
    if not pc.any(pc.less(at[1:], at[:-1])).as_py():  # the sort is stable, so time need not be sorted again
        return pc.array_sort_indices(rank)
    keys = [("rank", "ascending"), ("at", "ascending")]
    return pc.sort_indices(pa.table({"rank": rank, "at": at}), sort_keys=keys)


def _moved(events: pa.Table, order: pa.Array) -> pa.Table:
    """Put rows in order; columns that say nothing, or always the same, are not moved."""
    columns, fields = [], []
    for column in EVENT:
        told = events.column(column.name)
        if told.null_count == len(told):
            moved = nothing(column.type, len(told))
        elif column.name in REPEATED:
            coded = _whole(told.dictionary_encode())
            is_one = len(coded.dictionary) == 1 and not coded.null_count
            moved = coded if is_one else coded.take(order)
        else:
            moved = told.take(order).combine_chunks()
        columns.append(moved)
        fields.append(pa.field(column.name, moved.type, column.nullable))
    return pa.Table.from_arrays(columns, schema=pa.schema(fields))


def _day_ranges(events: pa.Table, rows: int) -> list[pa.Table]:
    """Cut at days of `at` so that no part is much larger than a file should be."""
    if len(events) <= rows:
        return [events]
    days = pc.floor(pc.divide(events.column("at").cast(pa.float64()), DAY)).cast(pa.int64())
    counts = pa.table({"day": days}).group_by("day").aggregate([([], "count_all")]).sort_by("day").to_pylist()
    cuts, size = [counts[0]["day"]], 0
    for row in counts:
        if size and size + row["count_all"] > rows:
            cuts.append(row["day"])
            size = 0
        size += row["count_all"]
    spans = zip(cuts, [*cuts[1:], counts[-1]["day"] + 1], strict=True)
    return [events.filter(pc.and_(pc.greater_equal(days, a), pc.less(days, b))) for a, b in spans]


def _whole(column: pa.ChunkedArray) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        column = column.unify_dictionaries()
    return column.combine_chunks()
