"""Fiscal periods tile the years, whatever the pattern."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest

from plantstack.plant.fiscal import fiscal_periods
from plantstack.plant.model import Fiscal, Period

FIRST, LAST = date(2024, 1, 1), date(2037, 12, 31)
RULES = ["last saturday of september", "nearest saturday to end of january", "last sunday of december"]


@pytest.mark.parametrize("pattern", ["4-4-5", "4-5-4", "5-4-4", "13x4"])
@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("week_53", ["last", "first"])
def test_week_patterns_tile_time_and_years_have_52_or_53_weeks(pattern: str, rule: str, week_53: str) -> None:
    periods = fiscal_periods(Fiscal(pattern, 1, rule, week_53), FIRST, LAST)
    assert periods[0].from_day <= FIRST and periods[-1].until_day > LAST
    assert all(before.until_day == after.from_day for before, after in pairwise(periods))
    years: dict[str, list[int]] = {}
    for one in periods:
        years.setdefault(one.year, []).append((one.until_day - one.from_day).days // 7)
    whole = list(years.values())[1:-1]
    assert {sum(weeks) for weeks in whole} == {52, 53}
    for weeks in whole:
        longer = weeks[0 if week_53 == "first" else -1]
        plain = [4] * 13 if pattern == "13x4" else [int(part) for part in pattern.split("-")] * 4
        plain[0 if week_53 == "first" else -1] = longer
        assert weeks == plain


def test_a_known_retail_calendar() -> None:
    """Retail years end on the saturday nearest to the end of January: 2023 had 53 weeks."""
    fiscal = Fiscal("4-5-4", 1, "nearest saturday to end of january", "last")
    year = [
        one for one in fiscal_periods(fiscal, date(2023, 6, 1), date(2024, 1, 20)) if one.year == "FY2024"
    ]
    assert year[-1].until_day == date(2024, 2, 4)
    start = fiscal_periods(fiscal, date(2023, 1, 29), date(2023, 1, 29))[0]
    assert (start.from_day, start.period) == (date(2023, 1, 29), "FY2024-P01")


def test_calendar_years_and_shifted_years() -> None:
    [march] = fiscal_periods(Fiscal(), date(2026, 3, 31), date(2026, 3, 31))
    assert (march.period, march.quarter, march.year) == ("2026-03", "2026-Q1", "2026")
    [april] = fiscal_periods(Fiscal(year_starts=4), date(2026, 4, 1), date(2026, 4, 1))
    assert (april.period, april.quarter, april.year) == ("FY2027-P01", "FY2027-Q1", "FY2027")
    assert april.until_day == date(2026, 5, 1)


def test_a_list_is_taken_as_written() -> None:
    one = Period("P1", FIRST, FIRST + timedelta(days=40), "H1", "Y")
    found = fiscal_periods(Fiscal("list", periods=(one,)), FIRST, LAST)
    assert [(found[0].period, found[0].quarter, found[0].year)] == [("P1", "H1", "Y")]
    assert fiscal_periods(Fiscal("list", periods=(one,)), LAST, LAST) == []
