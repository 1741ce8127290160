"""What changed definitions, standards or reasons would do to history: derived beside the lake."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from plantstack.engines.contract import MeasureQuery
from plantstack.engines.duckdb.deriving import Progress, quiet
from plantstack.engines.duckdb.engine import DuckEngine
from plantstack.errors import ConfigError, Problem, QueryError, did_you_mean
from plantstack.kpis.formulas.grammar import names_of
from plantstack.kpis.kpi import Catalog, Kpi
from plantstack.plant.load import books_hash, load_plant, plant_content
from plantstack.plant.plant import Plant
from plantstack.plant.source import Block, Report, read_block
from plantstack.stack.answers.asking import KpiTable, Question, ask, check_words
from plantstack.stack.answers.using import catalog_of
from plantstack.stack.reading import Desk
from plantstack.stack.targets.adopting import shown_of

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """What would be adopted: another file of own KPIs, another folder of plant files, or both."""

    kpis: Path | None = None
    plant: Path | None = None

    def adopted(self, plant: Plant) -> Plant:
        """The plant as it would be.

        Raises:
            ConfigError: with every problem of the files.
            QueryError: when nothing is named, or another project.
        """
        if self.kpis is None and self.plant is None:
            fix = "Name a file with --kpis, or a folder with --plant."
            raise QueryError(Problem("preview-nothing", "kpi preview", "nothing would change", fix))
        then = plant if self.plant is None else load_plant(self.plant)
        if then.project_id != plant.project_id:
            what = f"the files are of the project '{then.project_id}', this one is '{plant.project_id}'"
            raise QueryError(
                Problem("preview-project", str(self.plant), what, "Copy the project and edit it.")
            )
        return then if self.kpis is None else replace(then, own_kpis=_block(self.kpis))


def _block(path: Path) -> Block:
    report = Report()
    block = read_block(path, report)
    report.raise_problems()
    if block is None:
        raise ConfigError(report.problems)
    return block


@dataclass(frozen=True, slots=True)
class Preview:
    """A change worked out over history.

    Attributes:
        desk: where books are opened.
        engine: of the books as they are.
        change: what would be adopted.
        query: scope, axes, grain and days; measures are filled in.
        progress: told how many machines were derived again.
    """

    desk: Desk
    engine: DuckEngine
    change: Change
    query: MeasureQuery
    progress: Progress = quiet

    def table(self, ids: Sequence[str] = ()) -> KpiTable:
        """One row a KPI, scope and period: now, then and the difference.

        Args:
            ids: which KPIs; none: those whose definition changes and what stands on them, with changed plant
                files all that are shown.

        Raises:
            ConfigError: with every problem of the changed files.
            QueryError: for an unknown KPI or scope.
        """
        plant = self.engine.books.plant
        then = self.change.adopted(plant)
        catalogs = (catalog_of(plant), catalog_of(then))
        changed = _changed(*catalogs)
        asked = tuple(ids) or self._touched(catalogs, changed, then)
        for name in asked:
            if all(name not in catalog.kpis for catalog in catalogs):
                raise QueryError(_unknown(name, catalogs))
        before = self._ask(self.engine, catalogs[0], asked, is_layer=not ids)
        with self._derived(then) as other:
            after = self._ask(other, catalogs[1], asked, is_layer=not ids)
        names = {kpi.id: kpi.name for catalog in catalogs for kpi in catalog.kpis.values()}
        both = merged(before.rows, after.rows, self.query.by)
        rows = [{"kpi": row["kpi"], "name": names[row["kpi"]], **row} for row in both]
        return KpiTable(rows, before.offset, before.as_of, [*_unversioned(*catalogs, changed), *before.notes])

    def _touched(self, catalogs: tuple[Catalog, Catalog], changed: set[str], then: Plant) -> tuple[str, ...]:
        if self.change.plant is not None:
            shown = (
                *shown_of(catalogs[0], self.engine.books.plant, None),
                *shown_of(catalogs[1], then, None),
            )
            return tuple(dict.fromkeys((*shown, *sorted(changed))))
        names = (name for catalog in catalogs for name in _standing_on(catalog, changed, then.profile.name))
        return tuple(dict.fromkeys((*sorted(changed), *names)))

    def _ask(self, engine: DuckEngine, catalog: Catalog, ids: Sequence[str], *, is_layer: bool) -> KpiTable:
        known = tuple(name for name in ids if name in catalog.kpis)
        return ask(engine, catalog, Question(known, self.query, engine.books.plant.profile.name, is_layer))

    @contextmanager
    def _derived(self, then: Plant) -> Iterator[DuckEngine]:
        """The books as they would be: those there are where only what judges them changes."""
        books = self.engine.books
        content = plant_content(self.change.plant) if self.change.plant is not None else None
        if content is None or books_hash(content) == books.stamp.config:
            with _judged(self.engine, then) as engine:
                yield engine
            return
        whole = not self.query.scope
        opened = self.desk.beside(books, then, books_hash(content), self.progress, is_whole=whole)
        try:
            yield opened.engine
        finally:
            opened.close()


@contextmanager
def _judged(engine: DuckEngine, then: Plant) -> Iterator[DuckEngine]:
    """The same books with other targets and KPIs."""
    plant = engine.books.plant
    engine.books.plant = then
    try:
        yield engine
    finally:
        engine.books.plant = plant


def preview(
    desk: Desk,
    engine: DuckEngine,
    change: Change,
    ids: Sequence[str] = (),
    *,
    scope: str = "",
    by: Sequence[str] = (),
    grain: str = "month",
    days: tuple[str | None, str | None] = (None, None),
    progress: Progress = quiet,
) -> KpiTable:
    """Work a change out over history; nothing is published.

    Args:
        desk: where books are opened.
        engine: of the books.
        change: what would be adopted.
        ids: which KPIs; see `Preview.table`.
        scope: id or path of equipment; '' is everything.
        by: axes to split by; without scope and axes, lines, or machines where there are no lines.
        grain: length of the periods.
        days: first and last production day.
        progress: told how many machines were derived again.

    Raises:
        ConfigError: with every problem of the changed files.
        QueryError: for an unknown KPI, scope, split or grain.
    """
    default = [] if scope else ["line" if engine.books.plant.lines else "machine"]
    axes, length = check_words(by or default, grain)
    query = MeasureQuery((), scope, axes, length, days)
    return Preview(desk, engine, change, query, progress).table(ids)


# -- definitions ---------------------------------------------------------------------------------


def _definition(kpi: Kpi) -> tuple[Any, ...]:
    """Everything of a KPI that its value or its judgement depends on."""
    formulas = {name: formula.text for name, formula in kpi.formulas.items()}
    other = kpi.otherwise.text if kpi.otherwise else ""
    return (
        kpi.type,
        sorted(formulas.items()),
        other,
        kpi.model,
        kpi.unit,
        kpi.better,
        kpi.of,
        kpi.change,
        kpi.is_fixed_mix,
        kpi.ceiling,
        kpi.is_ranged,
        kpi.needs,
    )


def _changed(now: Catalog, then: Catalog) -> set[str]:
    """KPIs that are new, gone, or defined in another way."""
    common = now.kpis.keys() & then.kpis.keys()
    other = {name for name in common if _definition(now.kpis[name]) != _definition(then.kpis[name])}
    return other | (now.kpis.keys() ^ then.kpis.keys())


def _standing_on(catalog: Catalog, changed: set[str], profile: str) -> list[str]:
    """The KPIs in whose formula a changed one stands, directly or not."""
    return [kpi for kpi in catalog.kpis if changed & _behind(catalog, kpi, profile)]


def _behind(catalog: Catalog, kpi_id: str, profile: str) -> set[str]:
    """The KPIs in the formula of a KPI, and in theirs."""
    kpi = catalog.kpis[kpi_id]
    formula = catalog.kpi_formula(kpi, profile)
    names = {
        *(names_of(formula.node) if formula else ()),
        *([kpi.of] if kpi.of else []),
    } & catalog.kpis.keys()
    return names.union(*(_behind(catalog, name, profile) for name in names))


def _unversioned(now: Catalog, then: Catalog, changed: set[str]) -> Iterator[Problem]:
    for name in sorted(changed & now.kpis.keys() & then.kpis.keys()):
        old, new = now.kpis[name], then.kpis[name]
        if new.version <= old.version:
            what = f"'{name}' would change and stay version {new.version}"
            fix = f"Write 'version: {old.version + 1}', so that values can be told apart."
            yield Problem("kpi-version", str(new.place), what, fix)


def _unknown(name: str, catalogs: tuple[Catalog, Catalog]) -> Problem:
    known = {*catalogs[0].kpis, *catalogs[1].kpis}
    return Problem("kpi-unknown", name, f"there is no kpi '{name}'", did_you_mean(name, known))


# -- rows ----------------------------------------------------------------------------------------


def merged(
    before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]], by: Sequence[str]
) -> list[Row]:
    """One row for each KPI, scope and period of two answers: now, then and the difference."""

    def key(row: Mapping[str, Any]) -> tuple[str, ...]:
        return (row["kpi"], *(row["scope"][axis] for axis in by), row["period"]["label"])

    old, new = ({key(row): row for row in rows} for rows in (before, after))
    return [_row(old.get(name), new.get(name)) for name in dict.fromkeys((*old, *new))]


_SIDES = ("version", "value", "why_none", "unit", "target", "status")


def _row(now: Mapping[str, Any] | None, then: Mapping[str, Any] | None) -> Row:
    shown = now or then or {}
    told: Row = {name: shown[name] for name in ("kpi", "layer", "unit", "scope", "period")}
    sides: dict[str, dict[str, Any]] = {}
    for side, row in (("now", now), ("then", then)):
        sides[side] = {name: row[name] if row else None for name in _SIDES}
        sides[side]["grade"] = row["trust"]["grade"] if row else None
    old, new = sides["now"]["value"], sides["then"]["value"]
    is_alike = sides["now"]["unit"] == sides["then"]["unit"]
    return {
        **told,
        "now": old,
        "then": new,
        "difference": new - old if is_alike and old is not None and new is not None else None,
        "changed": sides["now"] != sides["then"],
        "sides": sides,
    }
