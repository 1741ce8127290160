"""Key `fiscal` of a site: how its years fall into periods."""

from __future__ import annotations

import re
from itertools import pairwise

from plantstack.plant.fields import Fields
from plantstack.plant.model import Fiscal, Period
from plantstack.plant.readers import Reader, Word, between, choice, day, integer, text

PATTERNS = ("gregorian", "4-4-5", "4-5-4", "5-4-4", "13x4", "list")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)


def _year_ends(written: str) -> str:
    rule = re.fullmatch(
        rf"(last|nearest) ({'|'.join(WEEKDAYS)}) (?:of|to end of) ({'|'.join(MONTHS)})", written
    )
    if not rule:
        raise ValueError("Write 'last saturday of september' or 'nearest saturday to end of january'.")
    return written


year_ends: Reader[str] = Word("the last day of the fiscal year", "last saturday of december", _year_ends)


def read_fiscal(fields: Fields) -> Fiscal:
    """Read `fiscal`; calendar months and years when left out."""
    if not fields.has("fiscal"):
        return Fiscal()
    inner = fields.section("fiscal")
    pattern = inner.want("pattern", choice(*PATTERNS), "gregorian")
    by_weeks = pattern not in ("gregorian", "list")
    fiscal = Fiscal(
        pattern,
        inner.want("year_starts", between(integer, 1, 12), 1),
        inner.need("year_ends", year_ends) if by_weeks else inner.want("year_ends", year_ends, ""),
        inner.want("week_53", choice("last", "first"), "last"),
        inner.each("periods", "period", _read_period),
    )
    inner.close("fiscal")
    _check(inner, fiscal)
    return fiscal


def _read_period(fields: Fields) -> Period:
    return Period(
        fields.need("label", text),
        fields.need("from", day),
        fields.need("until", day),
        fields.need("quarter", text),
        fields.need("year", text),
    )


def _check(fields: Fields, fiscal: Fiscal) -> None:
    if (fiscal.pattern == "list") != bool(fiscal.periods):
        what = "'periods' goes with 'pattern: list', and only with it"
        fields.problem("fiscal-periods", what, "Set the pattern, or list the periods.")
    for before, after in pairwise(fiscal.periods):
        if after.from_day != before.until_day:
            what = f"period '{after.label}' starts {after.from_day}, '{before.label}' ends {before.until_day}"
            fields.problem(
                "fiscal-periods", what, "Let each period start where the one before ends.", key="periods"
            )
    for period in fiscal.periods:
        if period.until_day <= period.from_day:
            what = f"period '{period.label}' ends before it starts"
            fields.problem("fiscal-periods", what, "'until' is the day after its last.", key="periods")
