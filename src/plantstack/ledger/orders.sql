-- Orders as spans: what they took, what was due and what came of it. An order may last for days, so these are read
-- off the finished books and not page by page. An order is counted at each machine it runs on; a line's order is
-- the one at its exit machine.

-- What was said of orders: the first start, what was asked for, what stands now.
create or replace temp table order_told as
select
    e.equipment,
    e.order_id,
    min(e.at) as start_at,
    max(epoch_us(try_cast(json_extract_string(e.body, '$.due_at') as timestamptz))) as due_at,
    max(e.qty) as qty,
    arg_max(e.product, e.told_at) as product
from everything as e
anti join gone on gone.log_offset = e.log_offset
semi join machine on machine.equipment = e.equipment
where e.kind = 'order' and e.phase = 'start' and not e.void and e.order_id != ''
group by e.equipment, e.order_id;

-- When an order was meant to start: the first slot of the standing plan, of the machine or of the line it is the exit of.
create or replace temp table order_plan as
select coalesce(line.exit_machine, p.equipment) as equipment, p.order_id, min(p.from_at) as planned_at
from plan_told as p
left join line on line.line = p.equipment and line.from_at <= p.from_at and line.until_at > p.from_at
where p.gone_at is null and p.order_id != ''
group by all;

create or replace temp view order_span_fact as
with lived as (
    select
        l.equipment,
        l.order_id,
        min(l.from_at) as from_at,
        max(l.until_at) as until_at,
        arg_max(l.day, l.until_at) as day,
        arg_max(l.shift, l.until_at) as shift,
        arg_max(l.crew, l.until_at) as crew
    from all_ledger as l
    where l.order_id != ''
    group by all
),

spent as (
    select
        t.equipment,
        t.order_id,
        sum(t.us) filter (t.account = 'run')::bigint as run_us,
        sum(t.us) filter (
            t.account not in ('unknown', 'no_order', 'planned_down', 'not_scheduled')
        )::bigint as busy_us
    from all_time_day as t
    where t.order_id != ''
    group by all
),

made as (
    select
        p.equipment,
        p.order_id,
        sum(p.qty) filter (p.class in ('good', 'scrap', 'rework', 'startup_reject', 'rest')) as total,
        sum(p.qty) filter (p.class = 'good') as good
    from all_pieces_day as p
    where p.order_id != ''
    group by all
),

whole as (
    select
        l.*,
        told.product,
        told.start_at,
        told.due_at,
        told.qty,
        plan.planned_at,
        reach.as_of,
        l.until_at < reach.as_of as is_closed,
        coalesce(spent.run_us, 0) as run_us,
        coalesce(spent.busy_us, 0) as busy_us,
        coalesce(made.total, 0) as total,
        coalesce(made.good, 0) as good
    from lived as l
    join machine on machine.equipment = l.equipment
    join site_reach as reach on reach.site = machine.site
    left join order_told as told on told.equipment = l.equipment and told.order_id = l.order_id
    left join order_plan as plan on plan.equipment = l.equipment and plan.order_id = l.order_id
    left join spent on spent.equipment = l.equipment and spent.order_id = l.order_id
    left join made on made.equipment = l.equipment and made.order_id = l.order_id
),

ended as (
    select
        unnest(['order', 'order_busy', 'order_run', 'order_start']) as kind,
        unnest([until_at - from_at, busy_us, run_us, abs(start_at - planned_at)]) as us,
        *
    from whole
    where is_closed
),

-- An order that nobody gave a quantity cannot be in full or short; it is not judged.
due as (
    select w.*, tile.day as due_day, tile.shift as due_shift, tile.crew as due_crew, tile.zone_off_us as due_off_us
    from whole as w
    join machine_calendar as mc
        on mc.equipment = w.equipment and mc.from_at <= w.due_at and mc.until_at > w.due_at
    join tile on tile.calendar = mc.calendar and tile.from_at <= w.due_at and tile.until_at > w.due_at
    where w.due_at <= w.as_of and w.qty is not null
)

select
    kind,
    equipment,
    '' as class,
    from_at,
    until_at,
    true as is_closed,
    us as own_us,
    us as wall_us,
    case when kind = 'order' then total end as qty,
    0 as flags,
    '' as reason,
    order_id,
    product,
    shift,
    crew,
    day,
    (until_at - 1) // 3600000000 * 3600000000 as hour_from
from ended
where kind != 'order_start' or planned_at is not null
union all by name
select
    'order_due' as kind,
    equipment,
    case when is_closed and until_at <= due_at and good >= qty then 'on_time_in_full' else '' end as class,
    from_at,
    until_at,
    true as is_closed,
    qty,
    0 as flags,
    '' as reason,
    order_id,
    product,
    due_shift as shift,
    due_crew as crew,
    due_day as day,
    (due_at + due_off_us) // 3600000000 * 3600000000 - due_off_us as hour_from
from due;
