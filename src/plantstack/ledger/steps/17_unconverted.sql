-- Packs without a factor are no pieces of any class: they are kept apart as evidence (R43), as the pieces they may hold by
-- the greatest factor the machine has for the unit, else for any, and at least 1. Their unit stands where a reason would.
create or replace temp table likely_factor as
select
    x.equipment,
    x.unit,
    greatest(coalesce(max(u.factor) filter (u.unit = x.unit), max(u.factor), 1), 1)::decimal(38, 6) as factor
from (select distinct equipment, unit from sorted where factor is null) as x
left join unit_factor as u on u.equipment = x.equipment
group by all;

-- Nothing without: likely_factor
insert into pieces_fact by name
select
    s.equipment,
    s.hour_from,
    s.day,
    s.shift,
    s.crew,
    s.order_id,
    s.product,
    s.account,
    s.unit as reason,
    'unconverted' as class,
    null as standard,
    0 as flags,
    (sum(s.rest + coalesce(s.good, 0) + coalesce(s.scrap, 0) + coalesce(s.rework, 0) + coalesce(s.startup_reject, 0)) * f.factor)
    ::decimal(38, 6) as qty
from sorted as s
join likely_factor as f on f.equipment = s.equipment and f.unit = s.unit
where s.factor is null
group by s.equipment, s.hour_from, s.day, s.shift, s.crew, s.order_id, s.product, s.account, s.unit, f.factor
having qty != 0;
