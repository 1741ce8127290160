"""Weeks that are closed: what was reported stays, what comes later moves what is known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from plantstack.demo.rows import Rows
from plantstack.demo.truth import Truth
from plantstack.demo.window import Window
from plantstack.intervals import HOUR, MINUTE
from plantstack.plant.localtime import local_day, resolve
from plantstack.plant.model import Site

CLOSED_AT = "pune"  # where the office closes its weeks
WEEKS = 2  # the last ones: each closing is a generation of its own
_OFFICE = 3 * HOUR
_MADE, _FOUND, _HOUR = 4, 9, 60  # days after the Monday of a closed week; minutes


def tell_closes(rows: Rows, window: Window, site: Site, truths: Sequence[Truth]) -> None:
    """Close the last full weeks of a site, and those that end ahead, each some hours after it has ended.

    Args:
        rows: where to tell it.
        window: what is simulated.
        site: its clock and the start of its production days.
        truths: what is planted; what is found bad after the close is among it.
    """
    zone, day_start = site.zone, site.day_start
    first, today = window.first_day(zone), local_day(zone, window.until - day_start * MINUTE)
    monday = today - timedelta(days=today.weekday())
    for week in range(WEEKS, -window.ahead // 7 - 1, -1):
        start = monday - timedelta(weeks=week)
        begin, end = (resolve(zone, day, day_start) for day in (start, start + timedelta(weeks=1)))
        if start < first or end + _OFFICE >= window.end:
            continue
        key = start.strftime("close-%G-W%V")
        rows.say(
            "close", site.id, end + _OFFICE, f"office.{site.id}", key, grain="day", from_=begin, until=end
        )
        found = resolve(zone, start + timedelta(days=_FOUND), 9 * _HOUR)
        for truth in truths:
            for one in (one for one in truth.effects if one.of == "sorted" and truth.site == site.id):
                rows.say(
                    "count", one.at, resolve(zone, start + timedelta(days=_MADE), 15 * _HOUR),
                    f"lab.{site.id}", f"{one.at}-{key}", told_at=found, total=0, scrap=int(one.size),
                    reason="flash",
                )  # fmt: skip
