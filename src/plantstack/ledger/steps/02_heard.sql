-- The few events that speak of states, orders and reasons, and what the opening page carries, known by the number
-- of the machine and of who was heard: the steps below read these and leave the many counts alone.
create or replace temp table heard as
select
    h.m,
    h.hid,
    h.rank,
    h.person,
    e.slot,
    e.log_offset,
    e.kind,
    e.at as t,
    e.told_at,
    e.received_at,
    e.source,
    e.sequence,
    e.key,
    e.order_id,
    e.product,
    e.from_at,
    e.until_at,
    e.state,
    e.method,
    e.reason,
    e.role,
    e.phase,
    e.parameter,
    e.n,
    e.n_ok,
    e.defects,
    e.opportunities,
    e.value,
    e.low,
    e.high,
    e.ok
from (
    select *, '' as slot from event where kind in ('state', 'order', 'reason', 'setup_check', 'inspection')
    union all by name
    select * from carry where slot != 'sign'
) as e
join hearing as h on h.equipment = e.equipment and h.source = e.source
join scope as s on s.m = h.m
-- what happened before an opening carry is in the carry
where e.slot != '' or e.at >= s.from_at or s.from_at is null;

-- What is heard only as a sign of life: that a source is alive, from when to when, and alarms.
create or replace temp table signal as
select
    h.m,
    h.hid,
    case when e.kind = 'alive' then e.from_at else e.at end as first_at,
    case when e.kind = 'alive' then e.until_at else e.at end as last_at,
    -- the machine itself names it as what it stopped for (R50)
    e.kind = 'alarm' and e.phase = 'on' and json_extract_string(e.body, '$.first_out') = 'true' as is_first_out
from event as e
join hearing as h on h.equipment = e.equipment and h.source = e.source
where e.kind in ('alive', 'alarm')
union all
-- the last sign before the window, of whoever spoke last about the state
select h.m, h.hid, c.from_at, c.until_at, false
from carry as c
join hearing as h on h.equipment = c.equipment and h.source = c.source
where c.slot = 'sign';
