"""An event of the simulation as its source would send it."""

from __future__ import annotations

import json
from typing import Any

from plantstack.events.fields import Form
from plantstack.events.kinds import FIELDS
from plantstack.intervals import rfc3339


def wire_of(row: dict[str, Any]) -> dict[str, Any]:
    """An event of the raw table as the guide 'events' writes it.

    >>> wire_of({"kind": "state", "at": 0, "state": "idle", "body": '{"x":{"mould":"7"}}'})
    {'kind': 'state', 'at': '1970-01-01T00:00:00Z', 'state': 'idle', 'x': {'mould': '7'}}
    """
    told: dict[str, Any] = {}
    for name, field in FIELDS[row["kind"]].items():
        value = row.get(field.column) if field.column else None
        if value is not None:
            told[name] = rfc3339(value) if field.form is Form.INSTANT else value
    if row.get("sup_source") is not None:
        told["supersedes"] = {"source": row["sup_source"], "key": row["sup_key"]}
    body: dict[str, Any] = json.loads(row.get("body") or "{}")
    return told | body
