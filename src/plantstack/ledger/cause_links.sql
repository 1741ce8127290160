-- Whose loss a stop of a line is (ADR 5), second part: from each wait to what the neighbour did then, and on from there.
-- Clocks of machines differ a little.
create or replace temp macro clock_slack_us() as 10000000;

create or replace temp table cause_candidate as
select
    w.line,
    w.equipment,
    w.run_at,
    w.sort as waits,
    c.equipment as neighbour,
    c.run_at as found_at,
    c.sort,
    least(c.until_at, w.until_at)
    - greatest(c.run_at, case when c.sort = 'gap' then w.run_at else w.search_at end) as overlap_us
from (
    select
        *,
        run_at - delay_us - clock_slack_us() as search_at,
        unnest(range((run_at - delay_us - clock_slack_us()) // 3600000000, (until_at - 1) // 3600000000 + 1)) as bucket
    from cause_neighbour
) as w
join (
    select *, unnest(range(run_at // 3600000000, (until_at - 1) // 3600000000 + 1)) as bucket from cause_run
) as c
    on
        c.line = w.line
        and c.equipment = w.neighbour
        and c.bucket = w.bucket
        and c.run_at < w.until_at
        and c.until_at > w.search_at
-- a break before the wait emptied no buffer that was drawn on in it
where c.sort != 'gap' or c.until_at > w.run_at
group by all;

-- The greatest overlap wins, if it is half of all of them at least.
create or replace temp table cause_link as
select
    w.line,
    w.equipment,
    w.run_at,
    best.neighbour,
    best.found_at,
    best.sort,
    coalesce((1000 * best.overlap_us::hugeint // best.whole_us)::bigint, 0) as share,
    case
        when w.position is null or place.line is null then 'end_of_line'
        when best.line is null then 'nobody_stood'
        when 2 * best.overlap_us < best.whole_us then 'split'
        when best.sort = 'gap' then 'gap'
        when best.sort not in ('own', w.sort) then 'both_wait'
        when best.sort = 'own' then 'found'
        else 'further'
    end as outcome
from (from cause_run where sort in ('starved', 'blocked')) as w
left join (select distinct line, equipment, run_at from cause_neighbour) as place
    on place.line = w.line and place.equipment = w.equipment and place.run_at = w.run_at
left join (
    select
        *,
        sum(overlap_us) over (partition by line, equipment, run_at) as whole_us
    from cause_candidate
    qualify
        row_number() over (
            partition by line, equipment, run_at order by overlap_us desc, found_at, neighbour
        ) = 1
) as best on best.line = w.line and best.equipment = w.equipment and best.run_at = w.run_at;

-- From wait to wait; each step goes one place on, so there is an end.
create or replace temp table cause_chain as
with recursive chain as (
    select
        line,
        equipment,
        run_at,
        equipment as last_equipment,
        run_at as last_at,
        outcome,
        neighbour,
        found_at,
        share
    from cause_link
    union all
    select
        c.line,
        c.equipment,
        c.run_at,
        l.equipment,
        l.run_at,
        l.outcome,
        l.neighbour,
        l.found_at,
        least(c.share, l.share)
    from chain as c
    join cause_link as l on l.line = c.line and l.equipment = c.neighbour and l.run_at = c.found_at
    where c.outcome = 'further'
)

select
    * exclude (neighbour, share),
    case when outcome = 'found' then neighbour else '' end as cause,
    case when outcome = 'found' then share else 0 end as confidence
from chain
where outcome != 'further';

-- Who else it may have been, where the chain ends: whoever stood, and of those who waited whoever they waited for.
create or replace temp table cause_named as
select line, equipment, run_at, string_agg(machine, ',' order by us desc, machine) as candidates
from (
    select
        c.line,
        c.equipment,
        c.run_at,
        coalesce(case when c.sort = c.waits then nullif(w.cause, '') end, c.neighbour) as machine,
        sum(c.overlap_us) as us
    from cause_candidate as c
    left join cause_chain as w on w.line = c.line and w.equipment = c.neighbour and w.run_at = c.found_at
    group by all
)
group by line, equipment, run_at;
