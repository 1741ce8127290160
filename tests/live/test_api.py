"""The API of a real server in a process of its own: what is sent, what is answered, what is refused."""

from __future__ import annotations

import gzip
import json
import time
import zlib
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import httpx
import pytest
from tests.interfaces.test_commands import plantstack
from tests.live.shift import JSON, LINES, body, clock, lines, plant, said, settled, shift, statuses

from plantstack.intervals import HOUR, MINUTE, rfc3339
from plantstack.testing.faults import CutProxy, Server
from plantstack.testing.faults.server import request

END = clock() // MINUTE * MINUTE - MINUTE
EVENTS = "/api/v1/events"
WINDOW = {"from": rfc3339(END - 4 * HOUR), "to": rfc3339(END)}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    project = plant(tmp_path_factory.mktemp("api") / "p")
    with Server.started(project) as started:
        sent = started.ask(EVENTS, body(*shift(END)))
        assert sent.said["accepted"] == len(shift(END))
        yield started
        assert started.stop() == 0
        assert started.complaints() == ""  # I7, and nothing crashed


@pytest.fixture(scope="module")
def client(server: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.address, timeout=120) as opened:
        yield opened


def send(client: httpx.Client, content: bytes, **headers: str) -> httpx.Response:
    return client.post(EVENTS, content=content, headers=JSON | headers)


def state(key: str, **fields: Any) -> dict[str, Any]:
    return said("state", "capper", END - 5 * HOUR, key, state="idle") | fields


def refusal(answer: httpx.Response) -> str:
    """The code of a refusal that is worded as all are, and names no place of this machine (I7)."""
    told = answer.json()
    assert set(told) == {"schema", "offset", "as_of", "rows", "problems"}
    assert told["rows"] == [] and told["problems"]
    for word in ("Traceback", "site-packages", gettempdir(), ".py", ".sqlite"):
        assert word not in answer.text
    code: str = told["problems"][0]["code"]
    return code


def test_one_event_an_array_and_lines_are_answered_item_by_item(client: httpx.Client) -> None:
    one = client.post(EVENTS, json=state("one"))
    assert (one.status_code, statuses(one)) == (200, ["accepted"])
    many = send(client, body(state("a"), state("b"), state("a")))
    assert statuses(many) == ["accepted", "accepted", "duplicate"]
    told = client.post(EVENTS, content=lines(state("c"), state("d")), headers=LINES)
    assert statuses(told) == ["accepted", "accepted"]
    assert told.json()["offset"] == one.json()["offset"] + 4


def test_the_same_in_other_words_is_a_conflict_that_is_kept_beside_the_first(client: httpx.Client) -> None:
    assert statuses(send(client, body(state("e")))) == ["accepted"]
    assert statuses(send(client, body(state("e", state="fault")))) == ["conflict"]
    assert statuses(send(client, body(state("e", state="fault")))) == ["duplicate"]


def test_events_without_a_key_are_known_by_their_content_and_true_twins_survive(client: httpx.Client) -> None:
    twin = {name: value for name, value in state("").items() if name != "key"}
    assert statuses(send(client, body(twin, twin))) == ["accepted", "accepted"]
    assert statuses(send(client, body(twin, twin))) == ["duplicate", "duplicate"]


def test_F43_a_client_that_got_no_answer_sends_again_and_gets_the_answer_of_the_first_time(
    server: Server, client: httpx.Client
) -> None:
    content, key = body(state("f"), {"kind": "state"}), {"Idempotency-Key": "f43"}
    with CutProxy.before(server) as proxy:
        proxy.is_cutting = True
        with pytest.raises(OSError, match="no whole answer"):
            request(proxy.address, EVENTS, content, key)
        proxy.is_cutting = False
        again = request(proxy.address, EVENTS, content, key)
        assert proxy.cut == 1
    assert [row["status"] for row in again.said["rows"]] == ["accepted", "set_aside"]
    dead = client.get("/api/v1/dead-letters", params={"limit": 1000}).json()["rows"]
    assert sum(row["raw"] == '{"kind": "state"}' for row in dead) == 1  # nothing was done a second time
    assert statuses(send(client, content)) == ["duplicate", "set_aside"]  # without the key: safe too


