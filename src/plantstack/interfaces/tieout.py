"""The command tieout: what the floor built against what finance booked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer
from rich.console import Group
from rich.markup import escape
from rich.table import Table

from plantstack.interfaces import questions
from plantstack.interfaces.answer import AsJson, AsLines, Project, give
from plantstack.interfaces.options import From, KnownAt, Scope, To, nothing
from plantstack.interfaces.questions import Window
from plantstack.stack import Stack

Row = Mapping[str, Any]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("tieout")(tieout)


def tieout(
    project: Project,
    scope: Scope = "",
    period: Annotated[
        str,
        typer.Option("--period", help="Periods: week, month, period, quarter, year or all."),
    ] = "all",
    since: From = None,
    until: To = None,
    known_at: KnownAt = None,
    as_json: AsJson = False,
    as_lines: AsLines = False,
) -> None:
    """Hold pieces, scrap, hours and cost of the floor against what finance booked, site by site."""
    with Stack.open(project) as stack:
        answer = questions.tieout(stack, Window(scope, since, until, known_at), period)
    told: str | Group = tie_table(answer.rows) if answer.rows else nothing(answer.as_of)
    give(answer, as_json=as_json, as_lines=as_lines, told=told)


def tie_table(rows: Sequence[Row]) -> Group:
    """One line a check that can be made; what keeps the others from it stands below."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    labelled = len({row["period"]["label"] for row in rows}) > 1
    for title in ("site", *(["period"] if labelled else []), "check"):
        table.add_column(title, no_wrap=title != "check")
    for title in ("floor", "finance", "explained", "not explained", "share"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for row in (row for row in rows if not row["why_none"]):
        explained = sum(one["amount"] for one in row["explained"])
        share = "" if row["share"] is None else f"{row['share'] * 100:.1f} %"
        figures = [row["built"], row["booked"], explained, row["unexplained"]]
        told = [row["site"], *([row["period"]["label"]] if labelled else []), row["check"]]
        told += [*(f"{one:,.0f}" for one in figures), share, f"{row['grade']}  {row['unit']}"]
        table.add_row(*map(escape, told))
    lacks = {f"{row['site']}, {row['check']}: {row['why_none']}": None for row in rows if row["why_none"]}
    if not table.row_count:
        return Group("Nothing can be tied out yet.", "", *map(escape, list(lacks)[:12]))
    left = ["", "Not tied out:", *(f"  {escape(one)}" for one in list(lacks)[:12])] if lacks else []
    return Group(table, *left)
