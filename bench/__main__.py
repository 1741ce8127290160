"""`make bench`: every bound of the docs, measured side by side on this machine.

python -m bench [--events N] [--repeats K] [--only derive,pandas,live,kpis,csv,hot,fresh,opcua,mqtt,pages]
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bench import csv_load, fresh, hot, kpi_query, live, mqtt, opcua, pages
from bench.floor import Floor
from bench.measure import Result, machine, table, write
from bench.project import OUT, project_of

PARTS = ("derive", "pandas", "live", "kpis", "csv", "hot", "fresh", "opcua", "mqtt", "pages")
SCAN, FRAMES, MEMORY_GB = 10.0, 6.0, 1.5


class Bench:
    """One run: how large, how often, and what came out so far."""

    def __init__(self, events: int, repeats: int, progress: Progress) -> None:
        self.events, self.repeats, self.bar = events, repeats, progress
        self.results: list[Result] = []
        self._tasks: dict[str, Any] = {}
        self._derived: dict[str, Any] | None = None

    def tell(self, what: str, done: int, of: int) -> None:
        """Move the progress bar of one piece of work."""
        if what not in self._tasks:
            self._tasks[what] = self.bar.add_task(what, total=of)
        self.bar.update(self._tasks[what], completed=done, total=of)

    def main_project(self) -> Path:
        return project_of(Floor.of(self.events), progress=self.tell)

    def derived(self) -> dict[str, Any]:
        """The derivation of the main project, timed once in a process of its own."""
        if self._derived is None:
            folder = self.main_project()
            self.tell("deriving and scanning in turn", 0, 1)
            self._derived = _child("bench.derive", folder, self.repeats)
            self.tell("deriving and scanning in turn", 1, 1)
        return self._derived

    def derive(self) -> None:
        told = self.derived()
        pairs = list(zip(told["derive_s"], told["scan_s"], strict=True))
        narrow = statistics.median(told["derive_s"]) / statistics.median(told["narrow_scan_s"])
        self.results += [
            Result("deriving hourly facts, of a plain scan", _ratio(pairs), SCAN, detail=told),
            Result("deriving hourly facts, of a scan of the pieces alone", narrow),
            Result("peak memory of deriving", told["peak_gb"], MEMORY_GB, unit=" GB"),
        ]

    def pandas(self) -> None:
        ours = self.derived()
        self.tell("the same rules in pandas", 0, 1)
        told = _child("bench.pandas_rules", self.main_project(), max(1, self.repeats // 3))
        self.tell("the same rules in pandas", 1, 1)
        faster = statistics.median(told["pandas_s"]) / statistics.median(ours["derive_s"])
        busier = statistics.median(told["processor_s"]) / statistics.median(ours["processor_s"])
        what = "times faster than vectorised pandas"
        self.results += [
            Result(f"{what}, every rule the history asks for, no carry", faster, FRAMES, ">=", detail=told),
            Result(f"{what}, by processor time", busier),
        ]

    def live(self) -> None:
        machines = Floor.of(self.events).machines
        told = self.derived()
        each_us = statistics.median(told["derive_s"]) / told["events"] * 1e6
        small = live.tick(machines, self.repeats, self.tell)
        large = live.tick(5 * machines, self.repeats, self.tell)
        self.results += live.compare(small, large, each_us)

    def kpis(self) -> None:
        folder = kpi_query.published_year(self.events, progress=self.tell)
        self.results += kpi_query.measure(folder, max(5, self.repeats))
        self.results += kpi_query.site_year(folder, self.repeats)

    def csv(self) -> None:
        self.results.append(csv_load.measure(max(2_000, self.events // 10), self.repeats))

    def hot(self) -> None:
        self.results.append(hot.measure(max(2_000, self.events // 100), self.repeats))

    def fresh(self) -> None:
        machines, rows = Floor.of(self.events).machines, max(2_000, self.events // 500)
        self.results += fresh.measure(machines, 60, rows, self.repeats, self.tell)

    def opcua(self) -> None:
        self.results += opcua.measure(opcua.TAGS, self.repeats, self.tell)

    def mqtt(self) -> None:
        self.results += mqtt.measure(mqtt.MESSAGES, self.repeats, self.tell)

    def pages(self) -> None:
        days = 90 if self.events >= 1_000_000 else 7
        self.results += pages.measure(days, max(5, self.repeats), 30.0, self.tell)


def _ratio(pairs: list[tuple[float, float]]) -> float:
    return statistics.median(a / b for a, b in pairs)


def _child(module: str, folder: Path, repeats: int) -> dict[str, Any]:
    """Run a measurement in a fresh process, so that memory and caches are its own."""
    command = [sys.executable, "-m", module, str(folder), str(repeats)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    told: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return told


def main(arguments: list[str] | None = None) -> list[Result]:
    """Measure, print the table, keep the figures under bench/out."""
    parser = argparse.ArgumentParser(description="Measure every bound on this machine.")
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--only", default=",".join(PARTS), help="parts, separated by commas")
    asked = parser.parse_args(arguments)
    parts = [part for part in PARTS if part in asked.only.split(",")]
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        bench = Bench(asked.events, asked.repeats, progress)
        for part in parts:
            run: Callable[[], None] = getattr(bench, part)
            run()
            write(bench.results, OUT, f"bench-{asked.events}")
    told = machine()
    size = f"{told['cores']} cores, {told['memory_gib']} GiB, load {told['load']:.1f}"
    print(f"\n{asked.events:,} events, {size}\n")
    print(table(bench.results))
    return bench.results


if __name__ == "__main__":
    main()
