"""The command new connector: a package with a connector of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from plantstack.interfaces.answer import Answer, AsJson, give
from plantstack.live.scaffold import write_connector


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("new connector")(new_connector)


def new_connector(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A new or empty folder.")],
    kind: Annotated[
        str, typer.Option("--kind", metavar="NAME", help="What to call it; the folder's name.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Write a small package with a connector that works, its test and its settings."""
    written = write_connector(folder, kind or folder.name)
    told = f"{len(written)} files written. Next: 'pip install -e {folder}' and 'pytest {folder}'."
    give(Answer([{"file": str(path)} for path in written]), as_json=as_json, told=told)
