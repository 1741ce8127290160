"""Rules that say the same of one row: a mistake of the mapping, told before anything is loaded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from plantstack.connectors.mapping.model import Condition, Rule, Test
from plantstack.connectors.mapping.rules import RuleQuery
from plantstack.connectors.mapping.sql import quoted
from plantstack.events.schema import COUNT_CLASSES

# What an event is about, beside its equipment and instant; all else is what it says of it.
_ABOUT = ("parameter", "code", "phase", "role", "order_id", "product", "body")
_ABOUT_COUNTS = ("reason", "order_id", "product")


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two rules of one kind, and the SQL that counts the rows of which both speak alike."""

    one: Rule
    other: Rule
    sql: str  # rows, the first of them


def overlaps(queries: list[RuleQuery]) -> Iterator[Overlap]:
    """Yield every pair of rules that could speak of the same row."""
    for one, other in combinations(queries, 2):
        first, second = one.rule, other.rule
        if first.kind == second.kind and not first.placed and not second.placed and _may_meet(first, second):
            test = _test(one, other)
            joined = f"({one.spoken}) a JOIN ({other.spoken}) b ON a.row = b.row AND a.nth = b.nth"
            yield Overlap(first, second, f"SELECT count(*), min(a.row) FROM {joined} WHERE {test}")


def _may_meet(one: Rule, other: Rule) -> bool:
    """Whether a row can fit both; conditions and constants often show that none can."""
    if any(_exclude(a, b) or _exclude(b, a) for a in one.when for b in other.when if a.column == b.column):
        return False
    about = _ABOUT_COUNTS if one.kind == "count" else _ABOUT
    names = [{"order_id": "order"}.get(name, name) for name in about]
    constants = [
        (one.fields[name].constant, other.fields[name].constant)
        for name in ("equipment", *names)
        if name in one.fields and name in other.fields
    ]
    if any(a is not None and b is not None and a != b for a, b in constants):
        return False
    return one.kind != "count" or any(name in one.fields and name in other.fields for name in COUNT_CLASSES)


def _exclude(one: Condition, other: Condition) -> bool:
    if one.test is Test.IS and other.test is Test.IS:
        return not set(one.values) & set(other.values)
    if one.test is Test.IS and other.test is Test.NOT:
        return set(one.values) <= set(other.values)
    return one.test is Test.PRESENT and (other.test is Test.ABSENT or other.values == ("",))


def _test(one: RuleQuery, other: RuleQuery) -> str:
    """What both say the event is about."""
    about = _ABOUT_COUNTS if one.rule.kind == "count" else _ABOUT
    tests = []
    for name in ("equipment", "at", *about):
        sides = [
            f"{side}.{quoted(name)}" if name in query.columns else "NULL"
            for side, query in (("a", one), ("b", other))
        ]
        if sides != ["NULL", "NULL"]:
            tests.append(" IS NOT DISTINCT FROM ".join(sides))
    if one.rule.counter and other.rule.counter:
        tests.append("a.series IS NOT DISTINCT FROM b.series")
    if one.rule.kind == "count":
        both = [name for name in COUNT_CLASSES if name in one.columns and name in other.columns]
        tests.append("(" + " OR ".join(f"a.{name} + b.{name} IS NOT NULL" for name in both) + ")")
    return " AND ".join(tests)
