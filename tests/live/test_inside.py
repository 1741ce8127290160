"""Faults of a running plant that are turned on from inside: clocks, silence, a disk that refuses."""

from __future__ import annotations

import asyncio
import random
import resource
import socket
import sqlite3
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send
from tests.interfaces.test_commands import plantstack
from tests.live.inside import Inside, inside
from tests.live.shift import JSON, MACHINES, body, plant, said, shift
from tests.stack.floor import START

from plantstack.errors import LogError
from plantstack.events.store import nothing
from plantstack.interfaces.api.events import MAX_HELD
from plantstack.interfaces.api.patience import PatientProtocol
from plantstack.interfaces.api.room import Room
from plantstack.intervals import DAY, HOUR, MINUTE, SECOND, rfc3339
from plantstack.live.clock import SteadyClock
from plantstack.live.keeper import PUBLISH
from plantstack.stack import Stack

NOW = START + DAY + 150 * MINUTE  # in a shift, away from its breaks


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inside]:
    with inside(tmp_path_factory.mktemp("inside") / "p", NOW, silence="2 min") as plant:
        yield plant


def statuses(rows: list[dict[str, str]]) -> list[str]:
    return [row["status"] for row in rows]


def test_F53_a_source_that_goes_silent_is_unknown_from_the_last_good_instant(running: Inside) -> None:
    begun = running.turned.wall
    running.send(said("state", "capper", begun, "f53", state="producing"))
    running.turned.pass_by(MINUTE)
    running.fresh()
    alive = running.get("ledger", machine="capper")
    assert [row["account"] for row in alive] == ["run"]
    last = running.turned.wall
    running.send(said("count", "capper", last, "f53 count", good=1))
    running.turned.pass_by(20 * MINUTE)
    running.fresh()
    rows = running.get("ledger", machine="capper")
    assert [row["account"] for row in rows] == ["run", "unknown"]
    assert rows[-1]["from"] == rfc3339(last)  # what was heard last; not when the silence was noticed
    assert rows[-1]["to"] == rfc3339(running.turned.wall)
    running.send(said("state", "capper", running.turned.wall, "back", state="producing"))
    running.turned.pass_by(MINUTE)
    running.fresh()
    assert running.get("ledger", machine="capper")[-1]["account"] == "run"


def test_F48_our_clock_steps_back_and_nothing_goes_back_with_it(running: Inside) -> None:
    before = running.running.clock()
    first = running.running.offset
    running.turned.wall -= HOUR
    running.turned.passed += 10 * SECOND
    running.turned.wall += 10 * SECOND
    event = said("state", "packer", before, "f48", state="producing")
    assert statuses(running.send(event)) == ["accepted"]  # is not taken for one from the future
    assert running.running.offset == first + 1
    assert before < running.running.clock() <= before + 10 * SECOND
    why = running.running.health().why
    assert [text for text in why if "clock went back by" in text]
    running.fresh()
    rows = running.get("ledger", machine="packer")
    assert rows[-1]["to"] >= rfc3339(before)
    running.turned.pass_by(20 * HOUR)  # a tenth slower than time, until the clocks are level
    running.running.clock()
    assert running.running.clock() == running.turned.wall
    assert not [text for text in running.running.health().why if "clock" in text]


def test_F48_the_clock_never_goes_back_whatever_is_done_to_the_machine_s() -> None:
    seed = random.randrange(10**6)
    print("seed", seed)
    chance = random.Random(seed)
    wall, passed, told = NOW, 0, 0
    steady = SteadyClock(lambda: wall, lambda: passed)
    for _ in range(500):
        length = chance.randrange(MINUTE)
        passed += length
        wall += length + chance.choice((0, 0, 0, -HOUR, -1, DAY, 1))
        now = steady()
        assert now >= max(told, wall)
        told = now
    assert steady.steps > 0


def test_F06_a_full_disk_refuses_with_a_reason_reads_go_on_and_health_tells(running: Inside) -> None:
    def full(point: str, _connection: sqlite3.Connection) -> None:
        if point == "written":
            raise sqlite3.OperationalError("database or disk is full")

    log = running.running.writer.log
    events = body(said("state", "filler", running.turned.wall, "f06", state="idle"))
    log.probe = full
    answer = running.request(
        "POST", "/api/v1/events", content=events, headers=JSON | {"Idempotency-Key": "f"}
    )
    assert answer.status_code == 503
    assert answer.json()["problems"][0]["code"] == "log-disk-full"
    assert [text for text in running.running.health().why if "refused" in text and "full" in text]
    assert running.request("GET", "/api/v1/kpis", params={"layer": 1}).status_code == 200
    log.probe = nothing
    again = running.request("POST", "/api/v1/events", content=events, headers=JSON | {"Idempotency-Key": "f"})
    assert again.json()["accepted"] == 1
    assert not [text for text in running.running.health().why if "refused" in text]


