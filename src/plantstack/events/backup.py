"""The whole truth of a project in one file: log, segments, reported values, photos, plant files.

Taken while the log is being written: SQLite copies one moment, the segments it names never change.
Old identities are not in the file; they are computed again at the first writing open.
"""

from __future__ import annotations

import json
import os
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pyarrow as pa

from plantstack.errors import LogError, Problem
from plantstack.events import guard, photos, segments, store
from plantstack.events.log import Log
from plantstack.events.scratch import Scratch

FORMAT = 1
_PLANT_SUFFIXES = (".yaml", ".yml", ".md")
Label = dict[str, Any]
REPORTED = "reported"
_OWN_DIRECTORIES = ("log", "lake", REPORTED, photos.FOLDER)


def backup(
    project_dir: Path, file: Path, *, replace: bool = False, reader: sqlite3.Connection | None = None
) -> int:
    """Write the backup file (compressed when it ends in .zst); return the last offset in it.

    Args:
        project_dir: whose truth.
        file: to write.
        replace: whether a file that is there may be overwritten.
        reader: a connection to the log that stands at the moment that is copied; None: now.

    Raises:
        LogError: when there is such a file, the log cannot be read or a segment is damaged.
    """
    places = guard.Places(Path(project_dir))
    _check_free(file, replace)
    with Scratch(file.parent, f".{file.name}-") as place:
        scratch = place.path
        copy = scratch / "log.sqlite"
        with ExitStack() as opened:
            source = reader or opened.enter_context(closing(store.open_reader(places.store)))
            target = opened.enter_context(closing(sqlite3.connect(copy)))
            source.backup(target)
            target.execute("PRAGMA journal_mode = DELETE")
            named = segments.listed(target, 2**62)
            project_id = target.execute("SELECT value FROM meta WHERE name = 'project_id'").fetchone()[0]
            last = store.last_offset(target)
        problems = segments.check_segments(places.segments, named)
        if problems:
            raise LogError(problems)
        members = {"log/log.sqlite": copy}
        members |= {f"log/segments/{segment.name}": places.segments / segment.name for segment in named}
        members |= {
            path.relative_to(places.project).as_posix(): path for path in _plant_files(places.project)
        }
        precious = [*_reported(places.project), *photos.kept(places.project)]
        members |= {path.relative_to(places.project).as_posix(): path for path in precious}
        label: Label = {"format": FORMAT, "project_id": project_id, "last_offset": last}
        label["sha256"] = {name: segments.checksum(path) for name, path in members.items()}
        note = scratch / "backup.json"
        note.write_text(json.dumps(label, indent=1))
        compression = "zstd" if file.suffix == ".zst" else None
        half_done = scratch / "backup.part"
        with (
            pa.output_stream(str(half_done), compression=compression) as stream,
            tarfile.open(fileobj=stream, mode="w|") as tar,
        ):
            for name, path in {"backup.json": note, **members}.items():
                tar.add(path, arcname=name, recursive=False)
        segments.sync_file(half_done)
        if replace:
            half_done.replace(file)
        else:
            _put(half_done, file)
    segments.sync_directory(file.parent)
    return int(last)


def _check_free(file: Path, replace: bool) -> None:
    if not file.parent.is_dir():
        what = f"there is no folder {file.parent}"
        raise LogError(Problem("backup-nowhere", str(file), what, "Make it, or name another place."))
    if file.is_dir():
        raise LogError(Problem("backup-exists", str(file), "is a folder", "Name a file in it."))
    if file.exists() and not replace:
        raise _there_is_one(file)


def _put(half_done: Path, file: Path) -> None:
    """Give the file its name unless somebody else did in the meantime."""
    try:
        os.link(half_done, file)
    except FileExistsError:
        raise _there_is_one(file) from None
    except OSError:  # a disk that knows no links
        half_done.rename(file)


def _there_is_one(file: Path) -> LogError:
    fix = "Name a new file, or overwrite this one with --force."
    return LogError(Problem("backup-exists", str(file), "there is such a file already", fix))


def restore(file: Path, project_dir: Path) -> int:
    """Lay a backup out as a project that has no log yet; return its last offset.

    Raises:
        LogError: when there already is a log, or the file is not a whole backup.
    """
    places = guard.Places(Path(project_dir))
    if places.log.exists() or places.identity.exists():
        what = f"expected a directory without a log, found one in {places.project.name}"
        raise LogError(
            Problem("restore-not-empty", places.project.name, what, "restore into a new directory")
        )
    places.project.mkdir(parents=True, exist_ok=True)
    with Scratch(places.project, ".restore-") as place:
        label = _unpacked(file, place.path)
        for name in sorted(label["sha256"], key=lambda member: member.startswith("log/")):
            target = places.project / name
            target.parent.mkdir(parents=True, exist_ok=True)
            (place.path / name).rename(target)
    guard.prepare(places)
    guard.write_identity(places, label["project_id"], label["last_offset"])
    with Log.open(places.project, write=True, project_id=label["project_id"], holder="a restore") as log:
        return log.last_offset()


def _unpacked(file: Path, scratch: Path) -> Label:
    broken = Problem("backup-damaged", file.name, "the file is not a whole backup", "take an older one")
    try:
        with _reading(file) as stream, tarfile.open(fileobj=stream, mode="r|") as tar:
            tar.extractall(scratch, filter="data")
        label: Label = json.loads((scratch / "backup.json").read_text())
        whole = label["format"] == FORMAT and all(
            segments.checksum(scratch / name) == digest for name, digest in label["sha256"].items()
        )
    except (OSError, tarfile.TarError, ValueError, KeyError, EOFError) as error:
        raise LogError(broken) from error
    if not whole:
        raise LogError(broken)
    return label


def _reading(path: Path) -> pa.NativeFile:
    with path.open("rb") as file:
        is_zstd = file.read(4) == b"\x28\xb5\x2f\xfd"
    return pa.input_stream(str(path), compression="zstd" if is_zstd else None)


def _reported(project: Path) -> list[Path]:
    """The values that were reported: copies nobody can make again."""
    return sorted(path for path in (project / REPORTED).glob("*") if path.suffix in (".json", ".parquet"))


def _plant_files(project: Path) -> Iterator[Path]:
    for directory, names, files in os.walk(project):
        here = Path(directory)
        if here == project:
            names[:] = [name for name in names if name not in _OWN_DIRECTORIES]
        names[:] = sorted(name for name in names if not name.startswith("."))
        for name in sorted(files):
            path = here / name
            if (
                path.suffix in _PLANT_SUFFIXES
                and not name.startswith(".")
                and path.is_file()
                and not path.is_symlink()
            ):
                yield path