def test_H_HT_13_another_body_under_a_known_key_is_refused(client: httpx.Client) -> None:
    key = {"Idempotency-Key": "once"}
    first = send(client, body(state("g")), **key)
    other = send(client, body(state("h")), **key)
    assert (first.status_code, other.status_code, refusal(other)) == (200, 409, "request-key-known")
    assert statuses(send(client, body(state("g")), **key)) == ["accepted"]
    assert statuses(send(client, body(state("h")))) == ["accepted"]
    assert send(client, body(state("g")), **{"Idempotency-Key": "k" * 201}).status_code == 400


def test_F44_a_batch_with_bad_items_keeps_the_good_ones_and_may_be_sent_again(client: httpx.Client) -> None:
    bad = [state("i", at="yesterday"), state("j", colour="red"), state("k", equipment="nix"), 7]
    content = body(state("l"), *bad, state("m"))
    first, again = send(client, content), send(client, content)
    assert statuses(first) == ["accepted", *["set_aside"] * 4, "accepted"]
    assert statuses(again) == ["duplicate", *["set_aside"] * 4, "duplicate"]
    told = first.json()
    assert [row["item"] for row in told["rows"]] == [1, 2, 3, 4, 5, 6]
    assert all(row["code"] and row["what"] for row in told["rows"][1:5])
    assert [told[name] for name in ("accepted", "set_aside", "refused")] == [2, 4, 0]
    nothing = send(client, body(*bad))
    assert (nothing.status_code, nothing.json()["accepted"]) == (422, 0)


@pytest.mark.parametrize("content", [b"", b"   ", b"[", b'[{"kind"', b"\xff\xfe", b"nix", b"[" * 100_000])
def test_a_body_that_is_no_json_is_set_aside_with_its_bytes(client: httpx.Client, content: bytes) -> None:
    answer = send(client, content)
    assert answer.status_code == 422
    assert set(statuses(answer)) == {"set_aside"}


def test_an_empty_array_is_fine_and_nothing(client: httpx.Client) -> None:
    answer = send(client, b"[]")
    assert (answer.status_code, answer.json()["rows"]) == (200, [])


def test_F47_a_source_whose_clock_is_off_is_set_aside_and_others_are_not(client: httpx.Client) -> None:
    now, day = clock(), 24 * HOUR
    told = [said("state", "capper", at, f"clock {at}", state="idle") for at in (now + day, now - day, 0)]
    answer = send(client, body(*told, state("n")))
    assert statuses(answer) == ["set_aside", "accepted", "set_aside", "accepted"]
    codes = [row.get("code") for row in answer.json()["rows"]]
    assert codes == ["event-future", None, "event-clock", None]


def test_H_HT_05_H_HT_10_other_content_types_and_encodings_are_refused(client: httpx.Client) -> None:
    """A page of another site can send these without asking first; JSON it cannot."""
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
        answer = client.post(EVENTS, content=body(state("o")), headers={"content-type": kind})
        assert (answer.status_code, refusal(answer)) == (415, "http-415")
    lying = client.post(EVENTS, content=b"kind=state", headers=JSON)
    assert (lying.status_code, statuses(lying)) == (422, ["set_aside"])
    page = client.options(EVENTS, headers={"origin": "http://evil", "access-control-request-method": "POST"})
    assert page.status_code == 405
    assert not [name for name in page.headers if name.startswith("access-control")]


def test_every_refusal_says_what_to_do(client: httpx.Client) -> None:
    plain = {"content-type": "text/plain"}
    for answer in (client.get("/api/v1/nope"), client.post(EVENTS, content=body(state("f")), headers=plain)):
        assert [one["fix"] for one in answer.json()["problems"] if not one["fix"]] == []
        assert answer.json()["problems"]
    answer = send(client, body(state("f1"), state("f2", state="producin"), 5))
    _, word, number = answer.json()["rows"]
    assert "write one of these words" in word["fix"] and number["where"] == "item 3"


