"""Which pages are open on which a call for help is seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from plantstack.plant.plant import Plant
from plantstack.stack.floor.calls import places_of

ROLES = ("maintenance", "supervisor")
_BOARDS = {"maint": "maintenance", "board": "supervisor"}  # pages that show calls: of which role each is


class Pages:
    """The pages that are followed now, by role and scope; several threads may look."""

    def __init__(self) -> None:
        self._open: Counter[tuple[str, tuple[str, ...]]] = Counter()
        self._lock = Lock()

    @contextmanager
    def open(self, path: str, role: str, *scopes: str) -> Iterator[None]:
        """Count a page as long as it is followed.

        Args:
            path: of the page; one that shows no calls tells nobody of any, whoever looks at it.
            role: of who looks; '' where nobody signs in: then it is told by the page.
            scopes: equipment that the page is about; '' is everything.
        """
        board = _BOARDS.get(path.partition("?")[0].strip("/").partition("/")[0], "")
        name = (role or board) if board else ""
        with self._lock:
            self._open[(name, scopes)] += 1
        try:
            yield
        finally:
            with self._lock:
                self._open[(name, scopes)] -= 1

    def near(self, plant: Plant, equipment: str, now: int) -> list[str]:
        """The roles of which a page is open that shows calls of an equipment."""
        places = places_of(plant, equipment, now)
        with self._lock:
            followed = [key for key, n in self._open.items() if n > 0]
        found = {role for role, scopes in followed if "" in scopes or not places.isdisjoint(scopes)}
        return [role for role in ROLES if role in found]
