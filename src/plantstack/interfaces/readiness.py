"""The command readiness: five layers of every line and site, what is there, and the cheapest next step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

import typer
from rich.console import Group
from rich.table import Table
from rich.text import Text

from plantstack.interfaces import questions
from plantstack.interfaces.answer import AsJson, AsLines, Project, give
from plantstack.interfaces.figures import bar
from plantstack.interfaces.options import KnownAt, Scope, nothing
from plantstack.interfaces.questions import Window
from plantstack.stack import Stack

Row = Mapping[str, Any]

_LAYERS = {1: "execution", 2: "control", 3: "reliability", 4: "improvement", 5: "strategy"}
_MARKS = {"met": ("●", "green"), "partly": ("◐", "yellow"), "blocked": ("○", "red")}
_OPEN = ("weak", "missing")


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("readiness")(readiness)


def readiness(
    project: Project,
    scope: Scope = "",
    known_at: KnownAt = None,
    as_json: AsJson = False,
    as_lines: AsLines = False,
) -> None:
    """Show how far each layer may be believed, line by line, and the cheapest step to the next."""
    with Stack.open(project) as stack:
        answer = questions.readiness(stack, Window(scope, known_at=known_at))
        names = stack.kpi_names()
    told: Group | str = _stacks(answer.rows, names) if answer.rows else nothing(answer.as_of)
    give(answer, as_json=as_json, as_lines=as_lines, told=told)


def _stacks(rows: Sequence[Row], names: Mapping[str, str]) -> Group:
    """Five layers a place, the highest on top, as they stand on each other."""
    parts: list[Table | Text] = []
    for (level, place), mine in groupby(rows, key=lambda row: (row["level"], row["scope"])):
        parts += [Text(f"{level} {place}", style="bold"), _stack(list(mine), names), Text("")]
    key = "● met   ◐ partly: at least half   ○ blocked.  Blocked layers are shown; they claim nothing: "
    return Group(*parts, Text(key + "no ranking, no verified saving, no money per loss."))


def _stack(rows: Sequence[Row], names: Mapping[str, str]) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    for width in (2, 14, 15, 6, 26):
        table.add_column(no_wrap=width < 20, min_width=width)
    table.add_column(overflow="fold")
    for row in sorted(rows, key=lambda row: -row["layer"]):
        mark, style = _MARKS[row["status"]]
        wanted, there = row["n_required"], row["n_fulfilled"]
        table.add_row(
            Text(mark, style=style),
            f"{row['layer']} {_LAYERS[row['layer']]}",
            Text(bar(there / wanted if wanted else 0.0, 10) + f" {there}/{wanted}", style=style),
            row["period"]["label"],
            _missing(row, names),
            _step(row),
        )
    return table


def _missing(row: Row, names: Mapping[str, str]) -> str:
    """What holds it: a lower layer, else its own checks; and what is finance's word."""
    told = [names.get(one["kpi"], one["kpi"]) for one in row["checks"] if one["status"] in _OPEN]
    lent = [one for one in row["checks"] if one["status"] == "from finance"]
    words = [f"waits for layer {row['blocked_by']}"] if row["blocked_by"] else []
    if not row["n_required"]:
        words += [f"nothing to judge in the books from {row['period']['from']} to {row['period']['to']}"]
    words += [", ".join(told[:3]) + (f" and {len(told) - 3} more" if len(told) > 3 else "")] if told else []
    words += [
        f"{names.get(one['kpi'], one['kpi'])} is from finance, {one['explained']:.0%} from the floor"
        for one in lent[:2]
    ]
    return "; ".join(words)


def _step(row: Row) -> str:
    return f"{row['step']} ({row['minutes']} min)" if row["step"] else ""
