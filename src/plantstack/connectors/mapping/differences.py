"""The counter rule over a whole file: SQL where a counter only grows, `Series` where it does not."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import duckdb
import pyarrow as pa

from plantstack.connectors.mapping.carry import Carry, Edge, Standing
from plantstack.connectors.mapping.counters import GRACE, Doubt, Last, Made, Sample, Series
from plantstack.connectors.mapping.folds import Folds, set_clocks
from plantstack.connectors.mapping.model import Counter
from plantstack.connectors.mapping.rules import RuleQuery
from plantstack.connectors.mapping.sql import Binder, quoted
from plantstack.events.schema import COUNT_CLASSES, PIECES

_SAMPLE, _START, _END = range(3)  # what a row of `samples` is: of the file, or an edge of what is counted


@dataclass(frozen=True, slots=True)
class Counted:
    """A counter rule, differenced."""

    events: str
    columns: tuple[str, ...]
    wild: str  # rows that are not to be trusted, and what their counters show
    again: str  # rows within what was counted before; nothing of them is counted
    late: str  # rows from before what was counted, where what was made between is not known
    doubts: dict[int, Doubt]  # of wild rows


class Differencer:
    """Differences the counters of one rule within the tables of one connection.

    Of every series one stretch is counted. Its two ends take their place in time among the samples of
    this file: what is older is counted up to its start, what is newer goes on from its end, and what
    lies within is known, whether it was told by more samples or by fewer.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        query: RuleQuery,
        counter: Counter,
        number: int,
        folds: Folds = (),
    ) -> None:
        self.connection = connection
        self.query = query
        self.counter = counter
        self.number = number  # of the rule, for the names of its tables
        self.folds = folds
        self.classes = [name for name in COUNT_CLASSES if name in query.columns]
        self.has_sequence = "sequence" in query.columns
        self.has_stretches = False
        self._owing: list[tuple[object, ...]] = []  # series of which pieces are owed
        self._doubts: dict[int, Doubt] = {}  # by place
        first = "sequence, clock, edge" if self.has_sequence else "clock, edge"
        self.order = ", ".join([first, *self.classes, "row"])

    def run(self, bind: Binder, carry: Carry) -> Counted:
        """Make the differences; `carry` is brought up to date."""
        run, query = self.connection.execute, self.query
        run("DROP TABLE IF EXISTS diffs")
        spoken = f'SELECT * RENAME ("at" AS moment), "at" AS clock, {_SAMPLE} AS edge FROM ({query.spoken}) '
        run(f"CREATE OR REPLACE TEMP TABLE samples AS {spoken}", bind.used_in(spoken))
        if self.counter.cumulative:
            set_clocks(self.connection, self.folds, self.classes)
        self._add_edges(carry)
        self._difference()
        self._walk(carry)
        columns, shown = self._shown()
        test = "IS NOT NULL" if self.counter.keep_zeros else "<> 0"
        some = " OR ".join(f"d_{name} {test}" for name in self.classes)
        counted, wild, again = (f"{word}_{self.number}" for word in ("counted", "wild", "again"))
        joined = "FROM samples JOIN diffs ON samples.rowid = diffs.place WHERE"
        run(
            f"CREATE OR REPLACE TEMP TABLE {counted} AS SELECT row, {shown} {joined} edge <> {_END} "
            f"AND NOT wild AND NOT again AND ({some}) ORDER BY place"
        )
        ours = f"{joined} edge = {_SAMPLE} AND"
        run(f"CREATE OR REPLACE TEMP TABLE {wild} AS SELECT row, {', '.join(self.classes)} {ours} wild")
        run(f"CREATE OR REPLACE TEMP TABLE {again} AS SELECT row {ours} again AND NOT wild")
        doubts: dict[int, Doubt] = {}
        if self._doubts:
            places = self.connection.sql(f"SELECT place, row {ours} wild").fetchall()
            doubts = {row: self._doubts[place] for place, row in places}
        return Counted(f"SELECT * FROM {counted}", columns, wild, again, self._late(), doubts)

    def _shown(self) -> tuple[tuple[str, ...], str]:
        """The columns of the events, and the SQL of each."""
        made = {name: f"d_{name}" for name in self.classes} | {"from_at": "since", "at": "moment"}
        columns = tuple(dict.fromkeys([*self.query.columns, "from_at"]))
        shown = ", ".join(f"{made.get(name, quoted(name))} AS {quoted(name)}" for name in columns)
        if "key" in columns:
            return columns, shown
        return (*columns, "key"), f"{shown}, {self._key(self._twin())} AS key"

    def _twin(self) -> str:
        """The SQL of the ordinal of a sample among those told as the same."""
        if not self.connection.sql("SELECT 1 FROM diffs WHERE at_once LIMIT 1").fetchall():
            return "1"
        return f"row_number() OVER (PARTITION BY {self._told()} ORDER BY {self.order})"

    def _key(self, twin: str) -> str:
        content = f"md5(concat_ws(chr(31), '{self.query.rule.name}', {self._told()}))"
        return content if twin == "1" else f"if({twin} > 1, concat({twin} - 1, '#'), '') || {content}"

    def _told(self) -> str:
        """What a sample is known by: its series and instant, so that other neighbours in another file show.

        Differences told as such are known by their pieces too: several may be told at one instant.
        """
        pieces = () if self.counter.cumulative else self.classes
        return ", ".join(
            f"coalesce({part}::VARCHAR, '')" for part in ("equipment", "series", "clock", *pieces)
        )

    def _add_edges(self, carry: Carry) -> None:
        rows, stretches = [], []
        for name, standing in carry.counters.items():
            rule, equipment, series = json.loads(name)
            end = standing.end
            if rule != self.query.rule.name or end is None or self._before(carry, name) is None:
                continue
            start = standing.first if self.counter.cumulative else None
            edges = [(_START, start), (_END, end)] if start else [(_END, end)]
            rows += [
                (edge, equipment, series, at.at, at.at, *at.values) for edge, at in edges if at is not None
            ]
            stretches.append((equipment, series, start.at if start else None, end.at))
            if any(last and last.owed for last in standing.last):
                self._owing.append((equipment, series))
        names = ["edge", "equipment", "series", "moment", "clock", *self.classes]
        kinds = [pa.int32(), pa.string(), pa.string(), pa.int64(), pa.int64()]
        self._insert("samples", names, [*kinds, *[PIECES] * len(self.classes)], rows)
        self.connection.execute(
            "CREATE OR REPLACE TEMP TABLE stretches "
            "(equipment VARCHAR, series VARCHAR, starts BIGINT, ends BIGINT)"
        )
        names = ["equipment", "series", "starts", "ends"]
        self._insert("stretches", names, [pa.string(), pa.string(), pa.int64(), pa.int64()], stretches)
        self.has_stretches = bool(stretches) and self.counter.cumulative
        if rows and self.has_sequence:  # numbers begin again with every agent, so time gives the place
            before = (
                f"SELECT max(s.sequence) FROM samples s WHERE s.edge = {_SAMPLE} "
                f"AND s.clock <= samples.clock AND {_same('s', 'samples')}"
            )
            self.connection.execute(
                f"UPDATE samples SET sequence = coalesce(({before}), -1) WHERE edge <> {_SAMPLE}"
            )
        if any(row[0] == _START for row in rows):
            self._fit_starts()

    def _fit_starts(self) -> None:
        """Keep the starts that a sample of this file lies before, none at: they speak like that sample."""
        run = self.connection.execute
        ours = f"SELECT * FROM samples WHERE edge = {_SAMPLE}"
        run(
            f"DELETE FROM samples WHERE edge = {_START} AND (SELECT coalesce(min(s.clock) >= samples.clock "
            "OR bool_or(s.clock = samples.clock), true) "
            f"FROM ({ours}) s WHERE {_same('s', 'samples')})"
        )
        alike = [
            name
            for name in self.query.columns
            if name not in ("equipment", "at", "key", "sequence", "from_at", *self.classes)
        ]
        new = [f"{quoted(name)} = before.{quoted(name)}" for name in ("row", *alike)]
        if "key" in self.query.columns:
            new.append("key = concat(before.key, ' to ', samples.clock)")
        near = " AND ".join(
            f"coalesce(e.{name}, '') = coalesce(s.{name}, '')" for name in ("equipment", "series")
        )
        run(
            f"UPDATE samples SET {', '.join(new)} FROM (SELECT e.rowid AS place, s.* FROM "
            f"(SELECT rowid, equipment, series, clock FROM samples WHERE edge = {_START}) e "
            f"ASOF JOIN ({ours}) s ON {near} AND e.clock > s.clock) before WHERE samples.rowid = before.place"
        )

    def _late(self) -> str:
        """Series that lie before their stretch, and pieces between the two that nobody can tell."""
        if not self.has_stretches:
            return "SELECT 0 AS row WHERE false"
        some = " AND ".join(f"d_{name} IS NOT NULL" for name in self.classes)
        return (
            "SELECT max(s.row) AS row FROM samples s JOIN diffs d ON s.rowid = d.place "
            f"JOIN stretches t ON {_same('s', 't')} WHERE s.edge <> {_END} "
            "GROUP BY s.equipment, s.series HAVING "
            "(any_value(t.starts) IS NULL AND max(s.clock) < any_value(t.ends)) "
            f"OR bool_or(s.edge = {_START} AND NOT d.wild AND NOT ({some}))"
        )

    def _insert(
        self, table: str, names: list[str], types: list[pa.DataType], rows: Sequence[tuple[object, ...]]
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
        since = f"lag(moment) OVER {frame}"
        again = (
            "false"
            if not self.has_stretches
            else (
                f"edge = {_SAMPLE} AND EXISTS (SELECT 1 FROM stretches t WHERE {_same('samples', 't')} "
                "AND samples.clock > t.starts AND samples.clock <= t.ends)"
            )
        )
        self.connection.execute(
            # Between two samples of one instant no time passed: their pieces are counted at it.
            f"CREATE TEMP TABLE diffs AS SELECT rowid AS place, "
            f"CASE WHEN {since} < moment THEN {since} END AS since, "
            f"coalesce(lag(clock) OVER {frame} = clock, false) AS at_once, {again} AS again, "
            f"false AS wild, {', '.join(made)}, {marks} AS odd FROM samples"
        )

    def _odd(self, name: str, before: str, frame: str) -> list[str]:
        odd = [f"{name} IS NULL", f"{name} < {before}", f"{name} < 0"]
        if self.counter.rollover is not None:
            odd.append(f"{name} >= {self.counter.rollover}")
        if (rate := self.counter.max_rate) is not None:
            # A little too eager on purpose: what is marked here is judged exactly, sample by sample.
            most = f"(clock - lag(clock) OVER {frame} + {GRACE}) * {float(rate) * 0.999999}"
            limit = f"greatest(1, {most})"
            odd.append(f"({name} - {before})::DOUBLE > {limit}")
        return odd

    def _walk(self, carry: Carry) -> None:
        """Walk the odd series, replace their differences, and note where every series ends."""
        self.connection.execute(
            "CREATE OR REPLACE TEMP TABLE odd AS SELECT DISTINCT equipment, series FROM samples "
            "JOIN diffs ON samples.rowid = diffs.place WHERE odd"
        )
        self._insert("odd", ["equipment", "series"], [pa.string(), pa.string()], self._owing)
        self._note_plain(carry)
        shown = ", ".join(self.classes)
        rows = self.connection.sql(
            f"SELECT samples.rowid AS place, equipment, series, edge, moment, clock, {shown} FROM samples "
            f"WHERE EXISTS (SELECT 1 FROM odd o WHERE {_same('samples', 'o')}) "
            f"ORDER BY equipment, series, {self.order}"
        ).fetchall()
        if not rows:
            return
        names = ["place", "since", "wild", *(f"d_{name}" for name in self.classes)]
        types = [pa.int64(), pa.int64(), pa.bool_(), *[PIECES] * len(self.classes)]
        self.connection.execute("CREATE OR REPLACE TEMP TABLE walked AS SELECT * FROM diffs LIMIT 0")
        self._insert("walked", names, types, list(self._walked(rows, carry)))
        new = ", ".join(f"{name} = walked.{name}" for name in names[1:])
        self.connection.execute(f"UPDATE diffs SET {new} FROM walked WHERE diffs.place = walked.place")

    def _walked(self, rows: list[tuple[Any, ...]], carry: Carry) -> Iterator[tuple[object, ...]]:
        for name, samples in groupby(rows, self._name_of):
            series = Series(self.counter, len(self.classes))
            first: Edge | None = None
            moments: dict[int, int] = {}  # by clock
            before = self._before(carry, name)
            for place, _, _, edge, moment, clock, *values in samples:
                if edge == _END and before:  # the carry itself knows each counter's own instant
                    series.resume(before.last, before.wild)
                    continue
                moments[clock] = moment
                made: Made = series.take(Sample(place, clock, tuple(values)))
                if made.doubt:
                    self._doubts[place] = made.doubt
                if first is None and not made.wild:
                    first = Edge(clock, tuple(values))
                since = moments.get(made.since, made.since) if made.since is not None else moment
                yield (made.row, since if since < moment else None, made.wild, *made.pieces)
            carry.counters[name] = Standing(first, *series.standing()).after(before)

    def _note_plain(self, carry: Carry) -> None:
        """Note the stretch of every series that only grew."""
        frame = f"OVER (PARTITION BY equipment, series ORDER BY {self.order})"
        ends = self.connection.sql(
            f"SELECT samples.rowid, equipment, series, edge, clock, {', '.join(self.classes)} FROM samples "
            f"WHERE NOT EXISTS (SELECT 1 FROM odd o WHERE {_same('samples', 'o')}) "
            f"QUALIFY row_number() {frame} IN (1, 2, count(*) OVER (PARTITION BY equipment, series)) "
            f"ORDER BY equipment, series, {self.order}"
        ).fetchall()
        for name, found in groupby(ends, self._name_of):
            rows = list(found)
            *_, edge, last = rows[-1][:5]
            values = rows[-1][5:]
            before = self._before(carry, name)
            samples = tuple(None if value is None else Last(last, value) for value in values)
            wild: tuple[Last | None, ...] = (None,) * len(samples)
            if edge == _END and before:
                samples, wild = before.last, before.wild
            # What the carry knows is no sample of this file: where numbers go on and time goes back it would
            # be taken for an earlier start.
            first = next((Edge(row[4], row[5:]) for row in rows if row[3] != _END), None)
            carry.counters[name] = Standing(first, samples, wild).after(before)

    def _before(self, carry: Carry, name: str) -> Standing | None:
        """What is known of a series, unless its rule reads other counters now."""
        standing = carry.counters.get(name)
        return standing if standing and len(standing.last) == len(self.classes) else None

    def _name_of(self, row: tuple[Any, ...]) -> str:
        return json.dumps([self.query.rule.name, row[1], row[2]])


def _same(one: str, other: str) -> str:
    names = ("equipment", "series")
    return " AND ".join(f"{one}.{name} IS NOT DISTINCT FROM {other}.{name}" for name in names)
