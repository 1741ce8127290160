"""Recordings of real machines, replayed by an agent and read live: the same books as from their files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.examples.support import NOW, data, load, project
from tests.live.agents import cell, settings

from plantstack.connectors.contract import Delivery, Messages
from plantstack.connectors.mapping.read import load_mapping
from plantstack.connectors.mtconnect.connector import MTConnect
from plantstack.connectors.mtconnect.telling import Position
from plantstack.stack import Stack
from plantstack.testing.agent import ReplayAgent
from plantstack.testing.recording import Model, Observed, read_log, read_streams

pytestmark = [pytest.mark.shared, pytest.mark.slow]

NAME = "nist-sms-machines"
_SAME = ("account", "reason", "order_id", "product")


def place(folder: Path, *machines: str) -> Path:
    """The example's plant, perhaps with more machines; a day of silence tells nothing yet.

    A file says that its adapter was there; an agent is heard instead, at the time of the reading.
    """
    made = project(NAME, folder)
    plant = made / "plant.yaml"
    text = plant.read_text("utf-8").replace("silence_limit: 1 h", "silence_limit: 24 h")
    for machine in machines:
        text += f"  {machine}: {{label: {machine}, under: fabrication, kind: job, capture: signal}}\n"
    plant.write_text(text, "utf-8")
    log = made / "mappings" / "adapter-log.yaml"
    log.write_text(log.read_text("utf-8").replace("alive: file", ""), "utf-8")
    return made


def books(folder: Path, machine: str, until: int) -> list[tuple[Any, ...]]:
    """The ledger of a machine up to an instant; neighbours in one account are one.

    That a device was away stands in the live books as a state of its own, beside the values it left.
    """
    with Stack.open(folder) as stack:
        rows = stack.ledger(machine).to_pylist()
    found: list[tuple[Any, ...]] = []
    for row in rows:
        begin, end, account = row["from_at"], min(row["until_at"], until), tuple(row[name] for name in _SAME)
        if found and found[-1][2:] == account:
            begin = found.pop()[0]
        if begin < until:
            found.append((begin, end, *account))
    return found


def last_run(folder: Path, machine: str) -> int:
    """When the machine began to run for the last time: a stop after it is open where the files end."""
    return max(int(begin) for begin, _, account, *_ in books(folder, machine, NOW) if account == "run")


def live(folder: Path, model: Model, recorded: list[Observed], **more: Any) -> None:
    """Replay a recording and read it to its end."""
    mapping = load_mapping(folder / "mappings" / "agent-xml.yaml")
    with ReplayAgent(model, recorded, **more) as agent, cell(folder, mapping) as one:
        agent.release()
        one.now = NOW
        one.read(MTConnect(settings(agent)), until=lambda delivery: _is_all(agent, delivery))
        assert not one.log.dead_letters()


def _is_all(agent: ReplayAgent, delivery: Delivery) -> bool:
    """Whether everything is read, and what is so now was told too."""
    if not isinstance(delivery, Messages) or delivery.cursor is None:
        return False
    position = Position.read(delivery.cursor)
    assert position is not None
    return position.next > agent.numbers[1] and not position.owes_state


def test_days_of_a_machine_read_live_are_the_books_of_its_files(tmp_path: Path) -> None:
    model = Model.read(data(NAME) / "agent" / "Devices.xml")
    machine = data(NAME) / "GFAgie01"
    days = [machine / f"GFAgie01-2016100{day}-2016100{day + 1}.txt.xz" for day in (3, 4, 6)]
    files, wire = place(tmp_path / "files"), place(tmp_path / "live")
    load(files, "adapter-log", *days)
    recorded: list[Observed] = []
    for path in days:
        day = path.name.split("-")[1]
        recorded += read_log(path, model, "GFAgie01", since=f"{day[:4]}-{day[4:6]}-{day[6:]}")
    live(wire, model, recorded)
    until = last_run(files, "GFAgie01")
    rows = books(files, "GFAgie01", until)
    assert len(rows) > 100 and {"run", "unknown"} <= {row[2] for row in rows}
    assert books(wire, "GFAgie01", until) == rows


def test_answers_of_an_agent_read_live_are_the_books_of_the_answers(tmp_path: Path) -> None:
    model = Model.read(data(NAME) / "agent" / "Devices.xml")
    (path,) = (data(NAME) / "agent-xml").glob("qdr_input009*")
    files, wire = place(tmp_path / "files"), place(tmp_path / "live")
    load(files, "agent-xml", path)
    live(wire, model, list(read_streams(path, model)))
    until = last_run(files, "GFAgie01")
    assert books(wire, "GFAgie01", until) == books(files, "GFAgie01", until) != []


def test_parts_of_a_machine_read_live_are_the_books_of_their_logs(tmp_path: Path) -> None:
    parts = data("nist-mtc-parts")
    model = Model.read(parts / "Devices.xml")
    logs = [parts / "partdata" / f"Plate-Hurco04-{number}of20.txt.xz" for number in (10,)]
    files, wire = place(tmp_path / "files", "Hurco04"), place(tmp_path / "live", "Hurco04")
    named = []
    for number, path in enumerate(logs):
        day = 20170101 + number  # the mapping wants a day in the name, and leaves out what is older
        named.append(tmp_path / f"Hurco04-{day}-{day}.txt.xz")
        named[-1].write_bytes(path.read_bytes())
    load(files, "adapter-log", *named)
    recorded = [one for path in logs for one in read_log(path, model, "Hurco04")]
    live(wire, model, recorded)
    until = last_run(files, "Hurco04")
    rows = books(files, "Hurco04", until)
    assert len(rows) >= 20 and "run" in {row[2] for row in rows}
    assert books(wire, "Hurco04", until) == rows
