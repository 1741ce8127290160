"""The command accept: signals proven at the machine, guided in the terminal or by options."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from datetime import time as day_time
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.table import Table

from plantstack.errors import Problem, QueryError
from plantstack.events import signals
from plantstack.events.signals import Feed
from plantstack.interfaces import times
from plantstack.interfaces.answer import Answer, AsJson, Project, give, people
from plantstack.intervals import rfc3339, to_us
from plantstack.stack import Stack
from plantstack.stack.claims.accepting import TESTS, Made, card, judged, signals_of

Row = Mapping[str, Any]
_UNITS = {"count": "pieces", "reject": "rejects", "stop": "s late", "clock": "s ahead"}


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("accept")(accept)


def accept(
    project: Project,
    connection: Annotated[
        str, typer.Argument(metavar="[CONNECTION]", help="Through which it is heard.")
    ] = "",
    what: Annotated[str, typer.Argument(metavar="[MACHINE|TAG]", help="What is tested.")] = "",
    count: Annotated[float | None, typer.Option("--count", help="Pieces you counted by hand.")] = None,
    since: Annotated[str, typer.Option("--from", help="Of the count: when you began, as 14:05:00.")] = "",
    until: Annotated[str, typer.Option("--to", help="Of the count: when you ended.")] = "",
    stop: Annotated[str, typer.Option("--stop", help="When you stopped the machine, as 14:20:30.")] = "",
    reject: Annotated[str, typer.Option("--reject", help="When you made a reject.")] = "",
    clock: Annotated[bool, typer.Option("--clock", help="Compare the clock of the source.")] = False,
    tolerance: Annotated[
        float | None, typer.Option("--tolerance", min=0, help="Pieces or seconds; without: the usual.")
    ] = None,
    by: Annotated[str, typer.Option("--by", help="Role of who tested, as 'shift lead'.")] = "",
    note: Annotated[str, typer.Option("--note", help="Kept with it.")] = "",
    printed: Annotated[bool, typer.Option("--print", help="The cards as Markdown, to print.")] = False,
    as_json: AsJson = False,
) -> None:
    """Prove a machine's signals: a count by hand, a staged stop, a reject, the clock. No names: the cards."""
    now = time.time_ns() // 1000
    with Stack.open(project) as stack:
        if not what:
            _give_cards(card(stack.log.connection, connection), printed=printed, as_json=as_json)
        kept = stack.log.connection
        feed = signals_of(kept, stack.plant, connection, what, now)
        clocks = ZoneInfo(stack.plant.site_of(feed.machine).zone)

        def at(text: str) -> int:
            return _instant(text, clocks, now)

        counted = [Made("count", at(until), count, at(since))] if count is not None else []
        staged = [Made("stop", at(stop))] if stop else []
        made = [*counted, *staged, *_unstaged(at(reject) if reject else None, now if clock else None)]
        if made and not by:
            raise QueryError(Problem("accept-by", "--by", "who tested is not said", "Write a role."))
        made = [replace(one, tolerance=tolerance, by=by, note=note) for one in made]
        if not made and not as_json and not printed:
            _guide(project, stack, feed, clocks)
        for one in made:
            signals.record(project, judged(kept, feed, one, now))
        stack.log.refresh()  # a reader sees what was there when it was opened
        _give_cards(card(kept, connection, feed.machine), printed=printed, as_json=as_json, made=len(made))


def _unstaged(reject: int | None, clock: int | None) -> list[Made]:
    """The tests that need no staging, by when they were made."""
    rejected = [Made("reject", reject, 1)] if reject is not None else []
    return [*rejected, *([Made("clock", clock)] if clock is not None else [])]


