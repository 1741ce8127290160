"""Files into the log of a project: F01 to F14 and F38 to F53 as far as loads are concerned."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from plantstack.connectors.load import Reading
from plantstack.errors import ConfigError, LogError
from plantstack.events.store import Probe
from plantstack.intervals import HOUR
from plantstack.stack import Stack
from plantstack.stack.files import loading
from plantstack.stack.files.loading import Loaded

from .support import us, write

NOW = us("2026-04-10T12:00:00")
PLANT = """
plantstack: 1
project: loads
enterprise: acme
sites:
  tulsa: {zone: Europe/Berlin, currency: EUR, calendar: always, silence_limit: 30 min, orders: not_used}
machines:
  press: {under: tulsa, kind: cyclic}
  saw: {under: tulsa, kind: cyclic}
"""
MAPPING = """
schema: 1
source: plc
zone: Europe/Berlin
file: {format: csv}
columns:
  at: at
  machine: machine
  state: {column: state, map: {RUN: producing, STOP: stopped, IDLE: idle}}
  parts: parts
every: {equipment: "{machine}", at: "{at}"}
events:
  - {kind: state, when: {state: {present: true}}, state: "{state}"}
  - {kind: count, when: {parts: {present: true}}, total: "{parts}", counter: {counts: cumulative}}
"""
HEADER = "at,machine,state,parts\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "mappings").mkdir(parents=True)
    (folder / "plant.yaml").write_text(PLANT)
    (folder / "mappings" / "plc.yaml").write_text(MAPPING)
    return folder


@pytest.fixture
def small_bulks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every file be large."""
    monkeypatch.setattr(loading, "LARGE", 0)


def load(project: Path, *files: Path, now: int = NOW, mapping: str = "plc") -> list[Loaded]:
    with Stack.open(project, write=True) as stack:
        return stack.load(files, now=now, mapping=mapping)


def events(project: Path, kind: str = "") -> list[dict[str, Any]]:
    with Stack.open(project) as stack:
        rows: list[dict[str, Any]] = stack.log.events().to_pylist()
    return [row for row in rows if row["kind"] in ((kind,) if kind else ("state", "count", "alive"))]


def letters(project: Path) -> list[tuple[str, bytes, str]]:
    with Stack.open(project) as stack:
        return [(one.where, one.raw, one.problem.code) for one in stack.log.dead_letters()]


def codes(problems: list[Any]) -> list[str]:
    return [problem.code for problem in problems]


def day(*rows: str) -> str:
    return HEADER + "".join(row + "\n" for row in rows)


GOOD = [
    "2026-01-05 06:00:00,press,RUN,100",
    "2026-01-05 06:10:00,press,STOP,160",
    "2026-01-05 06:05:00,saw,IDLE,",
]


def test_a_load_accounts_for_every_row(project: Path, tmp_path: Path) -> None:
    """I2: sent = accepted + duplicates + dead-lettered, and refused files are none of them."""
    rows = [*GOOD, "2026-01-05 06:20:00,lathe,RUN,", "never,press,RUN,", "2026-01-05 06:30:00,press,JAM,"]
    (loaded,) = load(project, write(tmp_path, day(*rows), "one.csv"))
    assert loaded.as_row() == {
        "file": "one.csv", "accepted": 4, "duplicates": 0, "dead_lettered": 3, "refused": 0
    }  # fmt: skip
    assert [str(problem) for problem in loaded.problems] == [
        "one.csv:5, equipment: expected an equipment of the plant files, got 'lathe'. "
        "known: press, saw, tulsa [event-equipment]",
        "one.csv:6, column 'at': expected a time between 1990 and 2199 such as 2026-01-31 06:30, "
        "came 'never'. Check 'format' and 'zone' of the column 'at'. [row-unreadable]",
        "one.csv:7, column 'state': expected one of 'RUN', 'STOP', 'IDLE', came 'JAM'. "
        "Add it to the map of 'state'. [row-unreadable]",
    ]
    assert {where for where, *_ in letters(project)} == {"one.csv:5", "one.csv:6", "one.csv:7"}


