-- Plans spread over the scheduled time outside fixed breaks of their slot, over all of it if there is none (R26).
create or replace temp table plan_part as
with part as (
    select
        s.m,
        s.product,
        s.order_id,
        s.from_at as slot_at,
        s.until_at as slot_until,
        s.equipment as of_equipment,
        s.frozen,
        s.live,
        min(greatest(t.from_at, s.from_at)) over shift_of as shift_at,
        greatest(t.from_at, s.from_at, piece.hour_at) as from_at,
        least(t.to_at, s.until_at, piece.hour_at + 3600000000) as to_at,
        t.scheduled and t.break_reason = '' as is_working,
        t.day,
        t.shift,
        t.crew,
        greatest(piece.hour_at, t.zone_from) as hour_from
    from slot as s
    join calendar_tile as t on t.m = s.m and t.from_at < s.until_at and t.to_at > s.from_at
    cross join lateral (
        select
            unnest(range(
                (greatest(t.from_at, s.from_at) + t.zone_off_us) // 3600000000,
                (least(t.to_at, s.until_at) - 1 + t.zone_off_us) // 3600000000 + 1
            )) * 3600000000 - t.zone_off_us as hour_at
    ) as piece
    window shift_of as (
        partition by s.m, s.equipment, s.product, s.order_id, s.from_at, s.until_at, t.day, t.shift, t.crew
    )
),

-- the window's own borders cut too, so that each part lies wholly in or out of the books
bordered as (
    select p.* replace (greatest(p.from_at, w.from_at) as from_at, least(p.to_at, w.to_at) as to_at)
    from part as p
    join (
        select m, -62135596800000000 as from_at, from_at as to_at from bounds
        union all
        select m, from_at, until_at from bounds
        union all
        select m, until_at, 253402300799000000 from bounds
    ) as w on w.m = p.m and w.from_at < p.to_at and w.to_at > p.from_at
),

weighed as (
    select
        *,
        case when any_working then (case when is_working then to_at - from_at else 0 end) else to_at - from_at end as weight
    from (
        select *, bool_or(is_working) over (partition by m, of_equipment, product, order_id, slot_at, slot_until) as any_working
        from bordered
    )
)

select
    *,
    sum(weight) over upto as until_us,
    (sum(weight) over upto) - weight as before_us,
    sum(weight) over whole as whole_us
from weighed
where weight > 0
window
    whole as (partition by m, of_equipment, product, order_id, slot_at, slot_until),
    upto as (partition by m, of_equipment, product, order_id, slot_at, slot_until order by from_at rows unbounded preceding);

insert into pieces_fact by name
select
    b.equipment,
    p.hour_from,
    p.day,
    p.shift,
    p.crew,
    p.order_id,
    p.product,
    '' as account,
    '' as reason,
    p.class,
    null as standard,
    0 as flags,
    sum(p.qty)::decimal(38, 6) as qty
from (
    select
        *,
        unnest(['plan', 'plan_edited']) as class,
        unnest([
            spread_part_of(frozen, before_us, until_us, whole_us),
            spread_part_of(live - frozen, before_us, until_us, whole_us)
        ]) as qty
    from plan_part
) as p
join bounds as b on b.m = p.m
where p.qty != 0 and p.from_at >= b.from_at and p.to_at <= b.until_at
group by all;

-- Good pieces of products that no slot of their shift plans, on days with a plan: they count against the plan of
-- another product (R26).
insert into pieces_fact by name
with planned as (
    select distinct b.equipment, s.product, t.day, t.shift
    from slot as s
    join bounds as b on b.m = s.m
    join calendar_tile as t on t.m = s.m and t.from_at < s.until_at and t.to_at > s.from_at
    where s.frozen > 0 or s.live > 0
)

select
    g.equipment,
    g.hour_from,
    g.day,
    g.shift,
    g.crew,
    g.order_id,
    g.product,
    g.account,
    g.reason,
    'without_plan' as class,
    null as standard,
    0 as flags,
    sum(g.qty)::decimal(38, 6) as qty
from (from pieces_fact where class = 'good') as g
semi join planned as p on p.equipment = g.equipment and p.day = g.day
anti join planned as p on p.equipment = g.equipment and p.day = g.day and p.shift = g.shift and p.product = g.product
group by all
having sum(g.qty) != 0;

-- Good pieces inside slots of their product, by where they were made.
create or replace temp table plan_made as
select
    e.m,
    e.equipment,
    e.product,
    e.from_at,
    e.until_at,
    f.from_at as made_at,
    sum(p.good * case when p.unit = '' then 1 when not p.is_spread then u.factor end::decimal(38, 6)) as good
from (select distinct m, equipment, product, from_at, until_at from slot) as e
join frame as f on f.m = e.m and f.from_at >= e.from_at and f.from_at < e.until_at
join placed as p on p.fid = f.fid
left join order_span as o on o.oid = f.oid
left join machine_unit as u on u.m = p.m and u.unit = p.unit and u.product = e.product
where coalesce(nullif(p.own_product, ''), o.product, '') = e.product
group by all;

