"""Targets proposed from a plant's own best weeks, with the weeks and the YAML to paste."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from plantstack.engines.contract import MeasureQuery
from plantstack.engines.duckdb.engine import DuckEngine
from plantstack.engines.duckdb.homes import check_scope
from plantstack.engines.duckdb.periods import whole_periods
from plantstack.intervals import Interval, to_us
from plantstack.kpis.kpi import Catalog, Kpi
from plantstack.kpis.targets.best import Proposal, Week, proposal_of
from plantstack.kpis.targets.size import size_of
from plantstack.stack.answers.asking import KpiTable, Question, ask, check_words
from plantstack.stack.answers.gathering import Key
from plantstack.stack.targets.adopting import shown_of
from plantstack.stack.targets.targeting import capture_changes, is_seen_by_machines

Row = dict[str, Any]

_SHOWN = 4  # weeks named in the evidence of a target; the row has them all


def propose(
    engine: DuckEngine,
    catalog: Catalog,
    ids: Sequence[str] = (),
    *,
    scope: str = "",
    by: Sequence[str] = (),
    days: tuple[str | None, str | None] = (None, None),
) -> KpiTable:
    """Propose targets from own best weeks: one row a KPI and place, with the weeks or with why not.

    Args:
        engine: of the books.
        catalog: of the plant.
        ids: which KPIs; all that are shown where none is named.
        scope: id or path of equipment; '' is everything.
        by: axes to split by; without scope and axes, lines, or machines where there are no lines.
        days: first and last production day to look at.

    Raises:
        QueryError: for an unknown KPI, scope or split.
    """
    plant = engine.books.plant
    axes, _ = check_words(by or ([] if scope else ["line" if plant.lines else "machine"]), "week")
    asked = tuple(ids) or shown_of(catalog, plant, None)
    query = MeasureQuery((), scope, axes, "week", days)
    return Proposing(engine, catalog, Question(asked, query, plant.profile.name, not ids)).table()


@dataclass(frozen=True, slots=True)
class Proposing:
    """The question for targets: which KPIs, where, from what time.

    Attributes:
        engine: of the books.
        catalog: of the plant.
        question: KPIs, scope, axes, days and profile, by the week.
    """

    engine: DuckEngine
    catalog: Catalog
    question: Question

    def table(self) -> KpiTable:
        """One row a KPI and scope: a target and the weeks it is from, or why there is none.

        Raises:
            QueryError: for an unknown KPI or scope.
        """
        query = self.question.query
        answer = ask(self.engine, self.catalog, self.question)
        activity = self._activity(query)
        whole = whole_periods(self.engine.books, query)
        by_place: dict[Key, list[Mapping[str, Any]]] = {}
        for row in answer.rows:
            axes = tuple(row["scope"][axis] for axis in query.by)
            if all(row["scope"][axis] for axis in query.by):  # what stands in no line is no line
                by_place.setdefault((row["kpi"], *axes), []).append(row)
        rows = [self._row(rows, activity, whole) for rows in by_place.values()]
        return KpiTable(rows, answer.offset, answer.as_of, answer.notes)

    def _activity(self, query: MeasureQuery) -> dict[Key, float]:
        """Seconds run of each cell; asked last, so that the periods in the engine are those asked for."""
        cells = self.engine.query(replace(query, measures=("time_run",))).cells
        return {(*cell.keys.values(), cell.label): float(cell.sums["time_run"] or 0) for cell in cells}

    def _row(
        self,
        rows: Sequence[Mapping[str, Any]],
        activity: Mapping[Key, float],
        whole: Mapping[str, Interval],
    ) -> Row:
        kpi = self.catalog.kpi(rows[0]["kpi"])
        place = dict(rows[0]["scope"])
        axes = self.question.query.by
        scope = next((place[axis] for axis in ("machine", "line", "area", "site") if place.get(axis)), "")
        if not scope:
            scope = check_scope(self.engine.books.plant, self.question.query.scope)[1]
        since = self._since(kpi, scope)
        weeks = [
            Week(
                row["period"]["label"],
                row["value"],
                activity.get((*(row["scope"][axis] for axis in axes), row["period"]["label"]), 0.0),
                _unfit(row, whole, since),
            )
            for row in rows
        ]
        found = proposal_of(weeks, kpi.better)
        product = place.get("product", "")
        return {**_told(kpi, place, found), "yaml": self._yaml(kpi, scope, product, found)}

    def _since(self, kpi: Kpi, scope: str) -> date | None:
        """The day from which the machines of a scope are read as they are now."""
        if not is_seen_by_machines(self.catalog, kpi.id, self.question.profile):
            return None
        changes = capture_changes(self.engine.books.plant, scope)
        return changes[-1].day if changes else None

    def _yaml(self, kpi: Kpi, scope: str, product: str, found: Proposal) -> str:
        if found.value is None:
            return ""
        parts = [f"kpi: {kpi.id}"]
        parts += [f"at: [{scope}]"] if scope else []
        parts += [f"products: [{quoted(product)}]"] if product else []
        lines = [", ".join(parts)]
        parts = [f"value: {written(found.value, kpi.unit)}"]
        size = size_of(self.catalog, kpi.id, self.question.profile)
        parts += [] if size.with_time == 0 else ["per: week"]
        parts.append(f"owner: {quoted(kpi.owner)}")
        lines.append(", ".join(parts))
        evidence = f"best {len(found.best)} of {found.n_fit} weeks, {_labels(found)}"
        lines.append(f"evidence: {quoted(evidence)}")
        return "  - {" + ",\n     ".join(lines) + "}"  # short lines: a terminal may not break them


def quoted(text: str) -> str:
    """A text as YAML takes it, whatever is in it."""
    return json.dumps(text, ensure_ascii=False)


def written(value: float, unit: str) -> str:
    """A value as a plant file has it: a share in per cent, everything else in its base unit.

    >>> written(0.654, "1"), written(1240.0, "s"), written(0.5, "pc/h")
    ('65.4 %', '1240 s', '0.5')
    """
    if unit == "1":
        return f"{value * 100:.9g} %"
    return f"{value:.9g} s" if unit == "s" else f"{value:.9g}"


def _unfit(row: Mapping[str, Any], whole: Mapping[str, Interval], since: date | None) -> str:
    """Why a week cannot be taken."""
    span = Interval(*(to_us(datetime.fromisoformat(row["period"][side])) for side in ("from", "to")))
    if whole.get(row["period"]["label"]) != span:
        return "not a whole week"
    if row["value"] is None:
        return str(row["why_none"])
    if row["trust"]["grade"] == "C":
        return "grade C"
    if row["doubtful"]:
        return "more than can be"
    if since is not None and row["period"]["from"][:10] < since.isoformat():
        return f"machines were read in another way before {since}"
    return ""


def _told(kpi: Kpi, place: Mapping[str, Any], found: Proposal) -> Row:
    return {
        "kpi": kpi.id,
        "version": kpi.version,
        "unit": kpi.unit,
        "better": kpi.better,
        "scope": dict(place),
        "value": found.value,
        "why_none": found.why_none,
        "weeks": [{"label": week.label, "value": week.value} for week in found.best],
        "n_weeks": found.n_weeks,
        "n_trusted": found.n_fit,
        "usual": found.usual,
        "spread": found.spread,
        "left_out": dict(found.left_out),
    }


def _labels(found: Proposal) -> str:
    labels = sorted(week.label for week in found.best)
    more = [f"{len(labels) - _SHOWN} more"] if len(labels) > _SHOWN else []
    return ", ".join([*labels[:_SHOWN], *more])
