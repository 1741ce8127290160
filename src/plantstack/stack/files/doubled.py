"""Pieces that a source begins to tell where another has told them: both stand, and all of them twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from plantstack.errors import Problem
from plantstack.events.log import Log
from plantstack.events.schema import COUNT_CLASSES
from plantstack.intervals import HOUR, Interval

_READ = (
    "log_offset",
    "kind",
    "source",
    "key",
    "equipment",
    "at",
    "sup_source",
    "sup_key",
    "void",
    *COUNT_CLASSES,
)
_SPOT = ["equipment", "hour", "class"]
_WHO = ["source", *_SPOT]
_NOWHERE = pa.table({name: pa.array([], pa.int64() if name == "hour" else pa.string()) for name in _WHO})
_LEAST = 2  # hours of one machine: a source that takes over shares one with the source before
_NAMED = 3
_FIX = "Let one of them count: retract what the other told, in those hours or in all."


@dataclass(slots=True)
class Doubled:
    """Where one load counts pieces: by source, machine, hour and class."""

    told: list[pa.Table] = field(default_factory=list)
    file: str = ""  # where the first of them stood

    def see(self, events: pa.Table, file: str) -> None:
        """Take some validated events of a file in."""
        events = events.select(list(_READ[1:]))
        fixed = events.column("sup_source")
        if fixed.null_count < len(fixed):  # seldom: a filter copies every column
            events = events.filter(pc.is_null(fixed))
        spots = _spots(events)
        if len(spots):
            self.file = self.file or file
            self.told.append(spots)

    def notes(self, log: Log, upto: int) -> Iterator[Problem]:
        """Say which source new to the log counts what another one has counted.

        Args:
            log: what was told before.
            upto: the last offset before this load.
        """
        if not (self.told and upto):
            return
        told = _each(pa.concat_tables(self.told), _WHO)
        hot = _counts(log.hot(upto))
        new = [name for name in set(told.column("source").to_pylist()) if not _knows(log, upto, hot, name)]
        if not new:
            return
        told = told.filter(pc.is_in(told.column("source"), pa.array(new)))
        hours = pc.min_max(told.column("hour")).as_py()
        span = Interval(hours["min"] * HOUR, (hours["max"] + 2) * HOUR)
        both = told.join(
            _spots(_standing(log, upto, hot, span)), _SPOT, join_type="inner", right_suffix="_before"
        )
        pair = ["source", "source_before", "equipment"]
        shared = _each(both, [*pair, "hour"]).group_by(pair).aggregate([("hour", "count")])
        shared = shared.filter(pc.greater_equal(shared.column("hour_count"), _LEAST))
        for source in sorted(set(shared.column("source").to_pylist())):
            yield self._note(source, shared.filter(pc.equal(shared.column("source"), source)))

    def _note(self, source: str, shared: pa.Table) -> Problem:
        machines = sorted(set(shared.column("equipment").to_pylist()))
        others = " and ".join(
            f"'{one:.60}'" for one in sorted(set(shared.column("source_before").to_pylist()))
        )
        named = ", ".join(machines[:_NAMED]) + (", ..." if len(machines) > _NAMED else "")
        hours = pc.sum(shared.column("hour_count")).as_py()
        what = f"'{source:.60}' counts what {others} counted before, in {hours:,} hours of {named}"
        return Problem("load-told-twice", self.file, f"{what}: it stands twice", _FIX)


def _standing(log: Log, upto: int, hot: pa.Table, span: Interval) -> pa.Table:
    """Counts of a span of which no other event says that they are replaced or retracted."""
    within = [("at", ">=", span.start), ("at", "<", span.end)]
    counts = pa.concat_tables([*_sealed(log, upto, within, span), hot])
    every = pa.concat_tables([*_sealed(log, upto, [("sup_source", ">=", "")]), hot])
    fixed = every.filter(pc.is_valid(every.column("sup_source"))).select(["sup_source", "sup_key"])
    return counts.join(fixed, ["source", "key"], ["sup_source", "sup_key"], join_type="left anti")


def _knows(log: Log, upto: int, hot: pa.Table, source: str) -> bool:
    """Whether a source has counted before, at any time; the newest are asked first."""
    if pc.any(pc.equal(hot.column("source"), source)).as_py():
        return True
    return any(len(table) for table in _sealed(log, upto, [("source", "=", source)]))


def _sealed(
    log: Log, upto: int, only: Sequence[tuple[str, str, object]], span: Interval | None = None
) -> Iterator[pa.Table]:
    """Sealed counts up to an offset with some values, from the newest file to the oldest."""
    wanted = [("kind", "=", "count"), ("log_offset", "<=", upto), *only]
    for path in reversed(log.segments(upto, kinds={"count"}, span=span)):
        yield pq.read_table(path, columns=list(_READ), filters=wanted)


def _counts(events: pa.Table) -> pa.Table:
    return events.filter(pc.equal(events.column("kind"), "count")).select(list(_READ))


def _spots(events: pa.Table) -> pa.Table:
    """Where pieces were told: source, equipment, hour and class."""
    is_told = pc.and_(pc.equal(events.column("kind"), "count"), pc.invert(events.column("void")))
    told = [name for name in COUNT_CLASSES if events.column(name).null_count < len(events)]
    counts = events.select(["source", "equipment", "at", *told])
    if not pc.all(is_told).as_py():
        counts = counts.filter(is_told)
    hour = pc.divide(pc.subtract(counts.column("at"), 1), HOUR)  # a count is told at its end
    hours = counts.append_column("hour", hour).group_by(["source", "equipment", "hour"])
    most = hours.aggregate([(name, "max") for name in told])
    parts = []
    for name in told:
        some = most.filter(pc.greater(pc.fill_null(most.column(f"{name}_max"), 0), 0))
        parts.append(some.append_column("class", pa.array([name] * len(some), pa.string())).select(_WHO))
    return pa.concat_tables(parts) if parts else _NOWHERE


def _each(table: pa.Table, names: list[str]) -> pa.Table:
    return table.select(names).group_by(names).aggregate([])
