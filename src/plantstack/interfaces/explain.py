"""The command explain: what a number is made of, or how it came from another period or scope."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Group
from rich.markup import escape
from rich.table import Table

from plantstack.interfaces import questions, tables
from plantstack.interfaces.answer import AsJson, AsLines, Project, give
from plantstack.interfaces.figures import figure, unit_of
from plantstack.interfaces.options import (
    From,
    KnownAt,
    ProfileName,
    Scope,
    To,
    nothing,
)
from plantstack.interfaces.questions import Versus, Window
from plantstack.stack import Stack

Row = Mapping[str, Any]

_PARTS_SHOWN = 6
_BAR = 24


VersusFrom = Annotated[
    str | None, typer.Option("--versus-from", metavar="T", help="Start of the window compared with.")
]
VersusTo = Annotated[str | None, typer.Option("--versus-to", metavar="T", help="Its end.")]
VersusScope = Annotated[
    str | None, typer.Option("--versus-scope", metavar="PATH", help="Equipment compared with.")
]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("explain")(explain)


def explain(
    project: Project,
    kpi: Annotated[str, typer.Argument(metavar="ID", help="Which KPI.")],
    scope: Scope = "",
    since: From = None,
    until: To = None,
    versus_since: VersusFrom = None,
    versus_until: VersusTo = None,
    versus_scope: VersusScope = None,
    known_at: KnownAt = None,
    profile: ProfileName = None,
    as_json: AsJson = False,
    as_lines: AsLines = False,
) -> None:
    """Show what a number is made of down to events; or how it came from another period or scope."""
    with Stack.open(project) as stack:
        window = Window(scope, since, until, known_at)
        versus = Versus(versus_since, versus_until, versus_scope)
        is_bridge = versus != Versus()
        if is_bridge:
            answer = questions.bridge(stack, window, versus, kpi, profile)
        else:
            answer = questions.lineage(stack, window, kpi, profile)
        zone = stack.zone_of(scope)
        name = stack.kpi_names().get(kpi, kpi)
    if not answer.rows:
        shown: str | Table | Group = nothing(answer.as_of)
    else:
        shown = (
            bridge_table(answer.rows, name, zone) if is_bridge else tables.lineage_table(answer.rows, zone)
        )
    give(answer, as_json=as_json, as_lines=as_lines, told=shown)


def bridge_table(rows: Sequence[Row], name: str, zone: str) -> Group | str:
    """From one value to the other: a line a factor, its greatest terms below it, the greatest parts last."""
    head = rows[0]
    unit = unit_of(head)
    if head["why_none"]:
        return f"{name}: no bridge, because {head['why_none']}"
    factors = [row for row in rows if row["row"] == "factor"]
    terms = [row for row in rows if row["row"] == "term" and row["term"]]
    most = max((abs(row["effect"]) for row in (*factors, *terms)), default=0.0) or 1.0
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(overflow="fold")  # a long place is folded, never a number
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_row(f"{name}: {_where(head['versus'], zone)}", figure(head["versus"]["value"], unit), "")
    for row in factors:
        mine = [one for one in terms if one["factor"] == row["factor"]]
        label = _label(row["factor"], mine)
        table.add_row(f"  {escape(label)}", moved(row["effect"], unit), _drawn(row, most))
        several = [one for one in mine if one["effect"]] if len(mine) > 1 else []
        for one in sorted(several, key=lambda one: -abs(one["effect"])):
            table.add_row(f"    {escape(_plain(one['term']))}", moved(one["effect"], unit), _drawn(one, most))
    table.add_row(_where(head, zone), figure(head["value"], unit), "")
    left = head["residual"]
    check = (
        f"Factors add up to {moved(head['difference'], unit)}; left over {left:.0e}."
        if left
        else (f"Factors add up to {moved(head['difference'], unit)} exactly.")
    )
    return Group(table, "", check, *_parts(rows, unit))


def _label(factor: str, terms: Sequence[Row]) -> str:
    """A factor in the plant's words; a fraction of two sums names them."""
    if factor not in ("numerator", "denominator", "amount") or len(terms) != 1:
        return _plain(factor)
    return ("÷ " if factor == "denominator" else "") + _plain(terms[0]["term"])


def _plain(name: str) -> str:
    return name.removeprefix("time_").replace("_", " ")


def _parts(rows: Sequence[Row], unit: str) -> list[str]:
    """The parts that moved most, each with what moved it."""
    by: dict[str, list[Row]] = {}
    for row in rows:
        if row["row"] == "part":
            by.setdefault(row["part"], []).append(row)
    ranked = sorted(by.items(), key=lambda one: -abs(sum(row["effect"] for row in one[1])))
    told = []
    for part, effects in ranked[:_PARTS_SHOWN]:
        worst = max(effects, key=lambda row: abs(row["effect"]))
        whole = moved(sum(row["effect"] for row in effects), unit)
        label = escape(part) or f"(no {effects[0]['axis']})"
        told.append(f"  {label}: {whole}, most of it {worst['factor'].replace('_', ' ')}")
    return ["", f"By {rows[0]['axis']}, the greatest first:", *told] if told else []


def moved(amount: float, unit: str) -> str:
    """A change with its sign; of shares in points.

    >>> moved(0.0123, "1"), moved(-90, "s")
    ('+1.23 pt', '-1.5 min')
    """
    if unit == "1":
        return f"{amount * 100:+.2f} pt"
    return ("+" if amount > 0 else "") + figure(amount, unit)


def _where(end: Row, zone: str) -> str:
    period = end["period"]
    if period is None:
        return f"{escape(end['scope']['path'])}, no time in the books"
    first, after = (
        datetime.fromisoformat(period[side]).astimezone(ZoneInfo(zone)) for side in ("from", "to")
    )
    last = after - timedelta(days=1) if after.time() == first.time() else after
    days = f"{first:%Y-%m-%d} to {last:%Y-%m-%d}"
    return f"{escape(end['scope']['path'])}, {days}"


def _drawn(row: Row, most: float) -> str:
    size = round(abs(row["effect"]) / most * _BAR)
    return ("[red]" if row["effect"] < 0 else "[green]") + "█" * max(size, 0) + "[/]" if size else ""
