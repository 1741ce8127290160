"""The command demo: a simulated group of plants from nothing, led through, then run and alive."""

from __future__ import annotations

import random
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from threading import Timer
from typing import Annotated

import typer
from rich.console import Console

from plantstack.demo import Demo
from plantstack.demo.living.ahead import About, about_of, is_demo, living
from plantstack.errors import Problem, QueryError
from plantstack.interfaces import serve
from plantstack.interfaces.answer import people
from plantstack.interfaces.demo_roles import desks, is_anybody_working, lines_of, new_passwords
from plantstack.interfaces.demo_tour import DEFAULT_FOLDER, lead_through, make_demo
from plantstack.interfaces.stopping import STOPPED, is_stop
from plantstack.intervals import SECOND, rfc3339
from plantstack.live.running import Running
from plantstack.stack import Stack

_DAYS, _SITES, _SEED = 90, 3, 1
_ANEW = "for a new one name another folder, or remove this one first"


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("demo")(demo)


def demo(
    asked: typer.Context,
    project: Annotated[
        Path, typer.Argument(metavar="[DIR]", help="A new or empty folder, or a demo group to go on with.")
    ] = DEFAULT_FOLDER,
    days: Annotated[int, typer.Option("--days", min=1, help="Production days up to now.")] = _DAYS,
    sites: Annotated[int, typer.Option("--sites", min=1, max=4, help="How many sites.")] = _SITES,
    seed: Annotated[int, typer.Option("--seed", min=0, help="The same seed gives the same plants.")] = _SEED,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="End after the tour in the terminal.")] = False,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0 takes a free one.")] = 8321,
    truth: Annotated[
        Path | None, typer.Option("--truth", metavar="FILE", help="Write what was planted, as JSON.")
    ] = None,
) -> None:
    """Simulate a group of plants, lead through it in the terminal, then run it: it goes on living."""
    wanted = {"days": days, "sites": sites, "seed": seed}
    if no_serve:
        made = _made(asked, project, wanted, truth)
        with Stack.open(project) as stack:
            lead_through(stack, made, seed, truth)
        return
    with serve.listening("127.0.0.1", port) as taken:
        made = _made(asked, project, wanted, truth)
        with Console(stderr=True).status("opening the books"):
            running = Running(project, clock=serve.steady_clock(), chance=random.random, also=living(project))
        try:
            running.ask(lambda stack: lead_through(stack, made, seed, truth))
        except BaseException:
            running.close()
            raise
        with _ending(project):
            serve.run(running, taken, lambda: _tell(project, running, taken))


def _is_given(asked: typer.Context, name: str) -> bool:
    source = asked.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def _made(asked: typer.Context, project: Path, wanted: dict[str, int], truth: Path | None) -> Demo | None:
    """Make the group; one that is there is gone on with.

    Raises:
        QueryError: when what is asked for is another group than the one that is there.
    """
    if not is_demo(project):
        days, sites, seed = wanted["days"], wanted["sites"], wanted["seed"]
        try:
            return make_demo(project, days=days, sites=sites, seed=seed, now=_now(), truth=truth)
        except (KeyboardInterrupt, RuntimeError) as error:
            if not is_stop(error):
                raise
            typer.echo(f"Stopped. {_left(project)}", err=True)
            raise typer.Exit(STOPPED) from None
    about = about_of(project)
    given = {name: value for name, value in wanted.items() if _is_given(asked, name)}
    other = [f"--{name} {value}" for name, value in given.items() if getattr(about, name) != value]
    if truth is not None:
        other.append("--truth")
    if other:
        what = f"the group there has {about.days} days of {about.sites} sites, seed {about.seed}"
        raise QueryError(Problem("demo-other", " ".join(other), what, f"Leave it out; {_ANEW}."))
    if _now() > about.end:
        people().print(f"{_ended(project, about)}\n", soft_wrap=True, markup=False, highlight=False)
    else:
        told = f"{project} is a demo group; it goes on where it was left ({_ANEW}).\n"
        people().print(told, soft_wrap=True)
    return None


def _left(project: Path) -> str:
    """What is to be done about what a group that was not finished left behind."""
    if not project.exists() or not any(project.iterdir()):
        return "Nothing was written."
    return f"What was made so far lies in {project}; remove it before you make a group there."


@contextmanager
def _ending(project: Path) -> Iterator[None]:
    """Say in the terminal when the simulation ends while the server runs."""
    about = about_of(project)
    end, told = about.end, f"\n{_ended(project, about)}"
    timer = Timer(max((end - _now()) / SECOND, 0), lambda: people().print(told, soft_wrap=True, markup=False))
    timer.daemon = True
    if end > _now():
        timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _ended(project: Path, about: About) -> str:
    """That a group lives no longer, and the command that makes the same one up to now, in a free folder."""
    usual = {"days": _DAYS, "sites": _SITES, "seed": _SEED}
    other = [f" --{name} {getattr(about, name)}" for name in usual if getattr(about, name) != usual[name]]
    numbers = (f"{project.resolve().name}-{n}" for n in count(2))
    free = next(name for name in numbers if not (project.resolve().parent / name).exists())
    return (
        f"The days that were simulated for {project} ended at {rfc3339(about.end)}: you can look at all of it"
        " and what you entered there is kept, but nothing new happens.\nThe same group up to now, alive for a"
        f" week:\n\n    plantstack demo {project.parent / free}{''.join(other)}"
    )


def _tell(project: Path, running: Running, taken: socket.socket) -> None:
    """Print where each role looks, and with what it signs in."""
    now, told = _now(), people()
    found = desks(running.plant, now)
    address = f"http://127.0.0.1:{taken.getsockname()[1]}"
    lives = "and goes on living " if now <= about_of(project).end else ""
    told.print(f"\nThe group runs {lives}at {address}\n", soft_wrap=True)
    told.print("  role         address, name to sign in with, password (made by chance, shown only here)")
    for line in lines_of(address, found, new_passwords(project, found, now)):
        told.print(line, soft_wrap=True, markup=False)
    if not is_anybody_working(running.plant, now):
        told.print("\nNobody works at this hour there: take --sites 2 or more, and somebody always does.")
    about = about_of(project)
    if now > about.end:
        told.print(f"\n{_ended(project, about)}", soft_wrap=True, markup=False)
    else:
        told.print(
            f"\nIt was simulated up to {rfc3339(about.end)}; then nothing new happens, and pages say so."
        )
    told.print(f"\nReasons, calls and all else that you enter is kept. API: {address}/docs. Ctrl-C stops it.")


def _now() -> int:
    return time.time_ns() // 1000
