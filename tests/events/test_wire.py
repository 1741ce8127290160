from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.events.build import lines, state

from plantstack.events.batch import KEPT_BYTES
from plantstack.events.wire import MAX_LINE, decode_items, decode_lines

GOOD = lines(state(1))
PLAIN = '{"kind":"count","equipment":"m1","at":"2026-03-01T06:00:00Z","source":"plc","key":"1",%s}'

HOSTILE = {
    "H_MQ_02_not_json": (b"hello", "event-not-json"),
    "H_MQ_03_truncated": (b'{"kind":"state","equip', "event-not-json"),
    "H_MQ_04_bom": (b"\xef\xbb\xbf" + GOOD[:-1], "event-not-utf8"),
    "H_MQ_04_utf16": ('{"kind":"state"}'.encode("utf-16").replace(b"\n", b""), "event-not-utf8"),
    "H_MQ_05_invalid_utf8": (b'{"kind":"note","note":"\xff"}', "event-not-utf8"),
    "H_MQ_06_lone_surrogate": (b'{"kind":"note","note":"\\ud800"}', "event-surrogate"),
    "H_MQ_06_lone_surrogate_in_text": (b'{"kind":"note","note":"a\\udc00b"}', "event-surrogate"),
    "H_MQ_07_nul": (b'{"kind":"note","note":"a\\u0000b"}', "event-nul"),
    "H_MQ_08_deep": (b'{"kind":"note","x":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "event-too-deep"),
    "H_MQ_08_deep_in_x": (b'{"kind":"note","x":{"a":' + b"[" * 40 + b"]" * 40 + b"}}", "event-too-deep"),
    "H_MQ_09_nan": ((PLAIN % '"good":NaN').encode(), "event-not-a-number"),
    "H_MQ_09_infinity": ((PLAIN % '"good":-Infinity').encode(), "event-not-a-number"),
    "H_MQ_10_1e400": ((PLAIN % '"good":1e400').encode(), "event-field"),
    "H_MQ_10_1e400_in_x": ((PLAIN % '"good":1,"x":{"a":1e400}').encode(), "event-number-range"),
    "H_MQ_11_huge_integer": ((PLAIN % '"good":1000000000000000000000000000000').encode(), "event-field"),
    "H_MQ_11_huge_integer_in_x": (
        (PLAIN % ('"good":1,"x":{"a":1' + "0" * 320 + "}")).encode(),
        "event-number-range",
    ),
    "H_MQ_12_true_as_count": ((PLAIN % '"good":true').encode(), "event-field"),
    "H_MQ_12_string_as_number": ((PLAIN % '"good":"many"').encode(), "event-field"),
    "H_MQ_12_number_as_string": ((PLAIN % '"good":1,"reason":5').encode(), "event-field"),
    "H_MQ_13_duplicate_key": ((PLAIN % '"good":1,"good":2').encode(), "event-duplicate-key"),
    "H_MQ_13_duplicate_key_spaced": ((PLAIN % '"good":1,"good" :2').encode(), "event-duplicate-key"),
    "H_MQ_13_duplicate_key_in_x": ((PLAIN % '"good":1,"x":{"a":1,"a":2}').encode(), "event-duplicate-key"),
    "H_MQ_15_no_offset": (lines(state(1, at="2026-03-01T06:00:00"))[:-1], "event-field"),
    "H_MQ_15_no_offset_among_good": (lines(state(1, told_at="yesterday"))[:-1], "event-field"),
    "H_MQ_17_second_60": (lines(state(1, at="2026-03-01T06:00:60Z"))[:-1], "event-field"),
    "H_MQ_18_epoch": (lines(state(1, at=1772344800000))[:-1], "event-field"),
    "no_such_day": (lines(state(1, at="2026-02-30T06:00:00Z"))[:-1], "event-field"),
    "seven_decimals": ((PLAIN % '"good":0.1234567').encode(), "event-field"),
    "unknown_field": (lines(state(1, colour="red"))[:-1], "event-unknown-field"),
    "unknown_kind": (lines(state(1, kind="stat"))[:-1], "event-unknown-kind"),
    "kind_is_a_list": (b'{"kind":["state"]}', "event-field"),
    "no_kind": (b'{"source":"plc"}', "event-field"),
    "array": (b"[1,2]", "event-not-object"),
    "half_a_supersedes": (lines(state(1, supersedes={"source": "plc"}))[:-1], "event-field"),
    "trailing_words": (GOOD[:-1] + b" and more", "event-not-json"),
    "x_is_text": (lines(state(1, x="free"))[:-1], "event-field"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_line_is_one_dead_letter_and_its_neighbours_survive(name: str) -> None:
    raw, code = HOSTILE[name]
    (found,) = decode_lines([GOOD + raw + b"\n" + lines(state(2))])
    assert found.table["key"].to_pylist() == ["1", "2"]
    assert list(found.lines) == [1, 3]
    (letter,) = found.dead
    assert (letter.problem.code, letter.where, letter.raw[:200]) == (code, "line 2", raw[:200])
    assert len(letter.problem.what) < 400
    assert "\n" not in letter.problem.what


def test_H_MQ_01_empty_message() -> None:
    found = decode_items(b"")
    assert [letter.problem.code for letter in found.dead] == ["event-empty"]
    assert len(found.table) == 0


def test_H_MQ_19_line_of_100_mb_is_one_dead_letter_in_bounded_memory() -> None:
    block = b"x" * (1 << 20)
    chunks = [GOOD, *([block] * 100), b"\n", lines(state(2))]
    (found,) = decode_lines(chunks)
    assert list(found.lines) == [1, 3]
    (letter,) = found.dead
    assert letter.problem.code == "event-too-long"
    assert str(100 << 20) in letter.problem.what
    assert len(letter.raw) == KEPT_BYTES


def test_a_long_last_line_without_end_is_buried() -> None:
    (found,) = decode_lines([GOOD, b"y" * (MAX_LINE + 1)])
    assert [letter.where for letter in found.dead] == ["line 2"]


def test_request_body_may_be_an_array_one_object_or_lines() -> None:
    one, two = lines(state(1))[:-1], lines(state(2))[:-1]
    for body in (b"[" + one + b", " + two + b"]", one + b"\n" + two, b" \n" + one + b"\n" + two + b"\n"):
        assert decode_items(body).table["key"].to_pylist() == ["1", "2"]
    letter = decode_items(b"[" + one + b', {"kind": 5}]').dead[0]
    assert (letter.where, letter.problem.where) == ("item 2", "item 2")  # an array has no lines to count
    assert decode_items(one + b'\n{"kind": 5}').dead[0].where == "line 2"
    assert decode_items(b"[1, ").dead[0].problem.code == "event-not-json"


def test_numbers_are_exact_and_decimal_text_is_a_number() -> None:
    body = (PLAIN % '"good":"1.50","total":1e2,"scrap":0.1,"rework":-0.0,"startup_reject":" 1"').encode()
    assert decode_items(body).dead[0].problem.what == "startup_reject: expected a number, got ' 1'"
    body = (PLAIN % '"good":"1.50","total":1e2,"scrap":0.1,"rework":-0.0').encode()
    row = decode_items(body).table.to_pylist()[0]
    assert (row["good"], row["total"], row["scrap"], row["rework"]) == (
        Decimal("1.5"),
        Decimal(100),
        Decimal("0.1"),
        Decimal(0),
    )


def test_instants_are_microseconds_utc_and_finer_digits_are_cut() -> None:
    rows = [
        state(1, at="2026-03-01T06:00:00.1234567+05:30"),
        state(2, at="2026-03-01t00:30:00.123456z"),
        state(3, until="2026-03-01T06:00:00-00:00"),
    ]
    (found,) = decode_lines([lines(*rows)])
    assert not found.dead
    first, second, third = found.table.to_pylist()
    assert first["at"] == second["at"] == 1772325000123456
    assert third["until_at"] == 1772344800000000


def test_what_has_no_column_goes_to_the_body_in_one_canonical_form() -> None:
    (found,) = decode_lines(
        [
            lines(
                state(1, native="EXECUTE", note="ü", x={"b": 1.50, "a": [1.0, None, True, {"k": "v"}]}),
                {
                    "kind": "order",
                    "equipment": "m1",
                    "at": "2026-03-01T06:00:00Z",
                    "source": "erp",
                    "phase": "start",
                    "order": "o1",
                    "due_at": "2026-03-02T06:00:00+02:00",
                    "qty": 5,
                },
            )
        ]
    )
    assert not found.dead
    bodies = found.table["body"].to_pylist()
    assert bodies[0] == '{"native":"EXECUTE","note":"ü","x":{"a":[1,null,true,{"k":"v"}],"b":1.5}}'
    assert bodies[1] == '{"due_at":"2026-03-02T04:00:00Z"}'


def test_null_is_not_said() -> None:
    (found,) = decode_lines([lines(state(1, reason=None, note=None, until=None, supersedes=None))])
    assert not found.dead
    assert found.table.to_pylist()[0]["body"] is None


def test_every_problem_of_a_line_is_told_at_once() -> None:
    (found,) = decode_lines([lines(state(1, colour="red", at="noon", reason=3))])
    (letter,) = found.dead
    assert all(word in letter.problem.what for word in ("colour", "noon", "reason"))
    assert letter.source == "plc"


def test_a_row_keeps_its_place_among_other_kinds() -> None:
    rows = [state(i) if i % 3 else state(i, kind="note", state=None, text="x") for i in range(50)]
    (found,) = decode_lines([lines(*rows)])
    assert found.table["key"].to_pylist() == [str(i) for i in range(50)]
    assert found.table["kind"].to_pylist() == ["state" if i % 3 else "note" for i in range(50)]


@given(st.lists(st.integers(1, 200), max_size=20), st.integers(1, 7))
def test_cutting_the_stream_anywhere_changes_nothing(cuts: list[int], rows: int) -> None:
    data = lines(*(state(i, note="ü" * i) for i in range(9))) + b"\n  \nbroken\n" + lines(state(10))[:-1]
    chunks, start = [], 0
    for cut in cuts:
        chunks.append(data[start : start + cut])
        start += cut
    chunks.append(data[start:])
    whole = next(decode_lines([data], rows=100))
    parts = list(decode_lines(chunks, rows=rows))
    assert [key for part in parts for key in part.table["key"].to_pylist()] == whole.table["key"].to_pylist()
    assert [number for part in parts for number in part.lines] == list(whole.lines)
    assert [letter for part in parts for letter in part.dead] == list(whole.dead)


@given(st.binary(max_size=200))
def test_any_bytes_give_rows_or_dead_letters_never_a_crash(noise: bytes) -> None:
    for found in decode_lines([noise]):
        assert len(found.table) == len(found.lines) == len(found.raws)
    decode_items(noise)
