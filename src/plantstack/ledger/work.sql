-- Work orders: what was planned, what broke in, what was due, what stood on the frozen week. Their phases are named by the
-- maintenance system; these words are understood, all others only bring fields.
create or replace temp table work_phase as
from (
    values
    ('opened', 'opened'), ('open', 'opened'), ('requested', 'opened'), ('created', 'opened'), ('new', 'opened'),
    ('approved', 'approved'), ('ready', 'approved'),
    ('planned', 'planned'), ('scheduled', 'planned'),
    ('started', 'started'), ('in progress', 'started'), ('in_progress', 'started'),
    ('waiting', 'waiting'),
    ('booked', 'booked'),
    ('done', 'done'), ('finished', 'done'), ('completed', 'done'), ('closed', 'done'),
    ('cancelled', 'cancelled'), ('canceled', 'cancelled'), ('rejected', 'cancelled')
) as words (phase, step);

create or replace temp table work_step as
select
    s.*,
    s.site || '/' || told_text(s.body, 'number') as wid,
    coalesce(w.step, '') as step,
    told_text(s.body, 'type') as type,
    told_text(s.body, 'mode') as mode,
    told_text(s.body, 'component') as component,
    told_number(s.body, 'hours') as hours,
    told_number(s.body, 'cost')::decimal(18, 4) as cost,
    told_instant(s.body, 'due_at') as due_at
from said as s
left join work_phase as w on w.phase = lower(trim(s.phase))
where s.kind = 'work_order';

create or replace temp table work_told as
with whole as (
    select
        wid,
        any_value(site) as site,
        any_value(as_of) as as_of,
        arg_max(equipment, ("at", told_at, source, key)) as equipment,
        coalesce(arg_max(type, ("at", told_at, source, key)) filter (type != ''), '') as type,
        coalesce(arg_max(mode, ("at", told_at, source, key)) filter (mode != ''), '') as mode,
        coalesce(arg_max(component, ("at", told_at, source, key)) filter (component != ''), '') as component,
        coalesce(arg_max(order_id, ("at", told_at, source, key)) filter (order_id != ''), '') as order_id,
        coalesce(arg_max(product, ("at", told_at, source, key)) filter (product != ''), '') as product,
        min("at") filter (step != 'cancelled') as opened_at,
        min("at") filter (step in ('approved', 'planned')) as approved_at,
        min("at") filter (step = 'planned') as planned_at,
        min("at") filter (step = 'started') as started_at,
        max("at") filter (step in ('started', 'waiting')) as worked_at,
        max("at") filter (step = 'done') as last_done_at,
        max("at") filter (step = 'cancelled') as cancelled_at,
        -- the date first agreed: a PM put off is late
        arg_min(due_at, ("at", told_at, source, key)) filter (due_at is not null) as due_at,
        arg_max(hours, ("at", told_at, source, key)) filter (step not in ('done', 'booked')) as hours_estimated,
        sum(hours) filter (step = 'booked') as hours_booked,
        arg_max(hours, ("at", told_at, source, key)) filter (step = 'done' and hours is not null) as hours_done,
        sum(cost) filter (step = 'booked') as cost_booked,
        arg_max(cost, ("at", told_at, source, key)) filter (step = 'done' and cost is not null) as cost_done
    from work_step
    group by wid
)

select
    w.* exclude (last_done_at, hours_booked, hours_done, cost_booked, cost_done),
    case when last_done_at >= coalesce(worked_at, last_done_at) then last_done_at end as done_at,
    case when hours_booked is not null or hours_done is not null
        then coalesce(hours_booked, 0) + coalesce(hours_done, 0)
    end as hours,
    case when cost_booked is not null or cost_done is not null
        then coalesce(cost_booked, 0) + coalesce(cost_done, 0)
    end as cost,
    case
        when type in ('PM', 'CBM') or planned_at < coalesce(started_at, last_done_at) then 'planned'
        when type in ('CM', '') then 'reactive'
        else 'unplanned'
    end as class
