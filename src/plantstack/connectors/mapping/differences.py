"""The counter rule over a whole file: SQL where a counter only grows, `Series` where it does not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import duckdb
import pyarrow as pa

from plantstack.connectors.mapping.counters import Last, Made, Sample, Series
from plantstack.connectors.mapping.model import Counter
from plantstack.connectors.mapping.rules import RuleQuery
from plantstack.connectors.mapping.sql import Binder, quoted
from plantstack.events.schema import COUNT_CLASSES, PIECES

Carry = dict[str, list[list[str | int] | None]]
"""Rule, equipment and series -> per counter [instant, value]: where the next file goes on."""

_CARRIED = -1  # row number of a sample that an earlier file left


@dataclass(frozen=True, slots=True)
class Counted:
    """A counter rule, differenced."""

    events: str
    columns: tuple[str, ...]
    wild: str  # rows that are not to be trusted


class Differencer:
    """Differences the counters of one rule within the tables of one connection."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, query: RuleQuery, counter: Counter, number: int
    ) -> None:
        self.connection = connection
        self.query = query
        self.counter = counter
        self.number = number  # of the rule, for the names of its tables
        self.classes = [name for name in COUNT_CLASSES if name in query.columns]
        self.order = "sequence, moment, row" if "sequence" in query.columns else "moment, row"

    def run(self, bind: Binder, carry: Carry) -> Counted:
        """Make the differences; `carry` is brought up to date."""
        run, query = self.connection.execute, self.query
        run("DROP TABLE IF EXISTS diffs")
        spoken = f'SELECT * RENAME ("at" AS moment) FROM ({query.spoken})'
        run(f"CREATE OR REPLACE TEMP TABLE samples AS {spoken}", bind.used_in(spoken))
        self._add_carry(carry)
        self._difference()
        self._walk(carry)
        made = {name: f"d_{name}" for name in self.classes} | {"from_at": "since", "at": "moment"}
        columns = tuple(dict.fromkeys([*query.columns, "from_at"]))
        shown = ", ".join(f"{made.get(name, quoted(name))} AS {quoted(name)}" for name in columns)
        test = "IS NOT NULL" if self.counter.keep_zeros else "<> 0"
        some = " OR ".join(f"d_{name} {test}" for name in self.classes)
        counted, wild = f"counted_{self.number}", f"wild_{self.number}"
        joined = f"FROM samples JOIN diffs ON samples.rowid = diffs.place WHERE row > {_CARRIED}"
        run(
            f"CREATE OR REPLACE TEMP TABLE {counted} AS SELECT row, {shown} {joined} "
            f"AND NOT wild AND ({some}) ORDER BY place"
        )
        run(f"CREATE OR REPLACE TEMP TABLE {wild} AS SELECT row {joined} AND wild")
        return Counted(f"SELECT * FROM {counted}", columns, f"SELECT row FROM {wild}")

    def _add_carry(self, carry: Carry) -> None:
        rows = []
        for name, values in carry.items():
            rule, equipment, series = json.loads(name)
            known = [value for value in values if value]
            if rule == self.query.rule.name and known:
                at = max(int(value[0]) for value in known)
                shown = [None if value is None else Decimal(str(value[1])) for value in values]
                rows.append((_CARRIED, equipment, series, at, *shown))
        names = ["row", "equipment", "series", "moment", *self.classes]
        types = [pa.int64(), pa.string(), pa.string(), pa.int64(), *[PIECES] * len(self.classes)]
        self._insert("samples", names, types, rows)

    def _insert(
        self, table: str, names: list[str], types: list[pa.DataType], rows: list[tuple[object, ...]]
    ) -> None:
        if not rows:
            return
        arrays = [pa.array(column, kind) for column, kind in zip(zip(*rows, strict=True), types, strict=True)]
        self.connection.register("handed_over", pa.Table.from_arrays(arrays, names=names))
        self.connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM handed_over")
        self.connection.unregister("handed_over")

    def _difference(self) -> None:
        """Difference every series as if nothing odd ever happened, and mark where something did."""
        frame = f"(PARTITION BY equipment, series ORDER BY {self.order})"
        made, odd = [], []
        for name in self.classes:
            before = f"lag({name}) OVER {frame}"
            made.append(
                f"{name} - {before} AS d_{name}" if self.counter.cumulative else f"{name} AS d_{name}"
            )
            odd += self._odd(name, before, frame)
        marks = (
            " OR ".join(f"coalesce({test}, false)" for test in odd) if self.counter.cumulative else "false"
        )
        self.connection.execute(
            f"CREATE TEMP TABLE diffs AS SELECT rowid AS place, lag(moment) OVER {frame} AS since, "
            f"false AS wild, {', '.join(made)}, {marks} AS odd FROM samples"
        )

    def _odd(self, name: str, before: str, frame: str) -> list[str]:
        odd = [f"{name} IS NULL", f"{name} < {before}", f"{name} < 0"]
        if self.counter.rollover is not None:
            odd.append(f"{name} >= {self.counter.rollover}")
        if (rate := self.counter.max_rate) is not None:
            # A little too eager on purpose: what is marked here is judged exactly, sample by sample.
            limit = f"(moment - lag(moment) OVER {frame}) * {float(rate) * 0.999999}"
            odd.append(f"({name} - {before})::DOUBLE > {limit}")
        return odd

    def _walk(self, carry: Carry) -> None:
        """Walk the odd series, replace their differences, and note where every series ends."""
        same = "equipment IS NOT DISTINCT FROM o.equipment AND series IS NOT DISTINCT FROM o.series"
        self.connection.execute(
            "CREATE OR REPLACE TEMP TABLE odd AS SELECT DISTINCT equipment, series FROM samples "
            "JOIN diffs ON samples.rowid = diffs.place WHERE odd"
        )
        self._end_plain(carry, same)
        shown = ", ".join(self.classes)
        rows = self.connection.sql(
            f"SELECT samples.rowid AS place, equipment, series, row, moment, {shown} FROM samples "
            f"WHERE EXISTS (SELECT 1 FROM odd o WHERE {same}) ORDER BY equipment, series, {self.order}"
        ).fetchall()
        if not rows:
            return
        walked = list(self._walked(rows, carry))
        self.connection.execute(
            "DELETE FROM diffs WHERE place IN (SELECT unnest($1))", [[made[0] for made in walked]]
        )
        names = ["place", "since", "wild", *(f"d_{name}" for name in self.classes)]
        types = [pa.int64(), pa.int64(), pa.bool_(), *[PIECES] * len(self.classes)]
        self._insert("diffs", names, types, walked)

    def _walked(self, rows: list[tuple[object, ...]], carry: Carry) -> Iterator[tuple[object, ...]]:
        key, series = "", Series(self.counter, len(self.classes))
        for place, equipment, part, row, at, *values in rows:
            name = json.dumps([self.query.rule.name, equipment, part])
            if name != key:
                key, series = name, Series(self.counter, len(self.classes), _last_of(carry.get(name)))
            if (
                row == _CARRIED
            ):  # the walk starts from the carry itself, which knows each counter's own instant
                continue
            made: Made = series.take(Sample(place, at, tuple(values)))  # type: ignore[arg-type]
            carry[name] = [None if last is None else [last.at, str(last.value)] for last in series.last]
            yield (made.row, made.since, made.wild, *made.pieces)

    def _end_plain(self, carry: Carry, same: str) -> None:
        """The last sample of every series that only grew."""
        ends = self.connection.sql(
            f"SELECT equipment, series, moment, {', '.join(self.classes)} FROM samples "
            f"WHERE NOT EXISTS (SELECT 1 FROM odd o WHERE {same}) "
            f"QUALIFY row_number() OVER (PARTITION BY equipment, series ORDER BY {self.order}) "
            "= count(*) OVER (PARTITION BY equipment, series)"
        ).fetchall()
        for equipment, series, at, *values in ends:
            name = json.dumps([self.query.rule.name, equipment, series])
            carry[name] = [None if value is None else [at, str(value)] for value in values]


def _last_of(carried: list[list[str | int] | None] | None) -> list[Last | None] | None:
    if carried is None:
        return None
    return [None if value is None else Last(int(value[0]), Decimal(str(value[1]))) for value in carried]
