"""The ways by which somebody is told of a call: e-mail through a relay, and a signed request to a program."""

from __future__ import annotations

import asyncio
import hmac
import json
import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx

from plantstack.intervals import SECOND
from plantstack.stack.files.call_plan import Mail, Webhook

PATIENCE_S = 10.0
_AGAIN = (408, 425, 429)  # of the refusals of a program those that pass


@dataclass(frozen=True, slots=True)
class Word:
    """What is said.

    Attributes:
        id: of the delivery, the same however often it is tried: receivers can drop what they have.
        subject: one line.
        text: for people.
        data: for programs.
        at: now, microseconds UTC.
    """

    id: str
    subject: str
    text: str
    data: dict[str, Any]
    at: int


class NotTold(Exception):
    """Somebody could not be told.

    Attributes:
        is_final: whether trying again is of no use.
    """

    def __init__(self, why: str, *, is_final: bool = False) -> None:
        super().__init__(why)
        self.is_final = is_final


def mail(relay: Mail, address: str, word: Word) -> None:
    """Hand an e-mail to the relay; it has it when this returns.

    Raises:
        NotTold: in words without address or password.
    """
    message = EmailMessage()
    message["From"], message["To"] = relay.sender, address
    message["Subject"] = " ".join(word.subject.split())
    message["Date"] = formatdate(word.at / SECOND)
    name, domain = sha256(word.id.encode()).hexdigest()[:32], relay.sender.rpartition("@")[2].strip("> ")
    message["Message-ID"] = f"<{name}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(word.text)
    try:
        with _relay(relay) as server:
            if relay.security == "starttls":
                server.starttls(context=_trust(relay.ca))
            if relay.user:
                server.login(relay.user, _secret(relay.password))
            server.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        code = max((answer[0] for answer in error.recipients.values()), default=550)
        raise NotTold(f"the relay does not take the address ({code})", is_final=code >= 500) from error
    except smtplib.SMTPAuthenticationError as error:
        raise NotTold("the relay does not know user and password", is_final=True) from error
    except smtplib.SMTPResponseException as error:
        raise NotTold(f"the relay refuses it ({error.smtp_code})", is_final=error.smtp_code >= 500) from error
    except smtplib.SMTPNotSupportedError as error:
        raise NotTold("the relay offers no encryption or no sign-in", is_final=True) from error
    except ssl.SSLCertVerificationError as error:
        raise NotTold("the relay's certificate is not trusted", is_final=True) from error
    except (OSError, smtplib.SMTPException) as error:
        raise NotTold("the relay does not answer") from error


def _relay(relay: Mail) -> smtplib.SMTP:
    if relay.security == "tls":
        trust = _trust(relay.ca)
        return smtplib.SMTP_SSL(relay.host, relay.port, "localhost", timeout=PATIENCE_S, context=trust)
    return smtplib.SMTP(relay.host, relay.port, "localhost", timeout=PATIENCE_S)


def _trust(ca: Path | None) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(ca) if ca else None)


def _secret(path: Path | None) -> str:
    if path is None:
        return ""
    try:
        return path.read_text("utf-8").strip()
    except OSError as error:
        raise NotTold(f"the file {path.name} cannot be read", is_final=True) from error


def post(hook: Webhook, word: Word) -> None:
    """Post to a program; it has it when this returns.

    The body is signed with HMAC-SHA256 over the instant, a full stop and the body.

    Raises:
        NotTold: in words without address or key.
    """
    body = json.dumps(word.data, ensure_ascii=False, sort_keys=True).encode()
    stamp = str(word.at // SECOND)
    headers = {
        "content-type": "application/json",
        "x-plantstack-delivery": sha256(word.id.encode()).hexdigest()[:32],
        "x-plantstack-time": stamp,
    }
    if hook.key is not None:
        signed = hmac.new(_secret(hook.key).encode(), stamp.encode() + b"." + body, sha256).hexdigest()
        headers["x-plantstack-signature"] = f"sha256={signed}"
    try:
        status = asyncio.run(_status(hook.url, body, headers))
    except httpx.InvalidURL as error:
        raise NotTold(f"the address of '{hook.name}' is none", is_final=True) from error
    except (httpx.HTTPError, TimeoutError) as error:
        raise NotTold(f"'{hook.name}' does not answer") from error
    if not 200 <= status < 300:
        is_final = 300 <= status < 500 and status not in _AGAIN
        raise NotTold(f"'{hook.name}' refuses it ({status})", is_final=is_final)


async def _status(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """What a program answers, within so long in all: one that sends a byte now and then would never end."""
    async with asyncio.timeout(PATIENCE_S):
        # no proxy of the environment and no redirect: it goes where the plan says, or nowhere
        async with (
            httpx.AsyncClient(timeout=PATIENCE_S, trust_env=False, follow_redirects=False) as client,
            client.stream("POST", url, content=body, headers=dict(headers)) as answer,
        ):
            return answer.status_code
