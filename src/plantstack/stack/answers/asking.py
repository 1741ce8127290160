"""A question about KPIs -> rows of the command contract: one query of sums, one division a cell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa

from plantstack.engines.contract import AXES, GRAINS, Axis, Grain, MeasureCell, MeasureQuery
from plantstack.engines.duckdb.engine import DuckEngine
from plantstack.engines.duckdb.homes import check_scope
from plantstack.errors import Problem, QueryError, did_you_mean
from plantstack.intervals import rfc3339
from plantstack.kpis.cell import Cell
from plantstack.kpis.evaluate import KpiValue, evaluate_all
from plantstack.kpis.kpi import SCOPES, Catalog, Kpi
from plantstack.kpis.needs import measures_needed
from plantstack.measures.catalog import MEASURES
from plantstack.measures.measure import REASON_AXES
from plantstack.plant.plant import Plant
from plantstack.stack.answers.gathering import Key, gather, key_of
from plantstack.stack.answers.methods import Capturing
from plantstack.stack.answers.proving import Proving
from plantstack.stack.answers.withholding import PERSONAL, Withholding
from plantstack.stack.reasons.changing import Changing
from plantstack.stack.reasons.contesting import put_contested
from plantstack.stack.targets.targeting import Targeting

# How the parts of a row are ordered.
_HEAD = ("kpi", "version", "layer", "profile", "unit")
_AIMS = ("target", "status", "against")
_ELSEWHERE = frozenset((*_HEAD, *_AIMS, "trust"))


@dataclass(frozen=True, slots=True)
class KpiTable:
    """The answer to a question about KPIs.

    Attributes:
        rows: one a KPI and cell, as the command contract lists them.
        offset: the log offset they stand on.
        as_of: how far the books of each site reach, RFC 3339.
        notes: KPIs left out, and other things worth knowing.
    """

    rows: Sequence[Mapping[str, Any]]
    offset: int
    as_of: Mapping[str, str]
    notes: Sequence[Problem] = field(default=())

    def to_arrow(self) -> pa.Table:
        """The rows as a table; nested objects become structs."""
        return pa.Table.from_pylist([dict(row) for row in self.rows])


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked; `query` holds everything but the measures."""

    ids: tuple[str, ...]
    query: MeasureQuery
    profile: str
    is_layer: bool = False  # a whole layer: KPIs that cannot be split this way are left out, not refused
    is_plain: bool = False  # values and grades: no targets, nothing reported or open, nobody named


def check_words(by: Iterable[str], grain: str) -> tuple[tuple[Axis, ...], Grain]:
    """Turn words into axes and a grain.

    Raises:
        QueryError: naming every word that is none.
    """
    asked = tuple(by)
    problems = [_unknown("split", word, AXES) for word in asked if word not in AXES]
    if grain not in GRAINS:
        problems.append(_unknown("grain", grain, GRAINS))
    if problems:
        raise QueryError(problems)
    axes = tuple(axis for word in dict.fromkeys(asked) for axis in AXES if axis == word)
    return axes, next(one for one in GRAINS if one == grain)


def check_measures(names: Iterable[str]) -> tuple[str, ...]:
    """Return measure names, each once.

    Raises:
        QueryError: naming every one that does not exist.
    """
    asked = tuple(dict.fromkeys(names))
    problems = [_unknown("measure", name, MEASURES) for name in asked if name not in MEASURES]
    if problems:
        raise QueryError(problems)
    return asked


