"""Signals over a sheet: what each machine showed, laid in time by SQL, and the states it stands for.

Only what can change a state leaves SQL: runs of pulses, crossings of a limit, the first word of a minute.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import duckdb
import pyarrow as pa

from plantstack.connectors.mapping.carry import Carry
from plantstack.connectors.mapping.cycles import Cycles
from plantstack.connectors.mapping.model import Signal
from plantstack.connectors.mapping.read_signals import BIT, LEVEL, PIECES
from plantstack.connectors.mapping.rules import RuleQuery
from plantstack.connectors.mapping.sql import Binder
from plantstack.connectors.mapping.thin import EVER, Band, Island, Level, Memory, Running, Runs
from plantstack.intervals import MINUTE

Machine = Runs | Level | Running
# Of several at one instant the last in this order stands, by its key.
_RANKS = ("unknown", "producing", "idle", "off", "stopped")
STATES = pa.schema(
    [
        pa.field("row", pa.int64()),
        pa.field("equipment", pa.string()),
        pa.field("at", pa.int64()),
        pa.field("state", pa.string()),
        pa.field("method", pa.string()),
        pa.field("key", pa.string()),
        pa.field("void", pa.bool_()),
        pa.field("sup_source", pa.string()),
        pa.field("sup_key", pa.string()),
    ]
)
_SIGNS = pa.schema(
    [
        pa.field("row", pa.int64()),
        pa.field("equipment", pa.string()),
        pa.field("at", pa.int64()),
        pa.field("from_at", pa.int64()),
        pa.field("until_at", pa.int64()),
        pa.field("key", pa.string()),
    ]
)
_NO_PIECES = (
    "CREATE OR REPLACE TEMP TABLE paced AS SELECT 0::BIGINT AS row, 0::BIGINT AS nth, '' AS equipment, "
    "0::BIGINT AS t, '' AS product, 0::BIGINT AS reach WHERE false"
)
GIVES = {"state": tuple(STATES.names[1:]), "alive": tuple(_SIGNS.names[1:])}
"""Kinds of events a signal gives, and their columns beside `row`."""


@dataclass(slots=True)
class Sensed:
    """Rows a signal looked at and took nothing from."""

    late: list[int] = field(default_factory=list)  # older than what was read before
    unpaced: list[int] = field(default_factory=list)  # of machines without a cycle


class Sensor:
    """One signal of a source; its memory is the carry."""

    def __init__(self, signal: Signal, source: str, cycles: Cycles, carry: Carry) -> None:
        self.signal = signal
        self.source = source
        self.cycles = cycles
        self.carry = carry
        self.sensed = Sensed()
        self._machines: dict[str, Machine] = {}
        self._is_live = False

    def run(
        self,
        connection: duckdb.DuckDBPyConnection,
        queries: dict[str, RuleQuery],
        bind: Binder,
        name: str,
        now: int = 0,
        scope_of: Callable[[int], str] | None = None,
    ) -> dict[str, str]:
        """Read the rows of a sheet.

        Args:
            connection: with the sheet's tables.
            queries: of the signal's inputs.
            bind: their parameters.
            name: of the tables the events are put into.
            now: the instant of receipt; 0 for a file.
            scope_of: through what of a connection a row came.

        Returns:
            Of each kind of `GIVES` the SQL of its events.
        """
        self._is_live = bool(now)
        for role, query in queries.items():
            laid = f"CREATE OR REPLACE TEMP TABLE {role} AS {query.spoken}"
            connection.execute(laid, bind.used_in(query.spoken))
            if scope_of:
                self._note_scopes(connection, role, scope_of)
        self._take(connection, queries)
        said = [
            one for equipment, machine in self._machines.items() for one in self._told(equipment, machine)
        ]
        if now:
            self._note_lags(now)
        made = {}
        for kind, schema in (("state", STATES), ("alive", _SIGNS)):
            mine = [one for one in said if ("from_at" in one) == (kind == "alive")]
            connection.register("handed_over", pa.Table.from_pylist(mine, schema=schema))
            connection.execute(f"CREATE OR REPLACE TEMP TABLE {name}_{kind} AS FROM handed_over")
            connection.unregister("handed_over")
            made[kind] = f"SELECT * FROM {name}_{kind}"
        return made

    def _take(self, connection: duckdb.DuckDBPyConnection, queries: dict[str, RuleQuery]) -> None:
        """Take what the rows of the inputs show."""
        seen = " UNION ALL ".join(f"(SELECT 1 FROM {role} LIMIT 1)" for role in queries)
        if not connection.sql(seen).fetchall():
            pass
        elif LEVEL in queries:
            self._levels(connection, "quality" in queries[LEVEL].columns)
        else:
            if PIECES in queries:
                self._pieces(connection, queries[PIECES].columns)
            else:  # told again to whoever comes later: a state, and never a piece
                connection.execute(_NO_PIECES)
            if BIT in queries:
                self._running(connection, "product" in queries[BIT].columns)
            else:
                self._runs(connection)
            if PIECES in queries:
                self._show_none(connection)

    def _note_lags(self, now: int) -> None:
        """Note how far the instants of each machine lie behind their receipt; silence allows for it."""
        for machine in self._machines.values():
            memory = machine.memory
            newest = max(
                (memory.get("at", 0), memory.get("last", 0), *(one[1] for one in memory.get("runs", ())))
            )
            if newest > memory.get("newest", 0):
                memory |= {"newest": newest, "lag": now - newest}

    def _note_scopes(
        self, connection: duckdb.DuckDBPyConnection, role: str, scope_of: Callable[[int], str]
    ) -> None:
        """Note through what the rows of each machine came last: nothing else vouches for its silence."""
        last = connection.sql(f"SELECT equipment, max(row) FROM {role} GROUP BY equipment").fetchall()
        for equipment, row in last:
            self._machine(equipment).memory.setdefault("heard", {})[role] = scope_of(row)

    def _show_none(self, connection: duckdb.DuckDBPyConnection) -> None:
        """A sample that shows no new piece says that the source is there: a pause until then is one."""
        last = connection.sql(
            "SELECT equipment, max(t), arg_max(row, t) FROM shown ANTI JOIN pulses USING (row) "
            "GROUP BY equipment"
        ).fetchall()
        for equipment, at, row in last:
            self._machine(equipment).pass_by(at, row)

    def pass_by(
        self, now: int, is_there: Callable[[str, str | None], bool], *, is_lagging: bool
    ) -> list[dict[str, Any]]:
        """What the absence of rows until now shows of the machines this signal ever spoke of."""
        role = LEVEL if LEVEL in self.signal.inputs else PIECES
        said = []
        for name in sorted(self.carry.signals):
            signal, equipment = json.loads(name)
            scope = self.carry.signals[name].get("heard", {}).get(role)
            if signal == self.signal.name and is_there(equipment, scope):
                machine = self._machine(equipment)
                machine.pass_by(now - machine.memory.get("lag", 0) if is_lagging else now)
                said += self._told(equipment, machine)
        return said

    def cut(self, equipment: str, since: int, until: int, scope: str | None) -> list[dict[str, Any]]:
        """Between two instants rows of a machine, those that come through a scope, may have been lost."""
        memory = self.carry.signals.get(json.dumps([self.signal.name, equipment]))
        if memory is None:
            return []
        heard = memory.get("heard", {}).values()
        if scope is not None and heard and scope not in heard:
            return []
        self._machine(equipment).cut(since, until)
        return self._told(equipment, self._machine(equipment))

    def _machine(self, equipment: str) -> Machine:
        if equipment not in self._machines:
            memory = self.carry.signals.setdefault(json.dumps([self.signal.name, equipment]), {})
            self._machines[equipment] = self._begin(memory)
        return self._machines[equipment]

    def _begin(self, memory: Memory) -> Machine:
        if LEVEL in self.signal.inputs:
            return Level(Band(self.signal.upper[1:], self.signal.lower[1:]), memory)
        return Running(memory) if BIT in self.signal.inputs else Runs(memory, is_live=self._is_live)

    def _told(self, equipment: str, machine: Machine) -> list[dict[str, Any]]:
        """What a machine is said to do, as events; each is known by its instant and state."""
        told = []
        for one in machine.said:
            if one.since is not None:
                key = f"{self.signal.name}/{equipment}@{one.since}/alive"
                sign: dict[str, Any] = {"row": one.row, "equipment": equipment, "at": one.at, "key": key}
                told.append(sign | {"from_at": one.since, "until_at": one.at})
                continue
            rank = _RANKS.index(one.state) if one.state in _RANKS else len(_RANKS)
            key = f"{self.signal.name}/{equipment}@{one.at}/{rank}-{one.state}"
            event: dict[str, Any] = {"row": one.row, "equipment": equipment, "at": one.at, "state": one.state}
            event |= {"method": self.signal.method, "key": key, "void": one.is_void}
            if one.is_void:
                event |= {"key": f"void {key}", "sup_source": self.source, "sup_key": key}
            told.append(event)
        machine.said.clear()
        return told

    def _levels(self, connection: duckdb.DuckDBPyConnection, has_quality: bool) -> None:
        upper, lower = self.signal.upper, self.signal.lower
        bad = "quality = 'bad'" if has_quality else "false"
        shows = (
            f"CASE WHEN {bad} THEN 'unknown' WHEN value > {upper[0]!r}::DOUBLE THEN '{upper[1]}' "
            f"WHEN value < {lower[0]!r}::DOUBLE THEN '{lower[1]}' ELSE '' END"
        )
        at_once = "QUALIFY row_number() OVER (PARTITION BY equipment, t ORDER BY nth) = 1"
        self._set_edges(connection, lambda memory: [memory["at"], 0.0] if "at" in memory else None)
        # Rows of a file are put in order; a message that comes after a later one is late, however it is cut.
        come = 'max("at") OVER (PARTITION BY equipment ORDER BY nth)' if self._is_live else '"at"'
        connection.execute(
            f'CREATE OR REPLACE TEMP TABLE samples AS SELECT row, nth, equipment, "at" AS t, '
            f'{shows} AS shows, "at" < {come} OR coalesce("at" <= known, false) AS is_late FROM {LEVEL} '
            "LEFT JOIN (SELECT equipment AS machine, t AS known FROM edges) ON equipment = machine "
            f"WHERE {bad} OR value IS NOT NULL"
        )
        late = connection.sql("SELECT row FROM samples WHERE is_late").fetchall()
        self.sensed.late += [row for (row,) in late]
        level = f"FROM samples WHERE NOT is_late {at_once}"
        in_time = "OVER (PARTITION BY equipment ORDER BY t)"
        shown = f"lag(nullif(shows, '') IGNORE NULLS) {in_time}"
        rows = connection.sql(
            f"SELECT equipment, row, t, shows, lag(t) {in_time} FROM ({level}) "
            f"QUALIFY (shows <> '' AND shows IS DISTINCT FROM {shown}) "
            f"OR lag(t // {MINUTE}) {in_time} IS DISTINCT FROM t // {MINUTE} "
            f"OR lead(t) {in_time} IS NULL ORDER BY equipment, t"
        ).fetchall()
        for equipment, row, at, state, last in rows:
            machine = self._machine(equipment)
            assert isinstance(machine, Level)
            if not machine.take(row, at, state, last):
                self.sensed.late.append(row)

    def _pieces(self, connection: duckdb.DuckDBPyConnection, columns: Sequence[str]) -> None:
        """`paced`: every pulse, and until when the next one belongs to the same run."""
        bad = "coalesce(quality = 'bad', false)" if "quality" in columns else "false"
        product = "nullif(product, '')" if "product" in columns else "NULL::VARCHAR"
        connection.execute(
            f'CREATE OR REPLACE TEMP TABLE pulses AS SELECT row, nth, equipment, "at" AS t, value, '
            f"{product} AS product FROM {PIECES} WHERE NOT {bad} AND value IS NOT NULL"
        )
        connection.execute("CREATE OR REPLACE TEMP TABLE shown AS SELECT row, equipment, t FROM pulses")
        if self.signal.counts == "cumulative":
            self._grow(connection)
        else:
            connection.execute("DELETE FROM pulses WHERE value <= 0")
        if not self.signal.cycles:
            reach = f"SELECT *, t + {self.signal.gap_us} AS reach FROM pulses"
            connection.execute(f"CREATE OR REPLACE TEMP TABLE paced AS {reach}")
            return
        self._limit(connection)
        joined = (
            "pulses p LEFT JOIN limits l ON p.equipment = l.equipment AND p.product IS NOT DISTINCT FROM "
            "l.product AND p.t >= l.starts AND p.t < l.ends"
        )
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE paced AS SELECT p.*, p.t + l.us AS reach FROM {joined}"
        )
        unpaced = connection.sql("SELECT row FROM paced WHERE reach IS NULL").fetchall()
        self.sensed.unpaced += [row for (row,) in unpaced]
        connection.execute("DELETE FROM paced WHERE reach IS NULL")

    def _grow(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Keep the samples of a counter that show another number than the one before.

        Samples from before the last one that was read are compared with each other only.
        """
        self._set_edges(connection, lambda memory: memory.get("sample"))
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE samples AS SELECT s.*, coalesce(s.t > e.t, true) AS fresh FROM "
            "(FROM pulses QUALIFY row_number() OVER (PARTITION BY equipment, t ORDER BY nth) = 1) s "
            "LEFT JOIN edges e ON s.equipment = e.equipment"
        )
        last = "SELECT equipment, max(t), arg_max(value, t) FROM samples WHERE fresh GROUP BY equipment"
        for equipment, at, value in connection.sql(last).fetchall():
            name = json.dumps([self.signal.name, equipment])
            self.carry.signals.setdefault(name, {})["sample"] = [at, value]
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE pulses AS SELECT * EXCLUDE (fresh, before) FROM (SELECT *, "
            "lag(value) OVER (PARTITION BY equipment, fresh ORDER BY t, nth) AS before FROM "
            "(FROM samples UNION ALL BY NAME SELECT -1 AS row, -1 AS nth, *, true AS fresh FROM edges)) "
            "WHERE row >= 0 AND value <> before"
        )

    def _set_edges(
        self, connection: duckdb.DuckDBPyConnection, edge: Callable[[Memory], list[float] | None]
    ) -> None:
        """`edges`: the last sample that was taken of each machine, its instant and value."""
        edges = [
            (equipment, *found)
            for name, memory in self.carry.signals.items()
            for signal, equipment in [json.loads(name)]
            if signal == self.signal.name and (found := edge(memory))
        ]
        connection.execute("CREATE OR REPLACE TEMP TABLE edges (equipment VARCHAR, t BIGINT, value DOUBLE)")
        if edges:
            connection.executemany("INSERT INTO edges VALUES (?, ?, ?)", edges)

    def _limit(self, connection: duckdb.DuckDBPyConnection) -> None:
        """`limits`: how long a pause may be, by machine, product and time."""
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE limits "
            "(equipment VARCHAR, product VARCHAR, starts BIGINT, ends BIGINT, us BIGINT)"
        )
        asked = "SELECT equipment, product, max(t) FROM pulses GROUP BY equipment, product"
        limits = [
            (equipment, product, start, end, int(length * self.signal.cycles))
            for equipment, product, at in connection.sql(asked).fetchall()
            for start, end, length in self.cycles.spans(equipment, product, at)
        ]
        if limits:
            connection.executemany("INSERT INTO limits VALUES (?, ?, ?, ?, ?)", limits)

    def _runs(self, connection: duckdb.DuckDBPyConnection) -> None:
        frame = "OVER (PARTITION BY equipment ORDER BY t, nth"
        before = f"max(reach) {frame} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"
        cut = f"SELECT *, coalesce(t > {before}, true)::INT AS cut FROM paced"
        numbered = f"SELECT *, sum(cut) {frame}) AS island FROM ({cut})"
        islands = connection.sql(
            f"SELECT equipment, min(t) AS first, max(t), max(reach), arg_min(row, t) FROM ({numbered}) "
            "GROUP BY equipment, island ORDER BY equipment, first"
        ).fetchall()
        minutes = connection.sql(
            "SELECT equipment, min(t) AS first, arg_min(row, t), first(before ORDER BY t, nth) FROM "
            "(SELECT *, lag(t) OVER (PARTITION BY equipment ORDER BY t, nth) AS before FROM paced) "
            f"GROUP BY equipment, t // {MINUTE} ORDER BY equipment, first"
        ).fetchall()
        firsts = {name: [row[1:] for row in found] for name, found in groupby(minutes, lambda row: row[0])}
        for equipment, found in groupby(islands, lambda row: row[0]):
            machine = self._machine(equipment)
            assert isinstance(machine, Runs)
            machine.take([Island(*row[1:]) for row in found], firsts[equipment])
            self.sensed.late += machine.late

    def _running(self, connection: duckdb.DuckDBPyConnection, has_product: bool) -> None:
        product = "nullif(product, '')" if has_product else "NULL"
        rows = connection.sql(
            f'SELECT equipment, "at" AS t, 0 AS role, nth, row, state, {product} AS product, 0 AS reach '
            f"FROM {BIT} "
            "UNION ALL SELECT equipment, t, 1, nth, row, NULL, product, reach FROM paced "
            "ORDER BY equipment, t, role, nth"
        ).fetchall()
        for equipment, at, role, _, row, state, made, reach in rows:
            machine = self._machine(equipment)
            assert isinstance(machine, Running)
            if role:
                machine.piece(row, at, reach)
            elif not machine.take(row, at, state, self._reach(equipment, made, at)):
                self.sensed.late.append(row)

    def _reach(self, equipment: str, product: str | None, at: int) -> int:
        """Until when a machine that runs must have made its first piece; never where it has no cycle."""
        if not self.signal.cycles:
            return at + self.signal.gap_us
        spans = self.cycles.spans(equipment, product, at)
        found = (at + int(length * self.signal.cycles) for start, end, length in spans if start <= at < end)
        return next(found, EVER)
