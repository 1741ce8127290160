"""Books that are kept open and fresh while the log grows, and answer questions.

Every answer stands on one offset and one instant. Books that grew say what books opened anew would say;
now and then they are published to the lake and opened anew on top of it, so that little is kept in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock, Thread
from time import monotonic, sleep
from typing import TypeVar

import duckdb

from plantstack.errors import PlantstackError
from plantstack.intervals import MINUTE
from plantstack.live.adopting import books_of
from plantstack.live.door import Clock
from plantstack.plant.load import load_plant
from plantstack.stack.project import Stack

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Standing:
    """What the books stand on.

    Attributes:
        offset: of the last event in them.
        as_of: how far they reach, by site.
        read_at: when the log was read for them, microseconds UTC: see `Keeper.due_at`.
    """

    offset: int
    as_of: Mapping[str, int]
    read_at: int = field(default=0, compare=False)


_COUNTED = ("count", "reading", "alive")  # what machines tell all the time
_LOOK_S = 0.02
_HOLD_S = 2.5  # as long as this the books stand still for those who ask together
BEAT_S = 5.0  # books reach on by the clock alone as often as this
_PAUSE_S = 0.1  # between two freshenings, so that questions get their turn
PUBLISH = 15 * MINUTE
AGAIN = MINUTE  # after publishing was refused


class Keeper:
    """Keeps the books of one project; questions and freshening take turns."""

    def __init__(self, folder: Path, clock: Clock, *, beat_s: float = BEAT_S) -> None:
        self.folder = folder
        self.trouble: BaseException | None = None
        self.heard: Mapping[str, int] = {}  # the last offset of each equipment, beside counts
        self.stretches: int | None = None  # changed since the freshening before; None: all was opened anew
        self._project = load_plant(folder).project_id
        self._clock = clock
        self._beat_s = beat_s
        self._turn, self._count = Lock(), Lock()
        self._news = Event()
        self._holding = 0
        self._is_closing = False
        self._read_at = 0
        self._publish(clock())
        self._stack = self._opened()
        self.standing = self._stood(self._stack)
        self._published_at = clock()
        self._thread = Thread(target=self._keep, name="plantstack-books", daemon=True)

    def start(self) -> None:
        """Begin to keep the books fresh."""
        self._thread.start()

    def close(self) -> None:
        """Stop, and let go of the books."""
        self._is_closing = True
        self._news.set()
        if self._thread.is_alive():
            self._thread.join()
        with self._turn:  # whoever has begun to ask is answered first
            self._stack.close()

    def tell(self) -> None:
        """Say that something was committed."""
        self._news.set()

    def due_at(self, offset: int) -> int:
        """The `read_at` from which on books are sure to hold what is committed up to an offset.

        It says when the log was read and not how long it is, so anybody may be told; it is no clock.
        """
        begun, standing = self._read_at, self.standing
        return standing.read_at if standing.offset >= offset else begun + 1

    def answer(self, ask: Callable[[Stack], _T]) -> _T:
        """Ask the books as they are now; nobody else asks or freshens them meanwhile."""
        with self._turn:
            try:
                return ask(self._stack)
            except duckdb.IOException:  # the lake was published twice since: what these books read is swept
                self._reopen()
                return ask(self._stack)

    def freshen(self) -> None:
        """Bring the books to the end of the log and to this instant."""
        now = self._clock()
        with self._turn:
            self._read_at = max(now, self._read_at + 1)  # before the log is read, and no two alike
            self.stretches = self._stack.grow(now)
            self._hear()
            self.standing = self._stood(self._stack)
        if self.stretches is None or now - self._published_at > PUBLISH:
            self._renew(now)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let the books stand still for a moment, so that what is asked together is derived once."""
        with self._count:
            self._holding += 1
        try:
            yield
        finally:
            with self._count:
                self._holding -= 1

    def _hear(self) -> None:
        """Note of which equipment the books have heard anew; whoever calls has the turn."""
        since, log = self.standing.offset, self._stack.log
        upto = self._stood(self._stack).offset
        fresh = log.hot(upto, after=since).select(["equipment", "kind", "source"])
        told = fresh.group_by(fresh.column_names).aggregate([]).to_pylist()
        news = {
            one["equipment"] or "": upto
            for one in told
            if one["kind"] not in _COUNTED or self._stack.plant.is_person(one["source"])
        }
        self.heard = {**self.heard, **news}

    def _renew(self, now: int) -> None:
        """Publish what is known, and open the books anew on top of it; questions go on meanwhile.

        Where nothing can be published, as on a full disk, they are opened anew all the same.
        """
        refused: PlantstackError | OSError | None = None
        try:
            self._publish(now)
        except (PlantstackError, OSError) as error:
            refused = error
        fresh = self._opened()
        with self._turn:
            old = self._turn_to(fresh)
        old.close()
        self._published_at = now
        if refused is not None:
            self._published_at -= PUBLISH - AGAIN
            raise refused

    def _reopen(self) -> None:
        """Open the books anew on top of the lake as it is; whoever calls has the turn."""
        old = self._turn_to(self._opened())
        with suppress(PlantstackError, duckdb.Error):
            old.close()

    def _turn_to(self, fresh: Stack) -> Stack:
        """Stand on other books, which keep up what was asked of these; return these."""
        old, self._stack = self._stack, fresh
        fresh.engine(scope=None).books.asked |= old.engine(scope=None).books.asked
        self.standing = self._stood(fresh)
        self.heard = {**self.heard, "": self.standing.offset}  # of everything: what came between is not known
        return old

    def _publish(self, now: int) -> None:
        with books_of(self.folder, self._project) as publisher:
            publisher.derive(now=now)

    def _opened(self) -> Stack:
        self._read_at += 1  # other books, which may hold more than those before
        stack = books_of(self.folder, self._project)
        try:
            stack.keep(self._clock())
        except BaseException:
            stack.close()
            raise
        return stack

    def _keep(self) -> None:
        while not self._is_closing:
            self._news.wait(self._beat_s)
            self._news.clear()
            self._let_pass()
            try:
                self.freshen()
                self.trouble = None
            except (PlantstackError, OSError) as error:  # told by health; the next beat tries again
                self.trouble = error
            except BaseException as error:  # the thread's edge: health says so and the server stops
                self.trouble = error
                return
            sleep(_PAUSE_S)

    def _let_pass(self) -> None:
        """Wait for those who ask together, a moment at most."""
        end = monotonic() + _HOLD_S
        while self._holding and not self._is_closing and monotonic() < end:
            sleep(_LOOK_S)

    def _stood(self, stack: Stack) -> Standing:
        books = stack.engine(scope=None).books
        return Standing(books.stamp.offset, dict(books.as_of), self._read_at)

    @property
    def is_alive(self) -> bool:
        """Whether the books are being kept."""
        return self._thread.is_alive()
