"""From decoded values to typed columns, one form at a time.

Each form has a fast way that takes a whole column and a slow way that is walked only when the fast
one refuses, to find the rows at fault and to say what is wrong with each.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from plantstack.events.fields import Form
from plantstack.events.schema import PIECES

Faults = list[tuple[int, str]]
"""(row, what is wrong) for each value that cannot be used."""

_RFC3339 = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?"
    r"([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$"
)
_DECIMAL_TEXT = re.compile(r"[+-]?([0-9]{1,300}(\.[0-9]{0,300})?|\.[0-9]{1,300})([eE][+-]?[0-9]{1,3})?")
_LIMIT = Decimal(10) ** 12
_LIKE = "write RFC 3339 like 2026-03-01T06:00:00Z"
_NUMERIC = {int, Decimal, type(None)}
_STAMP = pa.timestamp("us", "UTC")


def convert(form: Form, values: Sequence[Any]) -> tuple[pa.Array, Faults]:
    """Turn decoded values (None = not said) into one typed column.

    Returns:
        The column, null at the faulty rows, and what is wrong with each of those.
    """
    fast, slow, kind = _WAYS[form]
    try:
        return fast(values), []
    except (pa.ArrowException, ValueError, TypeError, OverflowError):
        return _one_by_one(slow, values, kind)


def _one_by_one(
    slow: Callable[[Any], Any], values: Sequence[Any], kind: pa.DataType
) -> tuple[pa.Array, Faults]:
    found: list[Any] = []
    faults: Faults = []
    for row, value in enumerate(values):
        try:
            found.append(None if value is None else slow(value))
        except ValueError as error:
            found.append(None)
            faults.append((row, str(error)))
    return pa.array(found, kind), faults


def _fast_text(values: Sequence[Any]) -> pa.Array:
    return pa.array(values, pa.string())


def _slow_text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"expected a text, got {shown(value)}")
    return value


def _fast_number(values: Sequence[Any]) -> pa.Array:
    kinds = set(map(type, values))
    if kinds <= _NUMERIC:
        return pa.array(values, PIECES)
    if kinds <= {str, type(None)}:
        return pc.cast(pa.array(values, pa.string()), PIECES)
    raise TypeError


def _slow_number(value: Any) -> Decimal:
    number = _decimal(value)
    if number.copy_abs() >= _LIMIT:
        raise ValueError(f"expected a number below 10^12, got {shown(value)}")
    exact = number.quantize(Decimal("0.000001"))
    if exact != number:
        raise ValueError(f"expected at most six decimals, got {shown(value)}")
    return exact


def _decimal(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        raise ValueError(f"expected a number, got {shown(value)}")
    if isinstance(value, str) and not _DECIMAL_TEXT.fullmatch(value):
        raise ValueError(f"expected a number, got {shown(value)}")
    return Decimal(value)


def _fast_real(values: Sequence[Any]) -> pa.Array:
    if not set(map(type, values)) <= _NUMERIC:
        raise TypeError
    column = pa.array([None if value is None else float(value) for value in values], pa.float64())
    if not pc.all(pc.is_finite(column)).as_py() and column.null_count < len(column):
        raise ValueError
    return column


def _slow_real(value: Any) -> float:
    number = _decimal(value)
    try:
        real = float(number)
    except OverflowError:
        real = float("inf")
    if real in (float("inf"), float("-inf")):
        raise ValueError(f"expected a finite number, got {shown(value)}")
    return real


def _fast_whole(values: Sequence[Any]) -> pa.Array:
    if not set(map(type, values)) <= {int, type(None)}:
        raise TypeError
    return pa.array(values, pa.int64())


def _slow_whole(value: Any) -> int:
    number = _decimal(value)
    if number != number.to_integral_value() or not -(2**63) <= number < 2**63:
        raise ValueError(f"expected a whole number of at most 64 bits, got {shown(value)}")
    return int(number)


def _fast_instant(values: Sequence[Any]) -> pa.Array:
    texts = pa.array(values, pa.string())
    if not pc.all(pc.match_substring_regex(texts, _RFC3339)).as_py() and texts.null_count < len(texts):
        raise ValueError
    try:
        return pc.cast(texts, _STAMP).view(pa.int64())
    except pa.ArrowInvalid:  # more than six digits: sources that write 100 ns steps are cut to µs
        cut = pc.replace_substring_regex(texts, r"(\.[0-9]{6})[0-9]+", r"\1")
        return pc.cast(pc.utf8_upper(cut), _STAMP).view(pa.int64())


def _slow_instant(value: Any) -> int:
    if not isinstance(value, str):
        raise ValueError(f"expected an instant as text, got {shown(value)}; {_LIKE}")
    try:
        found: int = _fast_instant([value])[0].as_py()
    except ValueError:
        raise ValueError(
            f"expected an instant with its offset from UTC, got {shown(value)}; {_LIKE}"
        ) from None
    return found


def _fast_flag(values: Sequence[Any]) -> pa.Array:
    if not set(map(type, values)) <= {bool, type(None)}:
        raise TypeError
    return pa.array(values, pa.bool_())


def _slow_flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"expected true or false, got {shown(value)}")
    return value


def shown(value: Any) -> str:
    """Write a value for a message: short, quoted where it is text."""
    if isinstance(value, bool | type(None)):
        return {True: "true", False: "false", None: "null"}[value]
    text = f"'{value}'" if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


_WAYS: dict[Form, tuple[Callable[[Sequence[Any]], pa.Array], Callable[[Any], Any], pa.DataType]] = {
    Form.TEXT: (_fast_text, _slow_text, pa.string()),
    Form.NUMBER: (_fast_number, _slow_number, PIECES),
    Form.REAL: (_fast_real, _slow_real, pa.float64()),
    Form.WHOLE: (_fast_whole, _slow_whole, pa.int64()),
    Form.INSTANT: (_fast_instant, _slow_instant, pa.int64()),
    Form.FLAG: (_fast_flag, _slow_flag, pa.bool_()),
}
