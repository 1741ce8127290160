"""The lineage of a number: formula, sums, machines and days, entries of the ledger, events; sums checked."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from typing import Any

from plantstack.engines.contract import Axis, Behind, Exact, Grain, MeasureQuery
from plantstack.engines.duckdb.engine import DuckEngine
from plantstack.engines.duckdb.homes import check_scope
from plantstack.intervals import DAY, Interval, rfc3339, to_us
from plantstack.kpis.formulas.expand import expand
from plantstack.kpis.kpi import Catalog, Kpi
from plantstack.ledger.rules import flag_bit
from plantstack.measures.catalog import MEASURES
from plantstack.measures.measure import Measure
from plantstack.stack.answers.asking import KpiTable, Question, ask
from plantstack.stack.answers.modelling import measures_behind
from plantstack.stack.reasons.changing import baseline_days

_ENTRIES_UPTO = 32 * DAY  # beyond that a list of entries is no explanation

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Explaining:
    """One number to be explained."""

    engine: DuckEngine
    catalog: Catalog
    question: Question

    def table(self) -> KpiTable:
        """The lineage as rows: `kpi`, `measure`, `part`, `fact`, `rest`; `since_reported`, `entry`, `event`.

        Raises:
            QueryError: as for the KPI itself.
        """
        answer = ask(self.engine, self.catalog, self.question)
        rows: list[Row] = []
        for value in answer.rows:
            rows += self._value(value)
        return KpiTable(rows, answer.offset, answer.as_of, answer.notes)

    def _value(self, value: Mapping[str, Any]) -> Iterator[Row]:
        kpi = self.catalog.kpi(value["kpi"])
        formula = self.catalog.kpi_formula(kpi, self.question.profile)
        written = formula.text if formula else f"{kpi.change} of {kpi.of}" if kpi.of else f"model {kpi.model}"
        yield {"row": "kpi", **value, "formula": written}
        query = replace(self.question.query, measures=self._names(kpi), by=(), grain="all")
        level, scope = check_scope(self.engine.books.plant, query.scope)
        span = Interval(*(_us(value["period"][side]) for side in ("from", "to")))
        has_entries = level == "machine" and span.length <= _ENTRIES_UPTO
        yield from self._measures(query, has_entries=has_entries)
        window = self.engine.books.plant.profile.baseline_window
        if kpi.of and (days := baseline_days(query.days, window)) is not None:
            for row in self._measures(replace(query, days=days), has_entries=False):
                yield {**row, "window": "baseline"}
        if value["reported"] is not None:
            yield from self._since(scope, span)
        if has_entries:
            yield from self._entries(scope, span)
            yield from self._events(scope, span)

    def _names(self, kpi: Kpi) -> tuple[str, ...]:
        """The sums a number stands on: of its formula, or of its model."""
        of_model = measures_behind(kpi.model) if kpi.model else ()
        names = of_model or expand(self.catalog, kpi.id, self.question.profile).measures
        return tuple(name for name in names if MEASURES[name].sum is not None)

    def _since(self, scope: str, span: Interval) -> Iterator[Row]:
        """The events that came after the value was reported."""
        for event in self.engine.since_reported(scope, span).to_pylist():
            yield {"row": "since_reported", **event, "at": rfc3339(event["at"])}

    def _measures(self, query: MeasureQuery, *, has_entries: bool) -> Iterator[Row]:
        """Each sum, the parts it is made of, and the greatest facts behind them with their events."""
        if not query.measures:
            return
        parts = self._parts(query)
        whole = self.engine.query(query).cells
        if not whole:
            return
        known = [name for name in query.measures if whole[0].sums[name] is not None]
        known = [name for name in known if not (has_entries and _is_of_pages(MEASURES[name]))]
        behind = dict(zip(known, self.engine.behind(known, query, whole[0].span.end), strict=True))
        for name in query.measures:
            measure, total, mine = MEASURES[name], whole[0].sums[name], parts[name]
            found = sum((Fraction(number) for _, number in mine if number is not None), Fraction(0))
            adds = total is not None and not (measure.is_at_end and query.scope in self._machines)
            yield {
                "row": "measure",
                "measure": name,
                "meaning": measure.meaning,
                "unit": measure.unit,
                "value": _plain(total),
                "why_none": whole[0].reasons.get(name, "") if total is None else "",
                "of_parts": _plain(found) if adds else None,
                "residual": _plain(Fraction(total or 0) - found) if adds else None,
            }
            for part, number in mine if adds else ():
                if number:
                    yield {"row": "part", "measure": name, **part, "value": _plain(number)}
            if name in behind:
                yield from _facts(name, behind[name])

    @property
    def _machines(self) -> Collection[str]:
        return self.engine.books.plant.machines

    def _parts(self, query: MeasureQuery) -> dict[str, list[tuple[Row, Exact | None]]]:
        """What each sum is made of: by machine; what lines put out by line; of one machine or line by day."""
        level, _ = check_scope(self.engine.books.plant, query.scope)
        splits: dict[tuple[Axis, ...], list[str]] = {}
        for name in query.measures:
            is_whole = MEASURES[name].adds == "add"
            axes: tuple[Axis, ...] = ("machine",) if is_whole else () if level == "line" else ("line",)
            splits.setdefault(() if level == "machine" else axes, []).append(name)
        found: dict[str, list[tuple[Row, Exact | None]]] = {}
        for axis, names in splits.items():
            grain: Grain = "all" if axis else "day"
            split = replace(query, measures=tuple(names), by=axis, grain=grain, names_places=bool(axis))
            for cell in self.engine.query(split).cells:
                part: Row = {str(axis[0]): cell.keys[axis[0]]} if axis else {"day": cell.label}
                for name in names:
                    found.setdefault(name, []).append((part, cell.sums[name]))
        return {name: found.get(name, []) for name in query.measures}

    def _entries(self, machine: str, span: Interval) -> Iterator[Row]:
        for entry in self.engine.ledger(machine, span).to_pylist():
            yield {"row": "entry", "machine": machine, **entry_row(entry)}

    def _events(self, machine: str, span: Interval) -> Iterator[Row]:
        """The counts behind the pieces; those behind time are named by the entries."""
        for event in self.engine.counts(machine, span).to_pylist():
            told = {name: number for name, number in event.items() if number is not None}
            told |= {name: rfc3339(told[name]) for name in ("at", "from_at") if name in told}
            yield {
                "row": "event",
                "machine": machine,
                **{name: _plain(one) if name in _QUANTITIES else one for name, one in told.items()},
            }


def _is_of_pages(measure: Measure) -> bool:
    """Whether the ledger of the machine and its counts show it already."""
    return measure.sum is not None and measure.sum.table in ("time", "pieces")


def _facts(name: str, behind: Behind) -> Iterator[Row]:
    """The greatest facts of a sum, each with the events it came from, and the rest in one row."""
    for fact in behind.facts:
        yield {
            "row": "fact",
            "measure": name,
            "equipment": fact.equipment,
            "from": rfc3339(fact.from_at),
            "to": rfc3339(fact.until_at),
            "what": fact.what,
            "reason": fact.reason,
            "order": fact.order,
            "product": fact.product,
            "value": _plain(fact.value),
            "events": list(dict.fromkeys(fact.events)),
        }
    if behind.n_rest:
        yield {"row": "rest", "measure": name, "n": behind.n_rest, "value": _plain(behind.rest)}


_AUTOMATIC = flag_bit("automatic")
_QUANTITIES = ("total", "good", "scrap", "rework", "first_pass", "startup_reject")


def entry_row(entry: Mapping[str, Any]) -> Row:
    """A ledger entry as the command contract prints it."""
    offsets = (entry[name] for name in ("state_offset", "reason_offset", "order_offset"))
    return {
        "from": rfc3339(entry["from_at"]),
        "to": rfc3339(entry["until_at"]),
        "account": entry["account"],
        "reason": entry["reason"],
        "reason_method": "automatic" if entry["reason"] and entry["flags"] & _AUTOMATIC else "",
        "cause": entry["cause"],
        "state": entry["state"],
        "order": entry["order_id"],
        "product": entry["product"],
        "shift": entry["shift"],
        "open": entry["is_open"],
        "beside": entry["beside"],
        "events": [offset for offset in offsets if offset is not None],
    }


def _plain(number: Any) -> int | float | None:
    if number is None:
        return None
    exact = Fraction(number)
    return int(exact) if exact == int(exact) else float(exact)


def _us(text: str) -> int:
    return to_us(datetime.fromisoformat(text))
