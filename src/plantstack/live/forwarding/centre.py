"""The server that is told: one request at a time, and what its answer means.

Nothing counts as told before the server said so of every single event, so a proxy, a captive portal or half
an answer never moves the cursor.
"""

from __future__ import annotations

import asyncio
import gzip
import re
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import msgspec

from plantstack.connectors.contract import Fatal, Retry
from plantstack.errors import Problem
from plantstack.live.door import STATUSES

EVENTS, EDGE = "/api/v1/events", "Plantstack-Edge"
ANSWER_S = 120.0  # from the first byte of a request to the last of its answer
_MOST = 16 << 20  # bytes of an answer
_SMALL = 500  # bytes that are not worth packing
_NO_TYPE, _TOO_LARGE, _ACTED_ON = 415, 413, (200, 422)
_SECRET = re.compile(rb"[!-~]{1,500}")
_decode = msgspec.json.Decoder(dict[str, Any]).decode


class TooLarge(Exception):
    """The server takes no request of this size."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the server made of one event: a status of the door, and why it was not taken."""

    status: str
    problem: Problem | None = None


class Centre:
    """A server far away, asked over HTTP."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        address: str,
        token: Path | None,
        edge: str,
        *,
        is_passing: bool = False,
    ) -> None:
        """Prepare; nothing is sent yet.

        Args:
            client: with its trust, proxies and time-outs.
            address: of the server, as `https://kpi.acme.example`.
            token: file of the secret, read with each request; None where none is needed.
            edge: who tells: the server keeps the answer to its last request, and notices when it is absent.
            is_passing: it comes and goes; the server shall not miss it.
        """
        self.address = address.rstrip("/")
        self._client, self._token = client, token
        self._edge = f"{edge} passing" if is_passing else edge
        self._packs = True

    async def tell(self, lines: Sequence[bytes], key: str = "") -> list[Verdict]:
        """Send events; returns when the server has them on disk, with what became of each.

        Args:
            lines: one event each; none says that we are here.
            key: of the request; sent again under it, it changes nothing.

        Raises:
            TooLarge: when there are too many for one request.
            Retry: when there is no usable answer for now.
            Fatal: when somebody must act first.
        """
        body = b"\n".join(lines) if lines else b"[]"
        status, answer = await self._post(body, {"Idempotency-Key": key} if key else {})
        if status == _NO_TYPE and self._packs:  # an older server, or a proxy before it
            self._packs = False
            return await self.tell(lines, key)
        if status == _TOO_LARGE and len(lines):
            raise TooLarge
        if status not in _ACTED_ON:
            raise self._refused(status, answer)
        return self._verdicts(answer, len(lines))

    async def _post(self, body: bytes, more: Mapping[str, str]) -> tuple[int, bytes]:
        headers = {"Content-Type": "application/x-ndjson" if body != b"[]" else "application/json", **more}
        headers |= {EDGE: self._edge, **self._secret()}
        if self._packs and len(body) > _SMALL:
            body, headers["Content-Encoding"] = gzip.compress(body, 5, mtime=0), "gzip"
        try:
            async with (
                asyncio.timeout(ANSWER_S),
                self._client.stream(
                    "POST", f"{self.address}{EVENTS}", content=body, headers=headers
                ) as answer,
            ):
                parts, size = [], 0
                async for part in answer.aiter_bytes():
                    size += len(part)
                    if size > _MOST:
                        raise self.odd("its answer has no end")
                    parts.append(part)
                return answer.status_code, b"".join(parts)
        except (httpx.HTTPError, TimeoutError) as error:
            raise self._unreached(error) from error

    def _secret(self) -> dict[str, str]:
        if self._token is None:
            return {}
        try:
            secret = self._token.read_bytes().strip()
            why = "" if _SECRET.fullmatch(secret) else "it holds no secret"
        except OSError as error:
            secret, why = b"", error.strerror or "unreadable"
        if why:
            fix = "Write the secret into it and nothing else, readable by this user only."
            raise Fatal(Problem("forward-token", self._token.name, f"the token cannot be read: {why}", fix))
        return {"Authorization": f"Bearer {secret.decode('ascii')}"}

    def changed(self) -> object:
        """What tells whether somebody wrote another token; compared with what it was before."""
        try:
            return self._token and self._token.stat().st_mtime_ns
        except OSError:
            return None

    def odd(self, what: str) -> Retry:
        """Return why an answer is not believed."""
        fix = f"Check that a plantstack server answers at {self.address}; it is tried again by itself."
        return Retry(Problem("forward-answer", self.address, f"the server answers oddly: {what}", fix))

    def _unreached(self, error: httpx.HTTPError | TimeoutError) -> Retry | Fatal:
        if isinstance(error, httpx.ConnectError) and _is_untrusted(error):
            what = "the certificate of the server is not trusted"
            fix = "Name the authority that signed it with --ca, or let the server's certificate be renewed."
            return Fatal(Problem("forward-certificate", self.address, what, fix))
        what = f"the server cannot be reached ({type(error).__name__})"
        return Retry(Problem("forward-unreached", self.address, what, "It is tried again by itself."))

    def _refused(self, status: int, answer: bytes) -> Retry | Fatal:
        if status in (401, 403):
            what = "the server does not take the token" if status == 401 else "the token may not send events"
            fix = "Make one there with 'plantstack token add DIR NAME --may send' and write it into the file."
            return Fatal(Problem("forward-token", self.address, f"{what}; everything is kept here", fix))
        if status in (408, 425, 429) or status >= 500:
            fix = "It is tried again by itself."
            return Retry(Problem("forward-busy", self.address, _why(status, answer), fix))
        fix = "Check --to: it is the address before /api."
        return Fatal(Problem("forward-refused", self.address, _why(status, answer), fix))

    def _verdicts(self, answer: bytes, expected: int) -> list[Verdict]:
        """Read what became of each event; an answer that leaves one out is none."""
        try:
            rows = _decode(answer)["rows"]
            found = [(row["item"], _verdict(row)) for row in rows]
        except (msgspec.DecodeError, KeyError, TypeError) as error:
            raise self.odd("it is not what a plantstack server says") from error
        if [number for number, _ in found] != list(range(1, expected + 1)):
            raise self.odd("it leaves out what became of some events")
        if any(verdict.status not in STATUSES for _, verdict in found):
            raise self.odd("it says of an event what this program does not know")
        return [verdict for _, verdict in found]


def _verdict(row: Mapping[str, Any]) -> Verdict:
    if "code" not in row:
        return Verdict(row["status"])
    return Verdict(
        row["status"], Problem(*(str(row.get(name, "")) for name in ("code", "where", "what", "fix")))
    )


def _why(status: int, answer: bytes) -> str:
    """What a server says of a request that it did not take; only in plantstack's own form."""
    try:
        said = str(_decode(answer)["problems"][0]["what"])[:200]
    except (msgspec.DecodeError, KeyError, TypeError, IndexError):
        said = "it says no more"
    return f"the server answers {status}: {said}"


def _is_untrusted(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False
