"""One thread that writes for many senders, several batches to a commit.

A sender gets a future; when it is done without an error, everything it sent is on disk and may be
acknowledged. Nothing waits longer than the window, and the queue is bounded: a slow disk slows the
senders down instead of filling the memory.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from queue import Empty, Full, Queue
from threading import Thread
from typing import Any, TypeVar

from plantstack.errors import LogError, PlantstackError, Problem
from plantstack.events.batch import Batch, Cursor, Receipt
from plantstack.events.log import Entry, Log
from plantstack.events.replies import Asked

ROWS_A_COMMIT = 1_000
WINDOW_S = 0.05
_T = TypeVar("_T")
_Written = tuple[Entry, "Future[Receipt]"]
_Job = tuple[Callable[[Log], Any], "Future[Any]"]


class GroupWriter:
    """Writes to a log from one thread, group by group."""

    def __init__(self, log: Log, *, waiting: int = 1_000, patience_s: float = 30.0) -> None:
        self.log = log
        self.broken: BaseException | None = None
        self.trouble: PlantstackError | None = None  # why the last commit was refused; None: it was not
        self._patience_s = patience_s
        self._queue: Queue[_Written | _Job | None] = Queue(waiting)
        self._thread = Thread(target=self._run, name="plantstack-log-writer", daemon=True)
        self._thread.start()

    def submit(
        self,
        batch: Batch,
        *,
        received_at: int,
        cursor: Cursor | None = None,
        asked: Asked | None = None,
    ) -> Future[Receipt]:
        """Hand a batch over; the future ends after the commit, or with the reason there was none.

        Raises:
            LogError: when the writer has stopped, or has been too busy for too long.
        """
        done: Future[Receipt] = Future()
        self._put((Entry(batch, received_at, cursor, asked=asked), done))
        return done

    def run(self, job: Callable[[Log], _T]) -> Future[_T]:
        """Do something else with the log, between two commits: seal it, write a large file.

        Raises:
            LogError: as for `submit`.
        """
        done: Future[_T] = Future()
        self._put((job, done))
        return done

    @property
    def is_alive(self) -> bool:
        """Whether anything handed over will still be written."""
        return self.broken is None and self._thread.is_alive()

    def _put(self, work: _Written | _Job) -> None:
        if not self.is_alive:
            fix = "restart plantstack; nothing unacknowledged was kept"
            raise LogError(Problem("log-writer-stopped", "log", "the log's writer has stopped", fix))
        try:
            self._queue.put(work, timeout=self._patience_s)
        except Full as error:
            what = f"the log has been busy for {self._patience_s:.0f} s"
            raise LogError(
                Problem("log-busy", "log", what, "send again later; sending twice is safe")
            ) from error

    def close(self) -> None:
        """Write what was handed over, then stop. The log stays open."""
        if self._thread.is_alive():
            self._queue.put(None)
            self._thread.join()

    def _run(self) -> None:
        going = True
        while going:
            group, job, going = self._group()
            if group:
                entries = [entry for entry, _ in group]
                self.trouble = self._finish(group, partial(self.log.append_all, entries))
            if job and not self.broken:
                self._finish([job], partial(self._do, job[0]))
            going = going and not self.broken
        self._refuse_rest()

    def _group(self) -> tuple[list[_Written], _Job | None, bool]:
        """Collect work until the commit is large enough, the window has passed or another job is due."""
        group: list[_Written] = []
        rows = 0
        while rows < ROWS_A_COMMIT:
            try:
                work = self._queue.get(timeout=WINDOW_S if group else None)
            except Empty:
                break
            if work is None:
                return group, None, False
            what, done = work
            if not isinstance(what, Entry):
                return group, (what, done), True
            group.append((what, done))
            rows += len(what.batch.events)
        return group, None, True

    def _do(self, job: Callable[[Log], Any]) -> list[Any]:
        try:
            return [job(self.log)]
        except OSError as error:  # the disk refused a file: that job waits, the writer goes on
            what = f"a file of the log could not be written: {error.strerror or error}"
            raise LogError(Problem("log-io-error", "log", what, "free some space")) from error

    def _finish(
        self, works: Sequence[tuple[Any, Future[Any]]], do: Callable[[], Sequence[Any]]
    ) -> PlantstackError | None:
        """Do one thing with the log, and tell everybody who waits for it; return why it was refused."""
        try:
            results = do()
        except PlantstackError as error:  # the disk refused: nobody is acknowledged, the next try may pass
            for _, done in works:
                done.set_exception(error)
            return error
        except BaseException as error:  # the thread's edge: stop, and tell everybody (F14)
            self.broken = error
            for _, done in works:
                done.set_exception(error)
        else:
            for (_, done), result in zip(works, results, strict=True):
                done.set_result(result)
        return None

    def _refuse_rest(self) -> None:
        problem = Problem("log-writer-stopped", "log", "the log's writer has stopped", "restart plantstack")
        while not self._queue.empty():
            work = self._queue.get()
            if work is not None:
                work[1].set_exception(LogError(problem))
