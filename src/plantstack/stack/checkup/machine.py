"""The machine the log lies on: room, speed, clock, kind of disk, time zones, who else writes there."""

from __future__ import annotations

import ctypes
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from plantstack.stack.checkup.finding import LOSES, WEAKENS, Finding

_GIB = 1 << 30
_LEAST_FREE = 2 * _GIB
_SLOW_S = 0.1  # of the slower half of the writes
_TRIES = 7
_TIME_ERROR = 5  # what adjtimex answers while nothing sets the clock
_REMOTE = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "9p", "davfs")
_OLD_YEARS = 2


def machine_findings(folder: Path, seconds: Callable[[], float], year: int) -> Iterator[Finding]:
    """Look at the disk of a project and the clock.

    Args:
        folder: of the project.
        seconds: a clock that only goes on.
        year: it is now.
    """
    yield from _disk(folder, seconds)
    yield from _clock()
    yield from _zones(Path("/usr/share/zoneinfo/tzdata.zi"), year)
    yield from _others(folder, Path("/proc"))


def _disk(folder: Path, seconds: Callable[[], float]) -> Iterator[Finding]:
    free = shutil.disk_usage(folder).free
    if free < _LEAST_FREE:
        what = f"{free / _GIB:.1f} GiB are free where the log lies"
        why = "A full disk stops intake: brokers and senders hold back only so much."
        yield Finding("disk-room", LOSES, "log", what, why, "Free some room, or move the project.")
    kind = file_system(folder, Path("/proc/mounts"))
    if kind in _REMOTE:
        what = f"the log lies on a network drive ({kind})"
        why = "Such drives do not keep what SQLite relies on: acknowledged events can be lost."
        yield Finding("disk-remote", LOSES, "log", what, why, "Move the project to a disk of this machine.")
    took = sorted(_written_s(folder, seconds))[_TRIES // 2]
    if took > _SLOW_S:
        what = f"a write takes {1000 * took:.0f} ms until it is on disk"
        why = "Events wait for it; senders that do not queue lose theirs."
        yield Finding("disk-slow", WEAKENS, "log", what, why, "Use an SSD for the folder of the project.")


def _written_s(folder: Path, seconds: Callable[[], float]) -> list[float]:
    place = folder / "log" if (folder / "log").is_dir() else folder
    took = []
    with tempfile.TemporaryFile(dir=place) as file:
        for _ in range(_TRIES):
            begun = seconds()
            file.write(b"x" * 4096)
            file.flush()
            os.fsync(file.fileno())
            took.append(seconds() - begun)
    return took


def file_system(folder: Path, mounts: Path) -> str:
    """The kind of file system a folder lies on, as Linux lists it; '' where it lists none."""
    if not mounts.is_file():
        return ""
    best, kind = "", ""
    for line in mounts.read_text().splitlines():
        _, place, found, *_ = line.split()
        if len(place) >= len(best) and folder.resolve().is_relative_to(place.replace("\\040", " ")):
            best, kind = place, found
    return kind


def _clock() -> Iterator[Finding]:
    """Linux knows whether something keeps its clock right; elsewhere nothing is said."""
    adjust = getattr(ctypes.CDLL(None), "adjtimex", None) if os.name == "posix" else None
    if adjust is not None and adjust(ctypes.create_string_buffer(512)) == _TIME_ERROR:
        what = "nothing keeps the clock of this machine right"
        why = "Events of sources without a clock are dated by it, and others are judged by it."
        fix = "Switch NTP on: 'timedatectl set-ntp true', or chrony with a server of the plant."
        yield Finding("clock-free", WEAKENS, "clock", what, why, fix)


def _zones(path: Path, year: int) -> Iterator[Finding]:
    told = path.read_text("utf-8", errors="replace")[:40].split() if path.is_file() else []
    version = next((word for word in told if word[:4].isdigit() and len(word) in (4, 5)), "")
    if version and int(version[:4]) < year - _OLD_YEARS:
        what = f"the time zones of this machine are of {version[:4]}"
        why = "Where the law of daylight time has changed since, shifts and days are cut an hour off."
        yield Finding("zones-old", WEAKENS, "time zones", what, why, "Update the package 'tzdata'.")


def _others(folder: Path, processes: Path) -> Iterator[Finding]:
    """Servers of the same project: only one of them can write, the others wait and take nothing in."""
    mine, place = [], str(folder.resolve())
    for entry in processes.glob("[0-9]*/cmdline"):
        try:
            words = entry.read_bytes().decode("utf-8", "replace").split("\0")
            here = entry.parent / "cwd"
            named = {str((here.resolve() / word).resolve()) for word in words if word and word[0] != "-"}
        except OSError:
            continue  # it has ended, or is somebody else's
        if any("plantstack" in word for word in words) and "serve" in words and place in named:
            mine.append(entry.parent.name)
    if len(mine) > 1:
        what = f"{len(mine)} servers run for this project: processes {', '.join(sorted(mine))}"
        why = "One of them writes; what is sent to the others is refused."
        yield Finding("servers-many", LOSES, "log", what, why, "End all but one.")
