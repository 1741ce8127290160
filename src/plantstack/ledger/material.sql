-- Material: an order is ready when the last word about its material before its first start was that it is staged. It is
-- judged once, where the material was spoken of; an order nobody spoke of is not judged.
insert into beside_row by name
with started as (
    select
        s.equipment,
        s.site,
        s.order_id,
        any_value(s.as_of) as as_of,
        min(o.start_at) as start_at,
        min(o.product) as product
    from (select distinct equipment, site, order_id, as_of from said where kind = 'material') as s
    join order_told as o on o.order_id = s.order_id
    join placement as p on p.equipment = o.equipment and p.from_at <= o.start_at and p.until_at > o.start_at
    where s.equipment in (p.equipment, p.line, p.area, p.site)
    group by s.equipment, s.site, s.order_id
),

judged as (
    select
        t.*,
        (
            select arg_max(told_text(s.body, 'staged'), (s.at, s.told_at, s.source, s.key))
            from said as s
            where
                s.kind = 'material'
                and s.equipment = t.equipment
                and s.order_id = t.order_id
                and s.at <= t.start_at
        ) as was_staged
    from started as t
    where t.start_at <= t.as_of
)

select
    'material' as kind,
    case when was_staged = 'true' then 'ready' else 'late' end as class,
    equipment,
    site,
    start_at as from_at,
    start_at as until_at,
    start_at as counted_at,
    true as is_closed,
    '' as reason,
    order_id,
    product
from judged;
