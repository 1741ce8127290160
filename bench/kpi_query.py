"""Ratio KPIs over a year against a bare sum of the day tables; readiness and lineage of a site-year."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.floor import Floor
from bench.measure import Result, in_turn, ratio, rounded
from bench.project import OUT, Progress, project_of, silent
from plantstack.engines.duckdb import lake
from plantstack.engines.duckdb.calculator import open_calculator
from plantstack.stack import Stack
from plantstack.stack.claims.readying import Readying

TARGET = 3.0
SECOND = 1.0
KPIS = ("availability", "performance", "quality", "oee")
_DAYS = ("2026-01-01", "2027-01-31")
# What a person would write by hand over the published day tables.
_BARE = (
    "select {keys} account, sum(us) from {time_day} where day between '{first}' and '{last}' group by all",
    "select {keys} class, sum(qty), sum(ideal) from {pieces_day}"
    " where day between '{first}' and '{last}' group by all",
)


def published_year(events: int, home: Path = OUT, progress: Progress = silent) -> Path:
    """Return a project of a year whose books are published."""
    floor = Floor.year_of(events)
    folder = project_of(floor, home, progress)
    with Stack.open(folder, write=True) as stack:
        stack.derive(progress=lambda done, of: progress("deriving the year", done, of))
    return folder


def measure(folder: Path, repeats: int) -> list[Result]:
    """Ask the same question of the open books and of the bare tables, in turn."""
    with Stack.open(folder) as stack:
        stack.engine()  # a server keeps its books open
        found = lake.read_manifest(folder, stack.plant.project_id)
        if found is None:
            raise RuntimeError("the year was never published")
        tables = {
            name: lake.parquet(folder, found.files[name].values()) for name in ("time_day", "pieces_day")
        }
        con = open_calculator(folders=[folder / lake.FOLDER])
        rows = con.execute(f"select count(*) from {tables['time_day']}").fetchall()[0][0]
        results = []
        for by, name in (((), "the whole group"), (("machine",), "each machine")):
            keys = "equipment," if by else ""
            sql = [one.format(keys=keys, first=_DAYS[0], last=_DAYS[1], **tables) for one in _BARE]

            def bare(statements: Sequence[str] = sql) -> None:
                for statement in statements:
                    con.execute(statement).fetchall()

            def ours(axes: tuple[str, ...] = by) -> None:
                stack.kpis(KPIS, days=_DAYS, by=axes)

            times = in_turn(ours, bare, repeats)
            detail = {"kpi_s": rounded(times[0]), "bare_s": rounded(times[1]), "time_day_rows": rows}
            what = f"four ratio KPIs over a year, {name}, of a bare sum over the day tables"
            results.append(Result(what, ratio(times), TARGET, detail=detail))
        con.close()
    return results


def site_year(folder: Path, repeats: int) -> list[Result]:
    """Time readiness of a site, the lineage of its OEE and of one machine's, over a year of open books."""
    with Stack.open(folder) as stack:
        engine, catalog, plant = stack.engine(), stack.catalog(), stack.plant
        site, machine = next(iter(plant.sites)), next(iter(plant.machines))
        n = sum(plant.site_of(one).id == site for one in plant.machines)
        asked: dict[str, Callable[[], object]] = {
            f"readiness of a site of {n} machines": lambda: Readying(engine, catalog).table(site),
            f"lineage of the OEE of a year, a site of {n} machines": lambda: stack.explain(
                "oee", scope=site, days=_DAYS
            ),
            "lineage of the OEE of a year, one machine": lambda: stack.explain(
                "oee", scope=machine, days=_DAYS
            ),
        }
        return [_timed(name, ask, repeats) for name, ask in asked.items()]


def _timed(name: str, ask: Callable[[], object], repeats: int) -> Result:
    ask()
    wall, processor = [], []
    for _ in range(repeats):
        started = time.perf_counter(), time.process_time()
        ask()
        wall.append(time.perf_counter() - started[0])
        processor.append(time.process_time() - started[1])
    detail = {"wall_s": rounded(wall), "processor_s": rounded(processor)}
    return Result(name, statistics.median(wall), SECOND, unit=" s", detail=detail)
