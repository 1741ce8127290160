"""Reading what a simulated group told, in plain arrays."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from plantstack.demo import History, Truth, Window, history_of, truths
from plantstack.demo.build import plant_texts
from plantstack.demo.files import write_plant
from plantstack.intervals import MINUTE
from plantstack.plant.load import load_plant
from plantstack.plant.plant import Plant

UNTIL = 29_929_860 * MINUTE  # Friday 2026-11-27 15:00 UTC, after the clocks have changed
Array = np.ndarray[Any, Any]


@cache
def plant_of(days: int, sites: int) -> Plant:
    """The plant of a group."""
    with TemporaryDirectory() as folder:
        write_plant(Path(folder) / "demo", plant_texts(days, sites, UNTIL))
        return load_plant(Path(folder) / "demo")


@cache
def truths_of(days: int, sites: int, seed: int) -> tuple[Truth, ...]:
    """What is planted in a group."""
    return truths(seed, days=days, sites=sites, until=UNTIL)


@cache
def history(days: int, sites: int, seed: int = 1) -> History:
    """What was heard of a group; made once for all tests that ask."""
    plant = plant_of(days, sites)
    return history_of(plant, Window(days, UNTIL), truths_of(days, sites, seed), seed)


def truth(name: str) -> Truth:
    """One truth of the whole group over 90 days."""
    return next(one for one in truths_of(90, 4, 1) if one.id == name)


def told(kind: str, equipment: str, **also: str) -> pa.Table:
    """Events of one kind and equipment in the whole group over 90 days, in order of `at`."""
    events = history(90, 4).events
    mine = pc.and_(pc.equal(events["kind"], kind), pc.equal(events["equipment"], equipment))
    for name, value in also.items():
        mine = pc.and_(mine, pc.equal(events[name], value))
    return events.filter(mine).sort_by([("at", "ascending"), ("sequence", "ascending")])


def column(table: pa.Table, name: str) -> Array:
    """A column as numbers or texts."""
    values = table[name]
    if pa.types.is_decimal(values.type):
        values = pc.cast(values, pa.float64())
    return np.asarray(values.to_numpy(zero_copy_only=False))


def spells(machine: str, state: str) -> tuple[Array, Array]:
    """When a machine was in a state: starts and lengths, microseconds."""
    table = told("state", machine)
    at, names = column(table, "at"), column(table, "state")
    lengths = np.diff(np.append(at, UNTIL))
    mine = names == state
    return at[mine], lengths[mine]


def inside(when: Array, one: Truth) -> Array:
    """Which instants lie inside a truth."""
    return np.asarray((when >= one.from_at) & (when < one.until_at))


def product_at(machine: str, when: Array) -> Array:
    """The product of the order that runs at instants."""
    table = told("order", machine, phase="start")
    starts = column(table, "at")
    return np.asarray(column(table, "product")[np.maximum(np.searchsorted(starts, when, "right") - 1, 0)])
