"""What an agent, or somebody in its place, may answer: what is no answer is refused and never used."""

from __future__ import annotations

import asyncio
import shutil
import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from tests.live.agents import TEXT, Ending, at, cell, heard, model, settings, shift
from tests.stack.floor import plant

from plantstack.connectors.contract import Alive, Fatal, Messages, Retry
from plantstack.connectors.mapping.read import parse_mapping
from plantstack.connectors.mtconnect.agent import MOST
from plantstack.connectors.mtconnect.connector import MTConnect
from plantstack.connectors.mtconnect.telling import Position
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


_STREAMS = (
    '<MTConnectStreams xmlns="urn:mtconnect.org:MTConnectStreams:{}"><Header instanceId="1475083573" {}/>'
)
_NUMBERS = 'firstSequence="1" lastSequence="{}" nextSequence="{}"'
_END = "<Streams/></MTConnectStreams>"


def hostile() -> dict[str, tuple[bytes, str]]:
    """What comes instead of an answer, and what is said of it."""
    good = _STREAMS.format("1.3", _NUMBERS.format(60, 61))
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    secret = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    texts = {
        "H-OT-07 entities": (f'<!DOCTYPE a [<!ENTITY e0 "x">{entities}]>{good}&e9;{_END}', "DOCTYPE"),
        "H-OT-08 local file": (f"{secret}{good}<Streams>&x;</Streams></MTConnectStreams>", "DOCTYPE"),
        "H-OT-08 page of a proxy": ("<!DOCTYPE html><html></html>", "DOCTYPE"),
        "H-OT-09 attribute": (f'{good}<Streams a="{"x" * 12_000_000}"/></MTConnectStreams>', "well-formed"),
        "H-OT-09 too large": (f'{good}<Streams a="{"x" * 20_000_000}"/></MTConnectStreams>', "no end within"),
        "H-OT-09 depth": (good + "<a>" * 10_000, "deeper"),
        "H-OT-10 error": (
            "<MTConnectError><Header/><Errors><Error errorCode='INTERNAL_ERROR'>the buffer is lost</Error>"
            "</Errors></MTConnectError>",
            "INTERNAL_ERROR: the buffer is lost",
        ),
        "H-OT-11 lower": (_STREAMS.format("1.3", _NUMBERS.format(60, 5)) + _END, "contradict"),
        "H-OT-11 stuck": (_STREAMS.format("1.3", _NUMBERS.format(90, 61)) + _END, "does not tell it"),
        "H-OT-11 none": (_STREAMS.format("1.3", "") + _END, "which numbers"),
        "no XML": ("{}", "no document"),
        "assets": ("<MTConnectAssets/>", "MTConnectAssets"),
    }
    return {name: (text.encode(), why) for name, (text, why) in texts.items()}


HOSTILE = hostile()


@pytest.mark.parametrize("name", HOSTILE)
def test_H_OT_07_H_OT_08_H_OT_09_H_OT_10_H_OT_11_what_is_no_answer_is_refused_and_nothing_moves(
    name: str, agent: ReplayAgent
) -> None:
    body, why = HOSTILE[name]
    agent.release()
    cursor = Position(str(agent.instance), 61).text()
    agent.answer_next(agent.answer("current", "", {})[1])
    agent.answer_next(body)
    reading = Ending(settings(agent)).read(cursor)
    with pytest.raises(Retry, match=why):
        asyncio.run(anext(reading))
    came = asyncio.run(heard(Ending(settings(agent)), cursor))
    assert [type(one) for one in came] == [Messages, Alive], "and the next answer goes on behind the cursor"


def test_H_OT_12_an_answer_without_an_end_is_given_up(project: Path, agent: ReplayAgent) -> None:
    agent.answer_next(b"<!-- and so on -->" * 50_000, is_endless=True)
    with cell(project) as one, pytest.raises(Retry, match=f"no end within {MOST >> 20} MiB"):
        one.read(Ending(settings(agent)))


