"""The queue of what needs a person at a station: what is asked about, once, and in which order.

Asked is about stops over the micro-stop limit without a reason; about a burst of micro-stops once, when the
machine runs again; about sustained slow running once; about centrelines that are due. Nothing is asked twice:
what was answered stands in the events, and everything here is read off them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from plantstack.intervals import MINUTE, Interval, told_us
from plantstack.stack.floor.calls import OpenCall, name_of
from plantstack.stack.floor.evidence import NOTHING, Suggestion, suggestion
from plantstack.stack.floor.machine import is_over_limit
from plantstack.stack.floor.pace import Slow
from plantstack.stack.floor.present import Present
from plantstack.stack.floor.rows import Said
from plantstack.stack.floor.setups import SetupCheck
from plantstack.stack.floor.stops import Stop

BURST = 8  # micro-stops ...
BURST_WITHIN = 30 * MINUTE  # ... in so long are an episode, asked about once
QUIET = 2 * MINUTE  # so long a machine has to run again before it is asked about
TOGETHER = 2 * MINUTE  # stops of one line that begin so near each other are asked about together

Kind = Literal["stop", "setup", "episode", "slow", "call"]
_ORDER: tuple[Kind, ...] = ("stop", "setup", "episode", "slow", "call")


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing that needs a person.

    Attributes:
        kind: `stop`: say why; `setup`: check the centreline before running on; `episode`: what keeps stopping
            it; `slow`: why it runs slowly; `call`: a call for help that is open, for information.
        key: names the same thing as long as it is asked; never reused.
        machines: ids it is about; an answer counts for all of them.
        from_at: microseconds UTC, where it began.
        until_at: where it ended; of what goes on, as far as it is known.
        is_open: whether it goes on now.
        lost_us: time lost so far, of all its stops; of slow running, beyond what standard pace would need.
        stops: of a `stop` those that are asked about together, the longest first; of an `episode` its
            micro-stops in order of time.
        suggestion: what machine evidence pre-selects, for a `stop`.
        setup: of a `setup`; `slow` and `call` of theirs; None elsewhere.
    """

    kind: Kind
    key: str
    machines: tuple[str, ...]
    from_at: int
    until_at: int
    is_open: bool
    lost_us: int
    stops: tuple[Stop, ...] = ()
    suggestion: Suggestion = NOTHING
    setup: SetupCheck | None = None
    slow: Slow | None = None
    call: OpenCall | None = None


def queue(present: Present, setups: Sequence[SetupCheck], calls: Sequence[OpenCall]) -> tuple[Ask, ...]:
    """Everything that needs a person at the machines that are seen, the most urgent first.

    Open stops come first, then checks that are due, then stops that are over, by time lost.
    """
    found = [
        *_stops(present),
        *_setups(setups, present.sight.now),
        *_episodes(present),
        *_slows(present),
        *_calls(calls, present.sight.now),
    ]
    return tuple(sorted(found, key=_urgency))


def _urgency(ask: Ask) -> tuple[bool, int, int, int]:
    is_standing = ask.is_open and ask.kind == "stop"
    return not is_standing, _ORDER.index(ask.kind) if not _is_over(ask) else 1, -ask.lost_us, ask.from_at


def _is_over(ask: Ask) -> bool:
    """A stop that is over comes after checks that are due."""
    return ask.kind == "stop" and not ask.is_open


def asked_stops(present: Present, machine: str) -> list[Stop]:
    """The stops of a machine's shift that somebody has to explain.

    Those without any reason; of those an alarm rule explained, the one that stands now, to be confirmed, and
    those on which its suggestion is withheld. A reason that catches all was an answer: it is not asked again.
    """
    found = []
    for one in present.stops(machine):
        is_silent = not one.reason and one.is_unexplained
        told = suggestion(one)
        is_to_confirm = one.is_automatic and not one.is_micro and (one.is_open or told.is_withheld)
        if (is_silent or is_to_confirm) and is_over_limit(present, one):
            found.append(one)
    return found


