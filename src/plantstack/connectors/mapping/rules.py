"""One rule of a mapping as two queries: the rows it cannot read, and the events of the others."""

from __future__ import annotations

from dataclasses import dataclass

from plantstack.connectors.mapping.cells import IGNORED, UNREADABLE, Cell
from plantstack.connectors.mapping.model import Mapping, Read, Rule
from plantstack.connectors.mapping.reasons import Reason, unreadable
from plantstack.connectors.mapping.sql import Binder, Value, condition_sql, quoted, text_sql
from plantstack.connectors.mapping.template import Template
from plantstack.connectors.mapping.uses import Use, condition_use, rule_uses
from plantstack.connectors.mapping.values import column_values, field_sql
from plantstack.events.fields import Form
from plantstack.events.kinds import FIELDS, KINDS
from plantstack.intervals import SECOND

QUALITIES = ("good", "uncertain", "bad")
_SURE = ("equipment", "at", "parameter", "key", "sequence")


@dataclass(frozen=True, slots=True)
class RuleQuery:
    """The SQL of one rule over `told`, the readable cells with their row numbers."""

    rule: Rule
    bad: str  # row, nth, why: rows the rule speaks about and cannot read; '' when it can read every row
    spoken: str  # row and every filled event column, before lengths, places and counters
    columns: tuple[str, ...]
    reasons: tuple[Reason, ...] = ()  # what the numbers in `why` stand for
    speaks: str = "true"  # whether the rule speaks about a row
    left_out: str = ""  # whether it would, but for the quality of what the row says
    unsure: str = "false"  # whether nobody can tell if it speaks about a row
    wrong: str = "false"  # whether it cannot read a row that it speaks about


def rule_query(mapping: Mapping, rule: Rule, cells: dict[Use, Cell], bind: Binder, value: Value) -> RuleQuery:
    """Compile one rule."""
    when = condition_sql(rule.when, value, bind)
    uses = list(dict.fromkeys(rule_uses(rule)))
    ignored = [f"{cells[use].status} = {IGNORED}" for use in uses if cells[use].status]
    speaks = f"({when})" + (f" AND NOT ({' OR '.join(ignored)})" if ignored else "")
    left_out = ""
    if rule.quality and rule.kind == "count":
        left_out = f"{speaks} AND {bad_sql(rule, value)}"
        speaks += f" AND NOT {bad_sql(rule, value)}"
    filled = _filled(mapping, rule, value, bind)
    unsure = _unsure_cases(mapping, rule, cells, value, bind)
    sure = _spoken_cases(mapping, rule, uses, cells, value, bind)
    cases = [*unsure, *((f"{speaks} AND {test}", reason) for test, reason in sure)]
    parts = [f"{sql} AS {quoted(name)}" for name, sql in (filled | _measures(rule, value, bind)).items()]
    spoken = f"SELECT row, nth, {', '.join(parts)} FROM told WHERE {speaks}"
    reasons = tuple(reason for _, reason in cases)
    bad = _bad_query([test for test, _ in cases])
    doubts, wrong = (" OR ".join(f"({test})" for test, _ in tests) or "false" for tests in (unsure, sure))
    return RuleQuery(rule, bad, spoken, tuple(filled), reasons, speaks, left_out, doubts, wrong)


def bad_sql(rule: Rule, value: Value) -> str:
    """Whether what a row says is of bad quality; where nobody says it is good."""
    return f"coalesce({value(rule.quality, Read.TEXT)} = 'bad', false)" if rule.quality else "false"


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


def _filled(mapping: Mapping, rule: Rule, value: Value, bind: Binder) -> dict[str, str]:
    is_clocked = bool(mapping.clocks) and not (mapping.skew and mapping.skew.is_set_aside)
    filled = column_values(rule, value, bind, is_clocked=is_clocked)
    for name in ("order_id", "product"):
        if name in filled:
            filled[name] = f"coalesce({filled[name]}, '')"
    if rule.quality and rule.kind == "state":
        filled["state"] = f"CASE WHEN {bad_sql(rule, value)} THEN 'unknown' ELSE {filled['state']} END"
    key = rule.fields.get("key")
    if key is not None:
        # One row may give several events: each rule's share of a shared key is named after the rule.
        filled["key"] = f"{filled['key']} || {bind(':' + rule.name)}" if rule.key_is_shared else filled["key"]
    return filled


def _bad_query(tests: list[str]) -> str:
    """Rows the rule speaks about and cannot read, with the number of the reason; the first one stands."""
    if not tests:
        return ""
    branches = " ".join(f"WHEN {test} THEN {number}" for number, test in enumerate(tests))
    return f"SELECT row, nth, CASE {branches} END AS why FROM told"


def _unsure_cases(
    mapping: Mapping, rule: Rule, cells: dict[Use, Cell], value: Value, bind: Binder
) -> list[tuple[str, Reason]]:
    """Tests for rows of which nobody can tell whether the rule speaks about them."""
    cases = []
    for condition in rule.when:
        use = condition_use(condition)
        if cells[use].status:
            # A number of another key's row is none of this rule's business: the other conditions decide.
            others = condition_sql((one for one in rule.when if one.column != use[0]), value, bind)
            cases.append((f"{cells[use].status} = {UNREADABLE} AND {others}", unreadable(use, mapping)))
    return cases


