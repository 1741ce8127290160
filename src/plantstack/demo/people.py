"""What people say at the machine and behind it: reasons, causes, calls, work orders, scrap typed in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from plantstack.demo.agenda import Stretch
from plantstack.demo.past import LinePast, MachinePast
from plantstack.demo.rows import Ints, Rows, keys, texts
from plantstack.demo.signals import heard_by_collector, pieces_until, scrapped, tools_of
from plantstack.intervals import DAY, HOUR, MINUTE, SECOND

_ASKED_FROM = 2 * MINUTE  # nobody is asked why a machine stood for less
_WRONG = 0.03  # of the reasons given name another stop of the same machine
_FAILURE = 5 * MINUTE

# Of some reasons the function that owns them, and what it says when it was not its loss.
_OWNED = {
    **dict.fromkeys(("mechanical", "electrical", "sensor"), ("maintenance", "adjustment")),
    **dict.fromkeys(("no-material", "no-pallets"), ("logistics", "no-operator")),
}


def tell_people(rows: Rows, line: LinePast, rng: np.random.Generator, *, by_exception: bool) -> None:
    """Tell what operators and technicians of a line said."""
    for machine in line.machines:
        _symptoms(rows, line, machine, rng)
        _causes(rows, line, machine, rng)
        _repairs(rows, line, machine, rng)
        _verdicts(rows, line, machine)
        _planned(rows, line, machine, rng)
        if by_exception:
            _typed_scrap(rows, line, machine, rng)
    _upkeep(rows, line, rng)


@dataclass(frozen=True, slots=True)
class _Choice:
    words: list[str]
    codes: Ints


def _asked(line: LinePast, machine: MachinePast) -> Ints:
    """The halts of a machine for which somebody at a tablet is asked."""
    is_asked = (machine.until - machine.at >= _ASKED_FROM) & (machine.at >= line.paper_until)
    halted = machine.kind >= 0
    if line.habit.capture == "pulses":  # the machine itself does not say that it waits
        halted |= np.isin(machine.state, ("starved", "blocked"))
    return np.flatnonzero(is_asked & halted)


def _symptoms(rows: Rows, line: LinePast, machine: MachinePast, rng: np.random.Generator) -> None:
    """A tap some minutes into a stop, sometimes after it; some never come, some say 'other'."""
    halts = _asked(line, machine)
    halts = halts[rng.random(len(halts)) >= line.habit.uncoded]
    for start, end, _ in line.effects.spans("unsaid", machine.name):
        halts = halts[(machine.at[halts] < start) | (machine.at[halts] >= end)]
    choice = _chosen(line, machine, halts, rng)
    at = machine.at[halts] + SECOND
    delay = (rng.lognormal(np.log(150), 0.9, len(halts)) * SECOND).astype(np.int64)
    told_at = machine.at[halts] + _ASKED_FROM + delay
    heard = told_at + 2 * SECOND
    for start, end, one in line.effects.spans("late", line.habit.tablet):
        heard = heard + np.where((told_at >= start) & (told_at < end), int(one.size * DAY), 0)
    rows.columns(
        "reason",
        line.habit.tablet,
        keys(f"{machine.name}-r", len(halts)),
        at,
        heard=heard,
        equipment=machine.name,
        told_at=told_at,
        role="symptom",
        reason=texts(choice.words, choice.codes),
    )


def _chosen(line: LinePast, machine: MachinePast, halts: Ints, rng: np.random.Generator) -> _Choice:
    kinds = machine.habit.stops
    words = [one.reason for one in kinds] + ["other", "starved", "blocked"]
    codes = machine.kind[halts].copy()
    states = np.array(machine.state)[halts]
    codes[states == "starved"] = len(kinds) + 1
    codes[states == "blocked"] = len(kinds) + 2
    dice = rng.random(len(halts))
    wrong = rng.integers(0, len(kinds), len(halts))
    codes = np.where(dice < _WRONG, wrong, codes)
    codes = np.where(dice > 1 - line.habit.vague, len(kinds), codes)
    return _Choice(words, codes)


def _causes(rows: Rows, line: LinePast, machine: MachinePast, rng: np.random.Generator) -> None:
    """What a technician found, some days later."""
    words = [one.cause for one in machine.habit.stops]
    has_cause = np.array([bool(word) for word in words] + [False])[machine.kind]
    length = machine.until - machine.at
    halts = np.flatnonzero(has_cause & (length >= 2 * _FAILURE) & (rng.random(len(length)) < 0.6))
    told_at = machine.until[halts] + (rng.uniform(0.3, 6, len(halts)) * DAY).astype(np.int64)
    rows.columns(
        "reason",
        f"tech.{line.habit.site}",
        keys(f"{machine.name}-w", len(halts)),
        machine.at[halts] + SECOND,
        equipment=machine.name,
        told_at=told_at,
        role="cause",
        reason=texts(words, machine.kind[halts]),
    )


def _repairs(rows: Rows, line: LinePast, machine: MachinePast, rng: np.random.Generator) -> None:
    """Each failure calls maintenance; the call goes through its phases and ends in a work order."""
    faults = np.array([state == "fault" for state in machine.state])
    for number in np.flatnonzero(faults & (machine.until - machine.at >= _FAILURE)).tolist():
        start, end = int(machine.at[number]), int(machine.until[number])
        name = f"{machine.name}-{number}"
        steps = _call_steps(start, end, rng)
        for phase, at in steps:
            rows.say(
                "call", machine.name, at, line.habit.tablet, f"{name}-{phase}", call=name, phase=phase,
                for_="maintenance",
            )  # fmt: skip
        kind = machine.habit.stops[int(machine.kind[number])]
        hours = round((end - steps[2][1]) / HOUR * rng.uniform(1, 1.6), 2)
        for phase, at in (("opened", end), ("done", end + int(rng.uniform(1, 20) * HOUR))):
            rows.say(
                "work_order", machine.name, at, f"cmms.{line.habit.site}", f"{name}-{phase}",
                number=f"CM-{name}", phase=phase, type="CM", mode=kind.reason, component=kind.cause or None,
                hours=hours if phase == "done" else None,
                cost=round(hours * 55 + rng.exponential(120), 2) if phase == "done" else None,
            )  # fmt: skip


def _verdicts(rows: Rows, line: LinePast, machine: MachinePast) -> None:
    """Owners look at their long stops two days later: two of three they speak of, some they contest.

    Chosen by number and not by chance, so that nothing else in the group is drawn otherwise.
    """
    halts = _asked(line, machine)
    halts = halts[(machine.kind[halts] >= 0) & ((machine.until - machine.at)[halts] >= _FAILURE)]
    for number in halts.tolist():
        reason = machine.habit.stops[int(machine.kind[number])].reason
        if reason not in _OWNED or number % 3 == 0:
            continue
        owner, instead = _OWNED[reason]
        is_contested = number % 7 == 0
        rows.say(
            "verdict", machine.name, int(machine.at[number]) + SECOND, line.habit.tablet,
            f"{machine.name}-{number}-verdict", phase="contest" if is_contested else "accept", owner=owner,
            reason=instead if is_contested else None, told_at=int(machine.until[number]) + 2 * DAY,
            text="it was not ours" if is_contested else None,
        )  # fmt: skip


def _call_steps(start: int, end: int, rng: np.random.Generator) -> list[tuple[str, int]]:
    """When each phase of a call came; one in four waits for a part."""
    shares = [("asked", 0.03), ("taken", 0.08), ("arrived", 0.2), ("diagnosed", 0.4)]
    if rng.random() < 0.25:
        shares.append(("waiting", 0.45))
    shares += [("fixed", 0.93), ("accepted", 0.99)]
    stretch = rng.uniform(0.85, 1.0)
    return [(phase, start + int((end - start) * share * stretch)) for phase, share in shares]


def _planned(rows: Rows, line: LinePast, machine: MachinePast, rng: np.random.Generator) -> None:
    """Somebody says that a floating break, a cleaning or a maintenance is one."""
    told: list[Stretch] = [
        one
        for one in line.agenda.stretches
        if one.told and line.origin + int(one.start * SECOND) >= line.paper_until
    ]
    if not told:
        return
    begin = line.origin + np.array([int(one.start) for one in told], dtype=np.int64) * SECOND
    end = line.origin + np.array([int(one.end) for one in told], dtype=np.int64) * SECOND
    words = sorted({one.reason for one in told})
    rows.columns(
        "reason",
        line.habit.tablet,
        keys(f"{machine.name}-t", len(told)),
        begin,
        equipment=machine.name,
        told_at=begin + (rng.uniform(20, 200, len(told)) * SECOND).astype(np.int64),
        from_at=begin,
        until_at=end,
        role="symptom",
        reason=texts(words, np.array([words.index(one.reason) for one in told])),
        heard=end,
    )


def _typed_scrap(rows: Rows, line: LinePast, machine: MachinePast, rng: np.random.Generator) -> None:
    """Scrap is typed in three times a shift; pieces nobody books are gone all the same."""
    cuts = sorted(
        {
            int(one.span.start + (one.span.end - one.span.start) * share)
            for one in line.agenda.shifts
            for share in (0.0, 0.34, 0.67, 0.995)
        }
    )
    when = np.array([at for at in cuts if line.origin <= at < line.end], dtype=np.int64)
    begin, end = when[:-1], when[1:]
    made = pieces_until(machine, line.origin, end) - pieces_until(machine, line.origin, begin)
    bad, reason, names = scrapped(line, machine, begin, made, rng)
    some = (bad > 0) & heard_by_collector(line, end)
    rows.columns(
        "count",
        line.habit.tablet,
        keys(f"{machine.name}-k", int(some.sum())),
        end[some],
        equipment=machine.name,
        total=np.zeros(int(some.sum()), dtype=np.int64),  # the pulse has counted them already
        scrap=bad[some],
        reason=texts(names, reason[some]),
        body=tools_of(line, machine, begin[some]),
    )


def _upkeep(rows: Rows, line: LinePast, rng: np.random.Generator) -> None:
    """A work order for each planned maintenance, done in its window or missed and done a week later."""
    machine = line.machines[0].name
    for number, one in enumerate(one for one in line.agenda.stretches if one.reason == "maintenance"):
        begin, end = (line.origin + int(at * SECOND) for at in (one.start, one.end))
        late = 8 * DAY if rng.random() < 0.12 else 0
        name = f"PM-{line.habit.id}-{number + 1}"
        steps = (("planned", begin - 7 * DAY), ("due", begin), ("done", end + late))
        hours = round((end - begin) / HOUR * 2, 2)
        for phase, at in steps:
            if at >= line.origin:
                rows.say(
                    "work_order", machine, at, f"cmms.{line.habit.site}", f"{name}-{phase}", number=name,
                    phase=phase, type="PM", due_at=begin, hours=hours,
                    cost=round(hours * 55, 2) if phase == "done" else None,
                )  # fmt: skip
