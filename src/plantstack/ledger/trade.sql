-- Deliveries: a customer line is judged at the date it was promised for, by the last word about it.
insert into beside_row by name
with line as (
    select
        site,
        order_id,
        told_text(body, 'line') as name,
        any_value(as_of) as as_of,
        arg_max(equipment, ("at", told_at, source, key)) as equipment,
        coalesce(arg_max(product, ("at", told_at, source, key)) filter (product != ''), '') as product,
        case any_value(r.order_promise)
            when 'latest_date' then arg_max(told_instant(body, 'due_at'), ("at", told_at, source, key))
            else arg_min(told_instant(body, 'due_at'), ("at", told_at, source, key))
        end as due_at,
        arg_max(told_instant(body, 'shipped_at'), ("at", told_at, source, key)) as shipped_at,
        arg_max(told_text(body, 'in_full'), ("at", told_at, source, key)) = 'true' as in_full,
        arg_max(told_text(body, 'on_time'), ("at", told_at, source, key)) as on_time
    from said
    cross join setting as r
    where kind = 'delivery'
    group by all
),

judged as (
    select
        * replace (
            case when on_time != '' then on_time = 'true' else coalesce(shipped_at <= due_at, false) end as on_time
        )
    from line
    where due_at <= as_of
)

select * exclude (is_so)
from (
    select
        unnest(['line_due', 'line_on_time', 'line_in_full', 'line_otif', 'line_perfect']) as kind,
        unnest([
            true,
            on_time,
            in_full,
            on_time and in_full,
            on_time and in_full and order_id not in (
                select order_id from said where kind = 'quality_event' and told_text(body, 'type') = 'complaint'
            )
        ]) as is_so,
        '' as class,
        equipment,
        site,
        due_at as from_at,
        due_at as until_at,
        due_at as counted_at,
        true as is_closed,
        '' as reason,
        order_id,
        product
    from judged
)
where is_so;
