"""Which reports there are: the page that each of them is, what it is asked with, and its tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from plantstack.errors import Problem, QueryError
from plantstack.interfaces.reports.sheet import Sheet, written
from plantstack.interfaces.reports.tables import Table
from plantstack.interfaces.reports.tables_day import day_tables
from plantstack.interfaces.reports.tables_portfolio import portfolio_tables
from plantstack.interfaces.reports.tables_shift import shift_tables
from plantstack.interfaces.web.finding import Found, find
from plantstack.interfaces.web.page import N_, Reading
from plantstack.interfaces.web.pages import day, handover, portfolio
from plantstack.intervals import Interval
from plantstack.live.access import Sender
from plantstack.stack.floor.detail import stops_in
from plantstack.stack.improving.shifts import shift_word
from plantstack.stack.project import Stack

KINDS = ("shift", "day", "portfolio")
_USUAL = {"shift": "last", "day": "yesterday", "portfolio": "last"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for.

    Attributes:
        kind: of `KINDS`.
        which: `last`, `now` or `2026-11-25.early`; `yesterday`, `today` or a date; `last` or
            `2026-W47`; '' is what is over last.
        scope: id or path of equipment; '' is everything.
        weeks: of a portfolio: 1, 4 or 13.
        currency: what money is converted into; '' leaves that of the site.
        language: of the reader.
    """

    kind: str
    which: str = ""
    scope: str = ""
    weeks: int = 1
    currency: str = ""
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Report:
    """A report, asked for once and written in any form.

    Attributes:
        title: the most urgent fact first.
        scope: id of what it is about; `period` names when.
        offset: of the last event it knows.
    """

    title: str
    scope: str
    period: str
    offset: int
    _found: Found
    _sheet: Sheet
    _told: Mapping[str, Any]

    def html(self) -> str:
        """It as one file for browsers and printers."""
        sheet = self._sheet
        foot = sheet.say(_FOOT, place=sheet.name(self.scope), period=self.period, offset=self.offset)
        return written(self._found, sheet, self._told, foot)

    def tables(self) -> Sequence[Table]:
        """It as tables of numbers."""
        return _TABLES[self._found.name](self._sheet, self._told)


_FOOT = N_("%(place)s, %(period)s, data as of event %(offset)s")


def asked(stack: Stack, wanted: Wanted, now: int) -> Report:
    """Ask for a report by the same questions as its page.

    Args:
        stack: the opened project.
        wanted: what is asked for.
        now: microseconds UTC.

    Raises:
        QueryError: for what there is not: a place, a shift, a day, a week, a currency.
    """
    which, scope = wanted.which or _USUAL[wanted.kind], _scope(stack, wanted, now)
    query = {"currency": wanted.currency} if wanted.currency else {}
    if wanted.kind == "shift":
        if wanted.currency:
            fix = "Leave --currency out, or ask for a day or a portfolio."
            raise QueryError(Problem("report-currency", "--currency", "a shift report has no money", fix))
        _check_shift(which)
        path, show = f"/report/{scope or '-'}/{which}", handover.show_report
    elif wanted.kind == "day":
        path, show = f"/day/{scope or '-'}/{which}", day.show
    else:
        query |= {"weeks": str(wanted.weeks), "scope": scope} | ({} if which == "last" else {"week": which})
        path, show = "/portfolio", portfolio.show
    return _shown(stack, path, show, query, scope, wanted.language, now)


def _shown(
    stack: Stack,
    path: str,
    show: Callable[[Reading], Mapping[str, Any]],
    query: Mapping[str, str],
    scope: str,
    language: str,
    now: int,
) -> Report:
    hit = find(path)
    if hit is None:
        raise LookupError(path)
    found, params = hit
    params = {**params, **({"scope": scope} if "scope" in params else {})}
    sheet = Sheet(stack, Sender(), path, params, query, now, language)
    told = show(sheet)
    return Report(
        title=str(told["title"]),
        scope=scope,
        period=_period(sheet, found.name, told),
        offset=stack.standing()[0],
        _found=found,
        _sheet=sheet,
        _told=told,
    )


def _scope(stack: Stack, wanted: Wanted, now: int) -> str:
    """Id of what a report is about; shifts and days are those of one site.

    Raises:
        QueryError: for a place that does not exist, or several sites.
    """
    stack.zone_of(wanted.scope)  # names what is meant where there is no such place
    scope = stack.plant.resolve(wanted.scope, now) or "" if wanted.scope else ""
    sites = list(stack.plant.sites)
    if not scope and wanted.kind != "portfolio" and len(sites) > 1:
        what = f"{len(sites)} sites have their own {wanted.kind}s"
        fix = f"Name one, or an area, line or machine: --scope {sites[0]} (there are {', '.join(sites)})."
        raise QueryError(Problem("scope-wide", "--scope", what, fix))
    return scope


def _check_shift(which: str) -> None:
    if which not in ("last", "now") and shift_word(which) is None:
        fix = "Write 'last', 'now', or a production day and its shift such as 2026-11-25.early."
        raise QueryError(Problem("shift-none", which, "there is no such shift", fix))


def _period(sheet: Sheet, name: str, told: Mapping[str, Any]) -> str:
    """When a report is of, in the words of its page."""
    if name == "portfolio":
        return f"{told['week_text']}, {told['days_text']}"
    found = told["found"]
    return f"{told['day_text']} {getattr(found, 'shift', '')}".strip() + f" ({told['zone']})"


def _of_shift(sheet: Sheet, told: Mapping[str, Any]) -> list[Table]:
    found = told["found"]
    inside = Interval(found.from_at, max(found.from_at, min(found.until_at, sheet.now)))
    stops = [one for one in stops_in(sheet.stack, sheet.scope, inside, sheet.now) if not one.is_micro]
    return shift_tables(sheet, told, sorted(stops, key=lambda one: (-one.own_us, one.from_at, one.machine)))


def _of_day(sheet: Sheet, told: Mapping[str, Any]) -> list[Table]:
    return day_tables(sheet, told)


def _of_portfolio(sheet: Sheet, told: Mapping[str, Any]) -> list[Table]:
    versions = {kpi.id: kpi.version for kpi in sheet.stack.catalog().kpis.values()}
    return portfolio_tables(sheet, told, sheet.stack.kpi_names(), versions)


_TABLES: Mapping[str, Callable[[Sheet, Mapping[str, Any]], list[Table]]] = {
    "handover": _of_shift,
    "day": _of_day,
    "portfolio": _of_portfolio,
}
"""By the name of the page."""
