"""The drop folder: files are taken once they are whole, and put away by what became of them."""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.stack.floor import START, Wire, plant, written

from plantstack.connectors.connections import read_connections
from plantstack.connectors.contract import File, Outcome
from plantstack.connectors.drop.connector import Drop
from plantstack.errors import Problem
from plantstack.events.batch import Receipt
from plantstack.events.log import Log
from plantstack.intervals import HOUR, rfc3339
from plantstack.live.running import Running
from plantstack.stack import Stack

NOW = START + 24 * HOUR
PATIENCE_S = 60.0


def state(hours: float, key: str, word: str = "producing") -> Wire:
    at = rfc3339(START + int(hours * HOUR))
    return {"kind": "state", "equipment": "filler", "at": at, "source": "plc", "key": key, "state": word}


@contextmanager
def floor(tmp_path: Path) -> Iterator[tuple[Path, Running]]:
    """A plant with a drop folder, being run."""
    project = plant(tmp_path / "p")
    (project / "inbox").mkdir()
    (project / "connectors").mkdir()
    (project / "connectors" / "sheets.yaml").write_text("schema: 1\nkind: drop\nfolder: inbox\nevery: 1 s\n")
    running = Running(project, lambda: NOW)
    running.start()
    loop = asyncio.new_event_loop()
    task = loop.create_task(running.read())

    def turn() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            loop.run_until_complete(task)

    thread = threading.Thread(target=turn)
    thread.start()
    try:
        yield project, running
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join(PATIENCE_S)
        running.close()
        loop.close()


def until(happened: Callable[[], object]) -> None:
    """Wait for something, and not for ever."""
    end = time.monotonic() + PATIENCE_S
    while not happened():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def drop(folder: Path, name: str, events: list[Wire]) -> None:
    """Put a whole file there, as a good sender does: under another name first."""
    part = written(folder, f".{name}", events)
    part.rename(folder / name)


def keys(project: Path) -> list[str]:
    with Log.open(project, write=False) as log:
        table = log.events()
    return [
        key
        for key, kind in zip(*(table[c].to_pylist() for c in ("key", "kind")), strict=True)
        if kind != "config"
    ]


def test_F39_F40_files_are_put_away_by_what_became_of_them(tmp_path: Path) -> None:
    with floor(tmp_path) as (project, running):
        inbox = project / "inbox"
        drop(inbox, "a.ndjson", [state(0, "1"), state(1, "2", "fault")])
        until((inbox / "done" / "a.ndjson").exists)
        drop(inbox, "again.ndjson", [state(0, "1"), state(1, "2", "fault")])
        until((inbox / "done" / "again.ndjson").exists)
        drop(inbox, "a.ndjson", [state(2, "3"), {"kind": "state"}, state(3, "4", "stopped")])
        until((inbox / "partial" / "a.ndjson").exists)
        drop(inbox, "a.xml", [state(9, "9")])
        until((inbox / "refused" / "a.xml").exists)
        assert keys(project) == ["1", "2", "3", "4"]
        letters = running.dead_letters()
        assert [one.where for one in letters] == ["a.ndjson line 2"]
        until(lambda: running.health().books == running.offset)
        rows = running.ask(lambda stack: stack.kpis(["run_time"], scope="filler")).rows
        assert rows[0]["value"] == 2 * 3600  # 06:00 to 07:00, and 08:00 to 09:00
        told = running.supervisor.states["sheets"]
        assert (told.status, told.delivered, told.set_aside) == ("reading", 4, 1)


