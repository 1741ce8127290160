"""The command `report`: a shift, a day or the portfolio as a page, on paper or as a workbook."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer
from starlette.exceptions import HTTPException

from plantstack.errors import ConfigError, Problem, QueryError
from plantstack.interfaces.answer import Answer, AsJson, Project, give, progress
from plantstack.interfaces.options import Scope
from plantstack.interfaces.reports.kinds import Report, Wanted, asked
from plantstack.interfaces.reports.paper import printed
from plantstack.interfaces.reports.workbook import write_workbook
from plantstack.intervals import DAY, SECOND, to_us
from plantstack.stack import Stack

FORMS = (".html", ".pdf", ".xlsx")
Kind = Literal["shift", "day", "portfolio"]


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("report")(report)


def report(
    project: Project,
    kind: Annotated[Kind, typer.Argument(metavar="shift|day|portfolio", help="What it is about.")],
    which: Annotated[
        str,
        typer.Argument(
            metavar="[WHICH]",
            help="A shift: last, now or 2026-11-25.early. A day: yesterday, today or 2026-11-25."
            " A portfolio: last or 2026-W47. What is over last by default.",
        ),
    ] = "",
    file: Annotated[
        Path,
        typer.Option(
            *("-o", "--output"),
            metavar="FILE",
            help="To write: .html, .pdf (by Chromium) or .xlsx.",
            show_default=False,
        ),
    ] = Path(),
    scope: Scope = "",
    weeks: Annotated[
        Literal["1", "4", "13"], typer.Option("--weeks", help="Of a portfolio: how many weeks.")
    ] = "1",
    language: Annotated[
        Literal["en", "de", "es"], typer.Option("--lang", help="Language of texts, numbers and dates.")
    ] = "en",
    currency: Annotated[
        str, typer.Option("--currency", metavar="C", help="Money of all sites in this currency, as EUR.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Write a report: what the page of the same name shows, as one file.

    plantstack report DIR shift --scope line-1 -o shift.pdf
    """
    _check(file)
    wanted = Wanted(kind, which, scope, int(weeks), currency.upper(), language)
    with Stack.open(project) as stack, progress(not as_json) as shown:
        shown.add_task("asking", total=None)
        now, notes = _now(stack)
        try:
            found = asked(stack, wanted, now)
        except HTTPException as error:
            raise QueryError(Problem("report-none", kind, str(error.detail), "")) from None
        _write(file, found, now)
        notes += stack.notes()
    row = {
        "file": str(file),
        "kind": kind,
        "scope": found.scope,
        "period": found.period,
        "title": found.title,
    }
    told = f"{file}: {found.title}"
    give(Answer([row], notes=notes, offset=found.offset), as_json=as_json, told=told)


def _check(file: Path) -> None:
    """Refuse a file that cannot be written before anything is worked out.

    Raises:
        QueryError: for a form that there is not.
        ConfigError: for a folder that there is not.
    """
    if file.suffix.lower() not in FORMS:
        what = f"there is no report of the form '{file.suffix}'" if file.suffix else "names no file"
        raise QueryError(Problem("report-form", "-o", what, f"Name one that ends in {', '.join(FORMS)}."))
    if not file.parent.is_dir():
        what = f"there is no folder {file.parent}"
        raise ConfigError(Problem("report-nowhere", str(file), what, "Make it, or name another place."))


def _now(stack: Stack) -> tuple[int, list[Problem]]:
    """The instant that a report is made of: now; where nothing was told for a day, the last that was told."""
    now, as_of = time.time_ns() // 1000, _ends(stack.standing()[1])
    if not as_of or now - max(as_of.values()) <= DAY:
        stack.keep(now)  # what is silent until now is silent in the report too
        return now, []
    end = max(as_of.values())
    told = datetime.fromtimestamp(end / SECOND, UTC).isoformat(timespec="minutes").replace("+00:00", "Z")
    what = f"nothing was told since {told}; 'last' and 'yesterday' are meant from there"
    return end, [Problem("report-old", "books", what)]


def _ends(as_of: Mapping[str, str]) -> dict[str, int]:
    return {site: to_us(datetime.fromisoformat(at)) for site, at in as_of.items()}


def _write(file: Path, found: Report, now: int) -> None:
    """Write the file whole or not at all."""
    making = file.with_name(f".{file.name}.part")
    try:
        if file.suffix.lower() == ".xlsx":
            write_workbook(making, found.title, datetime.fromtimestamp(now // SECOND, UTC), found.tables())
        elif file.suffix.lower() == ".pdf":
            making.write_bytes(printed(found.html()))
        else:
            making.write_text(found.html(), "utf-8")
        making.replace(file)
    finally:
        making.unlink(missing_ok=True)
