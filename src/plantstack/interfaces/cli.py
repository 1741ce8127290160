"""The command line: reads arguments, clock and environment, calls the stack, prints its answers."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import traceback
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from plantstack import __version__
from plantstack.errors import PlantstackError, Problem, QueryError, did_you_mean
from plantstack.interfaces import (
    accept,
    books,
    browse,
    causes,
    claims,
    connections,
    doctor,
    explain,
    finance,
    learn,
    letters,
    losses,
    map_changes,
    map_learn,
    map_levels,
    maps,
    new,
    people,
    previews,
    rates,
    readiness,
    retract,
    targets,
    tieout,
    token,
)
from plantstack.interfaces.answer import (
    CRASH,
    TROUBLE,
    USAGE,
    Answer,
    AsJson,
    AsLines,
    Project,
    complain,
    give,
    progress,
)
from plantstack.interfaces.figures import sentence
from plantstack.interfaces.panels import PANEL_OF, in_order
from plantstack.interfaces.stopping import STOPPED, is_stop
from plantstack.kpis.formulas.given import left_out
from plantstack.stack import Stack
from plantstack.stack.files.loading import gathered

# Loaded only when named: a web server, a simulator take longer to load than most commands take to answer.
_HEAVY = {
    "demo": "plantstack.interfaces.demo",
    "serve": "plantstack.interfaces.serve",
    "forward": "plantstack.interfaces.forward",
    "simulate": "plantstack.interfaces.simulate",
    "replay-agent": "plantstack.interfaces.replay",
    "report": "plantstack.interfaces.report",
    "verdict": "plantstack.interfaces.verdict",
    "insights": "plantstack.interfaces.insights",
    "summary": "plantstack.interfaces.summary",
    "priorities": "plantstack.interfaces.priorities",
    "backtest": "plantstack.interfaces.backtest",
    "mcp": "plantstack.interfaces.mcp",
    "ask": "plantstack.interfaces.ask",
}
REPORT_TO = "please report it with the command you gave"


class _Commands(TyperGroup):
    """Lets a command have two words, as `kpi eval`, and loads what is heavy only when it is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Name every command, those that belong together side by side."""
        return in_order(list({*super().list_commands(ctx), *_HEAVY}))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Find a command, and load it first where that was left."""
        if cmd_name in _HEAVY and cmd_name not in self.commands:
            alone = typer.Typer(add_completion=False)
            import_module(_HEAVY[cmd_name]).register(alone)
            self.add_command(typer.main.get_command(alone), cmd_name)
        found: Any = super().get_command(ctx, cmd_name)
        if found is not None:
            found.rich_help_panel = PANEL_OF.get(cmd_name)
            more = [name for name in self.commands if name.startswith(f"{cmd_name} ")]
            found.epilog = f"See also: {', '.join(in_order(more))}." if more else found.epilog
        return found

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Take the longer name where there is one."""
        pair = " ".join(args[:2])
        longer = [name for name in self.list_commands(ctx) if name.startswith(f"{args[0]} ")]
        if longer and pair not in self.commands and args[0] not in (*self.commands, *_HEAVY):
            self._list(ctx, args, longer)
        return super().resolve_command(ctx, [pair, *args[2:]] if pair in self.commands else args)

    def _list(self, ctx: Any, args: list[str], names: list[str]) -> NoReturn:
        """Say which commands begin with a word, where the second one is missing or is none of them."""
        is_asked = "--help" in args
        if not is_asked:
            pair = " ".join(args[:2])
            what = f"'{args[0]}' wants a second word" if len(args) < 2 else f"No such command '{pair}'"
            typer.echo(f"{what}. {did_you_mean(pair, names)}".strip(), err=True)
        widest = max(map(len, names))
        for name in names:
            told = self.commands[name].get_short_help_str(limit=100)
            typer.echo(f"  plantstack {name:{widest}}  {told}", err=not is_asked)
        raise typer.Exit(0 if is_asked else USAGE)


app = typer.Typer(
    cls=_Commands,
    name="plantstack",
    help="From the machine to the owner: one event log, one time ledger, five layers of KPIs.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"plantstack {__version__}")
        raise typer.Exit


@app.callback()
def _start(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """From the machine to the owner: one event log, one time ledger, five layers of KPIs."""


@app.command()
def init(project: Project, as_json: AsJson = False) -> None:
    """Write a new plant project that passes check and explains itself."""
    files = Stack.init(project)
    rows = [{"file": str(path)} for path in files]
    told = (
        f"{len(files)} files written. Next: edit {project / 'plant.yaml'}, then 'plantstack check {project}'."
    )
    give(Answer(rows), as_json=as_json, told=told)


@app.command()
def check(project: Project, as_json: AsJson = False) -> None:
    """Name every problem of every plant file and mapping at once."""
    problems = Stack.check(project)
    count = "1 problem." if len(problems) == 1 else f"{len(problems)} problems."
    told = count if problems else "Everything is in order."
    give(Answer(problems=problems), as_json=as_json, told=told)


@app.command()
def load(
    project: Project,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files of events.")],
    mapping: Annotated[
        str, typer.Option("--mapping", help="How rows become events: a file, or a name from mappings/.")
    ] = "",
    as_json: AsJson = False,
    as_lines: AsLines = False,
) -> None:
    """Load files of events; good rows are kept, bad ones are set aside and named."""
    with Stack.open(project, write=True) as stack, progress(not (as_json or as_lines)) as shown:
        task = shown.add_task("reading", total=None, is_bytes=True)
        loaded = stack.load(
            files,
            now=time.time_ns() // 1000,
            mapping=mapping,
            progress=lambda reading: shown.update(
                task,
                description=f"{reading.file}: {reading.events:,} events",
                completed=reading.done,
                total=reading.whole,
            ),
        )
        offset = stack.log.last_offset()
        derived = shown.add_task("deriving", total=None)
        stack.derive(progress=lambda done, whole: shown.update(derived, completed=done, total=whole))
    give(
        Answer(
            rows=[one.as_row() for one in loaded],
            problems=[problem for one in loaded for problem in one.problems],
            notes=gathered(loaded),
            offset=offset,
        ),
        as_json=as_json,
        as_lines=as_lines,
    )


@app.command("kpi eval")
def kpi_eval(
    kpi: Annotated[str, typer.Argument(metavar="ID", help="Which KPI.")],
    measures: Annotated[str, typer.Option("--measures", help="JSON object: measure -> number.")],
    profile: Annotated[str | None, typer.Option("--profile", help="How to count.")] = None,
    as_json: AsJson = False,
    as_lines: AsLines = False,
) -> None:
    """Evaluate one formula on given measures; no plant is needed."""
    given = _numbers(measures)
    value = Stack.evaluate(kpi, given, profile)
    row = value.as_row()
    missing = left_out(value.inputs, given)
    what = f"taken as 0, because not given: {', '.join(missing)}"
    notes = [Problem("measures-left-out", "--measures", what)] if missing else []
    told = sentence(row, value.kpi.name)
    give(Answer([row], notes=notes), as_json=as_json, as_lines=as_lines, told=told)


def _numbers(text: str) -> dict[str, Any]:
    fix = "Write a JSON object such as '{\"time_run\": 22380}'."
    try:
        numbers = json.loads(text, parse_float=Decimal, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise QueryError(Problem("measures-json", "--measures", "is not JSON", fix)) from None
    if not isinstance(numbers, dict):
        raise QueryError(Problem("measures-json", "--measures", "is not a JSON object", fix))
    return numbers


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    numbers = dict(pairs)
    if len(numbers) < len(pairs):
        names = [name for name, _ in pairs]
        twice = ", ".join(f"'{name}'" for name in numbers if names.count(name) > 1)
        raise QueryError(Problem("measures-twice", "--measures", f"gives {twice} twice", "Give it once."))
    return numbers


@app.command()
def backup(
    project: Project,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="To write; .zst compresses.")],
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that is there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write the log and the plant files into one file."""
    offset = Stack.backup(project, file, replace=force)
    row = {"file": str(file), "offset": offset}
    give(
        Answer([row], offset=offset), as_json=as_json, told=f"{file} holds everything up to offset {offset}."
    )


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A backup.")],
    project: Project,
    as_json: AsJson = False,
) -> None:
    """Lay a backup out as a project that has no log yet."""
    offset = Stack.restore(file, project)
    row = {"project": str(project), "offset": offset}
    give(Answer([row], offset=offset), as_json=as_json, told=f"{project} is restored up to offset {offset}.")


