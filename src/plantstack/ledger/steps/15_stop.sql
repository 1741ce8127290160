-- One stop: the longest run of losses; planned and unscheduled time suspends it, everything else ends it (books 4).
create or replace temp table stopping as
select
    *,
    account in ('breakdown', 'waiting', 'other_stop', 'planned_overrun') as in_stop,
    count(case when account in ('run', 'setup', 'no_order', 'unknown') then 1 end) over (
            partition by m order by from_at rows unbounded preceding
        ) as stop
from explained;

create or replace temp table stop as
select
    s.*,
    s.is_closed and s.own_us < b.micro_us as is_micro
from (
    select
        own.m,
        own.stop,
        own.stop < last_one.stop as is_closed,
        min(own.from_at) as from_at,
        max(own.to_at) as to_at,
        sum(own.to_at - own.from_at)::bigint as own_us
    from (from stopping where in_stop) as own
    join (select m, max(stop) as stop from stopping group by m) as last_one on last_one.m = own.m
    group by own.m, own.stop, last_one.stop
) as s
join bounds as b on b.m = s.m;

-- The ledger in numbers: every microsecond of a machine in exactly one account.
create or replace temp table booked as
select
    s.gid,
    s.m,
    s.from_at,
    s.to_at,
    s.fid,
    s.sid,
    s.state,
    case
        when k.is_micro and s.account in ('breakdown', 'other_stop') then 'micro_stop'::account
        else s.account
    end as account,
    s.symptom,
    s.cause,
    s.rid,
    s.is_fixed,
    k.stop,
    k.from_at as stop_at,
    coalesce(not k.is_closed, false) as is_open,
    coalesce(k.is_micro, false) as is_micro
from stopping as s
left join stop as k on k.m = s.m and k.stop = s.stop and s.in_stop;
