"""What happens on the floor: a seeded history of every machine, drawn column by column.

A machine's history is drawn on the axis of its working time (shifts without breaks) as runs and halts
in turn and laid onto the wall clock; counts, alarms, taps, orders and plans follow from it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from bench.floor import LINE, PRODUCTS, Floor
from plantstack.events.schema import STATES
from plantstack.intervals import DAY, HOUR, MINUTE, SECOND, Interval
from plantstack.plant.plant import Plant
from plantstack.plant.tables import plant_tables

Ints = npt.NDArray[np.int64]
Columns = dict[str, Ints]

KINDS = ("state", "alive", "count", "alarm", "order", "reason", "setup_check", "inspection", "plan")
STATE = {name: n for n, name in enumerate(STATES)}
REASONS = ("mechanical", "electrical", "leak", "jam", "adjustment", "no-material", "no-operator", "cleaning")
SCRAPS = ("dented", "short")
VOICES = ("plc", "tablet", "erp")
UNSAID = -1
COUNT_EVERY = 132 * SECOND
ALIVE_EVERY = 15 * MINUTE

MICRO, SMALL, SUPPLY, FAULT, SETUP = range(5)
_SHARE = (0.72, 0.12, 0.1, 0.04, 0.02)
_MEDIAN_S = np.array((35, 300, 420, 1500, 1100))
_SHOWN = (
    ("stopped", "idle"),
    ("stopped", "stopped"),
    ("starved", "blocked"),
    ("fault", "fault"),
    ("setup",) * 2,
)
_SHOWN_CODE = np.array([[STATE[name] for name in pair] for pair in _SHOWN])


@dataclass
class Told:
    """Events of one machine so far, as equally long columns; -1 is "not said"."""

    parts: list[Columns] = field(default_factory=list)

    def add(self, kind: str, at: Ints, voice: str = "plc", /, **said: Ints | int) -> None:
        """Add one event for each instant."""
        rows: Columns = {"kind": np.full(len(at), KINDS.index(kind)), "at": at}
        rows["voice"] = np.full(len(at), VOICES.index(voice))
        rows |= {name: np.broadcast_to(np.asarray(value), len(at)) for name, value in said.items()}
        self.parts.append(rows)

    def columns(self) -> Columns:
        """Return all events in order of time, numbered."""
        names = {name for part in self.parts for name in part}
        at = np.concatenate([part["at"] for part in self.parts])
        order = np.argsort(at, kind="stable")
        unsaid = [np.full(len(part["at"]), UNSAID) for part in self.parts]
        whole = {
            name: np.concatenate(
                [part.get(name, none) for part, none in zip(self.parts, unsaid, strict=True)]
            )[order]
            for name in names
        }
        lane = np.maximum(whole.get("lane", np.zeros(len(at), np.int64)), 0)  # 0 is the machine itself
        return whole | {"number": np.arange(len(at)), "lane": lane}


class Shifts:
    """When each calendar works: spans without fixed breaks, and the windows of its lunches."""

    def __init__(self, plant: Plant, floor: Floor) -> None:
        tables = plant_tables(plant, Interval(floor.window.start - DAY, floor.window.end + DAY))
        self.window = floor.window
        self._tiles = [row for row in tables["tile"].to_pylist() if row["scheduled"]]
        self._lunches = tables["floating"].to_pylist()
        self._calendars = {
            row["equipment"]: row["calendar"] for row in tables["machine_calendar"].to_pylist()
        }

    def of(self, machine: str, chance: np.random.Generator) -> tuple[Ints, Ints]:
        """Return starts and ends of the spans in which a machine works; lunch is somewhere in its window."""
        calendar = self._calendars[machine]
        tiles = [t for t in self._tiles if t["calendar"] == calendar and not t["break_reason"]]
        edges = np.array([(t["from_at"], t["until_at"]) for t in tiles]).clip(
            self.window.start, self.window.end
        )
        edges = edges[edges[:, 0] < edges[:, 1]]
        joined = edges[1:, 0] == edges[:-1, 1]
        starts, ends = edges[np.r_[True, ~joined], 0], edges[np.r_[~joined, True], 1]
        lunches = [
            (row["from_at"], row["until_at"] - row["from_at"], row["length_us"])
            for row in self._lunches
            if row["calendar"] == calendar
            and row["shift_from"] >= self.window.start
            and row["shift_until"] < self.window.end
        ]
        if not lunches:
            return starts, ends
        opened, wide, length = np.array(lunches).T
        begun = opened + (chance.random(len(opened)) * wide).astype(np.int64)
        return np.sort(np.r_[starts, begun + length]), np.sort(np.r_[ends, begun])

    def shifts(self, machine: str) -> list[tuple[int, int]]:
        """Return the span of every shift that lies inside the window."""
        found: dict[tuple[str, str], list[int]] = {}
        for tile in self._tiles:
            if tile["calendar"] == self._calendars[machine]:
                found.setdefault((tile["day"], tile["shift"]), []).extend((tile["from_at"], tile["until_at"]))
        spans = [(min(edges), max(edges)) for edges in found.values()]
        return [span for span in spans if span[0] >= self.window.start and span[1] <= self.window.end]


@dataclass(frozen=True)
class Axis:
    """Working time, laid end to end, and the wall clock."""

    starts: Ints
    ends: Ints

    @property
    def before(self) -> Ints:
        """Working time before each span, and all of it last."""
        return np.concatenate([[0], np.cumsum(self.ends - self.starts)]).astype(np.int64)

    def wall(self, worked: Ints) -> Ints:
        """Turn working time into instants."""
        before = self.before
        span = np.clip(np.searchsorted(before, worked, "right") - 1, 0, len(self.starts) - 1)
        return self.starts[span] + worked - before[span]


@dataclass(frozen=True)
class Halts:
    """The halts of one machine on its working time."""

    starts: Ints
    ends: Ints
    sort: Ints
    state: Ints

    def state_at(self, worked: Ints) -> Ints:
        """The state at instants of working time."""
        halt = np.searchsorted(self.starts, worked, "right") - 1
        inside = (halt >= 0) & (self.ends[halt] > worked)
        return np.where(inside, self.state[halt], STATE["producing"])

    def pick(self, mask: npt.NDArray[np.bool_]) -> Halts:
        return Halts(self.starts[mask], self.ends[mask], self.sort[mask], self.state[mask])


def history(floor: Floor, number: int, shifts: Shifts) -> Columns:
    """Draw everything one machine and the people around it tell."""
    chance = np.random.default_rng((floor.seed, number))
    axis = Axis(*shifts.of(floor.names[number], chance))
    halts = _halts(int(axis.before[-1]), floor.thin, chance)
    outages = _outages(floor, chance)
    told = Told()
    _states(told, axis, halts)
    _counts(told, floor, number, axis, halts, outages, chance)
    _alarms(told, axis, halts, chance)
    _silence(told, floor, outages)
    _orders(told, floor, number, axis, halts, chance)
    _people(told, axis, halts, chance)
    _quality(told, axis, halts, chance)
    _lanes(told, floor.lanes(number), axis, chance)
    if floor.is_packer(number):
        _plans(told, shifts.shifts(floor.names[number]), number, chance)
    return _corrected(told.columns(), chance)


def _halts(working: int, thin: int, chance: np.random.Generator) -> Halts:
    size = 20 + int(1.3 * working / (25 * MINUTE * thin))
    sort = chance.choice(len(_SHARE), size, p=_SHARE)
    length = (_MEDIAN_S[sort] * chance.lognormal(0, 0.5, size) * SECOND).astype(np.int64)
    run = (chance.exponential(22 * 60 * thin, size) * SECOND).astype(np.int64) + SECOND
    ends = np.cumsum(run + length)
    shown = _SHOWN_CODE[sort, chance.integers(0, 2, size)]
    return Halts(ends - length, ends, sort, shown).pick(ends < working)


def _outages(floor: Floor, chance: np.random.Generator) -> Ints:
    """Starts of silences of two and a half hours, one in about twenty days."""
    many = chance.poisson(floor.days / 20)
    inside = np.sort(chance.integers(floor.window.start + HOUR, floor.window.end - 4 * HOUR, many))
    return inside[np.diff(inside, prepend=0) > 6 * HOUR]


def _states(told: Told, axis: Axis, halts: Halts) -> None:
    told.add("state", axis.wall(halts.starts), state=halts.state)
    told.add("state", axis.wall(halts.ends), state=STATE["producing"])
    told.add("state", axis.starts, state=halts.state_at(axis.before[:-1]))
    pause = np.r_[axis.starts[1:] - axis.ends[:-1], DAY]
    told.add("state", axis.ends, state=np.where(pause < 2 * HOUR, STATE["planned_stop"], STATE["off"]))


def _counts(
    told: Told,
    floor: Floor,
    number: int,
    axis: Axis,
    halts: Halts,
    outages: Ints,
    chance: np.random.Generator,
) -> None:
    every = 2 * HOUR if floor.is_sheet(number) else COUNT_EVERY * floor.thin
    ticks = (
        np.arange(1, axis.before[-1] // every) + chance.random(axis.before[-1] // every - 1) * 0.3
    ) * every
    worked = ticks.astype(np.int64)
    if not floor.is_sheet(number):
        worked = worked[halts.state_at(worked) == STATE["producing"]]
    at = axis.wall(worked)
    pieces = chance.poisson(every / SECOND * 0.6, len(at)).astype(np.int64)
    pieces //= 24 if floor.is_packer(number) else 1
    scrap = chance.binomial(pieces, 0.012)
    said: dict[str, Ints | int] = {"total": pieces, "scrap": np.where(scrap > 0, scrap, UNSAID)}
    said["reason"] = np.where(scrap > 0, len(REASONS) + chance.integers(0, len(SCRAPS), len(at)), UNSAID)
    if number % 5 != 3:
        said["good"] = pieces - scrap
    if floor.is_packer(number):
        said["case"] = 1
    if floor.is_sheet(number):
        told.add("count", at, "tablet", from_at=at - every, **said)
        return
    if floor.has_deltas(number):
        since = at - every
        # the first difference after a silence covers all of it
        first = np.searchsorted(at, outages + 5 * HOUR // 2)
        kept = first < len(at)
        since[first[kept]] = np.minimum(since[first[kept]], outages[kept])
        said["from_at"] = since
    told.add("count", at, **said)


def _alarms(told: Told, axis: Axis, halts: Halts, chance: np.random.Generator) -> None:
    loud = halts.pick((halts.sort != SETUP) & (chance.random(len(halts.sort)) < 0.5))
    code = chance.integers(0, 40, len(loud.starts))
    told.add("alarm", axis.wall(loud.starts), code=code, phase=0)
    told.add("alarm", axis.wall(loud.ends), code=code, phase=1)


def _silence(told: Told, floor: Floor, outages: Ints) -> None:
    every = ALIVE_EVERY * floor.thin
    until = np.arange(floor.window.start, floor.window.end - every + 1, every) + every
    told.add("alive", until, from_at=until - every, until_at=until)
    machine = VOICES.index("plc")
    for part in told.parts:
        hidden = np.zeros(len(part["at"]), bool)
        for begun in outages:
            hidden |= (part["at"] > begun) & (part["at"] < begun + 5 * HOUR // 2)
        keep = ~(hidden & (part["voice"] == machine))
        part |= {name: column[keep] for name, column in part.items()}


def _orders(
    told: Told, floor: Floor, number: int, axis: Axis, halts: Halts, chance: np.random.Generator
) -> None:
    begun = np.r_[floor.window.start, axis.wall(halts.pick(halts.sort == SETUP).starts)]
    order = np.arange(len(begun)) + 100_000 * (number // LINE)
    product = (order * 7919 + number // LINE) % len(PRODUCTS)
    told.add("order", begun, "erp", order=order, product=product, phase=0)
    early = chance.random(len(begun) - 1) < 0.3
    ended = np.maximum(begun[1:] - 10 * MINUTE, begun[:-1] + 1)[early]
    told.add("order", ended, "erp", order=order[:-1][early], product=product[:-1][early], phase=1)


def _people(told: Told, axis: Axis, halts: Halts, chance: np.random.Generator) -> None:
    long = (halts.ends - halts.starts > 3 * MINUTE) & (halts.sort != SETUP)
    coded = halts.pick(long & (chance.random(len(long)) < 0.7))
    size = len(coded.starts)
    at = axis.wall(coded.starts) + MINUTE
    reason = np.choose(
        np.maximum(coded.sort - SMALL, 0),
        (chance.integers(3, 5, size), chance.integers(5, 7, size), chance.integers(0, 3, size)),
    )
    reason = np.where(chance.random(size) < 0.02, REASONS.index("cleaning"), reason)
    part = chance.random(size) < 0.1
    told.add(
        "reason",
        at[~part],
        "tablet",
        reason=reason[~part],
        role=0,
        late=chance.integers(0, 600, (~part).sum()) * SECOND,
    )
    told.add(
        "reason",
        at[part],
        "tablet",
        reason=reason[part],
        role=0,
        from_at=at[part],
        until_at=at[part] + 10 * MINUTE,
    )
    found = (coded.sort == FAULT) & (chance.random(size) < 0.3)
    told.add("reason", at[found], "tablet", reason=chance.integers(0, 3, found.sum()), role=1, late=20 * HOUR)
    seen = np.sort(chance.integers(0, axis.before[-1], max(1, len(axis.starts) // 9)))
    at = axis.wall(seen)
    told.add("state", at, "tablet", state=STATE["fault"], until_at=at + 20 * MINUTE, late=30 * MINUTE)


def _quality(told: Told, axis: Axis, halts: Halts, chance: np.random.Generator) -> None:
    ready = axis.wall(halts.pick(halts.sort == SETUP).ends)
    value = chance.normal(50, 3, len(ready)).astype(np.int64)
    told.add("setup_check", ready, "tablet", value=value, low=45, high=55)
    at = axis.wall(np.arange(1, axis.before[-1] // (4 * HOUR)) * 4 * HOUR)
    wrong = chance.poisson(0.6, len(at))
    told.add("inspection", at, "tablet", n=50, n_ok=50 - wrong, defects=wrong, opportunities=200)


def _lanes(told: Told, lanes: int, axis: Axis, chance: np.random.Generator) -> None:
    for lane in range(1, lanes + 1 if lanes > 1 else 1):
        off = np.sort(chance.integers(0, axis.before[-1], len(axis.starts) // 8 + 1))
        told.add("state", axis.wall(off), lane=lane, state=STATE["off"])
        told.add("state", axis.wall(off) + 40 * MINUTE, lane=lane, state=STATE["producing"])


def _plans(told: Told, shifts: list[tuple[int, int]], number: int, chance: np.random.Generator) -> None:
    """Each shift of a line has a plan, made the day before; one in ten is changed in the shift."""
    if not shifts:
        return
    begun, over = np.array(shifts).T
    product = (np.arange(len(begun)) + number) % len(PRODUCTS)
    qty = chance.integers(8_000, 14_000, len(begun))
    slot = {"from_at": begun, "until_at": over, "product": product, "qty": qty}
    told.add("plan", begun - DAY, "erp", line=1, **slot)
    edited = chance.random(len(begun)) < 0.1
    slot = {name: column[edited] for name, column in slot.items()}
    slot["qty"] = slot["qty"] * 9 // 10
    told.add("plan", begun[edited] + HOUR, "erp", line=1, **slot)


def _corrected(columns: Columns, chance: np.random.Generator) -> Columns:
    """One count in five thousand is corrected an hour later."""
    counts = np.flatnonzero(columns["kind"] == KINDS.index("count"))
    wrong = counts[chance.random(len(counts)) < 1 / 5_000]
    size = len(columns["at"])
    again = {name: column[wrong] for name, column in columns.items()}
    again |= {"target": again["number"], "late": np.full(len(wrong), HOUR), "total": again["total"] + 3}
    again["number"] = size + np.arange(len(wrong))
    columns["target"] = np.full(size, UNSAID)
    whole = {name: np.r_[columns[name], again[name]] for name in columns}
    order = np.argsort(whole["at"], kind="stable")
    return {name: column[order] for name, column in whole.items()}
