"""Facts of a plant that does not exist: presses, orders, lots, and what is planted in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from plantstack.insights.facts import TABLES, Facts, Place
from plantstack.intervals import DAY, HOUR, MINUTE

START = 20_000 * DAY


@dataclass
class Press:
    """What a press makes, hour by hour, and how much of it is bad.

    Attributes:
        rate: share of bad pieces, given what is known of an hour.
        scatter: how much the rate of an order differs from that of the next; 0 is not at all.
    """

    rate: Callable[[Mapping[str, Any]], float] = lambda hour: 0.01
    machines: Sequence[str] = ("press-1", "press-2", "press-3")
    tools: Callable[[str, str], str] = lambda machine, product: f"M-{product}-{machine}"
    days: int = 60
    seed: int = 1
    scatter: float = 0.3
    price: Mapping[str, float] = field(default_factory=lambda: {"clip": 0.5, "cap": 0.5})
    rename: Callable[[str], str] = lambda name: name


def facts(press: Press) -> Facts:
    """The facts of some presses: an order lasts seven hours, a lot of material two orders."""
    rng = np.random.default_rng(press.seed)
    pieces: list[dict[str, Any]] = []
    readings: list[dict[str, Any]] = []
    for machine in press.machines:
        name = press.rename(machine)
        warm = rng.normal(0, 6, press.days * 24 // 7 + 1)
        for hour in range(press.days * 24):
            order = hour // 7
            known: dict[str, Any] = {
                "machine": machine,
                "product": ("clip", "cap")[order % 2 if machine != "press-3" else 0],
                "shift": ("early", "late", "night")[hour % 24 // 8],
                "crew": "abcd"[hour // 8 % 4],
                "lot": f"{'ABC'[(order // 2) % 3]}-{order // 2}",
                "temperature": 20 + warm[order] + 0.2 * rng.normal(),
                "hour": hour,
            }
            known["tool"] = press.tools(machine, known["product"])
            one = np.random.default_rng([press.seed, order, press.machines.index(machine)])
            rate = press.rate(known) * float(one.lognormal(0, press.scatter) if press.scatter else 1.0)
            bad = int(rng.binomial(300, min(rate, 0.9)))
            at = START + hour * HOUR
            common = {
                "equipment": name,
                "known_at": at + HOUR,
                "order": f"o-{machine}-{order}",
                **{axis: known[axis] for axis in ("product", "shift", "crew")},
            }
            row = common | {
                "from": at,
                "until": at + HOUR - MINUTE,
                "context": [("lot", known["lot"]), ("tool", known["tool"])],
                "offset": hour,
            }
            pieces.append(row | {"total": 300.0, "good": 300.0 - bad})
            if bad:
                pieces.append(row | {"scrap": float(bad), "reason": "flash"})
            readings.append(
                common
                | {
                    **{"at": at + 20 * MINUTE, "parameter": "temperature", "value": known["temperature"]},
                    **{"unit": "degC", "offset": hour, "known_at": at + 20 * MINUTE},
                }
            )
    return Facts(
        START + press.days * DAY,
        {"pieces": table("pieces", pieces), "readings": table("readings", readings)},
        {press.rename(one): _place(press, press.rename(one)) for one in press.machines},
    )


def table(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    """Rows as a table of the facts, sorted as the facts are."""
    schema = TABLES[name]
    whole = pa.Table.from_pylist([{one: row.get(one) for one in schema.names} for row in rows], schema)
    began = "at" if "at" in schema.names else "from"
    return whole.sort_by([("equipment", "ascending"), (began, "ascending")])


def _place(press: Press, name: str) -> Place:
    return Place(name, name, "line", "site", currency="EUR", piece=press.price)
