"""What is measured: process values, settings at set-up, samples looked at."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from plantstack.demo.habits import Probe
from plantstack.demo.past import LinePast, MachinePast
from plantstack.demo.rows import Ints, Rows, keys, texts
from plantstack.demo.signals import heard_by_collector
from plantstack.demo.truth import Floats
from plantstack.intervals import DAY, HOUR, MINUTE, SECOND
from plantstack.plant.model import SetupSpec

_EVERY = 5 * MINUTE
_SAMPLE = 40


def tell_values(rows: Rows, line: LinePast, specs: tuple[SetupSpec, ...], rng: np.random.Generator) -> None:
    """Tell every measured value of a line."""
    for machine in line.machines:
        for probe in machine.habit.probes:
            _readings(rows, line, machine, probe, rng)
        for spec in specs:
            if machine.name in spec.machines:
                _checks(rows, line, machine, spec, rng)
    if len(line.machines) > 1:
        _samples(rows, line, rng)


def _readings(
    rows: Rows, line: LinePast, machine: MachinePast, probe: Probe, rng: np.random.Generator
) -> None:
    """One value every five minutes while the machine runs, on its level, with noise and what is planted."""
    at = np.arange(line.origin + _EVERY, line.end, _EVERY, dtype=np.int64)
    at = at[heard_by_collector(line, at)]
    now = np.searchsorted(machine.at, at, side="right") - 1
    is_run = np.array([state == "producing" for state in machine.state])
    at = at[(now >= 0) & is_run[np.maximum(now, 0)]]
    value = _level(line, machine, probe, at) + rng.normal(0, probe.noise, len(at))
    rows.columns(
        "reading",
        f"hist.{line.habit.id}",
        pc.binary_join_element_wise(
            pa.scalar(f"{machine.name}/{probe.parameter}"), pa.array(at).cast(pa.string()), "@"
        ),
        at,
        equipment=machine.name,
        parameter=probe.parameter,
        value=np.round(value, 3),
        unit=probe.unit,
        quality="good",
    )


def _level(line: LinePast, machine: MachinePast, probe: Probe, at: Ints) -> Floats:
    order = np.maximum(np.searchsorted(machine.order_at, at, side="right") - 1, 0)
    shift = line.shift_at(at)
    names = np.array([one.shift for one in line.agenda.shifts])[shift]
    when = at.astype(np.float64)
    # The hall is a little warmer in the afternoon.
    level = probe.level + 0.3 * probe.noise * np.sin(2 * np.pi * (at % DAY) / DAY)
    level += line.effects.added("reading", machine.name, when, on=probe.parameter)
    products = np.array([line.orders[number].product for number in machine.order])[order]
    for product in line.habit.products:
        mine = products == product
        level[mine] += probe.by_product.get(product, probe.level) - probe.level
        on = f"{probe.parameter}/{product}"
        for name in sorted({one.shift for one in line.agenda.shifts}):
            here = mine & (names == name)
            level[here] += line.effects.added("reading", machine.name, when[here], on=on, shift=name)
    return level


def _checks(
    rows: Rows, line: LinePast, machine: MachinePast, spec: SetupSpec, rng: np.random.Generator
) -> None:
    """The setting when the set-up is over; few are outside their limits, a planted one is far outside."""
    low, high = float(spec.low or 0), float(spec.high or 0)
    at = machine.order_at[1:]
    products = [line.orders[number].product for number in machine.order[1:].tolist()]
    mine = np.array([not spec.products or product in spec.products for product in products], dtype=bool)
    at = _setup_ends(machine, at[mine]) - 30 * SECOND
    at = at[(at < line.end) & heard_by_collector(line, at)]
    value = (low + high) / 2 + rng.normal(0, (high - low) / 4.8, len(at))
    for start, end, one in line.effects.spans("setting", machine.name):
        changed = machine.order_at[1:][(machine.order_at[1:] >= start) & (machine.order_at[1:] < end)]
        if one.on == spec.parameter and len(changed):  # the first set-up inside the span
            value[at == _setup_ends(machine, changed[:1]) - 30 * SECOND] += one.size
    rows.columns(
        "setup_check",
        line.habit.tablet,
        keys(f"{machine.name}-{spec.parameter}-{'+'.join(spec.products)}", len(at)),
        at,
        equipment=machine.name,
        parameter=spec.parameter,
        value=np.round(value, 4),
        low=np.full(len(at), low),
        high=np.full(len(at), high),
    )


def _setup_ends(machine: MachinePast, starts: Ints) -> Ints:
    """The end of the last set-up state of each change."""
    is_setup = np.array([state == "setup" for state in machine.state])
    ends = machine.until[is_setup]
    begins = machine.at[is_setup]
    after = np.searchsorted(begins, starts)
    known = after < len(ends)
    return np.where(known, ends[np.minimum(after, len(ends) - 1)], starts + MINUTE) if len(ends) else starts


def _samples(rows: Rows, line: LinePast, rng: np.random.Generator) -> None:
    """Every second hour of work the laboratory looks at forty pieces from the exit."""
    machine = line.machines[-1]
    at = np.arange(line.origin + HOUR, line.end, 2 * HOUR, dtype=np.int64)
    now = np.maximum(np.searchsorted(machine.at, at, side="right") - 1, 0)
    at = at[np.array([state == "producing" for state in machine.state])[now]]
    defects = rng.poisson(0.35, len(at))
    ok = _SAMPLE - np.minimum(defects, rng.binomial(defects, 0.8))
    rows.columns(
        "inspection",
        f"lab.{line.habit.site}",
        keys(f"{machine.name}-i", len(at)),
        at,
        heard=at + 20 * MINUTE,
        equipment=machine.name,
        n=np.full(len(at), _SAMPLE),
        n_ok=ok,
        defects=defects,
        opportunities=np.full(len(at), _SAMPLE * 4),
        parameter=texts(["appearance"], np.zeros(len(at), dtype=np.int64)),
    )
