"""KPIs that are models of any scope: of its parts, or of its losses and cost at the plant's prices."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from plantstack.engines.contract import Axis, Exact, MeasureCell, MeasureQuery
from plantstack.engines.duckdb.engine import DuckEngine
from plantstack.engines.duckdb.homes import check_scope
from plantstack.engines.duckdb.money import currency_of
from plantstack.intervals import Interval
from plantstack.kpis.formulas.formula import Undefined
from plantstack.kpis.formulas.grammar import names_of
from plantstack.kpis.load import shipped_catalog
from plantstack.kpis.models.modelled import Modelled
from plantstack.kpis.models.models import BESIDE, LACKING, MODELS, SPREAD, Part, SpreadModel
from plantstack.kpis.models.priced_models import (
    COST_MEASURES,
    FIGURES,
    OF_COST,
    labour_variance,
    material_variance,
    material_yield,
    priced_value,
    worth_today,
)
from plantstack.kpis.money import Money
from plantstack.kpis.trusting.tieout import untied
from plantstack.stack.answers.alerting import confirmed
from plantstack.stack.answers.capacity import Capacity
from plantstack.stack.answers.comparing import Comparing
from plantstack.stack.answers.fearing import greatest_risk, risks
from plantstack.stack.answers.foreseeing import Foreseeing
from plantstack.stack.answers.judging import Gather, Judging
from plantstack.stack.answers.measuring import Measuring
from plantstack.stack.reasons.lost import Lost

Told = dict[tuple[str, ...], Modelled]
"""The values of the axes and the label of a cell -> its value, or why it has none."""

_UNTIED = "qty_untied"
_TIED = ("qty_good", "qty_rework_recovered")
_PLACES = ("site", "area", "line", "machine")
_ONE_SITE = "exists for one site at a time: name one, or split by site"
_WHOLE = "exists for a whole window of a site, area, line or machine"


@dataclass(frozen=True)
class Modelling:
    """Models of the cells of one answer.

    Attributes:
        engine: of the books.
        query: what was asked.
        gather: brings the cells of other questions.
        asked: the losses already asked for, by scope.
    """

    engine: DuckEngine
    query: MeasureQuery
    gather: Gather
    asked: dict[str, Lost] = field(default_factory=dict)

    def of(self, names: Iterable[str], cells: Sequence[MeasureCell]) -> dict[str, Told]:
        """Work out each model for each cell; those that nothing could fill say what is missing."""
        return {name: self._one(name, cells) for name in names}

    def _one(self, name: str, cells: Sequence[MeasureCell]) -> Told:
        if name in SPREAD:
            return self._spread(SPREAD[name], cells)
        if name in FIGURES or name in OF_COST:
            return {self._key(cell): self._priced(name, cell) for cell in cells}
        if name == "remaining_life_risk":
            return self._risks(cells)
        if name in ("cp", "cpk", "control_chart_signals"):
            return self._measured(name, cells)
        if name == "likely_shift_end":
            ends = [cell.span.end for cell in cells] or [0]
            foreseeing = Foreseeing(self.engine, self.query, Interval(min(ends), max(ends)))
            return {self._key(cell): foreseeing.of(self._places(cell), cell) for cell in cells}
        if name == "loss_gap_to_best":
            comparing = Comparing(self.engine, self.gather, self.query)
            return {self._key(cell): self._gap(comparing, cell) for cell in cells}
        if name == "project_npv":
            return self._worth_today(cells)
        if name == "hidden_capacity":
            capacity = Capacity(self.engine, self.query, self.gather)
            return {self._key(cell): capacity.of(self._places(cell), cell) for cell in cells}
        if name == "condition_alert_precision":
            return {
                self._key(cell): confirmed(self.engine.books, self._places(cell), cell.span) for cell in cells
            }
        if name == "action_effectiveness":
            judging = Judging(self.engine, self.gather)
            return {self._key(cell): judging.of(self._places(cell), cell) for cell in cells}
        return dict.fromkeys(map(self._key, cells), LACKING[name]) if name in LACKING else {}

    def _key(self, cell: MeasureCell) -> tuple[str, ...]:
        return (*(cell.keys[axis] for axis in self.query.by), cell.label)

    # -- parts -----------------------------------------------------------------------------------

    def _spread(self, model: SpreadModel, cells: Sequence[MeasureCell]) -> Told:
        if model.axis == "week":
            return self._weekly(model, cells)
        by: tuple[Axis, ...] = (*self.query.by, model.axis)
        if model.axis in self.query.by:
            return dict.fromkeys(map(self._key, cells), f"is a figure of several {model.axis}s")
        parts: dict[tuple[str, ...], list[Part]] = {}
        for cell in self.engine.query(replace(self.query, measures=model.measures, by=by)).cells:
            parts.setdefault(self._key(cell), []).append(Part(cell.keys[model.axis], cell.sums))
        return {key: _tried(model, mine) for key, mine in parts.items()}

    def _weekly(self, model: SpreadModel, cells: Sequence[MeasureCell]) -> Told:
        if self.query.grain != "all" or self.query.span is not None:
            return dict.fromkeys(map(self._key, cells), "is a figure of several weeks of days")
        asked = replace(self.query, measures=model.measures, grain="week")
        parts: dict[tuple[str, ...], list[Part]] = {}
        for cell in self.engine.query(asked).cells:
            place = tuple(cell.keys[axis] for axis in self.query.by)
            parts.setdefault(place, []).append(Part(cell.label, cell.sums))
        return {self._key(cell): _tried(model, parts.get(self._key(cell)[:-1], [])) for cell in cells}

    # -- machines --------------------------------------------------------------------------------

    def _risks(self, cells: Sequence[MeasureCell]) -> Told:
        """The risk of the machines of each cell where its period ends, asked for once an end."""
        standing = {self._key(cell): self._standing(cell) for cell in cells}
        ends: dict[int, set[str]] = {}
        for cell in cells:
            ends.setdefault(cell.span.end, set()).update(standing[self._key(cell)])
        told = {end: risks(self.engine, machines, end) for end, machines in ends.items()}
        found: Told = {}
        for cell in cells:
            mine = {name: told[cell.span.end][name] for name in standing[self._key(cell)]}
            found[self._key(cell)] = greatest_risk(mine) if mine else "no machine stands there"
        return found

    def _gap(self, comparing: Comparing, cell: MeasureCell) -> Modelled:
        level, scope = check_scope(self.engine.books.plant, self.query.scope)
        site = cell.keys.get("site") or (scope if level == "site" else "")
        return comparing.gap(site, cell) if site else _ONE_SITE

    def _measured(self, name: str, cells: Sequence[MeasureCell]) -> Told:
        """How capable the processes of each cell are; the readings are asked for once."""
        standing = {self._key(cell): self._standing(cell) for cell in cells}
        measuring = Measuring.of(self.engine, {one for all_ in standing.values() for one in all_}, cells)
        return {
            self._key(cell): measuring.index(name, standing[self._key(cell)], cell.keys.get("product"), cell)
            for cell in cells
        }

    def _worth_today(self, cells: Sequence[MeasureCell]) -> Told:
        """The value of the projects closed in each cell, at the rate and life the plant files say."""
        profile = self.engine.books.plant.profile
        rate, years = profile.discount_rate, profile.project_life
        missing = [name for name in ("discount_rate", "project_life") if getattr(profile, name) is None]
        if rate is None or years is None:
            why = f"the settings of the plant files name no {' and no '.join(missing)}"
            return dict.fromkeys(map(self._key, cells), why)
        found: Told = {}
        asked = replace(self.query, measures=("saving_closed", "project_cost_once", "n_projects_closed"))
        for cell in self.engine.query(asked).cells:
            try:
                cost, saving = _known(cell, "project_cost_once"), _known(cell, "saving_closed")
                found[self._key(cell)] = worth_today(cost, saving, Fraction(rate), years)
                if not cell.sums["n_projects_closed"]:
                    found[self._key(cell)] = "no project was closed in this period"
            except Undefined as reason:
                found[self._key(cell)] = str(reason)
        return found

    def _standing(self, cell: MeasureCell) -> list[str]:
        """The machines of a cell where its period ends."""
        return sorted(self._places(cell) & set(self.engine.books.plant.machines))

    def _places(self, cell: MeasureCell) -> set[str]:
        """The equipment of a cell where its period ends, with all that stands in it; '' is the group."""
        plant = self.engine.books.plant
        level, scope = check_scope(plant, self.query.scope)
        wanted = {cell.keys[axis] for axis in self.query.by if axis in _PLACES}
        wanted |= {scope} if level != "group" else set()
        return ({""} if not wanted else set()) | {
            name
            for name, spans in plant.spans.items()
            for span in spans
            if span.from_at < cell.span.end <= span.until_at
            and wanted <= {name, span.line, span.area, span.site}
        }

    # -- prices ----------------------------------------------------------------------------------

    def _priced(self, name: str, cell: MeasureCell) -> Modelled:
        if self.query.grain != "all" or not set(self.query.by) <= set(_PLACES) or self.query.is_reported:
            return _WHOLE
        scope = next((cell.keys[axis] for axis in reversed(_PLACES) if cell.keys.get(axis)), self.query.scope)
        if self.query.by and scope == self.query.scope:
            return _WHOLE
        lost = self._lost(scope)
        if not lost.stretches:
            return "nothing is in the books here"
        _, mixed = currency_of(self.engine.books.plant, lost.sites, self.query.currency)
        if mixed:
            return mixed
        try:
            if name in OF_COST:
                return self._of_cost(name, lost)
            return priced_value(name, _together(lost.money(site) for site in lost.sites))
        except Undefined as reason:
            return str(reason)

    def _lost(self, scope: str) -> Lost:
        """The losses of a scope, asked for once; of parts of a scope, with the whole of it."""
        if scope not in self.asked:
            whole = self._lost(self.query.scope) if scope != self.query.scope else None
            query = replace(self.query, measures=(), by=(), scope=scope)
            profile = self.engine.books.plant.profile.name
            within = whole if whole and whole.can_be_parted else None
            self.asked[scope] = Lost(self.engine, shipped_catalog(), query, profile, within)
        return self.asked[scope]

    def _of_cost(self, name: str, lost: Lost) -> Fraction:
        """Hours or material against what the good pieces are worth by standards and prices."""
        if len(lost.sites) != 1:
            raise Undefined("exists for one site at a time: prices are those of a site")
        needed = ("hours_labour_worked", "hours_labour_std_earned", "cost_material")
        whole = self.engine.query(replace(lost.query, measures=needed)).cells[0]
        if name == "labour_efficiency_variance":
            return self._of_labour(lost, whole)
        booked = _known(whole, "cost_material")
        made = material_variance if name == "material_usage_variance" else material_yield
        return made(booked, self._standard_material(lost))

    def _of_labour(self, lost: Lost, whole: MeasureCell) -> Fraction:
        """Hours beyond those earned, each at the price of labour of its days."""
        worked, earned = "hours_labour_worked", "hours_labour_std_earned"
        total, left = Fraction(0), _known(whole, worked) - _known(whole, earned)
        for number, cell in lost.by_window((worked, earned)):
            rates = {lost.pricing.amount("labour", one) for one in lost.stretches if one.window == number}
            rate = rates.pop()
            if rate is None or rates:
                what = "several prices" if rates else "no price"
                raise Undefined(f"{what} for labour at {lost.sites[0]}")
            hours, worth = (Fraction(cell.sums[name] or 0) for name in (worked, earned))
            total += labour_variance(hours, worth, rate)
            left -= hours - worth
        if left:
            raise Undefined("hours of labour lie where nothing is in the books of the machines")
        return total

    def _standard_material(self, lost: Lost) -> Fraction:
        """Good pieces at the exits at the price of their material."""
        level, _ = check_scope(self.engine.books.plant, lost.query.scope)
        if level == "machine":
            raise Undefined("exists from line up: one machine makes no product alone")
        total = Fraction(0)
        for one in lost.stretches:
            if one.made and lost.pricing.is_exit(one):
                price = lost.pricing.amount("material", one)
                if price is None:
                    raise Undefined(
                        f"no price for material of {one.product or 'no product'} at {one.machine}"
                    )
                total += one.made * price
        return total


def _tried(model: SpreadModel, parts: Sequence[Part]) -> Fraction | str:
    try:
        return model.run(parts)
    except Undefined as reason:
        return str(reason)


def _known(cell: MeasureCell, name: str) -> Fraction:
    number: Exact | None = cell.sums[name]
    if number is None:
        raise Undefined(cell.reasons.get(name) or f"{name} is not known here")
    return Fraction(number)


def _together(of_sites: Iterable[Money]) -> Money:
    """The figures of several sites under keys of their own kind; their missing prices stay named."""
    found: Money = {}
    for money in of_sites:
        for key, figure in money.items():
            if key not in found:
                found[key] = figure
                continue
            found[key].low += figure.low
            found[key].high += figure.high
            found[key].missing |= figure.missing
    return found


def untied_of(
    engine: DuckEngine, query: MeasureQuery, cells: Sequence[MeasureCell]
) -> dict[tuple[str, ...], Fraction]:
    """Pieces of each cell that no receipt explains; nothing where finance said nothing of receipts."""
    if _UNTIED not in query.measures or all(cell.sums.get("qty_received") is None for cell in cells):
        return {}
    asked = replace(query, measures=(*_TIED, "qty_received"))
    found: dict[tuple[str, ...], Fraction] = {}
    for cell in engine.query(asked).cells:
        known = {name: None if n is None else Fraction(n) for name, n in cell.sums.items()}
        left = untied(known)
        if left is not None:
            found[(*(cell.keys[axis] for axis in query.by), cell.label)] = left
    return found


def measures_behind(model: str) -> tuple[str, ...]:
    """The sums a model stands on, for its lineage; none where it has none of its own."""
    if model in MODELS:
        return MODELS[model].measures
    if model in SPREAD:
        return SPREAD[model].measures
    if model in BESIDE:
        return BESIDE[model]
    if model in FIGURES:
        leaves = FIGURES[model][0]
        written = [shipped_catalog().losses[leaf] for leaf in leaves]
        return tuple(dict.fromkeys(name for formula in written for name in names_of(formula.node)))
    return COST_MEASURES.get(model, ())
