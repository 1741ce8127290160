-- The halt: the longest run of pieces that are, before reasons, neither run nor set-up nor unknown (books 5, R14).
-- It is known by the end of what came before it. (The last of the ends: much faster than counting them.)
create or replace temp table halted as
select
    s.*,
    k.halt,
    s.pre_account not in ('not_scheduled', 'planned_down') as is_own
from segment as s
join (
    select
        gid,
        coalesce(
            last_value(case when pre_account in ('run', 'setup', 'unknown') then to_at end ignore nulls) over (
                partition by m order by from_at
            ),
            -1
        ) as halt
    from segment
) as k on k.gid = s.gid
where s.pre_account not in ('run', 'setup', 'unknown');

create or replace temp table halt as
select
    m,
    halt,
    min(from_at) as from_at,
    max(to_at) as to_at
from halted
group by m, halt;
