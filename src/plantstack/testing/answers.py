"""What a project answers to the questions of a scenario, cell by cell, under the names people give cells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from plantstack.intervals import to_us
from plantstack.stack import Stack
from plantstack.testing.scenario import View
from plantstack.testing.times import Times

Row = Mapping[str, Any]
Answer = dict[str, dict[str, Row]]
"""Name of a cell -> measure or KPI -> what came: `value`, `why_none` and, for KPIs, the rest of the row."""


@dataclass(frozen=True, slots=True)
class Answers:
    """The questions of one view, put to a project.

    Attributes:
        known_at: offset up to which events count; None counts all.
    """

    stack: Stack
    view: View
    times: Times
    known_at: int | None = None

    def ledger(self, machine: str) -> list[dict[str, Any]]:
        """The ledger of a machine, in the span of the view."""
        rows: list[dict[str, Any]] = self.stack.ledger(
            machine, self.view.span, known_at=self.known_at
        ).to_pylist()
        return rows

    def measures(self, names: Iterable[str]) -> Answer:
        """The sums of every cell; `n_open` is what was open at the end of its period."""
        # the calendar has a cell wherever the machine has books, also where nothing was counted
        asked = [name.removeprefix("end(").rstrip(")") for name in names if name != "n_open"]
        table = self.stack.measures((*asked, "time_calendar"), **self._question())
        found: Answer = {}
        for cell in table.cells:
            rows: dict[str, Row] = {
                name: {"value": value, "why_none": cell.reasons.get(name, "")}
                for name, value in cell.sums.items()
            }
            rows["n_open"] = {"value": cell.n_open}
            keys = [cell.keys[axis] for axis in self.view.by]
            for name in self._names(keys, cell.label, cell.span.start):
                found[name] = rows
        return found

    def kpis(self, ids: Iterable[str]) -> Answer:
        """The KPIs of every cell."""
        table = self.stack.kpis(tuple(ids), **self._question(), profile=self.view.profile)
        found: Answer = {}
        for row in table.rows:
            keys = [row["scope"][axis] for axis in self.view.by]
            start = to_us(datetime.fromisoformat(row["period"]["from"]))
            for name in self._names(keys, row["period"]["label"], start):
                found.setdefault(name, {})[row["kpi"]] = row
        return found

    def _question(self) -> dict[str, Any]:
        view = self.view
        return {
            "scope": view.of,
            "by": view.by,
            "grain": view.grain,
            "days": view.days,
            "span": view.span,
            "structure": view.structure,
            "known_at": self.known_at,
            "now": view.now,
            "currency": view.currency,
        }

    def _names(self, keys: list[str], label: str, start: int) -> Iterator[str]:
        """Every name of a cell: its split, and its period as the answer or as the scenario writes it."""
        for period in dict.fromkeys(self._periods(label, start)):
            yield " ".join(filter(None, [*keys, period]))

    def _periods(self, label: str, start: int) -> Iterator[str]:
        if self.view.grain == "all":
            yield ""
            return
        yield label
        if self.view.grain == "hour":
            yield self.times.write(start)
        if self.view.grain in ("day", "shift"):
            day, _, shift = label.partition(" ")
            yield f"{self.times.write_day(date.fromisoformat(day))} {shift}".strip()
