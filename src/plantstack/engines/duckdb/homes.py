"""Where machines belong when their sums are rolled up, and what periods are called.

Placements and exits of lines change at the start of production days, so a row's `day` decides.
"""

from __future__ import annotations

from typing import TypeAlias

import pyarrow as pa

from plantstack.engines.contract import Grain
from plantstack.engines.duckdb.books import Books
from plantstack.engines.duckdb.calculator import put_tables
from plantstack.errors import Problem, QueryError, did_you_mean
from plantstack.plant.fiscal import periods_a_year
from plantstack.plant.localtime import local_day
from plantstack.plant.plant import Plant
from plantstack.plant.structure import FAR_FUTURE, FAR_PAST, Span

_FIRST, _LAST = "", "9999-99-99"

# One row a machine and stretch of days: the places above it, the exit machine of its line and whether that
# ever told what is good at the first pass, and which classes of pieces its line, or it in none, told (R40).
_HOME = """
create or replace temp table home as
with tells as (
    select equipment, kind from seen where kind in ('count:scrap', 'count:rework')
    union
    select equipment, unnest(['count:scrap', 'count:rework']) as kind from machine where good_by_exception
),

judge as (
    select distinct equipment from seen where kind in ('count:first_pass', 'inspection')
),

teller as (
    select equipment as place, kind from tells
    union
    select p.line as place, t.kind from tells as t join placement as p using (equipment) where p.line != ''
),

stood as (
    select
        p.equipment,
        greatest(p.from_at, coalesce(line.from_at, p.from_at)) as from_at,
        least(p.until_at, coalesce(line.until_at, p.until_at)) as until_at,
        p.site,
        p.area,
        p.line,
        coalesce(line.exit_machine, '') as exit_machine,
        coalesce(line.constraint_machine, '') as constraint_machine,
        coalesce(entry.equipment, '') as entry_machine
    from placement as p
    semi join machine using (equipment)
    left join flow as entry on entry.line = p.line and entry.position = 1
    left join line on line.line = p.line and line.from_at < p.until_at and line.until_at > p.from_at
)

select
    s.equipment,
    first_day.day as from_day,
    last_day.day as until_day,
    s.site,
    s.area,
    s.line,
    s.exit_machine,
    s.constraint_machine,
    s.entry_machine,
    (coalesce(nullif(s.line, ''), s.equipment), 'count:scrap') in (from teller) as tells_scrap,
    (coalesce(nullif(s.line, ''), s.equipment), 'count:rework') in (from teller) as tells_rework,
    s.exit_machine in (from judge) as exit_judges
from stood as s
join border_day as first_day on first_day.site = s.site and first_day.border_at = s.from_at
join border_day as last_day on last_day.site = s.site and last_day.border_at = s.until_at
"""

# The homes of machines, and of lines, areas and sites themselves: what is said of a line counts there and
# above. What is said of no equipment belongs to the group and counts its days as its first site does.
_PLACE_HOME = """
create or replace temp table place_home as
select *, 'machine' as level, site as clock from home
union all by name
select
    p.equipment,
    first_day.day as from_day,
    last_day.day as until_day,
    p.site,
    case when l.level = 'area' then p.equipment else p.area end as area,
    case when l.level = 'line' then p.equipment else '' end as line,
    '' as exit_machine,
    '' as constraint_machine,
    '' as entry_machine,
    l.level,
    p.site as clock
from placement as p
join place_level as l on l.equipment = p.equipment
join border_day as first_day on first_day.site = p.site and first_day.border_at = p.from_at
join border_day as last_day on last_day.site = p.site and last_day.border_at = p.until_at
union all by name
select
    '' as equipment, '' as from_day, '9999-99-99' as until_day, '' as site, '' as area, '' as line,
    '' as exit_machine, '' as constraint_machine, '' as entry_machine, 'group' as level, min(site) as clock
from site
"""

_LABELS: dict[Grain, str] = {
    "day": "d.day",
    "week": "strftime(d.day::date, '%G-W%V')",
    "month": "d.day[:7]",
    "period": "p.period",
    "quarter": "p.quarter",
    "year": "p.year",
}


