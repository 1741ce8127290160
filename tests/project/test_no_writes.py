"""No connector has a call that writes to a control system: looked up in the code, library by library."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

CONNECTORS = Path(__file__).parents[2] / "src/plantstack/connectors"

WRITES = re.compile(
    "|".join(
        (
            r"write_\w+",  # asyncua: write_value, write_attribute; pymodbus: write_coil, write_registers
            r"set_(value|attribute|data_value|values|writable)",  # asyncua, older names
            r"call_method|uacall|delete_nodes|add_(object|variable|method|folder|property)",  # asyncua
            r"mask_write_register|readwrite_registers|diag_\w+",  # pymodbus
            r"(db|ab|eb|mb|ct|tm|as_\w+)_write\w*|write_(area|multi_vars)|download|full_upload",  # snap7
            r"plc_(stop|hot_start|cold_start)|set_plc_\w+|set_session_password",  # snap7
            r"compress|copy_ram_to_rom",  # snap7
            r"Write|SetPLCTime",  # pylogix
            r"publish",  # paho
            r"post|put|patch|delete|request|stream|send",  # HTTP clients
        )
    )
    + r"\Z"
)
MAY = {
    # file, call: why
    ("mqtt/session.py", "publish"): "by `tell`, `ask` and a last word, which only Sparkplug uses",
    ("mqtt/session.py", "put"): "into a queue of our own",
    ("mtconnect/agent.py", "stream"): "of HTTP, with GET",
}
SPEAKS = {  # where something is said to a broker, and what
    ("sparkplug/browsing.py", "ask", "rebirth_topic"),
    ("sparkplug/connector.py", "ask", "rebirth_topic"),
    ("sparkplug/connector.py", "tell", "there"),
}
_DML = re.compile(
    r"^\s*(insert\s+into|update\s+\S+\s+set|delete\s+from|merge\s+into|truncate|drop\s|alter\s|grant\s|copy\s)",
    re.IGNORECASE,
)
WIRES = ("ethernetip", "modbus", "mqtt", "mtconnect", "opcua", "polling", "s7", "sparkplug", "sql")


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Every call of a method or function, by its last name; a method handed over counts as called."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                yield node.func.attr, node
            elif isinstance(node.func, ast.Name):
                yield node.func.id, node
            for given in node.args:
                if isinstance(given, ast.Attribute):
                    yield given.attr, node


def wires() -> list[Path]:
    return [path for kind in WIRES for path in sorted((CONNECTORS / kind).glob("*.py"))]


def test_every_folder_of_a_wire_is_looked_at() -> None:
    known = {*WIRES, "drop", "files", "finance", "knowing", "learning", "mapping", "__pycache__"}
    assert {path.name for path in CONNECTORS.iterdir() if path.is_dir()} <= known


def test_no_connector_calls_what_writes() -> None:
    found = {
        (str(path.relative_to(CONNECTORS)), name)
        for path in wires()
        for name, _ in calls(path)
        if WRITES.fullmatch(name)
    }
    assert found <= set(MAY), found - set(MAY)


def test_what_is_allowed_is_still_there() -> None:
    there = {(str(path.relative_to(CONNECTORS)), name) for path in wires() for name, _ in calls(path)}
    assert set(MAY) <= there, set(MAY) - there


def test_only_sparkplug_speaks_to_a_broker_and_says_rebirth_and_state() -> None:
    said = set()
    for path in wires():
        for name, call in calls(path):
            if name in ("tell", "ask", "publish") and isinstance(call.func, ast.Attribute):
                of = ast.unparse(call.func.value)
                if "session" in of.lower():
                    first = call.args[0]
                    inner = first.func if isinstance(first, ast.Call) else first
                    word = inner.attr if isinstance(inner, ast.Attribute) else ast.unparse(inner)
                    said.add((str(path.relative_to(CONNECTORS)), name, word))
    assert said == SPEAKS


def test_http_is_asked_with_get_only() -> None:
    for path in wires():
        for name, call in calls(path):
            if name == "stream":
                assert ast.unparse(call.args[0]) == "'GET'", path


def test_no_statement_of_a_connector_changes_a_database() -> None:
    for path in wires():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert not _DML.match(node.value), f"{path.name}:{node.lineno}: {node.value[:60]}"


@pytest.mark.parametrize(
    "text",
    [
        "node.write_value(1)",
        "client.write_register(1, 2)",
        "client.db_write(1, 0, b'')",
        "plc.Write('tag', 1)",
        "asyncio.to_thread(client.publish, 'a', b'')",
        "session.post(url)",
    ],
)
def test_such_a_call_would_be_found(text: str, tmp_path: Path) -> None:
    path = tmp_path / "one.py"
    path.write_text(text)
    assert any(WRITES.fullmatch(name) for name, _ in calls(path))
