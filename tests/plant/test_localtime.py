"""Local time is resolved once, the way the books say."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plantstack.intervals import DAY, HOUR, MINUTE, SECOND, Interval, to_us
from plantstack.plant.localtime import local_day, offset_at, offsets, production_days, resolve

ZONES = sorted(available_timezones() - {"localtime", "Factory"})
zones = st.sampled_from(ZONES) | st.sampled_from(
    [
        "Australia/Lord_Howe",
        "Pacific/Chatham",
        "Pacific/Apia",
        "Africa/Casablanca",
        "America/Sao_Paulo",
        "Asia/Gaza",
    ]
)
days = st.dates(date(2010, 1, 1), date(2037, 12, 31))
minutes = st.integers(0, 24 * 60 - 1)


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> int:
    return to_us(datetime(year, month, day, hour, minute, tzinfo=UTC))


def test_a_time_that_does_not_exist_is_read_with_the_offset_before_the_gap() -> None:
    assert resolve("America/Chicago", date(2026, 3, 8), 150) == utc(2026, 3, 8, 8, 30)


def test_a_time_that_exists_twice_is_the_first() -> None:
    assert resolve("America/Chicago", date(2026, 11, 1), 90) == utc(2026, 11, 1, 6, 30)


def test_minutes_after_midnight_reach_into_the_next_day() -> None:
    assert resolve("UTC", date(2026, 1, 1), 30 * 60) == utc(2026, 1, 2, 6)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", date(2026, 3, 29), 23),
        ("Europe/Berlin", date(2026, 10, 25), 25),
        ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
        ("Australia/Lord_Howe", date(2026, 10, 4), 23.5),
        ("Pacific/Chatham", date(2026, 4, 5), 25),
        ("UTC", date(2026, 3, 29), 24),
    ],
)
def test_F49_days_are_as_long_as_the_clock_makes_them(zone: str, day: date, hours: float) -> None:
    noon = Interval(resolve(zone, day, 720), resolve(zone, day, 721))
    [(found, span)] = production_days(zone, 0, noon)
    assert (found, span.length) == (day, hours * HOUR)


def test_a_day_the_zone_skips_is_left_out() -> None:
    window = Interval(utc(2011, 12, 28), utc(2012, 1, 3))
    found = [day for day, _ in production_days("Pacific/Apia", 360, window)]
    assert date(2011, 12, 30) not in found
    assert {date(2011, 12, 29), date(2011, 12, 31)} <= set(found)


@given(zones, days, minutes, st.integers(1, 20 * DAY))
def test_production_days_tile_every_window(zone: str, day: date, day_start: int, length: int) -> None:
    start = resolve(zone, day, 613)
    found = production_days(zone, day_start, Interval(start, start + length))
    assert found[0][1].start <= start < found[0][1].end
    assert found[-1][1].start < start + length <= found[-1][1].end
    for (one, before), (other, after) in pairwise(found):
        assert before.end == after.start
        assert one < other
    for one, span in found:
        assert span.start == resolve(zone, one, day_start)


def wall(zone: str, instant: int) -> datetime:
    return datetime(1970, 1, 1) + timedelta(microseconds=instant + offset_at(zone, instant))


@given(zones, days, minutes)
def test_a_resolved_time_shows_on_the_wall_or_fell_into_a_gap(zone: str, day: date, minute: int) -> None:
    instant = resolve(zone, day, minute)
    asked = datetime(day.year, day.month, day.day) + timedelta(minutes=minute)
    gap = (wall(zone, instant) - asked) // timedelta(microseconds=1)
    assert gap >= 0, "a time in a gap only moves forward"
    assert offset_at(zone, instant - gap - 1) == offset_at(zone, instant) - gap or gap == 0
    assert all(wall(zone, instant - back) != asked for back in (30 * MINUTE, HOUR, 2 * HOUR, DAY)), (
        "it is the first"
    )


@given(zones, days, st.integers(1, 800))
def test_offsets_name_every_change_in_a_window(zone: str, day: date, length: int) -> None:
    window = Interval(resolve(zone, day), resolve(zone, day) + length * DAY // 2)
    stretches = offsets(zone, window)
    assert stretches[0][0] == window.start
    for at, offset in stretches[1:]:
        assert offset_at(zone, at) == offset != offset_at(zone, at - 1)
    for probe in range(window.start, window.end, 7 * HOUR + 13 * MINUTE):
        assert offset_at(zone, probe) == [offset for at, offset in stretches if at <= probe][-1]


@given(zones, days)
def test_local_day_is_the_date_on_the_wall(zone: str, day: date) -> None:
    assert local_day(zone, resolve(zone, day, 720)) in (day, day + timedelta(days=1))
    assert local_day("UTC", utc(2026, 1, 1) - SECOND) == date(2025, 12, 31)
