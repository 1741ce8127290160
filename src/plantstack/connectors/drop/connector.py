"""Takes files out of a folder once they are whole, and puts them away by what became of them.

    kind: drop
    folder: inbox          # below the project, or an absolute path
    mapping: shift-sheet   # how its rows become events; without it they are written in our own words
    every: 5 s             # how often to look

A file that still grows, or is named as unfinished (`.part`, `.tmp`, `~`, a dot in front), is left alone.
After that it is moved: to `done`, to `partial` when rows were set aside, to `refused` when it could not be
read.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from plantstack.connectors.contract import Delivery, File, Outcome, Retry
from plantstack.connectors.files.intake import Stamp, is_settled, shown_name, stamp_of
from plantstack.errors import Problem
from plantstack.intervals import SECOND
from plantstack.plant.source import Fields, duration, text

DONE, PARTIAL, REFUSED = "done", "partial", "refused"
_LEFT_ALONE = ("file-changing",)  # it is looked at again


@dataclass
class Drop:
    """One folder being watched.

    Attributes:
        folder: where files are put.
        every_s: seconds between two looks.
    """

    folder: Path
    every_s: float = 5.0
    _seen: dict[Path, Stamp] = field(default_factory=dict)
    _stuck: dict[Path, Stamp] = field(default_factory=dict)  # they could not be moved away

    async def check(self) -> Sequence[Problem]:
        """Say when the folder is not there, or files in it cannot be moved."""
        return await asyncio.to_thread(self._check)

    async def read(self, since: str | None) -> AsyncGenerator[Delivery, Outcome]:
        """Yield whole files, the oldest first, and put each away by what became of it."""
        while True:
            for path in await asyncio.to_thread(self._whole):
                outcome = yield File(path)
                await asyncio.to_thread(self._put_away, path, outcome)
            await asyncio.sleep(self.every_s)

    def _check(self) -> list[Problem]:
        where = self.folder.name
        if not self.folder.is_dir():
            return [Problem("drop-missing", where, "there is no such folder", "Make it, or mend 'folder'.")]
        try:
            for name in (DONE, PARTIAL, REFUSED):
                (self.folder / name).mkdir(exist_ok=True)
        except OSError as error:
            fix = "Let the user that runs plantstack write there: files are moved away once they are in."
            return [Problem("drop-read-only", where, f"cannot be written: {error.strerror}", fix)]
        return []

    def _whole(self) -> list[Path]:
        """The files that are unchanged since the last look, the oldest first."""
        try:
            found = [path for path in self.folder.iterdir() if not path.is_dir()]
        except OSError as error:
            raise Retry(
                Problem("drop-missing", self.folder.name, f"cannot be read: {error.strerror}")
            ) from error
        stamps = {path: stamp for path in found if (stamp := stamp_of(path))}
        ready = [path for path in stamps if is_settled(path, self._seen.get(path))]
        self._seen = stamps
        self._stuck = {path: stamp for path, stamp in self._stuck.items() if stamps.get(path) == stamp}
        return sorted(
            (path for path in ready if path not in self._stuck),
            key=lambda path: (stamps[path].changed_ns, path.name),
        )

    def _put_away(self, path: Path, outcome: Outcome) -> None:
        """Move a file to where it can be seen what became of it; one that cannot be moved is not read again.

        Raises:
            Retry: when it could not be moved; nothing is lost, it is known by its content.
        """
        if any(problem.code in _LEFT_ALONE for problem in outcome.problems):
            return
        place = self.folder / _place(outcome)
        try:
            place.mkdir(exist_ok=True)
            path.rename(_free(place, path.name))
        except OSError as error:
            stamp = stamp_of(path)
            if stamp is None:  # somebody took it away meanwhile
                return
            self._stuck[path] = stamp
            what = f"was taken in, and cannot be moved to '{place.name}': {error.strerror}"
            raise Retry(Problem("drop-read-only", shown_name(path), what, "Mend the permissions.")) from error


def _place(outcome: Outcome) -> str:
    if outcome.is_refused:
        return REFUSED
    return PARTIAL if outcome.receipt.dead_lettered or outcome.problems else DONE


def _free(folder: Path, name: str) -> Path:
    """A name that no file has yet: `day.csv`, then `day.2.csv`."""
    path, stem, number = folder / name, Path(name), 2
    while path.exists():
        path = folder / f"{stem.stem}.{number}{stem.suffix}"
        number += 1
    return path


def connect(fields: Fields, project: Path) -> Drop:
    """Read the settings of a drop folder."""
    folder = fields.need("folder", text)
    every = fields.want("every", duration, 5 * SECOND)
    return Drop(project / folder, every / SECOND)
