"""One thread that writes for many senders, several batches to a commit.

A sender gets a future; when it is done without an error, everything it sent is on disk and may be
acknowledged. Nothing waits longer than the window, and the queue is bounded: a slow disk slows the
senders down instead of filling the memory.
"""

from __future__ import annotations

from concurrent.futures import Future
from queue import Empty, Full, Queue
from threading import Thread

from plantstack.errors import LogError, PlantstackError, Problem
from plantstack.events.batch import Batch, Cursor, Receipt
from plantstack.events.log import Entry, Log

ROWS_A_COMMIT = 1_000
WINDOW_S = 0.05
_STOP = None
_Work = tuple[Entry, "Future[Receipt]"]


class GroupWriter:
    """Writes to a log from one thread, group by group."""

    def __init__(self, log: Log, *, waiting: int = 1_000, patience_s: float = 30.0) -> None:
        self.log = log
        self.broken: BaseException | None = None
        self._patience_s = patience_s
        self._queue: Queue[_Work | None] = Queue(waiting)
        self._thread = Thread(target=self._run, name="plantstack-log-writer", daemon=True)
        self._thread.start()

    def submit(self, batch: Batch, *, received_at: int, cursor: Cursor | None = None) -> Future[Receipt]:
        """Hand a batch over; the future ends after the commit, or with the reason there was none.

        Raises:
            LogError: when the writer has stopped, or has been too busy for too long.
        """
        done: Future[Receipt] = Future()
        if self.broken or not self._thread.is_alive():
            fix = "restart plantstack; nothing unacknowledged was kept"
            raise LogError(Problem("log-writer-stopped", "log", "the log's writer has stopped", fix))
        try:
            self._queue.put((Entry(batch, received_at, cursor), done), timeout=self._patience_s)
        except Full as error:
            what = f"the log has been busy for {self._patience_s:.0f} s"
            raise LogError(
                Problem("log-busy", "log", what, "send again later; sending twice is safe")
            ) from error
        return done

    def close(self) -> None:
        """Write what was handed over, then stop. The log stays open."""
        if self._thread.is_alive():
            self._queue.put(_STOP)
            self._thread.join()

    def _run(self) -> None:
        going = True
        while going:
            group, going = self._group()
            if group:
                self._write(group)
            if self.broken:
                going = False
        self._refuse_rest()

    def _group(self) -> tuple[list[_Work], bool]:
        """Collect work until the commit is large enough or the window has passed."""
        group: list[_Work] = []
        rows = 0
        while rows < ROWS_A_COMMIT:
            try:
                work = self._queue.get(timeout=WINDOW_S if group else None)
            except Empty:
                break
            if work is _STOP:
                return group, False
            group.append(work)
            rows += len(work[0].batch.events)
        return group, True

    def _write(self, group: list[_Work]) -> None:
        try:
            receipts = self.log.append_all([entry for entry, _ in group])
        except PlantstackError as error:  # the disk refused: nobody is acknowledged, the next try may pass
            for _, done in group:
                done.set_exception(error)
        except BaseException as error:  # the thread's edge: stop, and tell everybody (F14)
            self.broken = error
            for _, done in group:
                done.set_exception(error)
        else:
            for (_, done), receipt in zip(group, receipts, strict=True):
                done.set_result(receipt)

    def _refuse_rest(self) -> None:
        problem = Problem("log-writer-stopped", "log", "the log's writer has stopped", "restart plantstack")
        while not self._queue.empty():
            work = self._queue.get()
            if work is not _STOP:
                work[1].set_exception(LogError(problem))