-- Slots: what was made of what was planned, never more than the plan (books 10). Of one that is open, what was made
-- until now of what is planned until now, so that it says as much as the plan beside it (R26).
insert into spans_fact by name
with begun as (
    select
        s.m,
        s.equipment,
        s.product,
        s.from_at,
        s.until_at,
        b.until_at as now_at,
        sum(s.frozen) as qty,
        sum(s.live) - sum(s.frozen) as qty_edited
    from slot as s
    join bounds as b on b.m = s.m
    where s.until_at > b.from_at and s.from_at < b.until_at
    group by all
),

until_now as (
    select
        p.m,
        p.of_equipment,
        p.product,
        p.slot_at,
        p.slot_until,
        sum(spread_part_of(p.frozen, p.before_us, p.until_us, p.whole_us)) as qty,
        sum(spread_part_of(p.live - p.frozen, p.before_us, p.until_us, p.whole_us)) as qty_edited
    from plan_part as p
    join bounds as b on b.m = p.m
    where p.to_at <= b.until_at
    group by all
),

seen as (
    select
        e.m,
        e.equipment,
        e.product,
        e.from_at,
        e.until_at as slot_until,
        least(e.until_at, e.now_at) as until_at,
        e.until_at <= e.now_at as is_closed,
        case when e.until_at <= e.now_at then e.qty else coalesce(u.qty, 0) end as qty,
        case when e.until_at <= e.now_at then e.qty_edited else coalesce(u.qty_edited, 0) end as qty_edited
    from begun as e
    left join until_now as u
        on
            u.m = e.m
            and u.of_equipment = e.equipment
            and u.product = e.product
            and u.slot_at = e.from_at
            and u.slot_until = e.until_at
),

made as (
    select m, equipment, product, from_at, until_at as slot_until, sum(good) as good from plan_made group by all
)

select
    'plan_slot' as kind,
    b.equipment,
    '' as class,
    e.from_at,
    e.until_at,
    e.is_closed,
    '' as reason,
    '' as order_id,
    e.product,
    '' as product_from,
    '' as product_to,
    t.shift,
    t.crew,
    t.day,
    s.hour_from,
    e.qty,
    least(coalesce(made.good, 0), e.qty)::decimal(38, 6) as qty_matched,
    e.qty_edited,
    0 as flags
from seen as e
join bounds as b on b.m = e.m
left join made
    on
        made.m = e.m
        and made.equipment = e.equipment
        and made.product = e.product
        and made.from_at = e.from_at
        and made.slot_until = e.slot_until
join slice_hour as s
    on
        s.m = e.m
        and s.world_hour = (e.until_at - 1) // 3600000000
        and s.from_at <= e.until_at - 1
        and s.to_at > e.until_at - 1
join frame as f on f.fid = s.fid
join machine_tile as t on t.tid = f.tid;

-- Slots shift by shift (R26): in each what was made there of what is planned there, never more, so that what is matched
-- reaches as far as the plan beside it. What was made where nothing is planned belongs to the shift before, of the first to it.
insert into spans_fact by name
with cut as (
    select
        *,
        case when row_number() over shifts = 1 then slot_at else shift_at end as from_at,
        coalesce(lead(shift_at) over shifts, slot_until) as to_at
    from (
        select m, of_equipment, product, slot_at, slot_until, day, shift, crew, min(shift_at) as shift_at
        from plan_part
        group by all
    )
    window shifts as (partition by m, of_equipment, product, slot_at, slot_until order by shift_at)
),

planned as (
    select
        c.m,
        c.of_equipment,
        c.product,
        c.slot_at,
        c.slot_until,
        c.day,
        c.shift,
        c.crew,
        c.from_at as cut_from,
        c.to_at as cut_to,
        c.to_at <= b.until_at as is_closed,
        max(p.hour_from) as hour_from,
        min(p.from_at) as from_at,
        max(p.to_at) as until_at,
        sum(spread_part_of(p.frozen, p.before_us, p.until_us, p.whole_us)) as qty,
        sum(spread_part_of(p.live - p.frozen, p.before_us, p.until_us, p.whole_us)) as qty_edited
    from cut as c
    join plan_part as p using (m, of_equipment, product, slot_at, slot_until, day, shift, crew)
    join bounds as b on b.m = c.m
    where p.from_at >= b.from_at and p.to_at <= b.until_at
    group by all
),

matched as (
    select p.*, sum(g.good) as good
    from planned as p
    left join plan_made as g
        on
            g.m = p.m
            and g.equipment = p.of_equipment
            and g.product = p.product
            and g.from_at = p.slot_at
            and g.until_at = p.slot_until
            and g.made_at >= p.cut_from
            and g.made_at < p.cut_to
    group by all
)

select
    'plan_part' as kind,
    b.equipment,
    '' as class,
    p.from_at,
    p.until_at,
    p.is_closed,
    '' as reason,
    '' as order_id,
    p.product,
    '' as product_from,
    '' as product_to,
    p.shift,
    p.crew,
    p.day,
    p.hour_from,
    p.qty,
    least(coalesce(p.good, 0), p.qty)::decimal(38, 6) as qty_matched,
    p.qty_edited,
    0 as flags
from matched as p
join bounds as b on b.m = p.m;
