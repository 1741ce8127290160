"""The bridge of a number: how it got from one period or scope to another, factor by factor, adding up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from plantstack.engines.contract import Axis, Exact, MeasureCell, MeasureQuery
from plantstack.engines.duckdb.engine import DuckEngine
from plantstack.engines.duckdb.homes import check_scope
from plantstack.intervals import rfc3339
from plantstack.kpis.bridges.bridge import Bridge, real
from plantstack.kpis.bridges.parts import PartKey, Sums, bridged, part_of
from plantstack.kpis.bridges.shape import Shape, shape_of
from plantstack.kpis.cell import Cell, CellValues
from plantstack.kpis.evaluate import KpiValue, evaluate
from plantstack.kpis.formulas.expand import scale_of
from plantstack.kpis.formulas.formula import Undefined
from plantstack.kpis.formulas.grammar import names_of
from plantstack.kpis.kpi import SCOPES, Catalog, Kpi
from plantstack.kpis.needs import measures_needed
from plantstack.measures.catalog import MEASURES
from plantstack.stack.answers.asking import KpiTable, Question
from plantstack.stack.answers.capture import Captured
from plantstack.stack.answers.gathering import gather

Row = dict[str, Any]
_PARTS: Mapping[str, Axis] = {"group": "site", "site": "machine", "area": "machine", "line": "product"}


@dataclass(frozen=True, slots=True)
class Side:
    """A number at one end of the bridge.

    Attributes:
        query: its scope and window.
        cell: the whole, as the engine named and bounded it; None where nothing is in the books.
        value: of the KPI.
        sums: of the whole and of its parts.
    """

    query: MeasureQuery
    cell: MeasureCell | None
    value: KpiValue
    sums: Sums

    def undivided(self) -> Side:
        """The same without parts."""
        return replace(self, sums=Sums(self.sums.whole, {("", ""): self.sums.whole}))


@dataclass(frozen=True)
class Bridging:
    """One bridge to be built.

    Attributes:
        engine: of the books.
        catalog: where KPIs are declared.
        question: the one KPI, where and when it is now.
        versus: scope and window it is compared with.
    """

    engine: DuckEngine
    catalog: Catalog
    question: Question
    versus: MeasureQuery

    def table(self) -> KpiTable:
        """The bridge as rows: `bridge`, then `factor`, `term` and `part` rows, each kind adding up.

        Raises:
            QueryError: for an unknown KPI, scope or profile.
        """
        kpi, profile = self.catalog.kpi(self.question.ids[0]), self.question.profile
        self.catalog.chain(profile)
        try:
            shape = shape_of(self.catalog, kpi.id, profile)
        except Undefined as reason:
            shape = Shape(self.catalog, profile, (), {}, None)
            why = str(reason)
        else:
            why = ""
        axis = self._axis(shape, kpi.by)
        captured = self._captured(axis) if self._is_one_place else None
        now, then = (self._side(shape, query, axis, captured) for query in (self.question.query, self.versus))
        if not self._is_one_place and not {one for one, _ in now.sums.parts} & {
            one for one, _ in then.sums.parts if one
        }:
            axis, now, then = (), now.undivided(), then.undivided()
        why = why or self._nowhere(kpi)
        why = why or next((one.value.why_none for one in (now, then) if one.value.exact is None), "")
        head = self._head(now, then, axis, why)
        rows = [head]
        if not why:
            scale = scale_of(self.catalog, kpi.id, profile)
            values = [(side.value.exact or Fraction(0)) / scale for side in (then, now)]
            bridge = bridged(shape, then.sums, now.sums, (values[0], values[1]))
            head["residual"] = float(bridge.residual * real(scale))
            rows += _rows(bridge, scale, axis)
        books = self.engine.books
        as_of = {site: rfc3339(at) for site, at in sorted(books.as_of.items())}
        notes = captured.notes(self._windows) if captured and not why else []
        return KpiTable(rows, books.stamp.offset, as_of, notes)

    # -- both sides ------------------------------------------------------------------------------

    @property
    def _windows(self) -> list[tuple[str | None, str | None]]:
        return [self.versus.days, self.question.query.days]

    @property
    def _places(self) -> list[tuple[str, str]]:
        """Level and id of the scopes, now and then."""
        plant = self.engine.books.plant
        return [check_scope(plant, query.scope) for query in (self.question.query, self.versus)]

    @property
    def _is_one_place(self) -> bool:
        return self._places[0] == self._places[1]

    def _nowhere(self, kpi: Kpi) -> str:
        """Why a KPI does not exist so far down or so far up; '' when it does."""
        low = next((one for one, _ in self._places if SCOPES.index(one) < SCOPES.index(kpi.lowest)), "")
        if low:
            return f"exists from {kpi.lowest} up, asked for a {low}"
        high = next((one for one, _ in self._places if SCOPES.index(one) > SCOPES.index(kpi.highest)), "")
        return f"exists for one {kpi.highest}, asked for a {high}" if high else ""

    def _axis(self, shape: Shape, allowed: Sequence[str]) -> tuple[Axis, ...]:
        """What a number is taken apart by: machines of a site, products of a line, sites of a group."""
        levels = {level for level, _ in self._places}
        measures = shape.measures
        if not measures or any(one.adds == "route" or one.is_at_end for one in measures):
            return ()
        if not self._is_one_place:
            # places differ in their machines, but may make the same products
            return ("product",) if levels <= {"machine", "line"} and "product" in allowed else ()
        level = levels.pop()
        axis = _PARTS.get(level, "product")
        is_output = any(one.adds == "output" for one in measures)
        if level != "machine" and not is_output and self._captured(()).changes(self._windows):
            axis = "machine"  # only what a machine of another method told is to be set apart
        if axis == "machine" and is_output:
            axis = "line"
        return (axis,) if axis in allowed else ()

    def _captured(self, axis: tuple[Axis, ...]) -> Captured:
        return Captured(self.engine.books.plant, self._places[0][1], axis)

    def _side(
        self, shape: Shape, query: MeasureQuery, axis: tuple[Axis, ...], captured: Captured | None
    ) -> Side:
        kpi, profile = self.question.ids[0], self.question.profile
        needed = measures_needed(self.catalog, (kpi, *shape.chain), profile)
        extra = {"time_calendar", *self._behind(["PBT", "OUTSIDE"])}
        if shape.chain:
            extra |= {name for one in self.catalog.losses.values() for name in names_of(one.node)}
        asked = replace(query, measures=tuple(dict.fromkeys([*needed, *sorted(extra)])), by=(), grain="all")
        found = gather(self.engine, asked)
        cell, sums = found[0] if found else (None, Cell({}, kinds=frozenset()))
        value = evaluate(kpi, sums, profile=profile, catalog=self.catalog)
        parts: dict[PartKey, CellValues] = {}
        if value.exact is not None and not axis and not (captured and captured.is_cut(query.days)):
            parts["", captured.method("", query.days) if captured else ""] = self._values(sums)
        elif value.exact is not None:
            parts = self._parts(replace(asked, counts_open=False, names_places=True), axis, captured)
        return Side(query, cell, value, Sums(self._values(sums), parts))

    def _parts(
        self, asked: MeasureQuery, axis: tuple[Axis, ...], captured: Captured | None
    ) -> dict[PartKey, CellValues]:
        """The sums of each part, apart by how its signals were captured."""
        adding: defaultdict[PartKey, dict[str, Exact]] = defaultdict(dict)
        for days in captured.cut(asked.days) if captured else [asked.days]:
            for cell in self.engine.query(replace(asked, by=axis, days=days)).cells:
                part = cell.keys[axis[0]] if axis else ""
                sums = adding[part, captured.method(part, days) if captured else ""]
                for name, number in cell.sums.items():
                    if number is not None:
                        sums[name] = Fraction(sums.get(name, 0)) + Fraction(number)
        return {key: self._values(Cell(sums)) for key, sums in adding.items()}

    def _values(self, cell: Cell) -> CellValues:
        """Sums of a part; what a part was never told is nothing of the whole."""
        sums = {**dict.fromkeys(MEASURES, 0), **{n: one for n, one in cell.sums.items() if one is not None}}
        return CellValues(self.catalog, self.question.profile, replace(cell, sums=sums, whole=None))

    def _behind(self, names: Iterable[str]) -> set[str]:
        found: set[str] = set()
        for name in names:
            behind = self.catalog.formula_behind(name, self.question.profile)
            found |= {name} if behind is None else self._behind(names_of(behind.node))
        return found

    # -- rows ------------------------------------------------------------------------------------

    def _head(self, now: Side, then: Side, axis: tuple[Axis, ...], why: str) -> Row:
        kpi = now.value.kpi
        value, was = now.value, then.value
        moved = None if why or value.exact is None or was.exact is None else float(value.exact - was.exact)
        return {
            "row": "bridge",
            "kpi": kpi.id,
            "version": kpi.version,
            "layer": kpi.layer,
            "profile": value.profile,
            "unit": kpi.unit,
            **self._end(now, 0),
            "value": value.value,
            "trust": value.as_row()["trust"],
            "versus": {**self._end(then, 1), "value": was.value, "trust": was.as_row()["trust"]},
            "difference": moved,
            "residual": None,
            "axis": axis[0] if axis else "",
            "why_none": why,
        }

    def _end(self, side: Side, number: int) -> Row:
        level, scope = self._places[number]
        spans = self.engine.books.plant.spans.get(scope, ())
        path = spans[-1].path if spans else self.engine.books.plant.enterprise
        span = side.cell.span if side.cell else None
        period = {"from": rfc3339(span.start), "to": rfc3339(span.end)} if span else None
        return {"scope": {"path": path, "level": level}, "period": period}


def _rows(bridge: Bridge, scale: Fraction, axis: tuple[Axis, ...]) -> list[Row]:
    """Effects by factor, by term of each factor, and by part; every kind of row adds up to the difference."""
    times, whole = real(scale), bridge.difference * scale
    rows: list[Row] = []

    def add(kind: str, amount: Decimal, **told: str) -> None:
        moved = float(amount * times)
        rows.append({"row": kind, **told, "effect": moved, "share": moved / float(whole) if whole else None})

    for factor, amount in bridge.by(lambda one: one.factor).items():
        add("factor", amount, factor=factor)
    for key, amount in bridge.by(lambda one: f"{one.factor}\0{one.term}").items():
        factor, _, term = key.partition("\0")
        add("term", amount, factor=factor, term=term)
    for key, amount in bridge.by(lambda one: f"{part_of(one.part)}\0{one.factor}").items():
        part, _, factor = key.partition("\0")
        if axis:
            add("part", amount, part=part, axis=axis[0], factor=factor)
    return rows
