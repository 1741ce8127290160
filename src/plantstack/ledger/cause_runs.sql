-- Whose loss a stop of a line is (ADR 5), first part: what each machine of a line did, in runs of one sort, and how far
-- before its wait the cause of a waiting machine may lie. Reads the finished books.
create or replace temp table cause_line as
select
    line.line,
    line.from_at,
    line.until_at,
    unnest([
        struct_pack(kind := 'line_loss', machine := coalesce(nullif(line.constraint_machine, ''), line.exit_machine)),
        struct_pack(kind := 'exit_loss', machine := line.exit_machine)
    ], recursive := true)
from line;

-- One machine after the other, with the room behind each; a machine outside the flow has no neighbours.
create or replace temp table cause_place as
select line, position, equipment, coalesce(buffer_after, 0) as room from flow
union all
select distinct line, null::bigint, machine, 0 from cause_line
where machine != '' and (line, machine) not in (select (line, equipment) from flow);

create or replace temp table cause_piece as
select
    l.*,
    p.line,
    p.position,
    case
        when l.account = 'run' then 'free'
        when l.account in ('planned_down', 'not_scheduled', 'unknown') then 'gap'
        when l.account = 'waiting' and l.state in ('starved', 'blocked') then l.state
        else 'own'
    end as sort
from all_ledger as l
join cause_place as p on p.equipment = l.equipment
asof join placement as stood on stood.equipment = l.equipment and stood.from_at <= l.from_at
where stood.line = p.line and stood.until_at > l.from_at;

-- Runs of one sort, each known by its beginning.
create or replace temp table cause_cut as
select
    *,
    max(case when is_new then from_at end) over (
        partition by line, equipment order by from_at rows unbounded preceding
    ) as run_at
from (
    select
        *,
        (sort, from_at) is distinct from (lag(sort) over before, lag(until_at) over before) as is_new
    from cause_piece
    window before as (partition by line, equipment order by from_at)
);

create or replace temp table cause_run as
select
    line,
    position,
    equipment,
    run_at,
    any_value(sort) as sort,
    max(until_at) as until_at,
    arg_min(product, from_at) as product
from cause_cut
where sort != 'free'
group by line, position, equipment, run_at;

-- The reason of a run is the one that took most of its own time.
create or replace temp table cause_reason as
select line, equipment, run_at, reason, account, stop_at
from (
    select
        line,
        equipment,
        run_at,
        reason,
        arg_max(account, (until_at - from_at, account)) as account,
        min(stop_at) as stop_at,
        sum(until_at - from_at) as us
    from cause_cut
    where sort = 'own'
    group by line, equipment, run_at, reason
)
qualify row_number() over (partition by line, equipment, run_at order by us desc, reason) = 1;

-- A buffer of so many pieces runs empty, or full, in so long at the pace of who waits.
create or replace temp table cause_pace as
select r.line, r.equipment, r.run_at, std.ideal_num, std.ideal_den
from cause_run as r
join standard as std
    on
        std.equipment = r.equipment
        and std.product in (r.product, '')
        and std.from_at <= r.run_at
        and std.until_at > r.run_at
where r.sort in ('starved', 'blocked')
qualify row_number() over (partition by r.line, r.equipment, r.run_at order by std.product desc) = 1;

-- The neighbours of who waits: before the starved, behind the blocked; the nearest place with a machine in the line then.
create or replace temp table cause_neighbour as
select
    r.line,
    r.equipment,
    r.run_at,
    r.until_at,
    r.sort,
    n.equipment as neighbour,
    coalesce(
        (case when r.sort = 'starved' then n.room else own.room end::decimal(38, 6) * 1000000)::hugeint
        * (pace.ideal_num::decimal(38, 9) * 1000000000)::hugeint
        // (pace.ideal_den::decimal(38, 9) * 1000000000)::hugeint,
        0
    )::bigint as delay_us
from (from cause_run where sort in ('starved', 'blocked')) as r
join cause_place as own on own.line = r.line and own.equipment = r.equipment
join cause_place as n
    on
        n.line = r.line
        and case when r.sort = 'starved' then n.position < r.position else n.position > r.position end
asof join placement as stood on stood.equipment = n.equipment and stood.from_at <= r.run_at
left join cause_pace as pace
    on pace.line = r.line and pace.equipment = r.equipment and pace.run_at = r.run_at
where stood.line = r.line and stood.until_at > r.run_at
qualify
    abs(n.position - r.position)
    = min(abs(n.position - r.position)) over (partition by r.line, r.equipment, r.run_at);
