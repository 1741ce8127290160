"""The command backtest: what would have been said before, how early, and how often falsely."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import pyarrow.compute as pc
import typer
from rich.console import Group
from rich.text import Text

from plantstack.demo.named import NAMED_BY
from plantstack.errors import Problem, QueryError
from plantstack.insights.backtest import Asked, Score, Unasked, Wrong, score
from plantstack.insights.backtest import backtest as look_back
from plantstack.insights.registry import KINDS, analyses
from plantstack.interfaces import times
from plantstack.interfaces.answer import Answer, AsJson, AsLines, Project, give, progress
from plantstack.interfaces.asked_findings import raised_rows, reached
from plantstack.interfaces.insights import Layer
from plantstack.interfaces.options import Scope, zones_of
from plantstack.intervals import DAY, HOUR, Interval, rfc3339
from plantstack.stack import Stack
from plantstack.stack.finding.facts import Known, facts_of

Row = Mapping[str, Any]

_BEHIND = 14 * DAY  # of history before the first time of asking
_EVERY = Annotated[int, typer.Option("--every", min=1, help="Hours from one time of asking to the next.")]
_TRUTH = Annotated[
    Path | None, typer.Option("--truth", metavar="FILE", help="What really was wrong, as JSON: it is scored.")
]
_RECEIVED = Annotated[
    bool, typer.Option("--received", help="Known from when it came in here; else from when it was told.")
]
_SILENT = "Nothing would have been said."
_UNASKED: Mapping[Unasked, str] = {
    "before": "it was over before it was asked first",
    "between": "it began and ended between two times of asking",
    "after": "it began after it was asked last",
}


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("backtest")(backtest)


def backtest(
    project: Project,
    scope: Scope = "",
    layer: Layer = None,
    since: Annotated[str | None, typer.Option("--from", metavar="T", help="First time of asking.")] = None,
    until: Annotated[str | None, typer.Option("--to", metavar="T", help="Last time of asking.")] = None,
    every: _EVERY = 24,
    truth: _TRUTH = None,
    received: _RECEIVED = False,
    as_json: AsJson = False,
    as_lines: AsLines = False,
) -> None:
    """Ask again and again as it was known then: what would have been said, how early, how often falsely."""
    known: Known = "received" if received else "told"
    wrong = None if truth is None else _truths(truth)
    with Stack.open(project) as stack:
        offset, reach = stack.standing()
        zones, end = zones_of(stack), reached(stack)
        last = min(times.instant(until, zones), end) if until is not None else end
        facts = facts_of(stack, scope, last, known=known)
        begin = _begin(facts.tables)
        first = times.instant(since, zones) if since is not None else (begin or last) + _BEHIND
        asked = range(first, last + 1, every * HOUR)
        instants = [one for one in asked if begin is not None and one >= begin]
        if not instants:
            raise QueryError(_nothing_asked(first, last, begin))
        wanted = [one for one in analyses() if layer in (None, one.layer)]
        with progress(not (as_json or as_lines)) as bar:
            task = bar.add_task("Asking as it was known then", total=len(instants))
            raised = look_back(wanted, facts, instants, lambda done: bar.update(task, completed=done))
        rows = raised_rows(raised, stack.plant)
        notes = stack.notes()
    span = Interval(first, last)
    if wrong is not None:
        kinds = frozenset(kind for one in wanted for kind in KINDS[one.kind])
        scored = score(raised, wrong, span, len(facts.places), asked=Asked(instants, kinds))
        rows.append(_score_row(scored, span, every))
    answer = Answer(rows, notes=notes, offset=offset, as_of=reach)
    give(answer, as_json=as_json, as_lines=as_lines, told=_raised(rows) if rows else _SILENT)


def _begin(tables: Mapping[str, Any]) -> int | None:
    """When the facts begin; None where there are none."""
    columns = [table["at" if "at" in table.column_names else "from"] for table in tables.values()]
    begun = [pc.min(column).as_py() for column in columns if len(column)]
    return min(begun, default=None)


def _nothing_asked(first: int, last: int, begin: int | None) -> Problem:
    """Why no time of asking lies in the window."""
    window = f"{rfc3339(first)} .. {rfc3339(last)}"
    if begin is None:
        window = f".. {rfc3339(last)}"
        what, fix = "nothing is known that a finding could stand on", "Load what happened, then ask again."
    else:
        what = f"nothing is asked in it; what is known begins at {rfc3339(begin)}"
        fix = "Without --from it is asked from two weeks after the first row on: name an earlier --from."
    return Problem("window-empty", window, what, fix)


def _truths(path: Path) -> list[Wrong]:
    """What was wrong, as `plantstack demo --truth` writes it, or anybody by hand.

    Raises:
        QueryError: where the file is none of these.
    """
    try:
        told = json.loads(path.read_text("utf-8"))
        rows = told["truths"] if isinstance(told, dict) else told
        return [_wrong(row) for row in rows]
    except (OSError, ValueError, KeyError, TypeError) as error:
        fix = "Write a list of objects with id, what, where, from_at and until_at (microseconds UTC)."
        raise QueryError(
            Problem("truth-unreadable", str(path), f"it is no list of truths: {error}", fix)
        ) from None


def _wrong(row: Row) -> Wrong:
    """One truth; what the demo planted may be named wherever it has an effect."""
    start, what = int(row["from_at"]), str(row.get("what", ""))
    kinds = row["kinds"] if "kinds" in row else NAMED_BY.get(what, (what,))
    around = (*(one["at"] for one in row.get("effects", ())), *([row["site"]] if "site" in row else ()))
    return Wrong(
        str(row["id"]),
        frozenset(kinds),
        frozenset({row["where"], *row.get("places", around)}),
        Interval(start, max(int(row["until_at"]), start + 1)),
        row.get("about", {}),
    )


def _raised(rows: Sequence[Row]) -> Group:
    lines = [
        Text(f"{row['raised_at'][:16]}  {row['kind']:16} {row['says']['told']}")
        for row in rows
        if row["row"] == "raised"
    ]
    for row in (one for one in rows if one["row"] == "score"):
        lines += [Text(line) for line in _scored(row)]
    return Group(*lines)


def _scored(row: Row) -> Iterator[str]:
    """What was found and what was not, a line each."""
    every = row["every_hours"]
    for hit in row["found"]:
        after = f"{hit['after_hours']:.0f} h after it began"
        how = "when it was asked first: that is no lead" if hit["at_first"] else f"asked every {every} h"
        yield f"found    {hit['id']}: {after}, {how}"
    yield from (f"missed   {name}" for name in row["missed"])
    yield from (f"unasked  {one['id']}: {_UNASKED[one['when']]}" for one in row["unasked"])
    if row["unlooked"]:
        yield f"no kind of finding looks for: {', '.join(row['unlooked'])}"
    yield f"{row['n_false']} without cause: {row['false_a_machine_week']:.2f} of a machine in a week"


def _score_row(scored: Score, span: Interval, every: int) -> Row:
    return {
        "row": "score",
        "period": {"from": rfc3339(span.start), "to": rfc3339(span.end)},
        "every_hours": every,
        "found": [
            {"id": name, "after_hours": after / HOUR, "at_first": name in scored.at_first}
            for name, after in sorted(scored.found.items())
        ],
        "missed": list(scored.missed),
        "unasked": [{"id": name, "when": when} for name, when in scored.unasked.items()],
        "unlooked": list(scored.unlooked),
        "n_false": len(scored.false),
        "false": [one.first.id for one in scored.false],
        "machine_weeks": scored.machine_weeks,
        "false_a_machine_week": scored.false_a_machine_week,
    }
