"""Nothing is trusted by itself: what a server offers less, or who it is not any more, is refused."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from asyncua import ua
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from tests.live.opcua_mother import Mother
from tests.live.opcua_parts import LINE, VENDOR, Plc

from plantstack.connectors.contract import Fatal, Messages, Outcome
from plantstack.connectors.opcua.connector import Server
from plantstack.connectors.opcua.security import POLICY, endpoint_problems
from plantstack.connectors.opcua.settings import Address, Settings
from plantstack.errors import Problem

PATIENCE_S = 20.0
PASSWORD = "correct horse"


@dataclass(frozen=True)
class Pair:
    certificate: Path
    key: Path


def pair(folder: Path, name: str, *, days: int = 10) -> Pair:
    """A certificate that signs itself, and its key; with negative days it ended yesterday."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    begin, end = (
        (now - timedelta(days=1), now + timedelta(days=days))
        if days > 0
        else (
            now - timedelta(days=10),
            now - timedelta(days=1),
        )
    )
    uri = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(f"urn:plant.example:{name}")])
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
        .add_extension(uri, critical=False)
        .sign(key, hashes.SHA256())
    )
    found = Pair(folder / f"{name}.der", folder / f"{name}.pem")
    found.certificate.write_bytes(made.public_bytes(Encoding.DER))
    found.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    found.key.chmod(0o600)
    return found


@dataclass(frozen=True)
class Pairs:
    ours: Pair
    server: Pair
    other: Pair
    late: Pair
    password: Path


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Pairs:
    folder = tmp_path_factory.mktemp("certificates")
    password = folder / "password"
    password.write_text(PASSWORD + "\n")
    password.chmod(0o600)
    late = pair(folder, "late", days=-1)
    return Pairs(pair(folder, "ours"), pair(folder, "server"), pair(folder, "other"), late, password)


@contextmanager
def server(mother: Mother, pairs: Pairs, **more: Any) -> Iterator[Plc]:
    told = {"certificate": str(pairs.server.certificate), "key": str(pairs.server.key), **more}
    plc = Plc(mother, **told)
    plc.start()
    try:
        yield plc
    finally:
        plc.kill()


def settings(plc: Plc, pairs: Pairs, **more: Any) -> Settings:
    nodes = (Address("filler.state", VENDOR, f"s={LINE}.State"),)
    secure = Settings(
        plc.url,
        nodes,
        policy="Basic256Sha256",
        certificate=pairs.ours.certificate,
        key=pairs.ours.key,
        server_certificate=pairs.server.certificate,
        interval_us=50_000,
    )
    return replace(secure, **more)


def checked(of: Settings) -> list[Problem]:
    return list(asyncio.run(Server(of).check()))


def first(of: Settings) -> bytes:
    """Read until the first message."""

    async def read() -> bytes:
        reading = Server(of).read(None)
        try:
            delivery = await asyncio.wait_for(anext(reading), PATIENCE_S)
            while not isinstance(delivery, Messages):
                delivery = await asyncio.wait_for(reading.asend(Outcome()), PATIENCE_S)
            return delivery.messages[0].payload
        finally:
            await reading.aclose()

    return asyncio.run(read())


@pytest.mark.parametrize("mode", ["sign", "sign-and-encrypt"])
def test_a_server_that_is_who_it_was_is_read_by_a_user(mother: Mother, pairs: Pairs, mode: str) -> None:
    kind = "sign" if mode == "sign" else "encrypt"
    with server(mother, pairs, security=kind, users={"plantstack": PASSWORD}) as plc:
        of = settings(plc, pairs, mode=mode, user="plantstack", password=pairs.password)
        assert checked(of) == []
        assert b'"running"' in first(of)


def test_F33_a_server_with_another_certificate_is_refused_and_named(mother: Mother, pairs: Pairs) -> None:
    with server(mother, pairs) as plc:
        of = settings(plc, pairs, server_certificate=pairs.other.certificate)
        (problem,) = checked(of)
        assert problem.code == "opcua-certificate"
        assert "is not the one in 'other.der': it shows SHA-256" in problem.what
        with pytest.raises(Fatal) as caught:  # also when it changed after the check
            first(of)
        assert caught.value.problems[0].code == "opcua-certificate"


def test_F33_a_certificate_that_is_out_of_time_is_refused(mother: Mother, pairs: Pairs) -> None:
    late = {"certificate": str(pairs.late.certificate), "key": str(pairs.late.key)}
    with server(mother, pairs, **late) as plc:
        of = settings(plc, pairs, server_certificate=pairs.late.certificate)
        (problem,) = checked(of)
        assert (problem.code, problem.where) == ("opcua-certificate", "late.der")
        assert "out of time" in problem.what
        with pytest.raises(Fatal) as caught:
            first(of)
        assert caught.value.problems[0].code == "opcua-certificate"


