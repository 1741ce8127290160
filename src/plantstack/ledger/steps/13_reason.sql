-- What people and machines said about why: events, and reasons given with a state (books 5, R8).
create or replace temp table given as
select
    e.log_offset as rid,
    e.m,
    e.role,
    e.reason,
    least(e.t, b.until_at - 1) as t,
    e.from_at,
    e.until_at
from heard as e
join bounds as b on b.m = e.m
where
    e.kind = 'reason'
    and e.slot in ('', 'reason')
    and e.reason != ''
    and (e.t <= b.until_at or e.from_at is not null);

-- Where each of them reaches: an instant reaches the whole halt that contains it, a span its part of every halt.
create or replace temp table cover_reason as
select g.rid, g.m, h.halt, g.role, g.reason, h.from_at, h.to_at
from (from given where from_at is null) as g
asof join halt as h on h.m = g.m and h.from_at <= g.t
where h.to_at > g.t
union all
select g.rid, g.m, h.halt, g.role, g.reason, greatest(g.from_at, h.from_at), least(g.until_at, h.to_at)
from (
    select *, unnest(range(from_at // 86400000000, until_at // 86400000000 + 1)) as bucket from given where from_at is not null
) as g
join (
    select *, unnest(range(from_at // 86400000000, to_at // 86400000000 + 1)) as bucket from halt
) as h on h.m = g.m and h.bucket = g.bucket and h.from_at < g.until_at and h.to_at > g.from_at
group by all
union all
select s.sid, s.m, s.halt, 'symptom', st.reason, s.from_at, s.to_at
from halted as s
join (from statement where reason is not null) as st on st.sid = s.sid
union all
-- what no person and no machine gives a reason for has that of its rule (R55)
select rid, m, halt, 'symptom', reason, from_at, to_at
from ruled;

create or replace temp table unattached as
select rid, m from given anti join cover_reason using (rid);

-- Cut the halts with reasons where a reason begins or ends, and let the greatest win, symptom and cause apart.
create or replace temp table reasoned as
with point as (
    select s.m, s.halt, s.gid, s.from_at as t from halted as s semi join cover_reason as c on c.m = s.m and c.halt = s.halt
    union
    select s.m, s.halt, s.gid, p.t
    from (
        select m, halt, from_at as t from cover_reason
        union
        select m, halt, to_at from cover_reason
    ) as p
    join halted as s on s.m = p.m and s.halt = p.halt and s.from_at < p.t and s.to_at > p.t
),

piece as (
    select
        s.gid,
        s.m,
        s.halt,
        p.t as from_at,
        coalesce(lead(p.t) over (partition by s.m, s.halt, s.gid order by p.t), s.to_at) as to_at,
        s.to_at as gid_to
    from point as p
    join halted as s on s.m = p.m and s.halt = p.halt and s.gid = p.gid and p.t >= s.from_at and p.t < s.to_at
),

won as (
    select
        p.gid,
        p.from_at,
        p.to_at,
        c.role,
        c.reason,
        c.rid
    from piece as p
    join cover_reason as c on c.m = p.m and c.halt = p.halt and c.from_at <= p.from_at and c.to_at >= p.to_at
    -- an alarm is no statement of why: it is not heard here, and everyone who gives a reason goes before it
    left join heard as r on r.log_offset = c.rid
    qualify row_number() over (
        partition by p.gid, p.from_at, c.role
        order by r.rank desc nulls last, r.told_at desc, r.t desc, r.source desc, r.key desc
    ) = 1
)

select
    p.gid,
    p.from_at,
    p.to_at,
    any_value(w.reason) filter (w.role = 'symptom') as symptom,
    any_value(w.rid) filter (w.role = 'symptom') as rid,
    any_value(w.reason) filter (w.role = 'cause') as cause
from piece as p
left join won as w on w.gid = p.gid and w.from_at = p.from_at
group by p.gid, p.from_at, p.to_at;
