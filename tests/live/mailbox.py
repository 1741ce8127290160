"""Somebody who can be told, on loopback: a real relay for e-mail, and a program that is posted to."""

from __future__ import annotations

import base64
import socketserver
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any


@dataclass
class Mailbox:
    """What a relay took, and what it answers to an address.

    Attributes:
        refusals: answers to recipients, the first for the next one; an empty list takes all.
        password: expected of `plantstack`; '' lets everybody in.
    """

    refusals: list[str] = field(default_factory=list)
    password: str = ""
    port: int = 0
    messages: list[Message] = field(default_factory=list)
    was_secured: list[bool] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)


class _Relay(socketserver.StreamRequestHandler):
    server: Any

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def finish(self) -> None:
        super().finish()
        self.request.close()

    def handle(self) -> None:
        box: Mailbox = self.server.box
        secured, is_known = False, not box.password
        self.say("220 relay")
        while line := self.rfile.readline().decode().strip():
            word = line.split(maxsplit=1)[0].upper()
            box.commands.append(word)
            if word == "EHLO":
                more = ["STARTTLS"] if self.server.trust and not secured else ["AUTH PLAIN"]
                self.say("250-relay")
                self.say(f"250 {more[0]}")
            elif word == "STARTTLS":
                self.say("220 go on")
                try:
                    whole = self.server.trust.wrap_socket(self.request, server_side=True)
                except (ssl.SSLError, OSError):
                    return
                self.rfile.close()
                self.wfile.close()
                self.request = whole
                self.rfile, self.wfile = self.request.makefile("rb"), self.request.makefile("wb", 0)
                secured = True
            elif word == "AUTH":
                told = base64.b64decode(line.split()[-1]).decode().split("\0")
                is_known = told[1:] == ["plantstack", box.password]
                self.say("235 welcome" if is_known else "535 who are you")
            elif word == "RCPT" and (not is_known or box.refusals):
                self.say(box.refusals.pop(0) if is_known else "530 sign in")
            elif word == "DATA":
                self.say("354 go on")
                lines = []
                while (part := self.rfile.readline()) not in (b".\r\n", b""):
                    lines.append(part)
                box.messages.append(message_from_bytes(b"".join(lines)))
                box.was_secured.append(secured)
                self.say("250 taken")
            elif word == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 fine")


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads, allow_reuse_address, block_on_close = True, True, False


@contextmanager
def relay(box: Mailbox, pem: Path | None = None) -> Iterator[Mailbox]:
    """Run a relay; with a certificate (its key beside it) it offers STARTTLS."""
    with _Server(("127.0.0.1", 0), _Relay) as server:
        trust = None
        if pem is not None:
            trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            trust.load_cert_chain(pem, pem.with_suffix(".key"))
        told: Any = server
        told.box, told.trust = box, trust
        box.port = server.server_address[1]
        with _running(server):
            yield box


@dataclass
class Program:
    """What a program was posted, and what it answers: the first status for the next request."""

    statuses: list[int] = field(default_factory=list)
    url: str = ""
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@contextmanager
def program(found: Program) -> Iterator[Program]:
    """Run a program that is posted to."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            found.requests.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(found.statuses.pop(0) if found.statuses else 204)
            self.send_header("location", found.url)
            self.end_headers()

        def log_message(self, *_told: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found.url = f"http://127.0.0.1:{server.server_address[1]}/calls"
        with _running(server):
            yield found


@contextmanager
def _running(server: socketserver.BaseServer) -> Iterator[None]:
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
