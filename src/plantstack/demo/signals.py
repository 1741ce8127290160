"""What collectors tell: states, heartbeats, alarms and counters of machines with signals or pulses."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from plantstack.demo.past import LinePast, MachinePast
from plantstack.demo.rows import Ints, Rows, keys, numbered, texts
from plantstack.events.schema import STATES
from plantstack.intervals import HOUR, MINUTE, SECOND

_WAITING = {"starved": 0, "blocked": 1}
_REASONS = ("starved", "blocked")
_LIVE = 30 * SECOND  # between two readings of a counter while somebody may be looking


def tell_signals(rows: Rows, line: LinePast, rng: np.random.Generator, *, by_exception: bool) -> None:
    """Tell everything the collector of a line heard, from the day it has one."""
    if line.paper_until >= line.end:
        return
    for machine in line.machines:
        _states(rows, line, machine)
        _lanes(rows, line, machine)
        _alive(rows, line, machine)
        if line.habit.capture == "signal":
            _alarms(rows, line, machine)
        _counts(rows, line, machine, rng, by_exception=by_exception)


def heard_by_collector(line: LinePast, when: Ints) -> np.ndarray:
    """Which instants the collector could tell about."""
    heard = when >= line.paper_until
    for start, end, _ in line.effects.spans("silence", line.habit.source):
        heard &= (when < start) | (when >= end)
    return heard


def _states(rows: Rows, line: LinePast, machine: MachinePast) -> None:
    """Changes of state; after a silence the state that holds is told anew."""
    code = np.array([STATES.index(state) for state in machine.state], dtype=np.int64)
    reason = np.array([_WAITING.get(state, -1) for state in machine.state], dtype=np.int64)
    if line.habit.capture == "pulses":  # a pulse knows that pieces come, and nothing else
        code = np.where(code == STATES.index("producing"), code, STATES.index("stopped"))
        reason = np.full(len(code), -1)
    back = [end for _, end, _ in line.effects.spans("silence", line.habit.source)]
    again = np.array(
        [at for at in (line.paper_until, *back) if machine.at[0] < at < line.end], dtype=np.int64
    )
    holds = np.searchsorted(machine.at, again, side="right") - 1
    at = np.concatenate([machine.at, again])
    picked = np.concatenate([np.arange(len(code)), holds])
    order = np.argsort(at, kind="stable")
    at, picked = at[order], picked[order]
    is_told = heard_by_collector(line, at)
    at, picked = at[is_told], picked[is_told]
    changed = np.append(True, code[picked][1:] != code[picked][:-1])
    if line.habit.capture == "signal":
        changed |= np.isin(at, again)
    at, picked = at[changed], picked[changed]
    numbers = np.arange(len(at))
    rows.columns(
        "state",
        line.habit.source,
        numbered(f"{machine.name}-s", numbers),
        at,
        equipment=machine.name,
        sequence=numbers,
        state=texts(STATES, code[picked]),
        reason=texts(_REASONS, reason[picked]),
        method=line.habit.capture,
    )


def _lanes(rows: Rows, line: LinePast, machine: MachinePast) -> None:
    """A lane that is shut is told when it is shut and when it is open again."""
    for start, end, one in line.effects.spans("lane", machine.name):
        lane = f"{machine.name}:{one.size:.0f}"
        for state, at in (("stopped", start), ("producing", end)):
            if line.origin <= at < line.end:
                rows.say("state", lane, at, line.habit.source, f"{lane}-{state}", state=state)


def _alive(rows: Rows, line: LinePast, machine: MachinePast) -> None:
    """The collector was listening, each hour or until it fell silent; live it says so each minute."""
    start = max(line.origin, line.paper_until)
    cuts = {start, line.end, *range(start - start % HOUR + HOUR, line.now, HOUR)}
    cuts |= {max(at, start) for at in range(line.now, line.end, MINUTE)}
    silences = line.effects.spans("silence", line.habit.source)
    for begin, end, _ in silences:
        cuts |= {min(max(at, start), line.end) for at in (begin, end)}
    ends = np.array(sorted(cuts), dtype=np.int64)
    begins, ends = ends[:-1], ends[1:]
    told = heard_by_collector(line, begins)
    rows.columns(
        "alive",
        line.habit.source,
        keys(f"{machine.name}-a", int(told.sum())),
        ends[told],
        equipment=machine.name,
        from_at=begins[told],
        until_at=ends[told],
    )


def _alarms(rows: Rows, line: LinePast, machine: MachinePast) -> None:
    """The machine's own code comes with each of its own stops and goes with it."""
    own = np.flatnonzero((machine.kind >= 0) & heard_by_collector(line, machine.at))
    if not len(own):
        return
    at = np.concatenate([machine.at[own], machine.until[own]])
    phase = np.repeat([0, 1], len(own))
    kind = np.tile(machine.kind[own], 2)
    numbers = np.tile(np.arange(len(own)), 2)
    told = heard_by_collector(line, at) & (at < line.end)
    codes = [
        f"{machine.name.rpartition('-')[2][:3].upper()}-{100 + n}" for n in range(len(machine.habit.stops))
    ]
    bodies = [f'{{"text":"{one.reason.replace("-", " ")}"}}' for one in machine.habit.stops]
    severe = np.array([one.state == "fault" for one in machine.habit.stops], dtype=np.int64)
    rows.columns(
        "alarm",
        line.habit.source,
        numbered(f"{machine.name}-x", (numbers * 2 + phase)[told]),
        at[told],
        equipment=machine.name,
        code=texts(codes, kind[told]),
        severity=texts(("low", "high"), severe[kind[told]]),
        phase=texts(("on", "off"), phase[told]),
        body=texts(bodies, kind[told]),
    )


