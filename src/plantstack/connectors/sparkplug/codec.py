"""Payloads of Sparkplug B: bytes to what they say, and back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import DecodeError

from plantstack.connectors.sparkplug.datatypes import BOOLEAN, OF_A_FIELD, Value
from plantstack.connectors.sparkplug.descriptor import PAYLOAD, VALUE
from plantstack.errors import EventError, Problem

BDSEQ = "bdSeq"
REBIRTH = "Node Control/Rebirth"
MOST_BYTES = 4 << 20
_GOOD_CODE = 192
_QUALITIES = {0: "the node calls it bad", 500: "the node calls it stale"}


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric of a payload, as far as the payload says it.

    Attributes:
        name: None where only the alias stands for it.
        alias: None where there is none.
        at_ms: its own time; None where the payload's holds.
        datatype: None where the birth told it.
        field: which field holds its value; None: none does.
        raw: what that field holds.
        is_null: it says itself that it has no value.
        is_historical: it was so at its time, and need not be now.
        why_bad: what its property `Quality` says against it.
    """

    name: str | None = None
    alias: int | None = None
    at_ms: int | None = None
    datatype: int | None = None
    field: str | None = None
    raw: Any = None
    is_null: bool = False
    is_historical: bool = False
    why_bad: str = ""


@dataclass(frozen=True, slots=True)
class Payload:
    """What a message of a node says.

    Attributes:
        at_ms: when it was sent, by the node's clock; None: not told.
        seq: its number in the session, 0 to 255; None: not told.
        metrics: in their order.
    """

    at_ms: int | None
    seq: int | None
    metrics: tuple[Metric, ...] = ()

    def value_of(self, name: str) -> Any:
        """What the field of a metric holds; None when there is no such metric, or no value."""
        return next((one.raw for one in self.metrics if one.name == name), None)


def decode(payload: bytes) -> Payload:
    """Read a payload.

    Raises:
        EventError: with one problem, when it is none.

    >>> told = decode(encode(5, 0, [Metric("run", 7, datatype=11, field="boolean_value", raw=True)]))
    >>> told.seq, told.metrics[0].name, told.metrics[0].raw
    (0, 'run', True)
    """
    if len(payload) > MOST_BYTES:
        raise _odd(f"is larger than {MOST_BYTES} bytes")
    message = PAYLOAD()
    try:
        message.ParseFromString(payload)
    except DecodeError as error:
        raise _odd("is no payload of Sparkplug B") from error
    seq = int(message.seq) if message.HasField("seq") else None
    if seq is not None and seq > 255:
        raise _odd(f"has the number {seq}; they go from 0 to 255")
    at = int(message.timestamp) if message.HasField("timestamp") else None
    return Payload(at, seq, tuple(_metric(one) for one in message.metrics))


def encode(at_ms: int | None, seq: int | None, metrics: Iterable[Metric]) -> bytes:
    """Write a payload; see `decode`."""
    message = PAYLOAD()
    if at_ms is not None:
        message.timestamp = at_ms
    if seq is not None:
        message.seq = seq
    for one in metrics:
        told = message.metrics.add()
        for name, value in (
            ("name", one.name),
            ("alias", one.alias),
            ("timestamp", one.at_ms),
            ("datatype", one.datatype),
            ("is_null", one.is_null or None),
            ("is_historical", one.is_historical or None),
            (one.field, one.raw),
        ):
            if name and value is not None:
                setattr(told, name, value)
    told_bytes: bytes = message.SerializeToString()
    return told_bytes


def rebirth(at_ms: int | None) -> bytes:
    """The one command that is ever written: asking a node to say again what it is and what it has."""
    return encode(at_ms, None, [Metric(REBIRTH, datatype=BOOLEAN, field="boolean_value", raw=True)])


def self_described(metric: Metric) -> int | None:
    """The data type that a metric says by itself, without a birth; None when it does not.

    >>> self_described(Metric("a", field="float_value", raw=1.5))
    9
    >>> self_described(Metric("a", field="int_value", raw=1))
    """
    return metric.datatype if metric.datatype else OF_A_FIELD.get(metric.field or "")


def field_of(value: Value) -> tuple[str | None, Value]:
    """Which field holds a value of ours, and what to put there.

    >>> field_of(-2), field_of(True)
    (('long_value', 18446744073709551614), ('boolean_value', True))
    """
    if value is None:
        return None, None
    if isinstance(value, bool):
        return "boolean_value", value
    if isinstance(value, int):
        return "long_value", value % (1 << 64)
    return ("double_value", value) if isinstance(value, float) else ("string_value", value)


def _metric(told: Any) -> Metric:
    field = told.WhichOneof(VALUE)
    has = told.HasField
    return Metric(
        _text(told.name) if has("name") else None,
        int(told.alias) if has("alias") else None,
        int(told.timestamp) if has("timestamp") else None,
        int(told.datatype) if has("datatype") else None,
        field,
        getattr(told, field) if field else None,
        bool(told.is_null),
        bool(told.is_historical),
        _quality(told.properties) if has("properties") else "",
    )


def _quality(properties: Any) -> str:
    for key, value in zip(properties.keys, properties.values, strict=False):
        if key == "Quality" and not value.is_null:
            code = int(value.int_value or value.long_value)
            return "" if code == _GOOD_CODE else _QUALITIES.get(code, f"the node calls it {code}")
    return ""


def _text(told: str | bytes) -> str:
    """A name; bytes that are no UTF-8 stay visible, and are no name of anything."""
    return told if isinstance(told, str) else told.decode("utf-8", "backslashreplace")


def _odd(what: str) -> EventError:
    return EventError(Problem("sparkplug-payload", "payload", what, "Check what publishes at this topic."))
