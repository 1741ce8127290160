"""`plant_tables`: the plant as Arrow tables over a window, the only thing SQL reads of a plant."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import pyarrow as pa

from plantstack.intervals import Interval
from plantstack.plant import tables_beside as beside
from plantstack.plant import tables_fact as fact
from plantstack.plant import tables_time as timed
from plantstack.plant.alarms import alarm_rows
from plantstack.plant.plant import Plant
from plantstack.plant.schemas import SCHEMAS

Row = Sequence[object]

_FACTS: dict[str, Callable[[Plant], Iterable[Row]]] = {
    "machine": fact.machine_rows,
    "site": fact.site_rows,
    "reason": fact.reason_rows,
    "alarm_rule": alarm_rows,
    "standard": fact.standard_rows,
    "unit_factor": fact.unit_rows,
    "product": fact.product_rows,
    "product_class": fact.product_class_rows,
    "changeover": fact.changeover_rows,
    "changeover_default": fact.changeover_default_rows,
    "lane": fact.lane_rows,
    "flow": fact.flow_rows,
    "source_rule": fact.source_rows,
    "setup_spec": fact.setup_rows,
    "setting": beside.setting_rows,
    "crew_role": beside.crew_role_rows,
    "standard_crew": beside.standard_crew_rows,
    "cost": fact.cost_rows,
    "exchange_rate": fact.exchange_rows,
    "placement": timed.placement_rows,
    "line": timed.line_rows,
    "orders_used": timed.orders_rows,
    "capture": timed.capture_rows,
    "ownership": timed.ownership_rows,
}


def plant_tables(plant: Plant, window: Interval) -> dict[str, pa.Table]:
    """Lay the plant over a window as tables; every name of `SCHEMAS` is there, empty where it must be.

    `day`, `tile` and `machine_calendar` tile the window exactly; `floating` windows are whole where
    they meet it; everything else is dated with far ends and does not depend on the window.

    Units: microseconds UTC, half-open.
    """
    rows: dict[str, Iterable[Row]] = {name: build(plant) for name, build in _FACTS.items()}
    rows["day"] = timed.day_rows(plant, window)
    rows["period"] = timed.period_rows(plant, window)
    rows["machine_calendar"], used = timed.machine_calendar_rows(plant, window)
    rows["place_calendar"] = beside.place_calendar_rows(plant, used, window)
    rows["tile"], rows["floating"] = timed.calendar_rows(plant, used, window)
    return {name: _table(rows[name], schema) for name, schema in SCHEMAS.items()}


def _table(rows: Iterable[Row], schema: pa.Schema) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)
