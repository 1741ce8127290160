"""The lake: derived tables as Parquet files, published by the atomic rename of one manifest.

Anything here can be thrown away and derived again from the log. A file holds the pages of one block
of machines and one month of production days; publishing writes new files beside the old ones.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from plantstack.errors import LogError, Problem

SCHEMA = 1
FOLDER = "lake"
MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a derivation stands on: events up to an offset, a configuration, a version of the rules."""

    offset: int
    config: str
    derivation: str

    def can_grow_into(self, other: Stamp) -> bool:
        """Whether pages of this stamp are right for another one but for the events in between."""
        return (self.config, self.derivation) == (
            other.config,
            other.derivation,
        ) and self.offset <= other.offset


@dataclass(frozen=True, slots=True)
class Manifest:
    """One published generation.

    Attributes:
        project: id of the project whose log this was derived from.
        generation: counts up with every publication.
        stamp: what all pages stand on.
        as_of: how far the books of each site reach, in microseconds.
        files: table -> partition (`site/block/month`) -> file, relative to the lake.
    """

    project: str
    generation: int
    stamp: Stamp
    as_of: Mapping[str, int]
    files: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def read_manifest(project_dir: Path, project_id: str) -> Manifest | None:
    """Read the published generation; None when there is none that can be used.

    Raises:
        LogError: when the lake belongs to another project.
    """
    path = project_dir / FOLDER / MANIFEST
    try:
        told = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except ValueError:
        return None  # derived state that cannot be read is derived again
    if not isinstance(told, dict) or told.get("schema") != SCHEMA:
        return None
    if told["project"] != project_id:
        raise LogError(
            Problem(
                "lake-foreign",
                str(path.name),
                f"the lake was derived for project '{told['project']}', this is '{project_id}'",
                "delete the folder 'lake'; it is derived again",
            )
        )
    del told["schema"]
    manifest = Manifest(**{**told, "stamp": Stamp(**told["stamp"])})
    named = [name for table in manifest.files.values() for name in table.values()]
    return manifest if all(_is_parquet(project_dir / FOLDER / name) for name in named) else None


def _is_parquet(path: Path) -> bool:
    """Whether a file is there and was written to its end."""
    try:
        with path.open("rb") as file:
            head = file.read(4)
            file.seek(-4, os.SEEK_END)
            return head == file.read(4) == b"PAR1"
    except OSError:
        return False


def publish(project_dir: Path, manifest: Manifest) -> None:
    """Make a generation the current one, in one step, and drop files nobody names any more."""
    folder = project_dir / FOLDER
    folder.mkdir(exist_ok=True)
    text = json.dumps({"schema": SCHEMA, **asdict(manifest)}, indent=1, sort_keys=True)
    fresh = folder / f"{MANIFEST}.new"
    with fresh.open("w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(folder / MANIFEST)
    _sweep(folder, manifest)


def _sweep(folder: Path, manifest: Manifest) -> None:
    """Remove files of generations before the last one; its readers may still be at work."""
    named = {name for table in manifest.files.values() for name in table.values()}
    for path in folder.rglob("*.parquet"):
        name = path.relative_to(folder).as_posix()
        if name not in named and generation_of(name) < manifest.generation - 1:
            path.unlink(missing_ok=True)


def file_name(table: str, partition: str, generation: int) -> str:
    """Name the file of a partition.

    >>> file_name("ledger", "tulsa/004/2026-03", 7)
    'ledger/tulsa/004/2026-03.g7.parquet'
    """
    return f"{table}/{partition}.g{generation}.parquet"


def generation_of(name: str) -> int:
    """Read the generation out of a file name.

    >>> generation_of("ledger/tulsa/004/2026-03.g7.parquet")
    7
    """
    return int(name.rsplit(".g", 1)[1].removesuffix(".parquet"))


def parquet(project_dir: Path, names: Iterable[str]) -> str:
    """The SQL that reads lake files, as one relation."""
    return read(str(project_dir / FOLDER / name) for name in names)


def read(paths: Iterable[str]) -> str:
    """The SQL that reads parquet files, as one relation."""
    quoted = ", ".join("'" + path.replace("'", "''") + "'" for path in paths)
    return f"read_parquet([{quoted}], union_by_name = true)"