def test_F39_the_same_file_twice_and_under_another_name(project: Path, tmp_path: Path) -> None:
    path = write(tmp_path, day(*GOOD), "one.csv")
    load(project, path)
    before = events(project)
    copy = shutil.copy(path, tmp_path / "two.csv")
    for again in load(project, path, Path(copy)):
        assert again.as_row() == {
            "file": again.file, "accepted": 0, "duplicates": 0, "dead_lettered": 0, "refused": 0
        }  # fmt: skip
        assert codes(again.notes) == ["file-known"]
    assert events(project) == before


def remap(project: Path, old: str, new: str) -> None:
    path = project / "mappings" / "plc.yaml"
    written = path.read_text()
    assert old in written
    path.write_text(written.replace(old, new))


def test_a_file_is_read_again_under_a_mended_mapping(project: Path, tmp_path: Path) -> None:
    """What the mapping left out comes in, what it said before is not doubled, and then the file is known."""
    remap(
        project, "machine: machine\n", "machine: {column: machine, map: {press: press, otherwise: ignore}}\n"
    )
    path = write(tmp_path, day(*GOOD), "one.csv")
    (first,) = load(project, path)
    before = events(project)
    assert first.receipt.accepted == len(before) == 3 and codes(first.notes) == ["words-ignored"]
    remap(project, "otherwise: ignore", "saw: saw")
    (again,) = load(project, path)
    assert (again.receipt.accepted, again.receipt.conflicts) == (1, 0)
    told = {note.code: note.what for note in again.notes}
    known = again.receipt.duplicates
    assert told["file-again"] == (
        "was loaded before; the mapping has changed since, so it is read again: "
        f"known events: {known}, new ones: 1"
    )
    assert [event for event in events(project) if event not in before] == events(project)[-1:]
    assert events(project)[-1]["equipment"] == "saw"
    assert codes(load(project, path)[0].notes) == ["file-known"]


@pytest.mark.usefixtures("small_bulks")
def test_a_large_file_is_read_again_under_a_mended_mapping(project: Path, tmp_path: Path) -> None:
    test_a_file_is_read_again_under_a_mended_mapping(project, tmp_path)


def test_comments_and_the_order_of_columns_are_no_change_of_a_mapping(project: Path, tmp_path: Path) -> None:
    path = write(tmp_path, day(*GOOD), "one.csv")
    load(project, path)
    remap(
        project,
        "  at: at\n  machine: machine\n",
        "# as the controller names them\n  machine: machine\n  at: at\n",
    )
    assert codes(load(project, path)[0].notes) == ["file-known"]


def test_a_mended_factor_never_differences_two_scales(project: Path, tmp_path: Path) -> None:
    """260 boxes and 300 boxes of two pieces are 80 pieces apart, not 600 - 260."""
    rows = ["2026-01-05 06:00:00,press,,100", "2026-01-05 07:00:00,press,,260"]
    first = write(tmp_path, day(*rows), "one.csv")
    load(project, first)
    remap(project, "parts: parts", "parts: {column: parts, factor: 2}")
    (again,) = load(project, first)
    assert "file-again" in codes(again.notes) and "load-conflict" in codes(again.notes)
    load(project, write(tmp_path, day("2026-01-05 08:00:00,press,,300"), "two.csv"))
    assert [event["total"] for event in events(project, "count")] == [160, 320, 80]


def test_words_that_a_mended_mapping_changes_are_conflicts_under_their_key(
    project: Path, tmp_path: Path
) -> None:
    """The least told_at stands, ties by content, and that is told: a mapping never corrects by itself."""
    remap(project, 'at: "{at}"}', 'at: "{at}", key: "{machine} {at}"}')
    path = write(tmp_path, day(*GOOD), "one.csv")
    load(project, path)
    remap(project, "STOP: stopped", "STOP: fault")
    (again,) = load(project, path)
    assert (again.receipt.accepted, again.receipt.conflicts) == (1, 1)
    told = {note.code: note.what for note in again.notes}
    assert told["file-again"].endswith("new ones: 0") and told["load-conflict"].startswith("1 event says")
    assert "the least 'told_at' stands, ties by content" in told["load-conflict"]


