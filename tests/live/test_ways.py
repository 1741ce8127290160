"""Programs that are told of calls: one that never comes to an end holds nobody up."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

import pytest

from plantstack.live.calling import ways
from plantstack.live.calling.ways import NotTold, Word, post
from plantstack.stack.files.call_plan import Webhook

WORD = Word("call-1 1.0 webhook", "Help wanted", "Help wanted", {"call": "call-1"}, 1_772_474_400_000_000)
AT_MOST_S = 20.0


@contextmanager
def saying(*begin: bytes, again: bytes) -> Iterator[str]:
    """A program that answers with something and then goes on, a little now and then; its address."""
    over = Event()

    def answer(listener: socket.socket) -> None:
        with suppress(OSError):
            found, _ = listener.accept()
            with found:
                found.recv(65_536)
                for part in begin:
                    found.sendall(part)
                end = time.monotonic() + AT_MOST_S
                while not over.wait(0.05) and time.monotonic() < end:
                    found.sendall(again)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=answer, args=(listener,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        finally:
            over.set()
            thread.join(AT_MOST_S)


def test_a_program_that_sends_a_header_now_and_then_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ways, "PATIENCE_S", 0.5)
    begun = time.monotonic()
    with saying(b"HTTP/1.1 200 OK\r\n", again=b"x-a: b\r\n") as url, pytest.raises(NotTold) as caught:
        post(Webhook("chat", url), WORD)
    assert not caught.value.is_final and "does not answer" in str(caught.value)
    assert time.monotonic() - begun < AT_MOST_S / 2


def test_a_program_that_has_it_and_goes_on_talking_is_not_listened_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ways, "PATIENCE_S", 5.0)
    begun = time.monotonic()
    with saying(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", again=b"1\r\na\r\n") as url:
        post(Webhook("chat", url), WORD)
    assert time.monotonic() - begun < AT_MOST_S / 2
