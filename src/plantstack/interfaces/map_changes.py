"""Commands that change a mapping: `map diff` shows what another one would do, `map adopt` does it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Group
from rich.table import Table
from rich.text import Text

from plantstack.errors import Problem
from plantstack.interfaces import times
from plantstack.interfaces.answer import Answer, AsJson, Project, give
from plantstack.interfaces.maps import Name, Raw
from plantstack.interfaces.options import words, zones_of
from plantstack.interfaces.previews import changed_table
from plantstack.stack import Stack
from plantstack.stack.mappings.adopting import Change, adopt, compare
from plantstack.stack.mappings.differing import check_kpis, events_changed, kpis_changed, letters_changed
from plantstack.stack.mappings.replaying import input_of

New = Annotated[Path, typer.Argument(metavar="NEW.yaml", help="The mapping as it would be.")]
Files = Annotated[
    list[Path] | None, typer.Argument(metavar="[FILE...]", help="Files that both read, instead.")
]
Since = Annotated[
    str | None, typer.Option("--from", metavar="T", help="Only what was received from then on.")
]
Ids = Annotated[str, typer.Option("--kpi", metavar="ID[,ID]", help="Which KPIs; all shown by default.")]
Grain = Annotated[str, typer.Option("--grain", help="Length of the periods of KPIs.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("map diff")(diff)
    app.command("map adopt")(take_over)


def diff(
    project: Project,
    name: Name,
    new: New,
    files: Files = None,
    raw: Raw = "",
    since: Since = None,
    kpis: Ids = "",
    grain: Grain = "day",
    as_json: AsJson = False,
) -> None:
    """Show what another mapping tells otherwise, and what that does to KPIs; nothing is changed."""
    with Stack.open(project) as stack:
        check_kpis(stack, words(kpis), grain)
        now = time.time_ns() // 1000
        change = _compared(stack, name, new, files, raw, since, now)
        rows = [*events_changed(change), *letters_changed(change)]
        effect = kpis_changed(stack, change, words(kpis), grain=grain, now=now)
        offset = stack.log.last_offset()
    answer = Answer([*rows, *effect], notes=change.notes, offset=offset)
    give(answer, as_json=as_json, told=_shown(change, rows, effect, "would be"))


def take_over(
    project: Project,
    name: Name,
    new: New,
    files: Files = None,
    raw: Raw = "",
    since: Since = None,
    confirm: Annotated[bool, typer.Option("--confirm", help="Do it; without, it is only shown.")] = False,
    why: Annotated[str, typer.Option("--why", help="A note kept with it.")] = "",
    kpis: Ids = "",
    grain: Grain = "day",
    as_json: AsJson = False,
) -> None:
    """Put another mapping in the place of one, and tell anew with it what came; shown first."""
    with Stack.open(project, write=confirm) as stack:
        check_kpis(stack, words(kpis), grain)
        now = time.time_ns() // 1000
        change = _compared(stack, name, new, files, raw, since, now)
        rows, notes = [*events_changed(change), *letters_changed(change)], list(change.notes)
        effect: list[dict[str, Any]] = []
        if confirm:
            adopt(stack, change, now=now, why=why)
            notes += stack.notes()
        else:
            effect = kpis_changed(stack, change, words(kpis), grain=grain, now=now)
            what, fix = "nothing was changed", "Add '--confirm' to adopt the new mapping."
            notes.append(Problem("map-preview", name, what, fix))
        offset = stack.log.last_offset()
    answer = Answer([*rows, *effect], notes=notes, offset=offset)
    give(answer, as_json=as_json, told=_shown(change, rows, effect, "were" if confirm else "would be"))


def _compared(
    stack: Stack, name: str, new: Path, files: Sequence[Path] | None, raw: str, since: str | None, now: int
) -> Change:
    start = times.instant(since, zones_of(stack)) if since else 0
    given = input_of(stack.folder, Path(name).stem, words(raw), files or (), start)
    return compare(stack, name, new, given, now=now)


def _shown(change: Change, rows: Sequence[Mapping[str, Any]], effect: Sequence[Any], were: str) -> Group:
    gone, come = len(change.targets), len(change.tells.events)
    said = f"{gone:,} events {were} taken back, {come:,} told anew as '{change.new.source}'"
    parts: list[Text | Table | Group] = [Text(said, style="bold")]
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("", "machine", "kind"):
        table.add_column(title, no_wrap=True)
    for title in ("same", "changed", "only old", "only new"):
        table.add_column(title, justify="right")
    for row in rows:
        counts = [f"{row[word]:,}" if word in row else "" for word in ("same", "changed")]
        counts += [f"{row['only_old']:,}", f"{row['only_new']:,}"]
        table.add_row(row["row"], row.get("equipment", ""), row["kind"], *counts)
    parts.append(table)
    parts += [Text(said) for row in rows if (said := _example(row))]
    if effect:
        parts += [Text(""), changed_table(effect)]
    return Group(*parts)


def _example(row: Mapping[str, Any]) -> str:
    old, new = row.get("old", ""), row.get("new", "")
    if not (old or new):
        return ""
    return f"  {row['kind']} of {row['equipment']}: {old or 'nothing'} -> {new or 'nothing'}"
