-- Energy, hour by hour. A meter reads everything below its equipment, so what the meters below read is taken off it.
create or replace temp table energy_told as
select
    log_offset,
    equipment,
    site,
    as_of,
    "at",
    from_at,
    told_number(body, 'kwh') as kwh,
    from_at < "at" is true as is_spread,
    order_id,
    product
from said
where kind = 'energy';

insert into divided
select log_offset, equipment, site, as_of, from_at, "at", false, false from energy_told where is_spread;
