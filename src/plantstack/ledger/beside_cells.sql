-- Every row in its production day, shift, crew and hour, by the calendar of its equipment.
insert into beside_span by name
select
    r.kind,
    r.equipment,
    r.class,
    r.from_at,
    r.until_at,
    r.counted_at,
    r.is_closed,
    r.own_us,
    r.wall_us,
    r.qty,
    r.amount,
    0 as flags,
    r.reason,
    r.order_id,
    r.product,
    coalesce(own.shift, '') as shift,
    coalesce(nullif(r.own_crew, ''), own.crew, '') as crew,
    coalesce(own.day, d.day) as day,
    (r.counted_at + coalesce(own.zone_off_us, whole.zone_off_us)) // 3600000000 * 3600000000
    - coalesce(own.zone_off_us, whole.zone_off_us) as hour_from
from beside_row as r
asof left join beside_calendar as c on c.equipment = r.equipment and c.from_at <= r.counted_at
asof left join beside_tile as own on own.calendar = c.calendar and own.from_at <= r.counted_at
asof left join beside_tile as whole on whole.calendar = '@' || r.site and whole.from_at <= r.counted_at
asof join day as d on d.site = r.site and d.from_at <= r.counted_at;
