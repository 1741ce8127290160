-- Every piece of time with what won there.
create or replace temp table told as
select
    s.gid,
    s.m,
    s.from_at,
    s.to_at,
    s.fid,
    s.sid,
    s.state,
    s.pre_account,
    s.break_window,
    null::bigint as halt,
    s.pre_account not in ('not_scheduled', 'planned_down') as is_own,
    null::varchar as symptom,
    null::bigint as rid,
    null::varchar as cause
from segment as s
anti join reasoned as r on r.gid = s.gid
union all
select
    s.gid,
    s.m,
    r.from_at,
    r.to_at,
    s.fid,
    s.sid,
    s.state,
    s.pre_account,
    s.break_window,
    s.halt,
    s.is_own,
    r.symptom,
    r.rid,
    r.cause
from reasoned as r
join halted as s on s.gid = r.gid;

-- What may be used up, and by whom: a floating break by all who claim it, the allowance of a planned leaf
-- within its halt; in time order (R16, R17).
create or replace temp table planned as
with begun as (
    -- a reason begins at the first own second it covers
    select c.rid, c.m, c.halt, min(greatest(c.from_at, s.from_at)) as from_at
    from cover_reason as c
    join halted as s on s.m = c.m and s.halt = c.halt and s.from_at < c.to_at and s.to_at > c.from_at
    where s.is_own and c.role = 'symptom'
    group by c.rid, c.m, c.halt
),

user_of as (
    select
        t.gid,
        t.m,
        t.from_at,
        t.to_at,
        break.break_window,
        null::bigint as halt,
        null::varchar as leaf,
        break.length_us as budget_us
    from told as t
    join floating_break as break on break.m = t.m and break.break_window = t.break_window
    where t.pre_account = 'planned_down' and t.break_window is not null
    union all
    select
        t.gid,
        t.m,
        t.from_at,
        t.to_at,
        break.break_window,
        case when break.break_window is null then t.halt end,
        case when break.break_window is null then t.symptom end,
        coalesce(break.length_us, leaf.allowance_us, 0)
    from told as t
    join (from reason where account = 'planned_down') as leaf on leaf.reason = t.symptom
    join begun on begun.rid = t.rid and begun.m = t.m and begun.halt = t.halt
    left join floating_break as break
        on
            break.m = t.m
            and break.reason = t.symptom
            and break.from_at <= begun.from_at
            and break.until_at > begun.from_at
    where t.is_own
)

select
    gid,
    m,
    from_at,
    to_at,
    greatest(
        budget_us - coalesce(
            sum(to_at - from_at) over (
                partition by m, break_window, halt, leaf
                order by from_at
                rows between unbounded preceding and 1 preceding
            ),
            0
        ),
        0
    )::bigint as left_us
from user_of;

-- Every piece of time with its account after the reasons.
create or replace temp table explained as
select
    t.* exclude (break_window, halt, is_own, pre_account),
    case
        when t.is_own and leaf.account != '' then leaf.account::account
        else t.pre_account
    end as account,
    not t.is_own as is_fixed
from told as t
anti join planned as p on p.gid = t.gid and p.from_at = t.from_at
left join (from reason where kind = 'stop') as leaf on leaf.reason = t.symptom
union all
select
    t.* exclude (break_window, halt, is_own, pre_account)
    replace (part.from_at as from_at, part.to_at as to_at),
    part.account,
    not t.is_own
from told as t
join (
    select gid, from_at as piece_at, from_at, least(to_at, from_at + left_us) as to_at, 'planned_down'::account as account
    from planned
    where left_us > 0
    union all
    select gid, from_at, from_at + left_us, to_at, 'planned_overrun'::account
    from planned
    where from_at + left_us < to_at
) as part on part.gid = t.gid and part.piece_at = t.from_at;
