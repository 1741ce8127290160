"""Keys of events whose mapping names none: what is said, or where it stands in the file."""

from __future__ import annotations

from collections import Counter as Tally
from dataclasses import dataclass
from hashlib import md5
from itertools import pairwise

import pyarrow as pa

from plantstack.connectors.mapping.calculator import Calculator
from plantstack.connectors.mapping.model import Mapping, Rule
from plantstack.connectors.mapping.sql import quoted
from plantstack.events.batch import RAW

SHORT = 80  # bytes: a content up to this length is its own key, readable by people
KEY = "key"
CONTENT = "content"  # the column of what is said where keys are not yet made
_FIRST = ("equipment", "at")
_WORDS = ("state", "phase", "role", "quality")  # of few known values, none with a bar
_IS_PLAIN = f"strlen(content) <= {SHORT} AND NOT contains(content, chr(31))"
_KEY = f"CASE WHEN {_IS_PLAIN} THEN content ELSE md5(content) END"
_NOBODY = "SELECT NULL::VARCHAR AS content, 0::BIGINT AS n WHERE false"
_BEFORE = "SELECT content, sum(n)::BIGINT AS n FROM told_before GROUP BY content"
_TWIN = "CASE WHEN twin > 1 THEN concat(twin - 1, '#') ELSE '' END"


@dataclass(frozen=True, slots=True)
class Told:
    """Events of one rule, or of none, that are to get their keys."""

    kind: str
    rule: str  # '' for events no rule says
    sql: str
    columns: tuple[str, ...]

    @property
    def has_key(self) -> bool:
        """Whether the mapping names the key."""
        return "key" in self.columns


