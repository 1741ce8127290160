"""Everything the KPIs of a cell stand on: its sums, those above a split, names behind doubts, models."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from plantstack.engines.contract import Axis, Exact, MeasureCell, MeasureQuery, MeasureTable
from plantstack.engines.duckdb.engine import DuckEngine
from plantstack.engines.duckdb.homes import check_scope
from plantstack.intervals import SECOND
from plantstack.kpis.cell import Cell
from plantstack.kpis.formulas.formula import Undefined
from plantstack.kpis.models.modelled import Estimate, Modelled
from plantstack.kpis.models.models import MODELS, Model, Part
from plantstack.measures.catalog import MEASURES
from plantstack.measures.measure import REASON_AXES
from plantstack.stack.answers.modelling import Modelling, untied_of

Key = tuple[str, ...]
"""The values of the axes, and the label of the period: what tells the cells of an answer apart."""

_OF_EXITS = "qty_exit_"
_BY_SHIFT = "exists by the shift or longer"
_ONE_LINE = "exists for one line at a time: name one, or split by line"


def key_of(cell: MeasureCell, by: Sequence[str]) -> Key:
    """What tells a cell apart among those split by the same axes."""
    return (*(cell.keys[axis] for axis in by), cell.label)


def gather(
    engine: DuckEngine, query: MeasureQuery, models: Sequence[str] = (), *, is_named: bool = True
) -> list[tuple[MeasureCell, Cell]]:
    """Ask for sums and put everything beside them that KPIs need.

    Args:
        engine: of the books.
        query: scope, window and sums.
        models: those that are wanted.
        is_named: whether to ask who is behind each doubt, or only behind those that may leave no value.

    Raises:
        QueryError: for a scope that does not exist.
    """
    return _Gathering(engine, query, is_named).cells(models)


def name_behind(
    engine: DuckEngine, query: MeasureQuery, doubts: Iterable[str]
) -> dict[Key, dict[str, tuple[str, ...]]]:
    """Say who is behind some doubts in each cell of a question about equipment, the greatest part first.

    Raises:
        QueryError: for a scope that does not exist.
    """
    return _Gathering(engine, query, True).behind(list(doubts), ())


@dataclass(frozen=True, slots=True)
class _Gathering:
    engine: DuckEngine
    query: MeasureQuery
    is_named: bool

    def cells(self, models: Sequence[str]) -> list[tuple[MeasureCell, Cell]]:
        with self.engine.sweeps.kept():
            table = self.engine.query(self.query)
            inner = replace(self, query=replace(self.query, counts_open=False))
            return inner.around(table, models)

    def around(self, table: MeasureTable, models: Sequence[str]) -> list[tuple[MeasureCell, Cell]]:
        """Put beside the cells of an answer what more they need; these queries need not say what is open."""
        rest = tuple(axis for axis in self.query.by if axis not in REASON_AXES)
        whole, named, routes = self._whole(rest), self._named(table.cells), self._routes(table.cells)
        modelled = {name: self._modelled(MODELS[name]) for name in models if name in MODELS}
        others = [name for name in models if name not in MODELS]
        beside = Modelling(self.engine, self.query, gather).of(others, table.cells)
        left = untied_of(self.engine, self.query, table.cells)
        out = []
        for found in table.cells:
            key = key_of(found, self.query.by)
            above = whole.get(key_of(found, rest))
            why = _BY_SHIFT if self.query.grain == "hour" else _ONE_LINE
            told: dict[str, Modelled] = {name: values.get(key, why) for name, values in modelled.items()}
            told |= {name: values[key] for name, values in beside.items() if key in values}
            cell = Cell(
                sums={**found.sums, **routes.get(key, {}), **_untied(left.get(key)), **_counted(told)},
                period_s=Fraction(found.length or found.span.length, SECOND),
                whole=above.sums if above else None,
                kinds=found.recorded or table.recorded,
                reasons=found.reasons,
                named=named.get(key, {}),
                modelled=told,
            )
            out.append((found, cell))
        return out

    def _whole(self, rest: tuple[Axis, ...]) -> dict[Key, MeasureCell]:
        """The sums before a split by reason: they stand under the fraction line."""
        if rest == self.query.by:
            return {}
        return {key_of(cell, rest): cell for cell in self.engine.query(replace(self.query, by=rest)).cells}

    def _named(self, cells: Sequence[MeasureCell]) -> dict[Key, dict[str, tuple[str, ...]]]:
        """Who is behind each doubt of each cell: products without a standard, units, else machines."""
        told = [name for name in self.query.measures if self._is_to_be_named(name)]
        return self.behind([name for name in told if any(cell.sums[name] for cell in cells)], cells)

    def _is_to_be_named(self, name: str) -> bool:
        evidence = MEASURES[name].evidence
        return evidence is not None and (self.is_named or evidence.null_above is not None)

    def behind(
        self, doubts: Sequence[str], cells: Sequence[MeasureCell]
    ) -> dict[Key, dict[str, tuple[str, ...]]]:
        """Who is behind some doubts, cell by cell; `cells` serve where nothing is split further."""
        behind: dict[tuple[Axis, ...], list[str]] = {}
        for name in doubts:
            behind.setdefault(_behind(name), []).append(name)
        out: dict[Key, dict[str, tuple[str, ...]]] = {}
        for axes, names in behind.items():
            split, more = cells, tuple(axis for axis in axes if axis not in self.query.by)
            if more:
                asked = replace(self.query, measures=tuple(names), by=(*self.query.by, *more))
                split = self.engine.query(asked).cells
            for name in names:
                for cell in sorted(split, key=lambda one: -(one.sums[name] or 0)):
                    if cell.sums[name] and self._counts(name, cell):
                        mine = out.setdefault(key_of(cell, self.query.by), {})
                        mine[name] = (*mine.get(name, ()), _called(axes, cell))[:3]
        return out

    def _counts(self, doubt: str, cell: MeasureCell) -> bool:
        """Whether a machine is behind a doubt: behind that of what lines put out only their exits are."""
        level, _ = check_scope(self.engine.books.plant, self.query.scope)
        machine = cell.keys.get("machine", "")
        if not doubt.startswith(_OF_EXITS) or not machine or level == "machine" or "machine" in self.query.by:
            return True
        exits = {name for line in self.engine.books.plant.lines.values() for _, name in line.exit}
        return machine in exits or not self._line_of(machine)

    def _routes(self, cells: Sequence[MeasureCell]) -> dict[Key, Mapping[str, Exact | None]]:
        """For single machines: what the first machine of their line made."""
        names = tuple(name for name in self.query.measures if MEASURES[name].adds == "route")
        level, scope = check_scope(self.engine.books.plant, self.query.scope)
        if not names or (level != "machine" and "machine" not in self.query.by):
            return {}
        by = tuple(axis for axis in self.query.by if axis not in ("machine", "line"))
        whole = self._line_of(scope) if level == "machine" else self.query.scope
        asked = replace(self.query, measures=names, scope=whole, by=(*by, "line"))
        above = {key_of(cell, (*by, "line")): cell.sums for cell in self.engine.query(asked).cells}
        out: dict[Key, Mapping[str, Exact | None]] = {}
        for cell in cells:
            line = self._line_of(cell.keys.get("machine", scope))
            key = (*(cell.keys[axis] for axis in by), line, cell.label)
            out[key_of(cell, self.query.by)] = above.get(key, {})
        return out

    def _line_of(self, machine: str) -> str:
        """The line a machine stands in, or stood in last."""
        return self.engine.books.plant.spans[machine][-1].line

    def _modelled(self, model: Model) -> dict[Key, Fraction | str]:
        """The values of a model by cell; nothing where cells are no single lines."""
        level, _ = check_scope(self.engine.books.plant, self.query.scope)
        if self.query.grain == "hour" or (level != "line" and "line" not in self.query.by):
            return {}
        asked = replace(self.query, measures=model.measures, by=(*self.query.by, model.axis))
        firsts = self.engine.first_hours(self.query) if model.axis == "product" else {}
        parts: dict[Key, list[Part]] = {}
        for cell in self.engine.query(asked).cells:
            name = cell.keys[model.axis]
            planned, made = firsts.get((*key_of(cell, self.query.by), name), (None, None))
            parts.setdefault(key_of(cell, self.query.by), []).append(Part(name, cell.sums, planned, made))
        out: dict[Key, Fraction | str] = {}
        for key, mine in parts.items():
            try:
                out[key] = model.run(self._in_flow(mine) if model.axis == "machine" else mine)
            except Undefined as reason:
                out[key] = str(reason)
        return out

    def _in_flow(self, parts: Sequence[Part]) -> list[Part]:
        """Machines in the order in which the product takes them; those that count nothing are named first."""
        flow = [machine for line in self.engine.books.plant.lines.values() for machine in line.flow]
        return sorted(parts, key=lambda part: flow.index(part.name) if part.name in flow else -1)


def _behind(doubt: str) -> tuple[Axis, ...]:
    """What the cells of a doubt are split by, so that somebody can be named."""
    if "_unconverted" in doubt:
        return ("machine", "product", "unit")
    return ("product",) if "_without_" in doubt else ("machine",)


def _called(axes: tuple[Axis, ...], cell: MeasureCell) -> str:
    if "unit" not in axes:
        return cell.keys[axes[0]] or "(no product)"
    product = cell.keys["product"] and f" of {cell.keys['product']}"
    return f"'{cell.keys['unit']}'{product} on {cell.keys['machine']}"


def _counted(told: Mapping[str, Modelled]) -> dict[str, Exact | None]:
    """The sums that only models can count."""
    found = [one.sums for one in told.values() if isinstance(one, Estimate)]
    return {name: number for sums in found for name, number in sums.items()}


def _untied(left: Fraction | None) -> dict[str, Exact | None]:
    return {"qty_untied": left} if left is not None else {}
