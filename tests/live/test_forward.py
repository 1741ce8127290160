"""What an edge tells its server, what it keeps when that is not taken, and what it says of itself."""

from __future__ import annotations

import asyncio
import json
import shutil
import ssl
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
from tests.interfaces.test_commands import plantstack
from tests.live.edges import drop, folder
from tests.live.inside import Inside, Turned, inside
from tests.live.shift import clock, lines, said
from tests.live.test_mtconnect_hostile import certificate

from plantstack.connectors.contract import Fatal, Retry
from plantstack.events import tokens
from plantstack.events.log import Log
from plantstack.events.tokens import Token
from plantstack.intervals import DAY, HOUR, MINUTE
from plantstack.live.clock import SteadyClock
from plantstack.live.forwarding.centre import Centre
from plantstack.live.forwarding.edge import Edge, outbox_of
from plantstack.live.running import Running

ADDRESS = "http://127.0.0.1"
BEGUN = clock() - HOUR


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Inside]:
    with inside(tmp_path / "p", clock()) as running:
        yield running


@contextmanager
def edge_of(
    place: Path, network: httpx.AsyncBaseTransport, token: Path | None = None, floor: int = 0
) -> Iterator[Edge]:
    client = httpx.AsyncClient(transport=network)
    edge = Edge(place, client, ADDRESS, token, clock, chance=lambda: 0.0, name="hall-1", floor=floor)
    with closing(edge):
        yield edge


class Saying(httpx.AsyncBaseTransport):
    """A server that says the same to everybody."""

    def __init__(self, status: int, text: str = "", **headers: str) -> None:
        self._said = (status, text, headers)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        status, text, headers = self._said
        return httpx.Response(status, text=text, headers=headers)


@contextmanager
def again(project: Path, at: int) -> Iterator[Inside]:
    """The plant of before, started anew."""
    turned = Turned(at)
    running = Running(project, SteadyClock(lambda: turned.wall, lambda: turned.passed))
    with closing(running):
        yield Inside(running, turned)


def near(server: Inside) -> httpx.ASGITransport:
    return httpx.ASGITransport(server.app, raise_app_exceptions=False)


def fill(edge: Edge, *events: dict[str, Any]) -> None:
    """Take events in as a connector does."""
    edge.deliveries.door.take(lines(*events))


def read(edge: Edge, is_enough: Callable[[], bool]) -> None:
    """Run the connectors until that is so."""

    async def reading() -> None:
        working = asyncio.ensure_future(edge.supervisor.run())
        while not is_enough():
            await asyncio.sleep(0.02)
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)

    asyncio.run(asyncio.wait_for(reading(), 60))


def tell(edge: Edge) -> None:
    asyncio.run(edge.forwarder.once())


def counts(number: int, first: int = 0) -> list[dict[str, Any]]:
    return [said("count", "filler", BEGUN + n, str(n), good=1) for n in range(first, number)]


def keys(server: Inside, kind: str = "count") -> list[str]:
    with server.running.deliveries.reading() as log:
        rows = log.events().to_pylist()
    return [row["key"] for row in rows if row["kind"] == kind]


def letters(place: Path) -> list[tuple[str, str]]:
    with Log.open(place, write=False) as log:
        return [(one.problem.code, json.loads(one.raw)["key"]) for one in log.dead_letters()]


def secret(server: Inside, name: str, file: Path, scope: str = "") -> Path:
    tokens.add(server.running.folder, Token(name, scope, ("send",), clock()), f"ps_{name}")
    file.write_text(f"ps_{name}\n")
    return file


def test_F44_what_the_server_refuses_is_kept_with_the_reason_and_blocks_nothing(
    server: Inside, tmp_path: Path
) -> None:
    place, file = folder(tmp_path / "edge"), tmp_path / "token"
    secret(server, "narrow", file, scope="filler")
    lost = said("count", "nobody", clock(), "unknown", good=1)
    other = said("count", "labeller", clock(), "far", good=1)
    last = said("count", "filler", clock(), "last", good=1)
    with edge_of(place, near(server), file) as edge:
        fill(edge, *counts(3), lost, other, last)
        tell(edge)
        assert keys(server) == ["0", "1", "2", "last"]
        assert sorted(letters(place)) == [("event-equipment", "unknown"), ("event-not-allowed", "far")]
        found = outbox_of(place)
        assert (found["waiting"], found["not_taken"], found["set_aside"]) == (0, 2, 0)
        assert {one["code"] for one in found["letters"]} == {"event-equipment", "event-not-allowed"}
        secret(server, "wide", file)
        assert asyncio.run(edge.forwarder.again()) == 1
    assert keys(server) == ["0", "1", "2", "last", "far"]
    assert letters(place) == [("event-equipment", "unknown")]


