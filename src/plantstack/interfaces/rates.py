"""The command rates: ideal cycles that the floor contradicts, what a change would do, and what to paste."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import typer
from rich.console import Group
from rich.table import Table
from rich.text import Text

from plantstack.interfaces import times
from plantstack.interfaces.answer import AsJson, AsLines, Project, give
from plantstack.interfaces.figures import figure
from plantstack.interfaces.options import From, KnownAt, Scope, To, answer_of, known_offset, zones_of
from plantstack.stack import Stack
from plantstack.stack.claims.rates import Rating

Row = Mapping[str, Any]

_FINE = "The runs bear out every ideal rate, or are too few to say."
_NOTHING_CHANGES = (
    "Nothing changes by itself, and nothing is capped: until somebody signs, what is above 100 % stays."
)


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("rates")(rates)


def rates(
    project: Project,
    scope: Scope = "",
    since: From = None,
    until: To = None,
    known_at: KnownAt = None,
    as_json: AsJson = False,
    as_lines: AsLines = False,
) -> None:
    """Propose ideal rates where runs exceed 100 % or the best shown has drifted away, with the effect."""
    with Stack.open(project) as stack:
        zones = zones_of(stack)
        engine = stack.engine(known_at=known_offset(stack, known_at, zones))
        answer = Rating(engine, stack.catalog(), scope, times.window(since, until, zones).days).table()
        notes = stack.notes()
    told: Group | str = _proposals(answer.rows) if answer.rows else _FINE
    give(answer_of(answer, notes), as_json=as_json, as_lines=as_lines, told=told)


def _proposals(rows: Sequence[Row]) -> Group:
    parts: list[Table | Text] = []
    for row in rows:
        parts += [
            _proposal(row),
            _effect(row),
            Text(row["yaml"], style="dim", no_wrap=True, overflow="ignore"),
        ]
    return Group(*parts, Text(_NOTHING_CHANGES))


def _proposal(row: Row) -> Text:
    told = Text(f"{row['machine']} on {row['product']}", style="bold")
    told.append(
        f"  ideal {row['ideal_s']:.3g} s a piece, proposed {row['proposed_s']:.3g} s: {row['why']}",
        style="none",
    )
    if row["runs_above"]:
        best = ", ".join(f"{one['run']} {one['performance']:.0%}" for one in row["runs_above"][:3])
        told.append(f"\nfastest: {best}", style="none")
    if not row["is_faster"]:
        told.append("\nA slower ideal hides a loss: sign it only with a measurement at the machine.")
    return told


def _effect(row: Row) -> Table | Text:
    told = {kpi: months[-3:] for kpi, months in row["effect"].items()}
    without = [one["why_none"] for months in told.values() for one in months if one["now"] is None]
    if without and all(one["now"] is None for months in told.values() for one in months):
        return Text(f"no effect to show: {without[0]}")
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("", *(one["period"] for one in told["oee"])):
        table.add_column(title, no_wrap=True)
    for kpi, months in told.items():
        table.add_row(kpi, *(f"{figure(one['now'], '1')} -> {figure(one['then'], '1')}" for one in months))
    return table
