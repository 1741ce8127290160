"""The command retract: what was loaded by mistake, shown before it is taken back."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer
from rich.console import Group
from rich.table import Table
from rich.text import Text

from plantstack.errors import Problem, QueryError
from plantstack.interfaces import times
from plantstack.interfaces.answer import Answer, AsJson, AsLines, Project, give
from plantstack.interfaces.options import From, To, zones_of
from plantstack.stack import Stack
from plantstack.stack.files.retracting import Retraction, Wanted, list_loads, load_of_file, preview, retract

Row = Mapping[str, Any]
_NONE = "Nothing was loaded yet."


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("retract")(take_back)


def take_back(
    project: Project,
    load: Annotated[int, typer.Option("--load", metavar="OFFSET", help="A load, as listed.")] = 0,
    file: Annotated[str, typer.Option("--file", metavar="NAME", help="The load that read this file.")] = "",
    source: Annotated[str, typer.Option("--source", help="What one source told.")] = "",
    since: From = None,
    until: To = None,
    confirm: Annotated[bool, typer.Option("--confirm", help="Do it; without, it is only shown.")] = False,
    why: Annotated[str, typer.Option("--why", help="A note kept with it.")] = "",
    newest: Annotated[int, typer.Option("--newest", min=1, help="How many loads to list.")] = 20,
    as_json: AsJson = False,
    as_lines: AsLines = False,
) -> None:
    """Take back a load or a source by retractions, shown first; without either the loads are listed."""
    _check(load, file, source, since or until, confirm)
    with Stack.open(project, write=confirm) as stack:
        if not (load or file or source):
            rows = list_loads(stack, newest)
            told: Group | str = Group(_loads(rows)) if rows else _NONE
            offset = stack.log.last_offset()
            give(Answer(rows, offset=offset), as_json=as_json, as_lines=as_lines, told=told)
        asked = times.window(since, until, zones_of(stack))
        wanted = Wanted(load or (load_of_file(stack, file) if file else 0), source, asked.span, asked.days)
        now = time.time_ns() // 1000
        found = retract(stack, wanted, now=now, why=why) if confirm else preview(stack, wanted)
        notes = [*_notes(found, confirm), *(stack.notes() if confirm else [])]
    answer = Answer(found.rows, notes=notes, offset=found.offset)
    give(answer, as_json=as_json, as_lines=as_lines, told=_shown(found, confirm))


def _check(load: int, file: str, source: str, window: str | None, confirm: bool) -> None:
    named = [name for name, given in (("--load", load), ("--file", file)) if given]
    if len(named) > 1:
        raise QueryError(Problem("retract-which", "--file", "two loads are named", "Keep one of them."))
    if (window or confirm) and not (named or source):
        what = "nothing is named that could be taken back"
        fix = "Name '--load', '--file' or '--source'; alone the command lists the loads."
        raise QueryError(Problem("retract-which", "retract", what, fix))


def _notes(found: Retraction, done: bool) -> list[Problem]:
    notes = []
    if found.left:
        what = f"{found.left:,} of the events meant were retracted or corrected before and stay as they are"
        notes.append(Problem("retract-left", "log", what))
    periods = sum(row["row"] == "reported" for row in found.rows)
    if periods:
        what = (
            f"{periods} reported periods keep their values; live ones stand beside them, with the difference"
        )
        notes.append(Problem("retract-reported", "log", what, "Late ones wait for a 'reopen' event."))
    for name in found.counters:
        what = f"counters of '{name}' go on from where these events left them"
        fix = "Where they should not, load under another 'source:' of the mapping."
        notes.append(Problem("retract-counters", name, what, fix))
    if found.events and not done:
        what, fix = "nothing was changed", "Add '--confirm' to take these events back."
        notes.append(Problem("retract-preview", "log", what, fix))
    return notes


def _shown(found: Retraction, done: bool) -> Group | str:
    if not found.events:
        return "Nothing of it stands any more: there is nothing to take back."
    count = "1 event" if found.events == 1 else f"{found.events:,} events"
    was = ("was" if found.events == 1 else "were") if done else "would be"
    return Group(Text(f"{count} {was} taken back", style="bold"), _table(found.rows))


def _table(rows: Sequence[Row]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("", "where", "kind", "from", "to"):
        table.add_column(title, no_wrap=True)
    table.add_column("events", justify="right")
    for row in rows:
        name = "reported" if row["row"] == "reported" else "events"
        table.add_row(name, row["scope"], row["kind"], row["from"], row["to"], f"{row['events']:,}")
    return table


def _loads(rows: Sequence[Row]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("load", justify="right")
    for title in ("received", "files", "sources", "from", "to"):
        table.add_column(title, overflow="fold")
    for title in ("events", "standing"):
        table.add_column(title, justify="right")
    for row in rows:
        texts = (row["received"][:19], ", ".join(row["files"]), ", ".join(row["sources"]))
        counts = (f"{row['events']:,}", f"{row['standing']:,}")
        table.add_row(str(row["load"]), *texts, row["from"][:16], row["to"][:16], *counts)
    return table