def _guide(project: Path, stack: Stack, feed: Feed, clocks: ZoneInfo) -> None:
    """Lead through the tests; each is written down when it is done, and can be left out."""
    console = people()
    console.print(f"{feed.machine}, heard through {feed.connection}. Empty answers leave a test out.")
    by = typer.prompt("Your role, as 'shift lead'")
    for test, says in TESTS.items():
        console.print(f"\n{test}: {says}")
        made = _asked(test, clocks)
        if made is None:
            continue
        now = time.time_ns() // 1000
        try:
            check = judged(stack.log.connection, feed, replace(made, by=by), now)
        except QueryError as error:
            console.print(f"  {error.problems[0]}")
            continue
        signals.record(project, check)
        verdict = "good" if check.is_good else "FAILED"
        console.print(
            f"  expected {check.expected:g}, seen {check.seen:g} {_UNITS[test]},"
            f" tolerance {check.tolerance:g}: {verdict}"
        )


def _asked(test: str, clocks: ZoneInfo) -> Made | None:
    def ask(text: str) -> str:
        found: str = typer.prompt(f"  {text}", default="", show_default=False)
        return found.strip()

    if test == "clock":
        return Made(test, time.time_ns() // 1000) if ask("compare now? y or empty") else None
    first = ask({"count": "began at hh:mm:ss", "stop": "stopped at hh:mm:ss"}.get(test, "made at hh:mm:ss"))
    if not first:
        return None
    begun = _instant(first, clocks, time.time_ns() // 1000)
    if test != "count":
        return Made(test, begun, 1.0 if test == "reject" else 0.0)
    pieces = float(ask("pieces counted") or "0")
    ended = _instant(ask("ended at hh:mm:ss"), clocks, time.time_ns() // 1000)
    return Made(test, ended, pieces, begun)


def _instant(text: str, clocks: ZoneInfo, now: int) -> int:
    """An instant, or a time of the last 24 hours on the clock of the site."""
    try:
        hour = day_time.fromisoformat(text)
    except ValueError:
        return times.instant(text, [clocks.key])
    today = datetime.fromtimestamp(now / 1_000_000, clocks)
    found = datetime.combine(today.date(), hour, clocks)
    return to_us(found if found <= today else found - timedelta(days=1))


def _give_cards(rows: Sequence[Row], *, printed: bool, as_json: bool, made: int = 0) -> None:
    failed = [
        Problem("accept-failed", f"{row['machine']} {test['test']}", _sentence(test), row["step"])
        for row in rows
        for test in row["tests"][len(row["tests"]) - made :]
        if test["verdict"] != "good"
    ]
    if printed:
        typer.echo(_markdown(rows))
        raise typer.Exit(1 if failed else 0)
    heads = ("machine", "heard through", "status", "test", "at", "expected", "seen", "verdict", "by")
    table = Table(*heads, box=None)
    for row in rows:
        front = [row["machine"], row["connection"], row["status"]]
        for test in row["tests"] or [None]:
            told = ["needs " + ", ".join(row["needs"])] if test is None else _cells(test)
            table.add_row(*front, *told)
            front = ["", "", ""]
    give(Answer(rows, problems=failed), as_json=as_json, told=table if rows else "Nothing was heard yet.")


def _cells(test: Row) -> list[str]:
    return [
        test["test"],
        test["at"],
        f"{test['expected']:g}",
        f"{test['seen']:g}",
        test["verdict"],
        test["by"],
    ]


def _sentence(test: Row) -> str:
    unit = _UNITS[test["test"]]
    return f"expected {test['expected']:g}, seen {test['seen']:g} {unit}, tolerance {test['tolerance']:g}"


def _markdown(rows: Sequence[Row]) -> str:
    lines = [f"# Acceptance of signals, {rfc3339(time.time_ns() // 1000)[:10]}", ""]
    for row in rows:
        lines += [f"## {row['machine']}, heard through {row['connection']}: {row['status']}", ""]
        lines += ["| test | at | expected | seen | tolerance | verdict | by | note |", f"|{'---|' * 8}"]
        for test in row["tests"]:
            told = [*_cells(test), test["note"]]
            told.insert(4, f"{test['tolerance']:g}")
            lines.append(f"| {' | '.join(one.replace('|', '/') for one in told)} |")
        missing = [one for one in row["needs"] if one not in {test["test"] for test in row["tests"]}]
        lines += [f"| {one} |  |  |  |  |  |  | {TESTS[one]} |" for one in missing]
        lines += ["", row["step"] or "Nothing is open.", ""]
    return "\n".join(lines)