def test_H_HT_01_a_revoked_token_stops_telling_and_nothing_else_until_there_is_another(
    server: Inside, tmp_path: Path
) -> None:
    place, file = folder(tmp_path / "edge"), tmp_path / "token"
    secret(server, "first", file)
    with edge_of(place, near(server), file) as edge:
        fill(edge, *counts(2))
        tell(edge)
        tokens.revoke(server.running.folder, "first", clock())
        drop(place, "two", *counts(5, 2))

        async def stopped_and_back() -> None:
            working = asyncio.ensure_future(edge.run())
            while edge.forwarder.state.status != "stopped" or outbox_of(place)["waiting"] < 3:
                await asyncio.sleep(0.05)
            (problem,) = edge.troubles()
            assert problem.code == "forward-token" and "plantstack token add" in problem.fix
            secret(server, "second", file)
            while outbox_of(place)["waiting"] or edge.troubles():  # it is well a moment after it told
                await asyncio.sleep(0.05)
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)

        asyncio.run(asyncio.wait_for(stopped_and_back(), 60))
    assert keys(server) == ["0", "1", "2", "3", "4"]


def test_F39_F43_the_same_told_twice_by_two_copies_of_an_outbox_counts_once(
    server: Inside, tmp_path: Path
) -> None:
    """Equal requests of an edge are one; divided otherwise events are known by their own key."""
    place, copy = folder(tmp_path / "edge"), tmp_path / "copy"
    with edge_of(place, near(server)) as edge:
        fill(edge, *counts(5))
    shutil.copytree(place, copy)
    for folder_ in (place, copy, copy):
        with edge_of(folder_, near(server)) as edge:
            if folder_ == copy:
                fill(edge, *counts(8))  # the range of offsets is another, and so is the key
            tell(edge)
    assert keys(server) == [str(n) for n in range(8)]


def test_F43_of_an_edge_the_last_answer_is_kept_and_no_other(server: Inside, tmp_path: Path) -> None:
    centre = Centre(httpx.AsyncClient(transport=near(server)), ADDRESS, None, "hall-1")

    def told(key: str, *events: dict[str, Any]) -> list[str]:
        found = asyncio.run(centre.tell(lines(*events).splitlines(), key))
        return [one.status for one in found]

    lost = said("count", "nobody", clock(), "unknown", good=1)
    for _ in range(2):  # the answer was lost: the same again, and no second dead letter
        assert told("edge hall-1 1-3", *counts(2), lost) == ["accepted", "accepted", "set_aside"]
    assert told("edge hall-1 4-4", *counts(3, 2)) == ["accepted"]
    with server.running.deliveries.reading() as log:
        assert len(log.dead_letters()) == 1
        assert log.connection.execute("SELECT count(*) FROM reply").fetchone() == (1,)
    assert keys(server) == ["0", "1", "2"]


def test_F06_below_its_floor_the_disk_takes_nothing_in_and_what_waits_is_told(
    server: Inside, tmp_path: Path
) -> None:
    place = folder(tmp_path / "edge")
    drop(place, "one", *counts(4))
    with edge_of(place, near(server), floor=1 << 60) as edge:
        fill(edge, *counts(2))
        read(edge, lambda: bool(edge.troubles()))
        tell(edge)
        (problem,) = edge.troubles()
        assert problem.code == "forward-disk" and "nothing is taken in" in problem.what
    assert keys(server) == ["0", "1"]
    assert (place / "inbox" / "one.ndjson").exists()
    with edge_of(place, near(server)) as edge:
        read(edge, (place / "inbox" / "done" / "one.ndjson").exists)
        tell(edge)
    assert keys(server) == ["0", "1", "2", "3"]


def test_F42_days_of_backlog_come_in_parcels_in_order(server: Inside, tmp_path: Path) -> None:
    place = folder(tmp_path / "edge")
    sizes: list[int] = []

    class Counting(httpx.ASGITransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            answer = await super().handle_async_request(request)
            sizes.append(len(json.loads(await answer.aread())["rows"]))
            return answer

    with edge_of(place, Counting(server.app, raise_app_exceptions=False)) as edge:
        fill(edge, *counts(2500))
        tell(edge)
        edge.writer.run(lambda log: log.seal(now=clock() + 40 * DAY)).result()
        assert outbox_of(place)["waiting"] == 0
    assert sizes == [1000, 1000, 500]
    assert keys(server) == [str(n) for n in range(2500)]
    with edge_of(place, near(server)) as edge:  # what was sealed is told as well, by whoever begins anew
        with edge.writer.log.transaction() as connection:
            connection.execute("DELETE FROM cursor WHERE source = 'plantstack/forward'")
        tell(edge)
        assert edge.forwarder.state.told == 2500
    assert len(keys(server)) == 2500


ROWS = '{"rows":[{"item":1,"status":"accepted"}]}'
ODD = {
    "captive portal": (200, "<html>Please log in</html>"),
    "half an answer": (200, ROWS),
    "another program": (200, '{"status":"ok"}'),
    "a status nobody knows": (200, ROWS.replace("}]", '},{"item":2,"status":"lost"}]')),
    "busy": (503, "{}"),
}


@pytest.mark.parametrize("name", ODD)
def test_F43_an_answer_that_does_not_speak_of_every_event_acknowledges_nothing(
    name: str, tmp_path: Path
) -> None:
    place, (status, text) = folder(tmp_path / "edge"), ODD[name]
    with edge_of(place, Saying(status, text)) as edge:
        fill(edge, *counts(2))
        with pytest.raises(Retry):
            tell(edge)
    assert outbox_of(place)["waiting"] == 2


def test_F33_a_certificate_that_nobody_vouches_for_is_told_nothing(tmp_path: Path) -> None:
    pem = certificate(tmp_path, "server")
    with secured(pem) as port:
        for trusted, error in ((ssl.create_default_context(), Fatal), (trust(str(pem)), Retry)):
            client = httpx.AsyncClient(verify=trusted, trust_env=False)
            centre = Centre(client, f"https://127.0.0.1:{port}", None, "hall-1")
            with pytest.raises(error) as refused:
                asyncio.run(centre.tell([b"{}"]))
            code = refused.value.problems[0].code
            assert code == ("forward-certificate" if error is Fatal else "forward-busy")


def trust(file: str) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=file)


