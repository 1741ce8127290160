"""The shapes of what is sent and answered as JSON schemas, for the description of the API."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from plantstack.interfaces.answer import SCHEMA
from plantstack.stack.floor.entry_shapes import AnyEntry

_REF = "{name}"


def batch_schema(most: int = 500) -> dict[str, Any]:
    """What `POST /api/v1/entries` takes, whole in itself: no shape refers to another place.

    >>> sorted(batch_schema()["properties"])
    ['device', 'entries']
    """
    shapes = schema_of(AnyEntry)["anyOf"]
    device = {
        "type": "string",
        "pattern": "^(tablet[.-][A-Za-z0-9_.-]{1,60})?$",
        "description": "The tablet; left out, the sender's own or a desk.",
    }
    return {
        "type": "object",
        "required": ["entries"],
        "additionalProperties": False,
        "properties": {
            "device": device,
            "entries": {"type": "array", "maxItems": most, "items": {"anyOf": shapes}},
        },
    }


def schema_of(shape: Any) -> dict[str, Any]:
    """The schema of a class that is sent, whole in itself.

    >>> schema_of(list[int])
    {'type': 'array', 'items': {'type': 'integer'}}
    """
    (found,), parts = msgspec.json.schema_components([shape], ref_template=_REF)
    whole: dict[str, Any] = _whole(found, parts)
    return whole


def items_schema(*counts: str, more: Mapping[str, Any] = MappingProxyType({})) -> dict[str, Any]:
    """What is answered to items that were sent: how many became what, and a row an item.

    >>> items_schema("accepted")["properties"]["accepted"]
    {'type': 'integer', 'minimum': 0}
    """
    text: dict[str, Any] = {"type": "string"}
    row = {
        "type": "object",
        "required": ["item", "status"],
        "properties": {
            "item": {"type": "integer", "minimum": 1},
            "status": {"enum": list(counts)},
            **dict.fromkeys(("code", "where", "what", "fix"), text),
        },
    }
    return {
        "type": "object",
        "required": ["schema", "offset", *counts, "rows", "problems", *more],
        "properties": {
            "schema": {"const": SCHEMA},
            "offset": {"type": "integer"},
            **{name: {"type": "integer", "minimum": 0} for name in counts},
            "rows": {"type": "array", "items": row},
            "problems": {"type": "array", "items": {"type": "object"}},
            **more,
        },
    }


def _whole(node: Any, parts: dict[str, Any]) -> Any:
    """A schema with every reference replaced by what it refers to; none refers to itself."""
    if isinstance(node, dict):
        if "$ref" in node:
            return _whole(parts[node["$ref"]], parts)
        return {name: _whole(value, parts) for name, value in node.items()}
    return [_whole(one, parts) for one in node] if isinstance(node, list) else node
