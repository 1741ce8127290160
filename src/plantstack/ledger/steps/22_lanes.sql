-- Lanes that stand while their machine runs: the lost fraction of its time, as ideal seconds (books 6).
insert into pieces_fact by name
select
    b.equipment,
    lost.hour_from,
    t.day,
    t.shift,
    t.crew,
    coalesce(o.order_id, '') as order_id,
    coalesce(o.product, '') as product,
    'run' as account,
    '' as reason,
    'reduced_capacity' as class,
    null as standard,
    0 as flags,
    0::decimal(18, 6) as qty,
    seconds_of(lost.us::decimal(38, 0), 1::decimal(18, 9), (1000000 * machine.lanes)::decimal(18, 0)) as ideal
from (
    select
        s.m,
        s.fid,
        s.hour_from,
        sum(least(s.to_at, e.to_at) - greatest(s.from_at, e.from_at)) as us
    from (from slice_hour where account = 'run') as s
    join bounds as b on b.m = s.m
    join lane on lane.equipment = b.equipment
    join bounds as own on own.equipment = lane.lane_equipment
    join (
        select *, unnest(range(from_at // 3600000000, (to_at - 1) // 3600000000 + 1)) as world_hour from effective
    ) as e on e.m = own.m and e.world_hour = s.world_hour and e.from_at < s.to_at and e.to_at > s.from_at
    join statement as st on st.sid = e.sid
    where
        st.state not in ('producing', 'unknown')
        and greatest(s.from_at, e.from_at) // 3600000000 = s.world_hour
    group by all
) as lost
join bounds as b on b.m = lost.m
join machine on machine.equipment = b.equipment
join frame as f on f.fid = lost.fid
join machine_tile as t on t.tid = f.tid
left join order_span as o on o.oid = f.oid;
