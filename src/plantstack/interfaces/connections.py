"""Commands about connections: tried before they run, their plan for IT, and what is doubted of signals."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from plantstack.errors import Problem
from plantstack.events import signals
from plantstack.interfaces.answer import Answer, AsJson, Project, give
from plantstack.intervals import rfc3339
from plantstack.stack import Stack
from plantstack.stack.files.planning import NO_WRITE, Way, plan
from plantstack.stack.files.probing import Probed, probe

Row = dict[str, Any]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("connections")(connections)
    app.command("connections doubts")(doubts)
    app.command("connections confirm")(confirm)


def connections(
    project: Project,
    planned: Annotated[bool, typer.Option("--plan", help="For IT, as Markdown: every way out.")] = False,
    as_json: AsJson = False,
) -> None:
    """Try every connection once: what keeps it from reading, what could be better, what is doubted."""
    if planned:
        _give_plan(plan(project), as_json=as_json)
    found = probe(project)
    doubted = [row for row in _doubts(project) if not row["settled_at"]]
    rows = [
        {
            "connection": one.name,
            "kind": one.kind,
            "status": _status(one),
            "advice": [problem.as_row() for problem in one.advice],
            "doubts": [row for row in doubted if row["connection"] == one.name],
        }
        for one in found
    ]
    problems = [named for one in found for named in _named(one, one.problems)]
    notes = [named for one in found for named in _named(one, one.advice)] + [_note(row) for row in doubted]
    told = "\n".join(f"{row['connection']} ({row['kind'] or '?'}): {row['status']}" for row in rows)
    told = told or "There are no connections."
    give(Answer(rows, problems=problems, notes=notes), as_json=as_json, told=told)


def doubts(project: Project, as_json: AsJson = False) -> None:
    """List which signals may mean, or meant, something else than before, and what was said of it."""
    rows = _doubts(project)
    told = "\n".join(f"{row['connection']}: {row['told']} ({_standing(row)})" for row in rows)
    give(Answer(rows), as_json=as_json, told=told or "No signal was ever doubted.")


def confirm(
    project: Project,
    connection: Annotated[str, typer.Argument(metavar="CONNECTION", help="Name of a file of connectors/.")],
    tag: Annotated[str, typer.Argument(metavar="TAG", help="As 'connections doubts' names it.")],
    by: Annotated[str, typer.Option("--by", help="Role of who looked at it, as 'electrician'.")],
    note: Annotated[str, typer.Option("--note", help="What was found.")] = "",
    changed: Annotated[
        bool, typer.Option("--changed", help="It does mean something else, and the mapping says so now.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say that a doubted signal means what it meant, or that it changed and is to be proven again."""
    now = time.time_ns() // 1000
    signals.confirm(project, connection, tag, by=by, note=note, is_changed=changed, now=now)
    row = {"connection": connection, "tag": tag, "is_changed": changed, "by": by, "note": note}
    told = (
        "Its time until now stays doubted; prove it again with 'plantstack accept'."
        if changed
        else "Settled."
    )
    give(Answer([row]), as_json=as_json, told=told)


def _doubts(project: Path) -> list[Row]:
    with Stack.open(project) as stack:
        found = signals.doubts(stack.log.connection)
    names = ("connection", "tag", "kind", "told", "is_changed", "by", "note")
    return [
        {name: getattr(one, name) for name in names}
        | {"since": rfc3339(one.since), "raised_at": rfc3339(one.raised_at)}
        | {"settled_at": "" if one.settled_at is None else rfc3339(one.settled_at)}
        for one in found
    ]


def _standing(row: Row) -> str:
    if not row["settled_at"]:
        return "open"
    return f"{'changed' if row['is_changed'] else 'the same'}, says {row['by']}"


def _note(row: Row) -> Problem:
    fix = f'plantstack connections confirm DIR {row["connection"]} "{row["tag"]}" --by ROLE'
    return Problem("signal-doubted", row["connection"], row["told"], fix)


def _status(one: Probed) -> str:
    if one.problems:
        return "not ready"
    return "reached, without a mapping yet" if one.is_unmapped else "ready"


def _named(one: Probed, problems: Sequence[Problem]) -> list[Problem]:
    return [replace(problem, where=f"{one.name}: {problem.where}") for problem in problems]


def _give_plan(ways: Sequence[Way], *, as_json: bool) -> None:
    if as_json:
        give(Answer([way.as_row() for way in ways]), as_json=True)
    heads = "connection|to host|port|protocol|encryption|account|reads|how often|requests/s|sessions|rights"
    lines = [
        "# Connections of plantstack",
        "",
        f"All go out from this machine, nothing comes in by them. Control systems: {NO_WRITE}.",
        "",
        f"| {heads.replace('|', ' | ')} |",
        f"|{'---|' * (heads.count('|') + 1)}",
    ]
    for way in ways:
        told: list[object] = [way.connection, way.host or "this machine", way.port or "-", way.protocol]
        told += [way.encryption or "none", way.account or "none", way.reads, way.every]
        told += [f"{float(way.requests):g}" if way.requests else "-", way.sessions, way.rights]
        lines.append(f"| {' | '.join(str(one).replace('|', '/') for one in told)} |")
    typer.echo("\n".join(lines))
    raise typer.Exit(0)
