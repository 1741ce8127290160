"""The state strip: what each machine did in a window, segment by segment, off the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from plantstack.intervals import DAY, Interval
from plantstack.stack.floor.pace import Slow, paces
from plantstack.stack.floor.present import Present
from plantstack.stack.floor.rows import Entry
from plantstack.stack.floor.sight import Sight, look
from plantstack.stack.floor.states import LOOKS, Look, State, is_unexplained, stretches
from plantstack.stack.project import Stack

SLOW_WITHIN = 2 * DAY  # windows up to so long show where a machine ran slowly


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch in which a machine did one thing for one reason.

    Segments of a machine follow each other without gaps, except where its books have not begun or end.

    Attributes:
        from_at: microseconds UTC; `until_at` likewise.
        look: how it is drawn; `state` is the same in plain words.
        account: where the time went.
        reason: symptom; '' where nobody gave one. `label` is what people call it.
        stop_at: of the stop that it is part of: with the machine it names the stop; None outside stops.
        is_open: part of a stop that still stands.
        is_unexplained: over the micro-stop limit without a reason that says why: gets a `?`.
        order: that is on; `product` likewise, '' for none.
    """

    from_at: int
    until_at: int
    look: Look
    state: State
    account: str
    reason: str
    label: str
    stop_at: int | None
    is_open: bool
    is_unexplained: bool
    order: str
    product: str


@dataclass(frozen=True, slots=True)
class Strip:
    """The strip of one machine over a window that may reach beyond now."""

    machine: str
    name: str
    from_at: int
    until_at: int
    segments: tuple[Segment, ...]


def strips(stack: Stack, places: str | Iterable[str], span: Interval, now: int) -> tuple[Strip, ...]:
    """The strips of the machines of some places in a window, by line and flow.

    Args:
        stack: the opened project.
        places: ids or paths of machines, lines, areas or sites.
        span: the window; nothing is drawn behind now.
        now: microseconds UTC.

    Raises:
        QueryError: for a place that does not exist.
    """
    return strips_of(Present(look(stack, places, now)), span)


def strips_of(present: Present, span: Interval) -> tuple[Strip, ...]:
    """The same of machines that are looked at already."""
    sight = present.sight
    known = span.clip(Interval(min(span.start, sight.now), max(sight.now, span.start)))
    if known is None:
        return tuple(_strip(sight, machine, span, ()) for machine in sight.machines)
    slow = _slow(present, known) if known.length <= SLOW_WITHIN else {}
    entries = sight.entries(known)
    return tuple(
        _strip(
            sight,
            machine,
            span,
            segments(sight, entries[machine], present.limits[machine][0], slow.get(machine, ())),
        )
        for machine in sight.machines
    )


def _strip(sight: Sight, machine: str, span: Interval, found: Iterable[Segment]) -> Strip:
    return Strip(machine, sight.name(machine), span.start, span.end, tuple(found))


def shift_strip(present: Present, machine: str) -> Strip:
    """The strip of one machine over its open shift, to its end; between shifts over the day until now."""
    sight, shift = present.sight, present.sight.shift(machine)
    span = shift.span if shift is not None else sight.shift_span(machine)
    found = segments(sight, present.entries(machine), present.limits[machine][0], present.slows(machine))
    return _strip(sight, machine, span, found)


def _slow(present: Present, span: Interval) -> dict[str, Sequence[Slow]]:
    """Sustained slow running of the machines that pace their line, or stand alone."""
    if span == present.window:
        return {machine: present.slows(machine) for machine in present.sight.machines}
    sight = present.sight
    pacing = [machine for machine in sight.machines if sight.paced_by(sight.place(machine)) == machine]
    found = paces(sight, span, pacing)
    return {machine: found.slow(machine) for machine in pacing}


def segments(
    sight: Sight, entries: Sequence[Entry], micro_us: int, slow: Sequence[Slow] = ()
) -> Iterator[Segment]:
    """The segments of one machine.

    Args:
        sight: for the names of reasons.
        entries: of its ledger, in order of time.
        micro_us: its micro-stop limit.
        slow: where it ran slowly.
    """
    for stretch in stretches(entries, micro_us):
        for run in _by_reason(stretch.entries):
            first, last = run[0], run[-1]
            leaf = sight.plant.reasons.get(first.reason)
            for start, end, state in _cut(first.from_at, last.until_at, stretch.state, slow):
                yield Segment(
                    from_at=start,
                    until_at=end,
                    look=LOOKS[state],
                    state=state,
                    account=first.account,
                    reason=first.reason,
                    label=leaf.label if leaf else first.reason,
                    stop_at=first.stop_at,
                    is_open=last.is_open,
                    is_unexplained=stretch.state != "micro_stop" and any(is_unexplained(one) for one in run),
                    order=last.order,
                    product=last.product,
                )


def _by_reason(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    run: list[Entry] = []
    for one in entries:
        if run and run[-1].reason != one.reason:
            yield run
            run = []
        run.append(one)
    if run:
        yield run


def _cut(start: int, end: int, state: State, slow: Sequence[Slow]) -> Iterator[tuple[int, int, State]]:
    """A run, cut where it was slow."""
    if state != "running":
        yield start, end, state
        return
    for one in slow:
        inside = Interval(start, end).clip(Interval(one.from_at, one.until_at)) if start < end else None
        if inside:
            if start < inside.start:
                yield start, inside.start, state
            yield inside.start, inside.end, "running_slow"
            start = inside.end
    if start < end:
        yield start, end, state
