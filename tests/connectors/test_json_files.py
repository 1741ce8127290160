"""Files of JSON objects: fields by their path, hostile lines set aside one by one."""

from __future__ import annotations

from pathlib import Path

import pytest

from .support import load, write

MAPPING = """
schema: 1
source: gateway
file: {format: json}
columns:
  at: {column: ts, format: epoch ms}
  machine: {column: device.name, map: {P-1: press, P-2: lathe}}
  running: {column: values.0.running, map: {"true": producing, "false": stopped}}
  pieces: {column: values.0.pieces}
every: {equipment: "{machine}", at: "{at}"}
events:
  - {kind: state, when: {running: {present: true}}, state: "{running}"}
  - {kind: count, when: {pieces: {present: true}}, good: "{pieces}"}
"""
GOOD = b'{"ts": 1767592800000, "device": {"name": "P-1"}, "values": [{"running": true, "pieces": 3}]}'
OTHER = b'{"ts": 1767592860000, "device": {"name": "P-2"}, "values": [{"running": false}]}'


def test_fields_are_found_by_their_path_in_lines_and_in_arrays(tmp_path: Path) -> None:
    lines = load(MAPPING, write(tmp_path, GOOD + b"\n\n" + OTHER + b"\n", "a.ndjson"))
    array = load(MAPPING, write(tmp_path, b"[" + GOOD + b",\n" + OTHER + b"]", "a.json"))
    for told in (lines, array):
        assert told.dead == []
        assert [(one["equipment"], one["state"]) for one in told.of("state")] == [
            ("press", "producing"),
            ("lathe", "stopped"),
        ]
        assert [(one["equipment"], int(one["good"])) for one in told.of("count")] == [("press", 3)]
        assert [one["at"] for one in told.of("state")] == [1767592800000000, 1767592860000000]


HOSTILE = {
    "H_MQ_02_not_json": (b"speed=12", "event-not-json"),
    "H_MQ_03_truncated": (GOOD[:-9], "event-not-json"),
    "H_MQ_04_utf16": (GOOD.decode().encode("utf-16-be"), "event-not-utf8"),
    "H_MQ_05_no_utf8": (GOOD.replace(b"P-1", b"P\xff1"), "event-not-utf8"),
    "H_MQ_06_lone_surrogate": (GOOD.replace(b"P-1", b"\\ud800"), "event-surrogate"),
    "H_MQ_07_nul": (GOOD.replace(b"P-1", b"\\u0000"), "event-nul"),
    "H_MQ_08_nested": (
        b'{"ts": 1767592800000, "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        "event-too-deep",
    ),
    "H_MQ_09_nan": (GOOD.replace(b"3}", b"NaN}"), "event-not-a-number"),
    "H_MQ_10_1e400": (GOOD.replace(b"3}", b"1e400}"), "event-number-range"),
    "H_MQ_11_huge": (GOOD.replace(b"3}", b"1" + b"0" * 30 + b"}"), "row-unreadable"),
    "H_MQ_12_true_as_count": (GOOD.replace(b"3}", b"true}"), "row-unreadable"),
    "H_MQ_13_twice": (GOOD.replace(b'"ts"', b'"ts": 5, "ts"'), "event-duplicate-key"),
    "H_MQ_16_year_9999": (GOOD.replace(b"1767592800000", b"253402300799000"), "row-unreadable"),
    "a_path_twice": (
        GOOD.replace(b'"device": {"name"', b'"device.name": "P-2", "device": {"name"'),
        "event-duplicate-key",
    ),
    "no_object": (b"[1, 2]", "event-not-object"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_line_harms_only_itself(tmp_path: Path, name: str) -> None:
    line, code = HOSTILE[name]
    told = load(
        MAPPING,
        write(tmp_path, OTHER + b"\n" + line + b"\n" + OTHER.replace(b"860", b"870") + b"\n", "a.ndjson"),
    )
    assert [one["equipment"] for one in told.of("state") if one["equipment"] == "lathe"] == ["lathe", "lathe"]
    assert len(told.dead) <= 1
    assert told.codes == [code]
    assert told.dead[0].where == "a.ndjson line 2"
    assert told.dead[0].raw == line[:65_536]


def test_a_field_that_no_object_has_is_noted_with_a_meant_one(tmp_path: Path) -> None:
    told = load(
        MAPPING.replace("values.0.pieces", "values.0.piece"), write(tmp_path, GOOD + b"\n", "a.ndjson")
    )
    assert told.dead == []
    assert [one["state"] for one in told.of("state")] == ["producing"]
    assert told.of("count") == []
    assert "values.0.piece" in told.notes["field-absent"]


def test_what_is_no_lines_of_objects_is_refused(tmp_path: Path) -> None:
    wide = b"{" + b",".join(b'"%d":1' % number for number in range(10_001)) + b"}"
    assert load(MAPPING, write(tmp_path, wide, "a.ndjson")).codes == ["file-json"]
    assert load(MAPPING, write(tmp_path, b"[" + GOOD, "a.json")).codes == ["event-not-json"]