def test_H_HT_09_a_bomb_is_unpacked_no_further_than_a_body_may_be_large(
    server: Server, client: httpx.Client
) -> None:
    squeezed, packer = b"", zlib.compressobj(9, wbits=31)
    for _ in range(32):  # 512 MB of blanks
        squeezed += packer.compress(b" " * (16 << 20))
    squeezed += packer.flush()
    send(client, gzip.compress(body(state("packed"))), **{"content-encoding": "gzip"})
    before = server.peak_mb()
    answer = send(client, squeezed, **{"content-encoding": "gzip"})
    assert (answer.status_code, refusal(answer)) == (413, "http-413")
    assert server.peak_mb() - before < 100


def test_H_HT_09_a_packed_body_says_what_it_holds_or_is_refused(client: httpx.Client) -> None:
    packed = {"content-encoding": "gzip"}
    whole = gzip.compress(body(state("p1"), state("p2")))
    assert statuses(send(client, whole, **packed)) == ["accepted", "accepted"]
    for broken in (whole[:-9], whole + b"more", b"[]", gzip.compress(b"[]")[:4]):
        answer = send(client, broken, **packed)
        assert (answer.status_code, refusal(answer)) == (400, "http-400")
    for other in ("br", "deflate", "gzip, gzip"):
        answer = send(client, whole, **{"content-encoding": other})
        assert (answer.status_code, refusal(answer)) == (415, "http-415")


def test_H_HT_11_too_large_a_body_and_too_many_items_are_refused(client: httpx.Client) -> None:
    for content in (
        b" " * ((16 << 20) + 1),
        b"[" + b"{}," * 1_000_000 + b"{}]",
        b"[" + b"1," * 4_000_000 + b"1]",
        b"{}\n" * 30_000,
    ):
        answer = send(client, content)
        assert (answer.status_code, refusal(answer)) == (413, "http-413")
    assert statuses(send(client, body(state("p")))) == ["accepted"]


def test_H_HT_12_nobody_writes_what_only_we_write(client: httpx.Client) -> None:
    for field in ({"log_offset": 1}, {"committed_at": rfc3339(0)}, {"role": "admin"}, {"received_at": 0}):
        assert statuses(send(client, body(state("q", **field)))) == ["set_aside"]
    config = {
        "kind": "config",
        "at": rfc3339(END),
        "source": "plantstack",
        "content": "{}",
        "sha256": "ab" * 32,
    }
    answer = send(client, body(config, state("r")))
    assert statuses(answer) == ["refused", "accepted"]
    assert answer.json()["rows"][0]["code"] == "event-not-allowed"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "testserver", "[::2]:80"])
def test_H_HT_06_H_HT_07_a_foreign_host_is_refused(client: httpx.Client, host: str) -> None:
    """A page of another site that leads its own name to this machine learns nothing and sends nothing."""
    for answer in (
        client.get("/health", headers={"host": host}),
        client.post(EVENTS, json=state("s"), headers={"host": host}),
    ):
        assert (answer.status_code, refusal(answer)) == (400, "http-host")


def test_H_HT_07_forged_forwarding_headers_change_nothing(client: httpx.Client) -> None:
    """Whoever sends them is a stranger like any other, as long as strangers are not answered."""
    forged = {"x-forwarded-host": "evil.example", "x-forwarded-for": "1.2.3.4", "x-forwarded-proto": "https"}
    answer = client.get("/api/v1/nix", headers=forged | {"host": "localhost"})
    assert (answer.status_code, refusal(answer)) == (400, "http-host")
    assert "evil" not in answer.text + str(answer.headers)


def test_H_HT_06_nobody_upgrades_to_a_web_socket(client: httpx.Client) -> None:
    upgrade = {"connection": "upgrade", "upgrade": "websocket", "origin": "http://evil"}
    more = {"sec-websocket-version": "13", "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA=="}
    assert client.get("/api/v1/stream/nix", headers=upgrade | more).status_code == 404