def _spoken_cases(
    mapping: Mapping, rule: Rule, uses: list[Use], cells: dict[Use, Cell], value: Value, bind: Binder
) -> list[tuple[str, Reason]]:
    """Tests, of the rows that the rule speaks about, for those it cannot read."""
    cases = []
    # Of bad quality only what and when must be readable: the value itself is believed by nobody.
    sure = {name for field in _SURE if field in rule.fields for name in rule.fields[field].names}
    doubted = f" AND NOT {bad_sql(rule, value)}" if rule.quality else ""
    for use in uses:
        if cells[use].status:
            but = "" if use[0] in sure or use[0] == rule.quality else doubted
            cases.append((f"{cells[use].status} = {UNREADABLE}{but}", unreadable(use, mapping)))
    for test, reason in _lacking(rule, value, bind):
        but = "" if set(reason.columns) <= sure else doubted
        cases.append((f"{test}{but}", reason))
    if mapping.skew and mapping.skew.is_set_aside and mapping.clocks:
        expected = f"an instant within {mapping.skew.most_us / SECOND:g} s of its receipt"
        reason = Reason("row-skewed", expected, tuple(sorted(mapping.clocks)), "Set the source's clock.")
        cases.append(("skewed", reason))
    if rule.quality:
        known = ", ".join(f"'{word}'" for word in QUALITIES)
        expected, fix = (
            f"'quality' to be one of {', '.join(QUALITIES)}",
            "Give the column a 'map' to these words.",
        )
        test = f"{value(rule.quality, Read.TEXT)} NOT IN ({known})"
        cases.append((test, Reason("row-wrong", expected, (rule.quality,), fix)))
    return cases


def _lacking(rule: Rule, value: Value, bind: Binder) -> list[tuple[str, Reason]]:
    """Tests for what a row must say and does not, and for what cannot be."""
    found = []
    kind = KINDS[rule.kind]
    for name, template in rule.fields.items():
        field = FIELDS[rule.kind][name]
        if not template.names:
            continue
        sql = field_sql(field.form, template, value, bind)
        project_wide = name == "equipment" and kind.project_wide
        if (field.required or name in ("at", "key", rule.known_by)) and not project_wide:
            found.append((f"({sql}) IS NULL", _empty(rule, name, template)))
        if field.choices and field.form is Form.TEXT:
            known = ", ".join(bind(word) for word in field.choices)
            expected = f"'{name}' to be one of {', '.join(field.choices)}"
            fix = "Give the column a 'map' to these words."
            found.append((f"({sql}) NOT IN ({known})", Reason("row-wrong", expected, template.names, fix)))
        if field.least == 0 and not (rule.counter and rule.counter.cumulative):
            fix = "Correct what was told too much with 'supersedes', never with a negative number."
            reason = Reason("row-wrong", f"'{name}' to be 0 or more", template.names, fix)
            found.append((f"({sql}) < 0", reason))
    found.extend(_backwards(rule, value, bind))
    lengths = {"lasting": rule.lasting, "length": rule.placed.length if rule.placed else None}
    found += [
        (f"{value(length.only, Read.DURATION)} IS NULL", _empty(rule, name, length))
        for name, length in lengths.items()
        if length is not None
    ]
    return found + [one for group in kind.one_of if (one := _none_of(rule, group, value, bind))]


def _none_of(rule: Rule, group: tuple[str, ...], value: Value, bind: Binder) -> tuple[str, Reason] | None:
    """The test for a row that gives nothing of a group of which it must give something."""
    given = {name: rule.fields[name] for name in group if name in rule.fields}
    if not given or not all(template.names for template in given.values()):
        return None
    empty = " AND ".join(
        f"({field_sql(FIELDS[rule.kind][name].form, template, value, bind)}) IS NULL"
        for name, template in given.items()
    )
    columns = tuple(dict.fromkeys(name for template in given.values() for name in template.names))
    return empty, Reason("row-incomplete", f"a value for one of {', '.join(given)}", columns, _fill(rule))


def _backwards(rule: Rule, value: Value, bind: Binder) -> list[tuple[str, Reason]]:
    """Tests for a span that does not go on in time."""
    pairs = [("at", "until")] if rule.kind == "state" else []
    pairs += [("from", "until")] if "until" in FIELDS[rule.kind] else [("from", "at")]
    found = []
    for first, last in pairs:
        ends = [rule.fields[name] for name in (first, last) if name in rule.fields]
        if len(ends) == 2 and any(end.names for end in ends):
            sides = [field_sql(Form.INSTANT, end, value, bind) for end in ends]
            sign = ">" if rule.kind == "alive" else ">="
            columns = tuple(name for end in ends for name in end.names)
            reason = Reason("row-wrong", f"'{last}' to be after '{first}'", columns, "Check both times.")
            found.append((f"{sides[0]} {sign} {sides[1]}", reason))
    return found


def _empty(rule: Rule, name: str, template: Template) -> Reason:
    return Reason("row-incomplete", f"a value for '{name}'", template.names, _fill(rule))


def _fill(rule: Rule) -> str:
    return f"Fill it, or narrow 'when' of rule '{rule.name}'."
