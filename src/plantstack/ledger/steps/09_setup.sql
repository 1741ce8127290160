-- A change of order or product opens a set-up that lasts to the first good piece (books 3 rule 1, R10, R11).
-- A count at the end of the window lies in an order that is still open.
create or replace temp table pending as
select
    o.oid,
    o.m,
    o.from_at,
    o.to_at,
    o.to_at + o.is_open::int as good_before,
    o.order_id
from order_span as o
join bounds as b on b.m = o.m
where o.is_change and o.from_at >= b.from_at;

-- Nothing without: pending
create or replace temp table producing as
select
    e.m,
    e.from_at,
    e.to_at
from effective as e
join statement as s on s.sid = e.sid
where s.state = 'producing' and exists (from pending);

-- Counts with a good piece, given or by exception (R23).
create or replace temp view good_count as
select *
from counted
where
    good > 0
    or first_pass > 0
    or (
        good is null
        and good_by_exception
        and total - coalesce(scrap, 0) - coalesce(rework, 0) - coalesce(startup_reject, 0) > 0
    );

-- Good pieces by hour and own order: a change in one hour looks at the pieces of that hour, else at the next hour with any.
-- Nothing without: pending
create or replace temp table good_hour as
select
    c.m,
    c.order_id,
    c.placed_at // 3600000000 as hour,
    min(c.made_at) as made_at
from good_count as c
semi join pending on pending.m = c.m
where not c.is_spread
group by all;

-- Counts over a long span say "somewhere in here": the first producing instant inside them.
-- Nothing without: producing
create or replace temp table good_span as
with part as (
    select
        c.m,
        c.order_id,
        greatest(c.from_at, p.from_at) as from_at,
        least(c.t, p.to_at) as to_at
    from (
        select *, unnest(range(from_at // 86400000000, t // 86400000000 + 1)) as bucket
        from good_count
        where is_spread
    ) as c
    join (
        select *, unnest(range(from_at // 86400000000, to_at // 86400000000 + 1)) as bucket
        from producing
    ) as p on p.m = c.m and p.bucket = c.bucket and p.from_at < c.t and p.to_at > c.from_at
)

-- overlapping parts are merged so that the nearest end belongs to the nearest start
select
    m,
    order_id,
    min(from_at) as from_at,
    max(to_at) as to_at
from (
    select *, count(*) filter (where is_new) over (partition by m, order_id order by from_at, to_at) as island
    from (
        select
            *,
            from_at > coalesce(max(to_at) over (
                partition by m, order_id order by from_at, to_at rows between unbounded preceding and 1 preceding
            ), -1) as is_new
        from (select distinct * from part)
    )
)
group by m, order_id, island;

-- Nothing without: pending
create or replace temp table first_good as
with asked as (
    select p.*, unnest(['', p.order_id]) as own_order from pending as p
),

same_hour as (
    select a.oid, min(c.made_at) as made_at
    from asked as a
    join good_count as c
        on
            c.m = a.m
            and c.order_id = a.own_order
            and c.placed_at // 3600000000 = a.from_at // 3600000000
            and c.made_at >= a.from_at
    where not c.is_spread
    group by a.oid
),

later_hour as (
    select a.oid, g.made_at
    from asked as a
    asof join good_hour as g
        on g.m = a.m and g.order_id = a.own_order and g.hour > a.from_at // 3600000000
),

spread as (
    select a.oid, greatest(g.from_at, a.from_at) as made_at
    from asked as a
    asof join good_span as g on g.m = a.m and g.order_id = a.own_order and g.to_at > a.from_at
)

select
    p.oid,
    min(f.made_at) as made_at
from pending as p
join (from same_hour union all from later_hour union all from spread) as f on f.oid = p.oid
where f.made_at < p.good_before
group by p.oid;

-- Nothing without: pending
create or replace temp table setup_span as
select
    p.oid,
    p.m,
    p.from_at,
    coalesce(g.made_at, r.from_at, p.to_at) as to_at,
    g.made_at is not null as has_good
from pending as p
left join first_good as g on g.oid = p.oid
left join (
    select p2.oid, greatest(r2.from_at, p2.from_at) as from_at
    from pending as p2
    asof join producing as r2 on r2.m = p2.m and r2.to_at > p2.from_at
    where greatest(r2.from_at, p2.from_at) < p2.to_at
) as r on r.oid = p.oid
where coalesce(g.made_at, r.from_at, p.to_at) > p.from_at;

-- A ramp: from the first good piece of a change until so many pieces have been placed after it, or the order ends (books 3,
-- R36). A count over a long span brings its pieces at its end.
-- Nothing without: pending
create or replace temp table ramp as
with begun as (
    select p.oid, p.m, p.to_at, p.good_before, o.product, g.made_at as from_at, machine.ramp_pieces
    from pending as p
    join order_span as o on o.oid = p.oid
    join first_good as g on g.oid = p.oid
    join bounds as b on b.m = p.m
    join machine on machine.equipment = b.equipment
    where machine.ramp_pieces > 0
),

placed as (
    select
        r.oid,
        r.ramp_pieces,
        c.made_at,
        sum(
            coalesce(
                c.total,
                coalesce(c.scrap, 0) + coalesce(c.rework, 0) + coalesce(c.startup_reject, 0) + coalesce(c.good, c.first_pass, 0)
            ) * case when c.unit = '' or c.unit is null then 1 else u.factor end::decimal(38, 6)
        ) over (partition by r.oid order by c.made_at) as made
    from (from counted semi join begun on begun.m = counted.m) as c
    asof join begun as r on r.m = c.m and r.from_at < c.made_at
    left join machine_unit as u
        on u.m = c.m and u.unit = c.unit and u.product = coalesce(nullif(c.product, ''), r.product)
    where c.made_at < r.good_before
)

select
    r.oid,
    r.m,
    r.from_at,
    coalesce(full_speed.at, r.to_at) as to_at
from begun as r
left join (select oid, min(made_at) as at from placed where made >= ramp_pieces group by oid) as full_speed
    on full_speed.oid = r.oid;