def test_H_OT_01_a_server_without_security_is_refused_when_signing_is_configured(
    mother: Mother, pairs: Pairs
) -> None:
    with server(mother, pairs, security="none") as plc:
        (problem,) = checked(settings(plc, pairs))
        assert problem.code == "opcua-security"
        assert problem.what.endswith("it offers no security")
        with pytest.raises(Fatal):
            first(settings(plc, pairs))


def test_a_server_that_signs_only_is_refused_when_encryption_is_configured(
    mother: Mother, pairs: Pairs
) -> None:
    with server(mother, pairs, security="sign") as plc:
        (problem,) = checked(settings(plc, pairs))
        assert problem.what.endswith(
            "does not offer Basic256Sha256, sign-and-encrypt; it offers Basic256Sha256, sign"
        )
        (problem,) = checked(settings(plc, pairs, policy="none"))
        assert problem.fix == "Set 'security'."


def test_H_OT_02_a_server_that_knows_no_users_is_refused_when_one_is_configured(
    mother: Mother, pairs: Pairs
) -> None:
    with server(mother, pairs, is_anonymous=True) as plc:
        of = settings(plc, pairs, user="plantstack", password=pairs.password)
        (problem,) = checked(of)
        assert (problem.code, problem.what[:27]) == ("opcua-user", "the server knows no users, ")
        with pytest.raises(Fatal) as caught:
            first(of)
        assert caught.value.problems[0].code == "opcua-user"


def test_a_wrong_password_stops_it_and_is_told_to_nobody(
    mother: Mother, pairs: Pairs, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("battery staple\n")
    wrong.chmod(0o600)
    with server(mother, pairs, users={"plantstack": PASSWORD}) as plc:
        with pytest.raises(Fatal) as caught:
            first(settings(plc, pairs, user="plantstack", password=wrong))
        assert caught.value.problems[0].code == "opcua-user"
        assert "battery" not in str(caught.value)
        (problem,) = checked(settings(plc, pairs))
        assert problem.what == "the server lets nobody in without a user"


def test_a_password_is_not_sent_where_messages_are_only_signed() -> None:
    of = Settings("opc.tcp://x:4840", (), policy="Basic256Sha256", mode="sign", user="plantstack")
    offered = ua.EndpointDescription(SecurityMode=ua.MessageSecurityMode.Sign)
    offered.SecurityPolicyUri = POLICY["Basic256Sha256"].URI
    token = ua.UserTokenPolicy(TokenType=ua.UserTokenType.UserName)
    offered.UserIdentityTokens = [token]
    assert endpoint_problems(of, [offered], b"") == []
    token.SecurityPolicyUri = POLICY["none"].URI
    assert [one.code for one in endpoint_problems(of, [offered], b"")] == ["opcua-open-password"]


def test_files_that_are_not_there_open_or_none_are_named(pairs: Pairs, tmp_path: Path) -> None:
    key, rubbish = tmp_path / "key.pem", tmp_path / "rubbish.der"
    key.write_text("x")
    key.chmod(0o644)
    rubbish.write_bytes(b"x")
    nodes = (Address("a", "", "i=1"),)
    plc = Settings(
        "opc.tcp://127.0.0.1:1", nodes, policy="Basic256Sha256", key=key, certificate=tmp_path / "no"
    )
    assert [(one.code, one.where) for one in checked(plc)] == [
        ("file-missing", "no"),
        ("secret-open", "key.pem"),
    ]
    key.chmod(0o600)
    told = checked(replace(plc, certificate=rubbish, server_certificate=pairs.late.certificate))
    assert [(one.code, one.where) for one in told] == [
        ("opcua-certificate", "rubbish.der"),
        ("opcua-certificate", "late.der"),
    ]
    assert "no certificate" in told[0].what
    assert [one.code for one in checked(replace(plc, certificate=rubbish, nodes=()))] == ["opcua-nodes"]
    with pytest.raises(Fatal, match="cannot be read"):
        first(replace(plc, certificate=rubbish, server_certificate=rubbish))


def test_the_certificate_of_the_guide_is_taken(mother: Mother, pairs: Pairs, tmp_path: Path) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    page = (Path(__file__).parents[2] / "docs" / "guide" / "opcua.md").read_text("utf-8")
    (steps,) = re.findall(r"^ {7}mkdir.*?^ {7}chmod.*?$", page, re.DOTALL | re.MULTILINE)
    subprocess.run(["/bin/sh", "-ec", steps], cwd=tmp_path, check=True, capture_output=True)
    secrets = tmp_path / "secrets"
    with server(mother, pairs) as plc:
        of = settings(plc, pairs, certificate=secrets / "plantstack.der", key=secrets / "plantstack.pem")
        assert checked(of) == []
        assert b'"running"' in first(of)
