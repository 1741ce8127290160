"""A language model on the loopback that looks things up as a script says, in the shape of either kind."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Result = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reply:
    """What the model does next.

    Attributes:
        text: that it says.
        calls: tools it asks for, each with what it gives them; a text is given as it is, readable or not.
        raw: bytes of the body instead of all that.
        status: of the answer.
        wait_s: before it.
        drip_s: between one byte and the next.
    """

    text: str = ""
    calls: Sequence[tuple[str, dict[str, Any] | str]] = ()
    raw: bytes | None = None
    status: int = 200
    wait_s: float = 0.0
    drip_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Asked:
    """What the model was sent.

    Attributes:
        rules: that it answers under.
        question: as it stands in the quotes of JSON; of sentences to be said otherwise, those.
        results: of what it asked for so far, read.
        tools: names of what it may ask for; none where it has to answer.
        body: all of it.
    """

    rules: str
    question: Any
    results: list[Result]
    tools: list[str]
    body: dict[str, Any]

    @property
    def facts(self) -> dict[str, str]:
        """Sentences by the numbers of their facts, of all results."""
        return {one["fact"]: one["sentence"] for told in self.results for one in told["facts"]}


Script = Callable[[Asked], Reply]


@dataclass(slots=True)
class Talked:
    """A model that is there, and what came in."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)


def answering(*lines: str) -> Reply:
    """An answer of some lines."""
    return Reply("\n".join(lines))


@contextmanager
def talking_model(script: Script) -> Iterator[Talked]:
    """Serve a model until the block ends."""
    talked, over = Talked(), threading.Event()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            is_anthropic = self.path.endswith("/messages")
            asked = _anthropic(body) if is_anthropic else _openai(body)
            talked.asked.append(asked)
            reply = script(asked)
            over.wait(reply.wait_s) if reply.wait_s else None
            told = reply.raw
            if told is None:
                told = json.dumps(_as_anthropic(reply) if is_anthropic else _as_openai(reply)).encode()
            try:
                self.send_response(reply.status)
                self.send_header("content-length", str(len(told)))
                self.end_headers()
                for at in range(0, len(told), 1 if reply.drip_s else len(told)):
                    self.wfile.write(told[at : at + 1] if reply.drip_s else told)
                    self.wfile.flush()
                    if reply.drip_s and over.wait(reply.drip_s):
                        return
            except OSError:  # who asked has gone
                return

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    server.daemon_threads = True
    talked.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield talked
    finally:
        over.set()
        server.shutdown()
        server.server_close()
        thread.join()
        time.sleep(0.01)


def _openai(body: dict[str, Any]) -> Asked:
    rules, question, *rest = body["messages"]
    assert (rules["role"], question["role"]) == ("system", "user")
    results: list[Result] = []
    open_calls: list[str] = []
    for one in rest:
        if one["role"] == "assistant":
            assert open_calls == []
            open_calls = [call["id"] for call in one["tool_calls"]]
            assert all(
                isinstance(json.loads(call["function"]["arguments"]), dict) for call in one["tool_calls"]
            )
        else:
            assert (one["role"], one["tool_call_id"]) == ("tool", open_calls.pop(0))
            results.append(json.loads(one["content"]))
    assert open_calls == []
    tools = [one["function"] for one in body.get("tools", ())]
    assert all(one["parameters"]["type"] == "object" for one in tools)
    may = [one["name"] for one in tools] if body.get("tool_choice") == "auto" else []
    return Asked(rules["content"], json.loads(question["content"]), results, may, body)


def _anthropic(body: dict[str, Any]) -> Asked:
    question, *rest = body["messages"]
    results: list[Result] = []
    open_calls: list[str] = []
    for place, one in enumerate(rest):
        assert one["role"] == ("user" if place % 2 else "assistant")
        for part in one["content"]:
            if part["type"] == "tool_use":
                assert isinstance(part["input"], dict)
                open_calls.append(part["id"])
            elif part["type"] == "tool_result":
                assert part["tool_use_id"] == open_calls.pop(0)
                results.append(json.loads(part["content"]))
    assert open_calls == []
    tools = body.get("tools", ())
    assert all(one["input_schema"]["type"] == "object" for one in tools)
    may = [one["name"] for one in tools] if body.get("tool_choice") == {"type": "auto"} else []
    return Asked(body["system"], json.loads(question["content"]), results, may, body)


def _as_openai(reply: Reply) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": reply.text or None}
    if reply.calls:
        message["tool_calls"] = [
            {
                "id": f"c{n}",
                "type": "function",
                "function": {
                    "name": name,
                    "arguments": given if isinstance(given, str) else json.dumps(given),
                },
            }
            for n, (name, given) in enumerate(reply.calls)
        ]
    return {"choices": [{"message": message}], "usage": {"total_tokens": 100}}


def _as_anthropic(reply: Reply) -> dict[str, Any]:
    parts: list[dict[str, Any]] = [{"type": "text", "text": reply.text}] if reply.text else []
    parts += [
        {"type": "tool_use", "id": f"c{n}", "name": name, "input": given}
        for n, (name, given) in enumerate(reply.calls)
    ]
    return {"content": parts, "usage": {"input_tokens": 60, "output_tokens": 40}}
