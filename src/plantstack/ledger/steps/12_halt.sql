-- The halt: the longest run of pieces that are, before reasons, neither run nor set-up nor unknown (books 5, R14).
create or replace temp table halted as
select
    *,
    pre_account not in ('not_scheduled', 'planned_down') as is_own
from (
    select
        *,
        count(case when pre_account in ('run', 'setup', 'unknown') then 1 end) over (
            partition by m order by from_at rows unbounded preceding
        ) as halt
    from segment
)
where pre_account not in ('run', 'setup', 'unknown');

create or replace temp table halt as
select
    m,
    halt,
    min(from_at) as from_at,
    max(to_at) as to_at
from halted
group by m, halt;
