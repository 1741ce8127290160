"""What a connection to an OPC UA server may say, and that nothing in it can write."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from plantstack.connectors import opcua
from plantstack.connectors.connections import read_connections
from plantstack.connectors.opcua.connector import Server
from plantstack.connectors.opcua.settings import Address
from plantstack.intervals import SECOND

HEAD = "schema: 1\nkind: opcua\nurl: opc.tcp://filler.plant.example:4840\n"
NODES = 'nodes: {f.state: "nsu=http://v.example/;s=State;1"}\n'
MAPPING = """
schema: 1
source: hall
file: {format: json}
columns: {at: at, good: value}
every: {equipment: filler, at: "{at}"}
events: [{kind: count, good: "{good}", counter: {counts: cumulative}}]
"""
CALLS = {
    "write",
    "write_value",
    "write_values",
    "write_attribute",
    "write_attributes",
    "set_value",
    "set_values",
}
CALLS |= {
    "set_attribute",
    "call",
    "call_method",
    "history_update",
    "add_nodes",
    "delete_nodes",
    "set_writable",
}
CALLS |= {"add_references", "delete_references", "register_namespace", "import_xml", "write_params"}


def read(project: Path, text: str) -> tuple[list[Server], list[str]]:
    folder = project / "connectors"
    folder.mkdir(exist_ok=True)
    (folder / "hall.yaml").write_text(f"{text}mapping: hall\n", "utf-8")
    (project / "mappings").mkdir(exist_ok=True)
    (project / "mappings" / "hall.yaml").write_text(MAPPING, "utf-8")
    found, problems = read_connections(project)
    return [one.connector for one in found if isinstance(one.connector, Server)], [
        one.code for one in problems
    ]


def test_everything_that_can_be_said(tmp_path: Path) -> None:
    more = """
nodes:
  f.state: nsu=http://v.example/;s=State;1
  f.clock: i=2258
  f.good: ["nsu=http://v.example/;Line 1", Counts, "nsu=http://w.example/;Good"]
  f.cases: {node: ["nsu=http://v.example/;Line 1"], part: [0, AccCount]}
security: Aes256Sha256RsaPss
mode: sign
certificate: secrets/ours.der
key: secrets/ours.pem
server_certificate: secrets/server.pem
user: reader
password_file: secrets/password
interval: 500 ms
sampling: 0.1 s
queue: 7
sessions: 2
patience: 1 min
same_values: true
"""
    (server,), problems = read(tmp_path, HEAD + more.replace("500 ms", "0.5 s"))
    assert problems == []
    found = server.settings
    assert found.nodes == (
        Address("f.state", "http://v.example/", "s=State;1"),
        Address("f.clock", "", "i=2258"),
        Address(
            "f.good",
            path=(
                ("http://v.example/", "Line 1"),
                ("http://v.example/", "Counts"),
                ("http://w.example/", "Good"),
            ),
        ),
        Address("f.cases", path=(("http://v.example/", "Line 1"),), part=(0, "AccCount")),
    )
    assert (found.mode, found.interval_us, found.sampling_us) == ("sign", SECOND // 2, SECOND // 10)
    assert (found.queue, found.sessions, found.patience_us, found.is_each) == (7, 2, 60 * SECOND, True)
    assert found.server_certificate == tmp_path / "secrets" / "server.pem"
    assert [(one.device, one.item) for one in found.nodes[:1]] == [("f", "state")]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ('nodes: {f.state: "ns=2;s=State"}\n', "opcua-node"),  # the number of today
        ("nodes: {f.state: State}\n", "opcua-node"),
        ('nodes: {f.state: "nsu=http://v.example/;i=x"}\n', "opcua-node"),
        ("nodes: {f.state: []}\n", "opcua-node"),
        ('nodes: {f.state: {node: "i=2258"}}\n', "opcua-node"),
        ('nodes: {f.state: {node: {node: "i=1", part: [1]}, part: [0]}}\n', "opcua-node"),
        (NODES + "security: Basic256Sha256\n", "opcua-certificates"),
        (NODES + "security: Basic256\n", "value-wrong"),  # broken years ago
        (NODES + "user: reader\npassword_file: p\n", "opcua-open-password"),
        (NODES + "patience: 1 h\n", "opcua-patience"),
        (NODES + "queue: 0\n", "value-wrong"),
        (NODES + "wirte: 1\n", "key-unknown"),
    ],
)
def test_what_cannot_be_is_named_when_it_is_read(tmp_path: Path, more: str, code: str) -> None:
    assert read(tmp_path, HEAD + more) == ([], [code])


@pytest.mark.parametrize(
    "url",
    ["http://x.example", "opc.tcp://reader:secret@x.example:4840", "opc.tcp://", "opc.tcp://x.example:port"],
)
def test_an_address_names_a_server_and_no_secret(tmp_path: Path, url: str) -> None:
    assert read(tmp_path, f"schema: 1\nkind: opcua\nurl: {url}\n{NODES}") == ([], ["opcua-url"])


def test_nothing_here_writes_to_a_server_or_calls_a_method() -> None:
    folder = Path(opcua.__path__[0])
    for path in folder.glob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        assert not used & CALLS, path.name
        named = {
            one.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for one in node.names
        }
        assert not {name for name in used | named if name.startswith(("Write", "CallMethod"))}, path.name
