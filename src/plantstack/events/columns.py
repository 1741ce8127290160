"""From decoded objects to the raw event table: names to columns, everything else into `body`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from plantstack.errors import Problem, did_you_mean
from plantstack.events.batch import RAW
from plantstack.events.fields import Field, Form
from plantstack.events.forms import convert, shown
from plantstack.events.jsontext import canonical_json, number_text
from plantstack.events.kinds import FIELDS, KINDS
from plantstack.intervals import rfc3339

Row = dict[str, Any]
Faults = list[tuple[int, Problem]]


def raw_table(rows: Sequence[Row]) -> tuple[pa.Table, Faults]:
    """Lay decoded objects into the raw event table, in their order.

    Returns:
        One table row per object, and the problems by row; a row with a problem is not to be used.
    """
    places: dict[str, list[int]] = {}
    unread: list[int] = []
    for place, row in enumerate(rows):
        kind: Any = row.get("kind")
        try:
            places[kind].append(place)
        except (KeyError, TypeError):
            if isinstance(kind, str) and kind in KINDS:
                places[kind] = [place]
            else:
                unread.append(place)
    faults = [(place, _bad_kind(rows[place].get("kind"))) for place in unread]
    parts = []
    for kind, mine in places.items():
        part, part_faults = _kind_columns(
            kind, rows if len(mine) == len(rows) else [rows[i] for i in mine], mine
        )
        parts.append(part)
        faults.extend(part_faults)
    order = [place for mine in places.values() for place in mine] + unread
    return _in_order(parts, order), sorted(faults)


def _bad_kind(kind: Any) -> Problem:
    if not isinstance(kind, str):
        return Problem("event-field", "kind", f"expected the name of a kind, got {shown(kind)}")
    return Problem("event-unknown-kind", "kind", f"unknown kind {shown(kind)}", did_you_mean(kind, KINDS))


def _kind_columns(
    kind: str, rows: Sequence[Row], places: Sequence[int]
) -> tuple[dict[str, pa.Array], Faults]:
    """Return the columns one kind fills, all of the same length."""
    fields = FIELDS[kind]
    names: dict[str, Any] = {}
    for row in rows:
        names.update(row)
    faults: Faults = []
    columns: dict[str, pa.Array] = {}
    bodies: list[list[str]] | None = None
    for name in sorted(names):
        field = fields.get(name)
        values = [row.get(name) for row in rows]
        if field is None:
            faults.extend(_unknown(kind, name, rows, places))
        elif name == "supersedes":
            faults.extend(_supersedes(values, columns, places))
        elif field.column:
            columns[field.column], wrong = convert(field.form, values)
            faults.extend((places[row], Problem("event-field", name, what)) for row, what in wrong)
        else:
            bodies = bodies or [[] for _ in rows]
            texts, wrong = _body_texts(field, values)
            faults.extend((places[row], Problem("event-field", name, what)) for row, what in wrong)
            for body, text in zip(bodies, texts, strict=True):
                if text is not None:
                    body.append(f'"{name}":{text}')
    if bodies is not None:
        columns["body"] = pa.array(
            ["{" + ",".join(body) + "}" if body else None for body in bodies], pa.string()
        )
    return columns, faults


def _unknown(kind: str, name: str, rows: Sequence[Row], places: Sequence[int]) -> Faults:
    hint = did_you_mean(name, FIELDS[kind]).replace("known:", "known here:")
    problem = Problem(
        "event-unknown-field",
        name,
        f"a {kind} has no field '{name}'",
        f"{hint} Put your own fields inside x.",
    )
    return [(place, problem) for place, row in zip(places, rows, strict=True) if row.get(name) is not None]


def _supersedes(values: list[Any], columns: dict[str, pa.Array], places: Sequence[int]) -> Faults:
    faults: Faults = []
    problem = Problem(
        "event-field",
        "supersedes",
        "expected {source, key} of the event to correct",
        "both are texts and both are needed",
    )
    for row, value in enumerate(values):
        if value is not None and not (
            isinstance(value, dict)
            and value.keys() == {"source", "key"}
            and all(isinstance(part, str) and part for part in value.values())
        ):
            faults.append((places[row], problem))
            values[row] = None
    columns["sup_source"] = pa.array([value and value["source"] for value in values], pa.string())
    columns["sup_key"] = pa.array([value and value["key"] for value in values], pa.string())
    return faults


def _body_texts(field: Field, values: Sequence[Any]) -> tuple[list[str | None], list[tuple[int, str]]]:
    """Return the canonical JSON of each value of a field that lives in the body."""
    if field.form is Form.FREE:
        wrong = [
            (row, f"expected an object, got {shown(value) if not isinstance(value, list) else 'a list'}")
            for row, value in enumerate(values)
            if value is not None and not isinstance(value, dict)
        ]
        return [canonical_json(value) if isinstance(value, dict) else None for value in values], wrong
    column, wrong = convert(field.form, values)
    found = column.to_pylist()
    if field.form is Form.NUMBER:
        return [None if value is None else number_text(value) for value in found], wrong
    if field.form is Form.INSTANT:
        return [None if value is None else f'"{rfc3339(value)}"' for value in found], wrong
    return [None if value is None else canonical_json(value) for value in found], wrong


def _in_order(parts: list[dict[str, pa.Array]], order: list[int]) -> pa.Table:
    """Join the parts of the kinds and put the rows back into the order they came in."""
    size = len(order)
    filled = {name for part in parts for name in part}
    lengths = [len(part["kind"]) for part in parts]
    unread = size - sum(lengths)
    back = None
    if len(parts) > 1 or unread:
        back = pa.array(sorted(range(size), key=order.__getitem__), pa.int64())
    columns = []
    for column in RAW:
        if column.name not in filled:
            columns.append(pa.nulls(size, column.type))
            continue
        pieces = [
            part[column.name] if column.name in part else pa.nulls(length, column.type)
            for part, length in zip(parts, lengths, strict=True)
        ]
        joined = pa.concat_arrays([*pieces, pa.nulls(unread, column.type)])
        columns.append(joined if back is None else joined.take(back))
    return pa.Table.from_arrays(columns, schema=RAW)
