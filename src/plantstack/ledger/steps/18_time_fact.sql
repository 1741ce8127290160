-- Unknown time under a count with `from`: its pieces are known, so it cannot hold more (books 11).
create or replace temp table counted_part as
select
    m,
    from_at,
    sum(to_us - greatest(from_us, coalesce(reached, 0)))::bigint as us
from (
    select
        *,
        max(to_us) over (
            partition by m, from_at order by from_us, to_us rows between unbounded preceding and 1 preceding
        ) as reached
    from (
        select distinct
            s.m,
            s.from_at,
            greatest(s.from_at, c.from_at) as from_us,
            least(s.to_at, c.t) as to_us
        from (from slice_hour where account = 'unknown') as s
        join (
            select m, from_at, t, unnest(range(from_at // 3600000000, (t - 1) // 3600000000 + 1)) as world_hour
            from counted
            where from_at is not null
        ) as c on c.m = s.m and c.world_hour = s.world_hour and c.from_at < s.to_at and c.t > s.from_at
    )
)
where to_us > coalesce(reached, 0)
group by m, from_at;

create or replace temp table marked as
select s.m, s.fid, s.hour_from, s.account, s.symptom, s.flags, s.to_at - s.from_at - coalesce(c.us, 0) as us
from slice as s
left join counted_part as c on c.m = s.m and c.from_at = s.from_at
where s.to_at - s.from_at > coalesce(c.us, 0)
union all
select s.m, s.fid, s.hour_from, s.account, s.symptom, s.flags | flag('counted'), c.us
from slice as s
join counted_part as c on c.m = s.m and c.from_at = s.from_at;

-- The sums: microseconds by hour and everything that holds in it (books 9).
create or replace temp table time_fact as
select
    b.equipment,
    s.hour_from,
    t.day,
    t.shift,
    t.crew,
    coalesce(o.order_id, '') as order_id,
    coalesce(o.product, '') as product,
    s.account::varchar as account,
    coalesce(s.symptom, '') as reason,
    s.flags,
    s.us
from (
    select m, fid, hour_from, account, symptom, flags, sum(us)::bigint as us from marked group by all
) as s
join bounds as b on b.m = s.m
join frame as f on f.fid = s.fid
join machine_tile as t on t.tid = f.tid
left join order_span as o on o.oid = f.oid;
