"""What of the losses in a Pareto is contested: minutes beside the value, which no total loses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from plantstack.engines.contract import MeasureQuery
from plantstack.engines.duckdb.engine import DuckEngine
from plantstack.measures.measure import REASON_AXES

PARETOS = ("downtime_by_category", "top_loss_contributors", "stop_time")
_CONTESTED = "time_contested"


def put_contested(engine: DuckEngine, query: MeasureQuery, rows: Sequence[dict[str, Any]]) -> None:
    """Write seconds `contested` into the rows of losses that are split by reason.

    Args:
        engine: of the books.
        query: what the rows answer.
        rows: of KPIs, changed in place.
    """
    paretos = [row for row in rows if row["kpi"] in PARETOS]
    if not paretos or not set(query.by) & set(REASON_AXES) or "cause" in query.by:
        return
    asked = replace(query, measures=(_CONTESTED,), counts_open=False)
    found = {
        (*(cell.keys[axis] for axis in query.by), cell.label): float(cell.sums[_CONTESTED] or 0)
        for cell in engine.query(asked).cells
    }
    for row in paretos:
        key = (*(row["scope"][axis] for axis in query.by), row["period"]["label"])
        row["contested"] = found.get(key, 0.0)
