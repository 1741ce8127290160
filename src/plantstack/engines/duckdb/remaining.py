"""What is left of the running shift: planned time of each line's constraint from now to the shift's end."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from plantstack.engines.contract import MeasureQuery
from plantstack.engines.duckdb.books import Books
from plantstack.engines.duckdb.homes import condition

MEASURE = "time_remaining"
BY_SHIFT = "asked by the shift: --grain shift"
_PLACES = ("site", "area", "line")


def remaining(books: Books, level: str, scope: str) -> list[tuple[dict[str, str], str, Decimal]]:
    """Return one row a constraint: its places, the label of its running shift, the seconds left of it.

    Breaks at fixed times are not counted. A constraint outside any shift has nothing left.
    """
    sql = f"""
        with pace as (
            select h.site, h.area, h.line, mc.calendar, reach.as_of
            from home as h
            join site_reach as reach on reach.site = h.site
            join machine_calendar as mc
                on
                    mc.equipment = h.equipment
                    and mc.from_at <= reach.as_of
                    and mc.until_at > reach.as_of
            join day as d on d.site = h.site and d.from_at <= reach.as_of and d.until_at > reach.as_of
            where
                h.constraint_machine = h.equipment
                and h.from_day <= d.day
                and h.until_day > d.day
                and {condition(level, scope)}
        )

        select
            p.site,
            p.area,
            p.line,
            running.day || ' ' || running.shift as label,
            sum(greatest(t.until_at - greatest(t.from_at, p.as_of), 0))::bigint as us
        from pace as p
        join tile as running
            on
                running.calendar = p.calendar
                and running.from_at <= p.as_of
                and running.until_at > p.as_of
                and running.shift != ''
        join tile as t
            on
                t.calendar = p.calendar
                and t.day = running.day
                and t.shift = running.shift
                and t.scheduled
                and t.break_reason = ''
        group by all
    """
    rows = books.con.execute(sql).fetchall()
    return [(dict(zip(_PLACES, row[:3], strict=True)), row[3], Decimal(row[4]) / 1_000_000) for row in rows]


def left_in(
    rows: list[tuple[dict[str, str], str, Decimal]], query: MeasureQuery, keys: Mapping[str, str], label: str
) -> Decimal:
    """The seconds left in one cell; a shift that is over has none."""
    places = [axis for axis in query.by if axis in _PLACES]
    return sum(
        (
            us
            for at, running, us in rows
            if running == label and all(at[axis] == keys[axis] for axis in places)
        ),
        Decimal(0),
    )
