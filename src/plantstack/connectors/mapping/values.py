"""The fields of one rule as SQL: which event column gets which expression."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal, InvalidOperation

from plantstack.connectors.mapping.model import Read, Rule
from plantstack.connectors.mapping.sql import Binder, Value, text_sql
from plantstack.connectors.mapping.template import Template
from plantstack.connectors.mapping.uses import READ_OF
from plantstack.events.fields import Form
from plantstack.events.kinds import FIELDS
from plantstack.intervals import to_us

_SQL_TYPE = {
    Form.TEXT: "VARCHAR",
    Form.NUMBER: "DECIMAL(18,6)",
    Form.REAL: "DOUBLE",
    Form.WHOLE: "BIGINT",
    Form.INSTANT: "BIGINT",
    Form.FLAG: "BOOLEAN",
}


def constant_of(form: Form, written: str) -> object:
    """A constant of a rule, in the type of its field.

    Raises:
        ValueError: saying what to write.
    """
    if form is Form.FLAG:
        if written not in ("true", "false"):
            raise ValueError("Write true or false.")
        return written == "true"
    if form is Form.INSTANT:
        try:
            return to_us(datetime.fromisoformat(written))
        except ValueError:
            raise ValueError("Write an instant with its offset: '2026-01-31T06:00:00+01:00'.") from None
    if form in (Form.NUMBER, Form.REAL, Form.WHOLE):
        try:
            number = Decimal(written)
        except InvalidOperation:
            number = Decimal("nan")
        if not number.is_finite() or abs(number) >= 10**12:
            raise ValueError("Write a number.")
        return int(number) if form is Form.WHOLE else number
    return written


def field_sql(form: Form, template: Template, value: Value, bind: Binder) -> str:
    """One field of a rule, typed."""
    if form is Form.TEXT:
        return text_sql(template, value, bind)
    if template.constant is not None:
        return f"{bind(constant_of(form, template.constant))}::{_SQL_TYPE[form]}"
    found = value(template.only, READ_OF[form])
    return f"try_cast({found} AS BIGINT)" if form is Form.WHOLE else found


def column_values(rule: Rule, value: Value, bind: Binder, *, is_clocked: bool = False) -> dict[str, str]:
    """Event column -> SQL, for every column the rule fills; what has no column goes into `body`.

    Args:
        rule: of the mapping.
        value: the SQL of a column.
        bind: parameters.
        is_clocked: whether rows say that their own clock is off.
    """
    filled: dict[str, str] = {}
    body: dict[str, str] = {}
    for name, template in rule.fields.items():
        field = FIELDS[rule.kind][name]
        sql = field_sql(field.form, template, value, bind)
        if field.column:
            filled[field.column] = sql
        else:
            body[name] = json_sql(field.form, sql)
    inner = {name: json_sql(Form.TEXT, text_sql(one, value, bind)) for name, one in rule.free.items()}
    if rule.quality and rule.kind != "reading":
        inner["quality"] = (
            f"CASE WHEN {value(rule.quality, Read.TEXT)} = 'uncertain' THEN '\"uncertain\"' END"
        )
    if is_clocked:
        inner["clock"] = "CASE WHEN skewed THEN '\"received\"' END"
    if inner:
        body["x"] = object_sql(inner)
    if rule.supersedes:
        source, key = (text_sql(one, value, bind) for one in rule.supersedes)
        filled["sup_source"] = f"CASE WHEN ({key}) IS NOT NULL THEN {source} END"  # no key: corrects nothing
        filled["sup_key"] = key
    if body:
        filled["body"] = object_sql(body)
    return filled


def json_sql(form: Form, sql: str) -> str:
    """One value as canonical JSON text, NULL when it is not said."""
    if form is Form.NUMBER:
        return f"CASE WHEN ({sql}) = 0 THEN '0' ELSE regexp_replace(({sql})::VARCHAR, '[.]?0+$', '') END"
    if form is Form.INSTANT:
        stamp = f"strftime(make_timestamp({sql}), '%Y-%m-%dT%H:%M:%S.%fZ')"
        return f"'\"' || replace({stamp}, '.000000Z', 'Z') || '\"'"
    return f"to_json({sql})::VARCHAR"


def object_sql(members: dict[str, str]) -> str:
    """A JSON object of the members that are said, NULL when none is; names are ours or short ids."""
    parts = ", ".join(f"'{json.dumps(name)}:' || {members[name]}" for name in sorted(members))
    return f"nullif('{{' || concat_ws(',', {parts}) || '}}', '{{}}')"
