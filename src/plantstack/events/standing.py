"""The events that stand: of conflicting contents the least, of corrected events the correction."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from plantstack.events.corrections import Correction, Identity, Rank, Standing, standing
from plantstack.events.identity import canonical


def standing_events(events: pa.Table, ranks: Mapping[str, Rank]) -> pa.Table:
    """Return the events that hold, in any order of arrival the same ones.

    Args:
        events: all events up to the offset of interest (EVENT or CONTENT), conflicts included.
        ranks: rank and rights by source, see `corrections.standing`.
    """
    events = events.filter(pc.invert(conflict_losers(events)))
    found = settle(events, ranks)
    gone = found.voided | found.dead.keys()
    fallen = marks(events, gone)
    return events.filter(pc.invert(pc.or_(fallen, events.column("void"))))


def settle(events: pa.Table, ranks: Mapping[str, Rank]) -> Standing:
    """Apply the rules of corrections to a table without conflicts."""
    rows = events.filter(pc.is_valid(events.column("sup_source")))
    names = ("source", "key", "sup_source", "sup_key", "void", "kind", "told_at", "at")
    columns = (rows.column(name).to_pylist() for name in names)
    corrections = [
        Correction((source, key), (sup_source, sup_key), void, kind, told_at, at)
        for source, key, sup_source, sup_key, void, kind, told_at, at in zip(*columns, strict=True)
    ]
    targets = events.filter(marks(events, {correction.target for correction in corrections}))
    kinds = zip(*(targets.column(name).to_pylist() for name in ("source", "key", "kind")), strict=True)
    return standing(corrections, {(source, key): kind for source, key, kind in kinds}, ranks)


def conflict_losers(events: pa.Table) -> pa.Array:
    """Mark the rows whose identity was told with another content that is less (told_at, content)."""
    identity = pc.binary_join_element_wise(events.column("source"), events.column("key"), "\n")
    counts = pc.value_counts(identity)
    twice = counts.filter(pc.greater(counts.field("counts"), 1)).field("values")
    rows = pc.indices_nonzero(pc.is_in(identity, twice)).to_pylist()
    losers = [False] * len(events)
    if rows:
        told = events.take(rows)
        texts = canonical(told).to_pylist()
        names = identity.take(pa.array(rows)).to_pylist()
        leaders: dict[str, int] = {}
        for place in sorted(range(len(rows)), key=lambda i: (told["told_at"][i].as_py(), texts[i])):
            leaders.setdefault(names[place], place)
            losers[rows[place]] = leaders[names[place]] != place
    return pa.array(losers, pa.bool_())


def marks(events: pa.Table, identities: frozenset[Identity] | set[Identity]) -> pa.Array:
    """Mark the rows that have one of the identities."""
    names = pa.array([f"{source}\n{key}" for source, key in identities], pa.string())
    identity = pc.binary_join_element_wise(events.column("source"), events.column("key"), "\n")
    return pc.is_in(identity, names)
