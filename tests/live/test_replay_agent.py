"""The agent that replays recordings: by numbers, as a stream, as time goes on, and as a command."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.live.agents import DEVICES, PATIENCE_S, at, model, seen, shift

from plantstack.connectors.files.mtconnect_child import document_of
from plantstack.testing.agent import ReplayAgent
from plantstack.testing.recording import Model, read_log, read_streams


@pytest.fixture
def devices(tmp_path: Path) -> Model:
    return model(tmp_path)


def test_it_answers_as_agents_do(devices: Model) -> None:
    with ReplayAgent(devices, shift(devices), buffer=50) as agent:
        agent.release()
        with httpx.Client(base_url=agent.url) as asking:
            header = document_of(asking.get("/current").content)["header"]
            assert [header[name] for name in ("firstSequence", "lastSequence", "nextSequence")] == [
                "73",
                "122",
                "123",
            ]
            sample = document_of(asking.get("/filler/sample?from=120&count=2").content)
            assert (len(sample["rows"]), sample["header"]["nextSequence"]) == (2, "122")
            late = asking.get("/sample?from=72")
            assert (
                late.status_code == 404 and document_of(late.content)["errors"][0]["code"] == "OUT_OF_RANGE"
            )
            then = document_of(asking.get("/current?at=73").content)["rows"]
            assert [row[6] for row in then if row[4] == "PartCount"] == ["23"]
            assert {item["device"] for item in document_of(asking.get("/").content)["items"]} == {
                "filler",
                "capper",
            }
            probed = document_of(asking.get("/capper/probe").content)["items"]
            assert {item["device"] for item in probed} == {"capper"}


def test_it_streams_documents_and_a_heartbeat(devices: Model) -> None:
    with ReplayAgent(devices, shift(devices)) as agent:
        agent.release(5)
        stream = httpx.stream("GET", f"{agent.url}/sample?from=1&interval=10&heartbeat=100&count=3")
        with stream as answer:
            assert answer.headers["content-type"].startswith("multipart/x-mixed-replace;boundary=")
            parts = _parts(answer.iter_bytes())
            told = [[row[9] for row in document_of(next(parts))["rows"]] for _ in range(3)]
            assert told[:2] == [["1", "2", "3"], ["4", "5"]] and told[2] == []


def _parts(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The documents of an answer that never ends."""
    text = b""
    for chunk in chunks:
        text += chunk
        while text.count(b"</MTConnectStreams>"):
            part, _, text = text.partition(b"</MTConnectStreams>")
            yield part[part.index(b"<?xml") :] + b"</MTConnectStreams>"


def test_time_goes_on_as_fast_as_it_is_told(devices: Model) -> None:
    recorded = [seen(devices, second, "parts", str(second)) for second in range(0, 3_600, 10)]
    with ReplayAgent(devices, recorded, speed=1_800) as agent:
        end = time.monotonic() + PATIENCE_S
        counts = [len(document_of(agent.answer("sample", "", {"count": "1000"})[1])["rows"])]
        while counts[-1] < 360 and time.monotonic() < end:
            time.sleep(0.1)
            counts.append(len(document_of(agent.answer("sample", "", {"count": "1000"})[1])["rows"]))
        assert counts == sorted(counts) and counts[-1] == 360 and len(set(counts)) > 1


def test_what_it_tells_is_what_was_recorded(devices: Model, tmp_path: Path) -> None:
    lines = [f"{at(0)}|execution|ACTIVE", f"{at(1)}|logic|FAULT|12|1|HIGH|<stuck> & hot", f"{at(2)}|odd|1"]
    log = tmp_path / "filler-1.txt"
    log.write_text("\n".join(lines))
    recorded = list(read_log(log, devices, "filler"))
    assert len(recorded) == 2
    with ReplayAgent(devices, recorded) as agent:
        agent.release()
        saved = tmp_path / "saved.xml"
        saved.write_bytes(agent.answer("sample", "", {})[1])
    again = list(read_streams(saved, devices))
    assert [(one.at, one.item, one.value, one.code, one.severity, one.text) for one in again] == [
        (at(0), devices.items["filler", "execution"], "ACTIVE", "", "", ""),
        (at(1), devices.items["filler", "logic"], "Fault", "12", "1", "<stuck> & hot"),
    ]


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_the_command_serves_until_it_is_ended(tmp_path: Path, ending: signal.Signals) -> None:
    (tmp_path / "Devices.xml").write_text(DEVICES)
    (tmp_path / "filler-1.txt").write_text(f"{at(0)}|execution|ACTIVE\n")
    command = [sys.executable, "-m", "plantstack", "replay-agent", "Devices.xml"]
    serving = subprocess.Popen(
        [*command, "filler-1.txt", "--port", "0"], cwd=tmp_path, stdout=subprocess.PIPE, text=True
    )
    try:
        assert serving.stdout is not None
        told = serving.stdout.readline()
        url = next(word for word in told.split() if word.startswith("http")).rstrip(",")
        assert "1 observations at" in told and b"ACTIVE" in httpx.get(f"{url}/current").content
    finally:
        serving.send_signal(ending)
        rest, _ = serving.communicate(timeout=PATIENCE_S)
    assert serving.returncode == 0 and "1 observations were told" in rest
    wrong = subprocess.run(
        [*command, "Devices.xml"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert wrong.returncode == 1 and "Devices.xml" in wrong.stderr
