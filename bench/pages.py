"""What open pages cost: the bounds of the UI guide, with a real browser and a demo group that goes on living.

The server runs in a process of its own, and so do the readers: its processor time and memory are its own.
"""

from __future__ import annotations

import http.client
import json
import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import psutil
from playwright.sync_api import Browser, Page, sync_playwright

from bench.measure import Result, rounded
from bench.project import Progress, silent
from plantstack.demo import build_demo
from plantstack.events import tokens
from plantstack.events.people import accounts, sessions
from plantstack.events.people.accounts import Account
from plantstack.events.people.sessions import Life
from plantstack.events.people.writing import beside
from plantstack.interfaces.api.callers import SESSION
from plantstack.intervals import DAY, SECOND, rfc3339
from plantstack.testing.faults import Server

NOW = int(datetime(2026, 10, 16, 20, 30, tzinfo=UTC).timestamp()) * SECOND
READERS, MORE_READERS, SLOW = 100, 300, 6.0
FIRST_S, SCRIPT_S, SHARE, PAINT_S, STREAM_KB, MEMORY_KB = 1.0, 0.150, 0.10, 0.250, 2.0, 100.0
SILENT = "tul-mix-1"  # nobody tells anything of it, so what it does is what is told here
SHOWN = (f"/op/{SILENT}", "/op/tul-1-filler", "/board/tulsa", "/andon/tulsa", "/maint/tulsa", "/plan/tulsa")
FOLLOWED = (
    *(f"/op/tul-1-{one}" for one in ("filler", "capper", "labeller", "packer")),
    *("/op/pun-1", "/op/pun-3", "/board/tulsa", "/board/pune", "/andon/tulsa", "/maint/tulsa"),
)
_TOKEN, _COOKIE = "token-of-the-bench", "session-of-the-bench"
_WARM_S, _PATIENCE_MS = 10.0, 240_000
_PAINTED = """() => {
  window.painted = [];
  addEventListener("patched", () => requestAnimationFrame(() => setTimeout(() =>
    window.painted.push([document.querySelector(".state h2").textContent.trim(), Date.now()]))));
}"""
_FIRST = "() => performance.getEntriesByName('first-contentful-paint').map((one) => one.startTime)[0] || 0"


def measure(days: int, samples: int, seconds: float, progress: Progress = silent) -> list[Result]:
    """Make a demo group, serve it, and measure what its pages cost.

    Args:
        days: of its past.
        samples: how often each page is opened, and a tenth of how many changes are followed to their paint.
        seconds: for which processor time and bytes are counted.
        progress: told how far it is.
    """
    with tempfile.TemporaryDirectory(prefix="bench-pages-") as name, _browser() as browser:
        folder = Path(name) / "demo"
        build_demo(folder, until=NOW, days=days, sites=3, seed=1, ahead=1)
        _let_in(folder)
        command = (sys.executable, "-m", "bench.serve_at", str(folder), str(NOW))
        with Server.started(folder, command) as server:
            _settled(server)
            results = _first_data(browser, server, samples, progress)
            results += _readers(server, seconds, progress)
            results.append(_to_paint(browser, server, 10 * samples, progress))
            results.append(_script(browser, server, seconds))
            return results


def _let_in(folder: Path) -> None:
    tokens.add(folder, tokens.Token("bench", "", tokens.RIGHTS, NOW, sources=("*",)), _TOKEN)
    with beside(folder) as connection:
        accounts.add(connection, Account("a-bench", "bench", "admin", "", NOW), "")
        sessions.begin(connection, "a-bench", _COOKIE, Life(30 * DAY, 30 * DAY), NOW)


@contextmanager
def _browser() -> Iterator[Browser]:
    path = os.environ.get("PLANTSTACK_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


def _open(browser: Browser, server: Server, path: str, slow: float = 1.0) -> Page:
    """Open a page as somebody does who was never here, on a processor that is slowed down."""
    context = browser.new_context(base_url=server.address, viewport={"width": 1280, "height": 800})
    context.add_cookies([{"name": SESSION, "value": _COOKIE, "url": server.address}])
    page = context.new_page()
    if slow > 1:
        context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slow})
    page.goto(path, timeout=_PATIENCE_MS)
    return page


