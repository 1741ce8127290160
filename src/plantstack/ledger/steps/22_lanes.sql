-- Lanes that stand while their machine runs: the lost fraction of its time, as ideal seconds (books 6).
-- Nothing without: lane
create or replace temp table lane_standing as
select
    b.m,
    e.from_at,
    e.to_at,
    unnest(range(e.from_at // 3600000000, (e.to_at - 1) // 3600000000 + 1)) as world_hour
from effective as e
join bounds as own on own.m = e.m and own.is_lane
join lane on lane.lane_equipment = own.equipment
join bounds as b on b.equipment = lane.equipment
join statement as st on st.sid = e.sid
where st.state not in ('producing', 'unknown');

-- Nothing without: lane_standing
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
    case when f.in_ramp then flag('ramp') else 0 end as flags,
    0::decimal(38, 6) as qty,
    seconds_of(lost.us::decimal(38, 0), 1::decimal(18, 9), (1000000 * machine.lanes)::decimal(18, 0)) as ideal
from (
    select
        s.m,
        s.fid,
        s.hour_from,
        sum(least(s.to_at, e.to_at) - greatest(s.from_at, e.from_at)) as us
    from (from slice_hour where account = 'run') as s
    join lane_standing as e
        on e.m = s.m and e.world_hour = s.world_hour and e.from_at < s.to_at and e.to_at > s.from_at
    where greatest(s.from_at, e.from_at) // 3600000000 = s.world_hour
    group by all
) as lost
join bounds as b on b.m = lost.m
join machine on machine.equipment = b.equipment
join frame as f on f.fid = lost.fid
join machine_tile as t on t.tid = f.tid
left join order_span as o on o.oid = f.oid;
