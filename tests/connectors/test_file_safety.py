"""H-FI 12 and H-OT 07 to 10: names, links, pipes and devices; XML that wants more than to be read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from plantstack.connectors.files.sheet import private_connection

from .support import SIMPLE, load, us, write

TEXT = "at,machine,state,pieces\n2026-01-05T06:00:00Z,press,idle,1\n"
AGENT = """
schema: 1
source: agent
file: {format: mtconnect}
columns: {execution: {column: value, map: {ACTIVE: producing, UNAVAILABLE: unknown}}}
every: {equipment: "{device}", at: "{time}", sequence: "{sequence}"}
events:
  - {kind: state, when: {type: Execution}, state: "{execution}", native: "{value}"}
  - kind: alarm
    when: {value: [Fault, Warning]}
    phase: "on"
    code: "{key} {code}"
    text: "{text}"
    severity: "{value}"
  - kind: reading
    when: {type: PathFeedrate, value: {not: UNAVAILABLE}}
    parameter: "{key}"
    value: "{value}"
"""
STREAMS = """<?xml version="1.0"?>
<MTConnectStreams xmlns="urn:mtconnect.org:MTConnectStreams:%s"><Header instanceId="77" nextSequence="4"/><Streams>
<DeviceStream name="mill"><ComponentStream component="Path"><Events>
<Execution dataItemId="e" name="execution" sequence="1"
 timestamp="2026-01-05T06:00:00.123456Z">ACTIVE</Execution>
</Events><Samples>
<PathFeedrate dataItemId="f" name="feed" sequence="2"
 timestamp="2026-01-05T06:00:01Z">UNAVAILABLE</PathFeedrate>
<PathFeedrate dataItemId="f" name="feed" sequence="3"
 timestamp="2026-01-05T06:00:02Z">12.5</PathFeedrate>
</Samples><Condition>
<Fault dataItemId="c" timestamp="2026-01-05T06:00:03Z" name="system" sequence="4"
 nativeCode="3AC" type="SYSTEM">Search
 address missing</Fault></Condition></ComponentStream></DeviceStream></Streams></MTConnectStreams>
"""


@pytest.mark.parametrize(
    "name", ["new\nline.csv", "quo'te\".csv", "..csv", "*?[a].csv", "a\x1b[31m.csv", "ümläut.csv"]
)
def test_H_FI_12_names(tmp_path: Path, name: str) -> None:
    loaded = load(SIMPLE, write(tmp_path, TEXT, name))
    assert len(loaded.events) == 2
    assert all(batch.file.isprintable() for batch in loaded.batches)


def test_H_FI_12_links_that_lead_out(tmp_path: Path) -> None:
    drop = tmp_path / "drop"
    drop.mkdir()
    (drop / "in.csv").symlink_to(write(tmp_path, TEXT, "out.csv"))
    assert load(SIMPLE, drop / "in.csv", folder=drop).codes == ["file-outside"]
    assert load(SIMPLE, drop / ".." / "out.csv", folder=drop).codes == ["file-outside"]
    (drop / "real.csv").write_text(TEXT)
    (drop / "alias.csv").symlink_to("real.csv")
    assert len(load(SIMPLE, drop / "alias.csv", folder=drop).events) == 2


def test_H_FI_12_pipes_devices_folders_and_nothing(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    paths = [tmp_path / "pipe.csv", Path("/dev/zero"), tmp_path, tmp_path / "absent.csv"]
    assert load(SIMPLE, *paths).codes == ["file-not-regular"] * 3 + ["file-missing"]


def test_a_file_that_cannot_be_read_does_not_stop_the_next(tmp_path: Path) -> None:
    loaded = load(SIMPLE, tmp_path / "absent.csv", write(tmp_path, TEXT))
    assert loaded.codes == ["file-missing"] and len(loaded.events) == 2


def test_the_calculator_reads_its_folder_and_nothing_else(tmp_path: Path) -> None:
    connection = private_connection(tmp_path)
    write(tmp_path, TEXT)
    assert connection.execute(
        "SELECT count(*) FROM read_csv($1)", [str(tmp_path / "data.csv")]
    ).fetchall() == [(1,)]
    for query in (
        "SELECT * FROM read_csv('/etc/passwd')",
        "SET enable_external_access = true",
        "INSTALL httpfs",
    ):
        with pytest.raises(Exception, match=r"(?i)permission|locked|disabled|cannot"):
            connection.execute(query)


@pytest.mark.parametrize("version", ["1.3", "2.7", "99"])
def test_mtconnect_streams_of_any_version(tmp_path: Path, version: str) -> None:
    loaded = load(AGENT, write(tmp_path, STREAMS % version, "sample.xml"))
    state, alarm, reading = loaded.of("state")[0], loaded.of("alarm")[0], loaded.of("reading")[0]
    assert (state["state"], state["at"], state["sequence"]) == (
        "producing",
        us("2026-01-05T06:00:00.123456"),
        1,
    )
    assert (alarm["code"], alarm["body"]) == ("system 3AC", '{"text":"Search address missing"}')
    assert (reading["value"], reading["parameter"]) == (12.5, "feed")
    assert not loaded.dead


def test_F34_an_agent_that_began_anew_counts_its_sequence_from_one_again(tmp_path: Path) -> None:
    mapping = AGENT.replace(
        'sequence: "{sequence}"}', 'sequence: "{sequence}", key: "{instance}/{sequence}"}'
    )
    first = load(mapping, write(tmp_path, STREAMS % "2.0", "a.xml"))
    again = load(mapping, write(tmp_path, (STREAMS % "2.0").replace("77", "78"), "b.xml"))
    assert first.of("state")[0]["key"] == "77/1:state-1"
    assert not {event["key"] for event in first.events} & {event["key"] for event in again.events}


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ('<!DOCTYPE a [<!ENTITY x "y">]><MTConnectStreams>&x;</MTConnectStreams>', "DOCTYPE"),
        ('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "DOCTYPE"),
        ("<MTConnectStreams>" * 300, "deeper|depth|well-formed"),
        ("<MTConnectStreams" + " a='" + "x" * 20_000_000 + "'/>", "well-formed"),
        ("<MTConnectError><Errors/></MTConnectError>", "<MTConnectError>"),
        ("<MTConnectStreams><Streams><Device", "well-formed"),
        ("not xml", "well-formed"),
        ("", "well-formed"),
    ],
)
def test_H_OT_07_to_10_hostile_xml(tmp_path: Path, document: str, says: str) -> None:
    loaded = load(AGENT, write(tmp_path, document, "sample.xml"))
    assert loaded.codes == ["file-xml"] and not loaded.events
    assert any(part in loaded.dead[0].problem.what for part in says.split("|"))
    assert "root:" not in str(loaded.dead)


def test_a_document_cut_in_the_middle_gives_nothing(tmp_path: Path) -> None:
    text = STREAMS % "1.3"
    loaded = load(AGENT, write(tmp_path, text[: text.index("</Samples>")], "cut.xml"))
    assert not loaded.events and loaded.codes == ["file-xml"]
