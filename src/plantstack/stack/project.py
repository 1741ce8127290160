"""A project directory, opened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from plantstack.connectors.mapping.read import load_mapping
from plantstack.errors import ConfigError, LogError, PlantstackError, Problem
from plantstack.events import backup as safe
from plantstack.events.log import Log
from plantstack.kpis.evaluate import KpiValue
from plantstack.kpis.given import Given, evaluate_given
from plantstack.plant.load import MAIN_FILE, check_plant, load_plant, plant_content
from plantstack.plant.plant import Plant
from plantstack.plant.scaffold import write_scaffold
from plantstack.stack.configuring import record_config
from plantstack.stack.loading import Loaded, Loading, Progress


class Stack:
    """One project: its plant files, its log and everything computed from them."""

    def __init__(self, folder: Path, plant: Plant, log: Log) -> None:
        self.folder = folder
        self.plant = plant
        self.log = log

    @classmethod
    def open(cls, folder: Path, *, write: bool = False) -> Self:
        """Open a project.

        Raises:
            ConfigError: with every problem of every plant file.
            LogError: when the log cannot be used, or another process writes it.
        """
        _must_be_project(folder)
        plant = load_plant(folder)
        return cls(folder, plant, Log.open(folder, write=write, project_id=plant.project_id))

    def close(self) -> None:
        """Let go of the log."""
        self.log.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @staticmethod
    def init(folder: Path) -> list[Path]:
        """Write a new project that passes check; return its files."""
        return write_scaffold(folder)

    @staticmethod
    def check(folder: Path) -> list[Problem]:
        """Return every problem of every plant file and mapping."""
        _must_be_project(folder)
        problems = check_plant(folder)
        for path in sorted((folder / "mappings").glob("*.yaml")):
            try:
                load_mapping(path)
            except PlantstackError as error:
                problems.extend(error.problems)
        return problems

    def load(
        self,
        files: Iterable[Path],
        *,
        now: int,
        mapping: str = "",
        progress: Progress = lambda file, events: None,
    ) -> list[Loaded]:
        """Load files one after another; changed plant files are recorded first.

        Args:
            files: canonical `.ndjson`, `.jsonl` or `.csv`, or anything the mapping reads.
            now: the instant of receipt, microseconds UTC.
            mapping: a mapping file, or the name of one in `mappings/`.
            progress: called as rows are read.
        """
        found = load_mapping(self._mapping(mapping)) if mapping else None
        record_config(self.log, plant_content(self.folder), now)
        loading = Loading(self.log, self.plant, now, found, progress)
        return [loading.file(path) for path in files]

    def _mapping(self, name: str) -> Path:
        tried = [Path(name), self.folder / name, self.folder / "mappings" / f"{name}.yaml"]
        path = next((path for path in tried if path.is_file()), None)
        if path is None:
            fix = "Name a file, or one of the folder 'mappings' without its ending."
            raise ConfigError(Problem("mapping-missing", name, "there is no such mapping", fix))
        return path

    @staticmethod
    def evaluate(kpi: str, measures: Mapping[str, Given], profile: str | None) -> KpiValue:
        """Evaluate one formula on given measures; needs no project."""
        return evaluate_given(kpi, measures, profile)

    @staticmethod
    def backup(folder: Path, file: Path) -> int:
        """Write log and plant files into one file; return the last offset in it."""
        _must_be_project(folder)
        return safe.backup(folder, file)

    @staticmethod
    def restore(file: Path, folder: Path) -> int:
        """Lay a backup out as a project; return its last offset."""
        if not file.is_file():
            raise LogError(Problem("backup-missing", str(file), "there is no such file", "Name a backup."))
        return safe.restore(file, folder)


def _must_be_project(folder: Path) -> None:
    if not (folder / MAIN_FILE).is_file():
        fix = "Name the folder of a project, or make one with 'plantstack init'."
        raise ConfigError(Problem("project-missing", str(folder), f"there is no {MAIN_FILE} in it", fix))