def test_F38_a_file_that_still_grows_or_is_named_as_unfinished_is_left_alone(tmp_path: Path) -> None:
    async def looked() -> None:
        folder = tmp_path / "in"
        folder.mkdir()
        drop_folder = Drop(folder, every_s=0.01)
        (folder / "b.csv.part").write_text("kind\n")
        growing = folder / "growing.ndjson"
        reading = drop_folder.read(None)
        first = asyncio.ensure_future(anext(reading))
        for number in range(20):
            with growing.open("a") as file:
                file.write(f"{number}\n")
            await asyncio.sleep(0.005)
            assert not first.done()
            os.utime(growing, ns=(number, number))  # a clock that stands still does not hide what is written
        found = await asyncio.wait_for(first, PATIENCE_S)
        assert found == File(growing)
        assert growing.read_text().splitlines()[-1] == "19"
        await reading.aclose()

    asyncio.run(looked())


def test_a_file_that_cannot_be_moved_is_taken_once_and_told(tmp_path: Path) -> None:
    async def looked() -> None:
        folder = tmp_path / "in"
        folder.mkdir()
        (folder / "a.ndjson").write_text("{}\n")
        (folder / "done").write_text("somebody put a file where the folder should be")
        drop_folder = Drop(folder, every_s=0.01)
        (problem,) = await drop_folder.check()
        assert (problem.code, problem.where) == ("drop-read-only", "in")

    asyncio.run(looked())


@pytest.mark.parametrize(
    ("outcome", "place"),
    [
        (Outcome(Receipt(accepted=3)), "done"),
        (Outcome(is_known=True), "done"),
        (Outcome(Receipt(accepted=3, dead_lettered=1)), "partial"),
        (Outcome(problems=(Problem("file-empty", "a", "x"),), is_refused=True), "refused"),
        (Outcome(problems=(Problem("file-changing", "a", "x"),), is_refused=True), "."),
    ],
)
def test_where_a_file_is_put(tmp_path: Path, outcome: Outcome, place: str) -> None:
    async def put() -> None:
        (tmp_path / "a.csv").write_text("x\n")
        reading = Drop(tmp_path, every_s=0.01).read(None)
        await anext(reading)
        again = asyncio.ensure_future(reading.asend(outcome))
        await asyncio.sleep(0.1)
        again.cancel()
        with contextlib.suppress(asyncio.CancelledError, StopAsyncIteration):
            await again
        assert (tmp_path / place / "a.csv").exists()

    asyncio.run(put())


def test_two_files_of_one_name_are_both_kept(tmp_path: Path) -> None:
    async def put() -> None:
        reading = Drop(tmp_path, every_s=0.01).read(None)
        (tmp_path / "day.csv").write_text("1\n")
        await anext(reading)
        for text in ("2\n", "3\n"):
            again = asyncio.ensure_future(reading.asend(Outcome()))
            await asyncio.sleep(0.05)
            (tmp_path / "day.csv").write_text(text)
            await asyncio.wait_for(again, PATIENCE_S)
        await reading.aclose()
        assert (tmp_path / "done" / "day.csv").read_text() == "1\n"
        assert (tmp_path / "done" / "day.2.csv").read_text() == "2\n"

    asyncio.run(put())


def test_connections_say_every_problem_of_every_file(tmp_path: Path) -> None:
    project = plant(tmp_path / "p")
    folder = project / "connectors"
    folder.mkdir()
    (folder / "a.yaml").write_text("schema: 1\nkind: dorp\nfolder: x\n")
    (folder / "b.yaml").write_text("schema: 1\nkind: drop\nfoldr: x\n")
    (folder / "c.yaml").write_text("schema: 1\nkind: drop\nfolder: x\nmapping: none\n")
    (folder / "d.yaml").write_text("schema: 1\nkind: drop\nfolder: x\nevery: 2 s\n")
    good, problems = read_connections(project)
    assert [(one.name, one.kind) for one in good] == [("d", "drop")]
    assert [(problem.where, problem.code) for problem in problems] == [
        ("a.yaml:2", "connector-kind"),
        ("b.yaml:1", "key-missing"),
        ("b.yaml:3", "key-unknown"),
        ("c.yaml:4", "mapping-missing"),
    ]
    assert "did you mean 'drop'?" in problems[0].fix
    assert Stack.check(project) == problems
