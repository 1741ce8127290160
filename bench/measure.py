"""Paired timings, and the table every bench ends in.

Two things are compared by running them in turn, A B A B, in one process or two fresh ones: the machine's
speed drifts, a ratio of neighbours does not.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Result:
    """One bound and what was measured.

    Attributes:
        name: what is compared with what.
        measured: the figure, mostly a ratio of medians.
        target: the bound; None where a figure is only reported.
        sense: which side of the target is good.
        unit: 'x' for ratios, 'GB', ...
        detail: seconds, rows and whatever explains the figure.
    """

    name: str
    measured: float
    target: float | None = None
    sense: Literal["<=", ">="] = "<="
    unit: str = "x"
    detail: dict[str, Any] = field(default_factory=dict)

    @property
    def is_met(self) -> bool | None:
        """Whether the bound holds; None where there is none."""
        if self.target is None:
            return None
        return self.measured <= self.target if self.sense == "<=" else self.measured >= self.target


class Busy:
    """Work that knows the processor time of each of its runs: what is left to judge by on a busy machine."""

    def __init__(self, work: Callable[[], object]) -> None:
        self._work = work
        self.seconds: list[float] = []

    def __call__(self) -> None:
        """Do it once more."""
        begun = time.process_time()
        self._work()
        self.seconds.append(time.process_time() - begun)


Timed = tuple[list[float], list[float]]


def in_turn(one: Callable[[], object], other: Callable[[], object], repeats: int) -> Timed:
    """Time two things in turn after one warm-up of the second, the cheaper one by custom."""
    other()
    times: Timed = ([], [])
    for _ in range(repeats):
        for place, run in enumerate((one, other)):
            started = time.perf_counter()
            run()
            times[place].append(time.perf_counter() - started)
    return times


def ratio(times: Timed) -> float:
    """The median of the ratios of neighbours."""
    return statistics.median(a / b for a, b in zip(*times, strict=True))


def rounded(seconds: Sequence[float]) -> list[float]:
    """Seconds as they are written down."""
    return [round(one, 4) for one in seconds]


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {"cores": os.cpu_count(), "memory_gib": round(memory, 1), "load": os.getloadavg()[0]}


def write(results: Sequence[Result], folder: Path, name: str) -> None:
    """Write results to `folder/name.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    told = {"machine": machine(), "results": [asdict(one) | {"met": one.is_met} for one in results]}
    (folder / f"{name}.json").write_text(json.dumps(told, indent=1), "utf-8")


def table(results: Sequence[Result]) -> str:
    """The results as text, one line each; a missed bound cannot be overlooked."""
    wide = max(len(one.name) for one in results)
    lines = [f"{'':{wide}}  {'target':>10}  {'measured':>10}"]
    for one in results:
        target = "" if one.target is None else f"{one.sense} {one.target:g}{one.unit}"
        verdict = {True: "met", False: "MISSED", None: ""}[one.is_met]
        lines.append(f"{one.name:{wide}}  {target:>10}  {one.measured:>9.3g}{one.unit}  {verdict}")
    missed = [one.name for one in results if one.is_met is False]
    lines.append("")
    lines.append(f"MISSED: {', '.join(missed)}" if missed else "every bound is met")
    return "\n".join(lines)


def say(text: str) -> None:
    """Tell how far we are, beside the answer."""
    print(text, file=sys.stderr, flush=True)
