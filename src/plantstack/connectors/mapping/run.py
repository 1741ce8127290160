"""One mapping over one sheet: cells, bad rows, events; columnar from the file to the event table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pyarrow as pa

from plantstack.connectors.files.progress import Tell, execute, silent
from plantstack.connectors.mapping.calculator import Calculator, KeptCalculator
from plantstack.connectors.mapping.carry import Carry
from plantstack.connectors.mapping.cells import FINE, Cell, cells_sql, name_cells, next_day_sql
from plantstack.connectors.mapping.counter_words import wild_problem
from plantstack.connectors.mapping.culprits import find_cells, problem_of
from plantstack.connectors.mapping.cycles import Cycles
from plantstack.connectors.mapping.deadbands import thinned
from plantstack.connectors.mapping.derived import derived_queries
from plantstack.connectors.mapping.differences import Counted, Differencer
from plantstack.connectors.mapping.events import to_raw
from plantstack.connectors.mapping.folds import Folds, folds_of
from plantstack.connectors.mapping.keys import KEY, Keys, Told
from plantstack.connectors.mapping.layout import Laid, Layout, lay_out
from plantstack.connectors.mapping.local import offset_steps, utc_sql
from plantstack.connectors.mapping.model import RECEIVED, Mapping, Read, Rule
from plantstack.connectors.mapping.overlaps import overlaps
from plantstack.connectors.mapping.read_signals import PIECES
from plantstack.connectors.mapping.reasons import Reason
from plantstack.connectors.mapping.rules import RuleQuery, rule_query
from plantstack.connectors.mapping.sensing import GIVES, Sensor
from plantstack.connectors.mapping.shapes import event_query, too_long_query
from plantstack.connectors.mapping.sieve import (
    Tally,
    back_sql,
    ignored_words_sql,
    leave_out,
    note_backwards,
    note_ignored_words,
    note_overlaps,
    sieve,
)
from plantstack.connectors.mapping.sql import quoted
from plantstack.connectors.mapping.uses import Use, all_uses
from plantstack.connectors.mapping.walking import Walked, Walker
from plantstack.errors import EventError, Problem
from plantstack.intervals import DAY

BATCH_ROWS = 200_000
FEW_ROWS = 5_000
"""Of a sheet that is read with few statements rather than with fast ones."""
MANY_ROWS = 16
"""Messages of which none can be read: the mapping is to blame, and not each of them."""
_FEW = 8  # rules that are not worth asking which of them speak


@dataclass(frozen=True, slots=True)
class Found:
    """Events of one kind, and the row of the file each came from."""

    events: pa.Table  # RAW
    rows: pa.Array
    share: float  # of all events that were made so far, about


class Run:
    """The state of reading one sheet; use `events` after `prepare`."""

    def __init__(
        self,
        calculator: Calculator,
        layout: Layout,
        keys: Keys,
        cycles: Cycles | None = None,
        now: int = 0,  # of receipt; a file has none
        scope_of: Callable[[int], str] | None = None,  # through what a row came
    ) -> None:
        self.now = now
        self.scope_of = scope_of
        self.cycles = cycles or Cycles()
        self.calculator = calculator
        self.connection = calculator.connection
        self.keys = keys
        self.layout = layout
        self.mapping: Mapping = layout.mapping
        self.bind = layout.bind
        self.tally = Tally()
        self.cells: dict[Use, Cell] = name_cells(self.mapping, all_uses(self.mapping))
        self.rules: list[RuleQuery] = []
        self.inputs: dict[str, dict[str, RuleQuery]] = {}  # of each signal
        self._whole: list[RuleQuery] = []
        self._ignored_words = ""  # where a row says nothing because of one
        self._readable: set[int] = set()  # rules known to be able to read every row
        self._laid = Laid("", {})
        self._folds: Folds = ()

    def prepare(self, tell: Tell = silent) -> None:
        """Read every cell once, telling how far that has come.

        Raises:
            EventError: when the sheet lacks what the mapping needs.
        """
        self._laid = laid = lay_out(self.connection, self.layout)
        is_laid = bool(self.mapping.wide or self.mapping.joins)
        line = "line" if is_laid else "c0::BIGINT AS line" if self.layout.sheet.numbered else ""
        is_few = self.calculator.is_kept
        query = cells_sql(
            self.mapping, self.cells, self.layout.find, self.bind, laid.source, line, is_few=is_few
        )
        parameters = laid.parameters | self.bind.used_in(query)
        if isinstance(self.calculator, KeptCalculator):
            is_read_once = laid.rows is not None and not any(cell.local for cell in self.cells.values())
            self.calculator.named("cells", query, parameters, is_read_once=is_read_once)
        else:
            execute(self.connection, f"CREATE OR REPLACE TEMP TABLE cells AS {query}", parameters, tell)
        self._resolve("line" if line else "rowid")
        self.tally = sieve(self.calculator, self.mapping, self.cells, self.value, self.bind, laid.rows)
        self.rules = [self._query(rule) for rule in self.mapping.rules]
        self.inputs = {
            one.name: {role: self._query(rule) for role, rule in one.inputs.items()}
            for one in self.mapping.signals
        }
        self._whole = self._all
        self._ignored_words = ignored_words_sql(self._whole, self.mapping, self.cells, self.bind)
        if self.calculator.is_kept:
            self._look()
        else:
            self._leave_silent()

    def _leave_silent(self) -> None:
        """Leave out the many rules of a template that no row of this sheet speaks to: each costs queries."""
        sure = [one for one in self._whole if not any(condition.is_number for condition in one.rule.when)]
        if len(sure) <= _FEW:
            return
        tests = [f"bool_or({one.speaks} OR {one.left_out or 'false'})" for one in sure]
        (spoken,) = self._rows(f"SELECT {', '.join(tests)} FROM told")
        self._leave({id(one) for one, speaks in zip(sure, spoken, strict=True) if not speaks})

    def _look(self) -> None:
        """See in one query which rules speak of few rows, and what there is to be asked for more."""
        whole, words = self._whole, self._ignored_words
        # Whether a rule speaks is asked once: most of what a statement costs is the reading of its text.
        asked = [f"({one.speaks}) AS k{number}" for number, one in enumerate(whole)]
        asked.append(f"{back_sql(self.mapping, self.value)} AS back")
        told = f"(SELECT *, {', '.join(asked)} FROM told)"
        tests = [
            f"k{number} OR {one.left_out}" if one.left_out else f"k{number}"
            for number, one in enumerate(whole)
        ]
        tests += [f"{one.unsure} OR (k{number} AND ({one.wrong}))" for number, one in enumerate(whole)]
        tests += [words or "false", "back"]
        seen = self._rows(f"SELECT {', '.join(f'bool_or({test})' for test in tests)} FROM {told}")[0]
        speaking, wrong = seen[: len(whole)], seen[len(whole) : -2]
        if seen[-1]:
            note_backwards(self.calculator, self.mapping, self.value, self.bind, self.tally)
        self._readable = {id(one) for one, found in zip(whole, wrong, strict=True) if not found}
        silent = {id(one) for one, found in zip(whole, speaking, strict=True) if not found}
        self._leave(silent & self._readable)
        self._ignored_words = words if seen[-2] else ""

    def _leave(self, silent: set[int]) -> None:
        self.rules = [one for one in self.rules if id(one) not in silent]
        self.inputs = {
            name: queries
            for name, queries in self.inputs.items()
            if any(id(query) not in silent for query in queries.values())
        }

    def _query(self, rule: Rule) -> RuleQuery:
        return rule_query(self.mapping, rule, self.cells, self.bind, self.value)

    @property
    def _all(self) -> list[RuleQuery]:
        return [*self.rules, *(query for queries in self.inputs.values() for query in queries.values())]

    def value(self, name: str, read: Read) -> str:
        """The SQL of a column's value in `told`."""
        return self.cells[(name, read)].value

    def find_bad(self) -> dict[int, Problem]:
        """Find rows that a rule speaks about and cannot read; they give no event at all."""
        found: dict[int, tuple[int, Reason, str]] = {}
        for query in self._all:
            rule = query.rule
            if query.bad and id(query) not in self._readable:
                counted = f"SELECT row, nth, why FROM ({query.bad}) WHERE why IS NOT NULL"
                for row, nth, why in self._rows(counted):
                    found.setdefault(row, (nth, query.reasons[why], rule.name))
            if rule.placed:
                placed = (rule.placed.length, rule.placed.start, rule.placed.end)
                names = tuple(name for template in placed for name in template.names)
                fix = "Check the lengths of all parts, and start and end of the whole."
                too_long = Reason("row-too-long", "parts no longer than the whole", names, fix)
                for row, nth in self._rows(too_long_query(query)):
                    found.setdefault(row, (nth, too_long, rule.name))
        if found:
            wanted = {nth: reason.columns for nth, reason, _ in found.values()}
            came = find_cells(self.connection, self.layout, self._laid, wanted)
            for row, (nth, reason, name) in found.items():
                self.tally.bad[row] = problem_of(self.layout, reason, came.get(nth), name)
        if self.tally.bad:
            leave_out(self.calculator, list(self.tally.bad))
        if self._ignored_words:
            note_ignored_words(self.calculator, self._ignored_words, self.bind, self.tally)
        self._note_doubted()
        if self.mapping.clocks:
            self.tally.add("skewed", [row for (row,) in self._rows("SELECT row FROM told WHERE skewed")])
        note_overlaps(self.calculator, self.rules, self.bind, self.tally)
        return self.tally.bad

    def _note_doubted(self) -> None:
        doubted = [f"SELECT row FROM told WHERE {one.left_out}" for one in self.rules if one.left_out]
        pieces = [queries[PIECES] for queries in self.inputs.values() if PIECES in queries]
        doubted += [
            f"SELECT row FROM ({one.spoken}) WHERE quality = 'bad'" for one in pieces if one.rule.quality
        ]
        if doubted:
            self.tally.add("quality", [row for (row,) in self._rows(" UNION ".join(doubted))])

    def _rows(self, query: str) -> list[tuple[int, ...]]:
        return self.calculator.rows(query, self.bind.used_in(query))

    def check_overlaps(self) -> None:
        """Make sure that of each row at most one rule says the same; of messages such a row is a bad one.

        Raises:
            EventError: naming the rules and the first such row of a file, or of messages that are all so.
        """
        before, lines = len(self.tally.bad), self.layout.sheet.lines
        for pair in overlaps(self.rules):
            found = [row for (row,) in self._rows(f"SELECT DISTINCT a.row {pair.sql} ORDER BY a.row")]
            names = f"'{pair.one.name}' and '{pair.other.name}'"
            is_whole = not self.now or len(found) == self.tally.rows >= MANY_ROWS
            for row in found:
                line = lines.find([row]).get(row)
                where = line.where if line else self.layout.sheet.name
                more = len(found) - 1
                rows = f"this row and of {more} others" if is_whole and more else "this row"
                what = f"the rules {names} both give a {pair.one.kind} of {rows}"
                problem = Problem("mapping-overlap", where, what, "Narrow 'when' of one of them.")
                if is_whole:
                    raise EventError(problem)
                self.tally.bad.setdefault(row, problem)
        if len(self.tally.bad) > before:
            leave_out(self.calculator, list(self.tally.bad))

    def events(self, carry: Carry) -> Iterator[Found]:
        """Yield the events of every rule, then those no row says by itself."""
        derived = derived_queries(self.calculator, self.mapping, self.value, self.bind, carry)
        parts = len(self.rules) + len(derived) + len(self.inputs)
        for number, query in enumerate(self.rules):
            if query.rule.deadband is not None:
                sql, columns = thinned(self.calculator, query, number, self.bind, carry)
            elif query.rule.counter is None:
                sql, columns = event_query(query)
            elif self.tally.rows <= FEW_ROWS and not self._folds:
                walked = Walker(self.calculator, query, query.rule.counter).run(self.bind, carry)
                self._note_walked(query, walked)
                yield from self._raw(walked.events, query.rule.kind, (number + 1) / parts)
                continue
            else:
                made = Differencer(self.connection, query, query.rule.counter, number, self._folds)
                counted = made.run(self.bind, carry)
                self._note_odd(query, counted)
                sql, columns = counted.events, counted.columns
            yield from self._found(Told(query.rule.kind, query.rule.name, sql, columns), number, parts)
        for number, (kind, sql, columns) in enumerate(derived, len(self.rules)):
            yield from self._found(Told(kind, "", sql, columns), number, parts)
        heard = [signal for signal in self.mapping.signals if signal.name in self.inputs]
        for number, signal in enumerate(heard, len(self.rules) + len(derived)):
            sensor = Sensor(signal, self.mapping.source, self.cycles, carry)
            queries, name = self.inputs[signal.name], f"said_{number}"
            said = sensor.run(self.connection, queries, self.bind, name, self.now, self.scope_of)
            self.tally.add("unheard", sensor.sensed.late)
            self.tally.add("unpaced", sensor.sensed.unpaced)
            for kind, columns in GIVES.items():
                yield from self._found(Told(kind, signal.name, said[kind], columns), number, parts)

    def _found(self, told: Told, number: int, parts: int) -> Iterator[Found]:
        final, key = self.keys.final(told, self.layout.sheet.part, self.bind.used_in(told.sql))
        listed = ", ".join(quoted(name) for name in dict.fromkeys(["row", *told.columns, key]))
        query = f"SELECT {listed} FROM ({final})"
        reader = self.calculator.reader(query, self.bind.used_in(query), BATCH_ROWS)
        done = 0
        for batch in reader:
            if batch.num_rows:
                table = pa.Table.from_batches([batch])
                table = table if key == KEY else self.keys.named(told, table)
                done += batch.num_rows
                share = (number + min(1.0, done / max(self.tally.rows, 1))) / parts
                yield from self._raw(table, told.kind, share)

    def _raw(self, table: pa.Table, kind: str, share: float) -> Iterator[Found]:
        if table.num_rows:
            raw = to_raw(table, kind, self.mapping.source)
            yield Found(raw, table.column("row").combine_chunks(), share)

    def _resolve(self, row: str) -> None:
        """`seen`: cells with their row numbers and every instant in UTC."""
        columns = [f"{row} AS row", f"{self.calculator.ordinal} AS nth"]
        skewed = []
        for (name, read), cell in self.cells.items():
            instant = self._instant(name, cell) if cell.local else cell.value
            status = cell.status
            if read is Read.TIME and name in self.mapping.clocks:
                skewed.append(self._is_off(instant))
                if not (self.mapping.skew and self.mapping.skew.is_set_aside):
                    received = self.cells[(RECEIVED, Read.TIME)].value
                    instant = f"CASE WHEN {skewed[-1]} THEN {received} ELSE {instant} END"
                    status = f"CASE WHEN {skewed[-1]} THEN {FINE}::UTINYINT ELSE {status} END AS {status}"
            columns += [status] if status else []
            columns.append(instant if instant == cell.value else f"{instant} AS {cell.value}")
        columns += [f"({' OR '.join(skewed)}) AS skewed"] if skewed else []
        columns += ["blank", "same"] if self.mapping.drop_twins else ["blank"]
        self.calculator.view("seen", f"SELECT {', '.join(columns)} FROM cells")

    def _is_off(self, instant: str) -> str:
        """The SQL of whether an instant lies too far from that of its receipt."""
        most = self.mapping.skew.most_us if self.mapping.skew else 0
        return f"coalesce(abs({instant} - {self.cells[(RECEIVED, Read.TIME)].value}) > {most}, false)"

    def _instant(self, name: str, cell: Cell) -> str:
        column = self.mapping.columns[name]
        local = cell.local
        if column.after:
            other = self.cells.get((column.after, Read.TIME))
            local = next_day_sql(local, other.local) if other and other.local else local
        span = self.calculator.rows(
            f"SELECT min({cell.local}), max({cell.local}) FROM cells WHERE {cell.status} = {FINE}"
        )
        first, last = span[0]
        if first is None:
            return cell.value
        steps = offset_steps(column.zone or self.mapping.zone, first, last + DAY)
        self._folds += folds_of(steps)
        return f"coalesce({cell.value}, {utc_sql(local, steps)})"

    def _note_walked(self, query: RuleQuery, walked: Walked) -> None:
        for row, values in walked.wild:
            problem = wild_problem(self.mapping, query.rule, values, walked.doubts.get(row))
            self.tally.bad.setdefault(row, problem)
        self.tally.add("again", walked.again)
        self.tally.add("late", walked.late)

    def _note_odd(self, query: RuleQuery, counted: Counted) -> None:
        for row, *values in self.connection.table(counted.wild).fetchall():
            problem = wild_problem(self.mapping, query.rule, values, counted.doubts.get(row))
            self.tally.bad.setdefault(row, problem)
        for word, found in (("again", f"FROM {counted.again}"), ("late", counted.late)):
            self.tally.add(word, [row for (row,) in self.connection.sql(found).fetchall()])
