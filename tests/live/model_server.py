"""A language model on the loopback that says what a test wants, and remembers what it was asked."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Says = Callable[[list[dict[str, Any]]], str]
"""From the sentences of a question to the whole reply."""


@dataclass(slots=True)
class Heard:
    """What came in, and how it is answered.

    Attributes:
        says: makes the reply.
        status: of the answer.
        wait_s: before it answers.
        requests: path, headers in lower case and body of each.
    """

    says: Says
    status: int = 200
    wait_s: float = 0.0
    url: str = ""
    requests: list[tuple[str, dict[str, str], dict[str, Any]]] = field(default_factory=list)


@contextmanager
def model_server(says: Says, *, status: int = 200, wait_s: float = 0.0) -> Iterator[Heard]:
    """Serve a model until the block ends."""
    heard = Heard(says, status, wait_s)

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            heard.requests.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            time.sleep(heard.wait_s)
            asked = json.loads(body["messages"][-1]["content"])
            text = heard.says(asked)
            openai = {"choices": [{"message": {"role": "assistant", "content": text}}]}
            anthropic = {"content": [{"type": "text", "text": text}]}
            told = json.dumps(anthropic if self.path.endswith("/messages") else openai).encode()
            self.send_response(heard.status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    heard.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield heard
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def replied(texts: list[str]) -> str:
    """A reply as it is asked for."""
    return json.dumps({"sentences": [{"n": n, "text": text} for n, text in enumerate(texts, 1)]})
