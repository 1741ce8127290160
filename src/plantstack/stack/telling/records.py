"""What is wrong with the records of a shift: machines that told nothing, entries that came days late.

It is no finding about a machine: it says which numbers of the shift are not complete, or have changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from plantstack.insights.telling.facts_of_shift import CameLate, Silence
from plantstack.intervals import DAY, MINUTE, SECOND, Interval
from plantstack.stack.floor.rows import Entry
from plantstack.stack.floor.sight import Sight

_LEAST = 15 * MINUTE  # of silence in a shift
_SPOKE = 2 * DAY  # a machine that told nothing for so long before has no signal that could be silent
_FEW = 10  # entries about earlier days: fewer are corrections

# Told in the shift, or told before and only now received: a tablet without a network, a file of another week.
# A history that is loaded is more than all that came before it, and is no late file; nor is one of a machine
# whose files always come days later.
_LATE = """
with told as (
    select e.equipment, e.at, e.received_at < $start as is_before,
        e.received_at < $start and e.received_at - e.at > $day as is_late_before,
        e.at < $before and e.told_at >= $start and e.told_at < $now as is_told,
        e.at < $before and coalesce(e.told_at, e.at) < $start
            and e.received_at >= $start and e.received_at < $now as is_received
    from everything as e
    anti join gone on gone.log_offset = e.log_offset
    where e.equipment in (select unnest($machines)) and not e.void
        and e.kind in ('count', 'state', 'reason', 'reading', 'setup_check')
),

loaded as (
    select equipment, count(*) filter (where is_received) > count(*) filter (where is_before)
            or 2 * count(*) filter (where is_late_before) > count(*) filter (where is_before) as is_usual
    from told
    group by 1
)

select t.equipment, count(*), min(t.at)
from told as t
inner join loaded as l on l.equipment = t.equipment
where t.is_told or (t.is_received and not l.is_usual)
group by 1
having count(*) >= $few
order by 1
"""


def silences(sight: Sight, span: Interval) -> Iterator[Silence]:
    """Machines, or lines, that told nothing for a quarter of an hour or more, though they usually do.

    Args:
        sight: at the place.
        span: of the shift, as far as it has gone.
    """
    found = sight.entries(Interval(span.start - _SPOKE, span.end), sight.machines)
    silent: dict[str, list[Silence]] = {}
    for machine in sight.machines:
        dark = [_cut(one, span) for one in found[machine] if one.account == "unknown"]
        dark = [one for one in dark if one.length > 0]
        speaks = any(one.state and one.from_at < span.end for one in found[machine])
        us = sum(one.length for one in dark)
        if speaks and us >= _LEAST:
            last, line = _stretch(dark), sight.place(machine)
            told = Silence(machine, line, last.start, us / SECOND, last.end >= span.end)
            silent.setdefault(line, []).append(told)
    for line, mine in silent.items():
        # several machines of a line fall silent with the one that collects for them: it is said once
        longest = max(mine, key=lambda one: (one.is_now, one.seconds))
        yield replace(longest, machine=line) if len(mine) > 1 else longest


def _cut(entry: Entry, span: Interval) -> Interval:
    start = max(entry.from_at, span.start)
    return Interval(start, max(min(entry.until_at, span.end), start))


def _stretch(dark: list[Interval]) -> Interval:
    """The last stretch, of pieces that follow each other."""
    last = dark[-1]
    for one in reversed(dark[:-1]):
        if one.end < last.start:
            break
        last = Interval(one.start, last.end)
    return last


def came_late(sight: Sight, span: Interval) -> Iterator[CameLate]:
    """Places of which many entries about the days before were told only in a shift."""
    asked = {"machines": list(sight.machines), "start": span.start, "now": span.end, "few": _FEW}
    rows = sight.books.con.execute(_LATE, {**asked, "before": span.start - DAY, "day": DAY}).fetchall()
    for place, n, since in rows:
        yield CameLate(place, int(n), int(since))
