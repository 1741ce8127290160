"""The command learn reasons: alarm rules proposed from what people said, to be read, pasted and signed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer
from rich.console import Group
from rich.table import Table
from rich.text import Text

from plantstack.interfaces.answer import Answer, AsJson, AsLines, Project, give
from plantstack.intervals import SECOND
from plantstack.kpis.models.alarm_reasons import Bar
from plantstack.stack import Stack
from plantstack.stack.reasons.learning import learn_reasons

Row = Mapping[str, Any]

_NOTHING = "Nobody gave a reason yet for a halt that began with an alarm, so there is nothing to learn from."
_SHOWN = 40
_PASTE = (
    "Paste what you agree with into a plant file. 'from' leaves the past as it is; without it the past is"
    " coded too, and reported periods keep their values."
)


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("learn reasons")(learn)


def learn(
    project: Project,
    within: Annotated[
        int,
        typer.Option("--within", min=1, max=600, metavar="SECONDS", help="Alarms so near a halt's begin."),
    ] = 30,
    least: Annotated[int, typer.Option("--least", min=2, help="Halts a rule must be seen in.")] = 10,
    sure: Annotated[
        float, typer.Option("--sure", min=0, max=1, help="Share of them with its reason, at the lower bound.")
    ] = 0.8,
    as_json: AsJson = False,
    as_lines: AsLines = False,
) -> None:
    """Propose alarm rules from people's own reasons, try them on later halts, show how present ones do."""
    with Stack.open(project) as stack:
        found = learn_reasons(stack.engine(), within * SECOND, Bar(least, sure))
        offset, as_of = stack.standing()
    rows = [*found.rows, *([{"row": "yaml", "yaml": found.yaml}] if found.yaml else [])]
    told: Group | str = _shown(found.rows, found.yaml) if found.rows else _NOTHING
    give(Answer(rows, offset=offset, as_of=as_of), as_json=as_json, as_lines=as_lines, told=told)


def _shown(rows: Sequence[Row], yaml: str) -> Group:
    rules = [row for row in rows if row["row"] == "rule"]
    parts: list[Table | Text] = [_rules(rules)] if rules else [Text(_NOTHING)]
    if len(rules) > _SHOWN:
        parts.append(Text(f"{len(rules) - _SHOWN} more in --json"))
    parts += [_held_out(row) for row in rows if row["row"] == "held_out" and rules]
    records = [row for row in rows if row["row"] == "record"]
    parts += [_records(records)] if records else []
    if yaml:
        parts += [Text(_PASTE), Text(yaml, style="dim", no_wrap=True, overflow="ignore")]
    return Group(*parts)


def _table(*titles: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in titles:
        table.add_column(title, overflow="fold")
    return table


def _rules(rows: Sequence[Row]) -> Table:
    table = _table("machine", "alarm", "reason", "halts", "right", "at least", "most said there", "")
    for row in rows[:_SHOWN]:
        table.add_row(
            row["machine"],
            row["code"],
            row["reason"],
            str(row["n"]),
            f"{row['precision']:.0%}",
            f"{row['low']:.0%}",
            f"{row['naive_reason']} {row['naive']:.0%}",
            "proposed" if row["proposed"] else row["why_not"],
        )
    return table


def _held_out(row: Row) -> Text:
    learned = f"{row['rules']} rules learned on the first {row['learned_on']} halts"
    if not row["n"]:
        return Text(
            f"{learned} spoke for none of the {row['later']} later ones: whether they hold is not known."
        )
    return Text(
        f"Tried in time: {learned} spoke for {row['n']} of the {row['later']} later ones and gave the reason"
        f" people gave in {row['precision']:.1%} ({row['low']:.0%} to {row['high']:.0%});"
        f" always the machine's most frequent reason: {row['naive']:.1%}."
    )


def _records(rows: Sequence[Row]) -> Table:
    table = _table("present rule", "reason", "halts", "confirmed", "overridden")
    for row in rows:
        table.add_row(
            row["code"], row["reason"], *(str(row[name]) for name in ("n", "confirmed", "overridden"))
        )
    return table
