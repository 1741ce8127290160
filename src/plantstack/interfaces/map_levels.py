"""`plantstack map thresholds`: at which current or power a machine runs, learned from recorded readings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Group
from rich.table import Table
from rich.text import Text

from plantstack.interfaces.answer import Answer, AsJson, Project, give
from plantstack.stack.mappings.levels import Level, learn_levels

_LONG = 0.1  # height of a valley up to which two levels are clear


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("map thresholds")(thresholds)


def thresholds(
    project: Project,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Recorded readings.")],
    mapping: Annotated[str, typer.Option("--mapping", help="How they are read: of mappings/, or a file.")],
    as_json: AsJson = False,
) -> None:
    """Propose limits for `signals` of a mapping, where a series has an on and an off."""
    found, problems = learn_levels(project, mapping, files)
    told = _shown(found) if found else "No file gave a reading: the mapping needs a rule of kind 'reading'."
    give(Answer([_row(one) for one in found], problems), as_json=as_json, told=told)


def _row(one: Level) -> dict[str, Any]:
    split = one.split
    row: dict[str, Any] = {"equipment": one.equipment, "parameter": one.parameter, "readings": split.size}
    if split.why:
        return row | {"why_none": split.why}
    limits = {"above": split.above, "below": split.below, "low": split.low, "high": split.high}
    shares = {"dip": split.dip, "share_on": split.share_on, "share_between": split.share_between}
    return row | limits | shares


def _shown(found: list[Level]) -> Group:
    table = Table()
    for name in ("machine", "parameter", "readings", "off", "on", "time on", "apart"):
        table.add_column(name)
    lines = []
    for one in found:
        split = one.split
        row = [one.equipment, one.parameter, str(split.size)]
        if split.why:
            table.add_row(*row, "", "", "", split.why)
            continue
        apart = "clear" if split.dip <= _LONG else "fair"
        table.add_row(*row, f"{split.low:g}", f"{split.high:g}", f"{split.share_on:.0%}", apart)
        limits = f"producing: {{above: {split.above:g}}}, stopped: {{below: {split.below:g}}}"
        lines.append(Text(f"{one.equipment} {one.parameter}: {limits}"))
    return Group(table, *lines)
