"""Facts of some machines of the simulated group, made from what was heard of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from tests.demo.told import UNTIL, history, plant_of

from plantstack.insights.facts import TABLES, Facts, Place

DAYS, SITES = 90, 4
RATE = 26_000.0  # what the filler makes of most bottles


def facts_of_demo(machines: Sequence[str], seed: int = 1, parameters: bool = True) -> Facts:
    """Readings, pieces and run time of machines; an order is what ran since it began."""
    told: dict[str, list[pa.Table]] = {"readings": [], "pieces": [], "time": []}
    for machine in machines:
        events = _events(machine, seed)
        orders = _of(events, "order").filter(pc.equal(_of(events, "order")["phase"], "start"))
        if parameters:
            told["readings"].append(_readings(machine, _of(events, "reading"), orders))
        pieces = _of(events, "count")
        told["pieces"].append(_pieces(machine, pieces, orders))
        told["time"].append(_time(machine, _of(events, "state"), orders))
    tables = {name: pa.concat_tables(parts) for name, parts in told.items() if parts}
    plant = plant_of(DAYS, SITES)
    sites = {one: plant.site_of(one).id for one in machines}
    rate = dict.fromkeys(plant.products, RATE)
    price = dict.fromkeys(plant.products, 0.2)
    places = {
        one: Place(one, one, "", sites[one], currency="USD", hour=(100.0, 400.0), piece=price, rate=rate)
        for one in machines
    }
    return Facts(UNTIL, tables, places)


@cache
def _events(machine: str, seed: int) -> pa.Table:
    events = history(DAYS, SITES, seed).events
    return events.filter(pc.equal(events["equipment"], machine)).sort_by("at")


def _of(events: pa.Table, kind: str) -> pa.Table:
    return events.filter(pc.equal(events["kind"], kind))


def _ran(orders: pa.Table, at: np.ndarray) -> tuple[pa.Array, pa.Array]:
    place = np.searchsorted(np.asarray(orders["at"]), at, side="right") - 1
    products, ids = (np.array([*orders[name].to_pylist(), ""]) for name in ("product", "order_id"))
    return pa.array(products[place].tolist()), pa.array(ids[place].tolist())


def _shaped(table: str, machine: str, n: int, columns: dict[str, object]) -> pa.Table:
    schema = TABLES[table]
    given = {"equipment": [machine] * n, **columns}
    made = {
        field.name: pa.array(given[field.name], field.type)
        if field.name in given
        else pa.nulls(n, field.type)
        for field in schema
    }
    return pa.table(made, schema=schema)


def _readings(machine: str, told: pa.Table, orders: pa.Table) -> pa.Table:
    at = np.asarray(told["at"])
    product, order = _ran(orders, at)
    return _shaped(
        "readings",
        machine,
        len(at),
        {name: told[name].to_pylist() for name in ("parameter", "value", "unit")}
        | {"at": at, "known_at": at, "product": product, "order": order, "is_running": [True] * len(at)},
    )


def _pieces(machine: str, told: pa.Table, orders: pa.Table) -> pa.Table:
    at = np.asarray(told["at"])
    product, order = _ran(orders, at - 1)
    numbers: dict[str, object] = {
        name: told[name].cast(pa.float64()).to_pylist() for name in ("total", "good", "scrap")
    }
    since = pc.coalesce(told["from_at"], told["at"]).to_pylist()
    return _shaped(
        "pieces",
        machine,
        len(at),
        numbers | {"from": since, "until": at, "known_at": at, "product": product, "order": order},
    )


def _time(machine: str, states: pa.Table, orders: pa.Table) -> pa.Table:
    """Run time, as states tell it."""
    at = np.asarray(states["at"])
    runs = (np.asarray(states["state"].to_pylist()) == "producing") & (np.append(at[1:], UNTIL) > at)
    since, until = at[runs], np.append(at[1:], UNTIL)[runs]
    product, order = _ran(orders, until - 1)
    return _shaped(
        "time",
        machine,
        len(since),
        {"from": since, "until": until, "known_at": since, "account": ["run"] * len(since)}
        | {"product": product, "order": order},
    )
