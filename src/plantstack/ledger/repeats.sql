-- Failures that came back: of the same machine and mode within the repeat window. The mode is what the work order about it
-- says, else the cause, else the symptom; a failure nobody named never repeats.
insert into beside_span by name
with failed as (
    select * from all_own_spans where kind = 'failure' and class = 'failure' and is_closed
),

-- the first repair order opened from the failure on, at most a day after it
ordered as (
    select f.equipment, f.from_at, w.mode
    from failed as f
    asof join (
        select equipment, opened_at, mode from work_told where type in ('CM', '') and mode != ''
    ) as w on w.equipment = f.equipment and w.opened_at >= f.from_at
    where w.opened_at <= f.until_at + 86400000000
),

caused as (
    select f.equipment, f.from_at, arg_max(l.cause, (l.until_at - l.from_at, l.cause)) as mode
    from failed as f
    join all_ledger as l
        on
            l.equipment = f.equipment
            and l.cause != ''
            and l.from_at < f.until_at
            and l.until_at > f.from_at
    group by all
),

named as (
    select f.*, coalesce(nullif(o.mode, ''), nullif(c.mode, ''), nullif(f.reason, '')) as mode
    from failed as f
    left join ordered as o on o.equipment = f.equipment and o.from_at = f.from_at
    left join caused as c on c.equipment = f.equipment and c.from_at = f.from_at
)

select
    'failure_repeat' as kind,
    '' as class,
    equipment,
    from_at,
    until_at,
    until_at - 1 as counted_at,
    true as is_closed,
    wall_us,
    0 as flags,
    mode as reason,
    order_id,
    product,
    shift,
    crew,
    day,
    hour_from
from named
cross join setting
where mode is not null
qualify from_at - lag(until_at) over (partition by equipment, mode order by from_at) <= repeat_window_us;
