"""For whom a machine waits: the stop before it that starves it, or behind it that blocks it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from plantstack.insights.drift.robust import Floats
from plantstack.insights.facts import Place
from plantstack.intervals import MINUTE

STARVED, BLOCKED = "starved", "blocked"
_STOPS = ("breakdown", "other_stop", "micro_stop", "planned_overrun", "setup")
_LAG = 10 * MINUTE  # a table between two machines is empty, or full, so long after a stop at most
_ENOUGH = 0.3  # of a wait must lie over or shortly behind stops of the machine it is for
_OFF = ("not_scheduled", "planned_down")


@dataclass(frozen=True, slots=True)
class Shift:
    """A shift of a line, by its pacing machine.

    Attributes:
        name: of the shift.
        start, end: microseconds UTC.
        planned: seconds of it that were planned to run.
    """

    name: str
    start: int
    end: int
    planned: float


@dataclass(frozen=True, slots=True)
class Waits:
    """Minutes in each shift that machines waited for one of them.

    Attributes:
        shifts: in order of time.
        of_line: most that any one machine waited for the culprit, by shift.
        of_pacing: what the pacing machine waited for it.
        side: `starved` where it stands before the pacing machine, else `blocked`.
    """

    culprit: str
    side: str
    shifts: Sequence[Shift]
    of_line: Floats
    of_pacing: Floats


def shifts_of(time: pa.Table) -> list[Shift]:
    """The shifts in which a machine was planned to run, from its entries in order of time."""
    found: list[Shift] = []
    rows = zip(*(time[name].to_pylist() for name in ("shift", "from", "until", "account")), strict=True)
    last: tuple[str, int, int, float] | None = None
    for name, start, end, account in rows:
        planned = 0.0 if account in _OFF else (end - start) / 1e6
        if last is not None and last[0] == name and name:
            last = (name, last[1], end, last[3] + planned)
            continue
        if last is not None and last[0] and last[3] > 0:
            found.append(Shift(*last))
        last = (name, start, end, planned)
    if last is not None and last[0] and last[3] > 0:
        found.append(Shift(*last))
    return found


def waits_in(line: Sequence[Place], time: Mapping[str, pa.Table]) -> list[Waits]:
    """For each machine of a line, what the others waited for it.

    Args:
        line: its machines in the order of the flow, one of them pacing it.
        time: entries by machine, in order of time.
    """
    pacing = next((one for one in line if one.is_pacing), None)
    if pacing is None or pacing.id not in time:
        return []
    shifts = shifts_of(time[pacing.id])
    if not shifts:
        return []
    edges = np.array([*(one.start for one in shifts), shifts[-1].end], dtype=np.int64)
    stood = {one.id: _stood(time[one.id]) for one in line if one.id in time}
    totals = {one.id: np.zeros((len(line), len(shifts))) for one in line}
    for number, waiting in enumerate(line):
        if waiting.id not in time:
            continue
        for side in (STARVED, BLOCKED):
            start, end = _waited(time[waiting.id], side)
            if not len(start):
                continue
            near = [one.id for one in line if _is_on(one, waiting, side) and one.id in stood]
            culprit = _culprits(near, stood, start, end)
            which = np.searchsorted(edges, start, side="right") - 1
            for place, name in enumerate(near):
                own = (culprit == place) & (which >= 0) & (which < len(shifts))
                np.add.at(totals[name][number], which[own], (end - start)[own] / MINUTE)
    at = next(number for number, one in enumerate(line) if one.is_pacing)
    return [
        Waits(
            one.id,
            STARVED if one.position < pacing.position else BLOCKED,
            shifts,
            totals[one.id].max(axis=0),
            totals[one.id][at],
        )
        for one in line
        if one.id in stood and not one.is_pacing  # that it holds the others up is its part
    ]


def _is_on(one: Place, waiting: Place, side: str) -> bool:
    """Whether a machine stands on the side from which another one waits."""
    is_before = one.position < waiting.position
    return one.position != waiting.position and is_before == (side == STARVED)


def _stood(time: pa.Table) -> tuple[Floats, Floats]:
    """Instants, and how long the machine had stood for itself up to each."""
    stops = time.filter(pc.is_in(time["account"], pa.array(_STOPS)))
    start, end = (stops[name].to_numpy().astype(np.float64) for name in ("from", "until"))
    ends = np.cumsum(end - start)
    at = np.column_stack((start, end)).ravel()
    return at, np.column_stack((ends - (end - start), ends)).ravel()


def _waited(time: pa.Table, side: str) -> tuple[Floats, Floats]:
    is_it = pc.and_(pc.equal(time["account"], "waiting"), pc.equal(time["reason"], side))
    waits = time.filter(is_it)
    return waits["from"].to_numpy().astype(np.float64), waits["until"].to_numpy().astype(np.float64)


def _culprits(
    near: Sequence[str], stood: Mapping[str, tuple[Floats, Floats]], start: Floats, end: Floats
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """For each wait the number of the machine that stood most of it, or shortly before; -1: none did."""
    if not near:
        return np.full(len(start), -1, dtype=np.int64)
    shares = np.zeros((len(near), len(start)))
    for number, name in enumerate(near):
        at, total = stood[name]
        if len(at):
            shares[number] = np.interp(end, at, total) - np.interp(start - _LAG, at, total)
    shares /= end - start
    best: np.ndarray[tuple[int], np.dtype[np.int64]] = shares.argmax(axis=0).astype(np.int64)
    best[shares.max(axis=0) < _ENOUGH] = -1
    return best
