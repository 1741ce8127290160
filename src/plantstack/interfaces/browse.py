"""The command browse: what a source has to offer, and how it would be read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.console import Group
from rich.table import Table
from rich.text import Text

from plantstack.interfaces.answer import Answer, AsJson, AsLines, Project, give
from plantstack.stack.files.browsing import browse as offers
from plantstack.stack.files.browsing import row_of

Row = dict[str, Any]


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("browse")(browse)


def browse(
    project: Project,
    connection: Annotated[str, typer.Argument(metavar="CONNECTION", help="Name of a file of connectors/.")],
    known: Annotated[bool, typer.Option("--known", help="Only what known models say something of.")] = False,
    as_json: AsJson = False,
    as_lines: AsLines = False,
) -> None:
    """Ask a source what it has: values, what they show now, and what known models say of them."""
    rows = [row for row in map(row_of, offers(project, connection)) if row.get("means") or not known]
    give(Answer(rows), as_json=as_json, as_lines=as_lines, told=_told(rows, connection))


def _told(rows: Sequence[Row], connection: str) -> Group | str:
    if not rows:
        return "The source shows no values."
    table = Table("tag", "shows", "model", "means", "where", box=None)
    for row in rows:
        shows = f"{', '.join(row['samples'])} {row['unit']}".strip() or row["note"]
        told = (row["tag"], shows, row.get("model", ""), row.get("means", ""), row.get("node", ""))
        table.add_row(*map(Text, told))
    meant = [row for row in rows if row.get("means") and row.get("node")]
    if not meant:
        return Group(table)
    lines = ["", f"To read what is known, write into connectors/{connection}.yaml:", "", "nodes:"]
    lines += [f'  {row["tag"]}: "{row["node"]}"' for row in meant]
    for row in meant:
        if row["states"]:
            words = ", ".join(f'"{word}": {state}' for word, state in row["states"].items())
            lines += ["", f"and for the states of {row['tag']} into its mapping:", ""]
            lines += [f"  state: {{column: value, map: {{{words}, otherwise: ignore}}}}"]
    return Group(table, Text("\n".join(lines)))