class Keys:
    """Makes the keys of one file.

    A key is the content and its ordinal among equal events of the file, over all its rules and sheets,
    so overlapping exports dedupe and true twins survive. With `identity: row` it is the place in the
    file instead, and nothing is ever the same twice.
    """

    def __init__(self, calculator: Calculator, mapping: Mapping, sheets: int, sha256: str) -> None:
        self.calculator = calculator
        self.place = f"{sha256[:16]}/" if mapping.by_row else ""
        kinds = Tally(rule.kind for rule in mapping.rules if _needs_ordinals(rule))
        self.shared = {kind for kind, rules in kinds.items() if rules * sheets > 1}
        self._told: Tally[str] = Tally()  # contents of few rows, how often
        if self.shared and not calculator.is_kept:
            calculator.table("told_before", _NOBODY)

    def final(self, told: Told, part: str, parameters: dict[str, object]) -> tuple[str, str]:
        """The SQL of the events, and its column that is the key, or CONTENT: `named` makes one of it."""
        if told.has_key:
            return told.sql, KEY
        if self.place and told.rule:
            where = f"{self.place}{part}/".replace("'", "''")
            return f"SELECT *, concat('{where}', nth, ':{told.rule}') AS key FROM ({told.sql})", KEY
        if told.kind == "reading":
            return f"""SELECT *, concat(equipment, '/', parameter, '@', "at") AS key FROM ({told.sql})""", KEY
        if self.calculator.is_kept:
            return f"SELECT *, {_content(told)} AS {CONTENT} FROM ({told.sql})", CONTENT
        if told.rule and told.kind in self.shared:
            return self._counted_on(told, parameters), KEY
        return self._alone(told, parameters), KEY

    def named(self, told: Told, table: pa.Table) -> pa.Table:
        """Of few rows the keys are made here, in the order of the rows: numbering them costs SQL more.

        Args:
            told: what is said.
            table: of `final`.
        """
        rows = table.column("row").to_pylist()
        if any(one > other for one, other in pairwise(rows)):
            table = table.sort_by("row")
        twins = self._told if told.rule and told.kind in self.shared else Tally[str]()
        place = table.column_names.index(CONTENT)
        keys = [_key(content, twins) for content in table.column(place).to_pylist()]
        return table.set_column(place, KEY, pa.array(keys, pa.string()))

    def _alone(self, told: Told, parameters: dict[str, object]) -> str:
        """Keys of the only events of a kind; looks for twins first, as there are seldom any."""
        listed = ", ".join(quoted(name) for name in told.columns)
        bare = f"SELECT *, {_content(told)} AS content FROM ({told.sql})"
        numbered = f"SELECT *, row_number() OVER (PARTITION BY content ORDER BY row) AS twin FROM ({bare})"
        if not self._may_have_twins(told, parameters):
            return f"SELECT * EXCLUDE (content), {_KEY} AS key FROM ({bare})"
        return (
            f"SELECT * EXCLUDE (content), {_KEY} AS key FROM ({bare}) "
            f"WHERE hash({listed}) NOT IN (SELECT h FROM maybe_twins) UNION ALL "
            f"SELECT * EXCLUDE (content, twin), {_TWIN} || {_KEY} AS key "
            f"FROM ({numbered} WHERE hash({listed}) IN (SELECT h FROM maybe_twins))"
        )

    def _may_have_twins(self, told: Told, parameters: dict[str, object]) -> bool:
        """Make `maybe_twins`: a hash of few bytes only says who may be a twin, the content decides."""
        suspects = self._suspects(told, parameters)
        if not suspects:
            return False
        listed = ", ".join(quoted(name) for name in told.columns)
        rough = f"SELECT hash({listed}) AS h FROM ({suspects}) GROUP BY h"
        self.calculator.table("maybe_twins", f"{rough} HAVING count(*) > 1", parameters)
        return bool(self.calculator.rows("SELECT 1 FROM maybe_twins LIMIT 1"))

    def _counted_on(self, told: Told, parameters: dict[str, object]) -> str:
        """Keys of events that another rule or sheet may say too: ordinals go on over all of them."""
        bare = f"SELECT *, {_content(told)} AS content FROM ({told.sql})"
        ordinal = "row_number() OVER (PARTITION BY content ORDER BY row)"
        self.calculator.table(
            "numbered",
            f"SELECT t.*, coalesce(b.n, 0) + {ordinal} AS twin "
            f"FROM ({bare}) t LEFT JOIN ({_BEFORE}) b USING (content)",
            parameters,
        )
        self.calculator.run(
            "INSERT INTO told_before SELECT content, count(*) AS n FROM numbered GROUP BY content"
        )
        return f"SELECT * EXCLUDE (content, twin), {_TWIN} || {_KEY} AS key FROM numbered ORDER BY row"

    def _suspects(self, told: Told, parameters: dict[str, object]) -> str:
        """Rows that can have a twin; '' for none.

        Where time never goes back, those at the instant of a neighbour, and none when machines too only
        rise within an instant; none either where each machine's rows stand together and time only rises.
        """
        machine = "equipment" if "equipment" in told.columns else "''"
        neighbours = (("lag", "before", "machine_before"), ("lead", "after", "machine_after"))
        beside = ", ".join(
            f'{look}("at") OVER () AS {at}, {look}({machine}) OVER () AS {of}' for look, at, of in neighbours
        )
        rows = f"SELECT *, {beside} FROM ({told.sql})"
        is_next = f"{machine} > machine_before"
        tests = (
            '"at" < before',
            f'NOT ("at" > before OR ("at" = before AND {is_next}))',
            f'NOT ({is_next} OR ({machine} = machine_before AND "at" > before))',
        )
        counted = f"SELECT {', '.join(f'count(*) FILTER ({test})' for test in tests)} FROM ({rows})"
        back, by_time, by_machine = self.calculator.rows(counted, parameters)[0]
        if not (by_time and by_machine):
            return ""
        listed = ", ".join(quoted(name) for name in told.columns)
        return told.sql if back else f'SELECT {listed} FROM ({rows}) WHERE "at" = before OR "at" = after'


def _key(content: str, twins: Tally[str]) -> str:
    """The key of what is said, as `_KEY` and `_TWIN` make it; it is counted in."""
    twins[content] += 1
    number = f"{twins[content] - 1}#" if twins[content] > 1 else ""
    said = content.encode()
    is_plain = len(said) <= SHORT and chr(31) not in content
    return number + (content if is_plain else md5(said, usedforsecurity=False).hexdigest())


def _needs_ordinals(rule: Rule) -> bool:
    return rule.counter is None and "key" not in rule.fields and rule.kind != "reading"


def _content(told: Told) -> str:
    """All that is said, set apart by a bar; by a control character where a word holds a bar."""
    others = sorted(name for name in told.columns if name not in _FIRST)
    words = [quoted(name) for name in told.columns if name not in _WORDS and _is_text(name)]
    plain, safe = (
        f"concat('{told.kind}', {mark}, {'equipment' if 'equipment' in told.columns else 'NULL'}, {mark}, "
        + ", ".join([quoted("at"), *(f"{mark}, '{name}', {mark}, {quoted(name)}" for name in others)])
        + ")"
        for mark in ("'|'", "chr(31)")
    )
    if not words:
        return plain
    barred = " OR ".join(f"contains({word}, '|')" for word in words)
    return f"CASE WHEN {barred} THEN {safe} ELSE {plain} END"


def _is_text(name: str) -> bool:
    return bool(pa.types.is_string(RAW.field(name).type))
