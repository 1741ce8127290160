"""The command doctor: what loses data or trust, before it does."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Group
from rich.text import Text

from plantstack.errors import Problem
from plantstack.interfaces.answer import Answer, AsJson, Project, give
from plantstack.stack import Stack
from plantstack.stack.checkup.all import look
from plantstack.stack.checkup.finding import LOSES, Finding


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("doctor")(doctor)


def doctor(
    project: Project,
    broker_conf: Annotated[
        Path | None, typer.Option("--broker-conf", metavar="FILE", help="mosquitto.conf of the broker.")
    ] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Ask no broker.")] = False,
    as_json: AsJson = False,
) -> None:
    """Look for what loses data or trust; the exit code is 1 when something loses data."""
    with Stack.open(project) as stack:
        found = look(
            stack,
            now=time.time_ns() // 1000,
            seconds=time.perf_counter,
            year=datetime.now(UTC).year,
            broker_conf=broker_conf,
            is_offline=offline,
        )
    lost = [Problem(one.code, one.where, one.what, one.fix) for one in found if one.effect == LOSES]
    told = _told(found) if found else "Nothing was found that loses data or trust."
    give(Answer([one.as_row() for one in found], problems=lost), as_json=as_json, told=told)


def _told(found: Sequence[Finding]) -> Group:
    parts = []
    for one in found:
        parts += [Text(f"{one.where}: {one.what} ({one.effect})", "bold"), Text(f"  {one.why}")]
        parts += [Text(f"  {one.fix}"), Text()]
    return Group(*parts)
