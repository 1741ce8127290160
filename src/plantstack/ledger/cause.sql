-- Whose loss a stop of a line is (ADR 5), last part: every second of it at the machine it is laid to, cut at the hours of
-- the local clock; and what was contested, at lines and at machines.
-- What owes no reason is named by its account.
create or replace temp macro named(reason, account) as
    case
        when reason != '' then reason
        when account = 'setup' then '(set-up)'
        when account = 'no_order' then '(no order)'
        when account = 'micro_stop' then '(short stops)'
        else ''
    end;

create or replace temp table cause_found as
select
    line.kind,
    p.line,
    p.equipment as watched,
    p.from_at,
    p.until_at,
    p.stop_at,
    p.day,
    p.shift,
    p.crew,
    p.order_id,
    p.product,
    case when p.sort = 'own' then 'own' else c.outcome end as outcome,
    case when p.sort = 'own' then p.equipment else c.cause end as cause,
    case when p.sort = 'own' then 1000 else c.confidence end as confidence,
    case when p.sort = 'own' then p.equipment else coalesce(n.candidates, '') end as candidates,
    case when p.sort = 'own' then named(p.reason, p.account) else coalesce(named(r.reason, r.account), '') end as reason,
    case when p.sort = 'own' then p.account else coalesce(r.account, '') end as account,
    case when p.sort = 'own' then p.stop_at else r.stop_at end as cause_stop_at
from cause_cut as p
join cause_line as line
    on
        line.line = p.line
        and line.machine = p.equipment
        and line.from_at <= p.from_at
        and line.until_at > p.from_at
left join cause_chain as c on c.line = p.line and c.equipment = p.equipment and c.run_at = p.run_at
left join cause_named as n on n.line = c.line and n.equipment = c.last_equipment and n.run_at = c.last_at
left join cause_reason as r on r.line = c.line and r.equipment = c.cause and r.run_at = c.found_at
where p.stop_at is not null;

-- A verdict may be given where the stop was seen or where it came from.
create or replace temp table cause_row as
select
    f.*,
    coalesce(leaf.owner, '') as owner,
    coalesce(at_cause.verdict, at_line.verdict, '') as verdict
from cause_found as f
left join (from reason where kind = 'stop') as leaf on leaf.reason = f.reason
left join verdict as at_cause
    on at_cause.equipment = f.cause and at_cause.stop_at = f.cause_stop_at and at_cause.owner = leaf.owner
left join verdict as at_line
    on at_line.equipment = f.watched and at_line.stop_at = f.stop_at and at_line.owner = leaf.owner;

-- Seconds of stops of machines about which the owner of their reason has spoken.
create or replace temp table verdict_row as
select l.*, v.verdict, v.owner
from all_ledger as l
join (from reason where kind = 'stop') as leaf on leaf.reason = l.reason
join verdict as v on v.equipment = l.equipment and v.stop_at = l.stop_at and v.owner = leaf.owner;

insert into beside_span by name
with told as (
    select
        kind,
        case outcome when 'own' then 'own' when 'found' then 'passed_on' else 'not_determined' end as class,
        case when cause = '' then line else cause end as equipment,
        watched,
        from_at,
        until_at,
        reason,
        order_id,
        product,
        shift,
        crew,
        day
    from cause_row
    union all by name
    select
        kind || '_contested' as kind,
        '' as class,
        case when cause = '' then line else cause end as equipment,
        * exclude (kind, outcome, cause, confidence, candidates, account, cause_stop_at, stop_at, line, owner, verdict)
    from cause_row
    where verdict = 'contest'
    union all by name
    select
        'stop_verdict' as kind,
        verdict as class,
        equipment,
        equipment as watched,
        from_at,
        until_at,
        reason,
        order_id,
        product,
        shift,
        crew,
        day
    from verdict_row
    union all by name
    -- beside each account, what of it is contested
    select
        'stop_contested' as kind,
        account as class,
        equipment,
        equipment as watched,
        from_at,
        until_at,
        reason,
        order_id,
        product,
        shift,
        crew,
        day
    from verdict_row
    where verdict = 'contest'
),

placed as (
    select t.*, tile.zone_off_us
    from told as t
    asof join machine_calendar as c on c.equipment = t.watched and c.from_at <= t.from_at
    asof join tile on tile.calendar = c.calendar and tile.from_at <= t.from_at
),

hours as (
    select
        * exclude (from_at, until_at),
        greatest(from_at, hour_at) as from_at,
        least(until_at, hour_at + 3600000000) as until_at
    from (
        select
            *,
            unnest(
                range((from_at + zone_off_us) // 3600000000, (until_at - 1 + zone_off_us) // 3600000000 + 1)
            ) * 3600000000 - zone_off_us as hour_at
        from placed
    )
)

select
    kind,
    equipment,
    class,
    from_at,
    until_at,
    until_at - 1 as counted_at,
    true as is_closed,
    until_at - from_at as own_us,
    until_at - from_at as wall_us,
    0 as flags,
    reason,
    order_id,
    product,
    shift,
    crew,
    day,
    hour_at as hour_from
from hours;
