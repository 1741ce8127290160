"""Folders for half-done work: gone when it ends, and swept away at the next start when it was killed.

Each folder is held by a lock that dies with its process, so nobody sweeps what another one still uses.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import FileLock, Timeout

_LOCK = ".in-use"


class Scratch:
    """One private folder below another; make it only for the time of one piece of work."""

    def __init__(self, parent: Path | None = None, name: str = "plantstack-") -> None:
        """Sweep the leftovers of killed processes under the same name, and make a folder.

        Args:
            parent: where; None: the system's place for such things.
            name: how its name begins.
        """
        place = parent or Path(tempfile.gettempdir())
        sweep(place, name)
        # it gets its name once it is held: nobody sweeps what is still being made
        made = Path(tempfile.mkdtemp(prefix=f".{name}", dir=place))
        self._lock = FileLock(made / _LOCK, thread_local=False)
        self._lock.acquire()
        self.path = made.rename(made.with_name(made.name.removeprefix(".")))

    def close(self) -> None:
        """Remove the folder and all in it."""
        self._lock.release()
        shutil.rmtree(self.path, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def sweep(parent: Path, name: str) -> None:
    """Remove the folders that killed processes left; those in use, or of others, stay."""
    for path in parent.iterdir():
        if not path.name.startswith(name) or path.is_symlink():
            continue
        mark = path / _LOCK
        try:
            if path.stat().st_uid == os.geteuid() and mark.is_file():
                with FileLock(mark, timeout=0):
                    shutil.rmtree(path, ignore_errors=True)
        except (OSError, Timeout):
            continue
