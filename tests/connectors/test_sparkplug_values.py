"""What a field means by its data type, and payloads there and back."""

from __future__ import annotations

import math
import struct

import pytest
from google.protobuf.message import DecodeError
from hypothesis import given
from hypothesis import strategies as st

from plantstack.connectors.sparkplug.codec import MOST_BYTES, Metric, decode, encode, field_of
from plantstack.connectors.sparkplug.datatypes import Read, Value, instant, name_of, read_value
from plantstack.connectors.sparkplug.descriptor import PAYLOAD
from plantstack.errors import EventError

# The bytes of one metric, written down by hand from the numbers of the fields.
BY_HAND = (
    bytes([0x08, 0x05])  # timestamp 5
    + bytes([0x12, 0x0D])  # a metric of 13 bytes
    + (
        b"\x0a\x03Run" + b"\x10\x07" + b"\x20\x0b" + b"\x28\x01" + b"\x70\x01"
    )  # name alias type history value
    + bytes([0x18, 0x09])  # seq 9
)


def test_bytes_written_by_hand_are_read() -> None:
    told = decode(BY_HAND)
    run = Metric("Run", 7, None, 11, "boolean_value", True, is_historical=True)
    assert (told.at_ms, told.seq, told.metrics) == (5, 9, (run,))


@pytest.mark.parametrize(
    ("datatype", "field", "raw", "value"),
    [
        (1, "int_value", 0xFF, -1),  # in the width of its type
        (1, "int_value", 0xFFFFFF80, -128),  # the sign carried into the whole field
        (1, "int_value", 127, 127),
        (2, "int_value", 0x8000, -32_768),
        (3, "int_value", 0x80000000, -(2**31)),
        (3, "long_value", 2**64 - 7, -7),
        (4, "long_value", 2**63, -(2**63)),
        (4, "long_value", 2**63 - 1, 2**63 - 1),
        (4, "int_value", 5, 5),
        (5, "int_value", 255, 255),
        (7, "long_value", 2**32 - 1, 2**32 - 1),
        (8, "long_value", 2**64 - 1, 2**64 - 1),
        (9, "float_value", struct.unpack("f", struct.pack("f", 0.1))[0], 0.1),
        (10, "double_value", 0.1, 0.1),
        (11, "boolean_value", False, False),
        (13, "long_value", 1_486_144_502_122, "2017-02-03T17:55:02.122000Z"),
        (14, "string_value", "läuft", "läuft"),
    ],
)
def test_H_SP_12_signed_numbers_in_unsigned_fields(
    datatype: int, field: str, raw: object, value: Value
) -> None:
    assert read_value(datatype, field, raw) == Read(value)


@pytest.mark.parametrize(
    ("datatype", "field", "raw", "why"),
    [
        (1, "int_value", 300, "out of range"),
        (5, "int_value", 256, "out of range"),
        (3, "long_value", 2**40, "out of range"),
        (4, "int_value", 0xFFFFFFFB, "the sign of 64 bits in a field of 32"),
        (13, "long_value", 2**64 - 1, "no instant"),
        (16, "dataset_value", b"", "DataSet is not read"),
        (19, "template_value", b"", "Template is not read"),
        (24, "bytes_value", b"", "Int32Array is not read"),
        (99, "int_value", 1, "unknown data type 99"),
        (0, "int_value", 1, "unknown data type 0"),
        (12, "string_value", b"\xff\xfe", "text that is not UTF-8"),
        (11, "int_value", 1, "Boolean in a int field"),
    ],
)
def test_what_cannot_be_read_says_why(datatype: int, field: str, raw: object, why: str) -> None:
    assert read_value(datatype, field, raw) == Read(None, why)


@given(st.integers(-(2**63), 2**63 - 1))
def test_whole_numbers_there_and_back(value: int) -> None:
    field, raw = field_of(value)
    told = decode(encode(1, 2, [Metric("n", datatype=4, field=field, raw=raw)])).metrics[0]
    assert read_value(4, told.field, told.raw).value == value


@given(st.floats(width=32, allow_nan=False))
def test_short_floats_are_the_same_in_32_bits(value: float) -> None:
    found = read_value(9, "float_value", value).value
    assert isinstance(found, float)
    assert math.isinf(value) or struct.pack("f", found) == struct.pack("f", value)


@given(st.binary(max_size=300))
def test_H_SP_01_any_bytes_are_a_payload_or_refused(raw: bytes) -> None:
    try:
        decode(raw)
    except EventError as error:
        assert error.problems[0].code == "sparkplug-payload"


def test_H_SP_11_instants_that_are_none_stay_numbers() -> None:
    assert (instant(0), instant(2**64 - 1), instant(253_402_300_800_000)) == (
        *("0", "18446744073709551615", "253402300800000"),
    )


def test_quality_of_a_metric_is_read() -> None:
    message = PAYLOAD()
    for code in (192, 0, 500, 7):
        told = message.metrics.add(name="a", boolean_value=True)
        told.properties.keys.append("Quality")
        told.properties.values.add(type=3, int_value=code)
    assert [one.why_bad for one in decode(message.SerializeToString()).metrics] == [
        *("", "the node calls it bad", "the node calls it stale", "the node calls it 7")
    ]


def test_a_payload_that_is_too_large_is_not_looked_into() -> None:
    with pytest.raises(EventError, match="larger"):
        decode(b"x" * (MOST_BYTES + 1))


def test_names_of_types_are_those_of_the_specification() -> None:
    assert (name_of(1), name_of(19), name_of(34), name_of(35)) == ("Int8", "Template", "DateTimeArray", "35")


def test_protocol_buffers_still_say_what_is_no_message() -> None:
    with pytest.raises(DecodeError):
        PAYLOAD().ParseFromString(b"\x12\x05a")
