"""The table of kinds, turned into columns that can be looked up a million rows at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc

from plantstack.events.kinds import COMMON, FIELDS, KINDS, NEEDS_ORDER, NEEDS_PRODUCT
from plantstack.events.schema import CONTENT

EARLIEST = 631_152_000_000_000  # 1990-01-01: an earlier clock was never set
LATEST = 7_258_118_400_000_000  # 2200-01-01

KIND_LIST = tuple(KINDS)
KIND_NAMES = pa.array(KIND_LIST)
WIRE = {"sup_source": "supersedes", "sup_key": "supersedes"} | {
    field.column: field.name for fields in FIELDS.values() for field in fields.values() if field.column
}
"""Column -> what its sender calls it."""
INSTANTS = ("at", "told_at", "from_at", "until_at")
_COMMON_COLUMNS = {field.column for field in COMMON} | {"sup_source", "sup_key", "body"}


class Columns(Protocol):
    """What a row rule sees: columns by name, and which rows are of some kinds."""

    def __getitem__(self, name: str) -> pa.Array: ...

    def of(self, *kinds: str) -> pa.Array:
        """Mark the rows of some kinds."""


@dataclass(frozen=True, slots=True)
class Required:
    """A column some kinds cannot do without."""

    wire: str
    kinds: tuple[str, ...]
    marks: pa.Array


@dataclass(frozen=True, slots=True)
class RowRule:
    """A rule over several columns of one row."""

    code: str
    kinds: tuple[str, ...]
    columns: tuple[str, ...]
    bad: Callable[[Columns], pa.Array]
    what: str
    fix: str = ""


def _marks(kinds: set[str]) -> pa.Array:
    return pa.array([name in kinds for name in KIND_LIST])


def _users(column: str) -> set[str]:
    return {name for name, kind in KINDS.items() if any(field.column == column for field in kind.fields)}


def _required() -> dict[str, Required]:
    needed: dict[str, tuple[str, set[str]]] = {}
    for name, kind in KINDS.items():
        for field in kind.fields:
            if field.required and field.column:
                needed.setdefault(field.column, (field.name, set()))[1].add(name)
    needed["order_id"] = ("order", set(NEEDS_ORDER))
    needed["product"] = ("product", set(NEEDS_PRODUCT))
    return {column: Required(wire, tuple(kinds), _marks(kinds)) for column, (wire, kinds) in needed.items()}


ALLOWED = {column: _marks(_users(column)) for column in CONTENT.names if column not in _COMMON_COLUMNS}
REQUIRED = _required()
COUNTED = {f.column for kind in KINDS.values() for f in kind.fields if f.column and f.least == 0}
CHOICES = [
    (name, field.column, field.choices)
    for name, kind in KINDS.items()
    for field in kind.fields
    if field.choices and field.column
]
ONE_OF = [
    (name, tuple(FIELDS[name][wire].column for wire in group), ", ".join(group))
    for name, kind in KINDS.items()
    for group in kind.one_of
    if all(FIELDS[name][wire].column for wire in group)
]
TOGETHER = [
    (name, FIELDS[name][one].column, FIELDS[name][other].column)
    for name, kind in KINDS.items()
    for one, other in kind.together
    if FIELDS[name][one].column
]
PROJECT_WIDE = _marks({name for name, kind in KINDS.items() if kind.project_wide})
OPTIONAL_TEXTS = [column.name for column in CONTENT if column.nullable and pa.types.is_string(column.type)]

_SPANS = tuple(name for name in KINDS if {"from", "until"} <= FIELDS[name].keys())
_BEFORE_AT = tuple(name for name in KINDS if "from" in FIELDS[name] and "until" not in FIELDS[name])


def _and(first: pa.Array, *others: pa.Array) -> pa.Array:
    for other in others:
        first = pc.and_(first, other)
    return first


ROW_RULES: tuple[RowRule, ...] = (
    RowRule(
        "event-span",
        ("state",),
        ("until_at",),
        lambda c: _and(c.of("state"), pc.less_equal(c["until_at"], c["at"])),
        "expected 'until' after 'at' ({at}), got {came}",
        "a state without 'until' holds to the next one",
    ),
    RowRule(
        "event-span",
        _BEFORE_AT,
        ("from_at",),
        lambda c: _and(c.of(*_BEFORE_AT), pc.greater_equal(c["from_at"], c["at"])),
        "expected 'from' before 'at' ({at}), got {came}",
        "it covers [from, at)",
    ),
    RowRule(
        "event-span",
        _SPANS,
        ("from_at", "until_at"),
        lambda c: _and(
            c.of(*_SPANS), pc.invert(c.of("alive")), pc.greater_equal(c["from_at"], c["until_at"])
        ),
        "expected 'from' before 'until' ({until_at}), got {came}",
    ),
    RowRule(
        "event-span",
        ("alive",),
        ("from_at", "until_at"),
        lambda c: _and(c.of("alive"), pc.greater(c["from_at"], c["until_at"])),
        "expected 'from' not after 'until' ({until_at}), got {came}",
    ),
    RowRule(
        "event-number-range",
        ("inspection",),
        ("n_ok",),
        lambda c: _and(c.of("inspection"), pc.greater(c["n_ok"], c["n"])),
        "expected 'ok' at most 'n' ({n}), got {came}",
    ),
    RowRule(
        "event-number-range",
        ("setup_check",),
        ("low", "high"),
        lambda c: _and(c.of("setup_check"), pc.greater(c["low"], c["high"])),
        "expected 'low' at most 'high' ({high}), got {came}",
    ),
    RowRule(
        "event-missing",
        ("setup_check",),
        ("value",),
        lambda c: _and(
            c.of("setup_check"),
            pc.is_valid(c["value"]),
            pc.is_null(c["low"]),
            pc.is_null(c["high"]),
            pc.is_null(c["ok"]),
        ),
        "a setup_check with a value ({came}) needs 'low', 'high' or 'ok', got none",
    ),
    RowRule(
        "event-missing",
        ("reading",),
        ("value", "kind"),
        lambda c: _and(
            c.of("reading"),
            pc.is_null(c["value"]),
            pc.not_equal(c["quality"].fill_null(""), "bad"),
            pc.invert(c["void"].fill_null(False)),
        ),
        "a reading needs 'value' unless its quality is bad, got none",
    ),
    RowRule(
        "event-missing",
        ("verdict",),
        ("reason", "phase"),
        lambda c: _and(
            c.of("verdict"),
            pc.equal(c["phase"].fill_null(""), "contest"),
            pc.is_null(c["reason"]),
            pc.invert(c["void"].fill_null(False)),
        ),
        "a contest needs 'reason', got none",
        "name the leaf it should be instead",
    ),
    RowRule(
        "event-not-a-number",
        (),
        ("value", "low", "high"),
        lambda c: pc.invert(
            _and(*(pc.is_finite(c[name]).fill_null(True) for name in ("value", "low", "high")))
        ),
        "expected finite numbers, got value {value}, low {low}, high {high}",
        "leave the field out when the value is not known",
    ),
    RowRule(
        "event-supersedes",
        (),
        ("sup_source", "sup_key"),
        lambda c: pc.xor(pc.is_null(c["sup_source"]), pc.is_null(c["sup_key"])),
        "expected source and key of the event to correct, got {sup_source} and {sup_key}",
    ),
    RowRule(
        "event-supersedes",
        (),
        ("sup_source",),
        lambda c: _and(pc.equal(c["sup_source"], c["source"]), pc.equal(c["sup_key"], c["key"])),
        "expected another event to correct, got this one: source {sup_source}, key {sup_key}",
        "give the correction a key of its own",
    ),
    RowRule(
        "event-supersedes",
        (),
        ("void",),
        lambda c: _and(c["void"], pc.is_null(c["sup_source"])),
        "expected 'supersedes' beside 'void'",
        "a void event names what it retracts",
    ),
)

BODY_KINDS = {
    name
    for name, kind in KINDS.items()
    if any(field.required and not field.column for field in kind.fields)
    or any(not FIELDS[name][wire].column for group in kind.one_of + kind.together for wire in group)
}
