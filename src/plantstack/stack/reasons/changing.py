"""KPIs that are a change: now against the same KPI in the baseline, the time before the first day asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction

from plantstack.engines.contract import Axis, MeasureQuery
from plantstack.engines.duckdb.engine import DuckEngine
from plantstack.intervals import DAY
from plantstack.kpis.cell import Cell, CellValues
from plantstack.kpis.evaluate import evaluate
from plantstack.kpis.formulas.formula import Undefined
from plantstack.kpis.kpi import Catalog, Kpi
from plantstack.kpis.needs import measures_needed
from plantstack.stack.answers.gathering import Key, gather, key_of

_NO_DAYS = "name the period with --from: the baseline is the time before it"


@dataclass(frozen=True, slots=True)
class Changing:
    """The changes of one question.

    Attributes:
        engine: of the books.
        catalog: where KPIs are declared.
        query: what was asked.
        profile: how to count, now and then alike.
        window: length of the baseline, microseconds.
    """

    engine: DuckEngine
    catalog: Catalog
    query: MeasureQuery
    profile: str
    window: int

    def of(self, kpis: Sequence[Kpi], cells: Mapping[Key, Cell]) -> dict[Key, dict[str, Fraction | str]]:
        """Compare each cell with its baseline: cell -> KPI -> change, or why there is none."""
        changing = [kpi for kpi in kpis if kpi.of]
        out: dict[Key, dict[str, Fraction | str]] = {key: {} for key in cells}
        if not changing:
            return out
        if self.query.days[0] is None:
            return {key: dict.fromkeys((kpi.id for kpi in changing), _NO_DAYS) for key in cells}
        plain = self._baseline([kpi for kpi in changing if not kpi.is_fixed_mix], ())
        for kpi in changing:
            if kpi.is_fixed_mix:
                for key, told in self._at_fixed_mix(kpi, cells).items():
                    out[key][kpi.id] = told
                continue
            for key, cell in cells.items():
                out[key][kpi.id] = self._change(kpi, cell, plain.get(key[:-1]))
        return out

    def _baseline(self, kpis: Sequence[Kpi], more: tuple[Axis, ...]) -> dict[Key, Cell]:
        """The cells of the baseline, one for all periods asked for."""
        days = baseline_days(self.query.days, self.window) or (None, None)
        by = (*self.query.by, *more)
        query = replace(
            self.query,
            measures=self._measures(kpis),
            by=by,
            grain="all",
            days=days,
        )
        return {key_of(found, by)[:-1]: cell for found, cell in gather(self.engine, query)} if kpis else {}

    def _measures(self, kpis: Sequence[Kpi]) -> tuple[str, ...]:
        return measures_needed(self.catalog, tuple(kpi.of for kpi in kpis), self.profile)

    def _value(self, kpi: Kpi, cell: Cell) -> tuple[Fraction | None, str]:
        found = evaluate(kpi.of, cell, profile=self.profile, catalog=self.catalog)
        return found.exact, found.why_none

    def _change(self, kpi: Kpi, now: Cell, then: Cell | None) -> Fraction | str:
        if then is None:
            return f"no books in the {self.window // DAY} days before"
        value, why = self._value(kpi, now)
        base, why_then = self._value(kpi, then)
        if value is None:
            return why
        if base is None:
            return f"baseline: {why_then}"
        return _compared(kpi, value, base)

    def _at_fixed_mix(self, kpi: Kpi, cells: Mapping[Key, Cell]) -> dict[Key, Fraction | str]:
        """Product by product, weighed by the planned time each had in the baseline."""
        then = self._baseline([kpi], ("product",))
        by: tuple[Axis, ...] = (*self.query.by, "product")
        query = replace(self.query, measures=self._measures([kpi]), by=by)
        parts: dict[Key, list[tuple[Fraction, Fraction]]] = defaultdict(list)
        for found, now in gather(self.engine, query):
            key = key_of(found, by)
            base = then.get(key[:-1])
            change = self._change(kpi, now, base)
            if base is not None and isinstance(change, Fraction):
                parts[(*key[:-2], key[-1])].append((self._planned(base), change))
        out: dict[Key, Fraction | str] = {}
        for key in cells:
            weights = sum((weight for weight, _ in parts[key]), Fraction(0))
            total = sum((weight * change for weight, change in parts[key]), Fraction(0))
            out[key] = total / weights if weights else "no product was made now and in the baseline"
        return out

    def _planned(self, cell: Cell) -> Fraction:
        try:
            return CellValues(self.catalog, self.profile, cell).value("PPT", below=False)
        except Undefined:
            return Fraction(0)


def baseline_days(days: tuple[str | None, str | None], window: int) -> tuple[str, str] | None:
    """The days of the baseline: those before the first day asked for; None where none is named.

    >>> baseline_days(("2026-03-31", None), 30 * DAY)
    ('2026-03-01', '2026-03-30')
    """
    if days[0] is None:
        return None
    first = date.fromisoformat(days[0])
    return (first - timedelta(days=window // DAY)).isoformat(), (first - timedelta(days=1)).isoformat()


def _compared(kpi: Kpi, now: Fraction, base: Fraction) -> Fraction | str:
    if kpi.change == "difference":
        return now - base
    if not base:
        return f"no denominator: {kpi.of} of the baseline is 0"
    return now / base if kpi.change == "ratio" else 1 - now / base
