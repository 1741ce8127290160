-- The window of each machine, and of its lanes, which are heard like machines but keep no books: from the opening carry, or from where its books begin (books 2, R2), to the end asked for.
create or replace temp table bounds as
with first_seen as (
    select m, min(t) as t
    from (
        select m, least(t, from_at) as t from counted
        union all
        select m, t from heard where kind in ('state', 'order')
        union all
        select m, first_at from signal
    )
    group by m
)

select
    s.m,
    s.equipment,
    s.is_lane,
    machine.site,
    coalesce(s.from_at, first_seen.t) as from_at,
    s.from_at is not null as is_continued,
    s.until_at,
    machine.micro_us,
    machine.failure_us,
    machine.good_by_exception
from scope as s
join machine on machine.equipment = s.machine
left join first_seen on first_seen.m = s.m
where coalesce(s.from_at, first_seen.t) < s.until_at;
