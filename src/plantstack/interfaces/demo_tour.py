"""Makes a simulated group of plants, then leads through it in the terminal."""

from __future__ import annotations

import json
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from plantstack.demo import Demo, build_demo
from plantstack.errors import Problem, QueryError
from plantstack.interfaces.tour import WIDTH, show_tour
from plantstack.intervals import MINUTE, rfc3339
from plantstack.stack import Stack

DEFAULT_FOLDER = Path("plantstack-demo")
AHEAD = 7  # days for which a group goes on living


def run_demo(
    folder: Path,
    *,
    days: int,
    sites: int,
    seed: int,
    now: int,
    truth: Path | None = None,
    console: Console | None = None,
) -> None:
    """Make a demo project in an empty folder and show it, see `make_demo`.

    Args:
        folder: does not exist yet, or is empty.
        days: production days to simulate.
        sites: how many sites, 1 to 4.
        seed: the same seed and the same minute give the same events.
        now: the end of its past, microseconds UTC; cut to the minute.
        truth: where to write what was planted; a file outside the project.
        console: where the tour is printed; standard output by default.
    """
    made = make_demo(folder, days=days, sites=sites, seed=seed, now=now, truth=truth)
    with Stack.open(folder) as stack:
        lead_through(stack, made, seed, truth, console)


def make_demo(folder: Path, *, days: int, sites: int, seed: int, now: int, truth: Path | None = None) -> Demo:
    """Make a demo project in an empty folder, with a bar of how far it is.

    Raises:
        QueryError: when there is no such group, or the truth is to lie in the folder.
        ConfigError: when the folder is not empty.
    """
    _check_outside(folder, truth)
    columns = (TextColumn("{task.description:<50}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    errors = Console(stderr=True)
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as shown:
        task = shown.add_task("beginning", total=1.0)
        made = build_demo(
            folder,
            until=now - now % MINUTE,
            days=days,
            sites=sites,
            seed=seed,
            ahead=AHEAD,
            progress=lambda doing, share: shown.update(task, description=doing, completed=share),
        )
    if truth is not None:
        _write_truth(truth, made, seed)
    return made


def lead_through(
    stack: Stack,
    made: Demo | None = None,
    seed: int = 1,
    truth: Path | None = None,
    console: Console | None = None,
) -> None:
    """Print the tour of a group, and of one just made how to learn what was planted."""
    shown_on = console or _output()
    show_tour(stack, shown_on)
    if made is None:
        return
    window = made.window
    call = f"truths({seed}, days={window.days}, sites={len(made.sites)}, until={window.until}, ahead={AHEAD})"
    shown_on.print("\nWhat was planted in it stands nowhere in the project. Python knows:")
    shown_on.print(f"  plantstack.demo.{call}")
    if truth is None:
        shown_on.print("and 'plantstack demo --truth FILE' writes it beside a new one.")
    else:
        shown_on.print(f"and it is written to {truth}.")


def _check_outside(folder: Path, truth: Path | None) -> None:
    if truth is None:
        return
    what = "" if truth.resolve().parent.is_dir() else "lies in a folder that does not exist"
    if truth.resolve().is_relative_to(folder.resolve()):
        what = "would lie in the project, where whoever looks for what was planted could read it"
    if what:
        raise QueryError(Problem("demo-truth", str(truth), what, f"Name a file outside {folder}."))


def _write_truth(path: Path, made: Demo, seed: int) -> None:
    told = {
        "seed": seed,
        "until": rfc3339(made.window.until),
        "truths": [one.as_row() for one in made.truths],
    }
    path.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", "utf-8")


def _output() -> Console:
    """Standard output; a file or a pipe has no width of its own."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = WIDTH
    return console