def test_F39_the_same_bytes_under_a_name_that_says_another_machine(project: Path, tmp_path: Path) -> None:
    named = MAPPING.replace("format: csv", 'format: csv, name: "^(?P<who>[a-z]+)-"').replace(
        "machine: machine", "machine: {group: who}"
    )
    (project / "mappings" / "named.yaml").write_text(named)
    text = day(*GOOD)
    press, saw = write(tmp_path, text, "press-1.csv"), write(tmp_path, text, "saw-1.csv")
    first, second = load(project, press, saw, mapping="named")
    assert first.receipt.accepted == second.receipt.accepted > 0
    assert {event["equipment"] for event in events(project)} == {"press", "saw"}


def test_F40_a_file_with_bad_rows_is_partial_and_may_come_again(project: Path, tmp_path: Path) -> None:
    rows = [f"2026-01-05 06:{n // 60:02d}:{n % 60:02d},press,RUN," for n in range(1_000)]
    rows[700] = "2026-01-05 06:11:40,lathe,RUN,"
    path = write(tmp_path, day(*rows))
    (first,) = load(project, path)
    assert (first.receipt.accepted, first.receipt.dead_lettered) == (999, 1)
    assert codes(first.notes) == ["file-partial"] and "1 row was" not in str(first.problems)
    assert letters(project) == [("data.csv:702", rows[700].encode(), "event-equipment")]
    (project / "plant.yaml").write_text(PLANT + "  lathe: {under: tulsa, kind: cyclic}\n")
    (again,) = load(project, path)
    assert (again.receipt.accepted, again.receipt.duplicates, again.problems) == (1, 999, [])
    (known,) = load(project, path)
    assert codes(known.notes) == ["file-known"]


@pytest.mark.usefixtures("small_bulks")
def test_F40_large_files_keep_the_good_rows_too(project: Path, tmp_path: Path) -> None:
    test_F40_a_file_with_bad_rows_is_partial_and_may_come_again(project, tmp_path)


def test_large_and_small_loads_give_the_same_events(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        f"2026-01-05 {6 + n // 60:02d}:{n % 60:02d}:00,{'press' if n % 3 else 'saw'},RUN,{n * 7 % 91}"
        for n in range(300)
    ]
    path = write(tmp_path, day(*rows, "bad,press,RUN,", *rows[:20]))
    other = tmp_path / "other"
    shutil.copytree(project, other)
    (small,) = load(project, path)
    monkeypatch.setattr(loading, "LARGE", 0)
    (large,) = load(other, path)
    assert small.as_row() == large.as_row()

    def plain(folder: Path) -> list[Any]:
        return sorted((event | {"log_offset": 0} for event in events(folder)), key=lambda e: e["key"])

    assert plain(project) == plain(other)


def test_a_file_that_cannot_be_read_does_not_stop_the_others(project: Path, tmp_path: Path) -> None:
    lost, pipe, good = tmp_path / "absent.csv", tmp_path / "pipe.csv", write(tmp_path, day(*GOOD), "good.csv")
    os.mkfifo(pipe)
    loaded = load(project, lost, pipe, write(tmp_path, "x,y\n1,2\n", "other.csv"), good)
    assert [one.refused for one in loaded] == [1, 1, 1, 0]
    assert [codes(one.problems) for one in loaded] == [
        ["file-missing"],
        ["file-not-regular"],
        ["file-header"],
        [],
    ]
    assert loaded[3].receipt.accepted == 4 and not letters(project)


