"""H-FI 06, 08 to 11, 13, 14 and F38 to F40: delimited text as plants really send it."""

from __future__ import annotations

import gzip
import lzma
import threading
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from plantstack.connectors.files.intake import is_settled, stamp_of
from plantstack.connectors.files.scan import scan_text
from plantstack.connectors.files.sheet import private_connection
from plantstack.connectors.files.text_lines import TextLines
from plantstack.connectors.load import load_files
from plantstack.connectors.mapping.model import FileForm
from plantstack.connectors.mapping.read import parse_mapping
from plantstack.errors import Problem

from .support import SIMPLE, load, us, write

HEADER = "at,machine,state,pieces\n"
GOOD = "2026-01-05T06:00:00Z,press,producing,3\n"
NUMBERS = """
schema: 1
source: test
zone: Europe/Berlin
file: {format: csv, delimiter: ";", decimal: ",", thousands: "."}
columns: {at: Zeit, pieces: Menge}
every: {equipment: press, at: "{at}"}
events: [{kind: count, total: "{pieces}"}]
"""


def test_the_simplest_file(tmp_path: Path) -> None:
    loaded = load(SIMPLE, write(tmp_path, HEADER + GOOD))
    assert [event["kind"] for event in loaded.events] == ["state", "count"]
    assert loaded.of("state")[0]["at"] == us("2026-01-05T06:00")
    assert loaded.of("count")[0]["total"] == 3
    assert loaded.of("count")[0]["order_id"] == ""
    assert not loaded.dead and loaded.batches[-1].is_last


def test_F40_one_bad_row_in_ten_thousand(tmp_path: Path) -> None:
    rows = [f"2026-01-05T06:00:00Z,press-{row},producing,\n" for row in range(10_000)]
    rows[6_999] = "yesterday,press-6999,producing,\n"
    loaded = load(SIMPLE, write(tmp_path, HEADER + "".join(rows)))
    assert len(loaded.events) == 9_999
    (letter,) = loaded.dead
    assert letter.where == "data.csv:7001"
    assert letter.raw == b"yesterday,press-6999,producing,"
    assert letter.problem.code == "row-unreadable" and letter.source == "test"


def test_F40_a_row_is_taken_whole_or_not_at_all(tmp_path: Path) -> None:
    loaded = load(SIMPLE, write(tmp_path, HEADER + "2026-01-05T06:00:00Z,press,producing,many\n" + GOOD))
    assert len(loaded.events) == 2 and loaded.dead[0].where == "data.csv:2"


def test_F40_lines_are_right_behind_broken_lines_and_quoted_line_ends(tmp_path: Path) -> None:
    bad = "never,press,producing,1\n"
    broken = write(tmp_path, HEADER + "a,b\n" + GOOD + bad, "broken.csv")
    assert [letter.where for letter in load(SIMPLE, broken).dead] == ["broken.csv:2", "broken.csv:4"]
    quoted = write(tmp_path, HEADER + '2026-01-05T06:00:00Z,"a\nb",idle,1\n\n' + bad, "quoted.csv")
    (letter,) = load(SIMPLE, quoted).dead
    assert letter.where == "quoted.csv:5" and letter.raw == bad.encode().strip()


def test_F39_the_same_file_again_under_another_name(tmp_path: Path) -> None:
    first = load(SIMPLE, write(tmp_path, HEADER + GOOD))
    mark = first.batches[-1].mark
    assert mark is not None
    again = load(SIMPLE, write(tmp_path, HEADER + GOOD, "copy.csv"), known={mark.sha256}.__contains__)
    assert not again.events and again.notes == {"file-known": "was loaded before, perhaps under another name"}


def test_F39_overlapping_exports_share_keys_and_twins_do_not(tmp_path: Path) -> None:
    other = GOOD.replace("06:00", "07:00")
    one = load(SIMPLE, write(tmp_path, HEADER + GOOD + GOOD, "one.csv"))
    two = load(SIMPLE, write(tmp_path, HEADER + GOOD + GOOD + other, "two.csv"))
    keys = [event["key"] for event in one.events]
    assert len(set(keys)) == 4
    assert set(keys) < {event["key"] for event in two.events}
    dropped = load(SIMPLE + "identical_rows: drop\n", tmp_path / "two.csv")
    assert len(dropped.events) == 4


