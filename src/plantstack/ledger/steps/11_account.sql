-- A planned stop that begins in the window of a floating break claims it; how far its length reaches is settled
-- after the reasons, which may claim it too (books 3 rule 4, R17).
create or replace temp table claimed as
with run as (
    select
        c.gid,
        c.m,
        c.from_at,
        c.to_at,
        c.sid,
        f.tid,
        min(c.from_at) over (partition by c.m, c.part) as run_from
    from (
        -- whoever repeats it: what counts is when the planned stop began
        select
            c.*,
            count(case when c.is_new then 1 end) over (
                partition by c.m order by c.from_at rows unbounded preceding
            ) as part
        from (
            select
                cut.*,
                from_at is distinct from lag(to_at) over (partition by m order by from_at) as is_new
            from cut
            semi join (select sid from statement where state = 'planned_stop') as s on s.sid = cut.sid
        ) as c
    ) as c
    join frame as f on f.fid = c.fid
)

select
    run.gid,
    run.m,
    run.from_at,
    run.to_at,
    break.break_window,
    break.length_us
from run
join machine_tile as tile on tile.tid = run.tid
join floating_break as break
    on break.m = run.m and break.from_at <= run.run_from and break.until_at > run.run_from
where tile.scheduled and tile.break_reason = '';

-- The account of every piece before anyone has given a reason: the first rule that applies (books 3).
create or replace temp table segment as
select
    c.gid,
    c.m,
    c.from_at,
    c.to_at,
    c.fid,
    c.sid,
    c.state,
    c.break_window,
    case
        when c.state = 'setup' then 'setup'
        when c.in_change and c.is_open and c.state not in ('unknown', 'off') then 'setup'
        when c.in_change and c.state = 'producing' then 'setup'
        when c.state = 'producing' then 'run'
        when not c.scheduled then 'not_scheduled'
        when c.break_reason != '' or c.break_window is not null then 'planned_down'
        when c.state = 'unknown' then 'unknown'
        when c.state = 'fault' then 'breakdown'
        when c.state in ('starved', 'blocked', 'waiting') or (c.state = 'idle' and c.has_order) then 'waiting'
        when c.state in ('stopped', 'idle', 'off') and not c.has_order and c.orders_used then 'no_order'
        else 'other_stop'
    end::account as pre_account
from (
    select
        c.*,
        k.break_window,
        f.oid is not null as has_order,
        f.in_change,
        t.scheduled,
        t.break_reason,
        t.orders_used,
        t.scheduled and t.break_reason = '' and k.gid is null as is_open,
        coalesce(s.state, 'unknown') as state
    from cut as c
    left join claimed as k on k.gid = c.gid
    join frame as f on f.fid = c.fid
    join machine_tile as t on t.tid = f.tid
    left join statement as s on s.sid = c.sid
) as c;
