-- The ledger in numbers: every microsecond of a machine in exactly one account. What else is true of it, and evidence that
-- travels with it, are bits of `flags`, named in ledger/rules.py.
create or replace temp table booked as
select
    k.*,
    -- the calendar needs no reason; a reason beside it speaks of the rest of the halt
    case when not k.is_fixed then k.symptom end as shown_symptom,
    case when k.account in ('not_scheduled', 'planned_down') and k.state = 'unknown' then flag('unseen') else 0 end
    | case when k.account = 'not_scheduled' and k.state = 'fault' then flag('stopped_in_overtime') else 0 end
    | case
        when k.account = 'planned_down' and not k.is_fixed and entered.person then flag('moved_out')
        else 0
    end
    | case when st.assumed then flag('assumed') else 0 end
    | case when st.placed then flag('placed') else 0 end
    | case when said_by.person then flag('typed') else 0 end
    | case when k.is_open then flag('open') else 0 end
    | case when k.stop_at is not null and not k.is_micro then flag('long_stop') else 0 end
    | case
        when k.stop_at is null or k.is_micro then 0
        -- a machine that waits for its neighbour says so itself
        when leaf.reason is null and k.account = 'waiting' and k.state in ('starved', 'blocked') then 0
        when leaf.reason is null or leaf.catch_all then flag('uncoded')
        else 0
    end
    | case when k.account = 'micro_stop' and edge.m is not null then flag('at_unknown') else 0 end
    | case when k.oid is not null then flag('in_order') else 0 end
    | case when k.account = 'waiting' and k.state = 'starved' then flag('starved') else 0 end
    | case when k.account = 'waiting' and k.state = 'blocked' then flag('blocked') else 0 end
    | case when t.is_constraint then flag('at_constraint') else 0 end
    | case when k.account = 'run' and k.in_ramp then flag('ramp') else 0 end
    | case when k.account = 'run' and paced.fid is null then flag('without_standard_cycle') else 0 end
    | case
        when k.symptom is null or k.is_fixed then 0
        else
            flag('coded')
            | case
                -- the machine says it failed, the code that it only waited or was to stand still; or the other way round
                when leaf.account in ('waiting', 'no_order', 'planned_down')
                    and (
                        (k.state = 'fault' and not said_by.person)
                        -- a rule says itself what its alarm stands for
                        or (alarm.gid is not null and ruled.rid is null)
                    ) then flag('contradicted')
                when leaf.account = 'breakdown' and k.state in ('starved', 'blocked') and not said_by.person
                    then flag('contradicted')
                else 0
            end
            | case when entered.is_late then flag('late') else 0 end
            | case when entered.is_bulk then flag('bulk') else 0 end
            | case when ruled.rid is not null then flag('automatic') else 0 end
    end
    | case when skewed.hid is not null then flag('skewed') else 0 end as flags
from (
    select
        s.* replace (
            case
                when k.is_micro and s.account in ('breakdown', 'other_stop') then 'micro_stop'::account
                else s.account
            end as account
        ),
        f.tid,
        f.oid,
        f.cut_from,
        f.in_ramp,
        d.is_failing,
        d.stop,
        d.changeover,
        d.failure,
        k.from_at as stop_at,
        coalesce(not k.is_closed, false) as is_open,
        coalesce(k.is_micro, false) as is_micro
    from explained as s
    join ended as d on d.gid = s.gid and d.from_at = s.from_at
    join frame as f on f.fid = s.fid
    left join stop as k on k.m = d.m and k.stop = d.stop and d.in_stop
) as k
join machine_tile as t on t.tid = k.tid
left join statement as st on st.sid = k.sid
left join hearing as said_by on said_by.hid = st.hid
-- a reason says nothing of what a claimed break overran (R15)
left join (from reason where kind = 'stop') as leaf on leaf.reason = k.symptom and not k.is_fixed
left join entered on entered.rid = k.rid
left join (select distinct rid from ruled) as ruled on ruled.rid = k.rid
left join skewed on skewed.hid = st.hid and skewed.day = t.day
left join (
    -- whichever product: the product of a count is its own, and time does not know it
    select distinct f.fid
    from frame as f
    join bounds as b on b.m = f.m
    join standard as s
        on s.equipment = b.equipment and s.std_num is not null and s.from_at <= f.from_at and s.until_at > f.from_at
) as paced on paced.fid = k.fid
left join (
    select h.gid from halted as h semi join alarmed as a on a.m = h.m and a.halt = h.halt
) as alarm on alarm.gid = k.gid
left join (
    -- micro-stops that begin or end at unknown time: they may have been longer
    select own.m, own.stop
    from (from stop where is_micro) as own
    semi join (from explained where account = 'unknown') as u on u.m = own.m and u.from_at = own.to_at
    union
    select own.m, own.stop
    from (from stop where is_micro) as own
    semi join (from explained where account = 'unknown') as u on u.m = own.m and u.to_at = own.from_at
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
    k.shown_symptom as symptom,
    k.flags
from (
    select
        f.*,
        t.zone_from,
        t.zone_off_us,
        (f.from_at + t.zone_off_us) // 3600000000 as first_hour,
        (f.to_at - 1 + t.zone_off_us) // 3600000000 as last_hour
    from booked as f
    join machine_tile as t on t.tid = f.tid
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
    coalesce(k.shown_symptom, '') as reason,
    coalesce(case when not k.is_fixed then k.cause end, '') as cause,
    k.stop_at,
    k.is_open,
    k.flags,
    k.sid as state_offset,
    case when not k.is_fixed then k.rid end as reason_offset,
    k.oid as order_offset
from booked as k
join bounds as b on b.m = k.m
join machine_tile as t on t.tid = k.tid
left join order_span as o on o.oid = k.oid;
