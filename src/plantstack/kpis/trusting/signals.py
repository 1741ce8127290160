"""Signals behind a value: whether they may mean something else by now, and whether anybody proved them.

A share of doubt like any other, of machine time. Who never counted at a machine has a B at best; who knows of
a change of meaning and has not looked at it, or of a test that failed, has what the share of its time says.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from plantstack.events.signals import Check, Doubt, Feed
from plantstack.kpis.trusting.trust import Limit, Trust, grade_of, limited
from plantstack.measures.measure import Evidence
from plantstack.plant.plant import Plant

CHANGED, FAILED, UNPROVEN = "signal_changed", "signal_failed", "signal_unproven"
MEANINGS = {
    CHANGED: "a signal that may mean something else by now",
    FAILED: "a signal that failed a test at the machine",
    UNPROVEN: "signals that nobody has proven at the machine",
}
NEEDED = {"state": ("stop", "clock"), "count": ("count",)}
"""Which tests prove what is made of a signal."""

_ORDINARY = Evidence("time_calendar", (), "", 0)
_NEVER_POOR = Evidence("time_calendar", (), "", 0, Fraction(10, 100), Fraction(2), inclusive=True)
_FOREVER = 1 << 62


@dataclass(frozen=True, slots=True)
class Span:
    """Time in which the signals of a machine are in doubt.

    Attributes:
        measure: CHANGED, FAILED or UNPROVEN.
        machine: by id.
        kind: of events.
        since: microseconds UTC.
        until: when it was over.
        step: what to do about it.
    """

    measure: str
    machine: str
    kind: str
    since: int
    until: int
    step: str


def spans_of(feeds: Sequence[Feed], doubts: Sequence[Doubt], checks: Sequence[Check]) -> list[Span]:
    """All times of doubt of all machines that are heard through connections."""
    found: dict[tuple[str, str], Feed] = {}
    for one in feeds:
        key = (one.machine, one.kind)
        found[key] = min(found.get(key, one), one, key=lambda feed: feed.since)
    told = [span for doubt in doubts for span in _changed(doubt, feeds)]
    for (machine, kind), first in sorted(found.items()):
        if kind in NEEDED:
            mine = [one for one in checks if one.machine == machine and one.test in NEEDED[kind]]
            lapses = sorted({one.since for one in told if (one.machine, one.kind) == (machine, kind)})
            told += _of_tests(first, mine, [first.since, *(at for at in lapses if at > first.since)])
    return told


def _changed(doubt: Doubt, feeds: Sequence[Feed]) -> Iterable[Span]:
    if doubt.settled_at is not None and not doubt.is_changed:
        return []  # somebody looked: it means the same
    until = _FOREVER if doubt.settled_at is None else doubt.settled_at
    step = (
        f"Look at {doubt.tag} of {doubt.connection} and say what it means:"
        f" 'plantstack connections confirm DIR {doubt.connection} \"{doubt.tag}\" --by ROLE'."
    )
    fed = {
        (one.machine, one.kind) for one in feeds if (one.connection, one.tag) == (doubt.connection, doubt.tag)
    }
    return [Span(CHANGED, machine, kind, doubt.since, until, step) for machine, kind in sorted(fed)]


def _of_tests(feed: Feed, checks: Sequence[Check], begins: Sequence[int]) -> Iterable[Span]:
    """Between two changes of meaning a test holds for all of the time, also for what was before it."""
    machine, kind = feed.machine, feed.kind
    for since, until in zip(begins, [*begins[1:], _FOREVER], strict=True):
        last = {one.test: one for one in checks if since <= one.at < until}
        failed = [one.test for one in last.values() if not one.is_good]
        missing = [test for test in NEEDED[kind] if test not in last]
        command = f"'plantstack accept DIR {feed.connection} {machine}'"
        if failed:
            step = f"The {failed[0]} test of {machine} failed: mend it and do it again: {command}."
            yield Span(FAILED, machine, kind, since, until, step)
        elif missing:
            step = f"Prove {machine} at the machine ({', '.join(missing)}): {command}."
            yield Span(UNPROVEN, machine, kind, since, until, step)


def limits_of(
    plant: Plant, spans: Sequence[Span], kinds: Iterable[str], scope: str, start: int, end: int
) -> list[tuple[Limit, Fraction]]:
    """What signals take from the trust of a value.

    Args:
        plant: whose machines stand in the scope.
        spans: times of doubt.
        kinds: of events that the value is made of.
        scope: id of equipment; '' is everything.
        start: of the period, microseconds UTC.
        end: of the period.
    """
    wanted, found = set(kinds), []
    inside = [one for one in plant.machines if _stands_in(plant, one, scope, start, end)]
    whole = len(inside) * (end - start)
    for measure in (CHANGED, FAILED, UNPROVEN):
        mine: dict[str, list[Span]] = {}
        for one in spans:
            if one.measure == measure and one.kind in wanted and one.machine in inside:
                mine.setdefault(one.machine, []).append(one)
        doubted = {machine: _covered(those, start, end) for machine, those in mine.items()}
        share = Fraction(sum(doubted.values()), whole) if whole else Fraction(0)
        if not share:
            continue
        worst = sorted(doubted, key=lambda machine: (-doubted[machine], machine))
        evidence = _NEVER_POOR if measure == UNPROVEN else _ORDINARY
        grade, step = grade_of(share, evidence), mine[worst[0]][-1].step
        minutes = 5 if measure == CHANGED else 30
        limit = Limit(measure, "time_calendar", float(share), grade, tuple(worst[:3]), step, minutes)
        found.append((limit, share))
    return found


def with_signals(trust: Trust, limits: Iterable[tuple[Limit, Fraction]]) -> Trust:
    """The trust with what its signals take from it; what has no grade by sums has none by signals."""
    for limit, share in limits if trust.grade != "U" else ():
        trust = limited(trust, limit, share)
    return trust


def _covered(spans: Sequence[Span], start: int, end: int) -> int:
    """Microseconds of a period that at least one of the spans covers."""
    total, upto = 0, start
    for one in sorted(spans, key=lambda span: span.since):
        since, until = max(one.since, upto), min(one.until, end)
        if until > since:
            total, upto = total + until - since, until
    return total


def _stands_in(plant: Plant, machine: str, scope: str, start: int, end: int) -> bool:
    return any(
        (not scope or scope in (machine, span.line, span.area, span.site))
        and span.from_at < end
        and span.until_at > start
        for span in plant.spans[machine]
    )
