"""The command losses: from calendar time to good pieces to money, as a tree that adds up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer
from rich.console import Group
from rich.markup import escape
from rich.table import Table

from plantstack.interfaces import questions
from plantstack.interfaces.answer import AsJson, AsLines, Project, give
from plantstack.interfaces.options import (
    From,
    KnownAt,
    ProfileName,
    Scope,
    To,
    nothing,
)
from plantstack.interfaces.questions import Window
from plantstack.stack import Stack

Row = Mapping[str, Any]

_BAR = 24
_HOUR = 3600
_COULD = {"unknown": "of demand nobody told"}
_LABELS = {
    "not_scheduled": "not scheduled",
    "planned_down": "breaks, cleaning, maintenance",
    "waiting": "waiting (starved, blocked, supply)",
    "other_stop": "other stops",
    "planned_overrun": "planned, beyond its allowance",
    "micro_stop": "short stops",
    "reduced_capacity": "lanes or cavities shut",
    "ramp": "coming up to rate",
    "speed": "slower than the ideal pace",
    "startup_reject": "rejected while starting up",
    "unjudged": "pieces nobody judged",
}


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("losses")(losses)


def losses(
    project: Project,
    scope: Scope = "",
    since: From = None,
    until: To = None,
    known_at: KnownAt = None,
    profile: ProfileName = None,
    currency: Annotated[
        str, typer.Option("--currency", metavar="C", help="Money of all sites in this currency, as EUR.")
    ] = "",
    as_json: AsJson = False,
    as_lines: AsLines = False,
) -> None:
    """Show where the time went, what it cost in pieces, and in money by class."""
    with Stack.open(project) as stack:
        answer = questions.losses(stack, Window(scope, since, until, known_at), profile, currency)
    told: str | Group = losses_tree(answer.rows) if answer.rows else nothing(answer.as_of)
    give(answer, as_json=as_json, as_lines=as_lines, told=told)


def losses_tree(rows: Sequence[Row]) -> Group:
    """The tree: hours with bars, pieces, and a column for each class of money that has figures."""
    money = {(row["leaf"], row["class"]): row for row in rows if row["row"] == "money"}
    classes = list(dict.fromkeys(kind for (_, kind), row in money.items() if row["low"] or row["high"]))
    leaves = [row for row in rows if row["row"] == "leaf"]
    most = max((abs(row["seconds"]) for row in leaves if row["share"] is not None), default=0) or 1
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for title in ("", "hours", "share", ""):
        table.add_column(title, justify="left" if not title else "right", no_wrap=True)
    table.add_column("pieces", justify="right", no_wrap=True)
    is_contested = any(row["contested"] for row in leaves)
    if is_contested:
        table.add_column("contested h", justify="right", no_wrap=True)
    for title in classes:
        table.add_column(title, justify="right", min_width=12, max_width=14)
    blank = [""] * (len(classes) + is_contested)
    for row in rows:
        if row["row"] == "node":
            label = {"good": "good pieces at ideal pace", "planned busy": "planned busy time"}
            name = label.get(row["node"], f"calendar of {row['scope']['path']}")
            table.add_row(escape(name), _hours(row), _share(row), "", _pieces(row), *blank, style="bold")
        elif row["row"] == "leaf" and (row["seconds"] or row["group"] == "calendar"):
            drawn = _drawn(row["seconds"] / most) if row["share"] is not None else ""
            figures = [_money(money.get((row["leaf"], kind))) for kind in classes]
            if is_contested:
                figures.insert(0, f"{row['contested'] / _HOUR:,.1f}" if row["contested"] else "")
            label = _LABELS.get(row["leaf"], row["leaf"].replace("_", " "))
            table.add_row(f"  {label}", _hours(row), _share(row), drawn, _pieces(row), *figures)
    return Group(table, "", *_footnotes(rows, money))


def _footnotes(rows: Sequence[Row], money: Mapping[tuple[str, str], Row]) -> list[str]:
    check = next(row for row in rows if row["row"] == "check")
    sums = "add up to the calendar exactly" if not check["residual"] else f"are off by {check['residual']} s"
    told = [f"Leaves and good pieces {sums}; the gap is {check['gap'] / _HOUR:,.1f} h."]
    hours: Mapping[str, float] = next((row["hours"] for row in rows if row["row"] == "demand"), {})
    could = ", ".join(f"{lost:,.1f} h {_COULD.get(what, what)}" for what, lost in sorted(hours.items()))
    told += [f"Lost where the pace is set: {could}."] if could else []
    shown = [row for row in money.values() if row["low"] is not None]
    if shown:
        told.append(
            f"Money in {shown[0]['currency'] or 'several currencies'}; classes are never added together."
        )
        if hours.get("unknown"):
            told.append("A range where nobody said what could be sold: send 'demand' events to narrow it.")
    reasons = dict.fromkeys(row["why_none"] for row in money.values() if row["why_none"])
    kept = "Not all of the money" if shown else "No money is claimed"
    told += [f"{kept}: {escape(reason)}." for reason in list(reasons)[:4]]
    lacks = dict.fromkeys(row["why_none"] for row in rows if row["row"] == "leaf" and row.get("why_none"))
    return [*told, *(f"Pieces are not known: {escape(reason)}." for reason in lacks)]


def _hours(row: Row) -> str:
    return f"{row['seconds'] / _HOUR:,.1f}"


def _share(row: Row) -> str:
    return "" if row["share"] is None else f"{row['share'] * 100:.1f} %"


def _pieces(row: Row) -> str:
    return "" if row["pieces"] is None else f"{row['pieces']:,.0f}"


def _money(row: Row | None) -> str:
    if row is None or (row["low"] is None and row["high"] is None):
        return ""
    low, high = row["low"], row["high"]
    if high is None:
        return f"≥ {_short(low)}"
    return _short(low) if low == high else f"{_short(low)} – {_short(high)}"


def _short(amount: float) -> str:
    """An amount as a column has room for it.

    >>> _short(1234), _short(275_097), _short(-2_750_970)
    ('1,234', '275k', '-2.75M')
    """
    if abs(amount) >= 999_500:
        return f"{amount / 1e6:,.2f}M"
    return f"{amount / 1000:,.0f}k" if abs(amount) >= 10_000 else f"{amount:,.0f}"


def _drawn(share: float) -> str:
    full = round(abs(share) * _BAR)
    colour = "green" if share < 0 else "red"
    return f"[{colour}]{'█' * full or '▏'}[/]"