@contextmanager
def secured(pem: Path) -> Iterator[int]:
    """A server that speaks TLS and says that it is busy."""

    class Busy(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(503)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Busy) as server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem, pem.with_suffix(".key"))
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("status", (301, 400, 401, 403, 404, 422))
def test_what_only_people_can_mend_is_not_tried_in_vain(status: int, tmp_path: Path) -> None:
    network = Saying(status, location="http://evil")
    centre = Centre(httpx.AsyncClient(transport=network), ADDRESS, None, "hall-1")
    with pytest.raises(Retry if status == 422 else Fatal):
        asyncio.run(centre.tell([b"{}"]))


def test_a_server_that_takes_less_at_once_or_nothing_packed_is_told_all_the_same(
    server: Inside, tmp_path: Path
) -> None:
    place, packed = folder(tmp_path / "edge"), 0

    class Small(httpx.ASGITransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            nonlocal packed
            if "content-encoding" in request.headers:
                packed += 1
                return httpx.Response(415)
            body = await request.aread()
            return httpx.Response(413) if len(body) > 3000 else await super().handle_async_request(request)

    with edge_of(place, Small(server.app, raise_app_exceptions=False)) as edge:
        fill(edge, *counts(40), said("note", "filler", clock(), "long", note="x" * 9000))
        tell(edge)
    assert packed == 1
    assert keys(server) == [str(n) for n in range(40)]
    assert letters(place) == [("forward-too-large", "long")]


def absences(server: Inside) -> list[str]:
    return [why for why in server.running.health().why if why.startswith("edge")]


def test_I6_an_edge_that_was_not_heard_of_for_long_is_named_also_after_a_restart(tmp_path: Path) -> None:
    with inside(tmp_path / "p", clock()) as server:
        centre = Centre(httpx.AsyncClient(transport=near(server)), ADDRESS, None, "hall-1")
        asyncio.run(centre.tell(()))  # it has nothing to tell, and says that it is there
        assert absences(server) == []
    with again(tmp_path / "p", clock() + 25 * MINUTE) as server:
        assert absences(server) == ["edge hall-1 has not been heard of for 25 min"]
        centre = Centre(httpx.AsyncClient(transport=near(server)), ADDRESS, None, "hall-1")
        asyncio.run(centre.tell(()))
        assert absences(server) == []


def test_I7_what_an_edge_says_of_itself_holds_no_secret(server: Inside, tmp_path: Path) -> None:
    place, file = folder(tmp_path / "edge"), tmp_path / "token"
    secret(server, "first", file)
    with edge_of(place, near(server), file) as edge:
        fill(edge, *counts(2))
        tokens.revoke(server.running.folder, "first", clock())
        with pytest.raises(Fatal) as refused:
            asyncio.run(edge.forwarder.once())
        assert "ps_first" not in str(refused.value)
    found = plantstack("forward", place, "--status", "--json")
    (row,) = json.loads(found.out)["rows"]
    assert (row["waiting"], row["edge"], row["to"]) == (2, "hall-1", ADDRESS)
    assert "ps_first" not in found.out + found.err


REFUSED = {
    "no address": ((), "forward-address"),
    "no scheme": (("--to", "kpi.acme.example"), "forward-address"),
    "a secret in it": (("--to", "https://a:b@kpi.acme.example"), "forward-address"),
    "unencrypted": (("--to", "http://kpi.acme.example"), "forward-plain"),
    "no certificates": (("--to", "https://kpi.acme.example", "--ca", "nothing.pem"), "forward-ca"),
    "no size": (("--to", "https://kpi.acme.example", "--floor", "much"), "forward-floor"),
    "no outbox": (("--status",), "forward-none"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_meant_is_told_at_once(name: str, tmp_path: Path) -> None:
    options, code = REFUSED[name]
    found = plantstack("forward", folder(tmp_path / "edge"), *options)
    assert found.code in (1, 2) and f"[{code}]" in found.err
