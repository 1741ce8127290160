"""An agent over HTTP: read by its numbers, holes are known as such, what is no answer is never used."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.examples.support import data
from tests.live.agents import (
    MAPPING,
    PATIENCE_S,
    TEXT,
    Ending,
    at,
    cell,
    model,
    settings,
    shift,
)
from tests.stack.floor import NOW, START, plant

from plantstack.connectors.connections import Connection
from plantstack.connectors.contract import Alive, Fatal, Gap, Messages, Retry
from plantstack.connectors.files.mtconnect_child import document_of
from plantstack.connectors.learning.offer import Offer
from plantstack.connectors.learning.tags import draft_tags
from plantstack.connectors.mapping.read import parse_mapping
from plantstack.connectors.mtconnect.connector import MTConnect, browse
from plantstack.connectors.mtconnect.settings import Settings
from plantstack.connectors.mtconnect.telling import cells_of, message_of, number_of
from plantstack.intervals import HOUR, SECOND
from plantstack.stack import Stack
from plantstack.testing import Source, check_connector
from plantstack.testing.agent import ReplayAgent
from plantstack.testing.agent_documents import error
from plantstack.testing.recording import Model


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return plant(tmp_path_factory.mktemp("mtconnect") / "p")


@pytest.fixture
def project(empty: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(empty, tmp_path / "p"))


@pytest.fixture
def devices(tmp_path: Path) -> Model:
    return model(tmp_path)


@pytest.fixture
def agent(devices: Model) -> Iterator[ReplayAgent]:
    with ReplayAgent(devices, shift(devices)) as found:
        yield found


def test_observations_become_events_once_and_the_state_is_told_as_it_is_now(
    project: Path, agent: ReplayAgent
) -> None:
    agent.release()
    with cell(project) as one:
        one.read(Ending(settings(agent)))
        first = one.told("state", "count", "reading")
        assert sum(int(row["good"]) for row in first if row["kind"] == "count") == 39
        assert one.states()[:3] == [(0, "idle"), (1, "producing"), (61, "producing")]
        assert one.states()[-2:] == [(39 * 60 + 1, "stopped"), (39 * 60 + 3, "stopped")], "as it is now"
        one.read(Ending(settings(agent)))
        assert one.told("state", "count", "reading") == first
        assert not one.log.dead_letters()


def test_the_agent_away_without_a_loss_leaves_no_gap(project: Path, agent: ReplayAgent) -> None:
    agent.release(60)
    with cell(project) as one:
        one.read(Ending(settings(agent)))
        told = one.now
        gone = settings(agent, url="http://127.0.0.1:9")
        with pytest.raises(Retry, match="cannot be read"):
            one.read(Ending(gone))
        one.now += 2 * HOUR
        agent.release()
        came = one.read(Ending(settings(agent)))
        assert not [delivery for delivery in came if isinstance(delivery, Gap)]
        alive = one.told("alive")
        assert [(row["from_at"], row["until_at"]) for row in alive] == [(told, one.now)]
        assert sum(int(row["good"]) for row in one.told("count")) == 39


def test_F34_an_agent_started_anew_is_a_new_epoch_and_the_time_between_is_a_gap(
    project: Path, agent: ReplayAgent, devices: Model
) -> None:
    agent.release(60)
    with cell(project) as one:
        one.now = START + 3000 * SECOND
        one.read(Ending(settings(agent)))
        before = one.told("state", "count", "reading")
        agent.restart(at(4000))
        for second, name, value in ((4010, "avail", "AVAILABLE"), (4010, "execution", "ACTIVE")):
            agent.observe(at(second), devices.items["filler", name], value)
        one.now = START + 4100 * SECOND
        came = one.read(Ending(settings(agent)))
        kept = [row for row in one.told("state", "count", "reading") if row in before]
        assert kept == before, "what the old agent said stays"
        (gap,) = [one for one in came if isinstance(one, Gap) and not one.scope]
        assert (gap.why, gap.until) == ("the agent was started anew", START + 4000 * SECOND)
        last = [(second, state) for second, state in one.states() if second >= 3000]
        assert last[:2] == [(3000, "unknown"), (4000, "unknown")] and (4010, "producing") in last
        assert not one.log.dead_letters()


def test_F35_a_buffer_that_rolled_over_is_a_gap_up_to_what_it_still_holds(
    project: Path, devices: Model
) -> None:
    with ReplayAgent(devices, shift(devices), buffer=20) as agent, cell(project) as one:
        agent.release(11)  # up to the heat of the third minute
        one.now = START + 130 * SECOND
        one.read(Ending(settings(agent)))
        agent.release()  # 122 in all, the last 20 of them are kept: from the piece of minute 33
        one.now = START + 2_400 * SECOND
        came = one.read(Ending(settings(agent)))
        (gap,) = [delivery for delivery in came if isinstance(delivery, Gap)]
        assert gap.why == "the agent's buffer rolled over what was not read"
        assert gap.until == START + (33 * 60 + 2) * SECOND
        states = [told for told in one.states() if told[0] > 125]
        assert states[:2] == [(130, "unknown"), (33 * 60 + 2, "producing")], "what was so at its end"
        (unknown,) = [row for row in one.told("state") if row["method"] == "gap"]
        assert unknown["until_at"] == gap.until
        agent.observe(at(2_500), devices.items["filler", "execution"], "READY")
        one.read(Ending(settings(agent)))
        assert one.states()[-1] == (2_500, "idle"), "it goes on by itself"
        assert not one.log.dead_letters()


def test_F35_the_buffer_rolls_over_while_we_read(project: Path, devices: Model) -> None:
    with ReplayAgent(devices, shift(devices), buffer=20) as agent, cell(project) as one:
        agent.release(11)
        released: list[int] = []

        def until(delivery: object) -> bool:
            if isinstance(delivery, Alive) and not released:
                released.append(agent.release())
            return isinstance(delivery, Messages) and len(released) > 0 and "124" in str(delivery.cursor)

        one.now = START + 130 * SECOND
        agent.observe(at(125), devices.items["capper", "avail"], "AVAILABLE")
        came = one.read(MTConnect(settings(agent)), until=until)
        assert [delivery.why for delivery in came if isinstance(delivery, Gap)] == [
            "the agent's buffer rolled over what was not read"
        ]


def test_F35_an_agent_that_cannot_say_what_was_so_leaves_a_gap_until_now(
    project: Path, devices: Model
) -> None:
    with ReplayAgent(devices, shift(devices), buffer=20) as agent, cell(project) as one:
        agent.release(11)
        one.now = START + 130 * SECOND
        one.read(Ending(settings(agent)))
        agent.release()
        one.now = START + 2_400 * SECOND
        agent.answer_next(agent.answer("current", "", {})[1])
        agent.answer_next(error(agent, "UNSUPPORTED", "there is no 'at'"))
        came = one.read(Ending(settings(agent)))
        assert [gap.until for gap in came if isinstance(gap, Gap)] == [None]
        (unknown,) = [row for row in one.told("state") if row["method"] == "gap"]
        assert unknown["until_at"] == one.now


def test_F36_a_document_broken_off_is_not_used_and_asked_for_again(project: Path, agent: ReplayAgent) -> None:
    agent.release(60)
    with cell(project) as one:
        one.read(Ending(settings(agent)))
        cursor, before = one.deliveries.cursor_of("cell"), one.told("state", "count")
        agent.release()

        agent.cut_next()
        with pytest.raises(Retry):
            one.read(Ending(settings(agent)))
        whole = agent.answer("sample", "", {"from": "1", "count": "1000"})[1]
        for part in (whole[: len(whole) // 2], whole[:-3]):  # cut by somebody who counts it right
            agent.answer_next(agent.answer("current", "", {})[1])
            agent.answer_next(part)
            with pytest.raises(Retry, match="well-formed"):
                one.read(Ending(settings(agent)))
        assert one.deliveries.cursor_of("cell") == cursor
        assert one.told("state", "count") == before
        one.read(Ending(settings(agent)))
        assert sum(int(row["good"]) for row in one.told("count")) == 39


def test_numbers_that_go_back_without_a_new_instance_are_an_epoch_of_their_own(
    project: Path, agent: ReplayAgent, devices: Model
) -> None:
    agent.release(60)
    with cell(project) as one:
        one.now = START + 3000 * SECOND
        one.read(Ending(settings(agent)))
        before = one.told("state", "count", "reading")
        agent.restart(at(4000))
        agent.instance -= 1
        agent.observe(at(4010), devices.items["filler", "avail"], "AVAILABLE")
        agent.observe(at(4010), devices.items["filler", "execution"], "ACTIVE")
        one.now = START + 4100 * SECOND
        came = one.read(Ending(settings(agent)))
        assert [row for row in one.told("state", "count", "reading") if row in before] == before
        whole = [one.why for one in came if isinstance(one, Gap) and not one.scope]
        assert whole == ["the agent's numbers went back"]
        assert (4010, "producing") in one.states()


def test_a_device_that_was_not_connected_to_its_agent_leaves_a_gap_of_its_own(
    project: Path, agent: ReplayAgent, devices: Model
) -> None:
    for device in ("filler", "capper"):
        agent.observe(at(0), devices.items[device, "avail"], "AVAILABLE")
        agent.observe(at(0), devices.items[device, "execution"], "ACTIVE")
    with cell(project) as one:
        one.read(Ending(settings(agent)))
        agent.observe(at(100), devices.items["filler", "avail"], "UNAVAILABLE")
        came = one.read(Ending(settings(agent)))
        assert [part.scope for part in came if isinstance(part, Alive)] == ["capper"]
        agent.observe(at(160), devices.items["filler", "avail"], "AVAILABLE")
        came = one.read(Ending(settings(agent)))
        assert [(part.scope, part.since, part.until) for part in came if isinstance(part, Gap)] == [
            ("filler", START + 100 * SECOND, START + 160 * SECOND)
        ]
        gaps = [row for row in one.told("state") if row["method"] == "gap"]
        assert [(row["state"], row["until_at"]) for row in gaps] == [("unknown", START + 160 * SECOND)]


def test_only_what_is_asked_for_is_read(project: Path, agent: ReplayAgent, devices: Model) -> None:
    agent.observe(at(0), devices.items["capper", "execution"], "READY")
    agent.release()
    with cell(project) as one:
        path = '//DataItem[@type="EXECUTION"]'
        one.read(Ending(settings(agent, device="filler", path=path)))
        assert len(one.told("state")) == 42 and not one.told("count", "reading")
        equipment = {row["equipment"] for row in one.told("state")}
        assert len(equipment) == 1
        with pytest.raises(Fatal, match="does not know"):
            one.read(Ending(settings(agent, device="press")))


def test_an_agent_is_read_whole_wherever_it_is_cut_off(project: Path, devices: Model) -> None:
    recorded = shift(devices, pieces=30)
    with ReplayAgent(devices, recorded, buffer=70) as agent:
        agent.release()

        def connect(_folder: Path) -> Ending:
            return Ending(settings(agent))

        source = Source(lambda folder: None, connect, MAPPING, now=START + 10 * HOUR, idle_s=PATIENCE_S)
        assert check_connector(source, project) == []


def _read(project: Path, answers: Sequence[Messages]) -> list[tuple[object, ...]]:
    """The events of some answers, written one after another."""
    with cell(project) as one:
        connection = Connection("cell", "test", MTConnect(Settings("")), MAPPING)
        for answer in answers:
            one.deliveries.write(connection, answer)
        assert not one.log.dead_letters()
        kinds = ("state", "count", "reading")
        return [
            tuple(row[name] for name in ("kind", "key", "at", "state", "good")) for row in one.told(*kinds)
        ]


@hypothesis.settings(max_examples=3, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 122), st.integers(1, 122)), max_size=4))
def test_answers_that_overlap_are_the_answer_once(empty: Path, more: list[tuple[int, int]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        of = model(folder)
        with ReplayAgent(of, shift(of)) as agent:
            agent.release()
            chain = [(begin, 60) for begin in range(1, 123, 50)]
            answers = [_answered(agent, *window) for window in sorted([*more, *chain])]
            once = [_answered(agent, 1, 1_000)]
        projects = [Path(shutil.copytree(empty, folder / f"{number}")) for number in range(2)]
        assert _read(projects[0], answers) == _read(projects[1], once)


def test_documents_that_overlap_are_loaded_once_and_are_what_is_read_live(
    project: Path, empty: Path, agent: ReplayAgent, tmp_path: Path
) -> None:
    agent.release()
    (project / "mappings").mkdir(exist_ok=True)
    (project / "mappings" / "agent.yaml").write_text(TEXT)
    paths = []
    for begin in (1, 40, 80, 60):
        paths.append(tmp_path / f"{begin}.xml")
        _, body = agent.answer("sample", "", {"from": str(begin), "count": "50"})
        paths[-1].write_bytes(body)
    with Stack.open(project, write=True) as stack:
        loaded = stack.load(paths, now=NOW, mapping="agent")
        assert not any(one.problems or one.refused for one in loaded)
        rows = stack.log.events().to_pylist()
    other = Path(shutil.copytree(empty, tmp_path / "live"))
    fields = ("kind", "key", "at", "state", "good")
    told = [tuple(row[name] for name in fields) for row in rows if row["kind"] != "config"]
    assert sorted(told, key=str) == sorted(_read(other, [_answered(agent, 1, 1_000)]), key=str)


def _answered(agent: ReplayAgent, begin: int, count: int) -> Messages:
    """What an answer of so many observations gives."""
    _, body = agent.answer("sample", "", {"from": str(begin), "count": str(count)})
    rows = sorted(map(cells_of, document_of(body)["rows"]), key=number_of)
    return Messages(tuple(message_of(cells, str(agent.instance)) for cells in rows))


SAMPLES = {
    "configuration1.6.xml": (0, 0),
    "data_set_variable.xml": (9, 1),
    "Devices.xml": (216, 2),
    "discrete_example.xml": (9, 1),
    "fanuc.xml": (48, 1),
    "haas.xml": (14, 1),
    "min_config.xml": (8, 1),
    "min_config2.xml": (10, 2),
    "SimpleDevlce.xml": (38, 2),
    "test_config.xml": (32, 1),
}


@pytest.mark.shared
def test_device_models_of_all_versions_are_seen(agent: ReplayAgent) -> None:
    folder, found = data("mtconnect-agent-samples"), {}
    for name in SAMPLES:
        body = (folder / name).read_bytes()
        agent.answer_next(body)
        seen_of_it = asyncio.run(browse(settings(agent)))
        found[name] = (len(seen_of_it), len({one.path for one in seen_of_it}))
        assert all(one.tag and one.note for one in seen_of_it)
    assert found == SAMPLES
    agent.answer_next((folder / "full_bore.xml").read_bytes())
    with pytest.raises(Retry, match="MTConnectAssets"):
        asyncio.run(browse(settings(agent)))


def test_what_is_seen_names_units_meanings_and_what_is_so_now(agent: ReplayAgent) -> None:
    agent.release()
    found = {one.tag: one for one in asyncio.run(browse(settings(agent, device="filler")))}
    heat, run, parts = (found[f"filler/{name}"] for name in ("heat", "execution", "parts"))
    assert (heat.samples, heat.type, heat.unit, heat.path) == (("23.9",), "number", "°C", ("filler",))
    assert (run.samples, run.note) == (("STOPPED",), "controller/path, event, execution")
    assert isinstance(run, Offer) and (run.means, dict(run.states)["FEED_HOLD"]) == ("state", "stopped")
    assert isinstance(parts, Offer) and parts.means == "total"


def test_a_mapping_drafted_from_the_model_reads_the_agent(
    project: Path, agent: ReplayAgent, devices: Model
) -> None:
    agent.release()
    agent.observe(at(2_500), devices.items["capper", "execution"], "ACTIVE")
    machines = {name: (name,) for name in ("filler", "capper", "packer")}
    text = draft_tags(asyncio.run(browse(settings(agent))), "cell", machines)
    with cell(project, parse_mapping(text, "cell")) as one:
        one.read(Ending(settings(agent)))
        assert sum(int(row["total"]) for row in one.told("count")) == 39
        assert {row["equipment"] for row in one.told("state")} == {"filler", "capper"}
        assert not one.log.dead_letters()


def test_what_could_be_better_is_said_once_asked(devices: Model) -> None:
    with ReplayAgent(devices, shift(devices), buffer=20) as agent:
        agent.release()
        agent.observe(at(2_400), devices.items["capper", "avail"], "UNAVAILABLE")
        advice = asyncio.run(MTConnect(settings(agent)).advice())
        assert [one.code for one in advice] == ["mtconnect-away", "mtconnect-buffer"]
        assert "the last 6 min" in advice[1].what
        poor = agent.model.document.replace(b"AVAILABILITY", b"POWER_STATE")
        agent.answer_next(poor)
        advice = asyncio.run(MTConnect(settings(agent)).advice())
        assert [one.what.split()[0] for one in advice[:2]] == ["capper", "filler"]
    with pytest.raises(Retry, match="cannot be read"):
        asyncio.run(MTConnect(settings(agent)).advice())


def test_a_counter_of_a_new_connection_begins_where_it_stood_when_the_buffer_begins(
    project: Path, devices: Model
) -> None:
    with ReplayAgent(devices, shift(devices), buffer=19) as agent, cell(project) as one:
        agent.release()  # its buffer begins just behind the 33
        one.read(Ending(settings(agent)))
        assert sum(int(row["good"]) for row in one.told("count")) == 39 - 33
