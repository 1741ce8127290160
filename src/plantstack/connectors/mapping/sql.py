"""The few things SQL text is made of here: bound parameters, templates, conditions.

Every word of a mapping and of a file is a bound parameter; identifiers are made by us alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from plantstack.connectors.mapping.model import Condition, Read, Test
from plantstack.connectors.mapping.template import Ref, Template

Value = Callable[[str, Read], str]
"""The SQL of a column read in one way."""


MARK = re.compile(r"\$(p[0-9]+)")
"""Where a parameter stands in a query."""


class Binder:
    """Collects parameters and hands out their marks."""

    def __init__(self) -> None:
        self.values: dict[str, object] = {}

    def __call__(self, value: object) -> str:
        """Bind one value."""
        name = f"p{len(self.values)}"
        self.values[name] = value
        return f"${name}"

    def used_in(self, query: str) -> dict[str, object]:
        """The parameters whose marks stand in a query; DuckDB refuses others."""
        return {name: self.values[name] for name in MARK.findall(query)}


def quoted(name: str) -> str:
    """One of our own column names; `at` alone is a word of SQL."""
    return f'"{name}"'


def text_sql(template: Template, value: Value, bind: Binder) -> str:
    """A template as text; columns that are empty leave nothing, and nothing at all is NULL."""
    if template.only:
        return value(template.only, Read.TEXT)
    if not template.names:
        return f"{bind(template.constant)}::VARCHAR"
    parts = [
        f"coalesce({value(part.name, Read.TEXT)}, '')" if isinstance(part, Ref) else f"{bind(part)}::VARCHAR"
        for part in template.parts
    ]
    filled = " OR ".join(f"{value(name, Read.TEXT)} IS NOT NULL" for name in template.names)
    return f"CASE WHEN {filled} THEN trim(concat({', '.join(parts)})) END"


def condition_sql(conditions: Iterable[Condition], value: Value, bind: Binder) -> str:
    """All conditions together; a condition on an empty cell does not hold, except 'absent' and 'not'."""
    parts = [f"coalesce({_one(condition, value, bind)}, false)" for condition in conditions]
    return " AND ".join(parts) or "true"


def _one(condition: Condition, value: Value, bind: Binder) -> str:
    name, values = condition.column, condition.values
    if condition.test in (Test.ABOVE, Test.BELOW):
        sign = ">" if condition.test is Test.ABOVE else "<"
        return f"{value(name, Read.REAL)} {sign} {bind(float(values[0]))}::DOUBLE"
    text = value(name, Read.TEXT)
    if condition.test is Test.MATCHES:
        return " OR ".join(f"regexp_full_match({text}, {bind(one)})" for one in values)
    if condition.test is Test.PRESENT:
        return f"{text} IS NOT NULL"
    if condition.test is Test.ABSENT:
        return f"{text} IS NULL"
    listed = f"coalesce({text}, '') IN ({', '.join(bind(one) for one in values)})"
    return f"NOT {listed}" if condition.test is Test.NOT else listed
