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
select m, known_until, held_until, null from known where held_until > known_until
union all
-- nothing is known before the first base statement
select b.m, b.from_at, coalesce(first_base.t, b.until_at), null
from bounds as b
left join (select m, min(t) as t from base group by m) as first_base on first_base.m = b.m
where coalesce(first_base.t, b.until_at) > b.from_at;

-- Pieces on a day with a cover; everywhere else nothing competes.
create or replace temp table contested as
select p.*
from base_piece as p
semi join (
    select m, from_at
    from (
        select m, from_at, unnest(range(from_at // 86400000000, (to_at - 1) // 86400000000 + 1)) as bucket
        from base_piece
        where exists (from cover)
    ) as d
    semi join (
        select distinct m, unnest(range(from_at // 86400000000, (to_at - 1) // 86400000000 + 1)) as bucket from cover
    ) as c on c.m = d.m and c.bucket = d.bucket
) as hit on hit.m = p.m and hit.from_at = p.from_at;

create or replace temp table effective as
with point as (
    select m, from_at as t from cover
    union
    select m, to_at from cover
    union
    select m, from_at from contested
    union
    select m, to_at from contested
),

span as (
    select
        m,
        t as from_at,
        lead(t) over (partition by m order by t) as to_at
    from point
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
    asof join contested as p on p.m = span.m and p.from_at <= span.from_at
    where p.to_at > span.from_at
),

winner as (
    select
        c.m,
        c.from_at,
        any_value(c.to_at) as to_at,
        arg_max(c.sid, (e.rank, e.told_at, e.t, e.source, e.key)) filter (c.sid is not null) as sid
    from candidate as c
    left join heard as e on e.log_offset = c.sid
    group by c.m, c.from_at
)

select m, from_at, to_at, sid from winner where to_at > from_at
union all
select p.m, p.from_at, p.to_at, p.sid
from base_piece as p
anti join contested as c on c.m = p.m and c.from_at = p.from_at;
