"""The command map learn: a first mapping, drafted from what a source shows."""

from __future__ import annotations

import secrets
import time
from pathlib import Path
from typing import Annotated

import typer

from plantstack.errors import ConfigError, Problem, QueryError
from plantstack.interfaces.answer import Answer, AsJson, Project, give
from plantstack.interfaces.maps import Raw
from plantstack.interfaces.options import words
from plantstack.stack import Stack
from plantstack.stack.mappings.learning import learn_browse, learn_file, learn_mqtt, learn_raw, unsure_of


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("map learn")(learn)


def learn(
    project: Project,
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="A CSV, or JSON objects.")] = None,
    raw: Raw = "",
    connection: Annotated[
        str, typer.Option("--connection", metavar="NAME", help="Ask its source what it has.")
    ] = "",
    mqtt: Annotated[str, typer.Option("--mqtt", metavar="HOST:PORT", help="Listen to a broker.")] = "",
    topics: Annotated[str, typer.Option("--topics", metavar="T[,T]", help="To which topics.")] = "#",
    seconds: Annotated[str, typer.Option("--for", metavar="30s", help="How long.")] = "30s",
    write: Annotated[str, typer.Option("--write", metavar="NAME", help="Write mappings/NAME.yaml.")] = "",
    as_json: AsJson = False,
) -> None:
    """Draft a mapping from a file, from what was kept, from a broker, or from what a source says it has."""
    if sum(map(bool, (file, raw, connection, mqtt))) != 1:
        what, fix = "from what?", "Name one of: a file, --raw, --connection, --mqtt."
        raise QueryError(Problem("learn-what", "map learn", what, fix))
    with Stack.open(project) as stack:
        plant = stack.plant
    if file is not None:
        text = learn_file(plant, file, write)
    elif raw:
        text = learn_raw(plant, project, raw, write)
    elif connection:
        text = learn_browse(plant, project, connection, write)
    else:
        client, now = f"plantstack-learn-{secrets.token_hex(4)}", time.time_ns() // 1000
        length = _seconds(seconds)
        text = learn_mqtt(
            plant, project, mqtt, words(topics), seconds=length, client=client, now=now, source=write
        )
    if write:
        _write(project / "mappings" / f"{write}.yaml", text)
    unsure = unsure_of(text)
    lines = f"{unsure} line with '# ?' wants" if unsure == 1 else f"{unsure} lines with '# ?' want"
    told = f"mappings/{write}.yaml is written; {lines} an answer." if write else text
    if as_json or write:
        give(Answer([{"mapping": text, "unsure": unsure}]), as_json=as_json, told=told)
    typer.echo(text, nl=False)  # as it is, to go into a file


def _seconds(text: str) -> float:
    number = text.strip().removesuffix("s").strip()
    if not number.isascii() or not number.isdigit() or not 1 <= int(number) <= 3600:
        raise QueryError(Problem("learn-for", "--for", f"'{text}' is no length", "Write '30s'."))
    return float(number)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as target:
            target.write(text)
    except FileExistsError:
        what, fix = "there is such a mapping", "Name another one."
        raise ConfigError(Problem("mapping-exists", path.name, what, fix)) from None