def test_canonical_files_need_no_mapping(project: Path, tmp_path: Path) -> None:
    line = {"kind": "state", "equipment": "press", "at": "2026-01-05T06:00:00Z", "source": "me"}
    line["state"] = "idle"
    wire = write(tmp_path, json.dumps(line) + "\n{not json\n", "a.ndjson")
    table = "kind,equipment,at,source,state\nstate,saw,2026-01-05T06:00:00Z,me,idle\nstate,saw,now,me,idle\n"
    foreign = write(tmp_path, day(*GOOD), "c.csv")
    loaded = load(project, wire, write(tmp_path, table, "b.csv"), foreign, mapping="")
    assert [(one.receipt.accepted, one.receipt.dead_lettered, one.refused) for one in loaded] == [
        (1, 1, 0), (1, 1, 0), (0, 0, 1)
    ]  # fmt: skip
    assert codes(loaded[2].problems) == ["file-mapping"]
    assert [where for where, *_ in letters(project)] == ["a.ndjson line 2", "b.csv line 3"]


def test_F47_a_clock_a_day_ahead_or_decades_behind(project: Path, tmp_path: Path) -> None:
    rows = [
        "2026-04-11 14:00:00,press,RUN,",
        "2026-04-09 14:00:00,press,RUN,",
        "1970-01-01 00:00:00,press,RUN,",
    ]
    rows += ["2026-04-10 14:04:59,saw,RUN,", "2026-04-10 14:05:01,saw,IDLE,"]  # 5 minutes are forgiven
    (loaded,) = load(project, write(tmp_path, day(*rows)))
    assert sorted(codes(loaded.problems)) == ["event-future", "event-future", "row-unreadable"]
    assert [event["at"] for event in events(project)] == [us("2026-04-09T12:00"), us("2026-04-10T12:04:59")]


def test_F48_a_clock_of_ours_that_steps_back(project: Path, tmp_path: Path) -> None:
    load(project, write(tmp_path, day(*GOOD), "one.csv"), now=NOW)
    load(
        project,
        write(tmp_path, day(*[row.replace("-05 ", "-06 ") for row in GOOD]), "two.csv"),
        now=NOW - HOUR,
    )
    offsets = [event["log_offset"] for event in events(project)]
    assert offsets == sorted(offsets) and len(set(offsets)) == len(offsets)


def half_hours(start: str, count: int) -> Iterator[str]:
    first = datetime.fromisoformat(start).replace(tzinfo=UTC).timestamp()
    return (datetime.fromtimestamp(first + n * 1800, UTC).isoformat() for n in range(count))


@pytest.mark.parametrize(
    ("first", "production_day", "length"),
    [("2026-03-27T23:00", "2026-03-29", 23), ("2026-10-23T22:00", "2026-10-25", 25)],
)
def test_F49_each_hour_of_a_day_of_23_or_25_is_counted_once(
    project: Path, tmp_path: Path, first: str, production_day: str, length: int
) -> None:
    rows = [f"{at},press,RUN,{n * 30}" for n, at in enumerate(half_hours(first, 160))]
    (loaded,) = load(project, write(tmp_path, day(*rows)), now=us("2026-12-01T00:00"))
    assert not loaded.problems and {event["total"] for event in events(project, "count")} == {30}
    with Stack.open(project) as stack:
        (cell,) = stack.measures(
            ["qty_total", "time_run"], grain="day", days=(production_day, production_day), scope="press"
        ).cells
    assert (cell.sums["qty_total"], cell.sums["time_run"]) == (60 * length, 3600 * length)


def test_F50_rows_shuffled_and_in_several_files_give_the_same_events(project: Path, tmp_path: Path) -> None:
    rows = [
        f"2026-01-05 06:{n:02d}:00,{'press' if n % 2 else 'saw'},{'RUN' if n % 4 else 'STOP'},{n * 5}"
        for n in range(40)
    ]
    other = tmp_path / "other"
    shutil.copytree(project, other)
    load(project, write(tmp_path, day(*rows)))
    mixed = [rows[n * 7 % 40] for n in range(40)]
    load(other, write(tmp_path, day(*mixed), "mixed.csv"))
    assert {e["key"] for e in events(project)} == {e["key"] for e in events(other)}


