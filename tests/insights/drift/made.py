"""Facts made from arrays."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
from scipy.signal import lfilter

from plantstack.insights.drift.robust import Floats
from plantstack.insights.facts import TABLES, Facts, Place
from plantstack.intervals import DAY, HOUR, MINUTE

START = 20_000 * DAY
EVERY = 5 * MINUTE
A_DAY = DAY // EVERY


def noise(n: int, seed: int, phi: float = 0.0) -> Floats:
    """AR(1) noise of spread 1; white at 0."""
    shocks = np.random.default_rng(seed).normal(0, np.sqrt(1 - phi**2), n + 400)
    return np.asarray(lfilter([1.0], [1.0, -phi], shocks)[400:], dtype=np.float64)


def table(name: str, columns: Mapping[str, object], n: int) -> pa.Table:
    """Rows of a table of facts; what is not given is null."""
    schema = TABLES[name]
    made = {field.name: pa.nulls(n, field.type) for field in schema}
    made |= {one: pa.array(column, schema.field(one).type) for one, column in columns.items()}
    return pa.table(made, schema=schema)


def readings(machine: str, parameter: str, values: Floats, product: str = "p") -> pa.Table:
    """A value every five minutes from `START` on, while it runs."""
    n = len(values)
    at = START + EVERY * np.arange(n) + MINUTE
    rows: dict[str, object] = {"equipment": [machine] * n, "known_at": at, "at": at}
    rows |= {"parameter": [parameter] * n, "value": values, "unit": ["bar"] * n, "product": [product] * n}
    return table("readings", rows | {"is_running": [True] * n, "offset": np.arange(n)}, n)


def pieces(machine: str, scrap: Floats, total: float = 100.0, product: str = "p") -> pa.Table:
    """A count every hour."""
    n = len(scrap)
    since = START + HOUR * np.arange(n)
    rows: dict[str, object] = {"equipment": [machine] * n, "known_at": since + HOUR, "from": since}
    rows |= {"until": since + HOUR, "total": [total] * n, "scrap": scrap, "product": [product] * n}
    return table("pieces", rows, n)


def run_time(machine: str, hours: int, product: str = "p") -> pa.Table:
    """It runs all the time; one entry an hour."""
    since = START + HOUR * np.arange(hours)
    rows: dict[str, object] = {"equipment": [machine] * hours, "known_at": since, "from": since}
    rows |= {"until": since + HOUR, "account": ["run"] * hours, "product": [product] * hours}
    return table("time", rows | {"order": ["o"] * hours}, hours)


def facts(days: float, *tables: tuple[str, pa.Table], machines: tuple[str, ...] = ("m",)) -> Facts:
    """Facts as known so many days after `START`."""
    joined: dict[str, list[pa.Table]] = {}
    for name, rows in tables:
        joined.setdefault(name, []).append(rows)
    places = {
        one: Place(one, one, "", "s", currency="EUR", hour=(50.0, 90.0), piece={"p": 2.0}, rate={"p": 100.0})
        for one in machines
    }
    whole = {name: pa.concat_tables(parts) for name, parts in joined.items()}
    return Facts(START + round(days * DAY), whole, places)
