-- Good pieces at the exits of lines as runs of one product, page by page: the changeovers of lines lie between them, over
-- pages, and are read off the finished books (line_changeovers.sql; books 3, R37).
create or replace temp table exit_machine as
select b.m
from bounds as b
semi join line on line.exit_machine = b.equipment;

-- Hours in which only one product can have been made need no look at their counts.
-- Nothing without: exit_machine
create or replace temp table exit_hour as
select
    c.m,
    c.placed_at // 3600000000 as hour,
    c.product,
    min(c.made_at) as from_at,
    max(c.made_at) as until_at,
    min(c.placed_at) as placed_at
from good_count as c
semi join exit_machine as e on e.m = c.m
where not c.is_spread
group by all;

-- Nothing without: exit_hour, exit_machine
create or replace temp table mixed_hour as
select m, hour
from exit_hour
group by m, hour
having count(*) > 1
union
select o.m, o.from_at // 3600000000
from order_span as o
semi join exit_machine as e on e.m = o.m
union
select o.m, o.to_at // 3600000000
from order_span as o
semi join exit_machine as e on e.m = o.m;

-- Nothing without: exit_hour, mixed_hour, exit_machine
create or replace temp table exit_good as
with told as (
    select h.m, h.product, h.from_at, h.until_at, h.placed_at
    from exit_hour as h
    anti join mixed_hour as x on x.m = h.m and x.hour = h.hour
    union all
    select c.m, c.product, c.made_at, c.made_at, c.placed_at
    from good_count as c
    semi join mixed_hour as x on x.m = c.m and x.hour = c.placed_at // 3600000000
    where not c.is_spread
),

named as (
    select
        t.m,
        t.from_at,
        t.until_at,
        t.placed_at,
        coalesce(nullif(t.product, ''), case when o.to_at > t.placed_at then o.product end, '') as product,
        tile.day
    from told as t
    asof join machine_tile as tile on tile.m = t.m and tile.from_at <= t.placed_at
    asof left join order_span as o on o.m = t.m and o.from_at <= t.placed_at
),

-- a count over a long span has its good pieces over all the time it is spread over
spread as (
    select
        p.m,
        min(p.from_at) as from_at,
        max(p.to_at) as until_at,
        min(p.from_at) as placed_at,
        coalesce(nullif(c.product, ''), o.product, '') as product,
        tile.day
    from spread_part as p
    join spread_count as c on c.cid = p.cid
    semi join exit_machine as e on e.m = p.m
    join frame as f on f.fid = p.fid
    join machine_tile as tile on tile.tid = f.tid
    left join order_span as o on o.oid = f.oid
    where c.all_good > 0 or c.first_pass > 0
    group by p.cid, p.m, coalesce(nullif(c.product, ''), o.product, ''), tile.day
)

select * from (from named union all by name from spread) where product != '';

-- Nothing without: exit_good
insert into spans_fact by name
with marked as (
    select
        *,
        (product, day) is distinct from (lag(product) over before, lag(day) over before) as is_new
    from exit_good
    window before as (partition by m order by from_at, until_at, product)
),

run as (
    select
        m,
        product,
        min(from_at) as from_at,
        max(until_at) as until_at,
        min(placed_at) as placed_at
    from (
        select *, count(*) filter (where is_new) over (partition by m order by from_at, until_at, product) as island
        from marked
    )
    group by m, product, island
)

select
    'good_run' as kind,
    b.equipment,
    '' as class,
    r.from_at,
    r.until_at,
    true as is_closed,
    0 as flags,
    '' as reason,
    '' as product_from,
    '' as product_to,
    coalesce(o.order_id, '') as order_id,
    r.product,
    t.shift,
    t.crew,
    t.day,
    s.hour_from
from run as r
join bounds as b on b.m = r.m
join slice_hour as s
    on
        s.m = r.m
        and s.world_hour = r.placed_at // 3600000000
        and s.from_at <= r.placed_at
        and s.to_at > r.placed_at
join frame as f on f.fid = s.fid
join machine_tile as t on t.tid = f.tid
left join order_span as o on o.oid = f.oid;
