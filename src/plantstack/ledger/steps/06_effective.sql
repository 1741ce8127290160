-- What is effective at each instant; tiles each machine's time from its first statement on. No sid: unknown.
-- Covers compete with each other and with the base by (rank, told_at, at, source, key) (R5).
create or replace temp table cover as
select
    s.sid,
    s.m,
    greatest(s.t, b.from_at) as from_at,
    least(s.until_at, b.until_at) as to_at
from statement as s
join bounds as b on b.m = s.m
where s.until_at > b.from_at;

create or replace temp table base_piece as
select m, from_at, known_until as to_at, sid from known where known_until > from_at
union all
select m, known_until, held_until, null from known where held_until > known_until;

create or replace temp table effective as
with point as (
    select m, from_at as t from cover
    union
    select m, to_at from cover
    union
    select p.m, p.from_at from base_piece as p semi join cover on cover.m = p.m
),

span as (
    select
        p.m,
        p.t as from_at,
        coalesce(lead(p.t) over (partition by p.m order by p.t), b.until_at) as to_at
    from point as p
    join bounds as b on b.m = p.m
),

candidate as (
    -- a day-wide bucket gives the overlap join an equality key
    select span.m, span.from_at, span.to_at, c.sid
    from span
    join (
        select cover.*, unnest(range(from_at // 86400000000, to_at // 86400000000 + 1)) as bucket from cover
    ) as c
        on
            c.m = span.m
            and c.bucket = span.from_at // 86400000000
            and c.from_at <= span.from_at
            and c.to_at > span.from_at
    union all
    select span.m, span.from_at, span.to_at, p.sid
    from span
    asof left join base_piece as p on p.m = span.m and p.from_at <= span.from_at
),

winner as (
    select
        c.m,
        c.from_at,
        any_value(c.to_at) as to_at,
        arg_max(c.sid, (r.rank, r.told_at, r.t, r.source, r.key)) filter (c.sid is not null) as sid
    from candidate as c
    left join (from ranked semi join candidate on candidate.sid = ranked.log_offset) as r on r.log_offset = c.sid
    group by c.m, c.from_at
)

select m, from_at, to_at, sid from winner where to_at > from_at
union all
select p.m, p.from_at, p.to_at, p.sid
from base_piece as p
anti join cover on cover.m = p.m;
