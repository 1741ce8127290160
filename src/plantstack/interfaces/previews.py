"""The command kpi preview: what a changed definition, standard or reason would do to history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Group
from rich.markup import escape
from rich.table import Table

from plantstack.interfaces import times
from plantstack.interfaces.answer import AsJson, AsLines, Project, give, progress
from plantstack.interfaces.figures import figure
from plantstack.interfaces.options import (
    From,
    KnownAt,
    Scope,
    To,
    answer_of,
    known_offset,
    nothing,
    words,
    zones_of,
)
from plantstack.interfaces.tables import moved
from plantstack.stack import Stack
from plantstack.stack.claims.previewing import Change, preview

Row = Mapping[str, Any]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("kpi preview")(kpi_preview)


def kpi_preview(
    project: Project,
    ids: Annotated[str, typer.Argument(metavar="[ID[,ID]]", help="Which KPIs; none: all it touches.")] = "",
    kpis: Annotated[
        Path | None, typer.Option("--kpis", metavar="FILE", help="Own KPIs as they would be.")
    ] = None,
    plant: Annotated[
        Path | None, typer.Option("--plant", metavar="FOLDER", help="Plant files as they would be.")
    ] = None,
    scope: Scope = "",
    by: Annotated[str, typer.Option("--by", metavar="AXES", help="Split; lines by default.")] = "",
    grain: Annotated[str, typer.Option("--grain", help="Length of the periods.")] = "month",
    since: From = None,
    until: To = None,
    known_at: KnownAt = None,
    as_json: AsJson = False,
    as_lines: AsLines = False,
) -> None:
    """Show what a change would do to history before it is adopted; nothing of it is published."""
    with Stack.open(project) as stack, progress(not (as_json or as_lines)) as shown:
        task = shown.add_task("deriving", total=None)
        zones = zones_of(stack)
        answer = preview(
            stack.desk,
            stack.engine(known_at=known_offset(stack, known_at, zones)),
            Change(kpis, plant),
            words(ids),
            scope=scope,
            by=words(by),
            grain=grain,
            days=times.window(since, until, zones).days,
            progress=lambda done, whole: shown.update(task, completed=done, total=whole),
        )
        notes = [*answer.notes, *stack.notes()]
    told = changed_table(answer.rows) if answer.rows else nothing(answer.as_of)
    give(answer_of(answer, notes), as_json=as_json, as_lines=as_lines, told=told)


def changed_table(rows: Sequence[Row]) -> Group:
    """The rows that would change; how many would stay as they are."""
    changed = [row for row in rows if row["changed"]]
    same = len(rows) - len(changed)
    told = (
        f"{same} of {len(rows)} values stay as they are."
        if changed
        else f"All {same} values stay as they are."
    )
    if not changed:
        return Group(told)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("KPI", "of", "period"):
        table.add_column(title, overflow="fold")
    for title in ("now", "then", "difference"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("version", no_wrap=True)
    table.add_column("", overflow="fold")
    for row in changed:
        table.add_row(*(escape(cell) for cell in _cells(row)))
    return Group(table, "", told)


def _cells(row: Row) -> list[str]:
    now, then = row["sides"]["now"], row["sides"]["then"]
    place = [value or f"no {axis}" for axis, value in row["scope"].items() if axis not in ("path", "level")]
    off = "" if row["difference"] is None else moved(row["difference"], row["unit"])
    notes = [
        f"{what} {_said(now[what])} to {_said(then[what])}"
        for what in ("status", "grade")
        if now[what] != then[what] and now[what] is not None and then[what] is not None
    ]
    notes += [
        side["why_none"] for side in (then,) if side["why_none"] and side["why_none"] != now["why_none"]
    ]
    return [
        row["name"],
        ", ".join(place) or row["scope"]["path"],
        row["period"]["label"],
        figure(now["value"], now["unit"] or row["unit"]),
        figure(then["value"], then["unit"] or row["unit"]),
        off,
        f"{_said(now['version'])} to {_said(then['version'])}" if now["version"] != then["version"] else "",
        "; ".join(notes),
    ]


def _said(told: object) -> str:
    return "–" if told is None else str(told)
