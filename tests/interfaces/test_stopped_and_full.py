"""The command `load` as a real process: told to stop in the midst of a file, and on a disk truly full."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.interfaces.test_commands import plantstack
from tests.stack.floor import START

from plantstack.intervals import SECOND, rfc3339
from plantstack.stack import Stack

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT / "src")}


def told(folder: Path, name: str, rows: int) -> Path:
    """A file of alternating states, one a second."""
    path = folder / name
    with path.open("w", encoding="utf-8") as out:
        for number in range(rows):
            event = {"kind": "state", "equipment": "filler", "at": rfc3339(START + number * SECOND)}
            event |= {"source": "plc", "key": str(number), "state": ("producing", "idle")[number % 2]}
            out.write(json.dumps(event) + "\n")
    return path


def loading(project: Path, file: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "plantstack", "load", str(project), str(file)]
    return subprocess.Popen(
        command, cwd=ROOT, env=ENVIRONMENT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def stored(project: Path) -> int:
    with Stack.open(project) as stack:
        assert stack.log.connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        keys = [key for key in stack.log.events().column("key").to_pylist() if key.isdigit()]
    assert len(set(keys)) == len(keys)
    return len(keys)


def test_F04_a_load_told_to_stop_leaves_a_whole_log_and_the_next_one_brings_the_rest(tmp_path: Path) -> None:
    project, rows = tmp_path / "plant", 20_000
    plantstack("init", project)
    file = told(tmp_path, "day.ndjson", rows)
    child = loading(project, file)
    deadline = time.monotonic() + 60
    wal = project / "log" / "log.sqlite-wal"
    while time.monotonic() < deadline and not (wal.exists() and wal.stat().st_size):  # the log has its tables
        time.sleep(0.01)
    child.send_signal(signal.SIGTERM)
    begun = time.monotonic()
    _, errors = child.communicate(timeout=60)
    assert time.monotonic() - begun < 10
    assert child.returncode in (0, 128 + signal.SIGTERM)
    assert "Traceback" not in errors
    before = stored(project)
    assert plantstack("load", project, file).code == 0
    assert before <= rows == stored(project)
    assert plantstack("rebuild", project, "--verify").code == 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of a few megabytes; only root can make one."""
    place = tmp_path / "disk"
    place.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "small", str(place)], check=False)
    if made.returncode:
        pytest.skip("only root can make a small disk")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_F06_a_load_on_a_full_disk_says_so_and_goes_on_when_there_is_space(
    small_disk: Path, tmp_path: Path
) -> None:
    project = small_disk / "plant"
    plantstack("init", project)
    assert plantstack("load", project, told(tmp_path, "first.ndjson", 60)).code == 0
    before, file = stored(project), told(tmp_path, "day.ndjson", 30_000)
    child = loading(project, file)
    _, errors = child.communicate(timeout=120)
    assert child.returncode == 1
    assert "Traceback" not in errors and "crashed" not in errors
    assert len(errors.strip().splitlines()) == 1 and "disk" in errors.lower()
    assert stored(project) >= before  # and it can still be read
    assert plantstack("kpi", project, "run_time", "--scope", "filler").code == 0
    subprocess.run(["mount", "-o", "remount,size=200m", str(small_disk)], check=True)
    assert plantstack("load", project, file).code == 0
    assert stored(project) == 30_000
    assert plantstack("rebuild", project, "--verify").code == 0


@pytest.mark.parametrize("met", ["plantstack.errors", "plantstack.stack.project"])
def test_ctrl_c_while_the_command_still_loads_is_one_line(tmp_path: Path, met: str) -> None:
    command = [sys.executable, "-X", "importtime", "-m", "plantstack", "check", str(tmp_path)]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=ENVIRONMENT,
        text=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # whatever this process inherited
    ) as child:
        assert child.stderr is not None
        for line in child.stderr:
            if line.rstrip().endswith(met):
                break
        child.send_signal(signal.SIGINT)
        rest = child.stderr.read()
    said = [line for line in rest.splitlines() if line and not line.startswith("import time:")]
    assert (child.returncode, said) in ((130, ["Stopped."]), (130, ["Aborted."]))
