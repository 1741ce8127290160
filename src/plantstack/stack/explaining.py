"""The lineage of a number: formula, sums, machines and days, entries of the ledger, events; sums checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from typing import Any

from plantstack.engines.contract import Axis, MeasureQuery
from plantstack.engines.duckdb.engine import DuckEngine
from plantstack.engines.duckdb.homes import check_scope
from plantstack.intervals import DAY, Interval, rfc3339, to_us
from plantstack.kpis.expand import expand
from plantstack.kpis.kpi import Catalog
from plantstack.measures.catalog import MEASURES
from plantstack.stack.asking import KpiTable, Question, ask

_ENTRIES_UPTO = 32 * DAY  # beyond that a list of entries is no explanation

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Explaining:
    """One number to be explained."""

    engine: DuckEngine
    catalog: Catalog
    question: Question

    def table(self) -> KpiTable:
        """The lineage as rows: `kpi`, then `measure`, `part`, `since_reported`, `entry` and `event` rows.

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
        yield {"row": "kpi", **value, "formula": formula.text if formula else f"model {kpi.model}"}
        names = expand(self.catalog, kpi.id, self.question.profile).measures
        told = [name for name in names if MEASURES[name].sum is not None]
        query = replace(self.question.query, measures=tuple(told), by=(), grain="all")
        yield from self._measures(query)
        level, scope = check_scope(self.engine.books.plant, query.scope)
        span = Interval(*(_us(value["period"][side]) for side in ("from", "to")))
        if value["reported"] is not None:
            yield from self._since(scope, span)
        if level == "machine" and span.length <= _ENTRIES_UPTO:
            yield from self._entries(scope, span)
            yield from self._events(scope, span)

    def _since(self, scope: str, span: Interval) -> Iterator[Row]:
        """The events that came after the value was reported."""
        for event in self.engine.since_reported(scope, span).to_pylist():
            yield {"row": "since_reported", **event, "at": rfc3339(event["at"])}

    def _measures(self, query: MeasureQuery) -> Iterator[Row]:
        """Each sum, and the parts it is made of: by machine, for one machine by day."""
        level, _ = check_scope(self.engine.books.plant, query.scope)
        axis: tuple[Axis, ...] = () if level == "machine" else ("machine",)
        split = replace(query, by=axis, grain="day" if level == "machine" else "all", names_places=True)
        whole = self.engine.query(query).cells
        parts = self.engine.query(split).cells
        for name in query.measures:
            measure = MEASURES[name]
            total = whole[0].sums[name] if whole else None
            mine = [(part.keys.get("machine", ""), part.label, part.sums[name]) for part in parts]
            found = sum((Fraction(number) for _, _, number in mine if number is not None), Fraction(0))
            adds = measure.adds == "add" or level == "machine"
            adds = adds and not (measure.is_at_end and level == "machine")
            yield {
                "row": "measure",
                "measure": name,
                "meaning": measure.meaning,
                "unit": measure.unit,
                "value": _plain(total),
                "of_parts": _plain(found) if adds else None,
                "residual": _plain(Fraction(total or 0) - found) if adds else None,
            }
            for machine, label, number in mine:
                if number:
                    told = {"machine": machine} if axis else {"day": label}
                    yield {"row": "part", "measure": name, **told, "value": _plain(number)}

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


_QUANTITIES = ("total", "good", "scrap", "rework", "first_pass", "startup_reject")


def entry_row(entry: Mapping[str, Any]) -> Row:
    """A ledger entry as the command contract prints it."""
    offsets = (entry[name] for name in ("state_offset", "reason_offset", "order_offset"))
    return {
        "from": rfc3339(entry["from_at"]),
        "to": rfc3339(entry["until_at"]),
        "account": entry["account"],
        "reason": entry["reason"],
        "cause": entry["cause"],
        "state": entry["state"],
        "order": entry["order_id"],
        "product": entry["product"],
        "shift": entry["shift"],
        "open": entry["is_open"],
        "events": [offset for offset in offsets if offset is not None],
    }


def _plain(number: Any) -> int | float | None:
    if number is None:
        return None
    exact = Fraction(number)
    return int(exact) if exact == int(exact) else float(exact)


def _us(text: str) -> int:
    return to_us(datetime.fromisoformat(text))
