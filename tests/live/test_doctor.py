"""What loses data or trust is found before it does; what is in order is not spoken of."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from subprocess import Popen

import pytest
from tests.live.broker import Mosquitto
from tests.stack.floor import NOW, START, plant
from typer.testing import CliRunner

from plantstack.connectors.mqtt.examining import Granted
from plantstack.events import signals, tokens
from plantstack.events.batch import Batch, Cursor
from plantstack.events.log import Log
from plantstack.events.schema import CONTENT
from plantstack.events.signals import Doubt, Feed
from plantstack.events.tokens import Token
from plantstack.interfaces.cli import app
from plantstack.intervals import DAY, SECOND
from plantstack.stack import Stack
from plantstack.stack.checkup.finding import EXPOSES, LOSES, WEAKENS, Finding
from plantstack.stack.checkup.machine import file_system, machine_findings
from plantstack.stack.checkup.mosquitto import lint
from plantstack.stack.checkup.project import granted_findings, project_findings

GOOD = """
# a broker that loses nothing
persistence true
autosave_interval 30
max_queued_messages 100000
queue_qos0_messages true
allow_anonymous false
"""
HALL = "schema: 1\nkind: mqtt\nhost: 127.0.0.1\nport: {port}\ntopics: [hall/#]\nclient: hall\nmapping: hall\n"
MAPPING = """
schema: 1
source: hall
file: {format: json}
columns: {at: {column: ts, format: epoch ms}, machine: topic.1, n: n}
events:
  - {kind: count, equipment: "{machine}", at: "{at}", good: "{n}", counter: {counts: cumulative}}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return plant(tmp_path / "p")


def codes(found: Iterable[Finding], effect: str = "") -> list[str]:
    return [one.code for one in found if effect in ("", one.effect)]


def linted(tmp_path: Path, text: str, kept_s: int = DAY // SECOND) -> list[Finding]:
    path = tmp_path / "mosquitto.conf"
    path.write_text(text)
    return list(lint(path, kept_s))


def test_a_broker_that_loses_nothing_is_not_spoken_of(tmp_path: Path) -> None:
    assert linted(tmp_path, GOOD) == []


@pytest.mark.parametrize(
    "line, code, effect",
    [
        ("persistence false", "broker-persistence", LOSES),
        ("autosave_interval 1800", "broker-autosave", LOSES),
        ("max_queued_messages 100", "broker-queue", LOSES),
        ("max_queued_bytes 1000", "broker-queue-bytes", LOSES),
        ("persistent_client_expiration 2h", "broker-expiration", LOSES),
        ("queue_qos0_messages false", "broker-qos0", WEAKENS),
        ("allow_anonymous true", "broker-anonymous", EXPOSES),
    ],
)
def test_a_setting_of_mosquitto_that_loses_is_named(
    tmp_path: Path, line: str, code: str, effect: str
) -> None:
    found = linted(tmp_path, f"{GOOD}{line}\n")
    assert [(one.code, one.effect) for one in found] == [(code, effect)]
    assert all((found[0].what, found[0].why, found[0].fix))


def test_an_empty_file_has_the_defaults_of_mosquitto_and_included_files_hold(tmp_path: Path) -> None:
    assert codes(linted(tmp_path, "")) == ["broker-persistence", "broker-queue", "broker-qos0"]
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "ours.conf").write_text(GOOD)
    assert linted(tmp_path, "include_dir more\n") == []


def test_what_a_broker_grants_is_judged() -> None:
    poor = Granted("", 60, 0, False, {"publish/messages/dropped": "12"})
    assert codes(granted_findings("hall", poor, 3_600)) == [
        "broker-expiry",
        "broker-qos",
        "broker-retain",
        "broker-dropped",
    ]
    assert list(granted_findings("hall", Granted("", None), 3_600)) == []


@pytest.mark.parametrize("port", [0, 1], ids=["there", "away"])
def test_a_broker_is_asked_and_left_as_it_was(project: Path, tmp_path: Path, port: int) -> None:
    (project / "mappings").mkdir(exist_ok=True)
    (project / "mappings" / "hall.yaml").write_text(MAPPING)
    (project / "connectors").mkdir()
    broker = Mosquitto(tmp_path, "allow_anonymous true\nmax_qos 0\n") if not port else None
    try:
        if broker is not None:
            broker.start()
        (project / "connectors" / "hall.yaml").write_text(HALL.format(port=broker.port if broker else port))
        result = CliRunner().invoke(app, ["doctor", str(project), "--json"])
    finally:
        if broker is not None:
            broker.stop()
    answer = json.loads(result.output)
    assert result.exit_code == 1
    found = [one["code"] for one in answer["problems"]]
    assert found == (["broker-qos"] if not port else ["broker-away"])
    assert "mapping-untested" in [one["code"] for one in answer["rows"]]


