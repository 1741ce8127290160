"""Tiles: every microsecond of a window once, whatever the zone's clock does."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from zoneinfo import available_timezones

from hypothesis import given
from hypothesis import strategies as st

from plantstack.intervals import DAY, HOUR, MINUTE, Interval
from plantstack.plant.localtime import offset_at, production_days, resolve
from plantstack.plant.model import Break, Calendar, Pattern, Shift, Site
from plantstack.plant.shifts import shift_spans
from plantstack.plant.tiles import Tile, build_floating, build_tiles

ZONES = sorted(available_timezones() - {"localtime", "Factory"})
zones = st.sampled_from(ZONES) | st.sampled_from(
    [
        "Australia/Lord_Howe",
        "Pacific/Chatham",
        "Pacific/Apia",
        "Africa/Casablanca",
        "America/Havana",
        "Asia/Beirut",
    ]
)
A_DAY = date(2026, 1, 5)


def site(zone: str, day_start: int, closed: tuple[date, ...] = ()) -> Site:
    return Site(id="s", level="site", zone=zone, currency="EUR", day_start=day_start, closed=closed)


@st.composite
def calendars(draw: st.DrawFn) -> tuple[Calendar, int, bool]:
    """Shifts cut out of a production day, back to back or with gaps; is the day full?"""
    day_start = draw(st.integers(0, 1439))
    cuts = sorted(draw(st.sets(st.integers(0, 1440), min_size=2, max_size=6)))
    is_full = draw(st.booleans())
    if is_full:
        cuts = sorted({0, *cuts, 1440})
    shifts = {}
    for number, (start, end) in enumerate(pairwise(cuts)):
        begin = (day_start + start) % 1440
        lengths = draw(st.lists(st.integers(1, max(1, (end - start) // 3)), max_size=2))
        breaks, at = [], begin
        for index, length in enumerate(lengths):
            floating = bool(index)
            breaks.append(Break("pause", at, at + length, (length if not floating else 1) * MINUTE, floating))
            at += length
        shifts[f"s{number}"] = Shift(f"s{number}", begin, begin + end - start, tuple(breaks))
    roster = tuple((name, "") for name in sorted(shifts, key=lambda name: shifts[name].start))
    return Calendar("c", (Pattern(None, A_DAY, (roster,), shifts),)), day_start, is_full


def tiles_of(calendar: Calendar | None, at: Site, window: Interval) -> list[Tile]:
    return list(build_tiles("c", shift_spans(calendar, at, window), at, window))


@given(
    zones,
    calendars(),
    st.dates(date(2011, 6, 1), date(2037, 11, 1)),
    st.integers(1, 40 * DAY),
    st.integers(0, DAY),
)
def test_F49_tiles_tile_the_window_exactly(
    zone: str, made: tuple[Calendar, int, bool], day: date, length: int, shift: int
) -> None:
    calendar, day_start, is_full = made
    there = site(zone, day_start)
    start = resolve(zone, day) + shift
    window = Interval(start, start + length)
    tiles = tiles_of(calendar, there, window)
    assert (tiles[0].from_at, tiles[-1].until_at) == (window.start, window.end)
    spans = {day.isoformat(): span for day, span in production_days(zone, day_start, window)}
    for before, after in pairwise(tiles):
        assert before.until_at == after.from_at
    for tile in tiles:
        assert tile.from_at < tile.until_at
        assert offset_at(zone, tile.from_at) == tile.zone_off_us == offset_at(zone, tile.until_at - 1)
        assert spans[tile.day].start <= tile.from_at and tile.until_at <= spans[tile.day].end
        assert tile.scheduled == bool(tile.shift)
        assert tile.scheduled or not tile.break_reason
        assert tile.scheduled or not is_full


@given(
    zones, calendars(), st.dates(date(2015, 1, 1), date(2037, 11, 1)), st.integers(1, 5), st.integers(1, 5)
)
def test_cutting_a_window_changes_no_tile(
    zone: str, made: tuple[Calendar, int, bool], day: date, first: int, second: int
) -> None:
    calendar, day_start, _ = made
    there = site(zone, day_start)
    start = resolve(zone, day)
    middle, end = start + first * DAY // 3, start + (first + second) * DAY // 3
    whole = tiles_of(calendar, there, Interval(start, end))
    parts = tiles_of(calendar, there, Interval(start, middle)) + tiles_of(
        calendar, there, Interval(middle, end)
    )
    joined: list[Tile] = []
    for tile in parts:
        if joined and tile.from_at == middle and joined[-1][3:] == tile[3:] and joined[-1].until_at == middle:
            tile = joined.pop()._replace(until_at=tile.until_at)
        joined.append(tile)
    split = [tile for tile in whole if tile.from_at < middle < tile.until_at]
    assert joined == whole or len(split) == 0


@given(zones, calendars(), st.dates(date(2015, 1, 1), date(2037, 11, 1)))
def test_floating_windows_lie_in_their_shift_and_have_stable_ids(
    zone: str, made: tuple[Calendar, int, bool], day: date
) -> None:
    calendar, day_start, _ = made
    there = site(zone, day_start)
    wide, narrow = Interval(resolve(zone, day), resolve(zone, day) + 6 * DAY), None
    rows = list(build_floating("c", shift_spans(calendar, there, wide), wide))
    assert len({row.window for row in rows}) == len(rows)
    for row in rows:
        assert row.shift_from <= row.from_at < row.until_at <= row.shift_until
        narrow = Interval(row.from_at, row.from_at + 1)
        assert row in list(build_floating("c", shift_spans(calendar, there, narrow), narrow))


def shift_hours(zone: str, day: date, start: int, until: int) -> float:
    shifts = {"n": Shift("n", start, until)}
    calendar = Calendar("c", (Pattern(None, A_DAY, ((("n", ""),),), shifts),))
    there = site(zone, start % 1440)
    window = Interval(resolve(zone, day, start), resolve(zone, day, start) + 1)
    [found] = [one for one in shift_spans(calendar, there, window) if one.day == day]
    return found.span.length / HOUR


def test_F49_the_night_shift_is_7_hours_in_spring_and_9_in_autumn() -> None:
    assert shift_hours("America/Chicago", date(2026, 3, 7), 22 * 60, 30 * 60) == 7
    assert shift_hours("America/Chicago", date(2026, 10, 31), 22 * 60, 30 * 60) == 9


def test_a_fixed_break_keeps_its_written_length_when_the_clock_changes() -> None:
    breaks = (Break("pause", 25 * 60 + 50, 26 * 60 + 20, 30 * MINUTE, False),)
    shifts = {"n": Shift("n", 22 * 60, 30 * 60, breaks)}
    calendar = Calendar("c", (Pattern(None, A_DAY, ((("n", ""),),), shifts),))
    there = site("America/Chicago", 22 * 60)
    window = Interval(
        resolve(there.zone, date(2026, 3, 7), 22 * 60), resolve(there.zone, date(2026, 3, 8), 22 * 60)
    )
    pause = [tile for tile in tiles_of(calendar, there, window) if tile.break_reason]
    assert sum(tile.until_at - tile.from_at for tile in pause) == 30 * MINUTE
    assert len(pause) == 2, "the break is cut where the offset changes"


def test_an_exception_and_a_closed_day_belong_to_the_date_on_which_the_shift_starts() -> None:
    shifts = {"n": Shift("n", 22 * 60, 30 * 60)}
    patterns = (Pattern(None, A_DAY, ((("n", ""),),), shifts),)
    calendar = Calendar("c", patterns, {date(2026, 1, 7): (), date(2026, 1, 9): (("n", "X"),)})
    there = site("UTC", 360, closed=(date(2026, 1, 9), date(2026, 1, 10)))
    window = Interval(resolve("UTC", date(2026, 1, 6), 360), resolve("UTC", date(2026, 1, 12), 360))
    worked = [(one.day.day, one.crew) for one in shift_spans(calendar, there, window)]
    assert worked == [(6, ""), (8, ""), (9, "X"), (11, "")]


def test_a_day_may_have_other_breaks_and_its_usual_shifts() -> None:
    usual = (Break("pause", 540, 555, 15 * MINUTE, False),)
    late = (Break("pause", 600, 615, 15 * MINUTE, False),)
    shifts = {"n": Shift("n", 480, 960, usual)}
    patterns = (Pattern(None, A_DAY, ((("n", "A"),),), shifts),)
    calendar = Calendar("c", patterns, breaks={date(2026, 1, 7): {"n": late}, date(2026, 1, 8): {"n": ()}})
    window = Interval(resolve("UTC", date(2026, 1, 6), 0), resolve("UTC", date(2026, 1, 9), 0))
    spans = shift_spans(calendar, site("UTC", 0), window)
    begins = [[(one.span.start - found.span.start) // MINUTE for one in found.fixed] for found in spans]
    assert [(found.day.day, found.crew) for found in spans] == [(6, "A"), (7, "A"), (8, "A")]
    assert begins == [[60], [120], []]


def test_a_shift_before_the_day_start_belongs_to_the_production_day_before() -> None:
    shifts = {"n": Shift("n", 120, 360)}
    calendar = Calendar("c", (Pattern(None, A_DAY, ((("n", ""),),), shifts),))
    window = Interval(resolve("UTC", date(2026, 1, 6), 360), resolve("UTC", date(2026, 1, 7), 360))
    [found] = shift_spans(calendar, site("UTC", 360), window)
    assert (found.day, found.span.start) == (date(2026, 1, 6), resolve("UTC", date(2026, 1, 7), 120))