def test_H_HT_08_a_body_that_does_not_end_is_cut_off_and_nothing_is_kept(running: Inside) -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield b"["
        await asyncio.sleep(60)

    before = running.running.offset
    answer = running.request("POST", "/api/v1/events", content=endless(), headers=JSON)
    assert (answer.status_code, running.running.offset) == (408, before)
    assert answer.json()["problems"][0]["code"] == "http-408"


def test_F18_I8_what_does_not_fit_into_memory_is_sent_again_later(running: Inside) -> None:
    content = body(said("state", "filler", running.turned.wall, "f18", state="idle"))
    running.app.state.room = Room(len(content) - 1)
    answer = running.request("POST", "/api/v1/events", content=content, headers=JSON)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    running.app.state.room = room = Room(len(content))
    for status in ("accepted", "duplicate"):
        answer = running.request("POST", "/api/v1/events", content=content, headers=JSON)
        assert answer.json()["rows"][0]["status"] == status
    assert room.taken == 0
    running.app.state.room = Room(MAX_HELD)


def test_H_HT_08_a_head_that_does_not_end_is_cut_off() -> None:
    class Hasty(PatientProtocol):
        head_s = 0.1

    async def app(scope: Scope, _receive: Receive, send: Send) -> None:
        assert scope["type"] == "http"
        await send({"type": "http.response.start", "status": 204})
        await send({"type": "http.response.body"})

    async def cut_off(port: int, *parts: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for part in parts:
            writer.write(part)
            await asyncio.sleep(0.01)
        told = await asyncio.wait_for(reader.read(), 60)
        writer.close()
        return told

    async def tried(listening: socket.socket) -> list[bytes]:
        server = uvicorn.Server(uvicorn.Config(app, http=Hasty, lifespan="off", log_level="critical"))
        serving = asyncio.create_task(server.serve([listening]))
        port = listening.getsockname()[1]
        whole = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
        begun = (b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: x\r\nX: ", whole + b"GET / HT")
        told = [await cut_off(port, part) for part in begun]
        server.should_exit = True
        await serving
        return told

    with socket.create_server(("127.0.0.1", 0)) as listening:
        told = asyncio.run(tried(listening))
    assert told[:3] == [b""] * 3
    assert told[3].startswith(b"HTTP/1.1 204")


def test_F50_shuffled_and_late_events_give_what_those_in_order_give(running: Inside) -> None:
    seed = random.randrange(10**6)
    print("seed", seed)
    end = running.turned.wall // DAY * DAY - 6 * DAY  # near the end of what counts as live
    shuffled = random.Random(seed).sample(shift(end), len(shift(end)))
    for start in range(0, len(shuffled), 9):
        running.send(*shuffled[start : start + 9])
        running.fresh()
    span = {"from": rfc3339(end - 4 * HOUR), "to": rfc3339(end)}
    kpis = running.get("kpis", id="good_parts", by="machine", **span)
    assert {row["scope"]["machine"]: row["value"] for row in kpis} == dict.fromkeys(MACHINES, 4000)
    rows = running.get("ledger", machine="filler", **span)
    assert [rows[0]["from"], rows[-1]["to"]] == [span["from"], span["to"]]
    assert [one["to"] for one in rows[:-1]] == [other["from"] for other in rows[1:]]


def test_late_events_derive_only_the_machine_they_speak_of(running: Inside) -> None:
    running.fresh()
    running.turned.pass_by(SECOND)  # hours that a question cut are put together again
    running.fresh()
    running.send(said("state", "filler", running.turned.wall - 3 * DAY, "late", state="fault"))
    running.fresh()
    assert running.running.keeper.stretches == 1


def test_I7_plant_files_that_cannot_be_read_are_one_line_without_a_trace_or_a_place(
    running: Inside, capsys: pytest.CaptureFixture[str]
) -> None:
    main = running.running.folder / "plant.yaml"
    kept = main.read_bytes()
    main.write_bytes(b"\xff")
    answer = running.request("GET", "/api/v1/kpis", params={"layer": 1, "as_known_at": "1"})
    health = running.request("GET", "/health")
    main.write_bytes(kept)
    assert answer.status_code == 200, "it answers with the plant as it was taken in"
    told = answer.text + health.text + capsys.readouterr().err
    assert any("plant" in one for one in health.json()["why"]), health.text
    for word in ("Traceback", str(running.running.folder), ".py"):
        assert word not in told


def test_F10_F07_a_log_that_is_gone_or_not_ours_is_refused(tmp_path: Path) -> None:
    project = plant(tmp_path / "p")
    with Stack.open(project, write=True) as stack:
        stack.rebuild(now=NOW)
    stored = project / "log" / "log.sqlite"
    stored.rename(tmp_path / "moved")
    for content in (None, b""):
        if content is not None:
            stored.write_bytes(content)
        told = plantstack("serve", project, "--port", "0")
        assert (told.code, len(told.err.splitlines())) == (1, 1)
        assert "[log-gone]" in told.err


def test_rows_sealed_before_the_books_saw_them_are_in_the_books_opened_anew(running: Inside) -> None:
    at = running.turned.wall
    span = {"from": rfc3339(at - HOUR), "to": rfc3339(at)}
    running.send(said("state", "labeller", at - 30 * MINUTE, "sealed", state="fault"))
    running.turned.pass_by(2 * DAY)
    assert running.running.seal() > 0
    running.fresh()
    assert running.running.keeper.stretches is None
    assert running.running.keeper.standing.offset == running.running.offset
    sealed = running.get("ledger", machine="labeller", **span)
    assert [row["to"] for row in sealed][-1] == span["to"]
    assert running.send(said("state", "labeller", at - 30 * MINUTE, "sealed", state="fault"))[0][
        "status"
    ] == ("duplicate")
    running.send(said("state", "labeller", at - 15 * MINUTE, "after", state="idle"))
    running.fresh()
    assert running.running.keeper.stretches == 1


def test_F06_books_that_cannot_be_published_go_on_and_no_place_is_told(running: Inside) -> None:
    """The limit holds for this process: nothing else is written meanwhile."""
    keeper = running.running.keeper
    running.turned.pass_by(PUBLISH + MINUTE)
    running.send(said("state", "filler", running.turned.wall, "unpublished", state="idle"))
    kept = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 10, kept[1]))
    try:
        keeper.freshen()
    except LogError as error:
        keeper.trouble = error
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, kept)
    assert isinstance(keeper.trouble, LogError)
    assert keeper.standing.offset == running.running.offset
    why = "; ".join(running.running.health().why)
    assert "cannot be brought up to date" in why and str(running.running.folder) not in why
    running.turned.pass_by(2 * MINUTE)  # tried again a minute later
    running.fresh()
    assert running.get("ledger", machine="filler")


