from __future__ import annotations

import pytest
from tests.events.build import lines

from plantstack.errors import EventError
from plantstack.events.wire import decode_lines
from plantstack.events.wire_csv import decode_csv

HEADER = b"kind,equipment,at,source,key,state,good,ok,n,supersedes.source,supersedes.key,void,note,x\n"
AT = b"2026-03-01T06:00:00Z"


def test_csv_and_ndjson_say_the_same() -> None:
    rows = [
        b'state,m1,%s,plc,1,idle,,,,,,,"hm, well","{""a"": 1.0}"\n' % AT,
        b"count,m1,%s,plc,2,,1.50,,,,,,,\n" % AT,
        b"inspection,m1,%s,qa,3,,,4,5,,,,,\n" % AT,
        b"setup_check,m1,%s,qa,4,,,true,,,,,,\n" % AT,
        b"state,m1,%s,plc,5,,,,,plc,1,true,,\n" % AT,
    ]
    (found,) = decode_csv([b"\xef\xbb\xbf" + HEADER + b"".join(rows).replace(b"\n", b"\r\n")])
    assert [letter.problem.what for letter in found.dead] == ["parameter"] or not found.dead
    common = {"equipment": "m1", "at": AT.decode()}
    (same,) = decode_lines(
        [
            lines(
                common
                | {
                    "kind": "state",
                    "source": "plc",
                    "key": "1",
                    "state": "idle",
                    "note": "hm, well",
                    "x": {"a": 1},
                },
                common | {"kind": "count", "source": "plc", "key": "2", "good": 1.5},
                common | {"kind": "inspection", "source": "qa", "key": "3", "ok": 4, "n": 5},
                common | {"kind": "setup_check", "source": "qa", "key": "4", "ok": True},
                common
                | {
                    "kind": "state",
                    "source": "plc",
                    "key": "5",
                    "supersedes": {"source": "plc", "key": "1"},
                    "void": True,
                },
            )
        ]
    )
    assert found.table.equals(same.table)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b'state,m1,%s,plc,1,"idle,,,,,,,,' % AT, "event-not-csv"),
        (b"state,m1,%s,plc,1,idle" % AT, "event-not-csv"),
        (b"state,m1,%s,plc,1,idle,,,,,,,\xff," % AT, "event-not-utf8"),
        (b"state,m1,%s,plc,1,idle,,,,,,,\x00," % AT, "event-not-utf8"),
        (b"count,m1,%s,plc,1,,nan,,,,,,," % AT, "event-field"),
        (b"count,m1,%s,plc,1,,inf,,,,,,," % AT, "event-field"),
        (b'count,m1,%s,plc,1,,"1,5",,,,,,,' % AT, "event-field"),
        (b"state,m1,01.03.2026 06:00,plc,1,idle,,,,,,,,", "event-field"),
        (b"state,m1,%s,plc,1,idle,,,,,,maybe,," % AT, "event-field"),
        (b'state,m1,%s,plc,1,idle,,,,,,,,"{"' % AT, "event-not-json"),
        (b'state,m1,%s,plc,1,idle,,,,,,,,"{a}"' % AT, "event-not-json"),
    ],
)
def test_H_FI_hostile_record_spoils_only_itself(raw: bytes, code: str) -> None:
    good = b"state,m1,%s,plc,%d,idle,,,,,,,,\n"
    (found,) = decode_csv([HEADER + good % (AT, 8) + raw + b"\n" + good % (AT, 9)])
    assert found.table["key"].to_pylist() == ["8", "9"]
    (letter,) = found.dead
    assert (letter.where, letter.raw, letter.problem.code) == ("line 3", raw, code)


def test_H_FI_10_record_of_many_megabytes_is_one_dead_letter() -> None:
    good = b"state,m1,%s,plc,9,idle,,,,,,,,\n" % AT
    (found,) = decode_csv([HEADER, b'"', *([b"z" * 65_536] * 200), b"\n", good])
    assert [letter.problem.code for letter in found.dead] == ["event-too-long"]
    assert found.table["key"].to_pylist() == ["9"]


def test_H_FI_11_header_problems_are_told_all_at_once() -> None:
    with pytest.raises(EventError) as caught:
        list(decode_csv([b"kind,equipement,at,at,sorce\n"]))
    said = str(caught.value)
    assert all(word in said for word in ("did you mean 'equipment'", "'at' occurs twice", "'source'"))
    with pytest.raises(EventError, match="kind"):
        list(decode_csv([]))


def test_reordered_columns_are_the_same() -> None:
    one = next(decode_csv([b"kind,equipment,at,source,state\nstate,m1,%s,plc,idle" % AT]))
    two = next(decode_csv([b"state,source,at,equipment,kind\nidle,plc,%s,m1,state\n" % AT]))
    assert one.table.equals(two.table)
