"""The command `claims`: losses that wait for their owner's word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.markup import escape
from rich.table import Table

from plantstack.interfaces import times
from plantstack.interfaces.answer import Answer, AsJson, AsLines, Project, give
from plantstack.interfaces.figures import duration
from plantstack.interfaces.options import From, Scope, To, zones_of
from plantstack.intervals import SECOND, rfc3339
from plantstack.stack import Stack
from plantstack.stack.reasons.settling import OwnedStop
from plantstack.stack.reasons.unsettled import owned_losses

Row = Mapping[str, Any]
_WORDS = {"open": "nobody answered", "accepted": "accepted"}
_MOST = 30  # lines of a table; the rest is counted


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("claims")(claims)


def claims(
    project: Project,
    scope: Scope = "",
    since: From = None,
    until: To = None,
    settled: Annotated[bool, typer.Option("--settled", help="Also what was accepted.")] = False,
    as_json: AsJson = False,
    as_lines: AsLines = False,
) -> None:
    """List losses that wait for their owner's word; of the last seven days, unless others are named."""
    with Stack.open(project) as stack:
        asked = times.window(since, until, zones_of(stack))
        found = owned_losses(stack, scope, asked.days, asked.span)
        rows = [row_of(one) for one in found if settled or not one.is_settled]
        zones = {name: ZoneInfo(stack.plant.site_of(name).zone) for name in stack.plant.machines}
        labels = {name: machine.label or name for name, machine in stack.plant.machines.items()}
        reasons = {name: leaf.label or name for name, leaf in stack.plant.reasons.items()}
        offset, as_of = stack.standing()
        notes = stack.notes()
    told = _table(rows, labels, reasons, zones) if rows else "No loss waits for anybody's word there."
    give(Answer(rows, notes=notes, offset=offset, as_of=as_of), as_json=as_json, as_lines=as_lines, told=told)


def row_of(stop: OwnedStop) -> dict[str, Any]:
    """A loss and what was said of it, as a row of an answer."""
    word = stop.verdict
    return {
        "machine": stop.machine,
        "from": rfc3339(stop.stop_at),
        "to": rfc3339(stop.until_at),
        "owner": stop.owner,
        "reason": stop.reason,
        "seconds": stop.us / SECOND,
        "status": "open" if word is None else "accepted" if stop.is_settled else "contested",
        "told_at": rfc3339(word.told_at) if word else None,
        "instead": word.instead if word else "",
        "next_owner": word.next_owner if word else "",
        "text": word.text if word else "",
    }


def _table(
    rows: Sequence[Row], labels: Mapping[str, str], reasons: Mapping[str, str], zones: Mapping[str, ZoneInfo]
) -> Table:
    more = len(rows) - _MOST
    table = Table(box=None, pad_edge=False, header_style="bold", caption_justify="left")
    table.caption = f"and {more} shorter ones; --json lists all" if more > 0 else None
    for title in ("machine", "stop", "reason", "owned by"):
        table.add_column(title, overflow="fold")
    table.add_column("lost", justify="right", no_wrap=True)
    table.add_column("", overflow="fold")
    for row in rows[:_MOST]:
        name, reason = labels.get(row["machine"], row["machine"]), row["reason"]
        shown = name if name == row["machine"] else f"{name} ({row['machine']})"
        since = datetime.fromisoformat(row["from"]).astimezone(zones[row["machine"]])
        cells = (
            shown,
            since.isoformat(timespec="seconds"),
            reasons.get(reason, reason),
            row["owner"],
            duration(row["seconds"]),
        )
        table.add_row(*(escape(cell) for cell in (*cells, _said(row, reasons))))
    return table


def _said(row: Row, reasons: Mapping[str, str]) -> str:
    """What was said of a loss, and who answers next."""
    if row["status"] != "contested":
        return _WORDS[row["status"]]
    instead = reasons.get(row["instead"], row["instead"])
    why = f" ({row['text']})" if row["text"] else ""
    return f"contested: {instead}{why}; {row['next_owner'] or 'whoever leads the line'} answers next"
