"""Bring books up to date: find what changed, derive those pages again, publish them.

Live, late, corrected and historical data take this one way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from importlib.resources import files

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from plantstack.engines.duckdb import lake
from plantstack.engines.duckdb.books import Books, read_borders, within
from plantstack.engines.duckdb.calculator import fetch_table, one_thread, put_tables
from plantstack.engines.duckdb.derive import (
    CARRY_SCHEMA,
    MACHINE_DAYS_A_BATCH,
    MACHINES_A_BLOCK,
    PLAN_SCHEMA,
    SCOPE_SCHEMA,
    run_steps,
)
from plantstack.engines.duckdb.standing import logged_events
from plantstack.engines.duckdb.windows import LAST_DAY, Pages, Window, merged, pages_of, window_for
from plantstack.errors import LogError, Problem
from plantstack.intervals import DAY, Interval
from plantstack.ledger.derivation import LEDGER_KINDS
from plantstack.ledger.outputs import PAGED

Dirt = Mapping[str, list[Interval]]
Progress = Callable[[int, int], None]
"""Told how many machines are through, and of how many."""

_FAR = 2**62
_MACHINES_AT_MOST = 2_000
_LITTLE = 64  # machine-days: today and yesterday of a line

# The events of a batch: a history whole, where each step takes of it what it needs ...
_WHOLE = """
select e.*
from everything as e
semi join batch using (equipment)
where e.at <= {until}
"""
# ... and of some days only what is heard from where the window of each machine starts.
_DAYS = """
select e.*
from {logged} as e
join (
    select equipment, min(from_at) as from_at, max(until_at) as until_at
    from batch
    group by equipment
) as b
    on
        b.equipment = e.equipment
        -- a halt at the border may begin with an alarm before it
        and e.at >= b.from_at - case when e.kind = 'alarm' then {reach} else 0 end
        and e.at <= b.until_at
