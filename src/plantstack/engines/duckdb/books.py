"""The books of a project in a connection: the published lake, and on top what had to be derived again.

Readers keep what they derived in memory, a writer publishes it; both read the same views `all_<table>`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa

from plantstack.engines.duckdb import lake
from plantstack.engines.duckdb.calculator import Calculator, put_tables
from plantstack.engines.duckdb.derive import GONE_SCHEMA, as_of_sites, put_event_view, put_plant
from plantstack.engines.duckdb.near import Near
from plantstack.engines.duckdb.source import put_log, settle
from plantstack.engines.duckdb.windows import Border, Carried, Pages
from plantstack.events.log import Log
from plantstack.intervals import DAY, Interval
from plantstack.ledger.beside import BESIDE_SPAN, SAID_KINDS
from plantstack.ledger.derivation import LEDGER_KINDS, derivation_hash
from plantstack.ledger.outputs import DERIVED, PAGED, SUM_UP
from plantstack.plant.plant import Plant
from plantstack.plant.tables import plant_tables

_T = TypeVar("_T")
_MARGIN = 40 * DAY  # calendars reach so far beyond the events on both sides
GONE_ROWS = 20_000  # of a table derived again and again, before it is copied without them
_PAGES = pa.schema([(name, pa.string()) for name in ("equipment", "after", "upto")])


@dataclass(slots=True)
class Books:
    """Everything derived of one project, as far as one offset.

    Attributes:
        plant: as it was known at the offset of the stamp.
        folder: of the project.
        manifest: the published generation that is read; None when there is none that fits.
        stamp: what the views stand on.
        as_of: how far the books of each site reach.
        tables: the plant over the window of the events.
        pages: what was derived beyond the manifest.
        cuts: instants at which hours are cut for the question being asked.
        are_cut: the machines whose hours are cut so far.
        beside: the families of facts beside the pages that were made (`plantstack.engines.duckdb.beside`).
        owed: what changed and is not derived yet, by machine; whoever asks about one derives it first.
        asked: how far the books reached when somebody asked about a machine last, and the time before.
        near: the last days, of books that stay open.
        memo: what follows from the plant alone and was asked before, and tables that were made once.
        answers: what several questions ask for, until the books move on.
    """

    con: Calculator
    log: Log
    plant: Plant
    folder: Path
    manifest: lake.Manifest | None
    stamp: lake.Stamp
    as_of: dict[str, int]
    tables: Mapping[str, pa.Table]
    pages: list[Pages] = field(default_factory=list)
    cuts: tuple[int, ...] = ()
    are_cut: set[str] = field(default_factory=set)
    beside: set[str] = field(default_factory=set)
    owed: dict[str, list[Interval]] = field(default_factory=dict)
    asked: dict[str, tuple[int, int]] = field(default_factory=dict)
    near: Near | None = None
    memo: dict[Hashable, Any] = field(default_factory=dict)
    answers: dict[Hashable, Any] = field(default_factory=dict)
    _begun: dict[str, int] | None = None
    _kin: dict[str, set[str]] | None = None
    _views: dict[str, str] = field(default_factory=dict)
    _left: dict[str, int] = field(default_factory=dict)

    def hold_near(self) -> None:
        """Hold the last days for questions about now; nothing was derived yet."""
        if self.manifest is not None and self.as_of:
            end = max(self.as_of.values())
            self.near = Near.of(self.con, self.folder, self.manifest, self.log, self.stamp.offset, end)

    def reach_of(self, first_day: str | None) -> str:
        """Which relations of derived tables have all rows from a production day on: `near` or `all` of them.

        Args:
            first_day: ISO date; None is the first of all.
        """
        is_near = self.near is not None and first_day is not None and first_day >= self.near.day
        return "near" if is_near else "all"

    def reach_since(self, start: int) -> str:
        """Which relations of derived tables have all rows that end after an instant."""
        return "near" if self.near is not None and start >= self.near.at else "all"

    def site(self, machine: str) -> str:
        """The site of a machine; it never leaves it."""
        return self.plant.site_of(machine).id

    def reach(self, machine: str) -> int:
        """How far the books of a machine reach; 0 when nothing was ever heard at its site."""
        return self.as_of.get(self.site(machine), 0)

    def kin(self, machines: Iterable[str]) -> set[str]:
        """Machines, and all that ever stood in a line with one of them."""
        if self._kin is None:
            lines: dict[str, set[str]] = {}
            for machine in self.plant.machines:
                for span in self.plant.spans[machine]:
                    lines.setdefault(span.line or machine, set()).add(machine)
            self._kin = {machine: set() for machine in self.plant.machines}
            for together in lines.values():
                for machine in together:
                    self._kin[machine] |= together
        return {one for machine in machines for one in self._kin.get(machine, {machine})}

    def begun(self) -> dict[str, int]:
        """Where the books of each machine begin; machines without books are absent."""
        if self._begun is None:
            sql = "select equipment, min(from_at) from all_ledger group by equipment"
            self._begun = dict(self.con.execute(sql).fetchall())
        return self._begun

    @property
    def is_current(self) -> bool:
        """Whether the published generation already says everything."""
        published = self.manifest
        return published is not None and (published.stamp, dict(published.as_of)) == (self.stamp, self.as_of)

    def relation(self, table: str) -> str:
        """The SQL of a derived table: published pages that still hold, and fresh ones."""
        names = self.manifest.files.get(table, {}).values() if self.manifest else ()
        parts = []
        if names:
            old = f"select o.* from {lake.parquet(self.folder, names)} as o"
            if self.pages:
                old += f" where not exists (select 1 from fresh_pages as p where {within('o')})"
            parts.append(old)
        if self.pages or not names:
            parts.append(f"select * from fresh_{table}")
        return "(" + " union all by name ".join(parts) + ")"

    def put_views(self) -> None:
        """Make the views `all_<table>` say what is known now."""
        self._begun = None
        for table, sql in SUM_UP.items():
            self.con.execute(f"create or replace temp table fresh_{table} ({PAGED[table]})")
            fresh = sql.format(time_fact="fresh_time_fact", pieces_fact="fresh_pieces_fact")
            self.con.execute(f"insert into fresh_{table} by name {fresh}")
        for table in PAGED:  # spans are joined with those of orders and of what was said
            self._put_view("all_own_spans" if table == "spans_fact" else f"all_{table}", self.relation(table))
        spans = "all_own_spans union all by name from order_span_fact union all by name from beside_span"
        self._put_view("all_spans_fact", spans)

    def _put_view(self, name: str, relation: str) -> None:
        """Make a view, unless it says so already: each is bound to all files of the lake when it is made."""
        if self._views.get(name) != relation:
            self.con.execute(f"create or replace temp view {name} as from {relation}")
            self._views[name] = relation

    def put_orders(self) -> None:
        """Make the view `order_span_fact`; it reads the finished books whenever it is asked."""
        self.put_reach()
        for table in ("ledger", "time_day", "pieces_day"):
            self._put_view(f"all_{table}", self.relation(table))
        self.con.execute(files("plantstack.ledger").joinpath("orders.sql").read_text("utf-8"))

    def put_reach(self) -> None:
        """Say how far the books of each site reach."""
        reach = [{"site": site, "as_of": at} for site, at in self.as_of.items()]
        schema = pa.schema([("site", pa.string()), ("as_of", pa.int64())])
        put_tables(self.con, {"site_reach": pa.Table.from_pylist(reach, schema=schema)})

    def borders(self, machines: Iterable[str]) -> dict[str, list[Border]]:
        """The borders of machines as last derived, in time order."""
        if self.manifest is None and not self.pages:
            return {}
        put_tables(self.con, {"asked": pa.table({"equipment": pa.array(sorted(machines), pa.string())})})
        return read_borders(self.con, self.relation("page"), self.relation("carry_out"), only="asked")

    def keep(self, published: Sequence[Pages], *, are_all: bool) -> None:
        """Lay what the steps have just derived over everything known so far.

        Args:
            published: the pages that hold.
            are_all: whether the steps have derived these and no others.
        """
        if not published:
            return
        self.answers.clear()
        put_tables(self.con, {"published": self._page_rows(published)})
        if self.near is not None:
            self.near.leave(within("f"))
        newest = {one.machine: one for one in published}
        self.pages = [one for one in self.pages if not one.lies_in(newest.get(one.machine))]
        for name in DERIVED:
            if are_all and not self.pages:  # nothing to keep beside them: the tables change their name
                self.con.execute(f"drop table fresh_{name}")
                self.con.execute(f"alter table {name} rename to fresh_{name}")
                continue
            self.con.execute(f"delete from fresh_{name} as f using published as p where {within('f')}")
            self.con.execute(
                f"insert into fresh_{name} by name"
                f" select f.* from {name} as f join published as p on {within('f')}"
            )
        self.pages += published
        put_tables(self.con, {"fresh_pages": self._page_rows(self.pages)})
        self._take_room_back()

    def _take_room_back(self) -> None:
        """Copy fresh tables of which more has gone than is left: rows that were deleted keep their memory."""
        sizes = "select table_name, estimated_size from duckdb_tables() where temporary"
        fresh = {f"fresh_{name}" for name in DERIVED}
        for name, size in self.con.execute(sizes).fetchall():
            if name in fresh and size > 2 * self._left.get(name, 0) + GONE_ROWS:
                copied = f"create or replace temp table {name} as from {name}"
                self._left[name] = self.con.execute(copied).fetchall()[0][0]

    def forget_beside(self) -> None:
        """Forget the facts beside the pages: they are made again when somebody asks."""
        self.con.execute(f"create or replace temp table beside_span ({BESIDE_SPAN})")
        self.beside.clear()

    def forget_fresh(self) -> None:
        """Empty the fresh tables, once they are published."""
        for table in PAGED:
            self.con.execute(f"create or replace temp table fresh_{table} ({PAGED[table]})")
        self.pages = []
        self.answers.clear()
        put_tables(self.con, {"fresh_pages": _PAGES.empty_table()})
        if self.near is not None:
            self.near.fill()

    def _page_rows(self, pages: Sequence[Pages]) -> pa.Table:
        """Pages as a table, those of lanes with those of their machine."""
        names: dict[str, list[str]] = {machine: [machine] for machine in self.plant.machines}
        for lane, (machine, _) in self.plant.lanes.items():
            names[machine].append(lane)
        rows = [
            {"equipment": name, "after": one.after, "upto": one.upto}
            for one in pages
            for name in names[one.machine]
        ]
        return pa.Table.from_pylist(rows, schema=_PAGES)


def kept(store: dict[Hashable, Any], key: Hashable, ask: Callable[[], _T]) -> _T:
    """What `memo` or `answers` of books have under a key; asked for the first time.

    >>> store = {}
    >>> kept(store, "day", lambda: 1), kept(store, "day", lambda: 2)
    (1, 1)
    """
    if key not in store:
        store[key] = ask()
    found: _T = store[key]
    return found


def within(table: str) -> str:
    """The condition that a row of a table lies in pages `p`."""
    return f"{table}.equipment = p.equipment and {table}.day > p.after and {table}.day <= p.upto"


def open_books(
    con: Calculator,
    log: Log,
    plant: Plant,
    folder: Path,
    config: str,
    *,
    upto: int,
    now: int | None = None,
    use_lake: bool = True,
) -> Books:
    """Lay log and plant before the steps; nothing is derived yet.

    Args:
        con: a calculator that may read log and lake.
        log: where the events are.
        plant: as it was known at `upto`.
        folder: of the project.
        config: hash of the plant files.
        upto: the last offset that counts.
        now: how far the books reach; None: as far as the events of each site.
        use_lake: False derives everything again.
    """
    stamp = lake.Stamp(upto, config, derivation_hash())
    found = lake.read_manifest(folder, plant.project_id) if use_lake else None
    if found is not None and not found.stamp.can_grow_into(stamp):
        found = None
    put_log(con, log, upto)
    tables = plant_tables(plant, _window(con, now))
    put_plant(con, tables)
    settle(con, log, upto)
    con.execute("create or replace temp view logged as from everything")
    put_event_view(con)
    heard = as_of_sites(con)
    as_of = heard if now is None else dict.fromkeys(heard, now)
    books = Books(con, log, plant, folder, found, stamp, as_of, tables)
    books.forget_fresh()
    books.put_orders()
    books.forget_beside()
    _put_seen(books)
    return books


def read_borders(con: Calculator, page: str, carry: str, *, only: str) -> dict[str, list[Border]]:
    """Read borders out of tables of pages and of what they carry.

    Args:
        con: the connection.
        page: a relation shaped like `page`.
        carry: a relation shaped like `carry_out`.
        only: a table of the `equipment` wanted.
    """
    carried: dict[tuple[str, str], set[tuple[str, str, int, int]]] = {}
    rows = con.execute(
        "select coalesce(lane.equipment, c.equipment), c.day, c.slot, c.source, c.log_offset,"
        f" case when c.slot = 'sign' then c.until_at else 0 end from {carry} as c"
        " left join lane on lane.lane_equipment = c.equipment"
        f" semi join {only} as o on o.equipment = coalesce(lane.equipment, c.equipment)"
    ).fetchall()
    for equipment, day, *what in rows:
        carried.setdefault((equipment, day), set()).add((what[0], what[1], what[2], what[3]))
    out: dict[str, list[Border]] = {}
    for equipment, day, at, is_settled in con.execute(
        f"select equipment, day, until_at, is_settled from {page} as p semi join {only} using (equipment)"
        " order by equipment, until_at"
    ).fetchall():
        stands: Carried = frozenset(carried.get((equipment, day), ()))
        out.setdefault(equipment, []).append(Border(at, day, is_settled, stands))
    return out


def _window(con: Calculator, now: int | None) -> Interval:
    """From the first to the last instant anybody spoke of, with a margin."""
    kinds = ", ".join(f"'{kind}'" for kind in (*LEDGER_KINDS, *SAID_KINDS))
    first, last = con.execute(
        "select min(least(e.at, coalesce(e.from_at, e.at))), max(e.at) from everything as e"
        f" where e.kind in ({kinds})"
    ).fetchall()[0]
    least = first if first is not None else now or 0  # of a new plant: not all shifts since 1970
    most = max(last or 0, now or 0)
    return Interval(least - _MARGIN, max(least, most) + _MARGIN)


# Kinds by equipment, and of counts the classes of pieces: a total and a good tell the scrap too (R39, R40).
_SEEN = """
with told as (
    select
        equipment,
        kind,
        bool_or(kind = 'count' and (scrap is not null or (total is not null and good is not null))) as scrap,
        bool_or(kind = 'count' and rework is not null) as rework,
        bool_or(kind = 'count' and startup_reject is not null) as startup_reject,
        bool_or(kind = 'count' and first_pass is not null) as first_pass
    from everything
    where log_offset > $after
    group by equipment, kind
)

select equipment, kind from told
union all
select equipment, 'count:' || class as kind
from (unpivot told on scrap, rework, startup_reject, first_pass into name class value is_told)
where is_told
"""


def hear(books: Books) -> None:
    """Add to `seen` what the events after the stamp tell."""
    books.con.execute(f"insert into seen from ({_SEEN}) except from seen", {"after": books.stamp.offset})


def _put_seen(books: Books) -> None:
    """Make `seen`: which kinds and classes of pieces were recorded of which equipment; and `old_gone`."""
    con, published = books.con, books.manifest
    if published is None:
        con.execute(f"create or replace temp table seen as {_SEEN}", {"after": -1})
        put_tables(con, {"old_gone": GONE_SCHEMA.empty_table()})
        return
    for table in ("seen", "gone"):
        names = published.files[table].values()
        name = "seen" if table == "seen" else "old_gone"
        con.execute(f"create or replace temp table {name} as from {lake.parquet(books.folder, names)}")
    con.execute(f"insert into seen from ({_SEEN}) except from seen", {"after": published.stamp.offset})