def put_homes(books: Books, structure: str) -> None:
    """Make the tables `home` and `place_home` for a structure: `as-was`, `as-is` or a date.

    Raises:
        QueryError: when the structure is none of them.
    """
    con = books.con
    levels = {one.id: one.level for one in books.plant.equipment.values() if one.level != "machine"}
    schema = pa.schema([("equipment", pa.string()), ("level", pa.string())])
    rows = [{"equipment": name, "level": level} for name, level in levels.items()]
    put_tables(con, {"place_level": pa.Table.from_pylist(rows, schema=schema)})
    _put_border_days(books)
    con.execute(_HOME)
    con.execute(_PLACE_HOME)
    if structure == "as-was":
        return
    if structure == "as-is":
        latest = con.execute("select max(day) from all_time_day").fetchall()[0][0] or ""
    else:
        latest = structure
    for table in ("home", "place_home"):
        con.execute(
            f"create or replace temp table {table} as"
            f" select * replace ('' as from_day, '9999-99-99' as until_day) from {table}"
            " where from_day <= $1 and until_day > $1",
            [latest],
        )


def _put_border_days(books: Books) -> None:
    """Make `border_day`: the production day that starts where a placement or an exit begins or ends.

    Days are named by the calendar and not looked up among the days of the books, which may not reach so far.
    """
    borders = {
        (span.site, at) for spans in books.plant.spans.values() for span in spans for at in _ends(span)
    }
    for row in books.tables["line"].to_pylist():
        site = books.plant.site_of(row["line"]).id
        borders |= {(site, row["from_at"]), (site, row["until_at"])}
    rows = [
        {"site": site, "border_at": at, "day": _day_of(books.plant.sites[site].zone, at)}
        for site, at in borders
    ]
    schema = pa.schema([("site", pa.string()), ("border_at", pa.int64()), ("day", pa.string())])
    put_tables(books.con, {"border_day": pa.Table.from_pylist(rows, schema=schema)})


def _ends(span: Span) -> tuple[int, int]:
    return span.from_at, span.until_at


def _day_of(zone: str, at: int) -> str:
    if at <= FAR_PAST:
        return _FIRST
    return _LAST if at >= FAR_FUTURE else local_day(zone, at).isoformat()


# The last twelve months: of each period asked for that has begun, the days of the year that ends with it.
_LTM = """
create or replace temp table label as
with numbered as (
    select p.*, row_number() over (partition by p.site order by p.from_day) as n, y.periods
    from period as p
    join fiscal_year as y using (site)
),

begun as (
    select site, max(day) as day from day join site_reach using (site) where from_at < as_of group by site
)

select d.site, d.day, 'LTM ' || e.period as label
from day as d
join numbered as p on p.site = d.site and p.from_day <= d.day and p.until_day > d.day
join numbered as e on e.site = p.site and e.n >= p.n and e.n < p.n + p.periods
join begun as b on b.site = e.site and e.from_day <= b.day
where e.until_day > $first and e.from_day <= $last
"""

Days: TypeAlias = tuple[str | None, str | None]


def put_labels(books: Books, grain: Grain, days: Days = (None, None)) -> None:
    """Make the table `label`: what each site's production day is called at a grain.

    Args:
        books: with the plant's calendars.
        grain: of the question.
        days: those asked for; at grain `ltm` they choose the periods, whose years reach further back.
    """
    if grain == "ltm":
        sites = books.plant.sites.values()
        years = {"site": [one.id for one in sites], "periods": [periods_a_year(one.fiscal) for one in sites]}
        put_tables(books.con, {"fiscal_year": pa.table(years)})
        books.con.execute(_LTM, {"first": days[0] or _FIRST, "last": days[1] or _LAST})
        return
    label = _LABELS.get(grain, "''")
    books.con.execute(
        "create or replace temp table label as"
        f" select d.site, d.day, {label} as label from day as d"
        " left join period as p on p.site = d.site and p.from_day <= d.day and p.until_day > d.day"
    )


def check_scope(plant: Plant, scope: str) -> tuple[str, str]:
    """Return the level of a scope and its permanent id.

    Args:
        plant: the plant asked.
        scope: an id, a path as it stands or stood, the enterprise, or '' for everything.

    Raises:
        QueryError: when there is no such equipment.
    """
    wanted = scope.strip("/")
    if wanted in ("", plant.enterprise):
        return "group", ""
    found = wanted if wanted in plant.equipment else None
    if found is None:
        stood = [span for spans in plant.spans.values() for span in spans if span.path == wanted]
        found = max(stood, key=lambda span: span.from_at).equipment if stood else None
    if found is None:
        paths = [span.path for spans in plant.spans.values() for span in spans]
        known = [*plant.equipment, *paths]
        what = "there is no equipment of that id or path"
        raise QueryError(Problem("scope-unknown", scope, what, did_you_mean(wanted, known)))
    return plant.equipment[found].level, found


def condition(level: str, scope: str) -> str:
    """The SQL condition that a row of `home` lies in a scope."""
    if level == "group":
        return "true"
    column = "equipment" if level == "machine" else level
    return f"h.{column} = '{scope}'"