def test_F38_a_file_still_being_written_waits(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER)
    seen = stamp_of(path)
    assert is_settled(path, seen)
    with path.open("a") as growing:
        growing.write(GOOD)
    assert not is_settled(path, seen) and is_settled(path, stamp_of(path))
    unfinished = write(tmp_path, HEADER, "data.csv.part")
    assert not is_settled(unfinished, stamp_of(unfinished))
    assert not is_settled(tmp_path / "absent.csv", None)


def test_F38_a_file_that_grows_while_it_is_copied_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER + GOOD * 400_000)
    done = threading.Event()

    def grow() -> None:
        with path.open("a") as growing:
            while not done.wait(0.001):
                growing.write(GOOD)
                growing.flush()

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        loaded = load(SIMPLE, path)
    finally:
        done.set()
        writer.join()
    assert loaded.codes == ["file-changing"] and not loaded.events
    assert len(load(SIMPLE, path).events) >= 800_000, "once it is whole it is read"


def test_a_line_that_the_parser_loses_is_told(tmp_path: Path) -> None:
    """Never seen, and looked for in every file: fewer rows than lines, and no reason."""
    path = write(tmp_path, HEADER + GOOD * 3)
    form = FileForm("csv")
    lines = TextLines(path, "data.csv", form, 1, scan_text(path, "data.csv", form))
    connection = private_connection(tmp_path)
    connection.execute("CREATE TEMP TABLE reject_errors (line BIGINT, error_type VARCHAR, csv_line VARCHAR)")
    assert not lines.note_bad(connection, 3)
    (bad,) = lines.note_bad(connection, 2)
    assert bad.problem.code == "rows-missing" and "1 lines" in bad.problem.what


@pytest.mark.parametrize("packed", ["gz", "xz", "zst"])
def test_packed_text(tmp_path: Path, packed: str) -> None:
    text = (HEADER + GOOD).encode()
    pack: dict[str, Callable[[bytes], bytes]] = {
        "gz": gzip.compress,
        "xz": lzma.compress,
        "zst": lambda data: pa.compress(data, "zstd", asbytes=True),
    }
    assert len(load(SIMPLE, write(tmp_path, pack[packed](text), f"data.csv.{packed}")).events) == 2
    damaged = write(tmp_path, pack[packed](text)[:-6], f"cut.csv.{packed}")
    assert load(SIMPLE, damaged).codes in (["file-damaged"], [])


def test_H_FI_01_a_packed_text_that_never_ends(tmp_path: Path) -> None:
    bomb = write(tmp_path, gzip.compress(b"\n" * (200 << 20)), "bomb.csv.gz")
    assert load(SIMPLE, bomb).codes == ["file-too-large"]


def test_H_FI_06_cells_that_look_like_formulas_stay_text(tmp_path: Path) -> None:
    mapping = SIMPLE.replace('state: "{state}"}', 'state: "{state}", note: "{pieces}"}').replace(
        '  - {kind: count, when: {pieces: {present: true}}, total: "{pieces}"}\n', ""
    )
    rows = "".join(f"2026-01-05T06:00:00Z,press,idle,{cell}\n" for cell in ("=1+1", "+1", "-1", "@SUM(A1)"))
    loaded = load(mapping, write(tmp_path, HEADER + rows))
    assert [event["body"] for event in loaded.events] == [
        '{"note":"=1+1"}', '{"note":"+1"}', '{"note":"-1"}', '{"note":"@SUM(A1)"}'
    ]  # fmt: skip


def test_H_FI_08_decimal_comma_and_thousands(tmp_path: Path) -> None:
    rows = ["1.234,5", "1234,5", "-3", "1,234.5", "1.23", "12.34,5", "1_000", "1e3", "NaN", "0,1234567"]
    text = "Zeit;Menge\n" + "".join(f"2026-01-05T06:00:00Z;{cell}\n" for cell in rows)
    loaded = load(NUMBERS, write(tmp_path, text))
    assert [str(event["total"]) for event in loaded.events] == ["1234.500000", "1234.500000"]
    assert len(loaded.dead) == 8  # -3 is negative, the others are no numbers as declared


