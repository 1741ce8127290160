"""How fast a machine ran each product, shift by shift."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from plantstack.intervals import HOUR, MINUTE

_LEAST = 30 * MINUTE  # of run time, for the pace of a shift to mean something
_GAP = 8 * 60 * MINUTE  # after it the next entries of a shift's name are those of another day


@dataclass(frozen=True, slots=True)
class Pace:
    """The pace of one product in one shift.

    Attributes:
        start, end: of its run time, microseconds UTC.
        us: of run time.
        speed: of the ideal pace.
    """

    product: str
    shift: str
    start: int
    end: int
    us: int
    speed: float


def paces(time: pa.Table) -> list[Pace]:
    """The paces of one machine, from its entries in order of time."""
    ran = time.filter(pc.and_(pc.equal(time["account"], "run"), pc.is_valid(time["speed"])))
    return sorted(_paces(ran), key=lambda one: (one.start, one.product))


def clean(time: pa.Table, rate: Mapping[str, float], least: int, pieces: int) -> pa.Table:
    """The entries in which a machine ran so long without a stop, and made so many pieces."""
    length = pc.subtract(time["until"], time["from"])
    ideal = [rate.get(product, 0.0) for product in time["product"].to_pylist()]
    made = pc.multiply(
        pc.multiply(pa.array(ideal, pa.float64()), time["speed"]), pc.divide(length, float(HOUR))
    )
    return time.filter(
        pc.and_(pc.greater_equal(length, least), pc.fill_null(pc.greater_equal(made, pieces), False))
    )


def _paces(ran: pa.Table) -> Iterator[Pace]:
    open_: dict[str, Pace] = {}
    names = ("product", "shift", "from", "until", "speed")
    for product, shift, start, end, speed in zip(*(ran[one].to_pylist() for one in names), strict=True):
        known = open_.get(product)
        if known is None or known.shift != shift or start - known.end > _GAP:
            if known is not None and known.us >= _LEAST:
                yield known
            known = Pace(product, shift, start, start, 0, 0.0)
        us = known.us + end - start
        made = known.speed * known.us + speed * (end - start)
        open_[product] = Pace(product, shift, known.start, end, us, made / us if us else 0.0)
    yield from (one for one in open_.values() if one.us >= _LEAST)
