-- Days of people: each head of a whole shift is one.
insert into beside_span by name
with shift_time as (
    select calendar, day, shift, sum(until_at - from_at) as us
    from beside_tile
    where is_working
    group by all
),

present as (
    select
        s.equipment,
        s.order_id,
        s.product,
        s.crew,
        s.day,
        s.shift,
        c.calendar,
        sum(s.own_us) as own_us,
        min(s.from_at) as from_at,
        max(s.until_at) as until_at,
        max(s.counted_at) as counted_at,
        max(s.hour_from) as hour_from
    from beside_span as s
    asof left join beside_calendar as c on c.equipment = s.equipment and c.from_at <= s.counted_at
    where s.kind = 'heads_present'
    group by all
)

select
    'people_days' as kind,
    '' as class,
    p.* exclude (calendar, own_us),
    true as is_closed,
    of_millionths(part_of(1000000, 0, p.own_us, t.us)) as qty,
    0 as flags,
    '' as reason
from present as p
join home_site as h on h.equipment = p.equipment
join shift_time as t on t.calendar = coalesce(p.calendar, '@' || h.site) and t.day = p.day and t.shift = p.shift;
