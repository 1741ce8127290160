"""Commands about a mapping as it is: `map test` runs its tests, `map explain` follows one row through it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Group
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from plantstack.errors import Problem, QueryError
from plantstack.interfaces import times
from plantstack.interfaces.answer import Answer, AsJson, Project, give
from plantstack.interfaces.options import zones_of
from plantstack.stack import Stack
from plantstack.stack.mappings.explaining import Trace, Tried, explain_message, explain_row, prove_mappings

Name = Annotated[str, typer.Argument(metavar="NAME", help="A mapping: of mappings/, or a file.")]
Raw = Annotated[str, typer.Option("--raw", metavar="CONNECTION", help="What came over it, as it was kept.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("map test")(test)
    app.command("map explain")(explain)


def test(
    project: Project,
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="Which mapping; none: all.")] = "",
    as_json: AsJson = False,
) -> None:
    """Run the tests that stand in mappings."""
    found = prove_mappings(project, name)
    problems = [problem for _, _, wrong in found for problem in wrong]
    rows = [{"mapping": one, "tests": size, "problems": len(wrong)} for one, size, wrong in found]
    tests = sum(size for _, size, _ in found)
    told = "There are no tests in the mappings." if not tests else ""
    give(Answer(rows, problems), as_json=as_json, told=told)


def explain(
    project: Project,
    name: Name,
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="A file the mapping reads.")] = None,
    raw: Raw = "",
    row: Annotated[
        int, typer.Option("--row", min=0, help="Line of the file, or number of the kept message.")
    ] = 0,
    at: Annotated[
        str | None, typer.Option("--at", metavar="T", help="The first message received from then on.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Follow one row or message through a mapping: its cells, every rule, and what comes of it."""
    if (file is None) == (not raw):
        what, fix = "expected a file or '--raw CONNECTION'", "Name one of them."
        raise QueryError(Problem("map-what", "map explain", what, fix))
    if file is not None and not row:
        raise QueryError(Problem("map-row", "--row", "which row of the file?", "Write '--row 7'."))
    with Stack.open(project) as stack:
        if file is not None:
            found = explain_row(project, stack.plant, name, file, row, time.time_ns() // 1000)
        else:
            instant = times.instant(at, zones_of(stack)) if at else None
            found = explain_message(project, stack.plant, name, raw, number=row, at=instant)
    give(Answer(_rows(found)), as_json=as_json, told=_shown(found))


def _rows(found: Trace) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [{"row": "column", **asdict(one)} for one in found.cells]
    rows += [{**asdict(one), "row": "rule"} for one in found.tried]
    rows += [{"row": "event", **event} for event in found.events]
    if found.letter:
        rows.append({"row": "letter", **found.letter.as_row()})
    if found.left_out:
        rows.append({"row": "left out", "why": found.left_out})
    return rows


def _shown(found: Trace) -> Group:
    parts: list[Text | Table] = [Text(found.where, style="bold"), Text(found.raw, overflow="fold")]
    if found.cells:
        cells = [(c.column, c.where, c.raw, c.read_as, c.status or c.value) for c in found.cells]
        parts.append(_table(("column", "where", "stands there", "as", "is read as"), cells))
    if found.tried:
        rules = [(one.rule, one.kind, _spoken(one)) for one in found.tried]
        parts.append(_table(("rule", "kind", ""), rules))
    parts += [Text(said) for said in _outcome(found)]
    return Group(*parts)


def _spoken(one: Tried) -> str:
    if not one.speaks:
        return f"does not speak: not {one.failed}"
    return f"speaks, and makes nothing: {one.silent}" if one.silent else "speaks"


def _outcome(found: Trace) -> list[str]:
    if found.left_out:
        return [f"It gives no event: {found.left_out}."]
    if found.letter:
        return [f"It is set aside as a dead letter: {found.letter}"]
    if not found.events:
        return ["It gives no event."]
    said = ["It gives:"]
    for event in found.events:
        said.append("  " + ", ".join(f"{name} {value}" for name, value in event.items()))
    return said


def _table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in titles:
        table.add_column(title, overflow="fold")
    for row in rows:
        table.add_row(*map(escape, row))
    return table