def ask(engine: DuckEngine, catalog: Catalog, question: Question) -> KpiTable:
    """Answer with one row a KPI and cell.

    Raises:
        QueryError: for an unknown KPI, scope or profile, or a split a KPI does not allow.
    """
    catalog.chain(question.profile)
    kpis = [catalog.kpi(kpi_id) for kpi_id in question.ids]
    level, scope = check_scope(engine.books.plant, question.query.scope)
    kpis, notes = _allowed(kpis, question)
    ids = tuple(kpi.id for kpi in kpis)
    targeting = Targeting(engine, catalog, question.query, question.profile, is_judged=not question.is_plain)
    needed = {*measures_needed(catalog, ids, question.profile), *targeting.measures(kpis)}
    names = tuple(name for name in MEASURES if name in needed)
    query = replace(question.query, measures=names, counts_open=not question.is_plain)
    models = [kpi.model for kpi in kpis if kpi.model]
    cells = gather(engine, query, models, is_named=not question.is_plain) if ids else []
    cells = _with_changes(engine, catalog, kpis, query, question.profile, cells)
    is_reported = ids and not question.is_plain
    reported = _reported(engine, query, catalog, ids, question.profile) if is_reported else {}
    capturing = Capturing(engine.books.plant, catalog, question.profile)
    proving = Proving(engine.books, catalog, question.profile)
    rows: list[dict[str, Any]] = []
    places: dict[int, str | None] = {}
    for found, cell in cells:
        place = _place(engine.books.plant, question.query, level, scope, found)
        period = {"from": rfc3339(found.span.start), "to": rfc3339(found.span.end), "label": found.label}
        values = evaluate_all(ids, cell, profile=question.profile, catalog=catalog)
        for value in values:
            if value.kpi.lowest == "line" and found.keys.get("line") == "":
                continue  # machines that stand in no line have no number of a line
            told = _nowhere(value, question.query, level)
            if told:
                value = replace(value, exact=None, why_none=told, low=None, high=None, if_typical=None)
            value = capturing.of(value, found, _finest(found, scope))
            value = proving.of(value, found, _finest(found, scope))
            row = {**value.as_row(), **targeting.of(value, cell, found, _finest(found, scope))}
            closed = reported.get((value.kpi.id, key_of(found, query.by)))
            places[len(rows)] = None if _is_rest(found) else _finest(found, scope)
            rows.append(_row(row, place, period, found, closed))
    if any("verdict" in (cell.kinds or ()) for _, cell in cells):
        put_contested(engine, question.query, rows)
    if PERSONAL & set(query.by):
        notes += Withholding.of(engine.books).rows(rows, places)
    books = engine.books
    as_of = {site: rfc3339(at) for site, at in sorted(books.as_of.items())}
    return KpiTable(rows, books.stamp.offset, as_of, notes)


def _with_changes(
    engine: DuckEngine,
    catalog: Catalog,
    kpis: Sequence[Kpi],
    query: MeasureQuery,
    profile: str,
    cells: Sequence[tuple[MeasureCell, Cell]],
) -> list[tuple[MeasureCell, Cell]]:
    """Put beside each cell how its KPIs changed against their baseline."""
    keyed = {key_of(found, query.by): cell for found, cell in cells}
    changing = Changing(engine, catalog, query, profile, engine.books.plant.profile.baseline_window)
    changed = changing.of(kpis, keyed)
    return [
        (found, replace(cell, modelled={**cell.modelled, **changed[key_of(found, query.by)]}))
        for found, cell in cells
    ]


def _allowed(kpis: Sequence[Kpi], question: Question) -> tuple[list[Kpi], list[Problem]]:
    """Refuse splits a KPI does not declare; of a whole layer leave such KPIs out and say so."""
    problems = []
    for kpi in kpis:
        refused = [axis for axis in question.query.by if axis not in kpi.by]
        if refused:
            what = f"cannot be split by {', '.join(refused)}"
            problems.append(Problem("kpi-split", kpi.id, what, f"Splits it allows: {', '.join(kpi.by)}."))
    if problems and not question.is_layer:
        raise QueryError(problems)
    out = {problem.where for problem in problems}
    return [kpi for kpi in kpis if kpi.id not in out], problems


