"""The command connections: try what is read from outside, before it runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import typer

from plantstack.errors import Problem
from plantstack.interfaces.answer import Answer, AsJson, Project, give
from plantstack.stack.files.probing import Probed, probe


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("connections")(connections)


def connections(project: Project, as_json: AsJson = False) -> None:
    """Try every connection once: what keeps it from reading, and what could be better."""
    found = probe(project)
    rows = [
        {
            "connection": one.name,
            "kind": one.kind,
            "status": "stopped" if one.problems else "ready",
            "advice": [problem.as_row() for problem in one.advice],
        }
        for one in found
    ]
    problems = [named for one in found for named in _named(one, one.problems)]
    notes = [named for one in found for named in _named(one, one.advice)]
    told = "\n".join(f"{row['connection']} ({row['kind']}): {row['status']}" for row in rows)
    told = told or "There are no connections."
    give(Answer(rows, problems=problems, notes=notes), as_json=as_json, told=told)


def _named(one: Probed, problems: Sequence[Problem]) -> list[Problem]:
    return [replace(problem, where=f"{one.name}: {problem.where}") for problem in problems]