def test_F52_a_counter_goes_on_after_a_restart(project: Path, tmp_path: Path) -> None:
    def sample(minute: int, shown: int) -> str:
        return f"2026-01-05 06:{minute:02d}:00,press,,{shown}"

    for number, rows in enumerate(
        [[(0, 100), (1, 103)], [(2, 109), (3, 110)], [(1, 103), (2, 109), (4, 111)]]
    ):
        path = write(tmp_path, day(*(sample(*row) for row in rows)), f"{number}.csv")
        for _ in range(2):
            load(project, path)
    counted = sorted((e["from_at"], e["at"], int(e["total"])) for e in events(project))
    assert [pieces for *_, pieces in counted] == [3, 6, 1, 1]
    assert [end for _, end, _ in counted[:-1]] == [start for start, *_ in counted[1:]], "no gap, no overlap"


@pytest.mark.usefixtures("small_bulks")
def test_F52_large_files_remember_the_counter_too(project: Path, tmp_path: Path) -> None:
    test_F52_a_counter_goes_on_after_a_restart(project, tmp_path)


def test_F53_a_source_that_goes_silent_is_unknown_from_its_last_sign(project: Path, tmp_path: Path) -> None:
    rows = [
        "2026-01-05 06:00:00,press,RUN,",
        "2026-01-05 06:20:00,press,RUN,",
        "2026-01-05 12:00:00,press,STOP,",
        "2026-01-05 12:10:00,press,STOP,",
    ]
    load(project, write(tmp_path, day(*rows)))
    with Stack.open(project) as stack:
        told = [(row["from_at"], row["account"]) for row in stack.ledger("press").to_pylist()]
    assert told == [
        (us("2026-01-05T05:00"), "run"),
        (us("2026-01-05T05:20"), "unknown"),
        (us("2026-01-05T11:00"), "other_stop"),
    ]


# -- the log underneath ------------------------------------------------------------------------------


def test_F07_a_log_that_cannot_be_written(project: Path, tmp_path: Path) -> None:
    load(project, write(tmp_path, day(*GOOD)))
    store = next((project / "log").glob("*.sqlite"))
    with sqlite3.connect(store) as other:
        other.execute("PRAGMA user_version = 99")
    with pytest.raises(LogError, match="log-schema"):
        load(project, write(tmp_path, day(*GOOD), "more.csv"))


def test_F08_a_load_beside_another_writer(project: Path, tmp_path: Path) -> None:
    path = write(tmp_path, day(*GOOD))
    with Stack.open(project, write=True), pytest.raises(LogError) as caught:
        load(project, path)
    assert "plantstack" in str(caught.value)
    assert load(project, path)[0].receipt.accepted == 4


CHILD = """
import os, signal, sys
from pathlib import Path
from plantstack.stack import Stack
from plantstack.stack.files import loading
project, path = Path(sys.argv[1]), Path(sys.argv[2])
point, nth = sys.argv[3], int(sys.argv[4])
if sys.argv[5] == "1":
    loading.LARGE = 0
seen = 0
def probe(where, connection):
    global seen
    seen += where == point
    if where == point and seen == nth:
        os.kill(os.getpid(), signal.SIGKILL)
with Stack.open(project, write=True) as stack:
    stack.log.probe = probe
    stack.load([path], now=int(sys.argv[6]), mapping="plc")
"""