def test_H_FI_09_encodings(tmp_path: Path) -> None:
    mapping = SIMPLE.replace("state: state", "state: {column: state, map: {läuft: producing}}")
    text = HEADER + GOOD.replace("producing", "läuft")
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        loaded = load(mapping, write(tmp_path, text.encode(encoding), f"{encoding}.csv"))
        assert len(loaded.events) == 2 and not loaded.dead
    latin = write(tmp_path, text.encode("latin-1") + GOOD.replace("producing", "läuft").encode(), "latin.csv")
    undeclared = load(mapping, latin)
    assert undeclared.codes == ["row-broken"] and "UTF-8" in undeclared.dead[0].problem.what
    assert len(undeclared.events) == 2, "the row beside it survives"
    declared = mapping.replace("format: csv", "format: csv, encoding: cp1252")
    assert len(load(declared, write(tmp_path, text.encode("cp1252"), "cp.csv")).events) == 2
    lies = mapping.replace("format: csv", "format: csv, encoding: utf-16")
    assert load(lies, write(tmp_path, text.encode() + b"x", "lies.csv")).codes[0].startswith("file-")
    cut = load(mapping, write(tmp_path, text.encode("utf-16")[:-1], "cut.csv"))
    assert cut.codes == ["file-encoding"] and "encoding" in cut.dead[0].problem.fix


def test_H_FI_09_a_zero_byte_spoils_its_row_only(tmp_path: Path) -> None:
    text = HEADER.encode() + b"2026-01-05T06:00:00Z,pr\x00ess,idle,1\n" + GOOD.encode()
    loaded = load(SIMPLE, write(tmp_path, text))
    assert loaded.codes == ["row-broken"] and loaded.dead[0].where == "data.csv:2"
    assert len(loaded.events) == 2


def test_H_FI_10_a_giant_line_and_an_open_quote(tmp_path: Path) -> None:
    giant = write(tmp_path, HEADER + GOOD + "x" * 100_000_000 + "\n" + GOOD.replace("06", "07"), "giant.csv")
    loaded = load(SIMPLE, giant)
    assert len(loaded.events) == 4 and loaded.codes == ["row-broken"]
    assert len(loaded.dead[0].raw) <= 65_536
    opened = load(SIMPLE, write(tmp_path, HEADER + GOOD + '"never closed,1\n' + GOOD, "open.csv"))
    assert len(opened.events) == 4 and "quote" in opened.dead[0].problem.what
    assert opened.dead[0].where == "open.csv:3" and opened.dead[0].raw == b"never closed,1"
    inches = GOOD.replace("press", '12" press')
    assert len(load(SIMPLE, write(tmp_path, HEADER + inches + GOOD, "inches.csv")).events) == 4


def test_H_FI_10_no_line_is_lost_behind_an_open_quote_in_a_large_file(tmp_path: Path) -> None:
    rows = [f"2026-01-05T06:00:00Z,press-{row},idle,\n" for row in range(100_000)]
    rows[10] = '"' + rows[10]
    loaded = load(SIMPLE, write(tmp_path, HEADER + "".join(rows)))
    assert len(loaded.events) == 99_999 and [letter.where for letter in loaded.dead] == ["data.csv:12"]


def test_a_file_that_is_not_meant_is_refused_whole(tmp_path: Path) -> None:
    text = HEADER + "2026-01-05 06:00,press,idle,\n" * 5_000
    loaded = load(SIMPLE, write(tmp_path, text))
    assert loaded.codes == ["file-unfit"] and not loaded.batches[-1].is_last


def test_H_FI_11_headers_twice_missing_reordered(tmp_path: Path) -> None:
    twice = load(SIMPLE, write(tmp_path, "at,machine,state,pieces,at\n" + GOOD.strip() + ",x\n"))
    assert twice.codes == ["file-header"] and "(1, 5)" in twice.dead[0].problem.what
    missing = load(SIMPLE, write(tmp_path, HEADER.replace("pieces", "peices") + GOOD))
    assert missing.codes == ["file-header"] and "did you mean 'peices'?" in missing.dead[0].problem.fix
    moved = "state,extra,pieces,at,machine\nproducing,?,3,2026-01-05T06:00:00Z,press\n"
    straight = load(SIMPLE, write(tmp_path, HEADER + GOOD, "straight.csv"))
    assert load(SIMPLE, write(tmp_path, moved)).events == straight.events
    assert load(SIMPLE, write(tmp_path, "")).codes == ["file-empty"]


