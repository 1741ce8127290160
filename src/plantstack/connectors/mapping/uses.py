"""Which column is read as what: a column has no type of its own, its uses have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from plantstack.connectors.mapping.model import RECEIVED, Condition, Mapping, Read, Rule
from plantstack.connectors.mapping.template import Template
from plantstack.events.fields import Form
from plantstack.events.kinds import FIELDS

Use = tuple[str, Read]

READ_OF = {
    Form.TEXT: Read.TEXT,
    Form.NUMBER: Read.NUMBER,
    Form.REAL: Read.REAL,
    Form.WHOLE: Read.NUMBER,
    Form.INSTANT: Read.TIME,
    Form.FLAG: Read.FLAG,
    Form.FREE: Read.TEXT,
}


def template_uses(template: Template | None, read: Read) -> Iterator[Use]:
    """Every column of a template, read the same way."""
    if template is not None:
        for name in template.names:
            yield name, read


def condition_use(condition: Condition) -> Use:
    """A condition looks at a number for above and below, else at the text."""
    return condition.column, Read.REAL if condition.is_number else Read.TEXT


def condition_uses(conditions: Iterable[Condition]) -> Iterator[Use]:
    """Columns that conditions look at."""
    return map(condition_use, conditions)


def rule_uses(rule: Rule) -> Iterator[Use]:
    """Every use of a column by one rule; these must be readable where the rule speaks."""
    for name, template in rule.fields.items():
        yield from template_uses(template, READ_OF[FIELDS[rule.kind][name].form])
    for template in rule.free.values():
        yield from template_uses(template, Read.TEXT)
    for template in rule.supersedes or ():
        yield from template_uses(template, Read.TEXT)
    if rule.quality:
        yield rule.quality, Read.TEXT
    yield from template_uses(rule.lasting, Read.DURATION)
    if rule.counter:
        yield from template_uses(rule.counter.per, Read.TEXT)
    if rule.placed:
        yield from template_uses(rule.placed.start, Read.TIME)
        yield from template_uses(rule.placed.end, Read.TIME)
        yield from template_uses(rule.placed.length, Read.DURATION)
        yield from template_uses(rule.placed.per, Read.TEXT)


def all_uses(mapping: Mapping) -> list[Use]:
    """Every use in the mapping, each once, in a fixed order."""
    found: dict[Use, None] = {}
    for rule in (*mapping.rules, *mapping.inputs):
        found.update(dict.fromkeys(rule_uses(rule)))
        found.update(dict.fromkeys(condition_uses(rule.when)))
    for conditions in mapping.ignore:
        found.update(dict.fromkeys(condition_uses(conditions)))
    shared = [(mapping.equipment, Read.TEXT), (mapping.at, Read.TIME)]
    for template in mapping.orders or ():
        shared.append((template or Template(()), Read.TEXT))
    for template, read in shared:
        found.update(dict.fromkeys(template_uses(template, read)))
    if mapping.skewed:
        found[(RECEIVED, Read.TIME)] = None
    if mapping.stale_before:
        found[(mapping.stale_before, Read.TIME)] = None
    for name, read in list(found):
        column = mapping.columns.get(name)
        if read is Read.TIME and column and column.after:
            found[(column.after, Read.TIME)] = None
    return list(found)
