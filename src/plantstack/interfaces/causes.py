"""The command `causes`: whose loss the stops of a line are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import typer
from rich.console import Group
from rich.markup import escape
from rich.table import Table

from plantstack.interfaces import questions
from plantstack.interfaces.answer import AsJson, AsLines, Project, give
from plantstack.interfaces.figures import bar, duration
from plantstack.interfaces.options import From, KnownAt, To
from plantstack.interfaces.questions import Window
from plantstack.stack import Stack

Row = Mapping[str, Any]

_HOW = {"own": "its own", "passed_on": "passed on", "not_determined": "not determined"}
_ASKED_MOST = 3  # candidates that are named
_SMALL = 0.01  # of the whole; smaller ones are told together


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("causes")(causes)


def causes(
    project: Project,
    line: Annotated[str, typer.Option("--line", metavar="PATH", help="Id or path of a line.")],
    watch: Annotated[
        Literal["constraint", "exit"],
        typer.Option("--at", help="Whose stops are the line's; the exit where it names no constraint."),
    ] = "constraint",
    since: From = None,
    until: To = None,
    known_at: KnownAt = None,
    as_json: AsJson = False,
    as_lines: AsLines = False,
) -> None:
    """Show whose loss the stops of a line are: by machine, reason and owner, contested or not."""
    with Stack.open(project) as stack:
        answer = questions.causes(stack, Window(line, since, until, known_at), watch)
        labels = {name: machine.label or name for name, machine in stack.plant.machines.items()}
        reasons = {name: leaf.label or name for name, leaf in stack.plant.reasons.items()}
    told = _told(answer.rows, labels, reasons)
    give(answer, as_json=as_json, as_lines=as_lines, told=told)


def _told(rows: Sequence[Row], labels: Mapping[str, str], reasons: Mapping[str, str]) -> str | Group:
    total, *found = rows
    if not found:
        return f"{total['line']} did not stand in this window, as far as its books reach."
    watched = ", ".join(labels.get(name, name) for name in total["watched"])
    contested = f", {duration(total['contested'])} of it contested" if total["contested"] else ""
    head = f"{total['line']} stood {duration(total['seconds'])} at {watched}{contested}"
    by_owner = _owners(found, total["seconds"])
    return Group(escape(head), "", _machines(found, total["seconds"], labels, reasons), "", by_owner)


def _machines(
    rows: Sequence[Row], whole: float, labels: Mapping[str, str], reasons: Mapping[str, str]
) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("laid to", overflow="fold")
    table.add_column("reason", overflow="fold")
    for title in ("lost", "stops"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column("contested", justify="right", no_wrap=True)
    table.add_column("sure", justify="right", no_wrap=True)
    table.add_column("", overflow="fold")
    small = [row for row in rows if row["seconds"] < _SMALL * whole]
    for row in rows[: len(rows) - len(small)]:
        is_laid = row["laid_to"] is not None
        reason = reasons.get(row["reason"], row["reason"]) or ("nobody said why" if is_laid else "")
        cells = (
            labels.get(row["laid_to"], row["laid_to"]) if is_laid else "not determined",
            reason,
            duration(row["seconds"]),
            str(row["stops"]),
            bar(row["seconds"] / whole, 12),
            duration(row["contested"]) if row["contested"] else "",
            f"{row['confidence']:.0%}" if row["how"] == "passed_on" else "",
            _beside(row, labels),
        )
        table.add_row(*(escape(cell) for cell in cells))
    if small:
        seconds = sum(row["seconds"] for row in small)
        table.add_row(f"{len(small)} smaller", "", duration(seconds), "", bar(seconds / whole, 12))
    return table


def _beside(row: Row, labels: Mapping[str, str]) -> str:
    if row["how"] != "not_determined":
        return _HOW[row["how"]]
    named = [labels.get(name, name) for name in row["candidates"][:_ASKED_MOST]]
    return f"{row['why']}; perhaps {' or '.join(named)}" if named else str(row["why"])


def _owners(rows: Sequence[Row], whole: float) -> Table:
    """The same seconds by owning function."""
    lost: dict[str, float] = {}
    contested: dict[str, float] = {}
    for row in rows:
        owner = row["owner"] or "nobody yet"
        lost[owner] = lost.get(owner, 0) + row["seconds"]
        contested[owner] = contested.get(owner, 0) + row["contested"]
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("owned by", "lost", "", "contested"):
        table.add_column(title, justify="right" if title in ("lost", "contested") else "left", no_wrap=True)
    for owner, seconds in sorted(lost.items(), key=lambda one: -one[1]):
        told = duration(contested[owner]) if contested[owner] else ""
        table.add_row(escape(owner), duration(seconds), bar(seconds / whole, 12), told)
    return table
