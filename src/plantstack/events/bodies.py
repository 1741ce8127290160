"""The fields that live in `body`: the same rules as for columns, walked row by row.

Only rows that have a body, or whose kind needs one, are walked; equal bodies are judged once.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Protocol

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from plantstack.errors import Problem, did_you_mean
from plantstack.events.fields import Field, Form
from plantstack.events.forms import shown
from plantstack.events.kinds import FIELDS, KINDS
from plantstack.events.rules import BODY_KINDS

_decode = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal).decode
_WRITTEN: dict[Form, tuple[type, ...]] = {
    Form.TEXT: (str,),
    Form.INSTANT: (str,),
    Form.NUMBER: (int, Decimal),
    Form.WHOLE: (int,),
    Form.FLAG: (bool,),
    Form.FREE: (dict,),
}


class Bodies(Protocol):
    """What is walked: columns by name, and the kinds that occur."""

    void: pa.Array
    kinds: set[str]

    def __getitem__(self, name: str) -> pa.Array: ...

    def of(self, *kinds: str) -> pa.Array:
        """Mark the rows of some kinds."""


def check(sheet: Bodies) -> list[tuple[int, Problem]]:
    """Judge every body, and the absence of a body where a kind needs one."""
    needing = sheet.kinds & BODY_KINDS
    walked = pc.is_valid(sheet["body"])
    if needing:
        walked = pc.or_(walked, sheet.of(*needing))
    rows = pc.indices_nonzero(walked)
    if not len(rows):
        return []
    names = ("kind", "body", "product", "qty")
    columns = (sheet[name].take(rows).to_pylist() for name in names)
    judged: dict[tuple[Any, ...], list[Problem]] = {}
    problems: list[tuple[int, Problem]] = []
    for row, void, *said in zip(rows.to_pylist(), sheet.void.take(rows).to_pylist(), *columns, strict=True):
        kind, body, product, qty = said
        if kind not in KINDS:
            continue
        case = (kind, body, void, bool(product), qty is not None)
        if case not in judged:
            columns_said = {name for name, there in (("product", product), ("qty", qty is not None)) if there}
            judged[case] = _judge(KINDS[kind].name, body, columns_said, void)
        problems.extend((row, problem) for problem in judged[case])
    return problems


def _judge(kind: str, body: str | None, columns_said: set[str], void: bool) -> list[Problem]:
    try:
        found = _decode(body) if body is not None else {}
    except (msgspec.DecodeError, RecursionError):
        return [Problem("event-field", "body", "expected the body to be one JSON object")]
    problems = [problem for name, value in found.items() for problem in _field(kind, name, value)]
    if void:
        return problems
    said = found.keys() | columns_said
    rules = KINDS[kind]
    for field in rules.fields:
        if field.required and not field.column and field.name not in said:
            problems.append(Problem("event-missing", field.name, f"a {kind} needs '{field.name}', got none"))
    for group in rules.one_of:
        if said.isdisjoint(group) and not all(FIELDS[kind][name].column for name in group):
            problems.append(Problem("event-missing", group[0], f"a {kind} needs one of {', '.join(group)}"))
    for one, other in rules.together:
        if not FIELDS[kind][one].column and (one in said) != (other in said):
            problems.append(Problem("event-missing", one, f"a {kind} has both {one} and {other}, or neither"))
    return problems


def _field(kind: str, name: str, value: Any) -> list[Problem]:
    field = FIELDS[kind].get(name)
    if field is None or field.column or name == "supersedes":
        hint = did_you_mean(name, FIELDS[kind])
        return [Problem("event-unknown-field", name, f"a {kind} has no field '{name}'", hint)]
    wrong = _value(field, value)
    return [Problem("event-field", name, wrong)] if wrong else []


def _value(field: Field, value: Any) -> str:
    right = _WRITTEN[field.form]
    if not isinstance(value, right) or (isinstance(value, bool) and bool not in right):
        return f"expected {field.form.value}, got {shown(value)}"
    if field.choices and value not in field.choices:
        return f"expected one of {', '.join(field.choices)}, got {shown(value)}"
    if field.least is not None and isinstance(value, int | Decimal) and value < field.least:
        return f"expected {field.least} or more, got {shown(value)}"
    return ""
