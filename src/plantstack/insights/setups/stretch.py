"""One wrong set-up over several orders: it is told once, from the order on in which it was first seen.

Where every part is an order of its own, one mistake stands in the checks of all of them until it is mended.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from plantstack.insights.setups.envelope import against
from plantstack.insights.setups.judge import Wrong, first_values, wrongs
from plantstack.insights.setups.runs import Run

_STILL = 0.5  # of how far it was off at first: less is no longer the same


@dataclass(frozen=True, slots=True)
class Stretch:
    """Orders of one product, one after the other, that stand in one wrong set-up.

    Attributes:
        wrong: as it was first seen; its run, its values and its pieces are those of all of them.
        orders: those whose values say it, in order of time.
        last: number of the last of them.
    """

    wrong: Wrong
    orders: Sequence[Run]
    last: int


def stretch_of(runs: Sequence[Run], number: int, found: Wrong, alpha: float) -> Stretch:
    """The stretch in which a wrong run stands.

    Args:
        runs: of one machine, in order of time.
        number: of the run.
        found: what is wrong in it.
        alpha: chance of a false alarm for each parameter.
    """
    earlier = [one for one, _ in _alike(runs, range(number - 1, -1, -1), found)]
    first, begun = next(
        (
            (each, one)
            for each in reversed(earlier)
            for one in wrongs(runs, each, alpha)
            if one.parameter == found.parameter and one.off.by * found.off.by > 0
        ),
        (number, found),
    )
    after = list(_alike(runs, range(first + 1, len(runs)), begun))
    if not after:
        return Stretch(begun, [begun.run], first)
    last = after[-1][0]
    values = [first_values(begun.run, begun.parameter, begun.by), *(told for _, told in after)]
    off = against(begun.good, [value for told in values for value in told])
    all_ = runs[first : last + 1]
    made, mine = sum(one.made for one in all_), runs[last].made
    whole = replace(begun.run, until=runs[last].until, made=made, scrap=sum(one.scrap for one in all_))
    told = replace(
        begun,
        run=whole,
        off=replace(off, chance=begun.off.chance),  # as rare as it was when it was first told
        size=made - mine + max(mine, begun.size),
    )
    return Stretch(told, [begun.run, *(runs[one] for one, _ in after)], last)


def _alike(runs: Sequence[Run], numbers: range, wrong: Wrong) -> Iterator[tuple[int, list[float]]]:
    """Runs in a row that are off as one is, and their values; a run that tells none says nothing."""
    side = 1 if wrong.off.by > 0 else -1
    for number in numbers:
        run = runs[number]
        if run.product != wrong.run.product:
            return
        told = first_values(run, wrong.parameter, wrong.by)
        if not told:
            continue
        if (float(np.mean(told)) - wrong.good.centre) * side < _STILL * abs(wrong.off.by):
            return
        yield number, told
