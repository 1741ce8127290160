"""The command finance: the workbook in which finance gives its fifteen figures."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from plantstack.interfaces import times
from plantstack.interfaces.answer import Answer, AsJson, Project, give
from plantstack.interfaces.options import From, To
from plantstack.stack import Stack
from plantstack.stack.files.packing import NAME, new_pack

_YEAR = timedelta(days=365)
_ANY = range(date.min.year, date.max.year + 1)  # how many days a workbook holds is said where it is written


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("finance new")(new)


def new(
    project: Project,
    file: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="To write; DIR/finance-pack.xlsx.")
    ] = None,
    since: From = None,
    until: To = None,
    as_json: AsJson = False,
) -> None:
    """Write the workbook that finance fills in: a row for each site and fiscal period."""
    first, last = times.window(since, until, [], years=_ANY).days
    end = date.fromisoformat(last) if last else datetime.now(UTC).date() - timedelta(days=1)
    start = date.fromisoformat(first) if first else end - _YEAR
    with Stack.open(project) as stack:
        path = new_pack(file or project / NAME, stack.plant, start, end)
    told = f"{path} is ready. Fill in the sheet 'figures', then 'plantstack load {project} {path}'."
    give(Answer([{"file": str(path)}]), as_json=as_json, told=told)
