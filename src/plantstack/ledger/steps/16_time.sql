-- What else is true of a second, and evidence that travels with it: bits of `flags`, named in ledger/rules.py.
create or replace temp table flagged as
select
    k.* replace (
        -- the calendar needs no reason; a reason beside it speaks of the rest of the halt
        case when not k.is_fixed then k.symptom end as symptom,
        case when not k.is_fixed then k.cause end as cause,
        case when not k.is_fixed then k.rid end as rid
    ),
    case when k.account in ('not_scheduled', 'planned_down') and k.state = 'unknown' then flag('unseen') else 0 end
    | case when k.account = 'not_scheduled' and k.state = 'fault' then flag('stopped_in_overtime') else 0 end
    | case
        when k.account = 'planned_down' and not k.is_fixed and given_by.person then flag('moved_out')
        else 0
    end
    | case when st.assumed then flag('assumed') else 0 end
    | case when said_by.person then flag('typed') else 0 end
    | case when k.is_open then flag('open') else 0 end
    | case when k.stop is not null and not k.is_micro then flag('long_stop') else 0 end
    | case
        when k.stop is not null and not k.is_micro and (leaf.reason is null or leaf.catch_all) then flag('uncoded')
        else 0
    end
    | case when k.account = 'micro_stop' and edge.m is not null then flag('at_unknown') else 0 end
    | case when f.oid is not null then flag('in_order') else 0 end
    | case when k.account = 'waiting' and k.state = 'starved' then flag('starved') else 0 end
    | case when k.account = 'waiting' and k.state = 'blocked' then flag('blocked') else 0 end
    | case when t.is_constraint then flag('at_constraint') else 0 end as flags
from booked as k
join frame as f on f.fid = k.fid
join machine_tile as t on t.tid = f.tid
left join statement as st on st.sid = k.sid
left join hearing as said_by on said_by.hid = st.hid
left join (from reason where kind = 'stop') as leaf on leaf.reason = k.symptom
left join (
    select distinct r.log_offset as rid, r.person
    from (from heard semi join cover_reason as c on c.rid = heard.log_offset) as r
) as given_by on given_by.rid = k.rid
left join (
    -- micro-stops that begin or end at unknown time: they may have been longer
    select distinct own.m, own.stop
    from (from stop where is_micro) as own
    join (from booked where account = 'unknown') as u
        on u.m = own.m and (u.from_at = own.to_at or u.to_at = own.from_at)
) as edge on edge.m = k.m and edge.stop = k.stop;

-- The same, cut at the hours of the local clock.
create or replace temp table slice as
select
    k.m,
    greatest(k.from_at, part.hour_at) as from_at,
    least(k.to_at, part.hour_at + 3600000000) as to_at,
    k.fid,
    greatest(part.hour_at, k.zone_from, k.cut_from) as hour_from,
    k.account,
    k.state,
    k.symptom,
    k.flags
from (
    select
        f.*,
        t.zone_from,
        t.zone_off_us,
        frame.cut_from,
        (f.from_at + t.zone_off_us) // 3600000000 as first_hour,
        (f.to_at - 1 + t.zone_off_us) // 3600000000 as last_hour
    from flagged as f
    join frame on frame.fid = f.fid
    join machine_tile as t on t.tid = frame.tid
) as k
cross join lateral (
    select unnest(range(k.first_hour, k.last_hour + 1)) * 3600000000 - k.zone_off_us as hour_at
) as part;

-- The ledger as people read it.
create or replace temp table ledger as
select
    b.equipment,
    k.from_at,
    k.to_at as until_at,
    t.day,
    t.shift,
    t.crew,
    coalesce(o.order_id, '') as order_id,
    coalesce(o.product, '') as product,
    k.state::varchar as state,
    k.account::varchar as account,
    coalesce(k.symptom, '') as reason,
    coalesce(k.cause, '') as cause,
    k.stop_at,
    k.is_open,
    k.flags,
    k.sid as state_offset,
    k.rid as reason_offset,
    f.oid as order_offset
from flagged as k
join bounds as b on b.m = k.m
join frame as f on f.fid = k.fid
join machine_tile as t on t.tid = f.tid
left join order_span as o on o.oid = f.oid;