books.register(app)
causes.register(app)
claims.register(app)
explain.register(app)
losses.register(app)
finance.register(app)
tieout.register(app)
previews.register(app)
targets.register(app)
readiness.register(app)
rates.register(app)
new.register(app)
people.register(app)
token.register(app)
retract.register(app)
maps.register(app)
learn.register(app)
map_changes.register(app)
map_learn.register(app)
letters.register(app)
map_levels.register(app)
connections.register(app)
browse.register(app)
accept.register(app)
doctor.register(app)


def _stop(number: int, _frame: object) -> NoReturn:
    """Leave as on any error: what is half done is put away first."""
    sys.exit(128 + number)


def main() -> None:
    """Run a command; whatever happens, people see sentences and scripts an exit code."""
    signal.signal(signal.SIGTERM, _stop)
    try:
        app()
    except PlantstackError as error:
        if "--json" in sys.argv:
            typer.echo(json.dumps(Answer(problems=error.problems).as_object(), ensure_ascii=False))
        else:
            complain(error.problems)
        sys.exit(USAGE if isinstance(error, QueryError) else TROUBLE)
    except OSError as error:
        where = str(error.filename or "disk")
        fix = "Free some space or mend the permissions and run it again; what was accepted is safe."
        complain([Problem("io-error", where, f"cannot be read or written: {error.strerror or error}", fix)])
        sys.exit(TROUBLE)
    except RuntimeError as error:
        if is_stop(error):
            typer.echo("Stopped.", err=True)
            sys.exit(STOPPED)
        _crash(error)
    except Exception as error:  # the last door: a crash is one line, never a stack of them
        _crash(error)


def _crash(error: Exception) -> NoReturn:
    if os.environ.get("PLANTSTACK_DEBUG") == "1":
        traceback.print_exc()
    told = " ".join(f"{type(error).__name__}: {error}".split())[:300]
    typer.echo(f"plantstack {__version__} crashed: {told}; {REPORT_TO}", err=True)
    sys.exit(CRASH)
