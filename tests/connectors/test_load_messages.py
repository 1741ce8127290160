"""What a load tells: each row once, in the order of the file, under names people know."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.connectors.support import SIMPLE, write
from tests.connectors.support import load as read
from tests.connectors.test_loading import GOOD, NOW, day, events, letters, load, project

from plantstack.stack import Stack
from plantstack.stack.files.loading import gathered

__all__ = ["project"]


def wheres(problems: list[Any]) -> list[str]:
    return [problem.where.split(",")[0] for problem in problems]


def test_a_row_that_gives_two_wrong_events_is_told_and_kept_once(project: Path, tmp_path: Path) -> None:
    rows = ["2026-01-05 06:00:00,lathe,RUN,100", "2026-01-05 06:10:00,lathe,RUN,130"]
    (loaded,) = load(project, write(tmp_path, day(*GOOD, *rows), "one.csv"))
    assert wheres(loaded.problems) == ["one.csv:5", "one.csv:6"]
    assert [where for where, *_ in letters(project)] == ["one.csv:5", "one.csv:6"]
    assert loaded.as_row()["dead_lettered"] == 2


def test_problems_stand_in_the_order_of_the_lines(project: Path, tmp_path: Path) -> None:
    rows = [f"2026-01-05 06:0{number}:00,lathe,RUN," for number in range(9)]
    rows[1], rows[4] = "never,press,RUN,1", "2026-01-05 06:05:00,press"
    rows[7] = "2026-01-05 06:05:00,saw,JAM,"
    (loaded,) = load(project, write(tmp_path, day(*rows), "1.csv"))
    assert wheres(loaded.problems) == [f"1.csv:{line}" for line in range(2, 11)]


def event(machine: str, at: str, **more: str) -> str:
    said = {"kind": "state", "equipment": machine, "at": at, "source": "plc", "state": "idle"} | more
    return json.dumps(said) + "\n"


def notes(project: Path, *files: Path, mapping: str = "") -> list[str]:
    return [str(note) for note in gathered(load(project, *files, mapping=mapping))]


def test_empty_files_are_empty_however_often_they_come(project: Path, tmp_path: Path) -> None:
    for number in (1, 2):
        (note,) = notes(project, write(tmp_path, "", f"{number}.ndjson"))
        assert note == f"{number}.ndjson: is empty. [file-empty]"
        (note,) = notes(project, write(tmp_path, day(), f"{number}.csv"), mapping="plc")
        assert note == f"{number}.csv: has a header and no rows. [file-empty]"
        for mapping in ("", "plc"):
            (loaded,) = load(project, write(tmp_path, "\r\n", f"{number}.csv"), mapping=mapping)
            assert [problem.code for problem in loaded.problems] == ["file-empty"] and loaded.refused


def test_a_file_none_of_whose_rows_gives_an_event_says_so(tmp_path: Path) -> None:
    mapping = SIMPLE.replace("{kind: state,", "{kind: state, when: {state: nothing},")
    loaded = read(mapping, write(tmp_path, "at,machine,state,pieces\n2026-01-05T06:00:00Z,press,idle,\n"))
    assert loaded.notes == {"file-silent": "none of its 1 rows gave an event"}


def test_a_foreign_csv_without_a_mapping_shows_its_header(project: Path, tmp_path: Path) -> None:
    (loaded,) = load(project, write(tmp_path, "Zeit;Anlage\n1;2\n", "a.csv"), mapping="")
    assert str(loaded.problems[0]) == (
        "a.csv: expected a header with a column 'kind', came 'Zeit;Anlage'. "
        "A file in other words needs a mapping: name one with --mapping. [file-mapping]"
    )


@pytest.mark.parametrize("suffix", [".ndjson", ".csv"])
def test_a_byte_order_mark_spoils_no_file(project: Path, tmp_path: Path, suffix: str) -> None:
    at = "2026-01-05T06:00:00Z"
    table = f"kind,equipment,at,source,state\nstate,press,{at},p,idle\n"
    text = event("press", at) if suffix == ".ndjson" else table
    (loaded,) = load(project, write(tmp_path, b"\xef\xbb\xbf" + text.encode(), f"a{suffix}"), mapping="")
    assert loaded.receipt.accepted == 1 and not loaded.problems


def test_clocks_of_different_machines_are_not_compared(tmp_path: Path) -> None:
    rows = ["06:00,press", "05:00,saw", "06:10,press", "05:10,saw", "06:05,press"]
    text = "at,machine,state,pieces\n" + "".join(
        f"2026-01-05T{row.replace(',', ':00Z,')},idle,\n" for row in rows
    )
    loaded = read(SIMPLE, write(tmp_path, text))
    assert loaded.notes["clock-backwards"] == (
        "rows older than the row of the same equipment before them: 1 (data.csv:6)"
    )
    assert "clock-backwards" not in read(SIMPLE, write(tmp_path, text.rsplit("\n", 2)[0] + "\n")).notes


RECENT = "".join(event("press", f"2026-01-0{number}T06:00:00Z") for number in range(1, 6))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            RECENT + event("saw", "1991-03-03T06:00:00Z"),
            "1 event lies more than a year before the rest of the file (2026-01-01), "
            "the first: 'saw' at 1991-03-03T06:00:00Z",
        ),
        (
            event("saw", "2021-03-03T06:00:00Z") + event("press", "2024-06-03T06:00:00Z") + RECENT,
            "2 events lie more than a year before the rest of the file (2026-01-01), "
            "the first: 'saw' at 2021-03-03T06:00:00Z",
        ),
        (
            event("saw", "1991-03-03T06:00:00Z"),
            "1 event lies before the year 2000, the first: 'saw' at 1991-03-03T06:00:00Z",
        ),
    ],
)
def test_F47_an_event_decades_before_all_others_is_told(
    project: Path, tmp_path: Path, text: str, says: str
) -> None:
    (note,) = load(project, write(tmp_path, text, "a.ndjson"), mapping="")[0].notes
    assert note.what == says and note.code == "clock-apart" and "retract" in note.fix


def test_F47_history_is_legal_and_told_where_it_lies_far_before_all(project: Path, tmp_path: Path) -> None:
    months = [f"20{year}-0{month}" for year in (23, 24) for month in (1, 7)]
    years = "".join(event("press", f"{month}-03T06:00:00Z") for month in months)
    assert not notes(project, write(tmp_path, years, "history.ndjson"))
    assert not notes(project, write(tmp_path, RECENT, "now.ndjson"))
    assert not notes(project, write(tmp_path, event("saw", "2022-06-01T06:00:00Z"), "a.ndjson"))
    (note,) = notes(project, write(tmp_path, event("saw", "2012-06-01T06:00:00Z"), "b.ndjson"))
    assert "1 event lies more than a year before everything the log knew of" in note
    assert len(events(project)) == 11, "and all are kept"


def test_unknown_words_are_one_line_a_kind(project: Path, tmp_path: Path) -> None:
    text = "".join(
        event("press", f"2026-01-05T06:{number:02d}:00Z", state="stopped", reason=f"r{number % 7}")
        for number in range(15)
    )
    (note,) = load(project, write(tmp_path, text, "a.ndjson"), mapping="")[0].notes
    assert note.code == "load-unknown-reason"
    assert note.what == (
        "no plant file has these 7 reasons: 'r0', 'r1', 'r2', 'r3', 'r4' and 2 more (15 events); "
        "what stands or is scrapped with it counts as without a reason"
    )


def test_what_many_files_have_in_common_is_one_line(project: Path, tmp_path: Path) -> None:
    files = [write(tmp_path, event("press", f"2026-01-0{n}T06:00:00Z"), f"{n}.ndjson") for n in range(1, 7)]
    assert not notes(project, *files)
    (note,) = notes(project, *files)
    assert note == (
        "1.ndjson: was loaded before, perhaps under another name; likewise in 5 other files "
        "(2.ndjson, 3.ndjson, 4.ndjson, ...). [file-known]"
    )


def test_F01_a_killed_load_leaves_no_copies_behind_the_next_start(project: Path, tmp_path: Path) -> None:
    path = write(tmp_path, day(*GOOD), "a.csv")
    code = (
        "import os, signal, sys; from pathlib import Path; from plantstack.stack import Stack\n"
        "with Stack.open(Path(sys.argv[1]), write=True) as stack:\n"
        "    stack.load([Path(sys.argv[2])], now=int(sys.argv[3]), mapping='plc',\n"
        "               progress=lambda reading: os.kill(os.getpid(), signal.SIGKILL))\n"
    )
    command = [sys.executable, "-c", code, str(project), str(path), str(NOW)]
    assert subprocess.run(command, check=False, timeout=120).returncode == -signal.SIGKILL
    assert len(list((project / ".plantstack").glob("plantstack-*"))) == 1
    with Stack.open(project, write=True) as stack:
        stack.load([path], now=NOW, mapping="plc")
    assert not list((project / ".plantstack").glob("plantstack-*"))
