"""The whole truth of a project in one file: log, segments, reported values, plant files, at one moment.

Taken while the log is being written: SQLite copies one moment, the segments it names never change.
Old identities are not in the file; they are computed again at the first writing open.
"""

from __future__ import annotations

import json
import os
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow as pa

from plantstack.errors import LogError, Problem
from plantstack.events import guard, segments, store
from plantstack.events.log import Log

FORMAT = 1
_PLANT_SUFFIXES = (".yaml", ".yml", ".md")
Label = dict[str, Any]
REPORTED = "reported"
_OWN_DIRECTORIES = ("log", "lake", REPORTED)


def backup(project_dir: Path, file: Path) -> int:
    """Write the backup file (compressed when it ends in .zst); return the last offset in it.

    Raises:
        LogError: when the log cannot be read or a segment is damaged.
    """
    places = guard.Places(Path(project_dir))
    with tempfile.TemporaryDirectory(dir=file.parent) as scratch:
        copy = Path(scratch) / "log.sqlite"
        with closing(store.open_reader(places.store)) as source, closing(sqlite3.connect(copy)) as target:
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
        members |= {path.relative_to(places.project).as_posix(): path for path in _reported(places.project)}
        label: Label = {"format": FORMAT, "project_id": project_id, "last_offset": last}
        label["sha256"] = {name: segments.checksum(path) for name, path in members.items()}
        note = Path(scratch) / "backup.json"
        note.write_text(json.dumps(label, indent=1))
        compression = "zstd" if file.suffix == ".zst" else None
        half_done = Path(scratch) / "backup.part"
        with (
            pa.output_stream(str(half_done), compression=compression) as stream,
            tarfile.open(fileobj=stream, mode="w|") as tar,
        ):
            for name, path in {"backup.json": note, **members}.items():
                tar.add(path, arcname=name, recursive=False)
        segments.sync_file(half_done)
        half_done.rename(file)
    segments.sync_directory(file.parent)
    return int(last)


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
    with tempfile.TemporaryDirectory(dir=places.project, prefix=".restore-") as scratch:
        label = _unpacked(file, Path(scratch))
        for name in sorted(label["sha256"], key=lambda member: member.startswith("log/")):
            target = places.project / name
            target.parent.mkdir(parents=True, exist_ok=True)
            (Path(scratch) / name).rename(target)
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
