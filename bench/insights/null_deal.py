"""Facts of a group made over so that nothing found in them can be true: what `bench.insights.null` asks.

What an analysis holds against each other is taken apart, all else stays as it was: how values of one shift
hang together, how scrap comes in bunches, how often machines stop.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from plantstack.demo import Truth
from plantstack.demo.named import NAMED_BY
from plantstack.insights.facts import Facts
from plantstack.insights.flow.waits import shifts_of
from plantstack.intervals import DAY, HOUR, Interval

Ints = NDArray[np.int64]

_SHIFT, _WEEK = 8 * HOUR, 7 * DAY
_AWAY = 21  # shifts at least
_LONG = 0.5  # of the history: what is planted so long is as usual as all else
_TIMES = ("at", "from", "until", "known_at", "reason_known_at")
_LABELS = ("context", "shift", "crew")
LOTS = ("A-1", "A-2", "A-3", "B-1", "B-2", "B-3")


# -- what was planted, and where -------------------------------------------------------------------


def touched(facts: Facts, truths: Sequence[Truth], line: str) -> list[Interval]:
    """When something that findings may name was planted at a line or at one of its machines."""
    first, last = _span(facts)
    found = []
    for one in truths:
        places = {one.where, *(effect.at for effect in one.effects)}
        mine = {line, *(place.id for place in facts.places.values() if _line(facts, place.id) == line)}
        if one.what in NAMED_BY and places & mine and one.until_at - one.from_at < _LONG * (last - first):
            found.append(Interval(one.from_at, max(one.until_at, one.from_at + HOUR)))
    return found


def _line(facts: Facts, machine: str) -> str:
    return facts.places[machine].line or machine


def _lines(facts: Facts) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for machine in sorted(facts.places):
        found[_line(facts, machine)].append(machine)
    return found


def _span(facts: Facts) -> tuple[int, int]:
    return min(int(_begins(table).min()) for table in facts.tables.values() if len(table)), facts.as_of


def deal(size: int, clean: Sequence[int], chance: np.random.Generator) -> list[int]:
    """For each of some alike which one it is made from: every clean one about as often, none other.

    >>> sorted(deal(4, [0, 2], np.random.default_rng(1)))
    [0, 0, 2, 2]
    """
    among = list(clean) or list(range(size))
    rounds = [chance.permutation(among) for _ in range(-(-size // len(among)))]
    return [int(one) for one in chance.permutation(np.concatenate(rounds)[:size])]


# -- shifts dealt anew -----------------------------------------------------------------------------


def shifts_dealt(facts: Facts, truths: Sequence[Truth], chance: np.random.Generator) -> Facts:
    """Each shift of a line is another of its name, with all that its machines did and read in it.

    None of those in which something was planted comes up again. Whatever then seems to have changed from some
    day on did so by chance.
    """
    parts: dict[str, list[pa.Table]] = {name: [] for name in facts.tables}
    for line, machines in _lines(facts).items():
        time = _of(facts.table("time"), machines)
        pacing = next((one for one in machines if facts.places[one].is_pacing), machines[0])
        moves = list(_moves(_of(time, [pacing]), touched(facts, truths, line), chance))
        for name, table in facts.tables.items():
            parts[name].append(_moved(_of(table, machines), moves))
    return _with(facts, {name: pa.concat_tables(some) for name, some in parts.items()})


def _moves(
    time: pa.Table, planted: Sequence[Interval], chance: np.random.Generator
) -> Iterator[tuple[Interval, int]]:
    """What is taken of the history and where it begins then; shifts are alike by name and length."""
    alike: dict[tuple[str, int], list[Interval]] = defaultdict(list)
    for one in shifts_of(time):
        alike[one.name, one.end - one.start].append(Interval(one.start, one.end))
    for spans in alike.values():
        clean = [number for number, one in enumerate(spans) if not _meets(one, planted)]
        for to, source in zip(spans, deal(len(spans), clean, chance), strict=True):
            yield spans[source], to.start


def _meets(span: Interval, planted: Sequence[Interval]) -> bool:
    return any(span.start < one.end and one.start < span.end for one in planted)


def _moved(table: pa.Table, moves: Sequence[tuple[Interval, int]]) -> pa.Table:
    """Rows of spans at other instants; those outside of all spans stay where they are."""
    begins = _begins(table)
    order = np.argsort(begins, kind="stable")
    in_order, is_left = begins[order], np.ones(len(table), dtype=np.bool_)
    rows, by = [], []
    for span, start in moves:
        low, high = np.searchsorted(in_order, [start, start + span.length])
        is_left[order[low:high]] = False
        low, high = np.searchsorted(in_order, [span.start, span.end])
        rows.append(order[low:high])
        by.append(np.full(high - low, start - span.start))
    left = np.flatnonzero(is_left)
    taken = np.concatenate([*rows, left]).astype(np.int64)
    return _later(table.take(pa.array(taken)), np.concatenate([*by, np.zeros(len(left))]).astype(np.int64))


def _later(table: pa.Table, by: Ints) -> pa.Table:
    """Each row so much later: when it was, and when it was known."""
    for name in set(_TIMES) & set(table.column_names):
        table = _set(table, name, pc.add(table[name], pa.array(by)))
    return table


# -- labels dealt anew -----------------------------------------------------------------------------


def labels_dealt(facts: Facts, truths: Sequence[Truth], chance: np.random.Generator) -> Facts:
    """Each order has the labels, readings and settings of another order of its machine and product.

    Its pieces and its scrap stay. As moulds of the demo go with products, each order is given a lot as well.
    Orders in which something was planted give nothing away. What then goes with scrap, or was set otherwise
    than in good runs, does so by chance.
    """
    parts: dict[str, list[pa.Table]] = {name: [] for name in ("pieces", "readings", "setups")}
    for machine in sorted(facts.places):
        own = {name: _of(facts.table(name), [machine]).sort_by(_first(name)) for name in parts}
        planted = touched(facts, truths, _line(facts, machine))
        source = _orders(own["pieces"], planted, chance)
        lots = dict(zip(source, chance.choice(LOTS, len(source)).tolist(), strict=True))
        parts["pieces"].append(_relabelled(own["pieces"], source, lots))
        parts["readings"].append(_refilled(own["readings"], source, ("value", "shift")))
        parts["setups"].append(_refilled(own["setups"], source, ("value", "low", "high", "ok")))
    return _with(facts, {name: pa.concat_tables(some) for name, some in parts.items()})


def _first(name: str) -> str:
    return "from" if name == "pieces" else "at"


def _orders(pieces: pa.Table, planted: Sequence[Interval], chance: np.random.Generator) -> dict[str, str]:
    """For each order of a machine another of its product."""
    told = pieces.group_by(["order", "product"]).aggregate([("from", "min"), ("until", "max")])
    alike: dict[str, dict[str, Interval]] = defaultdict(dict)
    for row in told.to_pylist():
        alike[row["product"]][row["order"]] = Interval(
            row["from_min"], max(row["until_max"], row["from_min"])
        )
    found: dict[str, str] = {}
    for orders in alike.values():
        names = sorted(orders)
        clean = [number for number, one in enumerate(names) if not _meets(orders[one], planted)]
        found |= {name: names[one] for name, one in zip(names, deal(len(names), clean, chance), strict=True)}
    return found


def _relabelled(pieces: pa.Table, source: Mapping[str, str], lots: Mapping[str, str]) -> pa.Table:
    """Counts with the labels of another order, scrap with those of the pieces it is of."""
    counted = np.flatnonzero(pc.is_valid(pieces["total"]).to_numpy())
    if not len(counted):
        return pieces
    of_order = _by(pieces["order"].take(pa.array(counted)))
    takes = np.arange(len(pieces))
    for order, rows in of_order.items():
        other = of_order.get(source.get(order, order), rows)
        takes[counted[rows]] = counted[other[np.arange(len(rows)) * len(other) // len(rows)]]
    begins = np.asarray(pieces["from"], dtype=np.int64)
    of = counted[np.maximum(np.searchsorted(begins[counted], begins, side="right") - 1, 0)]
    is_told = _is_told(pieces)  # scrap that was told without labels has none
    for name in _LABELS:
        rows = np.where(is_told, takes[of], np.arange(len(pieces))) if name == "context" else takes[of]
        pieces = _set(pieces, name, pieces[name].take(pa.array(rows)))
    is_made = (is_told | np.asarray(pc.is_valid(pieces["total"]))).tolist()
    orders = pieces["order"].take(pa.array(of)).to_pylist()
    contexts = zip(pieces["context"].to_pylist(), orders, is_made, strict=True)
    said = [
        _with_lot(one or [], lots.get(order or "", LOTS[0])) if is_it else one
        for one, order, is_it in contexts
    ]
    return _set(pieces, "context", pa.chunked_array([pa.array(said, pieces.schema.field("context").type)]))


def _with_lot(context: list[tuple[str, str]], lot: str) -> list[tuple[str, str]]:
    return context if any(key == "lot" for key, _ in context) else [*context, ("lot", lot)]


def _is_told(pieces: pa.Table) -> NDArray[np.bool_]:
    """Rows that say anything of what the pieces were made with."""
    maps = pieces["context"].combine_chunks()
    lengths = np.diff(np.asarray(maps.offsets, dtype=np.int64))
    told: NDArray[np.bool_] = lengths > 0
    return told


def _refilled(table: pa.Table, source: Mapping[str, str], names: Sequence[str]) -> pa.Table:
    """Rows of each parameter and order with the values of another order, one after the other."""
    keys = pc.binary_join_element_wise(pc.fill_null(table["order"], ""), table["parameter"], "\x00")
    of_order, takes = _by(keys), np.arange(len(table))
    for key, rows in of_order.items():
        order, parameter = key.split("\x00")
        other = of_order.get(f"{source.get(order, order)}\x00{parameter}", rows)
        takes[rows] = other[np.arange(len(rows)) % len(other)]
    for name in names:
        table = _set(table, name, table[name].take(pa.array(takes)))
    return table


def _by(keys: pa.ChunkedArray) -> dict[str, Ints]:
    """Rows by key, in their order."""
    found: dict[str, list[int]] = defaultdict(list)
    for row, key in enumerate(keys.to_pylist()):
        found[key or ""].append(row)
    return {key: np.array(rows, dtype=np.int64) for key, rows in found.items()}


# -- moved against each other ------------------------------------------------------------------------


def moved(facts: Facts, truths: Sequence[Truth], chance: np.random.Generator) -> Facts:
    """Machines moved against each other by whole weeks, readings and moulds against scrap by whole shifts.

    What is moved beyond the end comes first. What was slow or came in bunches is so still, only at another
    time: what then goes together does so by chance.
    """
    first, last = _span(facts)
    weeks, ring = (last - first) // _WEEK, (last - first) // _SHIFT * _SHIFT
    parts: dict[str, list[pa.Table]] = {name: [] for name in ("time", "readings", "pieces")}
    for machines in _lines(facts).values():
        apart = chance.permutation(weeks)[: len(machines)]  # machines of a line by weeks that differ
        for machine, by in zip(machines, apart, strict=True):
            own = {name: _of(facts.table(name), [machine]) for name in parts}
            shifts = int(chance.integers(_AWAY, ring // _SHIFT - _AWAY))
            parts["time"].append(_turned(own["time"], first, int(weeks) * _WEEK, int(by) * _WEEK))
            parts["readings"].append(_turned(own["readings"], first, ring, shifts * _SHIFT))
            parts["pieces"].append(_lots_turned(own["pieces"], first, ring, shifts * _SHIFT))
    return _with(facts, {name: pa.concat_tables(some) for name, some in parts.items()})


def _turned(table: pa.Table, first: int, span: int, by: int) -> pa.Table:
    """Rows so much later, those beyond the end at the beginning; what lies outside the span stays."""
    begins = _begins(table)
    to = first + (begins - first + by) % span
    return _later(table, np.where(begins - first < span, to - begins, 0))


def _lots_turned(pieces: pa.Table, first: int, span: int, by: int) -> pa.Table:
    """Pieces with the context that others had so long before."""
    pieces = pieces.sort_by("from")
    counted = np.flatnonzero(pc.is_valid(pieces["total"]).to_numpy())
    if not len(counted):
        return pieces
    begins = np.asarray(pieces["from"], dtype=np.int64)
    at = begins[counted]
    now = at[np.maximum(np.searchsorted(at, begins, side="right") - 1, 0)]  # of the pieces it is of
    then = first + (now - first - by) % span
    near = counted[np.maximum(np.searchsorted(at, then, side="right") - 1, 0)]
    near = np.where(_is_told(pieces), near, np.arange(len(pieces)))
    return _set(pieces, "context", pieces["context"].take(pa.array(near)))


# -- tables ----------------------------------------------------------------------------------------


def _begins(table: pa.Table) -> Ints:
    """When each row was: a count in its middle, so that it falls into one shift."""
    if "at" in table.column_names:
        return np.asarray(table["at"], dtype=np.int64)
    begins: Ints = np.asarray(table["from"], dtype=np.int64)
    return (
        (begins + np.asarray(table["until"], dtype=np.int64)) // 2
        if "total" in table.column_names
        else begins
    )


def _of(table: pa.Table, machines: Sequence[str]) -> pa.Table:
    return table.filter(pc.is_in(table["equipment"], pa.array(list(machines), pa.string())))


def _set(table: pa.Table, name: str, column: pa.ChunkedArray) -> pa.Table:
    return table.set_column(table.schema.get_field_index(name), table.schema.field(name), column)


def _with(facts: Facts, tables: Mapping[str, pa.Table]) -> Facts:
    """The facts with other tables, sorted as they are promised to be."""
    in_order = {
        name: table.sort_by(
            [(one, "ascending") for one in ("equipment", "at" if "at" in table.column_names else "from")]
        )
        for name, table in tables.items()
    }
    return replace(facts, tables={**facts.tables, **in_order})
