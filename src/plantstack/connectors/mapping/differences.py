"""The counter rule over a whole file: SQL where a counter only grows, `Series` where it does not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import duckdb
import pyarrow as pa

from plantstack.connectors.mapping.counters import Last, Made, Sample, Series
from plantstack.connectors.mapping.model import Counter, Mapping, Rule
from plantstack.connectors.mapping.rules import RuleQuery
from plantstack.connectors.mapping.sql import Binder, quoted
from plantstack.errors import Problem
from plantstack.events.jsontext import number_text
from plantstack.events.schema import COUNT_CLASSES, PIECES
from plantstack.intervals import MINUTE

Carry = dict[str, list[list[str | int] | None]]
"""Rule, equipment and series -> per counter [instant, value]: where the next file goes on."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A counter rule, differenced."""

    events: str
    columns: tuple[str, ...]
    wild: str  # rows that are not to be trusted, and what their counters show


class Differencer:
    """Differences the counters of one rule within the tables of one connection.

    The last sample of an earlier file takes its place in time among the samples of this one: what is
    older is differenced by itself, as that file did, and what is newer goes on from it.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, query: RuleQuery, counter: Counter, number: int
    ) -> None:
        self.connection = connection
        self.query = query
        self.counter = counter
        self.number = number  # of the rule, for the names of its tables
        self.classes = [name for name in COUNT_CLASSES if name in query.columns]
        self.has_sequence = "sequence" in query.columns
        first = "sequence, moment, carried" if self.has_sequence else "moment, carried"
        self.order = ", ".join([first, *self.classes, "row"])

    def run(self, bind: Binder, carry: Carry) -> Counted:
        """Make the differences; `carry` is brought up to date."""
        run, query = self.connection.execute, self.query
        run("DROP TABLE IF EXISTS diffs")
        spoken = f'SELECT * RENAME ("at" AS moment), false AS carried FROM ({query.spoken})'
        run(f"CREATE OR REPLACE TEMP TABLE samples AS {spoken}", bind.used_in(spoken))
        self._add_carry(carry)
        self._difference()
        self._walk(carry)
        made = {name: f"d_{name}" for name in self.classes} | {"from_at": "since", "at": "moment"}
        columns = tuple(dict.fromkeys([*query.columns, "from_at"]))
        shown = ", ".join(f"{made.get(name, quoted(name))} AS {quoted(name)}" for name in columns)
        twin = self._twin()
        if "key" not in columns:
            columns = (*columns, "key")
            shown += f", {self._key(twin)} AS key"
        test = "IS NOT NULL" if self.counter.keep_zeros else "<> 0"
        some = " OR ".join(f"d_{name} {test}" for name in self.classes)
        counted, wild = f"counted_{self.number}", f"wild_{self.number}"
        joined = "FROM samples JOIN diffs ON samples.rowid = diffs.place WHERE NOT carried"
        run(
            f"CREATE OR REPLACE TEMP TABLE {counted} AS SELECT row, {shown} {joined} "
            f"AND NOT wild AND ({some}) ORDER BY place"
        )
        run(f"CREATE OR REPLACE TEMP TABLE {wild} AS SELECT row, {', '.join(self.classes)} {joined} AND wild")
        return Counted(f"SELECT * FROM {counted}", columns, f"SELECT * FROM {wild}")

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
            f"coalesce({part}::VARCHAR, '')" for part in ("equipment", "series", "moment", *pieces)
        )

    def _add_carry(self, carry: Carry) -> None:
        rows = []
        for name, values in carry.items():
            rule, equipment, series = json.loads(name)
            known = [value for value in values if value]
            if rule == self.query.rule.name and known:
                at = max(int(value[0]) for value in known)
                # A counter that was last seen earlier than the others makes its series be walked.
                shown = [
                    Decimal(str(value[1])) if value and int(value[0]) == at else None for value in values
                ]
                rows.append((True, equipment, series, at, *shown))
        names = ["carried", "equipment", "series", "moment", *self.classes]
        types = [pa.bool_(), pa.string(), pa.string(), pa.int64(), *[PIECES] * len(self.classes)]
        self._insert("samples", names, types, rows)
        if rows and self.has_sequence:  # numbers begin again with every agent, so time gives the place
            before = (
                "SELECT max(s.sequence) FROM samples s WHERE NOT s.carried AND s.moment <= samples.moment "
                f"AND {_same('s', 'samples')}"
            )
            self.connection.execute(f"UPDATE samples SET sequence = coalesce(({before}), -1) WHERE carried")

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
        since = f"lag(moment) OVER {frame}"
        self.connection.execute(
            # Between two samples of one instant no time passed: their pieces are counted at it.
            f"CREATE TEMP TABLE diffs AS SELECT rowid AS place, nullif({since}, moment) AS since, "
            f"coalesce({since} = moment, false) AS at_once, "
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
        self.connection.execute(
            "CREATE OR REPLACE TEMP TABLE odd AS SELECT DISTINCT equipment, series FROM samples "
            "JOIN diffs ON samples.rowid = diffs.place WHERE odd"
        )
        self._end_plain(carry)
        shown = ", ".join(self.classes)
        rows = self.connection.sql(
            f"SELECT samples.rowid AS place, equipment, series, carried, moment, {shown} FROM samples "
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

    def _walked(self, rows: list[tuple[object, ...]], carry: Carry) -> Iterator[tuple[object, ...]]:
        key, series = "", Series(self.counter, len(self.classes))
        for place, equipment, part, carried, at, *values in rows:
            name = json.dumps([self.query.rule.name, equipment, part])
            if name != key:
                key, series = name, Series(self.counter, len(self.classes))
            if carried:  # the carry itself knows each counter's own instant
                series.resume(_last_of(carry[name]))
            else:
                made: Made = series.take(Sample(place, at, tuple(values)))  # type: ignore[arg-type]
                since = None if made.since == at else made.since
                yield (made.row, since, made.wild, *made.pieces)
            carry[name] = [None if last is None else [last.at, str(last.value)] for last in series.last]

    def _end_plain(self, carry: Carry) -> None:
        """The last sample of every series that only grew."""
        ends = self.connection.sql(
            f"SELECT equipment, series, carried, moment, {', '.join(self.classes)} FROM samples "
            f"WHERE NOT EXISTS (SELECT 1 FROM odd o WHERE {_same('samples', 'o')}) "
            f"QUALIFY row_number() OVER (PARTITION BY equipment, series ORDER BY {self.order}) "
            "= count(*) OVER (PARTITION BY equipment, series)"
        ).fetchall()
        for equipment, series, carried, at, *values in ends:
            if not carried:
                name = json.dumps([self.query.rule.name, equipment, series])
                carry[name] = [None if value is None else [at, str(value)] for value in values]


def wild_problem(mapping: Mapping, rule: Rule, values: list[Decimal | None]) -> Problem:
    """Say what a counter showed that cannot be believed."""
    counter = rule.counter or Counter(cumulative=True)
    names = [rule.fields[name].only for name in COUNT_CLASSES if name in rule.fields]
    where = ", ".join(f"column '{mapping.columns[name].header or name}'" for name in names if name)
    shown = [number_text(value) for value in values if value is not None]
    limits = ["0 or more" if counter.rollover is None else f"from 0 to below {counter.rollover}"]
    if counter.max_rate is not None:
        limits.append(f"growing by at most {float(counter.max_rate * MINUTE):g} a minute")
    what = f"expected a counter {', '.join(limits)}, came {' and '.join(shown)}"
    fix = "Check the counter; where it can be that fast, raise 'max_rate'."
    return Problem("counter-wild", where or f"rule '{rule.name}'", what, fix)


def _same(one: str, other: str) -> str:
    names = ("equipment", "series")
    return " AND ".join(f"{one}.{name} IS NOT DISTINCT FROM {other}.{name}" for name in names)


def _last_of(carried: list[list[str | int] | None]) -> list[Last | None]:
    return [None if value is None else Last(int(value[0]), Decimal(str(value[1]))) for value in carried]
