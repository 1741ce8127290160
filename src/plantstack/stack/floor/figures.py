"""KPI values as the pages show them: each is a row of `Stack.kpis`, nothing is computed here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from plantstack.kpis.kpi import Catalog


@dataclass(frozen=True, slots=True)
class Figure:
    """One KPI of one place and period, with all that a tile needs beside the value.

    Attributes:
        kpi: id; `name` is what people call it.
        unit: base unit of value, low, high and target (`s`, `1`, `pc`, `pc/h`, ...).
        better: `up`, `down` or `band`.
        value: None where it is not known; `why_none` says why.
        low: of the range that covers what is not known; `high` likewise.
        target: None where none was agreed.
        difference: value less target, None where either is missing.
        status: against the target, as the command `kpi` prints it.
        grade: of trust, `A`, `B`, `C` or `U`; '' where there is none.
        step: the cheapest next step for a better grade, `step_minutes` what it costs; '' and None at grade A.
        path: of the place; `label` names the period.
        from_at: of the period, RFC 3339, as rows print it; `until_at` likewise.
    """

    kpi: str
    name: str
    unit: str
    better: str
    value: float | None
    why_none: str
    low: float | None
    high: float | None
    target: float | None
    difference: float | None
    status: str
    grade: str
    step: str
    step_minutes: int | None
    path: str
    label: str
    from_at: str
    until_at: str


def figure_of(row: Mapping[str, Any], catalog: Catalog) -> Figure:
    """Make a row of `Stack.kpis` a figure."""
    kpi = catalog.kpis[row["kpi"]]
    trust = row["trust"] or {}
    worst = next(iter(trust.get("limits", ())), None)
    value, target = row["value"], row["target"]
    return Figure(
        kpi=kpi.id,
        name=kpi.name,
        unit=row["unit"],
        better=kpi.better,
        value=value,
        why_none=row["why_none"],
        low=row["low"],
        high=row["high"],
        target=target,
        difference=None if value is None or target is None else value - target,
        status=row["status"] or "",
        grade=trust.get("grade", ""),
        step=worst["step"] if worst and trust.get("grade") != "A" else "",
        step_minutes=worst["minutes"] if worst and trust.get("grade") != "A" else None,
        path=row["scope"]["path"],
        label=row["period"]["label"],
        from_at=row["period"]["from"],
        until_at=row["period"]["to"],
    )


def figures_of(rows: Iterable[Mapping[str, Any]], catalog: Catalog) -> tuple[Figure, ...]:
    """Make rows figures, in their order."""
    return tuple(figure_of(row, catalog) for row in rows)
