-- Slots of the plan on the machine that gives a line its pieces: what was planned when the plan was frozen,
-- one hour before the shift, and what is planned now (books 8, R26).
create or replace temp table slot as
with told as (
    select
        b.m,
        b.until_at as window_end,
        p.*,
        source.rank
    from plan_version as p
    left join line on line.line = p.equipment and line.from_at <= p.from_at and line.until_at > p.from_at
    join bounds as b on b.equipment = coalesce(line.exit_machine, p.equipment)
    join source on source.source = p.source
    where p.at <= b.until_at and not b.is_lane
),

known as (
    select
        t.m,
        t.equipment,
        t.product,
        t.order_id,
        t.from_at,
        t.until_at,
        greatest(
            case when tile.shift = '' then t.from_at else span.from_at end - 3600000000,
            min(t.told_at)
        ) as frozen_at
    from told as t
    asof join calendar_tile as tile on tile.m = t.m and tile.from_at <= t.from_at
    asof join calendar_span as span on span.m = t.m and span.from_at <= t.from_at
    group by t.m, t.equipment, t.product, t.order_id, t.from_at, t.until_at, tile.shift, span.from_at
)

select
    k.m,
    k.equipment,
    k.product,
    k.order_id,
    k.from_at,
    k.until_at,
    coalesce(
        arg_max(coalesce(t.qty, 0), (t.rank, t.told_at, t.at, t.source, t.key))
            filter (t.since_at <= k.frozen_at and (t.gone_at is null or t.gone_at > k.frozen_at)),
        0
    ) as frozen,
    coalesce(
        arg_max(coalesce(t.qty, 0), (t.rank, t.told_at, t.at, t.source, t.key)) filter (t.gone_at is null),
        0
    ) as live
from known as k
join told as t
    on
        t.m = k.m
        and t.equipment = k.equipment
        and t.product = k.product
        and t.order_id = k.order_id
        and t.from_at = k.from_at
        and t.until_at = k.until_at
group by k.m, k.equipment, k.product, k.order_id, k.from_at, k.until_at;
