"""The command demo: it ends with a running group, a page and a password for each role, and goes on later."""

from __future__ import annotations

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest
from tests.demo.told import UNTIL, plant_of

from plantstack.demo import build_demo
from plantstack.demo.living.ahead import Ahead
from plantstack.events.people.accounts import ROLES
from plantstack.events.people.hashing import is_secret_of
from plantstack.interfaces.demo_roles import desks, is_anybody_working, line_at
from plantstack.intervals import DAY, HOUR

PATIENCE_S = 240.0
LONG_AGO = 1_772_474_400_000_000  # 2026-03-02 18:00 UTC
ROW = re.compile(r"^  (\S+(?: TV)?) +http://127\.0\.0\.1:\d+(/\S+) +(\w+) +(\S+)$", re.MULTILINE)


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "plantstack", "demo", *words]


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*words), capture_output=True, text=True, timeout=PATIENCE_S, check=False, env=_plain()
    )


def _plain() -> dict[str, str]:
    return {**os.environ, "COLUMNS": "130"}


@contextmanager
def served(folder: Path, told: Path) -> Iterator[str]:
    """What the command printed once the group runs; it ends by Ctrl-C, as asked for."""
    with told.open("w") as out:
        process = subprocess.Popen(
            command(str(folder), "--days", "2", "--sites", "1", "--port", "0"), stdout=out, env=_plain()
        )
    try:
        end = time.monotonic() + PATIENCE_S
        while "Ctrl-C stops it" not in told.read_text():
            assert process.poll() is None and time.monotonic() < end
            time.sleep(0.1)
        yield told.read_text()
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_S) == 0
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("command") / "group"
    build_demo(made, until=UNTIL, days=2, sites=1, ahead=1)
    return made


def test_it_ends_with_a_group_that_runs_and_goes_on_later(tmp_path: Path) -> None:
    folder = tmp_path / "group"
    with served(folder, tmp_path / "first") as told:
        address = re.findall(r"http://127\.0\.0\.1:\d+", told)[0]
        rows = ROW.findall(told)
        assert {role for _, _, role, _ in rows} == set(ROLES)
        assert {page.split("/")[1] for _, page, _, _ in rows} >= {"op", "board", "andon", "plan", "maint"}
        health = httpx.get(f"{address}/health", timeout=PATIENCE_S).json()
        assert health["status"] == "ok"
        assert health["offset"] is None  # how many events there are is told to no stranger
        n_events, end = events(folder), time.monotonic() + PATIENCE_S
        while events(folder) == n_events:
            assert time.monotonic() < end, "the group does not go on living"
            time.sleep(0.5)
    kept = passwords(folder)
    assert all(is_secret_of(kept[role], password) for _, _, role, password in rows)

    with served(folder, tmp_path / "second") as again:
        assert "goes on where it was left" in again
        assert not {row[3] for row in ROW.findall(again)} & {row[3] for row in rows}


def events(folder: Path) -> int:
    """How many events were told so far."""
    with closing(sqlite3.connect(folder / "log" / "log.sqlite")) as connection:
        return int(connection.execute("SELECT max(log_offset) FROM event").fetchone()[0] or 0)


def passwords(folder: Path) -> dict[str, str]:
    with closing(sqlite3.connect(folder / "log" / "log.sqlite")) as connection:
        return dict(connection.execute("SELECT name, password FROM account"))


def test_another_group_in_the_same_folder_is_refused_in_words(folder: Path) -> None:
    told = run(str(folder), "--sites", "2", "--no-serve")
    assert told.returncode == 2
    assert "demo-other" in told.stderr and "2 days of 1 sites, seed 1" in told.stderr


def test_a_group_whose_days_are_over_says_so_first_and_how_to_have_it_up_to_now(tmp_path: Path) -> None:
    folder = tmp_path / "old"
    build_demo(folder, until=LONG_AGO, days=2, sites=1, ahead=1)
    told = run(str(folder), "--no-serve")
    assert told.returncode == 0
    first = told.stdout[:600]
    assert "nothing new happens" in first and "what you entered there is kept" in first
    assert f"plantstack demo {folder}-2 --days 2 --sites 1\n" in first
    assert "goes on where it was left" not in told.stdout


def test_a_taken_port_is_told_before_anything_is_made(tmp_path: Path) -> None:
    with _taken() as port:
        told = run(str(tmp_path / "new"), "--port", str(port))
    assert told.returncode == 1 and "serve-port" in told.stderr
    assert not (tmp_path / "new").exists()


@contextmanager
def _taken() -> Iterator[int]:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        yield int(held.getsockname()[1])


def test_what_lies_ahead_is_told_once_and_in_parts(folder: Path) -> None:
    with Ahead(folder) as ahead:
        start = ahead.about.until
        whole = ahead.between(start, start + HOUR)
        parts = [ahead.between(start + n * HOUR // 4, start + (n + 1) * HOUR // 4) for n in range(4)]
        assert whole.table.num_rows > 100
        assert sum(part.table.num_rows for part in parts) == whole.table.num_rows
        assert ahead.between(ahead.about.end, ahead.about.end + DAY).table.num_rows == 0


def test_pages_are_of_a_line_that_works() -> None:
    plant = plant_of(5, 3)
    sunday = UNTIL + 2 * DAY
    assert line_at(plant, sunday).id == "pun-4"
    assert line_at(plant, UNTIL).id == "tul-1"
    assert {desk.page for desk in desks(plant, sunday)} >= {"/op/pun-4", "/board/pun-moulding"}
    assert is_anybody_working(plant, sunday)
    assert not is_anybody_working(plant_of(5, 1), sunday)


def test_ctrl_c_while_it_is_made_is_one_line_and_says_what_is_left(tmp_path: Path) -> None:
    folder = tmp_path / "group"
    process = subprocess.Popen(
        command(str(folder), "--days", "30", "--no-serve"),
        stderr=subprocess.PIPE,
        text=True,
        env=_plain(),
        # whoever runs the tests in the background made this process deaf to Ctrl-C
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        end = time.monotonic() + PATIENCE_S
        while not (folder / "log").is_dir():  # it lives through its days now
            assert process.poll() is None and time.monotonic() < end
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=PATIENCE_S)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 130
    assert told.splitlines() == [
        f"Stopped. What was made so far lies in {folder}; remove it before you make a group there."
    ]
