-- The window of each machine, and of its lanes, which are heard like machines but keep no books: from the opening carry, or from where its books begin (books 2, R2), to the end asked for.
create or replace temp table bounds as
with first_seen as (
    select equipment, min(first_at) as t from voice group by equipment
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
left join first_seen on first_seen.equipment = s.equipment
where coalesce(s.from_at, first_seen.t) < s.until_at;
