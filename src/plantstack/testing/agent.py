"""An MTConnect agent that replays what was recorded: a real server on loopback, with faults at will.

    with ReplayAgent(model, recorded, speed=60) as agent:  # an hour a minute
        ...  # agent.url

It keeps a buffer of the last observations as an agent does, numbers them, and answers `probe`, `current` and
`sample`, by numbers and as a stream. With speed 0 observations come when `release` says so.
"""

from __future__ import annotations

import ssl
import threading
from collections import deque
from collections.abc import Iterable
from http.server import ThreadingHTTPServer
from itertools import islice
from time import monotonic
from types import TracebackType

from plantstack.connectors.mtconnect.telling import instant_of
from plantstack.intervals import SECOND, rfc3339
from plantstack.testing.agent_answers import Answers, Spoiled
from plantstack.testing.agent_documents import Told, error, streams
from plantstack.testing.recording import Item, Model, Observed

NO_VALUE = "UNAVAILABLE"


class ReplayAgent:
    """An agent, to be used in `with`.

    Attributes:
        instance: its `instanceId`; another one after each restart.
        asked: the requests that came, as `sample?from=1`.
    """

    def __init__(
        self,
        model: Model,
        recorded: Iterable[Observed],
        *,
        buffer: int = 131_072,
        speed: float = 0.0,
        port: int = 0,
        instance: int = 1_475_083_573,
        secured: ssl.SSLContext | None = None,
        secret: str = "",
    ) -> None:
        """Listen; nothing is served before `with`.

        Args:
            model: of the devices.
            recorded: what they told, in its order.
            buffer: how many observations it keeps.
            speed: seconds of the recording in a second; 0: only `release` lets time go on.
            port: on loopback; 0 takes a free one.
            instance: its first `instanceId`.
            secured: with which certificate it is asked over https.
            secret: `user:password` that whoever asks must give.
        """
        self.model, self.instance, self.buffer = model, instance, buffer
        self.asked: list[str] = []
        self._recorded, self._coming = iter(recorded), list[Observed]()
        self._kept = deque[Told]()
        self._before: dict[str, Told] = {}  # of what the buffer no longer holds, the last of each item
        self._last, self._created = 0, ""
        self._speed, self._begun = speed, monotonic()
        self._first: int | None = None
        self._lock, self.stopping = threading.RLock(), threading.Event()
        self.spoiled: deque[Spoiled] = deque()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), type("_Answers", (Answers,), {"agent": self}))
        self._server.daemon_threads = True
        if secured is not None:
            self._server.socket = secured.wrap_socket(self._server.socket, server_side=True)
        self.secret, scheme = secret, "https" if secured is not None else "http"
        self.url = f"{scheme}://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> ReplayAgent:
        self._begun = monotonic()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, mistake: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def release(self, count: int | None = None) -> int:
        """Let the next observations happen, all without a count; return how many there were."""
        with self._lock:
            coming = list(islice(self._recorded, count))
            for one in coming:
                self._observe(one)
            return len(coming)

    def observe(self, at: str, item: Item, value: str, **more: str) -> None:
        """Let something happen that was not recorded."""
        with self._lock:
            self._observe(Observed(at, item, value, **more))

    def restart(self, at: str) -> None:
        """Begin anew at an instant, as agents do: another instance, numbers from 1, nothing known."""
        with self._lock:
            self.instance += 1
            self._last = 0
            self._kept.clear()
            self._before.clear()
            for item in dict.fromkeys(self.model.items.values()):
                value = NO_VALUE.capitalize() if item.category == "CONDITION" else NO_VALUE
                self._observe(Observed(at, item, value))

    def cut_next(self) -> None:
        """Break the next answer off in its middle."""
        self.spoiled.append(Spoiled(is_cut=True))

    def answer_next(self, body: bytes, status: int = 200, *, is_endless: bool = False) -> None:
        """Give these bytes as the next answer, over and over where it has no end."""
        self.spoiled.append(Spoiled(body, status, is_endless))

    def answer(self, request: str, device: str, asked: dict[str, str]) -> tuple[int, bytes]:
        """Return the status and the document that answer a request."""
        with self._lock:
            self._pass_time()
            names = {(item.device, item.uuid) for item in self.model.items.values()}
            mine = {name for name, uuid in names if device in ("", name, uuid)}
            if not mine:
                return 404, error(self, "NO_DEVICE", f"there is no device {device}")
            if request == "probe":
                return 200, self.model.of(mine)
            if request == "current":
                return self._current(mine, asked)
            return self._sample(mine, asked)

    @property
    def numbers(self) -> tuple[int, int]:
        """The first and the last number it holds; the first is one more where it holds nothing."""
        return self._last - len(self._kept) + 1, self._last

    @property
    def created(self) -> str:
        """The agent's own time: of the last that happened, or as the recording goes on."""
        return self._created or "1970-01-01T00:00:00Z"

    def _current(self, devices: set[str], asked: dict[str, str]) -> tuple[int, bytes]:
        first, last = self.numbers
        at = int(asked.get("at", last))
        if "at" in asked and not first <= at <= last:
            return 404, error(self, "OUT_OF_RANGE", f"'at' must be from {first} to {last}")
        found = dict(self._before)
        for told in self._kept:
            if told.number <= at:
                found[told.observed.item.id] = told
        return 200, streams(self, [one for one in found.values() if one.observed.item.device in devices])

    def _sample(self, devices: set[str], asked: dict[str, str]) -> tuple[int, bytes]:
        first, last = self.numbers
        begin, count = int(asked.get("from", first)), int(asked.get("count", 100))
        if not min(first, last + 1) <= begin <= last + 1:
            return 404, error(self, "OUT_OF_RANGE", f"'from' must be from {first} to {last + 1}")
        found, following = list[Told](), last + 1
        for told in islice(self._kept, max(begin - first, 0), None):
            if told.observed.item.device not in devices or not told.is_of(asked.get("path", "")):
                continue
            if len(found) == count:
                following = told.number
                break
            found.append(told)
        return 200, streams(self, found, following)

    def _observe(self, one: Observed) -> None:
        self._last += 1
        self._kept.append(Told(self._last, one))
        self._created = max(self._created, one.at)
        while len(self._kept) > self.buffer:
            gone = self._kept.popleft()
            self._before[gone.observed.item.id] = gone

    def _pass_time(self) -> None:
        """Let happen what is due by now."""
        if not self._speed:
            return
        while True:
            self._coming = self._coming or list(islice(self._recorded, 1))
            if not self._coming:
                return
            at = instant_of(self._coming[0].at) or 0
            self._first = at if self._first is None else self._first
            due = self._first + int((monotonic() - self._begun) * self._speed * SECOND)
            if at > due:
                self._created = max(self._created, rfc3339(due))
                return
            self._observe(self._coming.pop())