from whole as w
where cancelled_at is null;

-- What was done, counted when it was done: once by how it came, once by its type.
insert into beside_row by name
select
    unnest(['work', 'work_type']) as kind,
    unnest([class, coalesce(nullif(type, ''), 'other')]) as class,
    equipment,
    site,
    opened_at as from_at,
    done_at as until_at,
    greatest(done_at - 1, opened_at) as counted_at,
    true as is_closed,
    done_at - opened_at as wall_us,
    hours as qty,
    cost as amount,
    mode as reason,
    order_id,
    product
from work_told
where done_at is not null;

insert into beside_row by name
select
    'open_work' as kind,
    class,
    equipment,
    site,
    opened_at as from_at,
    coalesce(done_at, as_of) as until_at,
    coalesce(done_at, as_of) as counted_at,
    done_at is not null as is_closed,
    until_at - from_at as wall_us,
    mode as reason,
    order_id,
    product
from work_told;

-- PM that was due: in time within the tolerance of its interval, or on the production day of its date. It is judged once
-- it is done, or can no longer be in time.
insert into beside_row by name
with due as (
    select
        w.*,
        d.from_at as day_from,
        d.until_at as day_until,
        coalesce(
            w.due_at - lag(w.due_at) over task, lead(w.due_at) over task - w.due_at, 0
        ) as interval_us
    from work_told as w
    asof join day as d on d.site = w.site and d.from_at <= w.due_at
    where w.type = 'PM'
    window task as (partition by w.site, w.equipment, w.component, w.mode order by w.due_at, w.wid)
),

bounded as (
    select
        due.*,
        least(day_from, due_at - floor(interval_us * pm_tolerance)::bigint) as early_at,
        greatest(day_until, due_at + floor(interval_us * pm_tolerance)::bigint + 1) as late_at
    from due
    cross join setting
)

select
    'pm_due' as kind,
    case when done_at >= early_at and done_at < late_at then 'on_time' else 'late' end as class,
    equipment,
    site,
    due_at as from_at,
    due_at as until_at,
    due_at as counted_at,
    true as is_closed,
    mode as reason,
    order_id,
    product
from bounded
where due_at <= as_of and (done_at is not null or late_at <= as_of);

-- The frozen week: work with a date in it that was planned before the week began and not done by then.
insert into beside_row by name
with week as (
    select site, strftime(day::date, '%G-W%V') as week, min(from_at) as from_at, max(until_at) as until_at
    from day
    group by all
),

dated as (
    select distinct s.wid, s.site, w.from_at as week_from, w.until_at as week_until
    from work_step as s
    asof join week as w on w.site = s.site and w.from_at <= s.due_at
    where s.due_at is not null
),

frozen as (
    select
        d.wid,
        d.site,
        d.week_from,
        d.week_until,
        arg_max(s.due_at, (s."at", s.told_at, s.source, s.key)) filter (s.due_at is not null) as due_at,
        arg_max(s.hours, (s."at", s.told_at, s.source, s.key)) filter (s.hours is not null) as hours,
        bool_or(s.step = 'planned') as is_planned
    from dated as d
    join work_step as s on s.wid = d.wid and greatest(s."at", s.told_at) < d.week_from
    where s.step not in ('done', 'booked')
    group by all
)

select
    'schedule' as kind,
    case when t.done_at < f.week_until then 'done' else 'missed' end as class,
    t.equipment,
    f.site,
    f.due_at as from_at,
    f.due_at as until_at,
    f.due_at as counted_at,
    true as is_closed,
    f.hours as qty,
    t.mode as reason,
    t.order_id,
    t.product
from frozen as f
join work_told as t on t.wid = f.wid
where
    f.is_planned
    and f.due_at >= f.week_from
    and f.due_at < f.week_until
    and (t.done_at is null or t.done_at >= f.week_from)
    and (t.done_at is not null or f.week_until <= t.as_of);
