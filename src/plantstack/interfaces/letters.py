"""Commands about dead letters: what could not become an event, looked at, read again, or given up."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.console import Group
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from plantstack.errors import Problem, QueryError
from plantstack.events import deadletters
from plantstack.events.deadletters import StoredLetter
from plantstack.interfaces.answer import Answer, AsJson, AsLines, Project, give
from plantstack.intervals import DAY, HOUR, MINUTE, SECOND, rfc3339
from plantstack.live.vouching import judges
from plantstack.stack import Stack
from plantstack.stack.files.letters import CANNOT, READ, STILL, Retried, Wanted, chosen, retry, settle

Source = Annotated[str, typer.Option("--source", help="Only of this source.")]
Mapping = Annotated[str, typer.Option("--mapping", help="Only what this mapping reads.")]
Ids = Annotated[list[int] | None, typer.Argument(metavar="[ID...]", help="Which letters; none: all.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for name, command in (("list", listed), ("show", show), ("retry", again), ("settle", give_up)):
        app.command(f"letters {name}")(command)


def listed(
    project: Project,
    source: Source = "",
    code: Annotated[str, typer.Option("--code", help="Only with this reason.")] = "",
    settled: Annotated[bool, typer.Option("--settled", help="Also those that are settled.")] = False,
    newest: Annotated[int, typer.Option("--newest", min=1, help="How many to name.")] = 20,
    as_json: AsJson = False,
    as_lines: AsLines = False,
) -> None:
    """List what could not become an event, by source and reason, and the newest of it."""
    with Stack.open(project) as stack:
        connection = stack.log.connection
        groups = deadletters.grouped(connection)
        found = deadletters.listed(connection, limit=10**9, settled=settled, source=source, code=code)[
            -newest:
        ]
        offset = stack.log.last_offset()
    now = time.time_ns() // 1000
    rows = [row_of(one, now) for one in found]
    told = _list(groups, rows, now) if found else "There are no dead letters."
    give(Answer(rows, offset=offset), as_json=as_json, as_lines=as_lines, told=told)


def row_of(letter: StoredLetter, now: int) -> dict[str, Any]:
    """A letter without its bytes."""
    return {
        "id": letter.id,
        "received_at": rfc3339(letter.received_at),
        "age_s": (now - letter.received_at) // SECOND,
        "source": letter.source,
        "sender": letter.sender,
        **letter.problem.as_row(),
        "bytes": len(letter.raw),
        "settled_at": rfc3339(letter.settled_at) if letter.settled_at is not None else "",
    }


def show(
    project: Project,
    number: Annotated[int, typer.Argument(metavar="ID", help="As listed.")],
    raw: Annotated[bool, typer.Option("--raw", help="Only its bytes, as they came.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show one letter with its bytes."""
    with Stack.open(project) as stack:
        found = deadletters.find(stack.log.connection, number)
    if found is None:
        what = f"there is no letter {number}"
        raise QueryError(Problem("letter-unknown", "letters", what, "See 'plantstack letters list'."))
    if raw:
        sys.stdout.buffer.write(found.raw)
        raise typer.Exit
    row = row_of(found, time.time_ns() // 1000) | {"raw": found.raw.decode("utf-8", "backslashreplace")}
    lines = [f"{name}: {value}" for name, value in row.items() if value != "" and name != "raw"]
    give(Answer([row]), as_json=as_json, told=Group(*map(Text, [*lines, "", row["raw"]])))


def again(
    project: Project,
    ids: Ids = None,
    source: Source = "",
    mapping: Mapping = "",
    dry: Annotated[bool, typer.Option("--dry", help="Only say what would come of it.")] = False,
    as_json: AsJson = False,
    as_lines: AsLines = False,
) -> None:
    """Read letters again, after plant files or a mapping were mended; those that can be read are settled."""
    wanted = Wanted(tuple(ids or ()), source, mapping)
    with Stack.open(project, write=not dry) as stack:
        now = time.time_ns() // 1000
        may = judges(stack.log, stack.plant, now)
        found = retry(stack.log, project, stack.plant, wanted, now=now, dry=dry, may=may)
        if not dry and any(one.events for one in found):
            stack.derive()
        offset = stack.log.last_offset()
    rows = [one.as_row() for one in found]
    give(Answer(rows, offset=offset), as_json=as_json, as_lines=as_lines, told=_retried(found, dry))


def give_up(
    project: Project,
    ids: Ids = None,
    source: Source = "",
    every: Annotated[bool, typer.Option("--all", help="All that are open.")] = False,
    as_json: AsJson = False,
) -> None:
    """Give letters up: they are kept, and no longer counted as open."""
    if not (ids or source or every):
        what, fix = "nothing is named", "Name letters, '--source', or '--all'."
        raise QueryError(Problem("letter-which", "letters settle", what, fix))
    with Stack.open(project, write=True) as stack:
        found = chosen(stack.log, project, Wanted(tuple(ids or ()), source))
        settle(stack.log, [one.id for one in found], now=time.time_ns() // 1000)
    told = f"{_letters(len(found))} settled."
    give(Answer([{"id": one.id} for one in found]), as_json=as_json, told=told)


def _letters(count: int) -> str:
    return "1 letter" if count == 1 else f"{count:,} letters"


def _list(
    groups: Sequence[tuple[str, str, int, int, int]], rows: Sequence[dict[str, Any]], now: int
) -> Group:
    told = _table("source", "reason", "open", "oldest", "newest")
    for source, code, size, first, last in groups:
        told.add_row(escape(source), code, f"{size:,}", _age(now - first), _age(now - last))
    newest = _table("id", "age", "source", "what")
    for row in rows:
        age = _age(row["age_s"] * SECOND)
        newest.add_row(str(row["id"]), age, escape(row["source"]), escape(f"{row['where']}: {row['what']}"))
    return Group(told, Text(""), newest)


def _age(length: int) -> str:
    for unit, name in ((DAY, "d"), (HOUR, "h"), (MINUTE, "min")):
        if length >= unit:
            return f"{length // unit} {name}"
    return f"{max(length, 0) // SECOND} s"


def _table(*titles: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in titles:
        table.add_column(title, overflow="fold")
    return table


def _retried(found: Sequence[Retried], dry: bool) -> Group | str:
    if not found:
        return "There are no such letters."
    counts = {status: sum(one.status == status for one in found) for status in (READ, STILL, CANNOT)}
    events = sum(one.events for one in found)
    would = "would be " if dry else ""
    said = f"{_letters(counts[READ])} {would}read, {events:,} events; {counts[STILL]:,} still cannot be read"
    said += f"; {counts[CANNOT]:,} cannot be read again here" if counts[CANNOT] else ""
    groups: dict[tuple[str, str, str, str], list[Retried]] = {}
    for one in found:
        if one.problem is not None:
            why = (one.letter.source, one.problem.code, one.problem.what, one.problem.fix)
            groups.setdefault(why, []).append(one)
    table = _table("letters", "source", "such as", "what")
    for (source, _, what, fix), same in sorted(groups.items(), key=lambda group: -len(group[1])):
        example = f"{same[0].letter.id}, {same[0].letter.where}"
        table.add_row(f"{len(same):,}", escape(source), escape(example), escape(f"{what}. {fix}"))
    return Group(Text(said, style="bold"), table)
