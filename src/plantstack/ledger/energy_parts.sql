-- The parts of each reading, and of each meter the nearest one above that covers the same time.
create or replace temp table energy_part as
with part as (
    select
        e.equipment,
        e.site,
        p.from_at,
        p.until_at,
        of_millionths(part_of(millionths(e.kwh), p.before_us, p.upto_us, p.whole_us)) as kwh,
        e.order_id,
        e.product
    from energy_told as e
    join divided_part as p on p.fid = e.log_offset
    where e.is_spread
    union all
    select equipment, site, "at", "at", kwh, order_id, product from energy_told where not is_spread
),

covered as (
    select equipment, min(coalesce(from_at, "at")) as from_at, max("at") as until_at from energy_told group by equipment
)

select
    p.*,
    case
        when l.equipment is not null and l.equipment != p.equipment then l.equipment
        when a.equipment is not null and a.equipment != p.equipment then a.equipment
        when s.equipment is not null and s.equipment != p.equipment then s.equipment
        else ''
    end as above
from part as p
left join placement as home
    on home.equipment = p.equipment and home.from_at <= p.from_at and home.until_at > p.from_at
left join covered as l on l.equipment = home.line and l.from_at <= p.from_at and l.until_at >= p.until_at
left join covered as a on a.equipment = home.area and a.from_at <= p.from_at and a.until_at >= p.until_at
left join covered as s on s.equipment = home.site and s.from_at <= p.from_at and s.until_at >= p.until_at;

insert into beside_row by name
select
    'energy' as kind,
    '' as class,
    unnest([equipment, above]) as equipment,
    site,
    from_at,
    until_at,
    greatest(until_at - 1, from_at) as counted_at,
    true as is_closed,
    unnest([kwh, -kwh]) as qty,
    '' as reason,
    order_id,
    product
from energy_part;

delete from beside_row where kind = 'energy' and equipment = '';
