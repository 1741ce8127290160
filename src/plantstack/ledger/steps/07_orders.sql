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
        e.rank,
        e.told_at,
        e.source,
        e.sequence,
        e.key
    from heard as e
    join bounds as b on b.m = e.m and e.t < b.until_at and (e.t >= b.from_at or e.slot != '')
    where e.kind = 'order' and e.slot in ('', 'order', 'order_before')
),

start as (
    select
        s.*,
        coalesce(
            lead(s.t) over (partition by s.m order by s.t, s.rank, s.told_at, s.source, s.sequence, s.key),
            s.window_end
        ) as next_at
    from spoken as s
    where s.phase = 'start'
),

own_end as (
    select start.m, start.t, min(stop.t) as t_end, arg_min(stop.log_offset, stop.t) as ended_by
    from start
    join spoken as stop
        on
            stop.phase = 'end'
            and stop.m = start.m
            and stop.order_id = start.order_id
            and stop.t > start.t
            and stop.t <= start.next_at
    where start.next_at > start.t
    group by start.m, start.t
),

ended as (
    select start.*, least(start.next_at, own_end.t_end) as to_at, own_end.ended_by
    from start
    left join own_end on own_end.m = start.m and own_end.t = start.t
    where start.next_at > start.t
)

select
    ended.log_offset as oid,
    ended.m,
    ended.t as from_at,
    ended.to_at,
    ended.ended_by,
    ended.order_id,
    ended.product,
    ended.source,
    ended.key,
    lag(ended.product) over before as product_before,
    (lag(ended.order_id) over before, lag(ended.product) over before) is distinct from (ended.order_id, ended.product)
    and lag(ended.order_id) over before is not null as is_change
from ended
window before as (partition by ended.m order by ended.t);
