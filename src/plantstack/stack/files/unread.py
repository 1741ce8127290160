"""What could not be read is missing in the numbers: said beside them, and in the server's health."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from plantstack.errors import Problem
from plantstack.events import deadletters
from plantstack.events.log import Log
from plantstack.intervals import DAY, SECOND, Interval, to_us

_SEE = "see 'plantstack letters list'"
_LIST = "'plantstack letters list' names them; mend the mapping or the plant files, then 'letters retry'."


def unread_lately(log: Log, now: int, zones: Iterable[str]) -> str:
    """Say what of the last day could not be read; '' where all could.

    Args:
        log: whose letters.
        now: microseconds UTC.
        zones: the clocks of the sites; the newest is told by theirs where they share one, else in UTC.
    """
    found = deadletters.recent(log.connection, now - DAY + 1)
    if not found:
        return ""
    zone = _clock(zones)
    newest = datetime.fromtimestamp(max(last for _, _, last in found) // SECOND, zone)
    shown = f"{newest:%H:%M} UTC" if zone is UTC else f"{newest:%H:%M}"
    others = len(found) - 1
    of = f" of {found[0][0]}" if found[0][0] else ""
    of += f" and {others} other {'source' if others == 1 else 'sources'}" if others else ""
    return f"{_counted(found)}{of} could not be read, newest {shown}: {_SEE}"


def unread_note(
    log: Log, days: tuple[str | None, str | None], span: Interval | None, zones: Iterable[str]
) -> list[Problem]:
    """Note that letters are open which came since the asked time began: what they tell is in no number.

    Args:
        log: whose letters.
        days: production days that were asked for.
        span: or instants.
        zones: the clocks of the sites; days begin by theirs where they share one, else in UTC.
    """
    since = 0
    if span is not None:
        since = max(span.start, 0)
    elif days[0] is not None:
        since = to_us(datetime.fromisoformat(days[0]).replace(tzinfo=_clock(zones)))
    found = deadletters.recent(log.connection, since)
    if not found:
        return []
    came = "that came since then " if since else ""
    what = f"{_counted(found)} {came}could not be read; what they tell is in no number"
    return [Problem("letters-open", "letters", what, _LIST)]


def _clock(zones: Iterable[str]) -> tzinfo:
    known = set(zones)
    return ZoneInfo(known.pop()) if len(known) == 1 else UTC


def _counted(found: list[tuple[str, int, int]]) -> str:
    size = sum(count for _, count, _ in found)
    return "1 row or message" if size == 1 else f"{size:,} rows or messages"
