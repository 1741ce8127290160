-- Slots of the plan that are over: hit when what was made of them is at most the tolerance short.
insert into beside_span by name
select
    'slot' as kind,
    case when p.qty_matched >= p.qty * (1 - s.attainment_tolerance) then 'hit' else 'missed' end as class,
    p.equipment,
    p.from_at,
    p.until_at,
    p.until_at - 1 as counted_at,
    true as is_closed,
    0 as flags,
    '' as reason,
    p.order_id,
    p.product,
    p.shift,
    p.crew,
    p.day,
    p.hour_from
from (from all_own_spans where kind = 'plan_slot' and is_closed and qty > 0) as p
cross join setting as s;