def _counts(
    rows: Rows, line: LinePast, machine: MachinePast, rng: np.random.Generator, *, by_exception: bool
) -> None:
    """Differences of the counter: each count says from when to when its pieces were made."""
    at = _batch_ends(line, machine) if line.habit.batch else _ticks(line, machine)
    at = at[heard_by_collector(line, at) | (at == line.origin)]
    made = pieces_until(machine, line.origin, at)
    begin, end, total = at[:-1], at[1:], np.diff(made)
    if line.habit.batch:
        begin = _next_run(line, machine, begin, also_running=True)
    some = total > 0
    begin, end, total = begin[some], end[some], total[some]
    bad, reason, names = scrapped(line, machine, begin, total, rng)
    rework = rng.binomial(total - bad, machine.habit.rework)
    good = total - bad - rework
    is_exit = machine is line.machines[-1] and len(line.machines) > 1
    rows.columns(
        "count",
        line.habit.source,
        keys(f"{machine.name}-c", len(end)),
        end,
        equipment=machine.name,
        from_at=begin,
        total=total,
        **({} if by_exception else {"good": good, "scrap": bad}),
        **({"rework": rework} if machine.habit.rework else {}),
        **({"first_pass": good} if is_exit else {}),
        reason=None if by_exception else texts(names, np.where(bad > 0, reason, -1)),
        body=tools_of(line, machine, begin),
    )


def tools_of(line: LinePast, machine: MachinePast, when: Ints) -> pa.Array | None:
    """Mould and material of the order that runs at instants, as a free field of events."""
    tools = line.habit.tools
    if not tools:
        return None
    order = np.maximum(np.searchsorted(machine.order_at, when, side="right") - 1, 0)
    products = [line.orders[number].product for number in machine.order]
    names = list(line.habit.tools)
    bodies = [
        f'{{"x":{{"material":"{stuff}","mould":"{mould}"}}}}' for mould, stuff in line.habit.tools.values()
    ]
    return texts(bodies, np.array([names.index(one) for one in products])[order])


def _ticks(line: LinePast, machine: MachinePast) -> Ints:
    """When the counter is read: on the clock, at each change of order, and soon after its first piece."""
    start = max(line.origin, line.paper_until)
    step = line.habit.tick * SECOND
    grid = np.concatenate(
        [
            np.arange(start + step, line.now, step, dtype=np.int64),
            np.arange(max(start, line.now), line.end, min(step, _LIVE), dtype=np.int64),
        ]
    )
    seconds = np.array([_first_pieces(line, machine, order) for order in machine.order])
    first = _next_run(line, machine, machine.order_at) + (seconds * SECOND).astype(np.int64)
    edges = np.array([start, line.end], dtype=np.int64)
    told = [edges, grid, machine.order_at, machine.order_end, first]
    ticks = np.unique(np.minimum(np.concatenate(told), line.end))
    kept: Ints = ticks[(ticks >= start) & (heard_by_collector(line, ticks) | (ticks == start))]
    return kept


def _first_pieces(line: LinePast, machine: MachinePast, order: int) -> float:
    product = line.orders[order].product
    return max(20.0, 1.3 * line.conditions.paces.ideal(machine.name, product))


def _next_run(line: LinePast, machine: MachinePast, when: Ints, *, also_running: bool = False) -> Ints:
    """The start of the first producing state at or after instants; the instant itself where one runs."""
    is_run = np.array([state == "producing" for state in machine.state])
    runs = np.append(machine.at[is_run], line.end)
    after: Ints = runs[np.minimum(np.searchsorted(runs, when), len(runs) - 1)]
    if not also_running:
        return after
    now = np.searchsorted(machine.at, when, side="right") - 1
    return np.where(is_run[np.maximum(now, 0)], when, after)


def _batch_ends(line: LinePast, machine: MachinePast) -> Ints:
    """The instants at which a batch is full, from the first order on."""
    whole = int(machine.curve_taken[-1] // line.habit.batch)
    marks = np.arange(whole + 1) * float(line.habit.batch)
    seconds = np.interp(marks, machine.curve_taken, machine.curve_at)
    ends: Ints = line.origin + np.rint(seconds * 1000).astype(np.int64) * 1000
    return ends


def pieces_until(machine: MachinePast, origin: int, when: Ints) -> Ints:
    """Whole pieces begun until instants."""
    seconds = (when - origin) / SECOND
    return np.floor(np.interp(seconds, machine.curve_at, machine.curve_taken) + 1e-6).astype(np.int64)


def scrapped(
    line: LinePast, machine: MachinePast, when: Ints, total: Ints, rng: np.random.Generator
) -> tuple[Ints, Ints, list[str]]:
    """How many pieces of each count were scrapped, for which reason (by number), and the reasons."""
    shift = line.shift_at(when)
    order = np.searchsorted(machine.order_at, when, side="right") - 1
    names = sorted({name for one in line.habit.products for name in line.conditions.scrap(machine.name, one)})
    shares = np.zeros((max(len(names), 1), len(when)))
    products = np.array([line.orders[number].product for number in machine.order])[np.maximum(order, 0)]
    for product in line.habit.products:
        mine = products == product
        for name, by_shift in line.conditions.scrap(machine.name, product).items():
            if len(by_shift):  # a window without any shift has made nothing
                shares[names.index(name), mine] = by_shift[shift[mine]]
    steps = np.cumsum(shares, axis=0)
    bad = rng.binomial(total, np.clip(steps[-1], 0, 1))
    drawn = rng.random(len(when)) * np.maximum(steps[-1], 1e-12)
    reason = np.minimum((drawn[None, :] >= steps).sum(axis=0), max(len(names) - 1, 0))
    return bad, reason, names or [""]