def _settled(server: Server) -> None:
    """Look at every page once, as where others look too: what a process reads once has been read."""
    for path in dict.fromkeys((*SHOWN, *FOLLOWED)):
        answer = server.ask(path, headers={"Cookie": f"{SESSION}={_COOKIE}"})
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {server.complaints()}")


def _first_data(browser: Browser, server: Server, samples: int, progress: Progress) -> list[Result]:
    """From the address to the first paint of a page, which has its data in it; nothing kept from before."""
    found: dict[str, list[float]] = {path: [] for path in SHOWN}
    for number in range(samples):
        for path, seconds in found.items():
            page = _open(browser, server, path, SLOW)
            while not (first := page.evaluate(_FIRST)):
                page.wait_for_timeout(20)
            seconds.append(first / 1000)
            page.context.close()
        progress("opening pages", number + 1, samples)
    typical = {path: statistics.median(seconds) for path, seconds in found.items()}
    worst = max(typical, key=lambda path: typical[path])
    what = f"first data of a page, processor slowed {SLOW:g} times"
    detail = {"seconds": {path: rounded(seconds) for path, seconds in found.items()}, "slowest": worst}
    return [
        Result(f"{what}, an operator's", typical[f"/op/{SILENT}"], FIRST_S, unit=" s"),
        Result(f"{what}, the slowest of {len(SHOWN)}", typical[worst], FIRST_S, unit=" s", detail=detail),
    ]


@contextmanager
def _following(server: Server, count: int, pages: Sequence[str]) -> Iterator[subprocess.Popen[str]]:
    told = (server.address, f"{SESSION}={_COOKIE}", str(count), *pages)
    command = [sys.executable, "-m", "bench.readers", *told]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as readers:
        if _line(readers) != "ready":
            raise RuntimeError("the readers got nothing")
        yield readers
        _asked(readers).close()


def _line(readers: subprocess.Popen[str]) -> str:
    return readers.stdout.readline().strip() if readers.stdout else ""


def _asked(readers: subprocess.Popen[str]) -> Any:
    return readers.stdin


def _count(readers: subprocess.Popen[str], seconds: float, process: psutil.Process) -> dict[str, Any]:
    """Bytes by page, and processor seconds of the server, over some seconds."""
    before = process.cpu_times()
    for wait in (0.0, seconds):
        time.sleep(wait)
        _asked(readers).write("\n")
        _asked(readers).flush()
        told: dict[str, Any] = json.loads(_line(readers))
    after = process.cpu_times()
    used = after.user + after.system - before.user - before.system
    return {**told, "share": used / told["seconds"]}


def _readers(server: Server, seconds: float, progress: Progress) -> list[Result]:
    """One reader a page against a hundred: a page is made once, what its readers cost is the difference."""
    process = psutil.Process(server.pid)
    with _following(server, len(FOLLOWED), FOLLOWED) as few:
        time.sleep(_WARM_S)
        alone = _count(few, seconds, process)
        progress("following pages", 1, 3)
        with _following(server, READERS - len(FOLLOWED), FOLLOWED) as many:
            time.sleep(_WARM_S)
            together = _count(many, seconds, process)
            progress("following pages", 2, 3)
            before = server.memory_mb()
            with _following(server, MORE_READERS, FOLLOWED):
                time.sleep(_WARM_S)
                each = (server.memory_mb() - before) * 1024 / MORE_READERS
            progress("following pages", 3, 3)
    counted, over = READERS - len(FOLLOWED), together["seconds"] * 1000
    readers = {page: math.ceil((counted - n) / len(FOLLOWED)) for n, page in enumerate(FOLLOWED)}
    sent = {page: size / readers[page] / over for page, size in together["bytes"].items()}
    worst = max(sent, key=lambda page: sent[page])
    detail = {"alone": alone["share"], "together": together["share"], "kB_a_second": sent, "most": worst}
    what = f"{READERS} readers of {len(FOLLOWED)} pages"
    added = together["share"] - alone["share"]
    return [
        Result(f"{what}, of a core, beyond one reader a page", added, SHARE, unit="", detail=detail),
        Result(f"{what}, of a core, with the books and the pages", together["share"], SHARE, unit=""),
        Result("bytes a second to a reader, the page with most", sent[worst], STREAM_KB, unit=" kB"),
        Result("memory of the server for a reader", max(0.0, each), MEMORY_KB, unit=" kB"),
    ]


