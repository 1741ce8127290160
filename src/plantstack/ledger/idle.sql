-- Energy used while nothing ran: of each part of a reading the share of time in which no machine below the meter ran.
create or replace temp table idle_part as
with part as (
    select row_number() over () as pid, e.*, e.from_at // 3600000000 as bucket
    from energy_part as e
    where e.until_at > e.from_at
),

metered as (
    select equipment, min(from_at) as from_at, max(until_at) as until_at from part group by equipment
),

run as (
    select
        m.equipment,
        l.from_at,
        l.until_at,
        unnest(range(l.from_at // 3600000000, (l.until_at - 1) // 3600000000 + 1)) as bucket
    from all_ledger as l
    join placement as p on p.equipment = l.equipment and p.from_at <= l.from_at and p.until_at > l.from_at
    join metered as m
        on m.equipment in (p.equipment, p.line, p.area, p.site) and m.from_at < l.until_at and m.until_at > l.from_at
    where l.account = 'run'
),

-- a part reaches over at most two hours of the world
near as (
    select *, unnest([bucket, (until_at - 1) // 3600000000]) as hour from part
),

within as (
    select distinct
        n.pid,
        greatest(r.from_at, n.from_at, n.hour * 3600000000) as from_at,
        least(r.until_at, n.until_at, (n.hour + 1) * 3600000000) as until_at
    from near as n
    join run as r
        on r.equipment = n.equipment and r.bucket = n.hour and r.from_at < n.until_at and r.until_at > n.from_at
),

ran as (
    select pid, sum(greatest(until_at - greatest(from_at, before_at), 0)) as run_us
    from (
        select
            *,
            coalesce(max(until_at) over (
                partition by pid order by from_at, until_at rows between unbounded preceding and 1 preceding
            ), from_at) as before_at
        from within
        where until_at > from_at
    )
    group by pid
)

select
    p.* exclude (pid, bucket, kwh),
    p.kwh - of_millionths(part_of(millionths(p.kwh), 0, coalesce(r.run_us, 0), p.until_at - p.from_at)) as kwh
from part as p
left join ran as r on r.pid = p.pid;

insert into beside_row by name
select
    'energy_idle' as kind,
    '' as class,
    unnest([equipment, above]) as equipment,
    site,
    from_at,
    until_at,
    until_at - 1 as counted_at,
    true as is_closed,
    unnest([kwh, -kwh]) as qty,
    '' as reason,
    order_id,
    product
from idle_part;

delete from beside_row where kind = 'energy_idle' and equipment = '';
