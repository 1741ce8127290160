"""One answer in three dresses: the JSON object of the command contract, NDJSON rows, a table for people."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console, Group
from rich.markup import escape
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
)
from rich.table import Table
from rich.text import Text

from plantstack.errors import Problem

Project = Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the project.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
AsLines = Annotated[bool, typer.Option("--ndjson", help="Print one JSON object a row.")]

SCHEMA = "plantstack/1"
FINE, TROUBLE, USAGE, CRASH = 0, 1, 2, 70
MISSED = ("letters-open",)
"""Notes that scripts must hear too: something that came is in no row. The exit code stays 0."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command has to say.

    Attributes:
        rows: one object each, as the contract lists them.
        problems: everything that is wrong; any of them makes the exit code 1.
        notes: worth knowing, nothing wrong; of `MISSED` they are among the problems of the object too.
        offset: the log offset the rows stand on; None where no log was asked.
        as_of: how far the books reach, by site.
    """

    rows: Sequence[Mapping[str, Any]] = ()
    problems: Sequence[Problem] = ()
    notes: Sequence[Problem] = field(default=())
    offset: int | None = None
    as_of: Mapping[str, str] | None = None

    def as_object(self) -> dict[str, Any]:
        """The object of the command contract."""
        return {
            "schema": SCHEMA,
            "offset": self.offset,
            "as_of": self.as_of,
            "rows": list(self.rows),
            "problems": [problem.as_row() for problem in (*self.problems, *self.missed)],
        }

    @property
    def missed(self) -> Sequence[Problem]:
        """The notes of what is in no row."""
        return [note for note in self.notes if note.code in MISSED]


def give(answer: Answer, *, as_json: bool, as_lines: bool = False, told: str | Table | Group = "") -> None:
    """Print an answer and leave with its exit code.

    Args:
        answer: what to say.
        as_json: one object.
        as_lines: one row a line; problems and what is in no row go to standard error.
        told: a sentence or a table for people; '' prints the rows as a table.
    """
    if as_json:
        typer.echo(json.dumps(answer.as_object(), ensure_ascii=False))
    elif as_lines:
        for row in answer.rows:
            typer.echo(json.dumps(row, ensure_ascii=False))
        complain((*answer.problems, *answer.missed))
    else:
        _show(answer, told)
    raise typer.Exit(TROUBLE if answer.problems else FINE)


def complain(problems: Sequence[Problem]) -> None:
    """Print every problem to standard error, one line each."""
    for problem in problems:
        typer.echo(" ".join(str(problem).split()), err=True)


def _show(answer: Answer, told: str | Table | Group) -> None:
    console = people()
    if isinstance(told, Table | Group):
        console.print(told, crop=False)  # lines to paste are longer than some terminals
    elif told:
        console.print(escape(told))
    elif answer.rows:
        console.print(_table(answer.rows))
    for note in answer.notes:
        console.print(escape(f"note: {note}"), style="dim")
    complain(answer.problems)


def people() -> Console:
    """Where people read: as wide as their terminal, and wide enough where there is none."""
    console = Console(highlight=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = 130
    return console


class _Done(ProgressColumn):
    """How much of a task is done: bytes of a file, or pieces of work."""

    def __init__(self) -> None:
        super().__init__()
        self._bytes, self._pieces = DownloadColumn(), MofNCompleteColumn()

    def render(self, task: Task) -> Text:
        """Write it in the task's own unit."""
        if task.fields.get("is_bytes"):
            return self._bytes.render(task)
        return self._pieces.render(task)


def progress(is_shown: bool) -> Progress:
    """A progress display on standard error, shown to people only."""
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), _Done())
    return Progress(*columns, console=console, transient=True, disable=not (is_shown and console.is_terminal))


def _table(rows: Sequence[Mapping[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    names = list(dict.fromkeys(name for row in rows for name in row))
    for name in names:
        is_number = isinstance(rows[0].get(name, 0), int | float)
        table.add_column(name.replace("_", " "), justify="right" if is_number else "left", overflow="fold")
    for row in rows:
        table.add_row(*(escape(str(row.get(name, ""))) for name in names))
    return table