@pytest.mark.parametrize("large", ["0", "1"])
@pytest.mark.parametrize(
    ("point", "nth"), [("written", 1), ("written", 2), ("committed", 1), ("committed", 2), ("begun", 3)]
)
def test_F01_F02_F03_killed_in_the_middle_of_a_load(
    project: Path, tmp_path: Path, point: str, nth: int, large: str
) -> None:
    """Whatever was committed stays, the file is loaded again, and nothing is lost or doubled."""
    whole = tmp_path / "whole"
    shutil.copytree(project, whole)
    rows = [f"2026-01-05 06:{n:02d}:00,press,{'RUN' if n % 2 else 'STOP'},{n * n}" for n in range(40)]
    path = write(tmp_path, day(*rows))
    load(whole, path)
    command = [sys.executable, "-c", CHILD, str(project), str(path), point, str(nth), large, str(NOW)]
    killed = subprocess.run(command, capture_output=True, check=False)
    (again,) = load(project, path)
    assert not again.problems
    if killed.returncode == -9:
        assert codes(again.notes) in ([], ["file-known"])

    def told(folder: Path) -> list[Any]:
        return sorted((e["key"], e["at"], e["state"], e["total"], e["from_at"]) for e in events(folder))

    assert told(project) == told(whole)
    assert killed.returncode == -9 or point == "begun"


@pytest.mark.parametrize("nth", [1, 2, 3])
def test_F05_F06_a_write_that_fails_says_so_and_the_load_can_be_repeated(
    project: Path, tmp_path: Path, nth: int
) -> None:
    path = write(tmp_path, day(*GOOD))

    def failing() -> Probe:
        seen = 0

        def probe(point: str, connection: sqlite3.Connection) -> None:
            nonlocal seen
            seen += point == "written"
            if point == "written" and seen == nth:
                raise sqlite3.OperationalError("database or disk is full")

        return probe

    with Stack.open(project, write=True) as stack:
        stack.log.probe = failing()
        with pytest.raises(LogError, match="log-disk-full"):
            stack.load([path], now=NOW, mapping="plc")
    (again,) = load(project, path)
    assert not again.problems and len(events(project)) == 4


def test_F12_loads_after_a_restored_backup_dedupe(project: Path, tmp_path: Path) -> None:
    path = write(tmp_path, day(*GOOD))
    load(project, path)
    Stack.backup(project, tmp_path / "copy.backup")
    more = write(tmp_path, day(*GOOD, "2026-01-05 07:00:00,saw,RUN,"), "more.csv")
    load(project, more)
    Stack.restore(tmp_path / "copy.backup", tmp_path / "restored")
    (again,) = load(tmp_path / "restored", more)
    # Three states, and one that is new; the difference of the press lies in what is counted, and is not sent.
    assert (again.receipt.accepted, again.receipt.duplicates) == (1, 3)
    assert "counter-known" in [note.code for note in again.notes]
    assert len(events(tmp_path / "restored")) == len(events(project))


def test_a_mapping_that_is_not_there_and_one_by_its_path(project: Path, tmp_path: Path) -> None:
    path = write(tmp_path, day(*GOOD))
    with pytest.raises(ConfigError, match="mapping-missing"):
        load(project, path, mapping="plx")
    elsewhere = shutil.move(project / "mappings" / "plc.yaml", tmp_path / "mine.yaml")
    (loaded,) = load(project, path, mapping=str(elsewhere))
    assert loaded.receipt.accepted == 4


def test_progress_is_told_as_events_are_made(project: Path, tmp_path: Path) -> None:
    told: list[Reading] = []
    paths = [write(tmp_path, day(*GOOD), name) for name in ("a.csv", "b.csv")]
    paths[1].write_text(day(*GOOD, "2026-01-05 06:30:00,press,RUN,170"))
    whole = sum(path.stat().st_size for path in paths)
    with Stack.open(project, write=True) as stack:
        stack.load(paths, now=NOW, mapping="plc", progress=told.append)
    done = [one.done for one in told]
    assert done == sorted(done) and len(set(done)) > 4 and {one.whole for one in told} == {whole}
    # Four states and one difference; the other one is known from a.csv and not sent.
    assert told[-1] == Reading("b.csv", 5, whole, whole)
    assert max(one.done for one in told if one.file == "a.csv") == paths[0].stat().st_size
