-- The scrap the product plan allows for, as a share of what was made; pieces of products without such a share are
-- kept apart as doubt. Only where the plant plans scrap at all.
insert into pieces_fact by name
select
    f.equipment,
    f.hour_from,
    f.day,
    f.shift,
    f.crew,
    f.order_id,
    f.product,
    f.account,
    '' as reason,
    case when p.planned_scrap is null then 'scrap_unplanned' else 'scrap_planned' end as class,
    null as standard,
    0 as flags,
    sum(f.qty * coalesce(p.planned_scrap, 1))::decimal(38, 6) as qty
from pieces_fact as f
left join product as p on p.product = f.product
where
    f.class in ('good', 'scrap', 'rework', 'startup_reject', 'rest')
    and exists (select 1 from product where planned_scrap is not null)
group by all;
