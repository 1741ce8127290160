-- Pack factors by machine and product; a row for every product named anywhere, so the look-up is exact.
create or replace temp table machine_unit as
select b.m, p.product, u.unit, u.factor
from bounds as b
join unit_factor as u on u.equipment = b.equipment
join (
    select distinct product from order_span
    union
    select distinct product from counted
    union
    select ''
) as p on u.product in (p.product, '')
qualify row_number() over (partition by b.m, p.product, u.unit order by u.product desc) = 1;
