-- Which cells (equipment, day, shift) a close event speaks for: the days and shifts wholly inside its from/until, of its
-- equipment and all that stood under it (R27). A closed day closes all its shifts.
create or replace temp table closing as
with mine as (
    select equipment, site, from_day, until_day
    from place_home
    where $equipment in ('', equipment, line, area, site)
),

closed_day as (
    select site, day from day where from_at >= $from_at and until_at <= $until_at
),

closed_shift as (
    select mc.equipment, tile.day, tile.shift
    from (from machine_calendar union all from place_calendar) as mc
    join tile on tile.calendar = mc.calendar
    where tile.shift != ''
    group by mc.equipment, tile.day, tile.shift
    having min(tile.from_at) >= $from_at and max(tile.until_at) <= $until_at
),

cell as (
    select equipment, day, shift from all_time_day
    union
    select equipment, day, shift from beside_span
)

select t.equipment, t.day, t.shift
from cell as t
join mine on mine.equipment = t.equipment and t.day >= mine.from_day and t.day < mine.until_day
where
    exists (select 1 from closed_day as c where c.site = mine.site and c.day = t.day)
    or exists (
        select 1 from closed_shift as c where c.equipment = t.equipment and c.day = t.day and c.shift = t.shift
    )
group by all;
