"""Facts of a machine that is set up for one order after the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from tests.insights.patterns.made import START, table

from plantstack.insights.facts import Facts, Place
from plantstack.intervals import HOUR, MINUTE

RUN = 8 * HOUR
Value = Callable[[int, float], float]
"""Of the number of a run and the share of it that is over."""


@dataclass(frozen=True)
class Machine:
    """What a machine does, run by run; every third run is of another product.

    Attributes:
        setting: what is added to the setting of a run; None: nobody writes settings down.
        reading: what is added to the reading.
        scrap: share of scrap.
        middle: of the limits of the setting, by product.
    """

    setting: Value | None = lambda run, done: 0.0
    reading: Value = lambda run, done: 0.0
    scrap: Value = lambda run, done: 0.01
    runs: int = 40
    seed: int = 1
    name: str = "former"
    middle: Mapping[str, float] | None = None

    def product(self, run: int) -> str:
        """The product of a run."""
        return "fruit" if run % 3 == 2 else "soup"


LEVEL = {"soup": 3.4, "fruit": 2.7}
SPREAD, HALF = 0.05, 0.2


def facts(machine: Machine) -> Facts:
    """The facts of it, with a reading every ten minutes and a count every hour."""
    rng = np.random.default_rng(machine.seed)
    rows: dict[str, list[dict[str, Any]]] = {"setups": [], "readings": [], "pieces": []}
    for run in range(machine.runs):
        product = machine.product(run)
        start = START + run * RUN
        common = {"equipment": machine.name, "order": f"o-{run}", "product": product, "offset": run}
        off = float(rng.normal(0, SPREAD))
        if machine.setting is not None:
            middle = (machine.middle or LEVEL)[product]
            value = LEVEL[product] + off + machine.setting(run, 0.0)
            said = {"at": start, "known_at": start, "parameter": "pressure", "value": value}
            rows["setups"].append(common | said | {"low": middle - HALF, "high": middle + HALF})
        for step in range(1, 48):
            at = start + step * 10 * MINUTE
            value = LEVEL[product] + off + machine.reading(run, step / 48) + float(rng.normal(0, 0.01))
            said = {"at": at, "known_at": at, "parameter": "seal", "value": value, "unit": "bar"}
            rows["readings"].append(common | said)
        for hour in range(8):
            at = start + hour * HOUR
            span = {"from": at, "until": at + HOUR, "known_at": at + HOUR}
            bad = float(rng.binomial(500, machine.scrap(run, hour / 8)))
            rows["pieces"].append(common | span | {"total": 500.0, "good": 500.0 - bad})
            rows["pieces"].append(common | span | {"scrap": bad, "reason": "weak-seal"})
    place = Place(machine.name, machine.name, "", "site", currency="EUR", piece={"soup": 0.2, "fruit": 0.2})
    as_of = START + machine.runs * RUN
    return Facts(as_of, {name: table(name, told) for name, told in rows.items()}, {machine.name: place})
