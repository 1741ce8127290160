"""A project directory, opened."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa

from plantstack.connectors.finance.write import write_pack
from plantstack.connectors.mapping.read import load_mapping
from plantstack.engines.contract import MeasureQuery, MeasureTable
from plantstack.engines.duckdb.deriving import Progress as Deriving
from plantstack.engines.duckdb.deriving import quiet
from plantstack.engines.duckdb.engine import DuckEngine
from plantstack.engines.duckdb.homes import check_scope
from plantstack.engines.duckdb.verifying import verify
from plantstack.errors import ConfigError, LogError, Problem, QueryError
from plantstack.events import backup as safe
from plantstack.events.log import Log
from plantstack.intervals import Interval, rfc3339
from plantstack.kpis.evaluate import KpiValue
from plantstack.kpis.formulas.given import Given, evaluate_given
from plantstack.kpis.kpi import Catalog
from plantstack.plant.load import MAIN_FILE, PlantContent, check_plant, load_plant, plant_content
from plantstack.plant.plant import Plant
from plantstack.plant.scaffold import write_scaffold
from plantstack.stack.answers.asking import KpiTable, Question, ask, check_measures, check_words
from plantstack.stack.answers.using import catalog_of, check_use, silent_targets
from plantstack.stack.claims.tying import Tying
from plantstack.stack.files.checking import check_mappings, mapping_file
from plantstack.stack.files.configuring import record_config, unrecorded
from plantstack.stack.files.loading import Loaded, Loading, Progress
from plantstack.stack.files.packing import NAME as PACK
from plantstack.stack.files.packing import Packs
from plantstack.stack.reading import Desk, Open, grow, waiting_note
from plantstack.stack.reasons.bridging import Bridging
from plantstack.stack.reasons.explaining import Explaining
from plantstack.stack.reasons.losing import losses
from plantstack.stack.targets.adopting import shown_of


class Stack:
    """One project: its plant files, its log and everything computed from them."""

    def __init__(self, folder: Path, plant: Plant, log: Log, content: PlantContent | None = None) -> None:
        self.folder = folder
        self.plant = plant
        self.log = log
        self.desk = Desk(folder, log, plant, content or plant_content(folder))
        self._opened: tuple[tuple[int, int | None], Open] | None = None
        self._kept: Open | None = None
        self.remembered: dict[Hashable, Any] = {}  # what takes long and is asked by many; keyed by offset

    @classmethod
    def open(cls, folder: Path, *, write: bool = False) -> Self:
        """Open a project.

        Raises:
            ConfigError: with every problem of every plant file.
            LogError: when the log cannot be used, or another process writes it.
        """
        _must_be_project(folder)
        plant = load_plant(folder)
        catalog_of(plant)
        return cls(folder, plant, Log.open(folder, write=write, project_id=plant.project_id))

    def close(self) -> None:
        """Let go of the log and of the books."""
        self._forget()
        self.log.close()

    def _forget(self) -> None:
        if self._opened is not None:
            self._opened[1].close()
            self._opened = None
        if self._kept is not None:
            self._kept.close()
            self._kept = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, QueryError) and (edited := self.unrecorded()):
            error.problems = (*error.problems, edited)  # what is asked for may stand in the edited files
        self.close()

    @staticmethod
    def init(folder: Path) -> list[Path]:
        """Write a new project that passes check; return its files."""
        return [*write_scaffold(folder), write_pack(folder / PACK, load_plant(folder))]

    @staticmethod
    def check(folder: Path) -> list[Problem]:
        """Return every problem of every plant file and mapping."""
        _must_be_project(folder)
        problems = check_plant(folder)
        plant = None if problems else load_plant(folder)
        problems += check_use(plant) if plant else []
        return [*problems, *check_mappings(folder, plant)]

    def load(
        self,
        files: Iterable[Path],
        *,
        now: int,
        mapping: str = "",
        progress: Progress = lambda reading: None,
    ) -> list[Loaded]:
        """Load files one after another; changed plant files are recorded first.

        Args:
            files: canonical `.ndjson`, `.jsonl` or `.csv`, or anything the mapping reads.
            now: the instant of receipt, microseconds UTC.
            mapping: a mapping file, or the name of one in `mappings/`.
            progress: told how many bytes of all files were read.
        """
        found = load_mapping(mapping_file(self.folder, mapping)) if mapping else None
        record_config(self.log, self.desk.content, now)
        loading = Loading(self.log, self.plant, now, found, progress)
        self._forget()
        given, packs = list(files), Packs(self.plant, self.engine)
        loaded = loading.files(given if mapping else packs.unpack(given))
        self._forget()
        packs.settle(given, loaded)
        return loaded

    # -- books -----------------------------------------------------------------------------------

    def derive(self, *, now: int | None = None, anew: bool = False, progress: Deriving = quiet) -> int:
        """Derive what changed since the last time and publish it; return the generation.

        Args:
            now: how far the books reach; None: as far as the events of each site.
            anew: derive everything again.
            progress: told how many machines are through, and of how many.
        """
        self._forget()
        return self.desk.publish(now, anew=anew, progress=progress).generation

    def rebuild(self, *, now: int, progress: Deriving = quiet) -> int:
        """Take changed plant files in and derive everything again; return the generation."""
        record_config(self.log, self.desk.content, now)
        return self.derive(anew=True, progress=progress)

    def verify(self, *, progress: Deriving = quiet) -> list[Problem]:
        """Derive everything again beside the lake and name every table whose rows differ."""
        opened = self.desk.read(self.log.last_offset(), None)
        try:
            return verify(opened.engine.books, progress=progress)
        finally:
            opened.close()

    def engine(
        self, *, known_at: int | None = None, now: int | None = None, scope: str | None = ""
    ) -> DuckEngine:
        """The sums as they were known at an offset; kept books are brought up for a scope, None for none."""
        if self._kept is not None and known_at is None and now is None:
            return self._kept.engine.settled(scope)
        wanted = (self.log.last_offset() if known_at is None else known_at, now)
        if self._opened is None or self._opened[0] != wanted:
            self._forget()
            self._opened = (wanted, self.desk.read(*wanted))
        return self._opened[1].engine

    def keep(self, now: int) -> None:
        """Open the books at the end of the log and at an instant, and stand every question on them."""
        self._forget()
        self._kept = self.desk.read(self.log.refresh(), now, stays=True)

    def grow(self, now: int) -> int | None:
        """Bring kept books to the end of the log and to an instant; return how many stretches changed.

        None when they cannot grow so far and have to be opened anew.
        """
        grown = grow(self._kept, self.log.refresh(), now) if self._kept else None
        self._kept, changed = grown or (self._kept, None)
        return changed

    def kpis(
        self,
        ids: Iterable[str] = (),
        *,
        layer: int | None = None,
        scope: str = "",
        by: Iterable[str] = (),
        grain: str = "all",
        days: tuple[str | None, str | None] = (None, None),
        span: Interval | None = None,
        profile: str | None = None,
        known_at: int | None = None,
        structure: str = "as-was",
        now: int | None = None,
        currency: str = "",
    ) -> KpiTable:
        """Answer a question about KPIs: one row a KPI and cell.

        Args:
            ids: which KPIs, of core or library; empty takes what is shown of a layer.
            layer: the layer, when no ids are given: its core KPIs and those the plant adopted; None takes
                all layers.
            scope: id or path of equipment; '' is everything.
            by: axes to split by.
            grain: length of the periods.
            days: first and last production day, ISO dates, the last one included.
            span: exact instants instead of days.
            profile: how to count; None: the plant's own.
            known_at: only what the log knew at this offset.
            structure: `as-was`, `as-is` or an ISO date.
            now: how far the books reach; None: as far as the events.
            currency: what money is converted into; '' leaves that of the site.

        Raises:
            QueryError: for an unknown KPI, scope, profile, grain, split or currency.
        """
        engine = self.engine(known_at=known_at, now=now, scope=scope)
        catalog = catalog_of(engine.books.plant)
        axes, length = check_words(by, grain)
        asked = tuple(ids)
        is_layer = not asked
        if is_layer:
            asked = shown_of(catalog, self.plant, layer)
        query = MeasureQuery((), scope, axes, length, days, span, structure, currency=currency)
        question = Question(asked, query, profile or self.plant.profile.name, is_layer)
        return ask(engine, catalog, question)

    def measures(
        self,
        names: Iterable[str],
        *,
        scope: str = "",
        by: Iterable[str] = (),
        grain: str = "all",
        days: tuple[str | None, str | None] = (None, None),
        span: Interval | None = None,
        known_at: int | None = None,
        structure: str = "as-was",
        now: int | None = None,
        currency: str = "",
    ) -> MeasureTable:
        """Add up measures; the arguments are those of `kpis`."""
        axes, length = check_words(by, grain)
        query = MeasureQuery(
            check_measures(names),
            scope,
            axes,
            length,
            days,
            span,
            structure,
            counts_open=True,
            currency=currency,
        )
        return self.engine(known_at=known_at, now=now, scope=scope).query(query)

    def ledger(
        self,
        machine: str,
        span: Interval | None = None,
        *,
        days: tuple[str | None, str | None] = (None, None),
        known_at: int | None = None,
    ) -> pa.Table:
        """Return the ledger of a machine in a span or on production days; the entries tile it."""
        return self.engine(known_at=known_at, scope=machine).ledger(machine, span, days=days)

    def standing(self, *, known_at: int | None = None, now: int | None = None) -> tuple[int, dict[str, str]]:
        """Return the offset numbers stand on, and how far the books of each site reach."""
        books = self.engine(known_at=known_at, now=now, scope=None).books
        return books.stamp.offset, {site: rfc3339(at) for site, at in sorted(books.as_of.items())}

    def zone_of(self, scope: str) -> str:
        """Return the clock of a scope; UTC where several sites have different ones."""
        plant = self.engine(scope=None).books.plant
        _, found = check_scope(plant, scope)
        zones = {plant.site_of(found).zone} if found else {site.zone for site in plant.sites.values()}
        return zones.pop() if len(zones) == 1 else "UTC"

    def catalog(self) -> Catalog:
        """Return the shipped KPIs and the plant's own, as the books that were last asked know them."""
        return catalog_of(self._opened[1].engine.books.plant if self._opened else self.plant)

    def kpi_names(self) -> dict[str, str]:
        """Return what people call each KPI."""
        return {kpi.id: kpi.name for kpi in self.catalog().kpis.values()}

    def explain(
        self,
        kpi: str,
        *,
        scope: str = "",
        days: tuple[str | None, str | None] = (None, None),
        span: Interval | None = None,
        profile: str | None = None,
        known_at: int | None = None,
    ) -> KpiTable:
        """Return the lineage of one number, down to entries and events for a machine.

        Raises:
            QueryError: as for `kpis`.
        """
        query = MeasureQuery((), scope, (), "all", days, span)
        question = Question((kpi,), query, profile or self.plant.profile.name)
        engine = self.engine(known_at=known_at, scope=scope)
        return Explaining(engine, catalog_of(engine.books.plant), question).table()

    def bridge(
        self,
        kpi: str,
        *,
        versus: tuple[str | None, tuple[str | None, str | None], Interval | None],
        scope: str = "",
        days: tuple[str | None, str | None] = (None, None),
        span: Interval | None = None,
        profile: str | None = None,
        known_at: int | None = None,
    ) -> KpiTable:
        """Return how a number came from another scope (None: the same), days and span.

        Raises:
            QueryError: as for `kpis`.
        """
        query = MeasureQuery((), scope, (), "all", days, span)
        then = MeasureQuery((), scope if versus[0] is None else versus[0], (), "all", *versus[1:])
        question = Question((kpi,), query, profile or self.plant.profile.name)
        engine = self.engine(known_at=known_at)
        return Bridging(engine, catalog_of(engine.books.plant), question, then).table()

    def losses(
        self,
        *,
        scope: str = "",
        days: tuple[str | None, str | None] = (None, None),
        span: Interval | None = None,
        profile: str | None = None,
        known_at: int | None = None,
        currency: str = "",
    ) -> KpiTable:
        """Return the loss tree: calendar to good pieces, and to money where that may be claimed.

        Raises:
            QueryError: as for `kpis`.
        """
        query = MeasureQuery((), scope, (), "all", days, span, currency=currency)
        engine = self.engine(known_at=known_at, scope=scope)
        return losses(engine, catalog_of(engine.books.plant), query, profile or self.plant.profile.name)

    def tieout(
        self,
        *,
        scope: str = "",
        grain: str = "all",
        days: tuple[str | None, str | None] = (None, None),
        known_at: int | None = None,
    ) -> KpiTable:
        """Return what the floor built beside what finance booked, by site and period."""
        _, length = check_words((), grain)
        engine, query = self.engine(known_at=known_at), MeasureQuery((), scope, days=days)
        return Tying(engine, catalog_of(engine.books.plant), query, length, self.plant.profile.name).table()

    def notes(self) -> list[Problem]:
        """What is worth knowing beside the numbers: edited files, silent targets, late events."""
        edited = self.unrecorded()
        found = [*([edited] if edited else []), *silent_targets(self.plant)]
        return [*found, *waiting_note(self.folder, self.engine(scope=None).waiting())]

    def unrecorded(self) -> Problem | None:
        """Say so when the plant files were edited since the log last took them in."""
        return unrecorded(self.folder, self.log, self.desk.content)

    @staticmethod
    def evaluate(kpi: str, measures: Mapping[str, Given], profile: str | None) -> KpiValue:
        """Evaluate one formula on given measures; needs no project."""
        return evaluate_given(kpi, measures, profile)

    @staticmethod
    def backup(folder: Path, file: Path, *, replace: bool = False) -> int:
        """Write log and plant files into one file; return the last offset in it."""
        _must_be_project(folder)
        return safe.backup(folder, file, replace=replace)

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
