-- Amounts of a stretch by its production days, all others where they were booked.
insert into beside_row by name
with part as (
    select
        m.kind,
        m.class,
        m.equipment,
        m.site,
        p.from_at,
        p.until_at,
        of_money(part_of(round(m.value, 4)::decimal(38, 4) * 10000, p.before_us, p.upto_us, p.whole_us)) as amount,
        of_millionths(part_of(millionths(m.value), p.before_us, p.upto_us, p.whole_us)) as qty,
        m.order_id,
        m.product
    from money_told as m
    join divided_part as p on p.fid = m.log_offset
    where m.is_spread
    union all by name
    select
        kind,
        class,
        equipment,
        site,
        "at" as from_at,
        "at" as until_at,
        round(value, 4)::decimal(18, 4) as amount,
        value as qty,
        order_id,
        product
    from money_told
    where not is_spread
)

select
    part.*,
    greatest(until_at - 1, from_at) as counted_at,
    true as is_closed,
    '' as reason
from part;

-- Which accounts and figures were ever told, of what; a class nobody spoke of is not zero.
insert into told_name
select
    equipment,
    kind,
    class,
    min(coalesce(from_at, "at")),
    case when bool_and(is_spread and said_as = 'finance') then max(until_at) end
from money_told
group by all;
