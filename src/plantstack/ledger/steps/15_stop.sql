-- One stop: the longest run of losses; planned and unscheduled time suspends it, everything else ends it (books 4). In the
-- same sweep: what changeovers and failures end at (R13, R20). Each is known by the end of what came before it; only what
-- is needed goes through the sweep, for its rows are sorted.
create or replace temp table ended as
select
    gid,
    m,
    from_at,
    to_at,
    in_stop,
    is_failing,
    coalesce(last_value(case when ends_stop then to_at end ignore nulls) over upto, -1) as stop,
    coalesce(last_value(case when ends_changeover then to_at end ignore nulls) over upto, -1) as changeover,
    coalesce(last_value(case when can_run and not is_failing then to_at end ignore nulls) over upto, -1) as failure
from (
    select
        e.gid,
        e.m,
        e.from_at,
        e.to_at,
        e.account in ('breakdown', 'waiting', 'other_stop', 'planned_overrun') as in_stop,
        e.account in ('run', 'setup', 'no_order', 'unknown') as ends_stop,
        e.account not in ('setup', 'not_scheduled', 'planned_down') and f.change is null as ends_changeover,
        e.state in ('producing', 'idle', 'starved', 'blocked') as can_run,
        case
            when e.symptom is not null and leaf.account is not null then leaf.account = 'breakdown'
            else e.state = 'fault'
        end as is_failing
    from explained as e
    join frame as f on f.fid = e.fid
    left join (from reason where kind = 'stop') as leaf on leaf.reason = e.symptom
)
window upto as (partition by m order by from_at);

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
    from (from ended where in_stop) as own
    join (select m, max(stop) as stop from ended group by m) as last_one on last_one.m = own.m
    group by own.m, own.stop, last_one.stop
) as s
join bounds as b on b.m = s.m;
