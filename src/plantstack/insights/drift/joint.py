"""Parameters of one machine beside each other: the stretches of time in which all of them were read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from plantstack.insights.drift.robust import Floats
from plantstack.insights.drift.series import Ints, Series, Words
from plantstack.intervals import DAY

_CHOSEN_IN = 2 * DAY
_AS_OFTEN = 0.5  # as the parameter that is read most


@dataclass(frozen=True, slots=True)
class Joint:
    """What a machine was read at, all at once.

    Attributes:
        series: one a parameter, in the order of the columns.
        at: when each stretch ends, microseconds UTC.
        value: rows x parameters, without holes.
        product: what ran.
        is_usual: scrap was as usual then, or nobody counted.
        offset: of an event behind each value.
    """

    series: tuple[Series, ...]
    at: Ints
    value: Floats
    product: Words
    is_usual: NDArray[np.bool_]
    offset: NDArray[np.int64]

    @property
    def equipment(self) -> str:
        """Its id."""
        return self.series[0].equipment

    @property
    def parameters(self) -> tuple[str, ...]:
        """Of the columns."""
        return tuple(one.parameter for one in self.series)


def joint_of(series: Sequence[Series]) -> Joint | None:
    """Put the parameters of one machine beside each other; None where fewer than two are read together.

    Which ones is settled by the first two days: what is read less than half as often as the rest would
    leave too little, and what is read since yesterday must not change what was said before.
    """
    if len(series) < 2:
        return None
    until = min(int(one.at[0]) for one in series) + _CHOSEN_IN
    counts = [int(np.searchsorted(one.at, until)) for one in series]
    kept = [
        one for one, count in zip(series, counts, strict=True) if count >= max(_AS_OFTEN * max(counts), 1)
    ]
    if len(kept) < 2:
        return None
    at = reduce(np.intersect1d, [one.at for one in kept])
    places = [np.searchsorted(one.at, at) for one in kept]
    products = np.array([one.product[place] for one, place in zip(kept, places, strict=True)])
    same = (products == products[0]).all(axis=0)  # where it changed within, nobody knows

    def beside(columns: Sequence[NDArray[np.generic]]) -> NDArray[np.generic]:
        return np.column_stack([one[place[same]] for one, place in zip(columns, places, strict=True)])

    return Joint(
        tuple(kept),
        at[same],
        np.asarray(beside([one.value for one in kept]), dtype=np.float64),
        products[0][same],
        kept[0].is_usual[places[0][same]],
        np.asarray(beside([one.offset for one in kept]), dtype=np.int64),
    )
