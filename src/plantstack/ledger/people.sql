-- Crews: hours of labour where they were worked, heads over the scheduled time they were there. Never a person.
insert into divided
select log_offset, equipment, site, as_of, from_at, until_at, true, false
from said
where kind = 'labour' and until_at > from_at;

-- Heads without a span hold to the next statement about the crew, at most to the end of the shift.
create or replace temp table heads_told as
with told as (
    select
        s.*,
        told_text(s.body, 'crew') as crew,
        told_number(s.body, 'heads_present') as present,
        told_number(s.body, 'heads_needed') as needed
    from said as s
    where s.kind = 'attendance'
),

in_shift as (
    select a.*, t.until_at as tile_until, t.calendar, t.day as shift_day, t.shift as shift_name
    from told as a
    asof left join beside_calendar as c on c.equipment = a.equipment and c.from_at <= a.at
    asof left join beside_tile as t on t.calendar = coalesce(c.calendar, '@' || a.site) and t.from_at <= a.at
    where a.from_at is null or a.until_at is null
),

ended as (
    select a.log_offset, max(t.until_at) as shift_until
    from in_shift as a
    join beside_tile as t on t.calendar = a.calendar and t.day = a.shift_day and t.shift = a.shift_name
    group by a.log_offset
),

held as (
    select
        a.* exclude (tile_until, calendar, shift_day, shift_name) replace (
            a.at as from_at,
            least(
                lead(a.at) over (partition by a.equipment, a.crew order by a.at, a.told_at, a.source, a.key),
                e.shift_until
            ) as until_at
        )
    from in_shift as a
    join ended as e on e.log_offset = a.log_offset
),

spans as (
    select * from told where until_at > from_at
    union all by name
    select * from held where until_at > from_at
)

-- of several statements about one crew and span the last one told holds
select *
from spans
qualify row_number() over (
    partition by equipment, crew, order_id, from_at, until_at order by told_at desc, source, key
) = 1;

insert into divided
select log_offset, equipment, site, as_of, from_at, until_at, true, false from heads_told;