def test_H_FI_09_H_FI_11_a_header_in_another_encoding_or_with_another_delimiter(tmp_path: Path) -> None:
    mapping = SIMPLE.replace("pieces: pieces", "pieces: Stück")
    latin = load(mapping, write(tmp_path, "at,machine,state,Stück\n".encode("latin-1") + GOOD.encode()))
    assert latin.codes == ["file-header"] and "'encoding'" in latin.dead[0].problem.fix
    other = load(SIMPLE, write(tmp_path, (HEADER + GOOD).replace(",", ";")))
    assert other.codes == ["file-header"]
    assert other.dead[0].problem.fix == (
        "The whole header is one cell, 'at;machine;state;pieces': check 'delimiter' of the file."
    )


def test_H_FI_13_mixed_line_ends_and_trailing_separators(tmp_path: Path) -> None:
    rows = [GOOD.strip().replace("06:00", f"0{hour}:00") for hour in range(4)]
    mixed = HEADER.strip() + "\r\n" + rows[0] + "\r" + rows[1] + "\n" + rows[2] + "\r\n" + rows[3]
    assert len(load(SIMPLE, write(tmp_path, mixed)).events) == 8
    trailing = HEADER + "".join(row + ",\n" for row in rows)
    assert len(load(SIMPLE, write(tmp_path, trailing)).events) == 8
    blank = HEADER + rows[0] + "\n,,,\n\n"
    loaded = load(SIMPLE, write(tmp_path, blank))
    assert len(loaded.events) == 2 and not loaded.dead


def test_H_FI_14_hours_that_are_missing_or_there_twice(tmp_path: Path) -> None:
    rows = ["2026-03-29 01:59:59", "2026-03-29 02:30:00", "2026-03-29 03:00:00"]
    rows += ["2026-10-25 01:59:59", "2026-10-25 02:30:00", "2026-10-25 03:00:00", "2026-10-25 02:30:00+01:00"]
    loaded = load(NUMBERS, write(tmp_path, "Zeit;Menge\n" + "".join(f"{row};1\n" for row in rows)))
    assert [event["at"] for event in loaded.events] == [
        us("2026-03-29T00:59:59"),
        us("2026-03-29T01:30"),  # the offset before the gap
        us("2026-03-29T01:00"),
        us("2026-10-24T23:59:59"),
        us("2026-10-25T00:30"),  # the first of the two
        us("2026-10-25T02:00"),
        us("2026-10-25T01:30"),  # the second, said with its offset
    ]


def test_F47_a_clock_that_was_never_set(tmp_path: Path) -> None:
    rows = ["1970-01-01T00:00:07Z,press,idle,", "0001-01-01T00:00:00Z,press,idle,", "infinity,press,idle,"]
    loaded = load(SIMPLE, write(tmp_path, HEADER + GOOD + "\n".join(rows) + "\n"))
    assert len(loaded.events) == 2 and loaded.codes == ["row-unreadable"] * 3


def test_a_time_without_offset_needs_a_zone(tmp_path: Path) -> None:
    loaded = load(SIMPLE, write(tmp_path, HEADER + GOOD.replace("Z", "")))
    assert not loaded.events and "zone" in loaded.dead[0].problem.fix


def test_clocks_that_go_back_are_reported(tmp_path: Path) -> None:
    loaded = load(SIMPLE, write(tmp_path, HEADER + GOOD + GOOD.replace("06:00", "05:00")))
    assert len(loaded.events) == 4 and loaded.notes["clock-backwards"].endswith(": 1 (data.csv:3)")


def test_lines_of_canonical_events_need_no_mapping(tmp_path: Path) -> None:
    good = '{"kind":"note","equipment":"press","at":"2026-01-05T06:00:00Z","source":"me","text":"hi"}\n'
    path = write(tmp_path, good + "not json\n", "day.ndjson")
    batches = list(load_files([path], None))
    assert sum(batch.events.num_rows for batch in batches) == 1
    assert [letter.where for batch in batches for letter in batch.dead] == ["day.ndjson line 2"]
    unmapped = list(load_files([write(tmp_path, HEADER)], None))
    assert unmapped[0].refused[0].code == "file-mapping"


