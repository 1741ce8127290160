"""Facts of the simulated group, made from what was heard of some of its machines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from tests.demo.told import UNTIL, history, plant_of

from plantstack.insights.facts import TABLES, Facts, Place
from plantstack.intervals import DAY, Interval
from plantstack.plant.inherit import held_values
from plantstack.plant.model import ALWAYS
from plantstack.plant.shifts import calendar_of, shift_spans

DAYS = 90
Array = np.ndarray[Any, Any]


def group_facts(machines: Sequence[str], sites: int, seed: int = 1, price: float = 0.5) -> Facts:
    """Counts, readings and settings of machines, each with the order and shift it belongs to."""
    events = history(DAYS, sites, seed).events
    tables: dict[str, list[pa.Table]] = {"readings": [], "setups": [], "pieces": []}
    for machine in machines:
        own = events.filter(pc.equal(events["equipment"], machine)).sort_by("at")
        runs = _Runs(machine, own, sites)
        tables["readings"].append(_values(machine, "reading", "readings", own, runs))
        tables["setups"].append(_values(machine, "setup_check", "setups", own, runs))
        tables["pieces"].append(_pieces(machine, own, runs))
    plant = plant_of(DAYS, sites)
    costs = dict.fromkeys(plant.products, price)
    places = {
        one: Place(one, one, "", plant.site_of(one).id, currency="EUR", piece=costs) for one in machines
    }
    return Facts(UNTIL, {name: pa.concat_tables(parts) for name, parts in tables.items()}, places)


class _Runs:
    """The order and the shift of a machine at instants."""

    def __init__(self, machine: str, own: pa.Table, sites: int) -> None:
        plant = plant_of(DAYS, sites)
        orders = own.filter(pc.and_(pc.equal(own["kind"], "order"), pc.equal(own["phase"], "start")))
        self.at = np.asarray(orders["at"])
        self.ids, self.products = ([*orders[name].to_pylist(), ""] for name in ("order_id", "product"))
        held = held_values(plant, machine, lambda one: one.calendar, ALWAYS)[0]
        span = Interval(UNTIL - (DAYS + 2) * DAY, UNTIL + DAY)
        spans = shift_spans(calendar_of(plant.calendars, held[2]), plant.site_of(machine), span)
        self.starts = np.array([one.span.start for one in spans], dtype=np.int64)
        self.shifts = [*(one.shift for one in spans), ""]

    def columns(self, at: Array) -> dict[str, list[str]]:
        """Order, product and shift of each instant."""
        order = np.searchsorted(self.at, at, side="right") - 1
        shift = np.searchsorted(self.starts, at, side="right") - 1
        return {
            "order": [self.ids[i] for i in order],
            "product": [self.products[i] for i in order],
            "shift": [self.shifts[i] for i in shift],
        }


def _values(machine: str, kind: str, name: str, own: pa.Table, runs: _Runs) -> pa.Table:
    told = own.filter(pc.equal(own["kind"], kind))
    at = np.asarray(told["at"])
    given = {column: told[column].to_pylist() for column in ("parameter", "value", "unit", "low", "high")}
    given |= {"at": at, "known_at": at, **runs.columns(at), "is_running": [True] * len(at)}
    return _shaped(name, machine, len(at), given)


def _pieces(machine: str, own: pa.Table, runs: _Runs) -> pa.Table:
    told = own.filter(pc.equal(own["kind"], "count"))
    total, good, scrap = (told[name].cast(pa.float64()).to_pylist() for name in ("total", "good", "scrap"))
    at = np.asarray(told["at"])
    since = pc.coalesce(told["from_at"], told["at"]).to_pylist()
    bodies = (json.loads(body) if body else {} for body in told["body"].to_pylist())
    context = [list((body.get("x") or {}).items()) for body in bodies]
    common = {"from": since, "until": at, "known_at": at, **runs.columns(at - 1), "context": context}
    made = _shaped("pieces", machine, len(at), common | {"total": total, "good": good})
    reasons = [one or "" for one in told["reason"].to_pylist()]
    lost = _shaped("pieces", machine, len(at), common | {"scrap": scrap, "reason": reasons})
    made = made.filter(pc.or_(pc.is_valid(made["total"]), pc.is_valid(made["good"])))
    lost = lost.filter(pc.greater(pc.fill_null(lost["scrap"], 0.0), 0.0))
    return pa.concat_tables([made, lost]).sort_by("from")


def _shaped(name: str, machine: str, n: int, given: dict[str, Any]) -> pa.Table:
    schema = TABLES[name]
    columns = {"equipment": [machine] * n, "offset": list(range(n)), **given}
    made = [
        pa.array(columns[field.name], field.type) if field.name in columns else pa.nulls(n, field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(made, schema=schema)
