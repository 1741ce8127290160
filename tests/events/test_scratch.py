from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from plantstack.events.scratch import Scratch

_HOLD = """
import sys
from pathlib import Path
from plantstack.events.scratch import Scratch
scratch = Scratch(Path(sys.argv[1]), "work-")
(scratch.path / "half-done").write_text("x")
print("ready", flush=True)
sys.stdin.read()
"""


def holder(place: Path) -> subprocess.Popen[str]:
    """A process that works in a folder of its own until it is ended."""
    command = [sys.executable, "-c", _HOLD, str(place)]
    made = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert made.stdout is not None
    assert made.stdout.readline() == "ready\n"
    return made


def test_a_folder_is_private_and_goes_with_its_work(tmp_path: Path) -> None:
    with Scratch(tmp_path, "work-") as scratch:
        assert scratch.path.stat().st_mode & 0o077 == 0
        (scratch.path / "half-done").write_text("x")
    assert not list(tmp_path.iterdir())


def test_F01_a_killed_process_leaves_its_folder_only_until_the_next_start(tmp_path: Path) -> None:
    (tmp_path / "work-of-somebody-else").mkdir()
    (tmp_path / "work-a-file").write_text("x")
    with holder(tmp_path) as process:
        (before,) = (path for path in tmp_path.glob("work-*/half-done"))
        with Scratch(tmp_path, "work-"):
            assert before.exists(), "it is still in use"
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert before.exists()
    with Scratch(tmp_path, "other-"):
        assert before.exists(), "other work"
    with Scratch(tmp_path, "work-"):
        assert not before.parent.exists()
    assert {path.name for path in tmp_path.iterdir()} == {"work-of-somebody-else", "work-a-file"}


def test_a_link_is_never_followed(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / ".in-use").write_text("kept")
    place = tmp_path / "place"
    place.mkdir()
    os.symlink(precious, place / "work-link")
    with Scratch(place, "work-"):
        assert (precious / ".in-use").read_text() == "kept"


def test_folders_made_at_the_same_moment_are_not_swept_by_each_other(tmp_path: Path) -> None:
    def make(rounds: int) -> None:
        for _ in range(rounds):
            with Scratch(tmp_path, "work-") as scratch:
                (scratch.path / "half-done").write_text("x")
                assert (scratch.path / "half-done").exists()

    with ThreadPoolExecutor(6) as workers:
        for done in [workers.submit(make, 60) for _ in range(6)]:
            done.result()
    assert not list(tmp_path.iterdir())
