"""One rule of a mapping as two queries: the rows it cannot read, and the events of the others."""

from __future__ import annotations

from dataclasses import dataclass

from plantstack.connectors.mapping.cells import IGNORED, UNREADABLE, Cell
from plantstack.connectors.mapping.model import Mapping, Read, Rule
from plantstack.connectors.mapping.sql import Binder, Value, condition_sql, quoted, text_sql
from plantstack.connectors.mapping.uses import Use, condition_use, rule_uses
from plantstack.connectors.mapping.values import column_values, field_sql
from plantstack.events.fields import Form
from plantstack.events.kinds import FIELDS, KINDS

MINUS = "\x1f"  # between the parts of a reason; before the first stands the column it is about


@dataclass(frozen=True, slots=True)
class RuleQuery:
    """The SQL of one rule over `told`, the readable cells with their row numbers."""

    rule: Rule
    bad: str  # row, what: rows the rule speaks about and cannot read; '' when it can read every row
    spoken: str  # row and every filled event column, before lengths, places and counters
    columns: tuple[str, ...]


def rule_query(mapping: Mapping, rule: Rule, cells: dict[Use, Cell], bind: Binder, value: Value) -> RuleQuery:
    """Compile one rule."""
    when = condition_sql(rule.when, value, bind)
    uses = list(dict.fromkeys(rule_uses(rule)))
    ignored = [f"{cells[use].status} = {IGNORED}" for use in uses if cells[use].status]
    speaks = f"({when})" + (f" AND NOT ({' OR '.join(ignored)})" if ignored else "")
    filled = _filled(rule, value, bind)
    bad = _bad_query(rule, uses, speaks, cells, value, bind)
    parts = [f"{sql} AS {quoted(name)}" for name, sql in (filled | _measures(rule, value, bind)).items()]
    spoken = f"SELECT row, nth, {', '.join(parts)} FROM told WHERE {speaks}"
    return RuleQuery(rule, bad, spoken, tuple(filled))


def _measures(rule: Rule, value: Value, bind: Binder) -> dict[str, str]:
    """What the shapes need beside the event's own columns."""
    made = {}
    if rule.lasting is not None:
        made["span"] = value(rule.lasting.only, Read.DURATION)
    if rule.placed is not None:
        made["span"] = value(rule.placed.length.only, Read.DURATION)
        made["parent"] = text_sql(rule.placed.per, value, bind)
        made["parent_from"] = value(rule.placed.start.only, Read.TIME)
        made["parent_until"] = value(rule.placed.end.only, Read.TIME)
    if rule.counter is not None:
        made["series"] = (
            "NULL::VARCHAR" if rule.counter.per is None else text_sql(rule.counter.per, value, bind)
        )
    return made


def _filled(rule: Rule, value: Value, bind: Binder) -> dict[str, str]:
    filled = column_values(rule, value, bind)
    for name in ("order_id", "product"):
        if name in filled:
            filled[name] = f"coalesce({filled[name]}, '')"
    key = rule.fields.get("key")
    if key is not None:
        # One row may give several events: each rule's share of a shared key is named after the rule.
        filled["key"] = f"{filled['key']} || {bind(':' + rule.name)}" if rule.key_is_shared else filled["key"]
    return filled


def _bad_query(
    rule: Rule,
    uses: list[Use],
    speaks: str,
    cells: dict[Use, Cell],
    value: Value,
    bind: Binder,
) -> str:
    """Rows the rule speaks about and cannot read, with the reason; the first reason stands."""
    cases = []
    for condition in rule.when:
        use = condition_use(condition)
        if cells[use].status:
            # A number of another key's row is none of this rule's business: the other conditions decide.
            others = condition_sql((one for one in rule.when if one.column != use[0]), value, bind)
            cases.append((f"{cells[use].status} = {UNREADABLE} AND {others}", _unreadable(use)))
    for use in uses:
        if cells[use].status:
            cases.append((f"{speaks} AND {cells[use].status} = {UNREADABLE}", _unreadable(use)))
    cases.extend((f"{speaks} AND {test}", what) for test, what in _lacking(rule, value, bind))
    if not cases:
        return ""
    branches = " ".join(f"WHEN {test} THEN {bind(what)}" for test, what in cases)
    return f"SELECT row, CASE {branches} END AS what FROM told"


def _unreadable(use: Use) -> str:
    return f"{use[0]}{MINUS}{use[1].value}"


def _lacking(rule: Rule, value: Value, bind: Binder) -> list[tuple[str, str]]:
    """Tests for what a row must say and does not, and for what cannot be."""
    found = []
    kind = KINDS[rule.kind]
    for name, template in rule.fields.items():
        field = FIELDS[rule.kind][name]
        if not template.names:
            continue
        sql = field_sql(field.form, template, value, bind)
        project_wide = name == "equipment" and kind.project_wide
        if (field.required or name in ("at", "key")) and not project_wide:
            found.append((f"({sql}) IS NULL", _empty(name)))
        if field.choices and field.form is Form.TEXT:
            known = ", ".join(bind(word) for word in field.choices)
            what = f"'{name}' has a word that is none of {', '.join(field.choices)}"
            found.append((f"({sql}) NOT IN ({known})", _wrong(what, "Map it to one of them.")))
        if field.least == 0 and not (rule.counter and rule.counter.cumulative):
            fix = "Correct what was told too much with 'supersedes', never with a negative number."
            found.append((f"({sql}) < 0", _wrong(f"'{name}' is negative", fix)))
    found.extend(_backwards(rule, value, bind))
    lengths = {"lasting": rule.lasting, "length": rule.placed.length if rule.placed else None}
    found += [
        (f"{value(length.only, Read.DURATION)} IS NULL", _empty(name))
        for name, length in lengths.items()
        if length is not None
    ]
    for group in kind.one_of:
        given = [rule.fields[name] for name in group if name in rule.fields]
        if given and all(template.names for template in given):
            forms = [FIELDS[rule.kind][name].form for name in group if name in rule.fields]
            empty = " AND ".join(
                f"({field_sql(form, template, value, bind)}) IS NULL"
                for form, template in zip(forms, given, strict=True)
            )
            found.append((empty, _lack("row-incomplete", f"none of {', '.join(group)} is given", _FILL)))
    return found


def _backwards(rule: Rule, value: Value, bind: Binder) -> list[tuple[str, str]]:
    """Tests for a span that does not go on in time."""
    pairs = [("at", "until")] if rule.kind == "state" else []
    pairs += [("from", "until")] if "until" in FIELDS[rule.kind] else [("from", "at")]
    found = []
    for first, last in pairs:
        ends = [rule.fields.get(name) for name in (first, last)]
        if all(ends) and any(end.names for end in ends if end):
            sides = [field_sql(Form.INSTANT, end, value, bind) for end in ends if end]
            sign = ">" if rule.kind == "alive" else ">="
            what = _wrong(f"'{last}' is not after '{first}'", "Check both times.")
            found.append((f"{sides[0]} {sign} {sides[1]}", what))
    return found


_FILL = "Fill it, or narrow the rule's 'when'."


def _empty(name: str) -> str:
    return _lack("row-incomplete", f"'{name}' is empty", _FILL)


def _wrong(what: str, fix: str) -> str:
    return _lack("row-wrong", what, fix)


def _lack(code: str, what: str, fix: str) -> str:
    return MINUS + MINUS.join((code, what, fix))
