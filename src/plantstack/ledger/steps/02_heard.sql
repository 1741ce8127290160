-- The few events that speak of states, orders and reasons, and what the opening page carries, known by the number
-- of the machine and of who was heard: the steps below read these and leave the many counts alone.
create or replace temp table heard as
select
    b.m,
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
join bounds as b on b.equipment = e.equipment
join hearing as h on h.m = b.m and h.source = e.source
-- what happened before an opening carry is in the carry
where e.slot != '' or e.at >= b.from_at or not b.is_continued;
