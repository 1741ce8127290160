"""What people write down and type in the next morning: hourly sheets, the longer stops, round figures."""

from __future__ import annotations

import numpy as np

from plantstack.demo.past import LinePast, MachinePast
from plantstack.demo.rows import Ints, Rows, keys, texts
from plantstack.demo.signals import pieces_until, scrapped
from plantstack.events.schema import STATES
from plantstack.intervals import DAY, HOUR, MINUTE, SECOND

_SEEN = 7 * MINUTE  # nobody writes down a shorter stop
_ROUND = 5 * MINUTE
_LEFT_OUT = 0.30  # of the stops, on a sheet that reads too good
_CALLED_PLANNED = 0.35  # of the rest


def tell_paper(rows: Rows, line: LinePast, rng: np.random.Generator) -> None:
    """Tell everything that stands on the sheets of a line, while it is on paper."""
    if line.paper_until <= line.origin:
        return
    flattery = max((one.size for _, _, one in line.effects.spans("paper", line.habit.id)), default=0.0)
    for machine in line.machines:
        typed_at = _typed_at(line, rng)
        _shift_starts(rows, line, machine, typed_at)
        _breaks(rows, line, machine, typed_at)
        _stops(rows, line, machine, typed_at, rng, flattered=flattery > 0)
        _hours(rows, line, machine, typed_at, rng, flattery)


def source_of_paper(line: LinePast) -> str:
    """The sheets of a line as a source."""
    return f"sheet.{line.habit.id}"


def _typed_at(line: LinePast, rng: np.random.Generator) -> Ints:
    """When the sheet of each shift is typed in: on the next morning, now and then a day later."""
    late = np.where(rng.random(len(line.agenda.shifts)) < 0.06, DAY, 0)
    minutes = (rng.uniform(40, 170, len(line.agenda.shifts)) * MINUTE).astype(np.int64)
    ends = np.array([one.span.end for one in line.agenda.shifts], dtype=np.int64)
    mornings = ends + np.where(ends % DAY < 16 * HOUR, 16 * HOUR, 8 * HOUR)
    return mornings + minutes + late


def _shift_starts(rows: Rows, line: LinePast, machine: MachinePast, typed_at: Ints) -> None:
    """The sheet of a shift is begun: from then on the machine runs unless it says otherwise."""
    starts = np.array([one.span.start for one in line.agenda.shifts], dtype=np.int64)
    mine = (starts >= line.origin) & (starts < line.paper_until)
    rows.columns(
        "state",
        source_of_paper(line),
        keys(f"{machine.name}-b", int(mine.sum())),
        starts[mine],
        equipment=machine.name,
        told_at=typed_at[mine],
        state="producing",
        method="manual",
    )
    ends = np.array([one.span.end for one in line.agenda.shifts], dtype=np.int64)
    signed_off = mine & ~np.isin(ends, starts)  # the last shift of the day puts its pen down
    rows.columns(
        "state",
        source_of_paper(line),
        keys(f"{machine.name}-e", int(signed_off.sum())),
        ends[signed_off],
        equipment=machine.name,
        told_at=typed_at[signed_off],
        state="off",
        method="manual",
    )


def _breaks(rows: Rows, line: LinePast, machine: MachinePast, typed_at: Ints) -> None:
    """Breaks are printed on the sheet."""
    taken = [one for one in line.agenda.stretches if one.kind == "break"]
    at, until = (
        line.origin + np.array([int(getattr(one, end)) for one in taken], dtype=np.int64) * SECOND
        for end in ("start", "end")
    )
    mine = at < line.paper_until
    at, until = at[mine], until[mine]
    rows.columns(
        "state",
        source_of_paper(line),
        keys(f"{machine.name}-l", len(at)),
        at,
        equipment=machine.name,
        told_at=typed_at[line.shift_at(at)] + 3 * MINUTE,
        until_at=until,
        state="planned_stop",
        method="manual",
    )


def _stops(
    rows: Rows,
    line: LinePast,
    machine: MachinePast,
    typed_at: Ints,
    rng: np.random.Generator,
    *,
    flattered: bool,
) -> None:
    """The longer halts, in round times, each with what the sheet says of it."""
    code = np.array([STATES.index(state) for state in machine.state], dtype=np.int64)
    shown = ("stopped", "fault", "waiting", "setup", "idle")
    seen = np.isin(code, [STATES.index(state) for state in shown])
    seen &= (machine.until - machine.at >= _SEEN) & (machine.at < line.paper_until)
    if flattered:
        seen &= rng.random(len(code)) >= _LEFT_OUT
    at = machine.at[seen] // _ROUND * _ROUND
    until = np.maximum(-(-machine.until[seen] // _ROUND) * _ROUND, at + _ROUND)
    kind, code = machine.kind[seen], code[seen]
    reasons = [one.reason for one in machine.habit.stops] + ["meeting", "maintenance"]
    if flattered:
        moved = (kind >= 0) & (rng.random(len(kind)) < _CALLED_PLANNED)
        long = until - at > 15 * MINUTE
        kind = np.where(moved, len(reasons) - 2 + long, kind)
        code = np.where(moved, STATES.index("planned_stop"), code)
    rows.columns(
        "state",
        source_of_paper(line),
        keys(f"{machine.name}-h", len(at)),
        at,
        equipment=machine.name,
        told_at=typed_at[line.shift_at(at)] + MINUTE,
        until_at=until,
        state=texts(STATES, code),
        reason=texts(reasons, kind),
        method="manual",
    )


def _hours(
    rows: Rows,
    line: LinePast,
    machine: MachinePast,
    typed_at: Ints,
    rng: np.random.Generator,
    flattery: float,
) -> None:
    """Pieces of each hour of a shift; a flattering sheet rounds good pieces up and forgets scrap."""
    begins, ends = _sheet_hours(line)
    made = pieces_until(machine, line.origin, ends) - pieces_until(machine, line.origin, begins)
    some = made > 0
    begins, ends, made = begins[some], ends[some], made[some]
    bad, reason, names = scrapped(line, machine, begins, made, rng)
    if flattery:
        bad = rng.binomial(bad, 0.35)
        made = np.rint(made * (1 + flattery)).astype(np.int64)
    rows.columns(
        "count",
        source_of_paper(line),
        keys(f"{machine.name}-p", len(ends)),
        ends,
        equipment=machine.name,
        told_at=typed_at[line.shift_at(begins)] + 2 * MINUTE,
        from_at=begins,
        total=made,
        good=made - bad,
        scrap=bad,
        reason=texts(names, np.where(bad > 0, reason, -1)),
    )


def _sheet_hours(line: LinePast) -> tuple[Ints, Ints]:
    """The hours of the sheets: from the start of each shift, the last one as long as it is."""
    begins: list[int] = []
    ends: list[int] = []
    for shift in line.agenda.shifts:
        start = max(shift.span.start, line.origin)
        stop = min(shift.span.end, line.paper_until)
        for begin in range(start, stop, HOUR):
            begins.append(begin)
            ends.append(min(begin + HOUR, stop))
    return np.array(begins, dtype=np.int64), np.array(ends, dtype=np.int64)
