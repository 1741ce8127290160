"""What a mapping says, as one hash: its name, its comments and its lines do not matter."""

from __future__ import annotations

import json
from dataclasses import MISSING, Field, fields, is_dataclass
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from hashlib import sha256

from plantstack.connectors.mapping.model import Mapping

_WHERE = "place"  # of columns, joins and rules: where they stand in the mapping file


def meaning_of(mapping: Mapping) -> str:
    """Return the same text for two mappings that make the same events of every file.

    What is not written counts as its default, so that a key of a newer version changes nothing.
    """
    said = _said(mapping)
    if isinstance(said, dict):
        said.pop("name", None)
        said.pop("tests", None)
    return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def scale_of(mapping: Mapping) -> str:
    """Return in what the counters of a mapping are read: samples of another scale cannot be gone on from.

    '' when no number is scaled and all are written plainly.
    """
    marks = (mapping.file.decimal, mapping.file.thousands)
    said = [] if marks == (".", "") else [*marks]
    for rule in mapping.rules:
        for _, template in sorted(rule.fields.items()) if rule.counter else ():
            factor = mapping.columns[template.only].factor if template.only in mapping.columns else None
            if factor is not None:
                said.append(f"{rule.name} {factor.normalize()}")
    return json.dumps(said) if said else ""


def counters_of(mapping: Mapping) -> str:
    """Under which name the log keeps where the counters of a mapping stand."""
    return f"counters {mapping.source} {mapping.name} {scale_of(mapping)}".rstrip()


def finds_starts(mapping: Mapping) -> bool:
    """Whether since when pieces were made is found between rows that tell them as such, and never said."""
    counts = [rule for rule in mapping.rules if rule.kind == "count"]
    is_told = any(rule.counter and not rule.counter.cumulative for rule in counts)
    return is_told and not any("from" in rule.fields for rule in counts)


def _said(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        parts = {field.name: (getattr(value, field.name), _default(field)) for field in fields(value)}
        return {
            name: _said(part) for name, (part, default) in parts.items() if name != _WHERE and part != default
        }
    if isinstance(value, dict):
        return {str(name): _said(part) for name, part in value.items()}
    if isinstance(value, tuple):
        return [_said(part) for part in value]
    if isinstance(value, Enum):
        return value.value
    return str(value) if isinstance(value, Decimal | Fraction) else value


def _default(field: Field[object]) -> object:
    if field.default_factory is not MISSING:
        return field.default_factory()
    return field.default
