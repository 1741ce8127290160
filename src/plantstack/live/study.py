"""Books of their own for long questions, so that whoever stands at a machine never waits for an analysis.

An answer is kept and given at once while a newer one is worked out; it says how far the books reached for it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Generic, TypeVar, cast

import duckdb

from plantstack.errors import PlantstackError
from plantstack.intervals import MINUTE
from plantstack.live.adopting import books_of
from plantstack.live.door import Clock
from plantstack.plant.load import load_plant
from plantstack.stack.project import Stack

_T = TypeVar("_T")
FRESH = 5 * MINUTE  # an answer younger than this is not worked out again
_RENEW = 15 * MINUTE  # books that grew so long are opened anew, so that little is kept in memory
_KEPT = 256
_GIVE_UP_S = 0.1  # between two words that nobody waits any longer


@dataclass(frozen=True, slots=True)
class Studied(Generic[_T]):
    """An answer and what it stands on.

    Attributes:
        value: the answer.
        at: when it was worked out, microseconds UTC.
        offset: the last event it knows.
    """

    value: _T
    at: int
    offset: int


class NotYet(Exception):
    """A question that is still being worked out; asked again later it is answered at once."""


class Study:
    """Answers long questions one after another, beside the books that are kept fresh."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder, self._clock = folder, clock
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="plantstack-study")
        self._lock = Lock()
        self._answers: OrderedDict[Hashable, Studied[Any]] = OrderedDict()
        self._pending: dict[Hashable, Future[Studied[Any]]] = {}
        self._stack: Stack | None = None
        self._opened_at = self._grown_at = 0
        self.answered = 0  # counts answers, so that whoever shows one can look for a newer

    def ask(
        self, key: Hashable, question: Callable[[Stack], _T], patience_s: float | None = None
    ) -> Studied[_T]:
        """Answer a question, from memory where it was answered a short while ago.

        Args:
            key: names the question with everything it depends on.
            question: asked of books that nobody else uses meanwhile.
            patience_s: how long to wait for it, where there is no earlier answer; None: to the end.

        Raises:
            PlantstackError: what the question raises, where there is no earlier answer.
            NotYet: where there is no answer in time.
        """
        with self._lock:
            known = self._answers.get(key)
            if known is None or self._clock() - known.at > FRESH:
                pending = self._pending.get(key) or self._begin(key, question)
            if known is not None:
                self._answers.move_to_end(key)
                return cast(Studied[_T], known)
        if not wait([pending], patience_s).done:
            raise NotYet
        return cast(Studied[_T], pending.result())

    def forget(self) -> None:
        """Answer everything anew: the plant files were changed."""
        with self._lock:
            self._answers.clear()
        self._worker.submit(self._let_go)

    def close(self) -> None:
        """Stop; what is being worked out is given up, however long it would take."""
        self._worker.shutdown(wait=False, cancel_futures=True)
        while wait(self._unfinished(), _GIVE_UP_S).not_done:
            if self._stack is not None:
                self._stack.engine(scope=None).books.con.interrupt()
        self._worker.shutdown()
        self._let_go()

    def _unfinished(self) -> list[Future[Studied[Any]]]:
        """What is being worked out; what only waited was cancelled, and nobody ever says so to `wait`."""
        return [one for one in list(self._pending.values()) if not one.done()]

    def _begin(self, key: Hashable, question: Callable[[Stack], Any]) -> Future[Studied[Any]]:
        self._pending[key] = future = self._worker.submit(self._work, key, question)
        return future

    def _work(self, key: Hashable, question: Callable[[Stack], Any]) -> Studied[Any]:
        try:
            found = self._found(question)
        except duckdb.IOException:  # the lake was published twice since: what these books read is swept
            self._let_go()
            found = self._found(question)
        finally:
            with self._lock:
                self._pending.pop(key, None)
        with self._lock:
            self._answers[key] = found
            self.answered += 1
            while len(self._answers) > _KEPT:
                self._answers.popitem(last=False)
        return found

    def _found(self, question: Callable[[Stack], Any]) -> Studied[Any]:
        stack = self._books()
        return Studied(question(stack), self._grown_at, stack.standing()[0])

    def _books(self) -> Stack:
        """The books, brought up to now when that is due."""
        now = self._clock()
        if self._stack is not None and now - self._grown_at <= FRESH:
            return self._stack
        if self._stack is None or now - self._opened_at > _RENEW or self._stack.grow(now) is None:
            self._let_go()
            stack = books_of(self._folder, load_plant(self._folder).project_id)
            try:
                stack.keep(now)
            except BaseException:
                stack.close()
                raise
            self._stack, self._opened_at = stack, now
        self._grown_at = now
        return self._stack

    def _let_go(self) -> None:
        if self._stack is not None:
            with suppress(PlantstackError):
                self._stack.close()
            self._stack = None
