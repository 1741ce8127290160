-- Calls: how long until somebody came, found the cause, had the parts, repaired it. A call ends with its last `fixed`, or
-- `accepted` where nobody says fixed; the same name asked again after that is another call. Without `for` it is maintenance.
create or replace temp table call_step as
with step as (
    select
        s.*,
        told_text(s.body, 'call') as name,
        list_position(
            ['asked', 'taken', 'arrived', 'diagnosed', 'waiting', 'fixed', 'accepted'], s.phase
        ) as rank
    from said as s
    where s.kind = 'call'
),

after as (
    select
        *,
        lag(phase) over one_name as phase_before
    from step
    window one_name as (partition by site, name order by "at", rank, told_at, source, key)
)

select
    site || '/' || name || '/' || sum(
        case when phase = 'asked' and phase_before in ('fixed', 'accepted') then 1 else 0 end
    ) over (partition by site, name order by "at", rank, told_at, source, key rows unbounded preceding) as cid,
    *
from after;

create or replace temp table call_told as
with whole as (
    select
        cid,
        any_value(site) as site,
        any_value(as_of) as as_of,
        arg_min(equipment, ("at", rank, told_at, source, key)) as equipment,
        coalesce(nullif(max(told_text(body, 'for')), ''), 'maintenance') as class,
        min("at") filter (phase = 'asked') as asked_at,
        min("at") filter (rank >= 3) as arrived_at,
        min("at") filter (phase = 'diagnosed') as diagnosed_at,
        max("at") filter (phase = 'fixed') as fixed_at,
        max("at") filter (phase = 'accepted') as accepted_at,
        max("at") filter (rank <= 5) as worked_at,
        coalesce(arg_min(order_id, ("at", rank, told_at, source, key)) filter (order_id != ''), '') as order_id,
        coalesce(arg_min(product, ("at", rank, told_at, source, key)) filter (product != ''), '') as product
    from call_step
    group by cid
)

select
    *,
    -- said to be fixed and worked on again: it goes on until it is fixed again, or accepted
    coalesce(case when fixed_at >= worked_at then fixed_at end, accepted_at) as ended_at,
    ended_at is not null as is_closed
from whole;

insert into beside_row by name
select * exclude (is_told)
from (
    select
        unnest(['call', 'call_restore', 'call_response', 'call_in_target']) as kind,
        unnest([true, is_closed, is_closed, is_closed and arrived_at - asked_at <= target_us]) as is_told,
        unnest([ended_at, greatest(ended_at, accepted_at), arrived_at, arrived_at]) - asked_at as wall_us,
        class,
        equipment,
        site,
        asked_at as from_at,
        case when is_closed then ended_at else as_of end as until_at,
        case when is_closed then greatest(ended_at - 1, asked_at) else as_of end as counted_at,
        is_closed,
        '' as reason,
        order_id,
        product
    from call_told
    cross join (select call_target_us as target_us from setting)
    where asked_at is not null
)
where is_told;

-- Repair orders say how long a failure was worked on, where they say when work started; beyond the failure they are paper.
create or replace temp table work_stretch as
with part as (
    select
        s.wid,
        w.equipment,
        w.site,
        s.step,
        s."at" as from_at,
        lead(s."at") over (partition by s.wid order by s."at", s.told_at, s.source, s.key) as until_at
    from work_step as s
    join work_told as w on w.wid = s.wid
    where w.type in ('CM', '') and w.done_at is not null and s.step in ('started', 'waiting', 'done')
)

select
    p.wid as cid,
    p.equipment,
    p.site,
    'maintenance' as class,
    greatest(p.from_at, f.from_at) as from_at,
    least(p.until_at, f.until_at) as until_at,
    case when p.step = 'waiting' then 2 else 3 end as what
from part as p
join (from all_own_spans where kind = 'failure' and is_closed) as f
    on f.equipment = p.equipment and f.from_at < p.until_at and f.until_at > p.from_at
where p.step != 'done';

-- What somebody did at the machine. Two calls about one stop: each instant counts once, as the hands-on one of them.
create or replace temp table call_work as
with stretch as (
    select
        s.cid,
        c.equipment,
        c.site,
        c.class,
        s.at as from_at,
        least(
            lead(s.at) over (partition by s.cid order by s.at, s.rank, s.told_at, s.source, s.key),
            c.ended_at
        ) as until_at,
        case
            when s.phase = 'waiting' then 2
            when s.at >= c.diagnosed_at or c.diagnosed_at is null then 3
            else 1
        end as what,
        c.arrived_at
    from call_step as s
    join call_told as c on c.cid = s.cid
    where c.is_closed
),

done as (
    select * exclude (arrived_at) from stretch where from_at >= arrived_at and until_at > from_at
    union all by name
    select * from work_stretch
)

select
    *,
    -- an island is a run of calls that overlap
    sum(starts) over (
        partition by equipment, class order by from_at, until_at, cid, what rows unbounded preceding
    ) as island
from (
    select
        *,
        case
            when from_at < max(until_at) over (
                partition by equipment, class
                order by from_at, until_at, cid, what
                rows between unbounded preceding and 1 preceding
            ) then 0
            else 1
        end as starts
    from done
);

insert into beside_row by name
with cut as (
    select distinct equipment, class, island, unnest([from_at, until_at]) as "at" from call_work
),

slice as (
    select
        *,
        lead("at") over (partition by equipment, class, island order by "at") as until_at
    from cut
),

settled as (
    select s.equipment, s.class, s.island, s.at, s.until_at, max(w.what) as what, any_value(w.site) as site
    from slice as s
    join call_work as w
        on
            w.equipment = s.equipment
            and w.class = s.class
            and w.island = s.island
            and w.from_at < s.until_at
            and w.until_at > s.at
    group by all
)

select
    ['call_diagnose', 'call_wait_parts', 'call_repair'][what] as kind,
    class,
    equipment,
    site,
    min("at") as from_at,
    max(until_at) as until_at,
    max(max(until_at)) over (partition by equipment, class, island) - 1 as counted_at,
    true as is_closed,
    sum(until_at - "at")::bigint as own_us,
    sum(until_at - "at")::bigint as wall_us,
    '' as reason,
    '' as order_id,
    '' as product
from settled
group by what, class, equipment, site, island;
