"""Who may write, and is this still the same log: the checks before a log is opened."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from plantstack.errors import LogError, Problem


@dataclass(frozen=True, slots=True)
class Places:
    """Where the parts of a log live below a project directory."""

    project: Path

    @property
    def log(self) -> Path:
        """The directory of everything precious."""
        return self.project / "log"

    @property
    def store(self) -> Path:
        """The SQLite file."""
        return self.log / "log.sqlite"

    @property
    def segments(self) -> Path:
        """The sealed events."""
        return self.log / "segments"

    @property
    def known(self) -> Path:
        """The identities of old events."""
        return self.log / "known"

    @property
    def identity(self) -> Path:
        """What must outlive the log directory: whose log it is and how far it had come."""
        return self.project / ".plantstack" / "identity"

    @property
    def writer(self) -> Path:
        """Who is writing, for the one who finds the lock taken."""
        return self.log / "writer.json"


Remembered = tuple[str, int]
"""Project id and the last offset noted outside the log directory."""


def prepare(places: Places) -> None:
    """Make the log directory, private to its owner, and refuse one that is not ours.

    Raises:
        LogError: when it is read-only or belongs to somebody else (F07).
    """
    try:
        for directory in (places.log, places.segments, places.known, places.identity.parent):
            directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        owner = places.log.stat().st_uid
        if owner != os.geteuid():
            what = f"the log directory belongs to user {owner}, this program runs as user {os.geteuid()}"
            raise LogError(Problem("log-foreign-owner", "log", what, "run as its owner, or change the owner"))
        places.log.chmod(0o700)
    except OSError as error:
        raise _read_only(error.strerror or "not writable") from error
    if not os.access(places.log, os.W_OK):
        raise _read_only("permission denied")


def take_lock(places: Places, holder: str) -> FileLock:
    """Become the one writer.

    Raises:
        LogError: naming the writer that holds the log (F08).
    """
    lock = FileLock(str(places.log / "writer.lock"), timeout=0, mode=0o600, thread_local=False)
    try:
        lock.acquire()
    except Timeout as error:
        first = _holder(places)
        what = f"the log is being written by {first}"
        raise LogError(
            Problem("log-locked", "log", what, "let it finish, stop it, or send events through it")
        ) from error
    places.writer.write_text(json.dumps({"holder": holder, "pid": os.getpid()}))
    return lock


def check_same_log(known: Remembered | None, project_id: str, last_offset: int) -> None:
    """Refuse a log that is not the one we knew, or that has lost its end.

    Raises:
        LogError: when the log was replaced, emptied or cut (F09, F10).
    """
    if known is None:
        return
    fix = "restore the log from a backup; to begin anew on purpose, remove .plantstack/identity"
    if known[0] != project_id:
        what = f"this log belongs to project '{project_id}', expected '{known[0]}'"
        raise LogError(Problem("log-replaced", "log", what, fix))
    if last_offset < known[1]:
        what = f"the log ends at offset {last_offset}, it had reached {known[1]}"
        raise LogError(Problem("log-cut", "log", what, fix))


def read_identity(places: Places) -> Remembered | None:
    """Return the project id and the last offset we knew, or None when there was never a log."""
    try:
        found = json.loads(places.identity.read_text())
        return str(found["project_id"]), int(found["last_offset"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        problem = Problem(
            "log-identity", ".plantstack/identity", "the file cannot be read", "restore it from a backup"
        )
        raise LogError(problem) from error


def write_identity(places: Places, project_id: str, last_offset: int) -> None:
    """Remember, outside the log directory, whose log it is and how far it has come."""
    half_done = places.identity.with_suffix(".part")
    half_done.write_text(json.dumps({"project_id": project_id, "last_offset": last_offset}))
    half_done.replace(places.identity)


def _holder(places: Places) -> str:
    try:
        found = json.loads(places.writer.read_text())
        return f"{found['holder']} (process {found['pid']})"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"


def _read_only(why: str) -> LogError:
    fix = "check who owns the project directory and whether its disk may be written"
    return LogError(Problem("log-read-only", "log", f"the log directory cannot be written: {why}", fix))
