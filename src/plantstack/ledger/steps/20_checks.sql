-- What is checked at an instant: inspections are pieces, set-up checks and reasons are things that happened.
create or replace temp table moment as
select
    e.m,
    e.log_offset,
    e.kind,
    least(e.t, b.until_at - 1) as t,
    e.order_id,
    e.product,
    e.parameter,
    e.n,
    e.n_ok,
    e.defects,
    e.opportunities,
    e.reason,
    e.person,
    coalesce(e.ok, e.value >= e.low is not false and e.value <= e.high is not false) as is_ok,
    e.ok is not null or e.low is not null or e.high is not null as is_judged
from heard as e
join bounds as b on b.m = e.m
where
    e.kind in ('inspection', 'setup_check', 'reason')
    and e.slot = ''
    and e.t >= b.from_at
    and e.t <= b.until_at;

create or replace temp table moment_fact as
select
    b.equipment,
    s.hour_from,
    t.day,
    t.shift,
    t.crew,
    coalesce(nullif(c.order_id, ''), o.order_id, '') as order_id,
    coalesce(nullif(c.product, ''), o.product, '') as product,
    s.account::varchar as account,
    c.* exclude (order_id, product)
from moment as c
join slice_hour as s
    on s.m = c.m and s.world_hour = c.t // 3600000000 and s.from_at <= c.t and s.to_at > c.t
join bounds as b on b.m = c.m
join frame as f on f.fid = s.fid
join machine_tile as t on t.tid = f.tid
left join order_span as o on o.oid = f.oid;

insert into pieces_fact by name
select
    equipment,
    hour_from,
    day,
    shift,
    crew,
    order_id,
    product,
    account,
    '' as reason,
    class,
    null as standard,
    case when person then flag('typed') else 0 end as flags,
    sum(qty)::decimal(38, 6) as qty
from (
    select
        *,
        unnest(['inspected', 'first_pass', 'defects', 'opportunities']) as class,
        unnest([n, n_ok, defects, opportunities]) as qty
    from moment_fact
    where kind = 'inspection'
)
where qty is not null and qty != 0
group by all;

insert into spans_fact by name
select
    case when kind = 'setup_check' then 'check' else 'reason' end as kind,
    equipment,
    case when kind = 'setup_check' then case when is_ok then 'ok' else 'not_ok' end else '' end as class,
    t as from_at,
    t as until_at,
    true as is_closed,
    coalesce(reason, '') as reason,
    order_id,
    product,
    '' as product_from,
    '' as product_to,
    shift,
    crew,
    day,
    hour_from,
    case when log_offset in (select rid from unattached) then flag('unattached') else 0 end as flags
from moment_fact
where kind = 'reason' or (kind = 'setup_check' and is_judged);
