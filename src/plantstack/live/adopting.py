"""Changed plant files taken in while a server runs: written, recorded with who, and known from then on.

What is on disk and what the books stand on are the same but for edits by hand: those wait until somebody
takes them in, and health says so. Until then the server goes on with what it knows.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Lock

from plantstack.errors import ConfigError, PlantstackError, Problem, QueryError
from plantstack.events.log import Log
from plantstack.events.writer import GroupWriter
from plantstack.live.door import Clock
from plantstack.plant.load import PlantContent, check_plant, load_plant, plant_content, plant_from_content
from plantstack.plant.plant import Plant
from plantstack.stack.editing.checking import drafted
from plantstack.stack.editing.edits import Edit
from plantstack.stack.editing.writing import Written
from plantstack.stack.files.configuring import known_content, record_config
from plantstack.stack.project import Stack

_TAKE_IN = "take them in on the page /config, or start the server again"


def books_of(folder: Path, project_id: str) -> Stack:
    """Open a project as its plant files were taken in last, whatever stands in the folder by now.

    Raises:
        LogError: when the log cannot be used.
    """
    log = Log.open(folder, write=False, project_id=project_id)
    try:
        content = known_content(log, log.last_offset())
        if content is None or (found := _read(folder)) == content:
            return Stack(folder, load_plant(folder), log, found if content else None)
        return Stack(folder, plant_from_content(content.text), log, content)
    except BaseException:
        log.close()
        raise


def _read(folder: Path) -> PlantContent | None:
    """What the plant files say; None where they cannot be read."""
    try:
        return plant_content(folder)
    except ConfigError:
        return None


class PlantFiles:
    """The plant files of a running server."""

    def __init__(
        self, folder: Path, writer: GroupWriter, clock: Clock, told: Callable[[Plant], None]
    ) -> None:
        """Begin with what stands in the folder, which is recorded.

        Args:
            folder: of the project.
            writer: of its log.
            clock: the instant of receipt.
            told: called with the plant as it is from now on.
        """
        self.content = plant_content(folder)
        self._folder, self._writer, self._clock, self._told = folder, writer, clock, told
        self._turn = Lock()
        self._seen: tuple[object, list[str]] = (None, [])

    def adopt(self, edit: Edit, *, by: str, note: str = "") -> tuple[int, Written]:
        """Write an edit and take it in; return the offset of its event, and what was written.

        Args:
            edit: what is changed.
            by: pseudonym of whoever changes it.
            note: what he says about it.

        Raises:
            ConflictError: when the same was changed since the edit was begun.
            ConfigError: with every problem of the files as they would be.
            QueryError: when there is nothing to change, or the files were changed by hand and wait.
            LogError: when the log cannot be written; the files are as they were.
        """
        with self._turn:
            if self._strays_now():
                what = "the plant files were changed by hand and are not taken in"
                raise QueryError(Problem("edit-stray", "plant files", what, "Take those in first."))
            with drafted(self._folder, edit) as draft:
                path = (self._folder / draft.written.file).resolve()
                _write(path, draft.written.before, draft.written.after)
                try:
                    offset = self._record(draft.after, by, note)
                except PlantstackError:
                    _write(path, draft.written.after, draft.written.before)
                    raise
                self._take_in(draft.after)
                return offset, draft.written

    def reload(self, *, by: str) -> int:
        """Take in what was changed by hand; return the last offset.

        Raises:
            ConfigError: with every problem of the files; nothing is taken in.
        """
        with self._turn:
            problems = Stack.check(self._folder)
            if problems:
                raise ConfigError(problems)
            content, plant = plant_content(self._folder), load_plant(self._folder)
            if plant.project_id != plant_from_content(self.content.text).project_id:
                what = f"the project would be '{plant.project_id}'"
                raise ConfigError(Problem("project-other", "plant.yaml", what, "Give it back its id."))
            offset = self._record(content, by, "changed by hand")
            self._take_in(content)
            return offset

    def stray(self) -> list[str]:
        """What was changed by hand and is not taken in, in a sentence; nothing where all is."""
        if not self._turn.acquire(blocking=False):  # something is being taken in
            return []
        try:
            return self._strays_now()
        finally:
            self._turn.release()

    def _strays_now(self) -> list[str]:
        stamp = sorted(
            (path.name, told.st_mtime_ns, told.st_size, told.st_ino)
            for path in self._folder.glob("*.yaml")
            for told in (path.stat(),)
        )
        if self._seen[0] != stamp:
            self._seen = (stamp, self._strays())
        return self._seen[1]

    def _strays(self) -> list[str]:
        found = _read(self._folder)
        if found == self.content:
            return []
        if found is not None:
            return [f"plant files were changed and are not taken in; {_TAKE_IN}"]
        first, *more = check_plant(self._folder)
        others = f" and {len(more)} more" if more else ""
        return [f"plant files were changed and cannot be taken in: {first.where}: {first.what}{others}"]

    def _record(self, content: PlantContent, by: str, note: str) -> int:
        def record(log: Log) -> int:
            record_config(log, content, self._clock(), by=by, note=note)
            return log.last_offset()

        return self._writer.run(record).result()

    def _take_in(self, content: PlantContent) -> None:
        self.content, self._seen = content, (None, [])
        self._told(load_plant(self._folder))


def _write(path: Path, before: str, after: str) -> None:
    """Put another text in the place of a file, in one step; its rights stay.

    Raises:
        QueryError: when it is not as it was read.
    """
    if path.read_bytes() != before.encode():
        what = "somebody wrote this file just now"
        raise QueryError(Problem("edit-stray", path.name, what, "Look at it again, then repeat your change."))
    fresh = path.with_name(f".{path.name}.new")
    try:
        with fresh.open("wb") as out:
            out.write(after.encode())
            out.flush()
            os.fsync(out.fileno())
        shutil.copymode(path, fresh)
        fresh.replace(path)
    except OSError as error:
        with suppress(OSError):
            fresh.unlink()
        what = f"the file could not be written: {error.strerror or error}"
        fix = "Let the server write it, or free some space."
        raise QueryError(Problem("edit-unwritten", path.name, what, fix)) from error
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
