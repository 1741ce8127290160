"""Readers of open pages, in a process of their own: `python -m bench.readers ADDRESS COOKIE COUNT PAGE...`.

Each follows one of the pages as a browser does. When all have what they came for, the process says `ready`.
With every line it is sent it says how many bytes came on each page since the last, and in how many seconds.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter
from urllib.parse import quote, urlsplit


class Readers:
    """Some readers, and the bytes they were sent by page."""

    def __init__(self, address: str, cookie: str, pages: list[str]) -> None:
        self.bytes: Counter[str] = Counter()
        self._place, self._cookie, self._pages = urlsplit(address), cookie, pages

    async def read(self, number: int, ready: asyncio.Event) -> None:
        """Follow a page, whatever comes; `ready` is set with the first news."""
        page = self._pages[number % len(self._pages)]
        come, go = await asyncio.open_connection(self._place.hostname, self._place.port)
        head = f"GET /live?page={quote(page, safe='')} HTTP/1.1\r\nHost: {self._place.netloc}\r\n"
        go.write(f"{head}Cookie: {self._cookie}\r\nAccept: text/event-stream\r\n\r\n".encode())
        told = await come.readuntil(b"\r\n\r\n")
        if b" 200 " not in told.split(b"\r\n", 1)[0]:
            raise RuntimeError(f"{page}: {told[:200]!r}")
        while some := await come.read(65_536):
            self.bytes[page] += len(some)
            if not ready.is_set() and b"event: patch" in some:
                ready.set()
        raise EOFError(f"{page}: the stream ended")


async def follow(address: str, cookie: str, count: int, pages: list[str]) -> None:
    """Read until nothing more is asked on standard input."""
    readers = Readers(address, cookie, pages)
    ready = [asyncio.Event() for _ in range(count)]
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(readers.read(number, one)) for number, one in enumerate(ready)]
        for one in ready:
            await one.wait()
        print("ready", flush=True)
        begun = time.monotonic()
        while await asyncio.to_thread(sys.stdin.readline):
            seconds, told = time.monotonic() - begun, dict(readers.bytes)
            print(json.dumps({"seconds": seconds, "bytes": told}), flush=True)
            begun = time.monotonic()
            readers.bytes.clear()
        for task in tasks:
            task.cancel()


if __name__ == "__main__":
    asyncio.run(follow(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4:]))