def test_H_HT_15_H_HT_18_no_path_leads_out_and_none_is_redirected(client: httpx.Client) -> None:
    for path in ("/../plant.yaml", "/..%2fplant.yaml", "/api/v1/%2e%2e/%2e%2e/etc/passwd", "/health/"):
        answer = client.get(path, params={"next": "http://evil"}, follow_redirects=False)
        assert answer.status_code == 404
    assert client.get("/static/../../etc/passwd").status_code == 404


def test_H_HT_16_other_methods_do_nothing(client: httpx.Client) -> None:
    for method in ("HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE"):
        answer = client.request(method, EVENTS)
        assert answer.status_code == 405
        assert answer.headers["allow"] == "POST"
    override = client.get("/api/v1/kpis", params={"layer": 1}, headers={"x-http-method-override": "DELETE"})
    assert override.status_code == 200


@pytest.mark.parametrize(
    "asked",
    [
        "dead-letters?limit=-1",
        "dead-letters?limit=0",
        "dead-letters?limit=1e3",
        "dead-letters?limit=NaN",
        "dead-letters?limit=999999999999",
        "dead-letters?after=-1",
        "dead-letters?after=99999999999999999999999",
        "kpis?layer=6",
        "kpis?layer=NaN",
        "kpis?layer=1.5",
        "kpis?id=nix",
        "kpis?id=oee_index&by=colour",
        "kpis?layer=1&grain=fortnight",
        "kpis?layer=1&scope=nix",
        "kpis?layer=1&scope=../../etc",
        "kpis?layer=1&scope=a%00b",
        "kpis?layer=1&from=NaN",
        "kpis?layer=1&from=99999-01-01",
        "kpis?layer=1&from=2026-03-02&to=2026-03-01",
        "kpis?layer=1&as_known_at=-1",
        "kpis?layer=1&as_known_at=0",
        "kpis?layer=1&as_known_at=99999999999999999999999",
        "kpis?layer=1&as_known_at=%C2%B2",
        "kpis?layer=1&currency=EURO",
        "kpis?layer=1&currency=%27",
        "kpis?layer=1&structure=nix",
        "kpis?layer=1&profile=nix",
        "ledger",
        "ledger?machine=",
        "ledger?machine=line-1",
        "ledger?machine=%27%20or%201=1--",
        "explain",
        "explain?id=nix",
        "readiness?scope=nix",
    ],
)
def test_H_HT_19_a_parameter_that_is_none_is_refused_in_words(client: httpx.Client, asked: str) -> None:
    answer = client.get(f"/api/v1/{asked}")
    assert answer.status_code == 400, answer.text
    refusal(answer)


@pytest.mark.parametrize(
    ("path", "command", "asked"),
    [
        ("kpis", ["kpi", "--layer", "1"], {"layer": "1"}),
        ("ledger", ["ledger", "--machine", "filler"], {"machine": "filler"}),
    ],
)
def test_the_command_line_gives_the_same_rows(
    server: Server, client: httpx.Client, path: str, command: list[str], asked: dict[str, str]
) -> None:
    offset = str(settled(client))
    told = client.get(f"/api/v1/{path}", params=asked | WINDOW | {"as_known_at": offset}).json()
    name, *more = command
    since = ["--from", WINDOW["from"], "--to", WINDOW["to"], "--as-known-at", offset, "--json"]
    command_line = plantstack(name, server.project, *more, *since)
    assert command_line.code == 0, command_line.err
    assert json.loads(command_line.out) == told
    assert told["rows"]
    live = client.get(f"/api/v1/{path}", params=asked | WINDOW).json()
    assert live["rows"] == told["rows"]  # the window is over: that the books reach further changes nothing


