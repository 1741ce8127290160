"""The command `demo`: make a simulated group of plants, then lead through it in the terminal."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from plantstack.demo import build_demo
from plantstack.interfaces.tour import WIDTH, show_tour
from plantstack.intervals import MINUTE
from plantstack.stack import Stack

DEFAULT_FOLDER = Path("plantstack-demo")


def run_demo(
    folder: Path, *, days: int, sites: int, seed: int, now: int, console: Console | None = None
) -> None:
    """Make a demo project in an empty folder and show it.

    Args:
        folder: does not exist yet, or is empty.
        days: production days to simulate.
        sites: how many sites, 1 to 4.
        seed: the same seed and the same minute give the same events.
        now: the end of the simulation, microseconds UTC; cut to the minute.
        console: where the tour is printed; standard output by default.

    Raises:
        QueryError: when there is no such group.
        ConfigError: when the folder is not empty.
    """
    until, shown_on = now - now % MINUTE, console or _output()
    columns = (TextColumn("{task.description:<50}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    errors = Console(stderr=True)
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as shown:
        task = shown.add_task("beginning", total=1.0)
        build_demo(
            folder,
            until=until,
            days=days,
            sites=sites,
            seed=seed,
            progress=lambda doing, share: shown.update(task, description=doing, completed=share),
        )
    with Stack.open(folder) as stack:
        show_tour(stack, shown_on)
    shown_on.print("\nWhat was planted in it stands nowhere in the project. Python knows:")
    shown_on.print(f"  plantstack.demo.truths({seed}, days={days}, sites={sites}, until={until})")


def _output() -> Console:
    """Standard output; a file or a pipe has no width of its own."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = WIDTH
    return console
