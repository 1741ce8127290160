"""Fiscal calendars: which days make a period, a quarter and a year of a site."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from plantstack.plant.model import Fiscal
from plantstack.plant.read_fiscal import MONTHS, WEEKDAYS

_WEEKS = {
    "4-4-5": (4, 4, 5) * 4,
    "4-5-4": (4, 5, 4) * 4,
    "5-4-4": (5, 4, 4) * 4,
    "13x4": (4,) * 13,
}


@dataclass(frozen=True, slots=True, order=True)
class FiscalPeriod:
    """One period, from its first day until the day after its last."""

    from_day: date
    until_day: date
    period: str
    quarter: str
    year: str


def fiscal_periods(fiscal: Fiscal, first: date, last: date) -> list[FiscalPeriod]:
    """The periods that meet the days `first` to `last`, both in.

    >>> fiscal_periods(Fiscal(), date(2026, 3, 31), date(2026, 4, 1))[1].quarter
    '2026-Q2'
    """
    if fiscal.pattern == "list":
        made = [
            FiscalPeriod(one.from_day, one.until_day, one.label, one.quarter, one.year)
            for one in fiscal.periods
        ]
    else:
        build = _by_months if fiscal.pattern == "gregorian" else _by_weeks
        made = [period for year in range(first.year - 1, last.year + 3) for period in build(fiscal, year)]
    return [period for period in made if period.from_day <= last and period.until_day > first]


def periods_a_year(fiscal: Fiscal) -> int:
    """How many periods make twelve months; of an explicit list, those of its fullest year.

    >>> periods_a_year(Fiscal()), periods_a_year(Fiscal(pattern="13x4"))
    (12, 13)
    """
    if fiscal.pattern == "list":
        return max(Counter(one.year for one in fiscal.periods).values(), default=12)
    return len(_WEEKS.get(fiscal.pattern, range(12)))


def _by_months(fiscal: Fiscal, year: int) -> Iterator[FiscalPeriod]:
    """Twelve months; a year that does not start in January is called by the year in which it ends."""
    is_calendar_year = fiscal.year_starts == 1
    name = str(year) if is_calendar_year else f"FY{year}"
    begin = (year if is_calendar_year else year - 1) * 12 + fiscal.year_starts - 1
    for number in range(12):
        start, end = _month(begin + number), _month(begin + number + 1)
        period = f"{name}-{number + 1:02}" if is_calendar_year else f"{name}-P{number + 1:02}"
        yield FiscalPeriod(start, end, period, f"{name}-Q{number // 3 + 1}", name)


def _month(months: int) -> date:
    return date(months // 12, months % 12 + 1, 1)


def _by_weeks(fiscal: Fiscal, year: int) -> Iterator[FiscalPeriod]:
    """52 or 53 weeks; the 53rd lengthens the last or the first period."""
    start = _year_end(fiscal.year_ends, year - 1) + timedelta(days=1)
    weeks = list(_WEEKS[fiscal.pattern])
    weeks[0 if fiscal.week_53 == "first" else -1] += (
        _year_end(fiscal.year_ends, year) - start
    ).days // 7 - 51
    for number, length in enumerate(weeks):
        end = start + timedelta(weeks=length)
        quarter = min(number // 3, 3) + 1
        yield FiscalPeriod(start, end, f"FY{year}-P{number + 1:02}", f"FY{year}-Q{quarter}", f"FY{year}")
        start = end


def _year_end(rule: str, year: int) -> date:
    """The day of `last saturday of september` or `nearest saturday to end of january`."""
    words = rule.split()
    weekday, month = WEEKDAYS.index(words[1]), MONTHS.index(words[-1]) + 1
    end = date(year, month, monthrange(year, month)[1])
    back = (end.weekday() - weekday) % 7
    if words[0] == "nearest" and back > 3:
        return end + timedelta(days=7 - back)
    return end - timedelta(days=back)
