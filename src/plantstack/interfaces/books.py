"""Commands that read and rebuild the books: kpi, ledger, rebuild."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from plantstack.interfaces import questions, tables
from plantstack.interfaces.answer import Answer, AsJson, AsLines, Project, give, progress
from plantstack.interfaces.options import From, KnownAt, ProfileName, Scope, To, nothing
from plantstack.interfaces.questions import Kpis, Window
from plantstack.stack import Stack


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for name, command in (("kpi", kpi), ("ledger", ledger), ("rebuild", rebuild)):
        app.command(name)(command)


def kpi(
    project: Project,
    ids: Annotated[str, typer.Argument(metavar="[ID[,ID]]", help="Which KPIs; none: a whole layer.")] = "",
    layer: Annotated[int | None, typer.Option("--layer", min=1, max=5, help="All KPIs of a layer.")] = None,
    scope: Scope = "",
    by: Annotated[
        str,
        typer.Option(
            "--by",
            metavar="AXES",
            help="Split by site, area, line, machine, product, order, shift, crew, reason,"
            " reason_group, owner or cause.",
        ),
    ] = "",
    grain: Annotated[
        str,
        typer.Option("--grain", help="hour, shift, day, week, month, period, quarter, year, ltm or all."),
    ] = "all",
    since: From = None,
    until: To = None,
    known_at: KnownAt = None,
    structure: Annotated[
        str, typer.Option("--structure", metavar="as-was|as-is|DATE", help="Where machines count.")
    ] = "as-was",
    profile: ProfileName = None,
    currency: Annotated[
        str, typer.Option("--currency", metavar="C", help="Money of all sites in this currency, as EUR.")
    ] = "",
    as_json: AsJson = False,
    as_lines: AsLines = False,
) -> None:
    """Answer with KPIs: value, range, trust and what they are made of."""
    window = Window(scope, since, until, known_at)
    asked = Kpis(ids, layer, by, grain, structure, profile, currency)
    with Stack.open(project) as stack:
        answer, names = questions.kpis(stack, window, asked), stack.kpi_names()
    told = tables.kpi_table(answer.rows, names) if answer.rows else nothing(answer.as_of)
    give(answer, as_json=as_json, as_lines=as_lines, told=told)


def ledger(
    project: Project,
    machine: Annotated[str, typer.Option("--machine", metavar="PATH", help="Id or path of a machine.")],
    since: From = None,
    until: To = None,
    known_at: KnownAt = None,
    as_json: AsJson = False,
    as_lines: AsLines = False,
) -> None:
    """Show where every second of a machine went."""
    with Stack.open(project) as stack:
        answer = questions.ledger(stack, Window(machine, since, until, known_at))
        zone = stack.zone_of(machine)
    told = tables.ledger_table(answer.rows, zone) if answer.rows else nothing(answer.as_of)
    give(answer, as_json=as_json, as_lines=as_lines, told=told)


def rebuild(
    project: Project,
    verify: Annotated[
        bool, typer.Option("--verify", help="Change nothing; derive beside the lake and compare every row.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Derive everything again from the log; takes changed plant files in."""
    with Stack.open(project, write=not verify) as stack, progress(not as_json) as shown:
        task = shown.add_task("deriving", total=None)

        def tell(done: int, whole: int) -> None:
            shown.update(task, completed=done, total=whole)

        if verify:
            problems, generation = stack.verify(progress=tell), 0
        else:
            problems, generation = [], stack.rebuild(now=time.time_ns() // 1000, progress=tell)
        offset = stack.log.last_offset()
    row = {"verified": not problems} if verify else {"generation": generation}
    told = "Every row of the books is what the log says." if verify else f"Derived up to offset {offset}."
    told = "" if problems else told
    give(Answer([row], problems=problems, offset=offset), as_json=as_json, told=told or " ")