def found_in(project: Path) -> list[Finding]:
    with Stack.open(project) as stack:
        return list(project_findings(project, stack.plant, stack.log, NOW))


def test_a_project_in_order_has_no_findings(project: Path) -> None:
    assert found_in(project) == []


def test_what_weakens_a_project_is_named(project: Path) -> None:
    (project / "connectors").mkdir()
    (project / "connectors" / "sheets.yaml").write_text("schema: 1\nkind: drop\nfolder: inbox\n")
    (project / "secrets").mkdir()
    (project / "secrets" / "broker").write_text("x")
    (project / "secrets" / "broker").chmod(0o644)
    (project / "raw" / "gone").mkdir(parents=True)
    (project / "raw" / "gone" / "1.gz").write_bytes(b"x")
    with Log.open(project, write=True, project_id="my-plant") as log:
        log.append(Batch(CONTENT.empty_table(), cursors=(Cursor("heard hall", "{}"),)), received_at=NOW)
        signals.feed(log.connection, [Feed("hall", "n", "filler", "count", START)])
        signals.doubt(log.connection, [Doubt("hall", "n", "scale", "may mean something else", START, START)])
    tokens.add(project, Token("gateway", "", ("send",), NOW), "secret")
    found = found_in(project)
    assert set(codes(found)) >= {
        "silence-unsaid",
        "signal-doubted",
        "secret-open",
        "token-wide",
        "raw-orphan",
    }
    assert codes(found, LOSES) == []


def test_a_token_with_a_scope_names_whom_it_speaks_as(project: Path) -> None:
    Log.open(project, write=True, project_id="my-plant").close()
    for name, sources, may in (
        ("bare", (), "send"),
        ("named", ("plc-*",), "send"),
        ("board", (), "read"),
        ("old", (), "send"),
    ):
        tokens.add(project, Token(name, "filler", (may,), NOW, sources=sources), name)
    tokens.revoke(project, "old", NOW)
    found = [one for one in found_in(project) if one.code.startswith("token-")]
    assert [(one.code, one.where) for one in found] == [("token-voice", "token bare")]
    assert "'tablet*'" in found[0].why and "--scope filler --source NAME" in found[0].fix


def test_a_file_of_a_connection_that_cannot_be_read_loses_what_it_would_tell(project: Path) -> None:
    (project / "connectors").mkdir()
    (project / "connectors" / "hall.yaml").write_text("schema: 1\nkind: nonsense\n")
    assert codes(found_in(project), LOSES) == ["connector-kind"]


def ticking(step: float) -> Iterator[float]:
    now = 0.0
    while True:
        now += step
        yield now


def test_a_slow_disk_is_named_by_the_time_of_its_writes(project: Path) -> None:
    fast, slow = ticking(0.001), ticking(0.5)
    assert "disk-slow" not in codes(machine_findings(project, lambda: next(fast), 2026))
    assert "disk-slow" in codes(machine_findings(project, lambda: next(slow), 2026))


def test_a_network_drive_is_known_by_its_longest_mount(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/sda / ext4 rw 0 0\nfiler:/x {tmp_path} nfs4 rw 0 0\n")
    assert file_system(tmp_path / "p", mounts) == "nfs4"
    assert file_system(Path("/"), mounts) == "ext4"


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="needs /proc")
def test_two_servers_of_one_project_are_named(project: Path) -> None:
    code = "import sys; sys.stdin.read()"
    words = [sys.executable, "-c", code, "plantstack", "serve", str(project)]
    running = [Popen(words, stdin=-1) for _ in range(2)]
    try:
        found = codes(machine_findings(project, lambda: 0.0, 2026), LOSES)
    finally:
        for one in running:
            one.communicate(b"")
    assert "servers-many" in found
    assert "servers-many" not in codes(machine_findings(project, lambda: 0.0, 2026))
