"""What can be wrong with a mapping that reads well: names, words and times that cannot work."""

from __future__ import annotations

from plantstack.connectors.mapping.model import ERROR, IGNORE, Mapping, Read, Rule, Signal
from plantstack.connectors.mapping.overlaps import surely_meet
from plantstack.connectors.mapping.read_columns import EPOCHS, name_groups
from plantstack.connectors.mapping.uses import all_uses, condition_uses, rule_uses
from plantstack.errors import did_you_mean
from plantstack.events.kinds import FIELDS
from plantstack.plant.source import Fields, Report


def check_mapping(mapping: Mapping, fields: Fields) -> None:
    """Note every problem between the parts of a mapping."""
    if not (mapping.rules or mapping.orders or mapping.signals):
        fields.problem("mapping-empty", "the mapping makes no events", "Add 'events:'.")
    _check_names(mapping, fields)
    _check_rules(mapping, fields.report)
    _check_columns(mapping, fields.report)
    _check_shared(mapping, fields)
    for join in mapping.joins:
        if mapping.file.format != "excel":
            what = f"join '{join.name}': only sheets of one workbook can be joined"
            fields.report.add("mapping-join", join.place, what, "Use format: excel.")


def _check_names(mapping: Mapping, fields: Fields) -> None:
    placed = {(rule.name, use): rule.place for rule in _all(mapping) for use in _uses(rule)}
    missing = {name for name, _ in all_uses(mapping)} - mapping.columns.keys()
    for name in sorted(missing):
        places = [place for (_, (used, _)), place in placed.items() if used == name]
        fix = did_you_mean(name, mapping.columns) or "Declare it under 'columns'."
        what = f"the column '{{{name}}}' is not declared under 'columns'"
        fields.report.add("mapping-column", min(places, default=fields.place()), what, fix)


def _all(mapping: Mapping) -> tuple[Rule, ...]:
    return (*mapping.rules, *mapping.inputs)


def _uses(rule: Rule) -> list[tuple[str, Read]]:
    return [*rule_uses(rule), *condition_uses(rule.when)]


def _check_rules(mapping: Mapping, report: Report) -> None:
    _check_twice(mapping, report)
    for rule in _all(mapping):
        _check_single(rule, report)
        _check_words(mapping, rule, report)


def _check_twice(mapping: Mapping, report: Report) -> None:
    """No two rules with one name, that say the same, or that must meet in a row."""
    names: dict[str, Rule | Signal] = {}
    named: list[Rule | Signal] = [*mapping.rules, *mapping.signals]
    for one in named:
        first = names.setdefault(one.name, one)
        if first is not one:
            what = f"two rules are called '{one.name}', the first in line {first.place.line}"
            report.add("name-twice", one.place, what, "Give them different 'rule:' names.")
    said: dict[str, Rule] = {}
    for rule in mapping.rules:
        same = said.setdefault(repr(_what(rule)), rule)
        if same is not rule:
            what = f"rule '{rule.name}' says the same as rule '{same.name}' in line {same.place.line}"
            report.add("mapping-twice", rule.place, what, "Remove one of them.")
    for rule, other in surely_meet(mapping):
        if said[repr(_what(other))] is not rule:
            both = f"'{rule.name}' (line {rule.place.line}) and '{other.name}'"
            what = f"the rules {both} both give a {rule.kind} of the same rows"
            report.add("mapping-overlap", other.place, what, "Narrow 'when' of one of them.")


def _what(rule: Rule) -> tuple[object, ...]:
    return rule.kind, rule.fields, rule.when, rule.counter, rule.placed


def _check_single(rule: Rule, report: Report) -> None:
    """A number, an instant or a flag comes from one column or is a constant; only text is composed."""
    for name, template in rule.fields.items():
        form = FIELDS[rule.kind][name].form.value
        if form != "text" and template.names and not template.only:
            what = f"'{name}' is a {form} and cannot be composed of several parts"
            report.add("mapping-template", rule.place, what, f"Write '{{{template.names[0]}}}' alone.")
    pairs = [("lasting", rule.lasting)]
    if rule.placed:
        pairs += [("start", rule.placed.start), ("end", rule.placed.end), ("length", rule.placed.length)]
    for name, part in pairs:
        if part is not None and not part.only:
            what = f"'{name}' needs exactly one column"
            report.add("mapping-template", rule.place, what, "Write '{column}'.")


def _check_words(mapping: Mapping, rule: Rule, report: Report) -> None:
    """Every word a map can give must be one the field knows."""
    for name, template in rule.fields.items():
        choices = FIELDS[rule.kind][name].choices
        column = mapping.columns.get(template.only) if choices else None
        if column is None or column.words is None:
            continue
        for word in {*column.words.to.values(), column.words.otherwise} - {IGNORE, ERROR, *choices}:
            what = f"the map of column '{column.name}' gives '{word}', which is no {name}"
            report.add("mapping-word", column.place, what, did_you_mean(word, choices))


def _check_columns(mapping: Mapping, report: Report) -> None:
    groups = name_groups(mapping.file.name)
    joins = {join.name for join in mapping.joins}
    uses = all_uses(mapping)
    for column in mapping.columns.values():
        if column.group and column.group not in groups:
            what = f"column '{column.name}' uses the unknown group '{column.group}'"
            fix = did_you_mean(column.group, groups) or "Write 'name: \"(?P<...>...)\"' under 'file'."
            report.add("mapping-group", column.place, what, fix)
        if column.of and column.of not in joins:
            what = f"column '{column.name}' is of the unknown join '{column.of}'"
            fix = did_you_mean(column.of, joins) or "Declare it under 'join'."
            report.add("mapping-join", column.place, what, fix)
        is_local = bool(column.clock_header) or any(
            "%z" not in one and one not in EPOCHS for one in column.formats
        )
        if (column.name, Read.TIME) in uses and is_local and not (column.zone or mapping.zone):
            what = f"column '{column.name}' is a local time and no zone is given"
            report.add("mapping-zone", column.place, what, "Add 'zone: Europe/Berlin' at the top.")
        if (column.name, Read.DURATION) in uses and column.factor is not None:
            what = f"column '{column.name}' is a duration and has a 'factor'"
            report.add("mapping-unit", column.place, what, "Write 'unit: min' instead.")


def _check_shared(mapping: Mapping, fields: Fields) -> None:
    needed = [("orders", mapping.orders), ("absence", mapping.absence_us), ("alive", mapping.alive)]
    asked = [name for name, value in needed if value]
    if asked and not (mapping.equipment.parts and mapping.at.parts):
        what = f"'{asked[0]}' needs 'equipment' and 'at' under 'every'"
        fields.problem("mapping-every", what, "Add them there.", key=asked[0])
    if mapping.stale_before and not mapping.at.only:
        what = "'stale_before' needs 'at' under 'every'"
        fields.problem("mapping-every", what, "Add it there.", key="stale_before")
