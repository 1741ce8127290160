"""Faults of process and storage, on real files and real processes."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest
from tests.events.build import RECEIVED, SITES, fill, opened, states
from tests.events.child import MIGRATION, ROWS

from plantstack.errors import LogError
from plantstack.events.batch import Batch
from plantstack.events.guard import Places
from plantstack.events.log import Log
from plantstack.events.migrations import migrate
from plantstack.events.store import STORE_VERSION
from plantstack.intervals import HOUR

ROOT = Path(__file__).parents[2]
NOBODY = 65534


def started(mode: str, project: Path, argument: str = "", **more: Any) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "tests.events.child", mode, str(project), argument]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, **more)


def finished(mode: str, project: Path, argument: str = "", **more: Any) -> tuple[int, str]:
    child = started(mode, project, argument, **more)
    said, _ = child.communicate(timeout=60)
    return child.returncode, said


def keys(log: Log) -> list[int]:
    return [int(key) for key in log.events()["key"].to_pylist()]


def is_whole(log: Log) -> bool:
    found: bool = log.connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    return found


def check_prefix(project: Path) -> int:
    """I1, I3: every acknowledged batch is there exactly once, in order, and nothing is torn."""
    with opened(project) as log:
        assert is_whole(log)
        found = keys(log)
        assert found == list(range(len(found)))
        assert len(found) % ROWS == 0
        assert int(log.cursor("plc") or 0) == len(found)
        acked = [
            line.split()
            for line in (project / "acked").read_text().splitlines(keepends=True)
            if line.endswith("\n")
        ]
        assert all(int(batch[0]) + ROWS <= len(found) for batch in acked)
        named = {path.name for path in log.segments()}
        assert {path.name for path in Places(project).segments.iterdir()} == named
        return len(found)


def test_F01_kill_9_under_load_loses_nothing_acknowledged(tmp_path: Path) -> None:
    seed = random.randrange(10**6)
    print("seed", seed)
    chance = random.Random(seed)
    before = 0
    for _ in range(6):
        child = started("run_until_killed", tmp_path)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and not (tmp_path / "acked").exists():
            time.sleep(0.01)
        time.sleep(1.0 + chance.random())
        child.kill()
        child.communicate()
        begun = time.monotonic()
        now = check_prefix(tmp_path)
        assert time.monotonic() - begun < 5
        assert now >= before
        before = now
    assert before > 0


def test_F02_kill_between_commit_and_ack_gives_a_duplicate_not_a_second_event(tmp_path: Path) -> None:
    code, _ = finished("die_at", tmp_path, "committed")
    assert code == 9
    with opened(tmp_path) as log:
        assert keys(log) == list(range(ROWS))
        again = log.append(Batch(states(0, ROWS)), received_at=RECEIVED)
        assert (again.accepted, again.duplicates) == (0, ROWS)


@pytest.mark.parametrize("point", ["begun", "written"])
def test_F03_kill_before_the_commit_stores_nothing_and_the_retry_stores_once(
    tmp_path: Path, point: str
) -> None:
    code, _ = finished("die_at", tmp_path, point)
    assert code == 9
    with opened(tmp_path) as log:
        assert (keys(log), log.cursor("plc")) == ([], None)
        assert log.append(Batch(states(0, ROWS)), received_at=RECEIVED).accepted == ROWS
        assert keys(log) == list(range(ROWS))


@pytest.mark.parametrize("point", ["seal:filed", "seal:written", "seal:committed"])
def test_F01_kill_while_sealing_leaves_every_event_in_exactly_one_place(tmp_path: Path, point: str) -> None:
    code, _ = finished("die_at", tmp_path, point)
    assert code == 9
    with opened(tmp_path) as log:
        assert keys(log) == list(range(ROWS))
        assert (len(log.hot()) == ROWS) == (point != "seal:committed")
        assert {path.name for path in Places(tmp_path).segments.iterdir()} == {
            path.name for path in log.segments()
        }
        log.seal(now=RECEIVED + 48 * HOUR, site_of=SITES)
        assert keys(log) == list(range(ROWS))


@pytest.mark.parametrize("point", ["filed", "written", "committed"])
def test_F01_kill_in_a_bulk_load_and_load_again(tmp_path: Path, point: str) -> None:
    code, _ = finished("die_in_bulk", tmp_path, point)
    assert code == 9
    with opened(tmp_path) as log:
        before = len(keys(log))
        assert before == (500 if point == "committed" else 0)
        again = log.bulk([Batch(states(0, 500))], received_at=RECEIVED, site_of=SITES)
        assert (again.accepted, again.duplicates) == (500 - before, before)
        assert keys(log) == list(range(500))


@pytest.mark.parametrize("limit_kb", [48, 64, 150, 300, 420])
def test_F05_F06_a_write_that_fails_is_never_acknowledged_and_the_log_recovers(
    tmp_path: Path, limit_kb: int
) -> None:
    with opened(tmp_path):
        pass
    code, said = finished("small_disk", tmp_path, str(limit_kb * 1024))
    assert code == 0
    failure, again = said.split()
    assert failure in ("log-io-error", "log-disk-full")
    assert int(again) == ROWS
    with opened(tmp_path) as log:
        assert is_whole(log)
        found = keys(log)
        assert found == list(range(len(found)))
        acked = (tmp_path / "acked").read_text().splitlines()
        assert ROWS * len(acked) in (len(found), len(found) - ROWS)


def test_F06_disk_full_refuses_with_a_reason_reads_go_on_and_space_brings_it_back(tmp_path: Path) -> None:
    with opened(tmp_path) as log:
        fill(log, 0, 200)
        pages = log.connection.execute("PRAGMA page_count").fetchone()[0]
        log.connection.execute(f"PRAGMA max_page_count = {pages + 1}")
        with pytest.raises(LogError) as caught:
            fill(log, 200, 2000)
        assert caught.value.problems[0].code == "log-disk-full"
        stored = len(log.hot())
        with Log.open(tmp_path, write=False) as reader:
            assert len(reader.hot()) == stored
        log.connection.execute("PRAGMA max_page_count = 1000000")
        fill(log, 200, 400)
        assert sorted(keys(log)) == list(range(400))


def test_F07_a_log_directory_of_somebody_else_is_refused(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a directory away")
    with opened(tmp_path):
        pass
    os.chown(tmp_path / "log", NOBODY, NOBODY)
    with pytest.raises(LogError) as caught:
        opened(tmp_path)
    (problem,) = caught.value.problems
    assert (problem.code, "\n" in str(problem)) == ("log-foreign-owner", False)


def test_F07_a_read_only_log_directory_is_refused_in_one_line() -> None:
    is_root = os.geteuid() == 0
    with tempfile.TemporaryDirectory() as name:
        project = Path(name)
        (project / "log").mkdir()
        if is_root:
            for path in (project, project / "log"):
                os.chown(path, NOBODY, NOBODY)
        (project / "log").chmod(0o500)
        mode, user = ("only_open_as", str(NOBODY)) if is_root else ("only_open", "")
        code, said = finished(mode, project, user)
        (project / "log").chmod(0o700)
    assert code == 1
    assert said.count("\n") == 0
    assert "log-read-only" in said


def test_F08_the_second_writer_is_told_about_the_first(tmp_path: Path) -> None:
    first = started("hold", tmp_path)
    assert first.stdout is not None
    assert first.stdout.readline() == "held\n"
    code, said = finished("only_open", tmp_path)
    assert code == 1
    assert f"plantstack serve (process {first.pid})" in said
    with Log.open(tmp_path, write=False) as reader:
        assert reader.last_offset() == 0
    assert first.poll() is None
    first.kill()
    first.communicate()
    assert finished("only_open", tmp_path) == (0, "opened")


def test_F08_in_one_process_too(tmp_path: Path) -> None:
    with opened(tmp_path) as log:
        with pytest.raises(LogError, match="being written"):
            opened(tmp_path)
        fill(log, 0, 10)
        assert len(log.hot()) == 10


@pytest.mark.parametrize("cut", [1, 100, 4_000, 20_000, 10**9])
@pytest.mark.parametrize("remembered", [True, False])
def test_F09_a_cut_wal_opens_with_a_prefix_or_refuses_loudly(
    tmp_path: Path, cut: int, remembered: bool
) -> None:
    live, copy = tmp_path / "live", tmp_path / "copy"
    log = opened(live)
    fill(log, 0, 400, at_once=20)
    shutil.copytree(
        live / "log", copy / "log", ignore=shutil.ignore_patterns("*-shm", "*.lock", "writer.json")
    )
    log.close()
    if remembered:
        shutil.copytree(live / ".plantstack", copy / ".plantstack")
    wal = copy / "log" / "log.sqlite-wal"
    os.truncate(wal, max(0, wal.stat().st_size - cut))
    try:
        with opened(copy) as found:
            have = keys(found)
            assert is_whole(found)
    except LogError as error:
        assert remembered
        assert error.problems[0].code in ("log-cut", "log-gone")
    else:
        assert not remembered
        assert have == list(range(len(have)))
        assert len(have) % 20 == 0
        assert len(have) < 400


def replaced_by_nothing(project: Path) -> None:
    shutil.rmtree(project / "log")


def replaced_by_an_empty_file(project: Path) -> None:
    for path in (project / "log").glob("log.sqlite*"):
        path.unlink()
    (project / "log" / "log.sqlite").touch()


def replaced_by_a_new_log(project: Path) -> None:
    other = project.parent / "other"
    with opened(other):
        pass
    shutil.rmtree(project / "log")
    shutil.copytree(other / "log", project / "log")


def replaced_by_another_project(project: Path) -> None:
    other = project.parent / "other"
    with Log.open(other, write=True, project_id="globex") as log:
        fill(log, 0, 40)
    shutil.rmtree(project / "log")
    shutil.copytree(other / "log", project / "log")


@pytest.mark.parametrize("write", [True, False])
@pytest.mark.parametrize(
    ("replace", "code"),
    [
        (replaced_by_nothing, "log-gone"),
        (replaced_by_an_empty_file, "log-gone"),
        (replaced_by_a_new_log, "log-cut"),
        (replaced_by_another_project, "log-replaced"),
    ],
)
def test_F10_a_lost_or_exchanged_log_is_refused(tmp_path: Path, replace: Any, code: str, write: bool) -> None:
    project = tmp_path / "project"
    with opened(project) as log:
        fill(log, 0, 20)
    replace(project)
    with pytest.raises(LogError) as caught:
        Log.open(project, write=write)
    assert caught.value.problems[0].code == code
    assert not (project / "log" / "segments").exists() or replace is not replaced_by_nothing


def test_F10_the_plant_files_of_another_project_are_refused(tmp_path: Path) -> None:
    with opened(tmp_path):
        pass
    with pytest.raises(LogError, match="globex"):
        Log.open(tmp_path, write=True, project_id="globex")
    with opened(tmp_path):
        pass


@pytest.mark.parametrize("pragma", ["synchronous = NORMAL", "synchronous = OFF", "journal_mode = DELETE"])
def test_F11_weakened_durability_fails_the_start(tmp_path: Path, pragma: str) -> None:
    def weaken(point: str, connection: sqlite3.Connection) -> None:
        if point == "opened":
            connection.execute(f"PRAGMA {pragma}")

    with pytest.raises(LogError) as caught:
        opened(tmp_path, probe=weaken)
    assert caught.value.problems[0].code == "log-not-durable"
    with opened(tmp_path) as log:
        assert log.connection.execute("PRAGMA synchronous").fetchone()[0] == 2


def test_F13_killed_in_a_migration_the_store_is_old_and_whole_and_the_second_try_completes(
    tmp_path: Path,
) -> None:
    old = tmp_path / "old.sqlite"
    connection = sqlite3.connect(old, isolation_level=None)
    connection.execute("CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)")
    connection.execute("INSERT INTO meta VALUES ('project_id', 'acme')")
    connection.execute("PRAGMA user_version = 1")
    connection.close()
    code, _ = finished("die_migrating", tmp_path)
    assert code == 9
    connection = sqlite3.connect(old, isolation_level=None)
    assert connection.execute("PRAGMA user_version").fetchone()[0] == 1
    assert not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'extra'").fetchall()
    for _ in range(2):
        migrate(connection, 2, steps=MIGRATION)
        assert connection.execute("PRAGMA user_version").fetchone()[0] == 2
        assert connection.execute("SELECT value, more FROM meta").fetchall() == [("acme", None)]
    connection.close()


def test_F13_a_log_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    with opened(tmp_path) as log:
        log.connection.execute(f"PRAGMA user_version = {STORE_VERSION + 1}")
    for write in (True, False):
        with pytest.raises(LogError) as caught:
            Log.open(tmp_path, write=write)
        assert caught.value.problems[0].code == "log-schema"


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    with opened(tmp_path):
        pass
    (tmp_path / "log" / "log.sqlite").write_bytes(b"not a database" * 1000)
    with pytest.raises(LogError) as caught:
        opened(tmp_path)
    assert caught.value.problems[0].code == "log-unusable"


def test_F14_an_exception_in_the_middle_leaves_nothing_and_the_log_usable(tmp_path: Path) -> None:
    def fail(point: str, _connection: sqlite3.Connection) -> None:
        if point == "written":
            raise RuntimeError("unexpected")

    with opened(tmp_path) as log:
        log.probe = fail
        with pytest.raises(RuntimeError):
            log.append(Batch(states(0, 5)), received_at=RECEIVED)
        assert (len(log.hot()), log.last_offset()) == (0, 0)
        log.probe = lambda _point, _connection: None
        assert log.append(Batch(states(0, 5)), received_at=RECEIVED).first_offset == 1
