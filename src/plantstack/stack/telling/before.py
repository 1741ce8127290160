"""How long stops and slow spells of a machine lasted before: what is left of one that still goes on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from plantstack.engines.duckdb.causes import line_causes
from plantstack.insights.telling.facts_of_shift import Rest
from plantstack.insights.telling.resting import usual_rest
from plantstack.intervals import DAY, MINUTE, SECOND, Interval
from plantstack.stack.floor.pace import paces
from plantstack.stack.floor.sight import Sight, look
from plantstack.stack.floor.stops import Stop

_BACK = 91 * DAY  # stops are looked back at, as rates are
_SPELLS_BACK = 14 * DAY  # slow spells are read off the counts themselves
_BEHIND = 10 * MINUTE  # tables between machines still empty, or full, so long after a stop

# Own seconds of each stop, as pages count them: what was planned in between is no part of it.
_STOPS = """
with part as (
    select equipment, stop_at, reason, account, sum(least(until_at, $now) - from_at) as us,
        max(least(until_at, $now)) as until_at, bool_or(state in ('starved', 'blocked')) as is_wait
    from all_ledger
    where equipment in (select unnest($machines)) and stop_at >= $since and from_at < $now
    group by all
)

select equipment, stop_at, max(until_at), sum(us), arg_max(reason, (us, reason)), bool_or(is_wait)
from part
group by equipment, stop_at
order by equipment, stop_at
"""


@dataclass(frozen=True, slots=True)
class _Before:
    """A stop: where it began and ended, its own seconds, and whether the machine waited for another."""

    start: int
    end: int
    seconds: float
    reason: str
    is_wait: bool


def waits(stop: Stop) -> bool:
    """Whether a machine stands because of another one."""
    return stop.state in ("starved", "blocked")


def stop_rests(sight: Sight, stops: Sequence[Stop]) -> dict[str, Rest]:
    """How long the machines usually still stand that stand now, by machine.

    What counts are stops of the last 91 days that lasted at least as long: of the same reason where there are
    enough of them; else, or where nobody gave one yet, all in which the machine did not wait for another.
    """
    if not stops:
        return {}
    asked = {
        "machines": [one.machine for one in stops],
        "since": sight.now - _BACK,
        "now": sight.now,
    }
    before: dict[str, list[_Before]] = {}
    for machine, start, end, us, reason, is_wait in sight.books.con.execute(_STOPS, asked).fetchall():
        before.setdefault(machine, []).append(_Before(start, end, us / SECOND, reason, is_wait))
    laid: dict[str, list[tuple[str, Interval]]] = {}
    return {one.machine: _stop_rest(sight, one, before.get(one.machine, []), laid) for one in stops}


def _stop_rest(
    sight: Sight, stop: Stop, all_: Sequence[_Before], laid: dict[str, list[tuple[str, Interval]]]
) -> Rest:
    elapsed = next((one.seconds for one in all_ if one.start == stop.from_at), stop.own_us / SECOND)
    others = [one for one in all_ if one.start < stop.from_at]
    like = [one for one in others if stop.reason and one.reason == stop.reason]
    is_wait = waits(stop)
    found = usual_rest([one.seconds for one in like], elapsed)
    if found.seconds is None:
        like = [one for one in others if one.is_wait == is_wait]
        found = replace(usual_rest([one.seconds for one in like], elapsed), is_like=False)
    if found.seconds is None:
        return Rest(found.n)
    longer = [one for one in like if one.seconds > elapsed]
    return replace(found, share=_share(sight, stop.machine, elapsed, longer, laid))


def _share(
    sight: Sight,
    machine: str,
    elapsed: float,
    longer: Iterable[_Before],
    laid: dict[str, list[tuple[str, Interval]]],
) -> float | None:
    """Of what such stops still took, the part that the machine which sets the pace stood for it (ADR 5)."""
    line = sight.place(machine)
    if machine in (line, sight.paced_by(line)):
        return 1.0
    if line not in laid:
        laid[line] = _stretches(sight, line)
    if not laid[line]:
        return None
    mine = [span for cause, span in laid[line] if cause == machine]
    still = reached = 0.0
    for one in longer:
        after = Interval(min(one.start + round(elapsed * SECOND), one.end), one.end + _BEHIND)
        still += one.seconds - elapsed
        reached += sum(part.length for span in mine if (part := span.clip(after))) / SECOND
    return min(reached / still, 1.0) if still else None


def _stretches(sight: Sight, line: str) -> list[tuple[str, Interval]]:
    """When the machine that sets the pace stood, and for whom."""
    span = Interval(sight.now - _BACK, sight.now)
    rows = line_causes(sight.books, line, "constraint", (None, None), span).to_pylist()
    return [(row["cause"], Interval(row["from_at"], row["until_at"])) for row in rows]


def slow_rests(sight: Sight, machines: Iterable[str]) -> Mapping[str, Rest]:
    """How long machines that run slowly usually go on so, in run time, by machine."""
    found: dict[str, Rest] = {}
    for machine in machines:
        near = look(sight.stack, machine, sight.now)
        spells = paces(near, Interval(sight.now - _SPELLS_BACK, sight.now), (machine,)).slow(machine)
        now = [one for one in spells if one.is_open]
        before = [one.run_us / SECOND for one in spells if not one.is_open]
        rest = usual_rest(before, now[-1].run_us / SECOND if now else 0.0)
        is_pacing = machine in (sight.place(machine), sight.paced_by(sight.place(machine)))
        found[machine] = rest if is_pacing else replace(rest, share=None)
    return found
