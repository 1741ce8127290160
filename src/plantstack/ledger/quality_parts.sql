-- Pieces put on hold, where they were made; where nobody said when that was, where they were held.
insert into beside_row by name
with part as (
    select
        q.*,
        p.from_at as part_from,
        p.until_at as part_until,
        of_millionths(part_of(millionths(q.qty), p.before_us, p.upto_us, p.whole_us)) as part_qty
    from quality_told as q
    join divided_part as p on p.fid = q.log_offset
    where q.type = 'hold'
    union all by name
    select *, "at" as part_from, "at" as part_until, qty as part_qty
    from quality_told
    where type = 'hold' and made_until > made_from is not true
)

select
    'held' as kind,
    '' as class,
    equipment,
    site,
    part_from as from_at,
    part_until as until_at,
    greatest(part_until - 1, part_from) as counted_at,
    true as is_closed,
    part_qty as qty,
    '' as reason,
    order_id,
    product
from part
where part_qty is not null;
