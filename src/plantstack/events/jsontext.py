"""Strict JSON in, canonical JSON out.

The fast decoder of the wire accepts a few things we must not (a duplicate key, a NUL) and names
others poorly. `strict_object` reads one line slowly, finds exactly what is wrong and says it.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, NoReturn

import msgspec

from plantstack.errors import EventError, Problem

MAX_DEPTH = 32
MAX_DIGITS = 400
_TOO_LARGE = 10**308  # no double holds it
_encode_text = msgspec.json.encode


def refuse(code: str, what: str, fix: str = "") -> NoReturn:
    """Raise the one problem that makes an input unusable; the caller adds where."""
    raise EventError(Problem(code, "", what, fix))


def strict_object(line: bytes) -> dict[str, Any]:
    """Read one JSON object, numbers exact, every doubtful construct refused.

    Raises:
        EventError: with one problem that says what came and what to do.

    >>> strict_object(b'{"kind": "note", "x": {"a": 1.50}}')
    {'kind': 'note', 'x': {'a': Decimal('1.50')}}
    """
    text = _text(line)
    try:
        found = json.loads(
            text,
            object_pairs_hook=_unique,
            parse_constant=_constant,
            parse_float=_number,
            parse_int=_whole,
        )
    except json.JSONDecodeError as error:
        came = f"{text[:37]}..." if len(text) > 40 else text
        why = f"{error.msg[:1].lower()}{error.msg[1:]} at character {error.pos + 1}"
        fix = "a line is one JSON object; a foreign file needs a mapping"
        refuse("event-not-json", f"expected one JSON object, got {came!r} ({why})", fix)
    except RecursionError:
        refuse("event-too-deep", "the JSON is nested too deeply", f"keep it below {MAX_DEPTH} levels")
    if not isinstance(found, dict):
        refuse("event-not-object", f"expected one JSON object, got {_name(found)}", "send one object a line")
    check_inside(found)
    return found


def canonical_json(value: Any) -> str:
    """Write a decoded value in its one canonical form: keys sorted, numbers by value, no spaces.

    >>> canonical_json({"b": Decimal("1.50"), "a": [1, Decimal("1.0"), None, True]})
    '{"a":[1,1,null,true],"b":1.5}'
    """
    if isinstance(value, dict):
        inner = (f"{canonical_json(name)}:{canonical_json(value[name])}" for name in sorted(value))
        return "{" + ",".join(inner) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical_json, value)) + "]"
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return number_text(value)
    return _encode_text(value).decode()


def number_text(value: int | Decimal) -> str:
    """Write a number so that equal values have equal texts.

    >>> number_text(Decimal("-0.0")), number_text(Decimal("12.500")), number_text(Decimal("1E+3"))
    ('0', '12.5', '1000')
    """
    if isinstance(value, int):
        return str(value)
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def count_keys(value: Any) -> int:
    """Count the object keys in a value, at every depth."""
    if isinstance(value, dict):
        return len(value) + sum(map(count_keys, value.values()))
    return sum(map(count_keys, value)) if isinstance(value, list) else 0


def _text(line: bytes) -> str:
    if line.startswith(b"\xef\xbb\xbf"):
        refuse(
            "event-not-utf8", "the line starts with a byte order mark", "save the file as UTF-8 without BOM"
        )
    if line.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in line:
        refuse("event-not-utf8", "the line holds zero bytes or a UTF-16 mark", "save the file as UTF-8")
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        refuse("event-not-utf8", f"byte {error.start + 1} of the line is not UTF-8", "save the file as UTF-8")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = next(
            name for i, (name, _) in enumerate(pairs) if any(name == other for other, _ in pairs[:i])
        )
        refuse(
            "event-duplicate-key", f"the name '{twice}' occurs twice in one object", "send each field once"
        )
    return found


def _constant(word: str) -> NoReturn:
    refuse("event-not-a-number", f"{word} is not a number", "leave the field out when the value is not known")


def _number(text: str) -> Decimal:
    if len(text) > MAX_DIGITS:
        refuse("event-number-range", f"the number {text[:40]}... is out of range")
    return Decimal(text)


def _whole(text: str) -> int:
    if len(text) > MAX_DIGITS:
        refuse("event-number-range", f"the number {text[:40]}... is out of range")
    return int(text)


def check_inside(value: Any, depth: int = 1) -> None:
    """Refuse what may not stand anywhere in a value: deep nesting, huge numbers, broken texts."""
    if depth > MAX_DEPTH:
        refuse("event-too-deep", "the JSON is nested too deeply", f"keep it below {MAX_DEPTH} levels")
    if isinstance(value, dict):
        for name, inner in value.items():
            check_inside(name, depth)
            check_inside(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            check_inside(inner, depth + 1)
    elif isinstance(value, int):
        if abs(value) >= _TOO_LARGE:
            refuse("event-number-range", f"the number {str(value)[:40]}... is out of range")
    elif isinstance(value, Decimal):
        if value and not -308 <= value.adjusted() <= 307:
            refuse("event-number-range", f"the number {str(value)[:40]} is out of range")
    elif isinstance(value, str):
        if "\x00" in value:
            refuse("event-nul", "a text holds a NUL character", "remove it")
        if any("\ud800" <= letter <= "\udfff" for letter in value):
            refuse(
                "event-surrogate",
                "a text holds half of a character (a lone surrogate)",
                "send whole characters",
            )


def _name(value: Any) -> str:
    names = {bool: "true or false", str: "a text", list: "a list", dict: "an object", type(None): "null"}
    return names.get(type(value), "a number")
