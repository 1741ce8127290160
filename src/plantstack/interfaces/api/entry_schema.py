"""The shapes of entries as a JSON schema, for the description of the API."""

from __future__ import annotations

from typing import Any

import msgspec

from plantstack.stack.floor.entry_shapes import AnyEntry

_REF = "{name}"


def batch_schema(most: int = 500) -> dict[str, Any]:
    """What `POST /api/v1/entries` takes, whole in itself: no shape refers to another place.

    >>> sorted(batch_schema()["properties"])
    ['device', 'entries']
    """
    (entry,), parts = msgspec.json.schema_components([AnyEntry], ref_template=_REF)
    shapes = [_whole(one, parts) for one in entry["anyOf"]]
    device = {"type": "string", "description": "The tablet; left out, the sender's own or a desk."}
    return {
        "type": "object",
        "required": ["entries"],
        "additionalProperties": False,
        "properties": {
            "device": device,
            "entries": {"type": "array", "maxItems": most, "items": {"anyOf": shapes}},
        },
    }


def _whole(node: Any, parts: dict[str, Any]) -> Any:
    """A schema with every reference replaced by what it refers to; none refers to itself."""
    if isinstance(node, dict):
        if "$ref" in node:
            return _whole(parts[node["$ref"]], parts)
        return {name: _whole(value, parts) for name, value in node.items()}
    return [_whole(one, parts) for one in node] if isinstance(node, list) else node
