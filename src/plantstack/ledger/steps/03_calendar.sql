-- How much of its calendar a machine needs: its window, the slots of plans that meet it, the last sign before it; and two
-- days around them, for whole shifts.
create or replace temp table calendar_reach as
select
    b.m,
    b.equipment,
    least(b.from_at, min(x.from_at)) - 172800000000 as from_at,
    greatest(b.until_at, max(x.until_at)) + 172800000000 as until_at
from bounds as b
left join (
    select coalesce(l.exit_machine, p.equipment) as equipment, p.from_at, p.until_at
    from plan_version as p
    left join (select distinct line, exit_machine from line) as l on l.line = p.equipment
    union all
    -- a sign is before the window, however long
    select equipment, from_at, null from carry where slot = 'sign'
) as x on x.equipment = b.equipment and x.from_at < b.until_at and coalesce(x.until_at, b.until_at) > b.from_at
group by b.m, b.equipment, b.from_at, b.until_at;

-- The calendar of each machine; the machine's own dated calendar decides.
create or replace temp table calendar_tile as
select
    b.m,
    greatest(tile.from_at, mc.from_at) as from_at,
    least(tile.until_at, mc.until_at) as to_at,
    tile.calendar,
    tile.day,
    tile.shift,
    tile.crew,
    tile.scheduled,
    tile.break_reason,
    tile.zone_off_us,
    tile.zone_from,
    used.equipment is not null as orders_used,
    line.line is not null as is_constraint
from calendar_reach as b
join machine_calendar as mc on mc.equipment = b.equipment
join (
    -- since when the zone's offset holds: a half-hour change of the clock starts an hour of its own
    select
        *,
        max(case when off_before is null then -62135596800000000 when off_before != zone_off_us then from_at end)
            over (partition by calendar order by from_at) as zone_from
    from (
        select *, lag(zone_off_us) over (partition by calendar order by from_at) as off_before from tile
    )
) as tile on tile.calendar = mc.calendar
left join orders_used as used
    on used.equipment = b.equipment and used.from_at <= tile.from_at and used.until_at > tile.from_at
left join line
    on line.constraint_machine = b.equipment and line.from_at <= tile.from_at and line.until_at > tile.from_at
where
    greatest(tile.from_at, mc.from_at) < least(tile.until_at, mc.until_at)
    and tile.until_at > b.from_at
    and tile.from_at < b.until_at;

-- A shift, or the gap between two shifts, as one span: how far a person's word reaches (R7).
create or replace temp table calendar_span as
select
    m,
    min(from_at) as from_at,
    max(to_at) as until_at
from (
    select
        *,
        count(case when is_new then 1 end) over (partition by m order by from_at rows unbounded preceding) as part
    from (
        select
            *,
            (shift, case when shift != '' then day else '' end)
            is distinct from lag((shift, case when shift != '' then day else '' end))
                over (partition by m order by from_at) as is_new
        from calendar_tile
    )
)
group by m, part;

-- Clipped to the window, with a number of its own.
create or replace temp table machine_tile as
select
    row_number() over () as tid,
    t.* replace (greatest(t.from_at, b.from_at) as from_at, least(t.to_at, b.until_at) as to_at)
from calendar_tile as t
join bounds as b on b.m = t.m
where t.to_at > b.from_at and t.from_at < b.until_at;

-- The floating breaks a machine may claim.
create or replace temp table floating_break as
select
    b.m,
    f."window" as break_window,
    greatest(f.from_at, mc.from_at) as from_at,
    least(f.until_at, mc.until_at) as until_at,
    f.shift_until,
    f.reason,
    f.length_us
from bounds as b
join machine_calendar as mc on mc.equipment = b.equipment
join floating as f on f.calendar = mc.calendar
where f.until_at > mc.from_at and f.from_at < mc.until_at and f.until_at > b.from_at and f.from_at < b.until_at;
