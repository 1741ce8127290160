"""What a field of a metric means, by the data type that its birth told.

Signed numbers travel in unsigned fields as two's complement. A value that does not fit its type is bad, with
a reason, and never read as something else.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

from plantstack.intervals import rfc3339

Value = bool | int | float | str | None

_SIGNED = {1: 8, 2: 16, 3: 32, 4: 64}
_UNSIGNED = {5: 8, 6: 16, 7: 32, 8: 64}
FLOAT, DOUBLE, BOOLEAN, STRING, DATETIME = 9, 10, 11, 12, 13
INT64 = 4
_TEXTS = (STRING, 14, 15)  # String, Text, UUID
_NAMES = (
    *("Unknown", "Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64"),
    *("Float", "Double", "Boolean", "String", "DateTime", "Text"),
    *("UUID", "DataSet", "Bytes", "File", "Template", "PropertySet", "PropertySetList"),
    *("Int8Array", "Int16Array", "Int32Array", "Int64Array", "UInt8Array", "UInt16Array", "UInt32Array"),
    *("UInt64Array", "FloatArray", "DoubleArray", "BooleanArray", "StringArray", "DateTimeArray"),
)
OF_A_FIELD = {"float_value": FLOAT, "double_value": DOUBLE, "boolean_value": BOOLEAN, "string_value": STRING}
"""Fields that say by themselves what they hold; whole numbers do not say their sign."""
LAST_INSTANT_MS = 253_402_300_799_999  # the end of the year 9999


@dataclass(frozen=True, slots=True)
class Read:
    """A value, or why there is none."""

    value: Value
    why: str = ""


def name_of(datatype: int) -> str:
    """The name of a data type, as the specification spells it.

    >>> name_of(3), name_of(99)
    ('Int32', '99')
    """
    return _NAMES[datatype] if 0 < datatype < len(_NAMES) else str(datatype)


def read_value(datatype: int, field: str | None, raw: Any) -> Read:
    """Read what a field holds.

    Args:
        datatype: of the metric, as its birth or the metric itself told.
        field: which field of the message there is; None: none.
        raw: what it holds.

    >>> read_value(3, "int_value", 0xFFFFFFFE).value, read_value(4, "long_value", 2**64 - 5).value
    (-2, -5)
    >>> read_value(3, "string_value", "2")
    Read(value=None, why='Int32 in a string field')
    """
    if field is None:
        return Read(None, "no value")
    if datatype in _SIGNED or datatype in _UNSIGNED or datatype == DATETIME:
        if field not in ("int_value", "long_value"):
            return _elsewhere(datatype, field)
        if datatype == DATETIME:
            return _instant(raw)
        bits = _SIGNED.get(datatype) or _UNSIGNED[datatype]
        return _whole(raw, bits, is_signed=datatype in _SIGNED, carried=32 if field == "int_value" else 64)
    if datatype in (FLOAT, DOUBLE) and field in ("float_value", "double_value"):
        return Read(shortest(raw) if field == "float_value" else raw)
    if datatype == BOOLEAN and field == "boolean_value":
        return Read(bool(raw))
    if datatype in _TEXTS and field == "string_value":
        return Read(raw) if isinstance(raw, str) else Read(None, "text that is not UTF-8")
    if datatype in (FLOAT, DOUBLE, BOOLEAN, *_TEXTS):
        return _elsewhere(datatype, field)
    kind = name_of(datatype)
    return Read(None, f"unknown data type {kind}" if kind.isdigit() else f"{kind} is not read")


def shortest(value: float) -> float:
    """The shortest decimal number that is the same in 32 bits: what the sender most likely wrote.

    >>> import struct
    >>> shortest(struct.unpack("f", struct.pack("f", 12.3))[0])
    12.3
    """
    if value != value or value in (float("inf"), float("-inf")):
        return value
    for digits in range(6, 9):
        short = float(f"{value:.{digits}g}")
        if abs(short) < 3e38 and struct.pack("<f", short) == struct.pack("<f", value):
            return short
    return value


def instant(ms: int) -> str:
    """Milliseconds as RFC 3339; the number itself where it is no instant, so that nothing takes it for one.

    >>> instant(1_486_144_502_122), instant(0), instant(2**64 - 1)
    ('2017-02-03T17:55:02.122000Z', '0', '18446744073709551615')
    """
    return rfc3339(ms * 1_000) if 0 < ms <= LAST_INSTANT_MS else str(ms)


def _elsewhere(datatype: int, field: str) -> Read:
    return Read(None, f"{name_of(datatype)} in a {field.removesuffix('_value')} field")


def _instant(ms: int) -> Read:
    told = instant(ms)
    return Read(None, "no instant") if told.isdigit() else Read(told)


def _whole(raw: int, bits: int, *, is_signed: bool, carried: int) -> Read:
    """A whole number of so many bits, its sign carried into a field of more bits, or not."""
    half, full, wide = 1 << (bits - 1), 1 << bits, 1 << carried
    if not is_signed:
        return Read(raw) if raw < full else Read(None, "out of range")
    if bits > carried and raw >= wide >> 1:
        return Read(None, "the sign of 64 bits in a field of 32")
    if raw < half:
        return Read(raw)
    if raw < full:
        return Read(raw - full)
    if raw >= wide - half:
        return Read(raw - wide)
    return Read(None, "out of range")
