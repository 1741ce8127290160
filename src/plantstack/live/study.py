"""Books of their own for long questions, so that whoever stands at a machine never waits for an analysis.

An answer is kept and given at once while a newer one is worked out; it says how far the books reached for it.
Once the plant files were changed it is given only to whoever says that it is from before, and how long
the next one is likely to take.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from itertools import takewhile
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any, Generic, TypeVar, cast

import duckdb

from plantstack.errors import PlantstackError
from plantstack.intervals import MINUTE, SECOND
from plantstack.live.adopting import books_of
from plantstack.live.door import Clock
from plantstack.plant.load import load_plant
from plantstack.plant.plant import Plant
from plantstack.stack.project import Stack

_T = TypeVar("_T")
FRESH = 5 * MINUTE  # an answer younger than this is not worked out again
_REST = 20  # nor one younger than so many times as long as it took: the floor's processor is not for analyses
_RENEW = 15 * MINUTE  # books that grew so long are opened anew, so that little is kept in memory
_KEPT = 256
_GIVE_UP_S = 0.1  # between two words that nobody waits any longer
ANALYSES = frozenset({"findings", "first things", "insights", "priorities", "shift facts", "summary"})
"""First words of questions that ask all analyses: minutes, so that they stand in a queue of their own."""
_MAY_CHANGE = {"targets", "standards", "calendars", "reasons", "profile"}


def outlives(before: Plant, after: Plant) -> bool:
    """Whether answers from before a change of the plant files can still be shown as such.

    They can where targets, standards, calendars, reasons or what is shown were changed. Where equipment
    moved, was renamed or removed they cannot: who is let near what follows it, and they may name what is
    no longer known. Of KPIs written by hand and of the rules for people the same holds.
    """
    others = (one.name for one in fields(Plant) if one.name not in _MAY_CHANGE)
    is_same = all(getattr(before, name) == getattr(after, name) for name in others)
    is_known = before.reasons.keys() <= after.reasons.keys()
    return is_same and is_known and before.profile.name == after.profile.name


def _kind(key: Hashable) -> Hashable:
    """What questions have in common that take about as long: the first word of their key."""
    return key[0] if isinstance(key, tuple) and key else key


@dataclass(frozen=True, slots=True)
class Waiting:
    """How it stands with a question that is being worked out.

    Attributes:
        since: when it was asked, microseconds UTC.
        ahead: how many other questions are worked out before it.
        usual_us: how long one of its kind took the last time, from asking to the answer; None: it never was.
    """

    since: int
    ahead: int = 0
    usual_us: int | None = None


@dataclass(frozen=True, slots=True)
class Studied(Generic[_T]):
    """An answer and what it stands on.

    Attributes:
        value: the answer.
        at: when it was worked out, microseconds UTC.
        offset: the last event it knows.
        waiting: of an answer from before the plant files were changed, how it stands with the next one.
    """

    value: _T
    at: int
    offset: int
    waiting: Waiting | None = None


class NotYet(Exception):
    """A question that is still being worked out; asked again later it is answered at once."""

    def __init__(self, waiting: Waiting | None = None) -> None:
        super().__init__("is being worked out")
        self.waiting = waiting


@dataclass(slots=True)
class _Asked:
    """A question on its way, in the plant of one edition of its files."""

    key: Hashable
    edition: int
    since: int
    is_anew: bool  # the first of its kind since the plant files were changed: books are derived for it
    future: Future[Studied[Any]] = field(default_factory=Future)


class _Queue:
    """A worker that answers one question after another, of books that only it uses."""

    def __init__(self, name: str, folder: Path, clock: Clock) -> None:
        self._folder, self._clock = folder, clock
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"plantstack-{name}")
        self._stack: Stack | None = None
        self._opened_at = self._grown_at = 0
        self.submit = self._worker.submit

    def found(self, question: Callable[[Stack], _T]) -> Studied[_T]:
        """Ask the books, opened anew where what they read is gone; only the worker may."""
        try:
            return self._found(question)
        except duckdb.IOException:  # the lake was published twice since: what these books read is swept
            self._let_go()
            return self._found(question)

    def forget(self) -> None:
        """Open the books anew for the next question."""
        self._worker.submit(self._let_go)

    def give_up(self) -> None:
        """Begin nothing more."""
        self._worker.shutdown(wait=False, cancel_futures=True)

    def interrupt(self) -> None:
        """Give up the statement that is being worked out."""
        if self._stack is not None:
            self._stack.engine(scope=None).books.con.interrupt()

    def close(self) -> None:
        """Let go of the books; nothing is being worked out any longer."""
        self._worker.shutdown()
        self._let_go()

    def _found(self, question: Callable[[Stack], _T]) -> Studied[_T]:
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


class Study:
    """Answers long questions beside the books that are kept fresh, one after another.

    Analyses stand in a queue of their own: whoever asks how a line did in a week does not wait until it is
    known what drifts.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._clock = clock
        self._shorter, self._analyses = _Queue("study", folder, clock), _Queue("analyses", folder, clock)
        self._lock = Lock()
        self._answers: OrderedDict[Hashable, tuple[int, Studied[Any]]] = OrderedDict()
        self._pending: dict[tuple[int, Hashable], _Asked] = {}
        self._took: dict[tuple[bool, Hashable], int] = {}
        self._known: set[Hashable] = set()  # kinds that were answered since the plant files were changed
        self._edition = self._oldest = 0  # of the plant files; what was answered in older ones is gone
        self._spent: dict[Hashable, int] = {}  # microseconds that the last answer took to work out
        self._numbers: dict[Hashable, int] = {}
        self.answered = 0  # counts answers, so that whoever shows one can look for a newer

    def ask(
        self,
        key: Hashable,
        question: Callable[[Stack], _T],
        patience_s: float | None = None,
        *,
        also_before: bool = False,
    ) -> Studied[_T]:
        """Answer a question, from memory where it was answered a short while ago.

        Args:
            key: names the question with everything it depends on.
            question: asked of books that nobody else uses meanwhile.
            patience_s: how long to wait for it, where there is no earlier answer; None: to the end.
            also_before: whether an answer from before the plant files were changed will do until there is
                a newer one; it comes at once, and says that it waits.

        Raises:
            PlantstackError: what the question raises, where there is no earlier answer.
            NotYet: where there is no answer in time.
        """
        with self._lock:
            edition, known = self._answers.get(key, (-1, None))
            is_of_now = edition == self._edition
            fresh = max(FRESH, _REST * self._spent.get(_kind(key), 0))
            if known is None or not is_of_now or self._clock() - known.at > fresh:
                asked = self._pending.get((self._edition, key)) or self._begin(key, question)
            if known is not None and (is_of_now or also_before):
                self._answers.move_to_end(key)
                return cast(Studied[_T], known if is_of_now else replace(known, waiting=self._told(asked)))
        if not wait([asked.future], patience_s).done:
            with self._lock:
                raise NotYet(self._told(asked))
        return cast(Studied[_T], asked.future.result())

    def number(self, key: Hashable) -> int:
        """The number of the last answer to a question, of all that were given; 0 where there is none."""
        return self._numbers.get(key, 0)

    def forget(self, *, keeps: bool = False) -> None:
        """Answer everything anew: the plant files were changed.

        Args:
            keeps: whether what was answered before may still be shown, see `outlives`.
        """
        with self._lock:
            self._edition += 1
            self._known.clear()
            if not keeps:
                self._oldest = self._edition
                self._answers.clear()
                self._numbers.clear()
        for queue in self._queues():
            queue.forget()

    def _queues(self) -> tuple[_Queue, _Queue]:
        return self._shorter, self._analyses

    def _queue(self, key: Hashable) -> _Queue:
        return self._analyses if _kind(key) in ANALYSES else self._shorter

    def _told(self, asked: _Asked) -> Waiting:
        """How it stands with a question; the first of a kind after a change takes longer than the others."""
        queue = self._queue(asked.key)
        before = takewhile(lambda one: one is not asked, self._pending.values())
        ahead = sum(self._queue(one.key) is queue and not one.future.done() for one in before)
        return Waiting(asked.since, ahead, self._took.get((asked.is_anew, _kind(asked.key))))

    def close(self) -> None:
        """Stop; what is being worked out is given up, however long it would take."""
        for queue in self._queues():
            queue.give_up()
        while wait(self._unfinished(), _GIVE_UP_S).not_done:
            for queue in self._queues():
                queue.interrupt()
        for queue in self._queues():
            queue.close()

    def _unfinished(self) -> list[Future[Studied[Any]]]:
        """What is being worked out; what only waited was cancelled, and nobody ever says so to `wait`."""
        return [one.future for one in list(self._pending.values()) if not one.future.done()]

    def _begin(self, key: Hashable, question: Callable[[Stack], Any]) -> _Asked:
        is_anew = self._edition > 0 and _kind(key) not in self._known
        asked = _Asked(key, self._edition, self._clock(), is_anew)
        self._pending[asked.edition, key] = asked
        asked.future = self._queue(key).submit(self._work, asked, question)
        return asked

    def _work(self, asked: _Asked, question: Callable[[Stack], Any]) -> Studied[Any]:
        began = monotonic()
        try:
            found = self._queue(asked.key).found(question)
        finally:
            with self._lock:
                self._pending.pop((asked.edition, asked.key), None)
        with self._lock:
            self._spent[_kind(asked.key)] = round((monotonic() - began) * SECOND)
            self._keep(asked, found)
        return found

    def _keep(self, asked: _Asked, found: Studied[Any]) -> None:
        """Keep an answer; one that was asked before a change of the files never takes a newer one's place."""
        key, kind = asked.key, _kind(asked.key)
        self.answered += 1
        self._took[asked.is_anew, kind] = self._clock() - asked.since
        if asked.edition == self._edition:
            self._known.add(kind)
        if asked.edition < max(self._oldest, self._answers.get(key, (0, None))[0]):
            return
        self._answers[key], self._numbers[key] = (asked.edition, found), self.answered
        while len(self._answers) > _KEPT:
            self._numbers.pop(self._answers.popitem(last=False)[0])
