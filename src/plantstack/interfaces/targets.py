"""The command targets: proposals from own best weeks, plans against the budget, targets that move nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer
from rich.console import Group
from rich.markup import escape
from rich.table import Table

from plantstack.errors import Problem, QueryError, did_you_mean
from plantstack.interfaces import times
from plantstack.interfaces.answer import AsJson, AsLines, Project, give
from plantstack.interfaces.figures import figure
from plantstack.interfaces.options import (
    From,
    KnownAt,
    Scope,
    To,
    answer_of,
    known_offset,
    nothing,
    words,
    zones_of,
)
from plantstack.interfaces.tables import moved
from plantstack.stack import Stack
from plantstack.stack.answers.asking import KpiTable
from plantstack.stack.targets.plans import check_plans
from plantstack.stack.targets.proposing import propose
from plantstack.stack.targets.use import review

Row = Mapping[str, Any]
_WHAT = ("check", "propose", "review")
_NONE = {"check": "There is no budget to check.", "review": "No target stands here that could be reviewed."}


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("targets")(targets)


def targets(
    project: Project,
    what: Annotated[str, typer.Argument(metavar="check|propose|review", help="What is wanted.")],
    ids: Annotated[str, typer.Argument(metavar="[ID[,ID]]", help="Which KPIs; none: all shown.")] = "",
    scope: Scope = "",
    by: Annotated[str, typer.Option("--by", metavar="AXES", help="Split; lines by default.")] = "",
    since: From = None,
    until: To = None,
    known_at: KnownAt = None,
    as_json: AsJson = False,
    as_lines: AsLines = False,
) -> None:
    """Check plans against budgets, propose targets from own best weeks, review which move nobody.

    check: whether the plans of a line reach its budget, step by step. propose: targets from own best weeks,
    as YAML to paste. review: standing targets that nobody acts on, or that were never missed. How values
    stand to their targets now is shown by 'plantstack kpi'.
    """
    if what not in _WHAT:
        raise QueryError(
            Problem("targets-unknown", what, "there is no such question", did_you_mean(what, _WHAT))
        )
    with Stack.open(project) as stack:
        days = times.window(since, until, zones_of(stack)).days
        engine = stack.engine(known_at=known_offset(stack, known_at, zones_of(stack)))
        if what == "check":
            answer = check_plans(engine, stack.catalog(), scope=scope)
        elif what == "review":
            answer = review(engine, stack.catalog(), scope=scope)
        else:
            answer = propose(engine, stack.catalog(), words(ids), scope=scope, by=words(by), days=days)
        names, notes = stack.kpi_names(), stack.notes()
    shown = {"check": _checked, "review": _reviewed, "propose": _proposals}
    none = _NONE.get(what) if answer.as_of else None
    told = shown[what](answer.rows, names) if answer.rows else Group(none or nothing(answer.as_of))
    _give(answer, notes, told, as_json=as_json, as_lines=as_lines)


def _give(answer: KpiTable, notes: list[Problem], told: Group, *, as_json: bool, as_lines: bool) -> None:
    notes = [*answer.notes, *notes] if as_json or not answer.rows else notes
    give(answer_of(answer, notes), as_json=as_json, as_lines=as_lines, told=told)


def _proposals(rows: Sequence[Row], names: Mapping[str, str]) -> Group:
    """What is proposed with its weeks, the YAML, and what cannot be proposed yet."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("KPI", overflow="fold", min_width=14)
    table.add_column("of", overflow="fold")
    for title in ("target", "usual", "spread", "weeks"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("the best", overflow="fold")
    good = [row for row in rows if row["value"] is not None]
    for row in good:
        unit, spread = row["unit"], row["spread"]
        cells = [
            names.get(row["kpi"], row["kpi"]),
            _place(row),
            figure(row["value"], unit),
            figure(row["usual"], unit),
        ]
        cells += [
            "" if spread is None else moved(spread, unit).lstrip("+"),
            f"{row['n_trusted']} of {row['n_weeks']}",
        ]
        cells.append(", ".join(sorted(week["label"] for week in row["weeks"])))
        table.add_row(*(escape(cell) for cell in cells))
    told: list[Table | str] = [table] if good else []
    if good:
        told += ["", "targets:", *(escape(row["yaml"]) for row in good)]
    refused = [row for row in rows if row["value"] is None]
    told += ["", "No target can be proposed yet:"] if refused else []
    told += [escape(f"  {names.get(row['kpi'], row['kpi'])}, {_place(row)}: {_why(row)}") for row in refused]
    return Group(*told)


def _checked(rows: Sequence[Row], names: Mapping[str, str]) -> Group:
    """One line a step of each budget, with what is short of it."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("budget of", "period", "step"):
        table.add_column(title, overflow="fold")
    for title in ("pieces", "hours", "short", "short hours"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("", overflow="fold")
    last = ("", "")
    for row in rows:
        place = ", ".join(word for word in (row["scope"] or "group", row["product"]) if word)
        head = (place, row["period"]["label"])
        cells = ["", ""] if head == last else list(head)
        cells += [row["step"], _number(row["pieces"]), _number(row["hours"], 1)]
        cells += [_number(row["short_pieces"] or None), _number(row["short_hours"] or None, 1), row["why"]]
        table.add_row(*(escape(cell) for cell in cells))
        last = head
    return Group(table)


def _number(number: float | None, digits: int = 0) -> str:
    return "" if number is None else f"{number:,.{digits}f}"


def _reviewed(rows: Sequence[Row], names: Mapping[str, str]) -> Group:
    """What is proposed for each target, and tighter ones to paste."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("KPI", "of", "target", "proposal", "why", "owner"):
        table.add_column(title, overflow="fold", justify="right" if title == "target" else "left")
    for row in rows:
        place = ", ".join(word for word in (row["scope"] or "group", row["product"], row["per"]) if word)
        cells = [names.get(row["kpi"], row["kpi"]), place, figure(row["target"], row["unit"])]
        table.add_row(*(escape(cell) for cell in (*cells, row["proposal"], row["why"], row["owner"])))
    tighter = [row["yaml"] for row in rows if row["yaml"]]
    told: list[Table | str] = [table]
    told += ["", "Own best weeks propose:", "", "targets:"] if tighter else []
    told += [escape(line) for line in tighter]
    return Group(*told)


def _why(row: Row) -> str:
    left_out = "; ".join(f"{why} ({number})" for why, number in row["left_out"].items())
    return f"{row['why_none']}; left out: {left_out}" if left_out else str(row["why_none"])


def _place(row: Row) -> str:
    axes = [str(value) for axis, value in row["scope"].items() if axis not in ("path", "level") and value]
    return ", ".join(axes) or str(row["scope"]["path"])
