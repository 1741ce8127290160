"""Rows that are left out on purpose, and rows worth a word: counted, with the first few named."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import pyarrow as pa

from plantstack.connectors.mapping.calculator import Calculator
from plantstack.connectors.mapping.cells import IGNORED, UNREADABLE, Cell
from plantstack.connectors.mapping.model import IGNORE, Mapping, Read, Rule
from plantstack.connectors.mapping.rules import RuleQuery
from plantstack.connectors.mapping.shapes import event_query
from plantstack.connectors.mapping.sql import Binder, Value, condition_sql, text_sql
from plantstack.connectors.mapping.uses import Use, condition_use, rule_uses
from plantstack.errors import Problem

_NAMED = 3


@dataclass(frozen=True, slots=True)
class Noted:
    """So many rows, and the first of them."""

    count: int = 0
    rows: tuple[int, ...] = ()


SAID = {
    "ignored": ("rows-ignored", "rows left out by the ignore list"),
    "word": ("words-ignored", "rows left out because a map says 'ignore' of what stands in them"),
    "stale": ("rows-stale", "rows left out because they repeat values from before the file's own time"),
    "identical": ("rows-identical", "rows left out because they say the same as an earlier row"),
    "backwards": ("clock-backwards", "rows older than the row of the same equipment before them"),
    "again": ("counter-known", "rows within what was counted before; nothing of them is counted again"),
    "late": (
        "counter-late",
        "counters told from before their last row; what was made between is not counted",
    ),
    "skewed": (
        "clock-skewed",
        "rows whose clock is off by more than 'skew'; they are taken as of their receipt",
    ),
    "quality": ("counts-doubted", "counts left out because their quality is bad"),
    "unheard": ("signal-late", "rows of a signal that came after a later one; nothing is read off them"),
    "unpaced": ("signal-cycle", "rows of machines without a standard cycle; no state can be read off them"),
    "overlapping": ("rows-overlap", "rows that begin before an earlier one of the same equipment ends"),
}


@dataclass(slots=True)
class Tally:
    """What became of the rows that gave no event, or an odd one."""

    rows: int = 0
    noted: dict[str, Noted] = field(default_factory=dict)  # by the words of SAID
    bad: dict[int, Problem] = field(default_factory=dict)  # row -> why it cannot be read

    def note(self, word: str, count: int, rows: Iterable[int] | None) -> None:
        """Take a finding in."""
        if count:
            self.noted[word] = Noted(count, tuple(rows or ()))

    def add(self, word: str, rows: Iterable[int]) -> None:
        """Take in rows that another rule may have found too."""
        before, found = self.noted.get(word, Noted()), sorted(set(rows))
        first = sorted({*before.rows, *found[:_NAMED]})[:_NAMED]
        self.note(word, before.count + len(found), first)


def sieve(
    calculator: Calculator,
    mapping: Mapping,
    cells: dict[Use, Cell],
    value: Value,
    bind: Binder,
    rows: int | None = None,
) -> Tally:
    """Make `told`: `seen` without blank, ignored, stale and repeated rows.

    Args:
        calculator: with `seen`.
        mapping: of the sheet.
        cells: of each use of a column.
        value: the SQL of a column's value.
        bind: takes parameters.
        rows: of the sheet, where that is known.
    """
    why = _why(mapping, cells, value, bind)
    query = f"SELECT *, {why} AS why FROM seen WHERE NOT blank"
    if mapping.drop_twins:
        nth = "row_number() OVER (PARTITION BY why, same ORDER BY nth)"
        repeated = f"CASE WHEN why IS NULL AND {nth} > 1 THEN 'identical' ELSE why END"
        query = f"SELECT * REPLACE ({repeated} AS why) FROM ({query}) ORDER BY nth"
    is_sifted = why != "NULL" or mapping.drop_twins
    if calculator.is_kept and not is_sifted:  # one table and no view: each statement would read its text
        calculator.table("told", query, bind.used_in(query))
        calculator.view("kept", "SELECT * FROM told")
    elif is_sifted:
        calculator.table("kept", query, bind.used_in(query))
        if calculator.is_kept:
            calculator.table("told", "SELECT * FROM kept WHERE why IS NULL")
    else:
        calculator.view("kept", query)
    if not calculator.is_kept:
        calculator.view("told", "SELECT * FROM kept WHERE why IS NULL")
    tally = Tally(calculator.rows("SELECT count(*) FROM cells")[0][0] if rows is None else rows)
    if is_sifted:
        counted = f"SELECT why, count(*), min(row, {_NAMED}) FROM kept WHERE why IS NOT NULL GROUP BY why"
        for word, count, first in calculator.rows(counted):
            tally.note(word, count, first)
    if tally.rows > 1 and not calculator.is_kept:
        note_backwards(calculator, mapping, value, bind, tally)
    return tally


def back_sql(mapping: Mapping, value: Value, frame: str = "") -> str:
    """Whether a row of `told` is older than the one before it."""
    if not mapping.at.only:
        return "false"
    at = value(mapping.at.only, Read.TIME)
    return f"{at} < lag({at}) OVER ({frame})"


def leave_out(calculator: Calculator, rows: list[int]) -> None:
    """Take bad rows out of `told`."""
    calculator.hand_over("bad_rows", pa.table({"row": pa.array(rows, pa.int64())}))
    bad = "row IN (SELECT row FROM bad_rows)"
    if calculator.is_kept:
        calculator.run(f"DELETE FROM told WHERE {bad}")
    else:
        calculator.view("told", f"SELECT * FROM kept WHERE why IS NULL AND NOT {bad}")


def note_backwards(
    calculator: Calculator, mapping: Mapping, value: Value, bind: Binder, tally: Tally
) -> None:
    """Note rows that are older than the row of the same equipment before them."""
    if not mapping.at.only:
        return

    def counted(frame: str) -> tuple[int, list[int] | None]:
        back = f"SELECT row, {back_sql(mapping, value, frame)} AS back FROM told"
        query = f"SELECT count(*), min(row, {_NAMED}) FROM ({back}) WHERE back"
        count, rows = calculator.rows(query, bind.used_in(query))[0]
        return count, rows

    found = counted("")
    # Going through all rows as they come costs little; by equipment only where one of them goes back.
    rules = (*mapping.rules, *mapping.inputs)
    said = [rule.fields["equipment"] for rule in rules if "equipment" in rule.fields]
    names = [text_sql(one, value, bind) for one in dict.fromkeys([mapping.equipment, *said]) if one.names]
    if found[0] and names:
        found = counted(f"PARTITION BY {', '.join(names)} ORDER BY nth")
    tally.note("backwards", *found)


def note_overlaps(calculator: Calculator, queries: list[RuleQuery], bind: Binder, tally: Tally) -> None:
    """Note states with an end that begin before another of the same equipment has ended."""
    spans = []
    for query in queries:
        sql, columns = event_query(query)
        if query.rule.kind == "state" and "until_at" in columns:
            spans.append(f'SELECT row, equipment, "at", until_at FROM ({sql})')
    if spans:
        frame = (
            'PARTITION BY equipment ORDER BY "at", until_at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING'
        )
        marked = (
            f'SELECT row, "at" < max(until_at) OVER ({frame}) AS begun FROM ({" UNION ALL ".join(spans)})'
        )
        counted = f"SELECT count(*), min(row, {_NAMED}) FROM ({marked}) WHERE begun"
        tally.note("overlapping", *calculator.rows(counted, bind.used_in(counted))[0])


def note_ignored_words(calculator: Calculator, where: str, bind: Binder, tally: Tally) -> None:
    """Note rows that say nothing because of a word that a map ignores."""
    counted = f"SELECT count(*), min(row, {_NAMED}) FROM told WHERE {where}"
    tally.note("word", *calculator.rows(counted, bind.used_in(counted))[0])


def ignored_words_sql(
    queries: list[RuleQuery], mapping: Mapping, cells: dict[Use, Cell], bind: Binder
) -> str:
    """Whether no rule speaks of a row, and one would but for a word that a map ignores; '' where none can."""
    silent = [sql for query in queries if (sql := _but_for_a_word(query.rule, mapping, cells, bind))]
    spoken = " OR ".join(f"({query.speaks})" for query in queries)
    return f"({' OR '.join(silent)}) AND NOT ({spoken})" if silent else ""


def _but_for_a_word(rule: Rule, mapping: Mapping, cells: dict[Use, Cell], bind: Binder) -> str:
    """The SQL of whether a rule would speak of a row if no word in it was ignored; '' when none ever is."""
    uses = dict.fromkeys([*rule_uses(rule), *map(condition_use, rule.when)])
    ignored = {use: f"{cells[use].status} = {IGNORED}" for use in uses if _may_ignore(mapping, use)}
    if not ignored:
        return ""
    met = []
    for condition in rule.when:
        holds = condition_sql([condition], lambda name, read: cells[(name, read)].value, bind)
        use = condition_use(condition)
        met.append(f"({holds} OR {ignored[use]})" if use in ignored else holds)
    return f"(({' OR '.join(ignored.values())}) AND {' AND '.join(met) or 'true'})"


def _may_ignore(mapping: Mapping, use: Use) -> bool:
    words = mapping.columns[use[0]].words
    return words is not None and IGNORE in (*words.to.values(), words.otherwise)


def _why(mapping: Mapping, cells: dict[Use, Cell], value: Value, bind: Binder) -> str:
    """The SQL of the word that says why a row is left out, NULL when it stays."""
    cases = []
    for conditions in mapping.ignore:
        # A cell that cannot be read is not an empty one: such a row is told, not left out.
        states = [cells[use].status for use in map(condition_use, conditions)]
        sure = "".join(f" AND {status} <> {UNREADABLE}" for status in states if status)
        cases.append(f"WHEN {condition_sql(conditions, value, bind)}{sure} THEN 'ignored'")
    if mapping.stale_before:
        at, limit = value(mapping.at.only, Read.TIME), value(mapping.stale_before, Read.TIME)
        cases.append(f"WHEN {at} < {limit} THEN 'stale'")
    return f"CASE {' '.join(cases)} END" if cases else "NULL"
