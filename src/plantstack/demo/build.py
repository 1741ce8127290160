"""A demo project from nothing: plant files written, checked and read, history simulated and loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa

from plantstack.demo.files import plant_files, write_plant
from plantstack.demo.living.ahead import About, finish, write_ahead
from plantstack.demo.planted import SIGNALS_FROM, SITES, planted
from plantstack.demo.simulate import History, simulate
from plantstack.demo.today import today
from plantstack.demo.truth import Truth, of_sites
from plantstack.demo.window import Window
from plantstack.errors import ConfigError, Problem, QueryError
from plantstack.events.batch import Batch, DeadLetter, Receipt
from plantstack.events.jsontext import canonical_json
from plantstack.events.validate import validate
from plantstack.intervals import DAY
from plantstack.plant.load import load_plant, plant_content
from plantstack.plant.plant import Plant
from plantstack.stack import Stack
from plantstack.stack.files.configuring import record_config
from plantstack.stack.files.naming import names_of

Progress = Callable[[str, float], None]
"""Told what is being done and how much of the whole is done, from 0 to 1."""

_WEEK = 7 * DAY
_DAILY = 18 * DAY  # before the end: weeks are closed there, and what is late must be seen to be
_SIMULATED, _LOADED, _DERIVED = 0.25, 0.65, 0.98  # of the work, as measured
MOST_DAYS = 730


@dataclass(frozen=True, slots=True)
class Demo:
    """A demo project that is ready.

    Attributes:
        folder: where it is.
        window: which span was simulated.
        sites: its sites.
        truths: what was planted there.
        receipt: what became of the events.
    """

    folder: Path
    window: Window
    sites: tuple[str, ...]
    truths: tuple[Truth, ...]
    receipt: Receipt


def truths(seed: int, *, days: int, sites: int, until: int, ahead: int = 0) -> tuple[Truth, ...]:
    """What is planted in a simulated group; the project itself never says so.

    Args:
        seed: of the whole simulation.
        days: production days.
        sites: how many, from 1 to 4.
        until: the instant at which its past ends, in whole minutes, microseconds UTC.
        ahead: days that are simulated beyond it.

    Raises:
        QueryError: when there is no such group.

    >>> [one.id for one in truths(1, days=90, sites=2, until=1790000040000000)][:2]
    ['filler-slows', 'depal-starves-filler']
    """
    _must_be_possible(days, sites)
    with TemporaryDirectory() as folder:  # whose calendars say who works at the end
        plant_dir = Path(folder) / "plant"
        write_plant(plant_dir, plant_texts(days, sites, until))
        return _truths(load_plant(plant_dir), Window(days, until, ahead), seed)


def _truths(plant: Plant, window: Window, seed: int) -> tuple[Truth, ...]:
    long = planted(window, np.random.default_rng(seed))
    return (*of_sites(long, tuple(plant.sites)), *today(plant, window))


def build_demo(
    folder: Path,
    *,
    until: int,
    days: int = 90,
    sites: int = 3,
    seed: int = 1,
    ahead: int = 0,
    progress: Progress = lambda doing, share: None,
) -> Demo:
    """Make a demo project in an empty folder.

    Args:
        folder: does not exist yet, or is empty.
        until: the instant at which its past ends, in whole minutes, microseconds UTC.
        days: production days.
        sites: how many, from 1 to 4.
        seed: the same seed and end give the same events.
        ahead: days for which it can go on living, see `demo.living.ahead`.
        progress: called now and then.

    Raises:
        QueryError: when there is no such group.
        ConfigError: when the folder is not empty.
    """
    _must_be_possible(days, sites)
    window, names = Window(days, until, ahead), tuple(SITES)[:sites]
    progress("writing plant files", 0.0)
    write_plant(folder, plant_texts(days, sites, until))
    problems = Stack.check(folder)
    if problems:
        raise ConfigError(problems)
    with Stack.open(folder, write=True) as stack:
        known = _truths(stack.plant, window, seed)
        receipt = _lived(stack, window, known, seed, progress)
        _derive(stack, progress)
    if ahead:
        finish(folder)
    progress("done", 1.0)
    return Demo(folder, window, names, known, receipt)


def _lived(stack: Stack, window: Window, known: tuple[Truth, ...], seed: int, progress: Progress) -> Receipt:
    """Live through everything; load the past, write what lies ahead. None of it is held any longer."""
    past, future = _simulated(stack.plant, window, known, seed, progress).parted(window.until)
    if window.ahead:
        sites = len(stack.plant.sites)
        write_ahead(stack.folder, future, About(seed, sites, window.days, window.until, window.end))
    return _loaded(stack, past, window, progress)


def _derive(stack: Stack, progress: Progress) -> None:
    whole = _DERIVED - _LOADED

    def told(done: int, of: int) -> None:
        progress(f"accounting for every second of {done} of {of} machines", _LOADED + whole * done / of)

    stack.derive(progress=told)


def plant_texts(days: int, sites: int, until: int) -> dict[str, str]:
    """The plant files of a group, by name; see `build_demo`."""
    return plant_files(tuple(SITES)[:sites], _dates(Window(days, until)))


def history_of(plant: Plant, window: Window, known: tuple[Truth, ...], seed: int) -> History:
    """The events of a group without a log: for tests and for whoever wants the raw rows."""
    return _simulated(plant, window, known, seed, lambda doing, share: None)


def _simulated(
    plant: Plant, window: Window, known: tuple[Truth, ...], seed: int, progress: Progress
) -> History:
    lived: list[str] = []

    def step(line: str) -> None:
        lived.append(line)
        progress(f"living through {window.days} days of {line}", _SIMULATED * len(lived) / (len(lived) + 3))

    # A stream of its own: truths may grow without changing what happens otherwise.
    rng = np.random.default_rng([seed, 1])
    return simulate(plant, window, known, rng, step)


def _loaded(stack: Stack, history: History, window: Window, progress: Progress) -> Receipt:
    """Load week by week, the last ones day by day, each received when it was heard: the log has a past."""
    names = names_of(stack.plant)
    site_of = {name: stack.plant.site_of(name).id for name in stack.plant.equipment}
    record_config(stack.log, plant_content(stack.folder), int(history.heard[0]))
    receipt = Receipt()
    for received_at, rows in _weeks(history, window):
        share = rows.start / max(len(history.heard), 1)
        doing = f"loading {rows.stop:,} of {len(history.heard):,} events"
        progress(doing, _SIMULATED + (_LOADED - _SIMULATED) * share)
        raw = history.events.slice(rows.start, len(rows)).combine_chunks()
        good, problems = validate(raw, names, received_at)
        dead = tuple(_letter(raw, row, problem) for row, problem in problems)
        receipt += stack.log.bulk([Batch(good, dead)], received_at=received_at, site_of=site_of)
    return receipt


def _weeks(history: History, window: Window) -> Iterator[tuple[int, range]]:
    """The end of each week, near the end of each day, and the rows heard in it."""
    first = int(history.heard[0])
    daily = max(first, window.until - _DAILY)
    ends = [*range(first + _WEEK, daily, _WEEK), *range(daily + DAY, window.until, DAY), window.until]
    start = 0
    for end in ends:
        stop = int(np.searchsorted(history.heard, end, side="right"))
        if stop > start:
            yield end, range(start, stop)
        start = stop


def _letter(raw: pa.Table, row: int, problem: Problem) -> DeadLetter:
    said = {name: value for name, value in raw.slice(row, 1).to_pylist()[0].items() if value is not None}
    text = canonical_json(
        {name: value if isinstance(value, int) else str(value) for name, value in said.items()}
    )
    return DeadLetter(text.encode(), f"{said['source']} {said['key']}", problem, said["source"])


def _dates(window: Window) -> dict[str, str]:
    """The dates that stand in the plant files."""
    clock = SITES["leipzig"]
    first = window.first_day(clock.zone)
    signals = first + timedelta(days=int(window.days * SIGNALS_FROM))
    monday = first - timedelta(days=first.weekday() + 7)
    return {"monday": _day(monday), "signals": _day(signals), "before": window.months_before()}


def _day(day: date) -> str:
    return day.isoformat()


def _must_be_possible(days: int, sites: int) -> None:
    problems = []
    if not 1 <= sites <= len(SITES):
        problems.append(Problem("demo-sites", "--sites", f"expected 1 to {len(SITES)}, got {sites}"))
    if not 1 <= days <= MOST_DAYS:
        problems.append(Problem("demo-days", "--days", f"expected 1 to {MOST_DAYS}, got {days}"))
    if problems:
        raise QueryError(problems)
