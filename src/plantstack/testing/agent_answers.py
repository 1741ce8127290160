"""Answers of the replay agent over HTTP: whole documents, streams of them, and broken ones at will."""

from __future__ import annotations

import base64
import re
import threading
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from time import monotonic
from typing import ClassVar, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

_BOUNDARY = "replayed"
_REQUESTS = ("probe", "current", "sample")


@dataclass(frozen=True, slots=True)
class Spoiled:
    """An answer that is none.

    Attributes:
        body: what comes instead.
        status: with which status.
        is_endless: the body comes over and over.
        is_cut: the right answer breaks off in its middle.
    """

    body: bytes = b""
    status: int = 200
    is_endless: bool = False
    is_cut: bool = False


class Answering(Protocol):
    """What answers need of the agent."""

    asked: list[str]
    secret: str
    spoiled: deque[Spoiled]
    stopping: threading.Event

    def answer(self, request: str, device: str, asked: dict[str, str]) -> tuple[int, bytes]:
        """Return the status and the document that answer a request."""
        ...


class Answers(BaseHTTPRequestHandler):
    """One connection of somebody who asks."""

    agent: ClassVar[Answering]
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer, and do not mind who goes away before the end."""
        with suppress(ConnectionError):
            self._answered()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def _answered(self) -> None:
        split = urlsplit(self.path)
        asked = dict(parse_qsl(split.query))
        parts = [unquote(part) for part in split.path.strip("/").split("/")]
        request = parts.pop() if parts[-1] in _REQUESTS else "probe"  # also of an address alone
        self.agent.asked.append(f"{request}?{split.query}" if split.query else request)
        told = base64.b64encode(self.agent.secret.encode()).decode()
        if self.agent.secret and self.headers.get("authorization") != f"Basic {told}":
            self._head(401, {"content-length": "0"})
        elif self.agent.spoiled:
            whole = self.agent.answer(request, "/".join(parts), asked)
            self._spoiled(self.agent.spoiled.popleft(), whole)
        elif "interval" in asked and request in ("current", "sample"):
            self._streamed(request, "/".join(parts), asked)
        else:
            status, body = self.agent.answer(request, "/".join(parts), asked)
            self._head(status, {"content-length": str(len(body))})
            self.wfile.write(body)

    def _spoiled(self, spoiled: Spoiled, whole: tuple[int, bytes]) -> None:
        if spoiled.is_cut:  # as by a cable: less comes than was said
            status, body = whole
            self._head(status, {"content-length": str(len(body))})
            self.wfile.write(body[: len(body) // 2])
            self.close_connection = True
        elif spoiled.is_endless:
            self._head(spoiled.status, {"transfer-encoding": "chunked"})
            while not self.agent.stopping.is_set():
                self._chunk(spoiled.body)
        else:
            self._head(spoiled.status, {"content-length": str(len(spoiled.body))})
            self.wfile.write(spoiled.body)

    def _streamed(self, request: str, device: str, asked: dict[str, str]) -> None:
        """A document as often as there is news, or after a heartbeat without any, in one answer."""
        wait = max(int(asked["interval"]), 10) / 1000
        beat = int(asked.get("heartbeat", 10_000)) / 1000
        kind = f"multipart/x-mixed-replace;boundary={_BOUNDARY}"
        self._head(200, {"content-type": kind, "transfer-encoding": "chunked"})
        said, last = -beat, ""
        while not self.agent.stopping.is_set():
            status, body = self.agent.answer(request, device, asked)
            following = _following(body)
            if following != last or monotonic() - said >= beat:
                said, last = monotonic(), following
                head = f"--{_BOUNDARY}\r\nContent-type: text/xml\r\nContent-length: {len(body)}\r\n\r\n"
                self._chunk(head.encode() + body + b"\r\n")
                if request == "sample":
                    asked = {**asked, "from": following}
            if status != 200:
                break
            self.agent.stopping.wait(wait)
        self._chunk(b"")

    def _chunk(self, body: bytes) -> None:
        self.wfile.write(f"{len(body):x}\r\n".encode() + body + b"\r\n")

    def _head(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in ({"content-type": "text/xml"} | headers).items():
            self.send_header(name, value)
        self.end_headers()


def _following(body: bytes) -> str:
    """Where a stream goes on after a document."""
    told = re.search(rb'nextSequence="(\d+)"', body)
    return told[1].decode() if told else ""