def test_answers_say_what_they_stand_on(client: httpx.Client) -> None:
    offset = settled(client)
    told = client.get("/api/v1/kpis", params={"id": "good_parts", "scope": "filler"} | WINDOW).json()
    assert told["offset"] >= offset
    assert set(told["as_of"]) == {"tulsa"}
    assert [row["value"] for row in told["rows"]] == [4000]
    rows = client.get("/api/v1/ledger", params={"machine": "filler"} | WINDOW).json()["rows"]
    assert "fault" in {row["state"] for row in rows}
    assert [one["to"] for one in rows[:-1]] == [other["from"] for other in rows[1:]]
    assert client.get("/api/v1/readiness").json()["rows"]
    asked = {"id": "good_parts", "scope": "filler"} | WINDOW
    assert client.get("/api/v1/explain", params=asked).json()["rows"]
    assert client.get("/api/v1/losses", params={"scope": "line-1"} | WINDOW).json()["rows"]


def test_dead_letters_are_listed_in_parts(client: httpx.Client) -> None:
    send(client, body({"kind": "x0"}, {"kind": "x1"}, {"kind": "x2"}))
    every = client.get("/api/v1/dead-letters", params={"limit": 1000}).json()["rows"]
    part = client.get("/api/v1/dead-letters", params={"after": every[-3]["id"], "limit": 1}).json()["rows"]
    assert part == [every[-2]]
    assert every[-1]["raw"] == '{"kind": "x2"}'


def test_H_HT_14_scripts_come_out_as_json_and_not_as_a_page(client: httpx.Client) -> None:
    send(client, body({"kind": "<script>alert(1)</script>"}))
    answer = client.get("/api/v1/dead-letters", params={"limit": 1000})
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_health_and_metrics_tell_the_same(client: httpx.Client) -> None:
    offset = settled(client)
    health = client.get("/health").json()
    (why,) = health["why"]  # nothing but the letters of the tests before
    assert health["status"] == "degraded" and "could not be read, newest" in why
    figures = dict(
        line.rsplit(" ", 1)
        for line in client.get("/metrics").text.splitlines()
        if line and not line.startswith("#")
    )
    assert float(figures["plantstack_log_offset"]) == offset == float(figures["plantstack_books_offset"])
    assert float(figures["plantstack_up"]) == 1
    assert float(figures['plantstack_items_total{status="accepted"}']) >= len(shift(END))
    assert float(figures["plantstack_dead_letters"]) > 0
    assert float(figures['plantstack_books_age_seconds{site="tulsa"}']) >= 0


def test_the_stream_tells_when_the_books_moved_on(client: httpx.Client) -> None:
    with client.stream("GET", "/api/v1/stream") as stream:
        told = stream.iter_lines()
        first = next(json.loads(line[6:]) for line in told if line.startswith("data: "))
        sent = send(client, body(state(f"stream {time.monotonic_ns()}"))).json()["offset"]
        later = (json.loads(line[6:]) for line in told if line.startswith("data: "))
        assert (
            next(one for one in later if one["offset"] >= sent)["as_of"]["tulsa"] >= first["as_of"]["tulsa"]
        )


def test_the_api_describes_itself_without_the_internet(client: httpx.Client) -> None:
    told = client.get("/openapi.json").json()
    assert {"/api/v1/events", "/api/v1/kpis", "/api/v1/ledger", "/health", "/metrics"} <= set(told["paths"])
    post = told["paths"][EVENTS]["post"]
    assert {"200", "408", "409", "413", "415", "422", "503"} <= set(post["responses"])
    page = client.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert EVENTS in page.text
    assert "http://" not in page.text and "https://" not in page.text


def test_F08_a_second_server_is_refused_by_name_and_the_first_goes_on(
    server: Server, client: httpx.Client
) -> None:
    second = plantstack("serve", server.project, "--port", "0")
    assert second.code == 1
    assert "being written by plantstack serve" in second.err and len(second.err.splitlines()) == 1
    assert statuses(send(client, body(state("t")))) == ["accepted"]
    writing = plantstack("rebuild", server.project)
    assert writing.code == 1 and "plantstack serve" in writing.err


def test_a_taken_port_is_told_at_once(server: Server, tmp_path: Path) -> None:
    port = server.address.rsplit(":", 1)[1]
    with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        taken = plantstack("serve", plant(tmp_path / "other"), "--port", port)
    assert taken.code == 1 and "cannot listen" in taken.err
