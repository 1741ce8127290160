"""Counts and readings -> cells: pieces that one machine made within an hour under the same names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from plantstack.insights.facts import Facts
from plantstack.insights.patterns.sample import Floats, Ints, Named, Sample, held_out
from plantstack.intervals import DAY, HOUR, MINUTE, SECOND

_TOLD_BY_HAND = 4 * HOUR  # scrap told at an instant is of the pieces since the last telling, at most so long
_NEW_SHIFT = 6 * HOUR  # without pieces: the shift of the same name after it is another one
_NEAR = 30 * MINUTE  # a reading so long before a cell still stands for it
_FAMILY = re.compile(r"[^\W\d_]+")
HOUR_OF_SHIFT = "hour of the shift"


@dataclass(frozen=True, slots=True)
class Key:
    """What is the same for all pieces of a cell."""

    equipment: str
    order: str
    product: str
    shift: str
    crew: str
    context: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Cells:
    """Cells in order of time.

    Attributes:
        keys: of each cell.
        start, until: first and last instant of its counts.
        total: pieces.
        bad: scrap by reason; '' is scrap without one.
        events: offsets of a few events behind each.
        by_hand: share of the scrap that was told for more than an hour at once.
    """

    keys: Sequence[Key]
    start: Ints
    until: Ints
    total: Floats
    bad: Mapping[str, Floats]
    events: Sequence[tuple[int, ...]]
    by_hand: float

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def group(self) -> Ints:
        """Number of the order of each cell; without orders, of product and day."""
        names = [
            "\x00".join((one.equipment, one.order or f"{one.product}\x00{int(at) // DAY}"))
            for one, at in zip(self.keys, self.start, strict=True)
        ]
        return Named.of(names).codes


def cells_of(facts: Facts, equipment: Sequence[str]) -> Cells:
    """Gather the counts of some machines.

    Args:
        facts: with counts, and readings where there are any.
        equipment: ids of the machines.
    """
    table = facts.table("pieces")
    table = table.filter(pc.is_in(table["equipment"], pa.array(list(equipment), pa.string())))
    columns = {name: table[name].to_pylist() for name in table.column_names}
    said = [columns["equipment"], *(columns[name] for name in ("order", "product", "shift", "crew"))]
    keys = [
        Key(machine, order or "", product or "", shift or "", crew or "", tuple(sorted(context or ())))
        for machine, order, product, shift, crew, context in zip(*said, columns["context"], strict=True)
    ]
    made, told = _made(keys, columns)
    return _Gathering(made, told).with_scrap(_scrapped(keys, columns))


@dataclass(slots=True)
class _Cell:
    key: Key
    start: int
    until: int
    total: float
    events: list[int]
    is_good_only: bool


@dataclass(frozen=True, slots=True)
class _Scrap:
    key: Key
    start: int
    until: int
    pieces: float
    reason: str
    offset: int


_Counted = dict[tuple[str, int, int], tuple[Key, int]]
"""The cell of each count, by machine and span: its key and hour."""


def _made(keys: Sequence[Key], columns: Mapping[str, Sequence[Any]]) -> tuple[list[_Cell], _Counted]:
    """Cells of the rows that say how many were made, in order of time."""
    found: dict[tuple[Key, int], _Cell] = {}
    counted: _Counted = {}
    told = (columns[name] for name in ("from", "until", "total", "good", "reason", "offset"))
    for key, start, until, total, good, reason, offset in zip(keys, *told, strict=True):
        pieces = good if total is None else total
        if reason is not None or not pieces:
            continue
        hour = (start + until) // 2 // HOUR
        counted[key.equipment, start, until] = key, hour
        cell = found.get((key, hour))
        if cell is None:
            found[key, hour] = _Cell(key, start, until, pieces, [offset or 0], total is None)
            continue
        cell.start, cell.until = min(cell.start, start), max(cell.until, until)
        cell.total += pieces
        if len(cell.events) < 3:
            cell.events.append(offset or 0)
    return sorted(found.values(), key=lambda one: (one.start, one.until, -one.total)), counted


def _scrapped(keys: Sequence[Key], columns: Mapping[str, Sequence[Any]]) -> list[_Scrap]:
    told = (columns[name] for name in ("from", "until", "scrap", "reason", "offset"))
    return [
        _Scrap(key, start, until, scrap, reason, offset or 0)
        for key, start, until, scrap, reason, offset in zip(keys, *told, strict=True)
        if reason is not None and scrap
    ]


class _Gathering:
    """Finds the cells whose pieces a scrap entry is about."""

    def __init__(self, cells: list[_Cell], counted: _Counted) -> None:
        self.cells = cells
        self._counted = counted
        self.bad: dict[str, Floats] = {}
        self._at: dict[str, Ints] = {}
        self._mine: dict[str, list[int]] = {}
        self._here: dict[tuple[Key, int], int] = {}
        for i, one in enumerate(cells):
            self._mine.setdefault(one.key.equipment, []).append(i)
            self._here[one.key, (one.start + one.until) // 2 // HOUR] = i
        for machine, mine in self._mine.items():
            middle = np.array([(cells[i].start + cells[i].until) // 2 for i in mine], dtype=np.int64)
            order = np.argsort(middle, kind="stable")
            self._mine[machine] = [mine[i] for i in order]
            self._at[machine] = middle[order]

    def with_scrap(self, scrapped: list[_Scrap]) -> Cells:
        """The cells with the scrap of their pieces."""
        in_bulk, since = 0.0, _last_told(scrapped)
        for one in scrapped:
            start = one.start
            counted = self._counted.get((one.key.equipment, start, one.until))
            here = self._here.get(counted) if counted else None
            if one.until - start > HOUR or here is None:
                in_bulk += one.pieces
                start = min(start, since[one.key.equipment, one.until])
                self._spread(one, start)
                continue
            self._add(one, here, one.pieces)
        whole = sum(one.pieces for one in scrapped)
        return self._done(in_bulk / whole if whole else 0.0)

    def _spread(self, one: _Scrap, start: int) -> None:
        """Share scrap out over the pieces of its span, those of the same order and context first."""
        at = self._at.get(one.key.equipment)
        if at is None:
            return
        low, high = np.searchsorted(at, [start - HOUR // 2, one.until + SECOND])
        mine = self._mine[one.key.equipment][int(low) : int(high)]
        for alike in (_same_pieces, _same_product, _any):
            fits = [i for i in mine if alike(self.cells[i].key, one.key)]
            whole = sum(self.cells[i].total for i in fits)
            if whole:
                for i in fits:
                    self._add(one, i, one.pieces * self.cells[i].total / whole)
                return

    def _add(self, one: _Scrap, place: int, pieces: float) -> None:
        if one.reason not in self.bad:
            self.bad[one.reason] = np.zeros(len(self.cells))
        self.bad[one.reason][place] += pieces
        if self.cells[place].is_good_only:
            self.cells[place].total += pieces
        if len(self.cells[place].events) < 5:
            self.cells[place].events.append(one.offset)

    def _done(self, by_hand: float) -> Cells:
        total = np.array([one.total for one in self.cells])
        most = np.sum([*self.bad.values()], axis=0) if self.bad else 0.0
        return Cells(
            [one.key for one in self.cells],
            np.array([one.start for one in self.cells], dtype=np.int64),
            np.array([one.until for one in self.cells], dtype=np.int64),
            np.maximum(total, most),  # more scrap than pieces is a typing mistake, never a rate above one
            self.bad,
            [tuple(one.events) for one in self.cells],
            by_hand,
        )


def _last_told(scrapped: Sequence[_Scrap]) -> dict[tuple[str, int], int]:
    """Since when scrap told at an instant can have come, by machine and instant."""
    told: dict[str, set[int]] = {}
    for one in scrapped:
        told.setdefault(one.key.equipment, set()).add(one.until)
    found: dict[tuple[str, int], int] = {}
    for machine, instants in told.items():
        ordered = sorted(instants)
        found[machine, ordered[0]] = ordered[0] - _TOLD_BY_HAND
        for before, at in pairwise(ordered):
            found[machine, at] = max(before, at - _TOLD_BY_HAND)
    return found


def _same_pieces(cell: Key, told: Key) -> bool:
    order = told.order in ("", cell.order) and told.product in ("", cell.product)
    return order and told.shift in ("", cell.shift) and (not told.context or told.context == cell.context)


def _same_product(cell: Key, told: Key) -> bool:
    return told.product in ("", cell.product)


def _any(cell: Key, told: Key) -> bool:
    return True


def sample_of(cells: Cells, facts: Facts, *, allow_crew: bool) -> Sample:
    """The cells as rows to search, with everything known of them.

    Args:
        cells: of one site.
        facts: whose readings are joined by machine and time.
        allow_crew: crews may be told apart.
    """
    named = {
        "machine": Named.of([one.equipment for one in cells.keys]),
        "product": Named.of([one.product for one in cells.keys]),
        "shift": Named.of([one.shift for one in cells.keys]),
    }
    if allow_crew:
        named["crew"] = Named.of([one.crew for one in cells.keys])
    for axis in sorted({axis for one in cells.keys for axis, _ in one.context}):
        named[axis] = Named.of([dict(one.context).get(axis, "") for one in cells.keys])
        family = families(named[axis])
        if family is not None:
            named[f"{axis} family"] = family
    measured = {HOUR_OF_SHIFT: _hour_of_shift(cells)} | _readings(cells, facts)
    several = {axis: one for axis, one in named.items() if len(one.words) > 1}
    group = cells.group
    held = held_out(cells.start, group)
    return Sample(cells.total, np.zeros(len(cells)), group, held, several, measured)


def families(lots: Named) -> Named | None:
    """Names grouped by the letters they begin with; None where that gives no groups.

    >>> families(Named.of(["A-1", "A-2", "A-7", "B-3", "B-4", "B-9"])).words
    ['A', 'B']
    """
    begins = [_FAMILY.match(word) for word in lots.words]
    words = [found.group() if found else "" for found in begins]
    groups = set(words) - {""}
    if len(lots.words) < 6 or not 2 <= len(groups) <= len(lots.words) // 2:
        return None
    return Named.of([words[code] if code >= 0 else "" for code in lots.codes])


def _hour_of_shift(cells: Cells) -> Floats:
    """Hours since the first piece of the shift at the machine."""
    hours = np.full(len(cells), np.nan)
    last: dict[str, tuple[str, int, int]] = {}  # shift, its start, its last piece
    for i, (key, start, until) in enumerate(zip(cells.keys, cells.start, cells.until, strict=True)):
        shift, began, ended = last.get(key.equipment, ("", 0, 0))
        if shift != key.shift or start - ended > _NEW_SHIFT:
            began = int(start)
        last[key.equipment] = (key.shift, began, int(until))
        if key.shift:
            hours[i] = (start - began) / HOUR
    return hours


def _readings(cells: Cells, facts: Facts) -> dict[str, Floats]:
    """The mean of each parameter while the pieces of a cell were made; NaN where nobody measured."""
    table = facts.table("readings")
    table = table.filter(pc.fill_null(table["is_running"], True))
    machines = np.array([one.equipment for one in cells.keys])
    found: dict[str, Floats] = {}
    for machine in dict.fromkeys(machines.tolist()):
        own = table.filter(pc.equal(table["equipment"], machine))
        rows = np.flatnonzero(machines == machine)
        for parameter in pc.unique(own["parameter"]).to_pylist():
            told = own.filter(pc.equal(own["parameter"], parameter)).sort_by("at")
            column = found.setdefault(parameter, np.full(len(cells), np.nan))
            column[rows] = _means(
                told["at"].to_numpy(), told["value"].to_numpy(), cells.start[rows], cells.until[rows]
            )
    return found


def _means(at: Ints, value: Floats, start: Ints, until: Ints) -> Floats:
    low = np.searchsorted(at, start, side="left")
    high = np.searchsorted(at, until, side="right")
    sums = np.append(0.0, np.cumsum(value))
    mean = (sums[high] - sums[low]) / np.maximum(high - low, 1)
    before = np.maximum(high - 1, 0)
    is_near = (high > 0) & (until - at[before] <= _NEAR)
    alone = np.where(is_near, value[before], np.nan)
    return np.where(high > low, mean, alone)