def _stops(present: Present) -> Iterator[Ask]:
    for machines in present.sight.places.values():
        stops = [one for machine in machines for one in asked_stops(present, machine)]
        for together in _grouped(sorted(stops, key=lambda one: (one.from_at, one.machine))):
            first = together[0]
            longest = sorted(together, key=lambda one: (not one.is_open, -one.own_us, one.machine))
            yield Ask(
                kind="stop",
                key=f"stop/{first.machine}/{first.from_at}",
                machines=tuple(dict.fromkeys(one.machine for one in longest)),
                from_at=first.from_at,
                until_at=max(one.until_at for one in together),
                is_open=any(one.is_open for one in together),
                lost_us=sum(one.own_us for one in together),
                stops=tuple(longest),
                suggestion=suggestion(longest[0]),
            )


def _grouped(stops: Sequence[Stop]) -> Iterator[list[Stop]]:
    """Stops of one line that began together: of several machines, each once."""
    group: list[Stop] = []
    for one in stops:
        is_near = group and one.from_at - group[0].from_at <= TOGETHER
        if group and (not is_near or one.machine in {other.machine for other in group}):
            yield group
            group = []
        group.append(one)
    if group:
        yield group


def _setups(checks: Sequence[SetupCheck], now: int) -> Iterator[Ask]:
    for one in checks:
        if one.is_due:
            key = f"setup/{one.machine}/{one.since_at}"
            yield Ask("setup", key, (one.machine,), one.since_at, now, True, 0, setup=one)


def _episodes(present: Present) -> Iterator[Ask]:
    for machine in present.sight.machines:
        current = present.current(machine)
        if current is None or current.state != "running" or current.length < QUIET:
            continue
        for stops in bursts(present.stops(machine)):
            yield Ask(
                kind="episode",
                key=f"episode/{machine}/{stops[0].from_at}",
                machines=(machine,),
                from_at=stops[0].from_at,
                until_at=stops[-1].until_at,
                is_open=False,
                lost_us=sum(one.own_us for one in stops),
                stops=tuple(stops),
            )


def bursts(stops: Sequence[Stop]) -> list[list[Stop]]:
    """Runs of micro-stops that nobody explained, of which each lies among eight within half an hour.

    Args:
        stops: of one machine, in order of time.
    """
    silent = [one for one in stops if one.is_micro and (not one.reason or one.is_automatic)]
    inside: set[int] = set()
    for first in range(len(silent) - BURST + 1):
        if silent[first + BURST - 1].from_at - silent[first].from_at <= BURST_WITHIN:
            inside |= set(range(first, first + BURST))
    found: list[list[Stop]] = []
    for number in sorted(inside):
        if number - 1 in inside and found:
            found[-1].append(silent[number])
        else:
            found.append([silent[number]])
    return found


def _slows(present: Present) -> Iterator[Ask]:
    notes = present.sight.said({"note"}, present.window) if present.sight.machines else []
    for machine in present.sight.machines:
        for one in present.slows(machine):
            if not _is_noted(one, notes):
                key = f"slow/{machine}/{one.from_at}"
                yield Ask(
                    "slow", key, (machine,), one.from_at, one.until_at, one.is_open, one.lost_us, slow=one
                )


def _is_noted(slow: Slow, notes: Sequence[Said]) -> bool:
    """Whether somebody said why: a note with a reason, from and until, that meets the slow running."""
    span = Interval(slow.from_at, slow.until_at)
    for one in notes:
        more = one.body.get("x") or {}
        start, end = (told_us(more.get(name)) for name in ("from", "until"))
        if one.machine != slow.machine or not more.get("reason") or start is None or end is None:
            continue
        if start < end and span.clip(Interval(start, end)):
            return True
    return False


def _calls(calls: Sequence[OpenCall], now: int) -> Iterator[Ask]:
    for one in calls:
        key = f"call/{name_of(one)}"
        yield Ask("call", key, (one.equipment,), one.asked_at, now, True, one.open_us(now), call=one)
