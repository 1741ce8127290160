-- The current order of a machine: from its start to its own end or the next start (R9).
create or replace temp table order_span as
with spoken as (
    select
        e.log_offset,
        e.m,
        b.until_at as window_end,
        e.phase,
        e.t,
        e.order_id,
        e.product,
        e.source,
        e.key,
        row_number() over (
            partition by e.m order by e.t, e.rank, e.told_at, e.source, e.sequence nulls first, e.key
        ) as n
    from heard as e
    join bounds as b on b.m = e.m and e.t < b.until_at and (e.t >= b.from_at or e.slot != '')
    where e.kind = 'order' and e.slot in ('', 'order', 'order_before')
),

-- starts, and the ends that name the order started last
spoken_of as (
    select
        *,
        last_value(case when phase = 'start' then order_id end ignore nulls) over (
            partition by m order by n rows between unbounded preceding and 1 preceding
        ) as current_order
    from spoken
),

-- a start of the order that is current already changes nothing
turn as (
    select
        *,
        lag(phase) over before = 'start'
        and (lag(order_id) over before, lag(product) over before) = (order_id, product) as is_repeated
    from spoken_of
    where phase = 'start' or order_id = current_order
    window before as (partition by m order by n)
),

ended as (
    select
        *,
        coalesce(lead(t) over after, window_end) as to_at,
        lead(log_offset) over after is null as is_open,
        case when lead(phase) over after = 'end' then lead(log_offset) over after end as ended_by
    from turn
    where phase = 'end' or not coalesce(is_repeated, false)
    window after as (partition by m order by n)
)

select
    ended.log_offset as oid,
    ended.m,
    ended.t as from_at,
    ended.to_at,
    ended.is_open,
    ended.ended_by,
    ended.order_id,
    ended.product,
    ended.source,
    ended.key,
    lag(ended.product) over before as product_before,
    (lag(ended.order_id) over before, lag(ended.product) over before) is distinct from (ended.order_id, ended.product)
    and lag(ended.order_id) over before is not null as is_change
from ended
where ended.phase = 'start' and ended.to_at > ended.t
window before as (partition by ended.m order by ended.t);
