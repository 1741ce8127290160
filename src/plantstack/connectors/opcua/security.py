"""Who the server is, and who we are: one certificate of the server is trusted, and nothing by itself."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from asyncua import ua
from asyncua.client.client import Client
from asyncua.common.utils import ServiceError
from asyncua.crypto import security_policies, uacrypto
from asyncua.crypto.validator import CertificateValidator, CertificateValidatorOptions
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from plantstack.connectors.opcua.failing import unreadable
from plantstack.connectors.opcua.settings import Settings
from plantstack.errors import Problem

MODE = {
    "sign": ua.MessageSecurityMode.Sign,
    "sign-and-encrypt": ua.MessageSecurityMode.SignAndEncrypt,
}
POLICY: dict[str, type[security_policies.SecurityPolicy]] = {
    "none": security_policies.SecurityPolicyNone,
    "Basic256Sha256": security_policies.SecurityPolicyBasic256Sha256,
    "Aes128Sha256RsaOaep": security_policies.SecurityPolicyAes128Sha256RsaOaep,
    "Aes256Sha256RsaPss": security_policies.SecurityPolicyAes256Sha256RsaPss,
}
_WORDS = {policy.URI: name for name, policy in POLICY.items()}
_IN_TIME = CertificateValidator(CertificateValidatorOptions.TIME_RANGE)


async def secure(client: Client, settings: Settings) -> None:
    """Let a client sign with our certificate, and speak to the owner of the server's only."""
    ours, key, theirs = settings.certificate, settings.key, settings.server_certificate
    if not settings.is_secure or ours is None or key is None or theirs is None:
        return
    client.application_uri = _uri_of(await uacrypto.load_certificate(ours)) or client.application_uri
    policy, mode = POLICY[settings.policy], MODE[settings.mode]
    await client.set_security(policy, ours, key, server_certificate=str(theirs), mode=mode)
    client.certificate_validator = _IN_TIME


async def certificate_problems(settings: Settings) -> list[Problem]:
    """Say which certificates cannot be read, or are out of time."""
    found = []
    for path in filter(None, (settings.certificate, settings.server_certificate)):
        if settings.is_secure and (problem := await _wrong(path)):
            found.append(problem)
    return found


def endpoint_problems(
    settings: Settings, offered: Sequence[ua.EndpointDescription], pinned: bytes
) -> list[Problem]:
    """Hold what the server offers against what is configured; nothing less is taken.

    Args:
        settings: of the connection.
        offered: by the server.
        pinned: the server's certificate that is trusted, DER; empty without security.
    """
    mode = MODE[settings.mode] if settings.is_secure else ua.MessageSecurityMode.None_
    uri = POLICY[settings.policy].URI
    fitting = [one for one in offered if one.SecurityMode == mode and one.SecurityPolicyUri == uri]
    if not fitting:
        words = f"{settings.policy}, {settings.mode}" if settings.is_secure else "no security"
        what = f"the server does not offer {words}; it offers {_list(offered)}"
        fix = (
            "Nothing less is taken: switch it on at the server." if settings.is_secure else "Set 'security'."
        )
        return [Problem("opcua-security", settings.url, what, fix)]
    if pinned and not any((one.ServerCertificate or b"").startswith(pinned) for one in fitting):
        return [changed(settings, fitting[0].ServerCertificate or b"")]
    return _user_problems(settings, [token for one in fitting for token in one.UserIdentityTokens])


def _user_problems(settings: Settings, tokens: Sequence[ua.UserTokenPolicy]) -> list[Problem]:
    kind = ua.UserTokenType.UserName if settings.user else ua.UserTokenType.Anonymous
    wanted = [one for one in tokens if one.TokenType == kind]
    if settings.user and not wanted:
        what = "the server knows no users, and would let us in as anybody"
        return [Problem("opcua-user", settings.url, what, "Create the user at the server.")]
    if not wanted:
        what, fix = "the server lets nobody in without a user", "Write 'user:' and 'password_file:'."
        return [Problem("opcua-user", settings.url, what, fix)]
    is_open = any(one.SecurityPolicyUri == POLICY["none"].URI for one in wanted)
    if settings.user and settings.mode == "sign" and is_open:
        what = "the server wants the password in the open, as messages are only signed"
        return [Problem("opcua-open-password", settings.url, what, "Write 'mode: sign-and-encrypt'.")]
    return []


async def pinned_certificate(settings: Settings) -> bytes:
    """Return the certificate of the server that is trusted, DER; empty without security.

    Raises:
        Fatal: when it cannot be read.
    """
    if not settings.is_secure or settings.server_certificate is None:
        return b""
    try:
        certificate = await uacrypto.load_certificate(settings.server_certificate)
    except (OSError, ValueError) as error:
        raise unreadable(error, settings) from error
    found: bytes = certificate.public_bytes(Encoding.DER)
    return found


def changed(settings: Settings, shown: bytes) -> Problem:
    """The alarm of a server that is not who it was."""
    name = settings.server_certificate.name if settings.server_certificate else ""
    what = (
        f"the server's certificate is not the one in '{name}': it shows SHA-256 {sha256(shown).hexdigest()}"
    )
    fix = "Somebody may be in between. Compare at the server; if it was renewed there, put the new one there."
    return Problem("opcua-certificate", settings.url, what, fix)


async def _wrong(path: Path) -> Problem | None:
    try:
        certificate = await uacrypto.load_certificate(path)
    except ValueError:
        what = "is no certificate, DER or PEM as its ending says"
        return Problem("opcua-certificate", path.name, what, "Export it anew.")
    try:
        await _IN_TIME.validate(certificate, ua.ApplicationDescription())
    except ServiceError as error:
        is_late = error.code == ua.uaerrors.BadCertificateTimeInvalid.code
        what = "the certificate is out of time" if is_late else "the certificate names no application"
        return Problem("opcua-certificate", path.name, what, "Renew it, and exchange it on both sides.")
    return None


def _uri_of(certificate: x509.Certificate) -> str:
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return next(iter(names.get_values_for_type(x509.UniformResourceIdentifier)), "")


def _list(offered: Sequence[ua.EndpointDescription]) -> str:
    words = {value: word for word, value in MODE.items()}
    told = {
        f"{_WORDS.get(one.SecurityPolicyUri, one.SecurityPolicyUri)}, {words[one.SecurityMode]}"
        if one.SecurityMode in words
        else "no security"
        for one in offered
    }
    return "; ".join(sorted(told)) or "nothing"
