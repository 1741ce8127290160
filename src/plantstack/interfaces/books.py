"""Commands that read and rebuild the books: kpi, ledger, rebuild."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Annotated

import typer

from plantstack.errors import Problem, QueryError
from plantstack.interfaces import tables, times
from plantstack.interfaces.answer import Answer, AsJson, AsLines, Project, give, progress
from plantstack.stack import Stack
from plantstack.stack.asking import KpiTable
from plantstack.stack.explaining import entry_row
from plantstack.stack.readying import claim_notes

_NEVER = "There is nothing in the books yet. Load events with 'plantstack load'."

Scope = Annotated[
    str, typer.Option("--scope", metavar="PATH", help="Equipment, by id or path; all by default.")
]
From = Annotated[
    str | None, typer.Option("--from", metavar="T", help="First production day, or an exact instant.")
]
To = Annotated[
    str | None, typer.Option("--to", metavar="T", help="Last production day, or the instant where it ends.")
]
KnownAt = Annotated[
    str | None,
    typer.Option("--as-known-at", metavar="OFFSET|T", help="Only what was known at an offset or instant."),
]
ProfileName = Annotated[
    str | None, typer.Option("--profile", help="How to count; the plant's own by default.")
]


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
    with Stack.open(project) as stack:
        zones = zones_of(stack)
        asked, offset = times.window(since, until, zones), known_offset(stack, known_at, zones)
        answer = stack.kpis(
            words(ids),
            layer=layer,
            scope=scope,
            by=words(by),
            grain=grain,
            days=asked.days,
            span=asked.span,
            profile=profile,
            known_at=offset,
            structure=times.structure(structure),
            currency=currency.upper(),
        )
        notes = [*answer.notes, *stack.notes()]
        notes += claim_notes(stack.engine(known_at=offset), stack.catalog(), answer.rows)
        names = stack.kpi_names()
    told = tables.kpi_table(answer.rows, names) if answer.rows else nothing(answer.as_of)
    give(answer_of(answer, notes), as_json=as_json, as_lines=as_lines, told=told)


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
        zones = zones_of(stack)
        asked = times.window(since, until, zones)
        offset = known_offset(stack, known_at, zones)
        entries = stack.ledger(machine, asked.span, days=asked.days, known_at=offset)
        rows = [entry_row(entry) for entry in entries.to_pylist()]
        answer = KpiTable(rows, *stack.standing(known_at=offset))
        notes, zone = stack.notes(), stack.zone_of(machine)
    told = tables.ledger_table(rows, zone) if rows else nothing(answer.as_of)
    give(answer_of(answer, notes), as_json=as_json, as_lines=as_lines, told=told)


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


def nothing(as_of: Mapping[str, str]) -> str:
    """Why a table is empty: nothing was ever told, or nothing of what was asked for."""
    if not as_of:
        return _NEVER
    reach = ", ".join(f"{site} to {at}" for site, at in as_of.items())
    return f"Nothing was told about this scope and window. The books reach: {reach}."


def answer_of(table: KpiTable, notes: list[Problem]) -> Answer:
    """The answer of a command from a table of the stack."""
    return Answer(table.rows, notes=notes, offset=table.offset, as_of=table.as_of)


def words(text: str) -> tuple[str, ...]:
    """The words of a list written with commas."""
    return tuple(word.strip() for word in text.split(",") if word.strip())


def zones_of(stack: Stack) -> list[str]:
    """The clocks of all sites."""
    return [site.zone for site in stack.plant.sites.values()]


def known_offset(stack: Stack, text: str | None, zones: list[str]) -> int | None:
    """An offset, or the last offset received at an instant."""
    if text is None:
        return None
    if not (text.isascii() and text.isdigit()):
        return stack.log.offset_at(times.instant(text, zones))
    offset, last = int(text), stack.log.last_offset()
    if offset > last:
        what = f"the log has no offset {offset} yet"
        raise QueryError(Problem("offset-unknown", "--as-known-at", what, f"The last one is {last}."))
    return offset