class Ticks:
    """When the books said that they hold an offset, by the API's own stream; epoch seconds."""

    def __init__(self, server: Server) -> None:
        place = urlsplit(server.address)
        self._connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=120)
        self._connection.request("GET", "/api/v1/stream", headers={"Authorization": f"Bearer {_TOKEN}"})
        self._answer = self._connection.getresponse()
        self.told: list[tuple[int, float]] = []
        Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self._answer:
            if line.startswith(b"data: "):
                self.told.append((json.loads(line[6:])["offset"], time.time()))

    def of(self, offset: int) -> float:
        """When the books first held an offset."""
        while True:
            for held, at in list(self.told):
                if held >= offset:
                    return at
            time.sleep(0.005)


def _to_paint(browser: Browser, server: Server, changes: int, progress: Progress) -> Result:
    """From the tick with which the books hold a change of state to its paint, a hundred readers beside."""
    ticks, late = Ticks(server), []
    with _following(server, READERS, FOLLOWED):
        page = _open(browser, server, f"/op/{SILENT}")
        page.evaluate(_PAINTED)
        began_at, begun = int(page.evaluate("() => document.body.dataset.now")) * 1000, time.monotonic()
        for number in range(changes + 1):
            was = page.locator(".state h2").inner_text().strip()
            at = began_at + round((time.monotonic() - begun) * SECOND)
            offset = _change(server, number, at)
            late.append(_painted(page, was) - ticks.of(offset))
            progress("changing a state", number, changes)
            page.wait_for_timeout(300 + 137 * number % 700)
        page.context.close()
    ordered = sorted(late[1:])  # the first warms up
    p95 = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
    detail = {"seconds": rounded(ordered), "p50": statistics.median(ordered)}
    what = f"from a tick to the paint with {READERS} readers"
    return Result(f"{what}, p95", p95, PAINT_S, unit=" s", detail=detail)


def _change(server: Server, number: int, at: int) -> int:
    """Tell another state of the silent machine; return its offset."""
    told = {"kind": "state", "equipment": SILENT, "at": rfc3339(at), "source": "bench", "key": str(number)}
    state = ("producing", "stopped")[number % 2]
    headers = {"Authorization": f"Bearer {_TOKEN}", "Content-Type": "application/json"}
    taken = server.ask("/api/v1/events", json.dumps([told | {"state": state}]).encode(), headers).said
    if taken["accepted"] != 1:
        raise RuntimeError(str(taken)[:300])
    return int(taken["offset"])


def _painted(page: Page, was: str) -> float:
    """When a page first showed another state than it did; epoch seconds."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        told = [at for word, at in page.evaluate("() => window.painted.splice(0)") if word != was]
        if told:
            return float(told[0]) / 1000
        page.wait_for_timeout(20)
    raise TimeoutError(f"the page still says {was}")


def _script(browser: Browser, server: Server, seconds: float) -> Result:
    """How long scripts run in a second on a slow processor, on the page with the most that changes."""
    page = _open(browser, server, "/board/tulsa", SLOW)
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")

    def spent() -> float:
        told = session.send("Performance.getMetrics")["metrics"]
        return float(next(one["value"] for one in told if one["name"] == "ScriptDuration"))

    page.wait_for_timeout(3_000)
    before, begun = spent(), time.monotonic()
    page.wait_for_timeout(seconds * 1000)
    each = (spent() - before) / (time.monotonic() - begun)
    page.context.close()
    what = f"script time a second on a board, processor slowed {SLOW:g} times"
    return Result(what, each, SCRIPT_S, unit=" s")
