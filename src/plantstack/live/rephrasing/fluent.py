"""Sentences said otherwise beside whoever looks: asked once for the same sentences, and kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from threading import Lock

from plantstack.insights.saying import Say
from plantstack.insights.telling.render import Reader, tell
from plantstack.intervals import MINUTE
from plantstack.live.door import Clock
from plantstack.live.model.endpoint import Model
from plantstack.live.rephrasing.rephrasing import Rephrased, rephrase
from plantstack.live.study import NotYet

_KEPT = 64
_AGAIN = 5 * MINUTE  # a model that said nothing is asked again after that
Key = tuple[str, ...]
Retold = tuple[list[Rephrased], str]


class Fluent:
    """Asks one model at a time, and keeps what it said of each set of sentences."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        """Remember where it is noted.

        Args:
            folder: of the project.
            clock: the instant of now.
        """
        self._folder, self._clock = folder, clock
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="plantstack-fluent")
        self._lock = Lock()
        self._known: OrderedDict[Key, tuple[int, Retold]] = OrderedDict()
        self._pending: dict[Key, Future[Retold]] = {}
        self.answered = 0  # counts answers, so that whoever shows one can look for a newer

    def ask(self, says: Sequence[Say], reader: Reader, model: Model, patience_s: float) -> Retold:
        """Have sentences said otherwise; the same ones are asked once.

        Args:
            says: what is said.
            reader: to whom: his language, his names, whether he sees money.
            model: that is asked.
            patience_s: how long to wait for what is not known yet.

        Raises:
            NotYet: where it is not there in time; asked again later it is.
        """
        key = (model.name, reader.language, *(tell(one, reader) for one in says))
        with self._lock:
            at, known = self._known.get(key, (0, None))
            if known is not None and (not known[1] or self._clock() - at < _AGAIN):
                self._known.move_to_end(key)
                return known
            pending = self._pending.get(key)
            if pending is None:
                told = list(says)
                pending = self._worker.submit(self._work, key, told, reader, model)
                self._pending[key] = pending
        if not wait([pending], patience_s).done:
            raise NotYet
        return pending.result()

    def close(self) -> None:
        """Stop; what waits is given up, what is being asked ends with the patience of its model."""
        self._worker.shutdown(wait=True, cancel_futures=True)

    def _work(self, key: Key, says: Sequence[Say], reader: Reader, model: Model) -> Retold:
        try:
            found = rephrase(says, reader, model, self._folder, self._clock())
        finally:
            with self._lock:
                self._pending.pop(key, None)
        with self._lock:
            self._known[key] = self._clock(), found
            self.answered += 1
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return found