def test_pieces_that_nothing_names_are_refused_and_twins_of_two_requests_are_two(running: Inside) -> None:
    running.turned.pass_by(HOUR)
    at = running.turned.wall
    piece = {"kind": "count", "equipment": "packer", "at": rfc3339(at), "source": "button", "good": 1}
    (told,) = running.send(piece)
    assert (told["status"], told["code"]) == ("refused", "event-unnamed")
    for key in ("press 1", "press 2", "press 2"):
        assert statuses(running.send(piece, piece, **{"Idempotency-Key": key})) == ["accepted", "accepted"]
    running.turned.pass_by(MINUTE)
    running.fresh()
    span = {"from": rfc3339(at - MINUTE), "to": rfc3339(at + MINUTE)}
    assert [row["value"] for row in running.get("kpis", id="good_parts", scope="packer", **span)] == [4]


def test_F14_a_writer_that_broke_takes_nothing_and_says_so(running: Inside) -> None:
    def breaks(point: str, _connection: sqlite3.Connection) -> None:
        raise RuntimeError(f"{running.running.folder} at {point}")

    log = running.running.writer.log
    log.probe = breaks
    job = running.running.writer.run(lambda log: log.probe("begun", log.connection))
    assert isinstance(job.exception(60), RuntimeError)
    log.probe = nothing
    answer = running.request("POST", "/api/v1/events", content=body(), headers=JSON)
    assert answer.status_code == 503
    assert "restart" in answer.text
    assert running.running.health().status == "failing"