def test_problems_found_behind_the_door_become_dead_letters_of_their_rows(tmp_path: Path) -> None:
    problem = Problem("event-future", "at", "lies ahead")
    batches = load_files([write(tmp_path, HEADER + GOOD)], parse_mapping(SIMPLE))
    (letter, _) = [
        one for batch in batches if len(batch.rows) for one in batch.bury([(0, problem), (0, problem)])
    ]
    assert letter.where == "data.csv:2" and letter.raw == GOOD.strip().encode() and letter.source == "test"


def test_parquet(tmp_path: Path) -> None:
    mapping = SIMPLE.replace("format: csv", "format: parquet")
    stamp = pa.array([us("2026-01-05T06:00")], pa.timestamp("us", "UTC"))
    table = pa.table(
        {"at": stamp, "machine": ["press"], "state": ["idle"], "pieces": pa.array([7], pa.int16())}
    )
    pq.write_table(table, tmp_path / "data.parquet")
    loaded = load(mapping, tmp_path / "data.parquet")
    assert loaded.of("count")[0]["total"] == 7 and loaded.of("state")[0]["at"] == us("2026-01-05T06:00")
    assert load(mapping, write(tmp_path, "no parquet", "lie.parquet")).codes == ["file-parquet"]


def test_F40_a_bad_row_of_a_parquet_file_keeps_its_cells(tmp_path: Path) -> None:
    mapping = SIMPLE.replace("format: csv", "format: parquet")
    at = [us("2026-01-05T06:00") + row for row in range(4)]
    table = pa.table({
        "at": pa.array(at, pa.timestamp("us", "UTC")),
        "machine": ["a", "b", None, "d"],
        "state": ["idle", "off", "idle", "jammed"],
        "pieces": pa.array([1, None, 3, 4], pa.int16()),
    })  # fmt: skip
    pq.write_table(table, tmp_path / "data.parquet")
    loaded = load(mapping, tmp_path / "data.parquet")
    assert len(loaded.events) == 3
    assert [letter.where for letter in loaded.dead] == ["data.parquet row 3", "data.parquet row 4"]
    assert loaded.dead[1].raw == b"2026-01-05 06:00:00.000003+00\td\tjammed\t4"
    assert loaded.dead[0].raw == b"2026-01-05 06:00:00.000002+00\t\tidle\t3"


def test_every_type_of_a_parquet_file_is_read_as_its_text(tmp_path: Path) -> None:
    mapping = """
schema: 1
source: test
zone: Europe/Berlin
file: {format: parquet}
columns: {at: at, value: value, flag: flag, name: name}
every: {equipment: press, at: "{at}"}
events:
  - {kind: reading, parameter: heat, value: "{value}"}
  - {kind: setup_check, parameter: heat, ok: "{flag}", note: "{name}"}
"""
    table = pa.table({
        "at": pa.array([us("2026-07-05T06:00") * 1_000], pa.timestamp("ns")),
        "value": pa.array([1.5e-7], pa.float64()),
        "flag": [True],
        "name": pa.array(["läuft"]).dictionary_encode(),
        "unused": pa.array([[1, 2]], pa.list_(pa.int8())),
    })  # fmt: skip
    pq.write_table(table, tmp_path / "types.parquet")
    loaded = load(mapping, tmp_path / "types.parquet")
    assert loaded.of("reading")[0]["value"] == 1.5e-7 and loaded.of("setup_check")[0]["ok"] is True
    assert {event["at"] for event in loaded.events} == {us("2026-07-05T04:00")}, "no zone in it: local"
    assert loaded.of("setup_check")[0]["body"] == '{"note":"läuft"}'


def test_H_CF_14_a_mapping_is_one_value_and_does_not_change_under_a_load() -> None:
    mapping = parse_mapping(SIMPLE)
    with pytest.raises(AttributeError):
        mapping.source = "other"  # type: ignore[misc]
