"""Put the log in front of the steps: what was logged, what of it stands, every version of a plan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

import pyarrow as pa

from plantstack.engines.duckdb.calculator import Calculator, fetch_table, put_tables
from plantstack.engines.duckdb.derive import GONE_SCHEMA, PLAN_SCHEMA
from plantstack.engines.duckdb.plans import plan_versions
from plantstack.events.corrections import Correction, Identity, Rank, standing
from plantstack.events.identity import canonical
from plantstack.events.log import Log
from plantstack.events.schema import EVENT
from plantstack.plant.plant import Plant

_IDENTITIES = pa.schema([("source", pa.string()), ("key", pa.string())])
_CORRECTION = 'log_offset, kind, "at", told_at, source, key, sup_source, sup_key, void'


def put_log(con: Calculator, log: Log, upto: int) -> None:
    """Make the view `everything`: all events up to an offset, sealed and hot."""
    put_tables(con, {"hot_event": log.hot(upto)})
    files = [str(path) for path in log.segments(upto, kinds=None)]
    parts = ["select * from hot_event"]
    if files:
        sealed = f"read_parquet({_texts(files)}, union_by_name = true)"
        parts.insert(0, f"select * from {sealed} where log_offset <= {int(upto)}")
    con.execute("create or replace temp view everything as " + " union all by name ".join(parts))


def add_hot(con: Calculator, fresh: pa.Table) -> None:
    """Let `everything` say what was logged since it was made."""
    put_tables(con, {"fresh_event": fresh})
    con.execute("insert into hot_event by name from fresh_event")


def _texts(values: Iterable[str]) -> str:
    quoted = ", ".join("'" + value.replace("'", "''") + "'" for value in values)
    return f"[{quoted}]"


def settle(con: Calculator, log: Log, upto: int) -> None:
    """Decide which events do not stand, and keep them as the table `gone` (books 1, R27).

    Those of them that only wait for their page to be reopened are the table `waiting`. Also makes
    `plan_told`, every version of a plan with the time in which it stood, and `named`, what corrections name.
    """
    found = _settled(con, log, upto, set())
    _put_offsets(con, "gone", found.gone)
    waiting = _waiting(con)
    if waiting:
        # what waits corrects nothing yet, and loses or wins no conflict
        found = _settled(con, log, upto, waiting)
    _put_offsets(con, "waiting", waiting - found.gone)
    _put_offsets(con, "gone", found.gone | waiting)
    _plans(con, found, waiting)


@dataclass(frozen=True, slots=True)
class _Settled:
    """What conflicts and corrections come to.

    Attributes:
        losers: offsets that lost a conflict.
        gone: offsets that do not stand, the losers among them.
        corrections: those that break no rule.
        dead: those that do.
        ranks: of the sources that corrected something.
    """

    losers: set[int]
    gone: set[int]
    corrections: list[Correction] = field(default_factory=list)
    dead: frozenset[Identity] = frozenset()
    ranks: Mapping[str, Rank] = field(default_factory=dict)


def _put_offsets(con: Calculator, table: str, offsets: set[int]) -> None:
    rows = [{"log_offset": offset} for offset in sorted(offsets)]
    put_tables(con, {table: pa.Table.from_pylist(rows, schema=GONE_SCHEMA)})


def _settled(con: Calculator, log: Log, upto: int, waiting: set[int]) -> _Settled:
    """Settle conflicts and corrections among all events that do not wait."""
    losers = set(_conflicts(con, log, upto, waiting))
    absent = losers | waiting
    told = [row for row in _told_again(con) if row["log_offset"] not in absent]
    if not told:
        put_tables(con, {"named": _IDENTITIES.empty_table()})
        return _Settled(losers, losers)
    corrections = [
        Correction(
            (row["source"], row["key"]),
            (row["sup_source"], row["sup_key"]),
            row["void"],
            row["kind"],
            row["told_at"],
            row["at"],
        )
        for row in told
    ]
    named = {one.identity for one in corrections} | {one.target for one in corrections}
    rows = [{"source": source, "key": key} for source, key in sorted(named)]
    put_tables(con, {"named": pa.Table.from_pylist(rows, schema=_IDENTITIES)})
    sql = "select source, key, kind, log_offset from everything semi join named using (source, key)"
    kinds: dict[Identity, str] = {}
    offsets: dict[Identity, list[int]] = defaultdict(list)
    for row in fetch_table(con, sql).to_pylist():
        identity = (row["source"], row["key"])
        offsets[identity].append(row["log_offset"])
        if row["log_offset"] not in absent:
            kinds[identity] = row["kind"]
    ranks = ranks_of(con, {one.identity[0] for one in corrections})
    settled = standing(corrections, kinds, ranks)
    gone = {offset for identity in {*settled.voided, *settled.dead} for offset in offsets[identity]}
    living = [one for one in corrections if one.identity not in settled.dead]
    return _Settled(losers, losers | gone, living, frozenset(settled.dead), ranks)


def _conflicts(con: Calculator, log: Log, upto: int, waiting: set[int]) -> list[int]:
    """Of several contents under one identity the least (told_at, canonical content) stands."""
    identities = log.conflicted(upto)
    if not identities:
        return []
    put_tables(con, {"disputed": pa.Table.from_pylist([{"source": s, "key": k} for s, k in identities])})
    rows = fetch_table(con, "select e.* from everything as e semi join disputed using (source, key)")
    rows = rows.select(EVENT.names).cast(EVENT)
    contents = canonical(rows).to_pylist()
    told: dict[Identity, list[tuple[int, str, int]]] = defaultdict(list)
    for row, content in zip(rows.to_pylist(), contents, strict=True):
        if row["log_offset"] not in waiting:
            told[(row["source"], row["key"])].append((row["told_at"], content, row["log_offset"]))
    kept = {min(versions)[2] for versions in told.values()}
    return [offset for versions in told.values() for _, _, offset in versions if offset not in kept]


def _told_again(con: Calculator) -> list[dict[str, Any]]:
    """Every event that supersedes another one."""
    told: list[dict[str, Any]] = fetch_table(
        con, f"select {_CORRECTION} from everything where sup_key is not null"
    ).to_pylist()
    return told


def ranks_of(con: Calculator, sources: set[str]) -> dict[str, Rank]:
    """The rank of each source, by the first rule that fits its name."""
    rules = fetch_table(con, 'select "match", rank, person from source_rule').to_pylist()
    ranks = {}
    for source in sources:
        rule = next((rule for rule in rules if fnmatchcase(source, rule["match"])), None)
        ranks[source] = Rank(rule["rank"], rule["person"]) if rule else Rank()
    return ranks


def rank_of(plant: Plant, source: str) -> Rank:
    """The same of one source, by the plant."""
    rule = plant.rule_of(source)
    return Rank(rule.rank, rule.is_person) if rule else Rank()


def _waiting(con: Calculator) -> set[int]:
    """Late events on closed pages wait until the page is reopened (R27)."""
    spoken = con.execute("select 1 from everything where kind = 'close' limit 1").fetchall()
    if not spoken:
        return set()
    return set(fetch_table(con, WAITING).column("log_offset").to_pylist())


def _plans(con: Calculator, found: _Settled, waiting: set[int]) -> None:
    """Keep every version of a plan, with the time in which it stood."""
    told = fetch_table(con, "select * from everything where kind = 'plan' and not void").to_pylist()
    plans = [
        row
        for row in told
        if row["log_offset"] not in found.losers | waiting and (row["source"], row["key"]) not in found.dead
    ]
    rows = plan_versions(plans, found.corrections, found.ranks)
    put_tables(con, {"plan_told": pa.Table.from_pylist(rows, schema=PLAN_SCHEMA)})


WAITING = """
with spoken as (
    select
        e.kind,
        e.equipment,
        e.log_offset,
        d.site,
        d.day,
        d.from_at,
        d.until_at
    from everything as e
    anti join gone using (log_offset)
    join day as d
        on
            case
                when e.from_at is not null and e.until_at is not null
                    then e.from_at <= d.from_at and d.until_at <= e.until_at
                else d.from_at <= e.at and e.at < d.until_at
            end
    where e.kind in ('close', 'reopen') and not e.void
),

late as (
    select e.log_offset, e.equipment, home.site, home.line, home.area, home.parent, d.day
    from everything as e
    join (
        select equipment, from_at, until_at, site, line, area, parent from placement
        union all
        select lane.lane_equipment, p.from_at, p.until_at, p.site, p.line, p.area, p.parent
        from lane
        join placement as p on p.equipment = lane.equipment
    ) as home on home.equipment = e.equipment and home.from_at <= e.at and home.until_at > e.at
    join day as d on d.site = home.site and d.from_at <= e.at and d.until_at > e.at
    where
        e.kind not in ('config', 'close', 'reopen')
        and e.received_at > d.until_at
        + case when e.kind = 'reason' and e.role = 'cause' then 14 else 7 end * 86400000000::bigint
),

about as (
    select late.log_offset, spoken.kind, spoken.log_offset as spoken_at
    from late
    join spoken
        on
            spoken.day = late.day
            and spoken.site = late.site
            and spoken.equipment in (late.equipment, late.parent, late.line, late.area, late.site)
)

select log_offset
from about
group by log_offset
having
    arg_max(kind, spoken_at) filter (spoken_at < log_offset) = 'close'
    and coalesce(bool_or(kind = 'reopen' and spoken_at > log_offset), false) = false
"""
