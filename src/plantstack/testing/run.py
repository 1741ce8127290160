"""Run a scenario through the public door, and say how the books differ from what was expected."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import SequenceMatcher
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

from plantstack.errors import PlantstackError
from plantstack.intervals import to_us
from plantstack.plant.load import MAIN_FILE
from plantstack.stack import Loaded, Stack
from plantstack.testing.answers import Answers
from plantstack.testing.event_lines import Event
from plantstack.testing.figures import differing, rewritten
from plantstack.testing.ledger_lines import lines_of, write_line
from plantstack.testing.scenario import Load, Scenario, View, read_scenario

Arrange: TypeAlias = Callable[[Sequence[Event]], Sequence[Event]]
"""Puts the events of a load into the order in which they are sent."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Texts of a scenario file, and the lines they stand in: one value, or the items of a list."""

    texts: tuple[str, ...]
    first: int
    last: int
    are_items: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as expected.

    Attributes:
        line: of the file it was expected in.
        what: in plain words.
        wanted: what the file says; None where it does not say it in so many words.
        instead: what it would say if what came were right.
    """

    line: int
    what: str
    wanted: Lines | None = None
    instead: tuple[str, ...] = ()


def run_scenario(path: Path, *, arrange: Arrange = tuple) -> list[str]:
    """Run one scenario file.

    Args:
        path: the file.
        arrange: puts the events of each load into another order; the books must not notice.

    Returns:
        Every difference in plain words with its line, or every problem of a file that cannot be read;
        empty when all is as expected.
    """
    try:
        return [f"{path.name}:{one.line}: {one.what}" for one in differences(path, arrange=arrange)]
    except PlantstackError as error:
        return [str(problem) for problem in error.problems]


def differences(path: Path, *, arrange: Arrange = tuple) -> list[Difference]:
    """Run one scenario file and return what is not as expected.

    Raises:
        PlantstackError: when the file cannot be read, or asks for what does not exist.
    """
    scenario = read_scenario(path)
    with TemporaryDirectory(prefix="scenario-") as name:
        folder = Path(name)
        (folder / MAIN_FILE).write_text(scenario.plant_text, "utf-8")
        with Stack.open(folder, write=True) as stack:
            return list(_walk(scenario, stack, arrange))


def _walk(scenario: Scenario, stack: Stack, arrange: Arrange) -> Iterator[Difference]:
    """Load by load; at the end every earlier answer again, as it was known then."""
    now = 0
    offsets = []
    has_pages = len(scenario.loads) > 1
    for number, load in enumerate(scenario.loads, 1):
        now = max(now, load.received or _latest(load.events))
        file = stack.folder / f"load-{number}.ndjson"
        file.write_text("".join(json.dumps(event) + "\n" for event in arrange(load.events)), "utf-8")
        (loaded,) = stack.load([file], now=now)
        if has_pages:
            stack.derive()  # so that the next load meets finished pages
        offsets.append(stack.log.last_offset())
        yield from _outcome(load, loaded)
        for view in load.views:
            answers = Answers(stack, view, scenario.times(view.of))
            yield from _ledger_differs(scenario, view, answers)
            yield from _figures_differ(view, answers)
    if has_pages:
        yield from (Difference(1, str(problem)) for problem in stack.verify())
    for load, offset in list(zip(scenario.loads, offsets, strict=True))[:-1]:
        for view in load.views:
            then = Answers(stack, view, scenario.times(view.of), known_at=offset)
            for one in (*_ledger_differs(scenario, view, then), *_figures_differ(view, then)):
                yield replace(one, what=f"as known then, asked at the end: {one.what}", instead=())


def _latest(events: tuple[Event, ...]) -> int:
    told = [event[name] for event in events for name in ("at", "told_at") if name in event]
    return max((to_us(datetime.fromisoformat(instant)) for instant in told), default=0)


def _outcome(load: Load, loaded: Loaded) -> Iterator[Difference]:
    for name, expected in load.outcome.items():
        came = getattr(loaded.receipt, name)
        if came != expected:
            yield Difference(load.place.line, f"{name}: expected {expected}, came {came}")
    if "dead_lettered" not in load.outcome:
        for problem in loaded.problems:
            yield Difference(load.place.line, f"an event was refused: {problem}")


def _ledger_differs(scenario: Scenario, view: View, answers: Answers) -> Iterator[Difference]:
    for machine, expected in view.ledger.items():
        times = scenario.times(machine)
        came = tuple(write_line(line, times) for line in lines_of(answers.ledger(machine), expected.lines))
        wanted = tuple(write_line(line, times) for line in expected.lines)
        if wanted != came:
            what = f"ledger of {machine}: " + "; and ".join(_apart(wanted, came))
            yield Difference(
                expected.first, what, Lines(wanted, expected.first, expected.last, are_items=True), came
            )


def _apart(wanted: tuple[str, ...], came: tuple[str, ...]) -> Iterator[str]:
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, wanted, came, autojunk=False).get_opcodes():
        if tag != "equal":
            left, right = ", ".join(wanted[i1:i2]), ", ".join(came[j1:j2])
            yield f"expected {left or 'nothing'}, came {right or 'nothing'}"


def _figures_differ(view: View, answers: Answers) -> Iterator[Difference]:
    for wanted, ask in ((view.measures, answers.measures), (view.kpis, answers.kpis)):
        found = ask(wanted) if wanted else {}
        for name, cells in wanted.items():
            for cell, expected in cells.items():
                label = f"{name} of {cell}" if cell else name
                if cell not in found:
                    there = ", ".join(sorted(found)) or "none"
                    yield Difference(expected.line, f"{label}: there is no such cell, only: {there}")
                    continue
                row = found[cell][name]
                for what in differing(expected, row):
                    old = Lines((expected.text,), expected.line, expected.line)
                    yield Difference(expected.line, f"{label}: {what}", old, (rewritten(expected, row),))