def test_H_OT_12_an_answer_that_drips_is_given_up(
    project: Path, agent: ReplayAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("plantstack.connectors.mtconnect.agent.ANSWER_S", 0.5)
    agent.answer_next(b" ", is_endless=True)
    with cell(project) as one, pytest.raises(Retry, match="no end within"):
        one.read(Ending(settings(agent)))


def test_an_agent_may_refuse_the_number_that_is_still_to_come(agent: ReplayAgent) -> None:
    agent.release(60)
    cursor = Position(str(agent.instance), 61).text()
    agent.answer_next(agent.answer("current", "", {})[1])
    agent.answer_next(error(agent, "OUT_OF_RANGE", "from must be from 1 to 60"), 404)
    assert [type(one) for one in asyncio.run(heard(Ending(settings(agent)), cursor))] == [Alive]


def test_H_OT_13_unavailable_is_no_number_and_no_zero(
    project: Path, agent: ReplayAgent, devices: Model
) -> None:
    for second, name, value in (
        (1, "parts", "5"),
        (2, "parts", "UNAVAILABLE"),
        (3, "heat", "UNAVAILABLE"),
        (4, "parts", "7"),
    ):
        agent.observe(at(second), devices.items["filler", name], value)
    with cell(project) as one:
        came = one.read(Ending(settings(agent)))
        payloads = [
            message.payload for part in came if isinstance(part, Messages) for message in part.messages
        ]
        assert [b'"quality": "bad"' in payload for payload in payloads[:4]] == [False, True, True, False]
        assert [int(row["good"]) for row in one.told("count")] == [2]
        assert not one.told("reading") and not one.log.dead_letters()


def test_H_OT_13_with_a_quality_unavailable_is_unknown_and_no_number_and_needs_no_word(
    project: Path, agent: ReplayAgent, devices: Model
) -> None:
    text = TEXT.replace("source: agent", 'source: agent\nquality: "{quality}"').replace(
        ", UNAVAILABLE: unknown", ""
    )
    text = text.replace(", value: {not: UNAVAILABLE}", "")
    for second, name, value in (
        (1, "execution", "ACTIVE"),
        (2, "parts", "5"),
        (3, "execution", "UNAVAILABLE"),
        (3, "parts", "UNAVAILABLE"),
        (4, "execution", "ACTIVE"),
        (5, "parts", "7"),
    ):
        agent.observe(at(second), devices.items["filler", name], value)
    with cell(project, parse_mapping(text, "agent")) as one:
        one.read(Ending(settings(agent)))
        assert one.states()[:3] == [(1, "producing"), (3, "unknown"), (4, "producing")]
        assert [int(row["good"]) for row in one.told("count")] == [2]
        assert not one.log.dead_letters()


def test_H_OT_14_a_namespace_of_tomorrow_reads_alike(project: Path, agent: ReplayAgent) -> None:
    agent.release(60)
    with cell(project) as one:
        one.read(Ending(settings(agent)))
        before = len(one.told("state"))
        agent.answer_next(agent.answer("current", "", {})[1])
        agent.release(1)
        status, body = agent.answer("sample", "", {"from": "61", "count": "1000"})
        agent.answer_next(body.replace(b"MTConnectStreams:1.3", b"MTConnectStreams:9.9"), status)
        one.read(Ending(settings(agent)))
        assert len(one.told("state", "count", "reading")) > before and not one.log.dead_letters()


def test_who_is_not_let_in_is_told_so_and_the_password_stays_in_its_file(
    devices: Model, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("geheim\n")
    secret.chmod(0o644)
    with ReplayAgent(devices, shift(devices), secret="plantstack:geheim") as agent:
        agent.release()
        mine = settings(agent, user="plantstack", password=secret)
        told = asyncio.run(MTConnect(replace(mine, ca=tmp_path / "none.pem")).check())
        assert [one.code for one in told] == ["file-missing", "secret-open"]
        assert asyncio.run(heard(Ending(mine), None))
        for other in (replace(mine, user="somebody"), replace(mine, user="", password=None)):
            with pytest.raises(Fatal, match="does not let us in") as caught:
                asyncio.run(heard(Ending(other), None))
            assert "geheim" not in str(caught.value)


def test_only_a_certificate_that_is_trusted_is_believed(devices: Model, tmp_path: Path) -> None:
    mine, others = (certificate(tmp_path, name) for name in ("mine", "others"))
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(mine, tmp_path / "mine.key")
    with ReplayAgent(devices, shift(devices), secured=served) as agent:
        agent.release()
        assert asyncio.run(heard(Ending(settings(agent, ca=mine)), None))
        for ca in (None, others):
            with pytest.raises(Fatal, match="certificate is not trusted"):
                asyncio.run(heard(Ending(settings(agent, ca=ca)), None))


def certificate(folder: Path, name: str) -> Path:
    """A certificate of this machine's loopback, signed by itself; its key lies beside it."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    told = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / f"{name}.key").write_bytes(told)
    path = folder / f"{name}.pem"
    path.write_bytes(made.public_bytes(Encoding.PEM))
    return path
