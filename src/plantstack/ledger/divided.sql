-- Each of `divided` cut at shifts and hours, or at days: `divided_part`, with what of its weight lies before and up to its end.
create or replace temp table divided_part as
with timed as (
    select
        f.*,
        case
            when f.by_day then '@' || f.site
            else
                coalesce(
                    (
                        select min(c.calendar)
                        from beside_calendar as c
                        where
                            c.equipment = f.equipment
                            and c.from_at <= f.from_at
                            and c.until_at >= f.until_at
                    ),
                    '@' || f.site
                )
        end as calendar
    from divided as f
),

-- an equality on days keeps the join of two kinds of stretches small
divided_day as (
    select *, unnest(range(from_at // 86400000000, (until_at - 1) // 86400000000 + 1)) as bucket from timed
),

tile_day as (
    select *, unnest(range(from_at // 86400000000, (until_at - 1) // 86400000000 + 1)) as bucket
    from beside_tile
    where calendar in (select calendar from timed)
),

in_tile as (
    select
        f.fid,
        f.as_of,
        f.weighs_work,
        f.by_day,
        f.until_at - f.from_at as all_us,
        greatest(f.from_at, t.from_at) as from_at,
        least(f.until_at, t.until_at) as until_at,
        t.is_working,
        t.zone_off_us
    from divided_day as f
    join tile_day as t
        on
            t.calendar = f.calendar
            and t.bucket = f.bucket
            and t.from_at < f.until_at
            and t.until_at > f.from_at
            and f.bucket = greatest(f.from_at, t.from_at) // 86400000000
),

in_hour as (
    select * exclude (hour_at)
        replace (greatest(from_at, hour_at) as from_at, least(until_at, hour_at + 3600000000) as until_at)
    from (
        select
            *,
            unnest(range(
                (from_at + zone_off_us) // 3600000000, (until_at - 1 + zone_off_us) // 3600000000 + 1
            )) * 3600000000 - zone_off_us as hour_at
        from in_tile
        where not by_day
    )
    union all by name
    select * from in_tile where by_day
),

weighed as (
    select
        *,
        case when not weighs_work or not has_work or is_working then until_at - from_at else 0 end as weight,
        case when weighs_work and has_work then work_us else all_us end as whole_us
    from (
        select
            *,
            bool_or(is_working) over (partition by fid) as has_work,
            sum(case when is_working then until_at - from_at else 0 end) over (partition by fid) as work_us
        from in_hour
    )
)

select
    fid,
    from_at,
    until_at,
    weight,
    coalesce(sum(weight) over (
        partition by fid order by from_at rows between unbounded preceding and 1 preceding
    ), 0) as before_us,
    sum(weight) over (partition by fid order by from_at rows unbounded preceding) as upto_us,
    whole_us
from weighed
qualify weight > 0 and from_at < as_of;