where e.kind in ({kinds})
"""
_KINDS = ", ".join(f"'{kind}'" for kind in LEDGER_KINDS)


def quiet(_done: int, _of: int) -> None:
    """Tell nobody."""


def dirt_of(books: Books) -> dict[str, list[Interval]]:
    """What has to be derived again, by machine: everything, or what changed since the last publication."""
    if books.is_current:
        return {}
    if books.manifest is None:
        reached = {machine: books.reach(machine) for machine in books.plant.machines}
        return {machine: [Interval(-_FAR, end)] for machine, end in reached.items() if end}
    return dirt_since(books, books.manifest.stamp.offset, books.manifest.as_of)


def dirt_since(
    books: Books, offset: int, reached: Mapping[str, int], gone: str = "old_gone"
) -> dict[str, list[Interval]]:
    """What has to be derived again by machine, when everything up to an offset was derived.

    Args:
        books: what is known now.
        offset: what was derived.
        reached: how far the books of each site reached then.
        gone: the table of what did not stand then.
    """
    books.con.execute(f"create or replace temp table was_gone as from {gone}")
    sql = files("plantstack.engines.duckdb").joinpath("changed.sql").read_text("utf-8")
    told = {"offset": offset, "kinds": list(LEDGER_KINDS), "reach": _alarm_reach(books)}
    out: dict[str, list[Interval]] = {}
    for machine, start, end in books.con.execute(sql, told).fetchall():
        out.setdefault(machine, []).append(Interval(start, max(start, end)))
    for machine in books.plant.machines:
        was, reached_now = reached.get(books.site(machine), 0), books.reach(machine)
        if reached_now and was != reached_now:
            out.setdefault(machine, []).append(Interval(min(was or -_FAR, reached_now), reached_now))
    return {machine: merged(stretches) for machine, stretches in out.items()}


def derive(books: Books, dirt: Dirt, *, cuts: Iterable[int] = (), progress: Progress = quiet) -> None:
    """Derive stretches of machines again and keep their pages as fresh ones."""
    todo = {machine: list(stretches) for machine, stretches in dirt.items() if stretches}
    hearing, far = _hearing(books), dict.fromkeys(todo, 1)
    whole = len(todo)
    while todo:
        asked = sorted(todo)[:_MACHINES_AT_MOST]
        old = books.borders(asked)
        windows = _batch(
            books,
            (
                window_for(
                    one, todo[one][0], old.get(one, []), hearing[one], books.reach(one), reach=far[one]
                )
                for one in asked
            ),
        )
        with one_thread(books.con) if _is_little(books, windows) else nullcontext():
            _run(books, windows, cuts)
            new = read_borders(books.con, "page", "carry_out", only="batch")
        published: list[Pages] = []
        for window in windows:
            one = window.machine
            pages = pages_of(window, new.get(one, []), old.get(one, []), hearing[one], books.reach(one))
            if pages is None:
                far[one] *= 4
                continue
            published.append(pages)
            far[one] = 1
            todo[one] = todo[one][1:]
        are_all = len(published) == len(windows) and all(one.upto == LAST_DAY for one in published)
        books.keep(published, are_all=are_all)
        todo = {machine: stretches for machine, stretches in todo.items() if stretches}
        progress(whole - len(todo), whole)
    books.put_views()


def _batch(books: Books, windows: Iterable[Window]) -> list[Window]:
    """Take windows until they are as many days as fit into memory, at least one."""
    taken: list[Window] = []
    days = 0
    for window in windows:
        days += _days(books, window)
        if taken and days > MACHINE_DAYS_A_BATCH:
            break
        taken.append(window)
    return taken


def _days(books: Books, window: Window) -> int:
    """How many days of a machine a window may hold at most."""
    first = window.start.at if window.start else int(pc.min(books.tables["day"]["from_at"]).as_py() or 0)
    return (window.until - first) // DAY + 1


def _is_little(books: Books, windows: Sequence[Window]) -> bool:
    """Whether a batch costs what its statements cost, and hardly more for what it derives."""
    return sum(_days(books, one) for one in windows) <= _LITTLE


def _hearing(books: Books) -> dict[str, int]:
    """The longest silence limit of whoever may be heard on each machine, or the reach of alarm rules."""
    most = max((rule["silence_us"] or 0 for rule in books.tables["source_rule"].to_pylist()), default=0)
    most = max(most, _alarm_reach(books))
    rows = books.tables["machine"].select(["equipment", "silence_us", "spread_us"]).to_pylist()
    return {row["equipment"]: max(most, row["silence_us"] or 0, row["spread_us"] or 0) for row in rows}


def _alarm_reach(books: Books) -> int:
    """How far from the start of a halt an alarm may explain it, by any rule."""
    return pc.max(books.tables["alarm_rule"]["within_us"]).as_py() or 0


def _run(books: Books, windows: Sequence[Window], cuts: Iterable[int]) -> None:
    """Run the steps over one window a machine; the outputs stay in the connection."""
    lanes: dict[str, list[str]] = {}
    for lane, (machine, _) in books.plant.lanes.items():
        lanes.setdefault(machine, []).append(lane)
    named = [(name, one) for one in windows for name in (one.machine, *lanes.get(one.machine, ()))]
    scope = [
        {
            "m": number,
            "equipment": name,
            "machine": one.machine,
            "is_lane": name != one.machine,
            "from_at": one.start.at if one.start else None,
            "until_at": one.until,
        }
        for number, (name, one) in enumerate(named, 1)
    ]
    table = pa.Table.from_pylist(scope, schema=SCOPE_SCHEMA)
    put_tables(books.con, {"batch": table})
    _put_logged(books, windows)
    run_steps(
        books.con,
        scope=table,
        carry=_carry(books, [(name, one.start.day) for name, one in named if one.start]),
        plan_versions=fetch_table(books.con, "from plan_told").cast(PLAN_SCHEMA),
        cuts=cuts,
    )


def _put_logged(books: Books, windows: Sequence[Window]) -> None:
    """Lay the events of the batch before the steps, which take of them what they need.

    They are read five times: what is little is copied once, a history is not.
    """
    starts, until = [one.start.at for one in windows if one.start], max(one.until for one in windows)
    if len(starts) < len(windows):
        heard = _WHOLE.format(until=until)
    else:
        reach = _alarm_reach(books)
        span = Interval(min(starts) - reach, until + 1)
        told = books.near and logged_events(books, LEDGER_KINDS, span)
        heard = _DAYS.format(logged=told or "everything", kinds=_KINDS, reach=reach)
    if _is_little(books, windows):
        books.con.execute(f"create or replace temp table logged_few as {heard}")
        heard = "from logged_few"
    books.con.execute(f"create or replace temp view logged as {heard}")


def _carry(books: Books, starts: Sequence[tuple[str, str]]) -> pa.Table:
    """What the windows start from: the carry of the borders they start at."""
    if not starts:
        return CARRY_SCHEMA.empty_table()
    names, days = zip(*starts, strict=True)
    put_tables(books.con, {"start": pa.table({"equipment": list(names), "day": list(days)})})
    is_near = books.reach_of(min(days)) == "near"
    carried = "near_carry_out" if is_near else books.relation("carry_out")
    sql = f"select c.* from {carried} as c semi join start using (equipment, day)"
    return fetch_table(books.con, sql).select(CARRY_SCHEMA.names).cast(CARRY_SCHEMA)


def bring_up(books: Books, *, progress: Progress = quiet) -> int:
    """Derive what a reader needs to see everything; return how many stretches that took."""
    dirt = dirt_of(books)
    derive(books, dirt, progress=progress)
    return sum(len(stretches) for stretches in dirt.values())


def blocks(books: Books) -> dict[str, list[str]]:
    """The machines that share files: `site/number` -> ids."""
    out: dict[str, list[str]] = {}
    for site in sorted(books.plant.sites):
        mine = sorted(one for one in books.plant.machines if books.site(one) == site)
        for start in range(0, len(mine), MACHINES_A_BLOCK):
            out[f"{site}/{start // MACHINES_A_BLOCK:03d}"] = mine[start : start + MACHINES_A_BLOCK]
    return out


def publish(books: Books, *, progress: Progress = quiet) -> lake.Manifest:
    """Derive what changed and make it the current generation of the lake."""
    if books.is_current and books.manifest is not None:
        books.put_views()
        return books.manifest
    dirt, old = dirt_of(books), books.manifest
    generation = (old.generation if old else _last_generation(books)) + 1
    named = {table: dict(old.files.get(table, {})) if old else {} for table in PAGED}
    done, whole = 0, len(dirt)
    for block, machines in blocks(books).items():
        mine = {machine: dirt[machine] for machine in machines if machine in dirt}
        if not mine:
            continue
        derive(books, mine)
        done += len(mine)
        progress(done, whole)
        for table in PAGED:
            named[table] |= _write_block(books, table, block, generation)
        books.forget_fresh()
    for table in ("seen", "gone"):
        named[table] = {"all": _write(books, f"from {table}", table, "all", generation)}
    files_of = {
        table: {partition: name for partition, name in found.items() if name}
        for table, found in named.items()
    }
    manifest = lake.Manifest(books.plant.project_id, generation, books.stamp, books.as_of, files_of)
    lake.publish(books.folder, manifest)
    books.manifest = manifest
    books.put_views()
    return manifest


def _last_generation(books: Books) -> int:
    """The greatest generation any file was ever named by, so that no name is used twice."""
    found = (books.folder / lake.FOLDER).rglob("*.g*.parquet")
    return max((lake.generation_of(path.name) for path in found), default=0)


def _write_block(books: Books, table: str, block: str, generation: int) -> dict[str, str]:
    """Write the months of a block that changed; '' for a month that became empty."""
    con, old = books.con, books.manifest.files.get(table, {}) if books.manifest else {}
    months = {row[0] for row in con.execute(f"select distinct day[:7] from fresh_{table}").fetchall()}
    spans = [(one.after[:7], one.upto[:7]) for one in books.pages]
    months |= {
        month
        for partition in old
        if partition.startswith(f"{block}/")
        and any(after <= (month := partition[-7:]) <= upto for after, upto in spans)
    }
    out = {}
    for month in sorted(months):
        partition = f"{block}/{month}"
        parts = [f"select f.* from fresh_{table} as f where f.day[:7] = '{month}'"]
        if partition in old:
            kept = f"not exists (select 1 from fresh_pages as p where {within('o')})"
            parts.append(f"select o.* from {lake.parquet(books.folder, [old[partition]])} as o where {kept}")
        sql = f"from ({' union all by name '.join(parts)}) order by equipment, day"
        out[partition] = _write(books, sql, table, partition, generation)
    return out


def _write(books: Books, sql: str, table: str, partition: str, generation: int) -> str:
    name = lake.file_name(table, partition, generation)
    path = books.folder / lake.FOLDER / name
    path.parent.mkdir(parents=True, exist_ok=True)
    quoted = str(path).replace("'", "''")
    try:
        books.con.execute(f"copy ({sql}) to '{quoted}' (format parquet, compression zstd)")
    except duckdb.IOException as error:
        what = f"the file could not be written: {' '.join(str(error).split())[:160]}"
        fix = "Free some space or mend the permissions, then run it again; the log is safe."
        raise LogError(Problem("lake-io-error", name, what, fix)) from error
    return name
