"""Rules that say the same of one row: a mistake of the mapping, told before anything is loaded.

Where it shows in the mapping itself it is a problem of the mapping; where only the rows show it, the
sheet is refused with the first such row.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from plantstack.connectors.mapping.model import IGNORE, Condition, Mapping, Rule, Test
from plantstack.connectors.mapping.rules import RuleQuery
from plantstack.connectors.mapping.sql import quoted
from plantstack.connectors.mapping.uses import rule_uses
from plantstack.events.kinds import FIELDS
from plantstack.events.schema import COUNT_CLASSES

# What an event is about, beside its equipment and instant; all else is what it says of it.
_ABOUT = ("parameter", "code", "phase", "role", "order_id", "product", "body")
_ABOUT_COUNTS = ("reason", "order_id", "product")


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two rules of one kind, and the SQL of the rows of which both speak alike."""

    one: Rule
    other: Rule
    sql: str  # FROM and WHERE; `a.row` is such a row


def overlaps(queries: list[RuleQuery]) -> Iterator[Overlap]:
    """Yield every pair of rules that could speak of the same row."""
    for one, other in combinations(queries, 2):
        first, second = one.rule, other.rule
        if first.kind == second.kind and not first.placed and not second.placed and _may_meet(first, second):
            test = _test(one, other)
            joined = f"({one.spoken}) a JOIN ({other.spoken}) b ON a.row = b.row AND a.nth = b.nth"
            yield Overlap(first, second, f"FROM {joined} WHERE {test}")


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


def surely_meet(mapping: Mapping) -> Iterator[tuple[Rule, Rule]]:
    """Yield every pair of rules of which one says of all rows of the other what that one says."""
    alike: dict[str, list[Rule]] = {}  # only those can meet, and of a template few are
    for rule in mapping.rules:
        alike.setdefault(repr((rule.kind, rule.fields.get("equipment"), rule.fields.get("at"))), []).append(
            rule
        )
    pairs = (pair for rules in alike.values() for pair in combinations(rules, 2))
    for one, other in pairs:
        if one.placed or other.placed or not _may_meet(one, other):
            continue
        is_within = _implies(one.when, other.when) or _implies(other.when, one.when)
        may_ignore = any(_may_ignore(mapping, rule) for rule in (one, other))
        if is_within and not may_ignore and _is_about(one, other):
            yield one, other


def _implies(some: tuple[Condition, ...], all_of: tuple[Condition, ...]) -> bool:
    """Whether each of some conditions holds wherever all of the others hold."""
    return all(
        any(one.column == other.column and _holds_with(one, other) for other in all_of) for one in some
    )


def _holds_with(one: Condition, other: Condition) -> bool:
    if one == other:
        return True
    if one.test is Test.IS and other.test is Test.IS:
        return set(other.values) <= set(one.values)
    if one.test is Test.NOT and other.test is Test.IS:
        return not set(other.values) & set(one.values)
    return one.test is Test.PRESENT and other.test is Test.IS and "" not in other.values


def _is_about(one: Rule, other: Rule) -> bool:
    """Whether both say it of the same, word by word."""
    about = _ABOUT_COUNTS if one.kind == "count" else _ABOUT
    names = {"equipment", "at", *({"order_id": "order"}.get(name, name) for name in about)}
    if one.kind != "count":  # what has no column of its own is part of what it is about
        names |= {name for name, field in FIELDS[one.kind].items() if not field.column}
        if one.free != other.free:
            return False
    series = [rule.counter.per if rule.counter else None for rule in (one, other)]
    return series[0] == series[1] and all(one.fields.get(name) == other.fields.get(name) for name in names)


def _may_ignore(mapping: Mapping, rule: Rule) -> bool:
    """Whether a word of a map can keep a rule from speaking."""
    words = [mapping.columns[name].words for name, _ in rule_uses(rule) if name in mapping.columns]
    return any(one is not None and IGNORE in (*one.to.values(), one.otherwise) for one in words)


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