def _nowhere(value: KpiValue, query: MeasureQuery, level: str) -> str:
    """Why a KPI does not exist so far down or so far up; '' when it does."""
    lowest, highest = value.kpi.lowest, value.kpi.highest
    asked = min([level, *(axis for axis in query.by if axis in SCOPES)], key=SCOPES.index)
    if SCOPES.index(asked) < SCOPES.index(lowest):
        return f"exists from {lowest} up, asked for a {asked}"
    if SCOPES.index(asked) > SCOPES.index(highest):
        return f"exists for one {highest}, asked for a {asked}; split it by {highest}"
    slotted = any("slot" in MEASURES[name].grain for name in value.inputs)
    return "exists by slot of the plan, not by the hour" if slotted and query.grain == "hour" else ""


def _place(plant: Plant, query: MeasureQuery, level: str, scope: str, cell: MeasureCell) -> dict[str, str]:
    """The scope of a row: its path, and the value of every axis."""
    finest = _finest(cell, scope)
    spans = plant.spans.get(finest, ())
    standing = [span.path for span in spans if span.from_at < max(cell.span.end, 1)]
    path = standing[-1] if standing else plant.enterprise
    return {"path": path, "level": level if finest == scope else plant.equipment[finest].level, **cell.keys}


def _finest(cell: MeasureCell, scope: str) -> str:
    """The equipment a cell is of: the finest it was split by, else what was asked for."""
    axes = ("machine", "line", "area", "site")
    return next((cell.keys[axis] for axis in axes if cell.keys.get(axis)), scope)


def _is_rest(cell: MeasureCell) -> bool:
    """Whether a cell is of what stands in none of the places it is split by."""
    return any(cell.keys.get(axis) == "" for axis in ("machine", "line", "area", "site"))


def _reported(
    engine: DuckEngine, query: MeasureQuery, catalog: Catalog, ids: tuple[str, ...], profile: str
) -> dict[tuple[str, Key], KpiValue]:
    """The same KPIs of periods that were closed as a whole, as they stood then: (kpi, cell) -> value."""
    if not engine.has_reported or query.grain == "hour" or query.span is not None:
        return {}
    if set(REASON_AXES) & set(query.by):
        return {}
    whole = replace(query, measures=("time_calendar",))
    closed = engine.query(replace(whole, is_reported=True)).cells
    if not closed:  # of what runs now nothing is reported
        return {}
    live = {key_of(cell, query.by): cell.sums["time_calendar"] for cell in engine.query(whole).cells}
    covered = {
        key for cell in closed if live.get(key := key_of(cell, query.by)) == cell.sums["time_calendar"]
    }
    out: dict[tuple[str, Key], KpiValue] = {}
    for found, cell in gather(engine, replace(query, is_reported=True)):
        key = key_of(found, query.by)
        if key in covered:
            values = evaluate_all(ids, cell, profile=profile, catalog=catalog)
            out |= {(value.kpi.id, key): value for value in values}
    return out


def _difference(live: float | None, reported: KpiValue | None) -> dict[str, float | None] | None:
    """What was reported beside what is known now; None where the period was never closed as a whole."""
    if reported is None:
        return None
    was = reported.value
    return {"value": was, "difference": None if live is None or was is None else live - was}


def _row(
    value: Mapping[str, Any],
    place: Mapping[str, str],
    period: Mapping[str, str],
    cell: MeasureCell,
    reported: KpiValue | None,
) -> dict[str, Any]:
    return {
        **{name: value[name] for name in _HEAD},
        "scope": dict(place),
        "period": dict(period),
        **{name: told for name, told in value.items() if name not in _ELSEWHERE},
        **{name: value[name] for name in _AIMS},
        "trust": value["trust"],
        "n_open": cell.n_open,
        "currency": cell.currency,
        "reported": _difference(value["value"], reported),
    }


def _unknown(what: str, word: str, known: Iterable[str]) -> Problem:
    return Problem(f"{what}-unknown", word, f"there is no {what} '{word}'", did_you_mean(word, known))
