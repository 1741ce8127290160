"""Facts as series: one parameter of one machine through time, at an even pace, with what ran."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from plantstack.insights.drift.robust import Floats
from plantstack.insights.facts import Facts
from plantstack.intervals import DAY, HOUR, MINUTE

Ints = NDArray[np.int64]
Words = NDArray[np.str_]

SPEED = "speed"
"""What stands as parameter for how fast a machine ran."""

EVERY = 5 * MINUTE
_LONG, _ANCHOR = 112 * DAY, 28 * DAY
_LEAST_RUN = 20 * MINUTE
_ONE_PRODUCT = 0.9  # of the run time of an hour
_RISES = 50  # from which a value that only rises is a meter and no value that rises
_RISES_A_RESET = 10  # a pulse falls as often as it rises
_NOTHING = 0.1  # of what it stood at: a meter that begins again
_SLIPS = 0.005  # of the steps of a meter: one that was read wrong


@dataclass(frozen=True, slots=True)
class Series:
    """One parameter of one machine.

    Attributes:
        equipment, parameter, unit: ids; '' no unit.
        every: the pace, microseconds: one value for each stretch of time in which there was any.
        at: when each stretch ends.
        value: the median in it; of a speed, the mean over run time.
        product: what ran.
        is_usual: scrap was as usual then, or nobody counted.
        offset: of an event behind the value; -1 none.
        table: of the facts, that it is from.
    """

    equipment: str
    parameter: str
    unit: str
    every: int
    at: Ints
    value: Floats
    product: Words
    is_usual: NDArray[np.bool_]
    offset: Ints
    table: Literal["readings", "time"] = "readings"

    @property
    def is_speed(self) -> bool:
        """It is how fast the machine ran, of its ideal rate."""
        return self.table == "time"

    @property
    def only_adds(self) -> bool:
        """It is a meter: kilowatt hours, hours, strokes. It rises, and falls only to begin again."""
        before, after = self.value[:-1], self.value[1:]
        rises, falls = int((after > before).sum()), after < before
        resets = int((falls & (after <= _NOTHING * before)).sum())
        is_steady = int(falls.sum()) - resets <= _SLIPS * len(before)
        return is_steady and rises >= max(_RISES, _RISES_A_RESET * resets)


def series_of(facts: Facts) -> list[Series]:
    """Every parameter of every machine, and the speed of every machine that has one."""
    return [*readings_of(facts), *_speeds(facts)]


def readings_of(facts: Facts) -> Iterator[Series]:
    """Every parameter of every machine, machine by machine."""
    table = facts.table("readings")
    ran = pc.fill_null(table["is_running"], True)
    table = table.filter(pc.and_(ran, pc.fill_null(pc.is_finite(table["value"]), False)))
    for equipment in sorted(pc.unique(table["equipment"]).to_pylist()):
        own = table.filter(pc.equal(table["equipment"], equipment))
        odd = _odd_hours(pieces_of(facts, equipment))
        for parameter in sorted(pc.unique(own["parameter"]).to_pylist()):
            mine = own.filter(pc.equal(own["parameter"], parameter))
            mine = mine.sort_by([("at", "ascending"), ("offset", "ascending")])
            unit = mine["unit"][-1].as_py() or ""
            mine = mine.filter(pc.equal(pc.fill_null(mine["unit"], ""), unit))
            kept = _even(facts, (equipment, parameter, unit), mine, odd)
            if len(kept.at):
                yield kept


def _even(facts: Facts, names: tuple[str, str, str], mine: pa.Table, odd: Ints) -> Series:
    """One value a stretch: only whole stretches, so that a value once seen does not change any more."""
    at, value = _ints(mine["at"]), np.asarray(mine["value"], dtype=np.float64)
    stretch = at // EVERY
    whole = ((stretch + 1) * EVERY <= facts.as_of) & (at >= anchor(at, facts.as_of))
    at, value, stretch = at[whole], value[whole], stretch[whole]
    product, offset = _words(mine["product"])[whole], _ints(pc.fill_null(mine["offset"], -1))[whole]
    starts = np.flatnonzero(np.diff(stretch, prepend=-1))
    ends = np.append(starts[1:], len(at))
    last = ends - 1
    ranked = value[np.lexsort((value, stretch))]
    middle = (ranked[(starts + last) // 2] + ranked[(starts + last + 1) // 2]) / 2
    times = (stretch[last] + 1) * EVERY if len(last) else np.empty(0, np.int64)
    usual = ~np.isin((times - 1) // HOUR, odd)
    return Series(*names, EVERY, times, middle, product[last], usual, offset[last])


def anchor(at: Ints, as_of: int) -> int:
    """From when values count: all of a short history, whole four weeks of a long one.

    Who is handed the last months only, day by day others, learns from the same days for four weeks.
    """
    first = int(at[0]) if len(at) else as_of
    return first if as_of - first < _LONG else -(-first // _ANCHOR) * _ANCHOR


# -- speed ---------------------------------------------------------------------------------------


def _speeds(facts: Facts) -> Iterator[Series]:
    table = facts.table("time")
    table = table.filter(pc.equal(table["account"], "run"))
    for equipment in sorted(set(pc.unique(table["equipment"]).to_pylist()) & set(facts.places)):
        ran = _run_time(table.filter(pc.equal(table["equipment"], equipment)))
        kept = _hourly(facts, equipment, ran)
        if len(kept.at):
            yield kept


def _run_time(mine: pa.Table) -> dict[int, dict[str, int]]:
    """Run time by hour and product, microseconds."""
    ran: dict[int, dict[str, int]] = {}
    rows = zip(*(mine[name].to_pylist() for name in ("from", "until", "product")), strict=True)
    for since, until, product in rows:
        for hour in range(since // HOUR, -(-until // HOUR)):
            length = min(until, (hour + 1) * HOUR) - max(since, hour * HOUR)
            by = ran.setdefault(hour, {})
            by[product or ""] = by.get(product or "", 0) + length
    return ran


def _hourly(facts: Facts, equipment: str, ran: dict[int, dict[str, int]]) -> Series:
    """Pieces of whole hours over what the ideal rate would have made in their run time.

    Pieces are taken hour by hour and not entry by entry: a counter that is read every few minutes tells of
    many pieces while the machine stands already. Hours of several products, and of counts over more than an
    hour, are left out.
    """
    rate, made = facts.places[equipment].rate, pieces_of(facts, equipment)
    begins = anchor(np.array(sorted(ran)[:1], dtype=np.int64) * HOUR, facts.as_of)
    told = dict(zip(made.hour.tolist(), made.total.tolist(), strict=True))
    rows: list[tuple[int, float, str]] = []
    for hour, by in sorted(ran.items()):
        product, length = max(by.items(), key=lambda one: (one[1], one[0]))
        whole = hour * HOUR >= begins and (hour + 1) * HOUR <= facts.as_of and hour not in made.long
        single = length >= _LEAST_RUN and length >= _ONE_PRODUCT * sum(by.values())
        if whole and single and hour in told and rate.get(product, 0.0) > 0:
            rows.append((hour, told[hour] / (rate[product] * sum(by.values()) / HOUR), product))
    at = (np.array([one[0] for one in rows], dtype=np.int64) + 1) * HOUR
    value = np.array([one[1] for one in rows], dtype=np.float64)
    names = np.array([one[2] for one in rows], dtype=np.str_)
    usual, none = np.ones(len(at), dtype=np.bool_), np.full(len(at), -1, dtype=np.int64)
    return Series(equipment, SPEED, "1", HOUR, at, value, names, usual, none, "time")


# -- scrap ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pieces:
    """What a machine made and lost, hour by hour: a count stands in the hour in which it ends.

    Attributes:
        hour: number of each hour since 1970.
        total, scrap: pieces.
        long: hours that counts of more than an hour speak of.
    """

    hour: Ints
    total: Floats
    scrap: Floats
    long: frozenset[int] = frozenset()

    @property
    def share(self) -> Floats:
        """Scrapped of each hour."""
        return np.asarray(self.scrap / np.maximum(self.total, 1e-12), dtype=np.float64)


def pieces_of(facts: Facts, equipment: str) -> Pieces:
    """The hours in which anything was made."""
    table = facts.table("pieces")
    table = table.filter(pc.equal(table["equipment"], equipment))
    hour = (_ints(table["until"]) - 1) // HOUR
    hours, places = np.unique(hour, return_inverse=True)
    total, scrap = (_sums(table[name], places, len(hours)) for name in ("total", "scrap"))
    made = total > 0
    since = _ints(table["from"])
    over = np.flatnonzero(_ints(table["until"]) - since > HOUR)
    long = {one for place in over for one in range(int(since[place]) // HOUR, int(hour[place]) + 1)}
    return Pieces(hours[made], total[made], np.minimum(scrap, total)[made], frozenset(long))


def _sums(column: pa.ChunkedArray, places: Ints, count: int) -> Floats:
    values = np.asarray(pc.fill_null(column, 0.0), dtype=np.float64)
    return np.bincount(places, values, count).astype(np.float64)


def _odd_hours(made: Pieces) -> Ints:
    """Hours in which scrap was not as usual: beyond thrice the median of the 200 hours before, and 1 %.

    Looks back only, so that what is usual now does not change with what comes.
    """
    share = made.share
    limit = np.array([np.median(share[max(0, place - 200) : place + 1]) for place in range(len(share))])
    return np.asarray(made.hour[share > 3 * limit + 0.01], dtype=np.int64)


def _ints(column: pa.ChunkedArray) -> Ints:
    return np.asarray(column, dtype=np.int64)


def _words(column: pa.ChunkedArray) -> Words:
    told = pc.fill_null(column, "").combine_chunks().dictionary_encode()
    names: Words = np.array([*told.dictionary.to_pylist(), ""], dtype=np.str_)
    return np.asarray(names[_ints(told.indices)], dtype=np.str_)
