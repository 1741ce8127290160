-- One count, made whole: an absent total is the sum of its classes; an absent good stays unknown, unless the
-- machine counts by exception (books 6, R22, R23).
create or replace temp view judged as
select
    c.*,
    coalesce(total, sorted + coalesce(good, first_pass, 0)) as all_made,
    case
        when good is not null or not good_by_exception then good
        else coalesce(total, sorted + coalesce(first_pass, 0)) - sorted
    end as all_good
from (
    select
        *,
        coalesce(scrap, 0) + coalesce(rework, 0) + coalesce(startup_reject, 0) as sorted
    from counted
) as c;

-- Pieces are summed by cell: what does not change with the slice inside an hour.
create or replace temp table cell as
select row_number() over () as cell, *
from (select distinct m, fid, hour_from, account from slice);

-- The slices of time under every hour of the world clock: an equality key for "contains this instant".
create or replace temp table slice_hour as
select
    s.*,
    c.cell,
    unnest(range(s.from_at // 3600000000, (s.to_at - 1) // 3600000000 + 1)) as world_hour
from slice as s
join cell as c on c.fid = s.fid and c.hour_from = s.hour_from and c.account = s.account;

-- Counts at an instant belong to the slice that contains it. Those that say the same fields of the same things are added
-- as they were said; only the sums are judged.
create or replace temp table summed as
select
    s.cell,
    c.order_id,
    c.product,
    c.reason,
    c.unit,
    c.has_total,
    c.has_good,
    c.has_first_pass,
    c.is_unjudged,
    c.has_from,
    c.is_typed,
    sum(c.total)::decimal(38, 6) as total,
    sum(c.good)::decimal(38, 6) as good,
    sum(c.scrap)::decimal(38, 6) as scrap,
    sum(c.rework)::decimal(38, 6) as rework,
    sum(c.first_pass)::decimal(38, 6) as first_pass,
    sum(c.startup_reject)::decimal(38, 6) as startup_reject
from (from counted where not is_spread) as c
join slice_hour as s
    on
        s.m = c.m
        and s.world_hour = c.placed_at // 3600000000
        and s.from_at <= c.placed_at
        and s.to_at > c.placed_at
group by all;

create or replace temp table placed as
select
    c.m,
    c.fid,
    c.hour_from,
    c.account,
    c.order_id as own_order,
    c.product as own_product,
    coalesce(c.reason, '') as reason,
    coalesce(c.unit, '') as unit,
    c.is_unjudged,
    c.has_from,
    c.is_typed,
    false as is_spread,
    sum(c.all_made - c.sorted - coalesce(c.all_good, 0))::decimal(38, 6) as rest,
    sum(c.all_good)::decimal(38, 6) as good,
    sum(c.scrap)::decimal(38, 6) as scrap,
    sum(c.rework)::decimal(38, 6) as rework,
    sum(c.first_pass)::decimal(38, 6) as first_pass,
    sum(c.startup_reject)::decimal(38, 6) as startup_reject,
    sum(c.all_made) filter (c.has_first_pass)::decimal(38, 6) as inspected
from (
    select
        s.*,
        cell.m,
        cell.fid,
        cell.hour_from,
        cell.account,
        coalesce(s.total, s.sorted + coalesce(s.good, s.first_pass, 0)) as all_made,
        case
            when s.has_good or not b.good_by_exception then s.good
            else coalesce(s.total, s.sorted + coalesce(s.first_pass, 0)) - s.sorted
        end as all_good
    from (
        select *, coalesce(scrap, 0) + coalesce(rework, 0) + coalesce(startup_reject, 0) as sorted from summed
    ) as s
    join cell on cell.cell = s.cell
    join bounds as b on b.m = cell.m
) as c
group by all;

-- Counts over a long span are spread over run and unknown time, over all of it if there is neither (R24).
-- Packs are opened first: whole pieces are spread, not whole cases; without a factor they stay packs (R43).
create or replace temp table spread_count as
with opened as (
    select
        c.* replace (
            (c.total * f.factor)::decimal(38, 6) as total,
            (c.good * f.factor)::decimal(38, 6) as good,
            (c.scrap * f.factor)::decimal(38, 6) as scrap,
            (c.rework * f.factor)::decimal(38, 6) as rework,
            (c.first_pass * f.factor)::decimal(38, 6) as first_pass,
            (c.startup_reject * f.factor)::decimal(38, 6) as startup_reject,
            (c.sorted * f.factor)::decimal(38, 6) as sorted,
            (c.all_made * f.factor)::decimal(38, 6) as all_made,
            (c.all_good * f.factor)::decimal(38, 6) as all_good,
            case when f.is_open then '' else c.unit end as unit
        )
    from (from judged where is_spread) as c
    asof left join order_span as o on o.m = c.m and o.from_at <= c.placed_at
    left join machine_unit as u
        on
            u.m = c.m
            and u.unit = c.unit
            and u.product = coalesce(nullif(c.product, ''), case when o.to_at > c.placed_at then o.product end, '')
    cross join lateral (
        select
            case when c.unit = '' or c.unit is null then 1 else coalesce(u.factor, 1) end::decimal(38, 6) as factor,
            c.unit = '' or c.unit is null or u.factor is not null as is_open
    ) as f
)

select row_number() over () as cid, * from opened;

-- Nothing without: spread_count
create or replace temp table spread_part as
with part as (
    select
        c.cid,
        s.m,
        s.fid,
        s.hour_from,
        s.account,
        greatest(s.from_at, c.from_at) as from_at,
        least(s.to_at, c.t) as to_at
    from (
        select *, unnest(range(from_at // 3600000000, (t - 1) // 3600000000 + 1)) as world_hour from spread_count
    ) as c
    join slice_hour as s
        on
            s.m = c.m
            and s.world_hour = c.world_hour
            and s.from_at < c.t
            and s.to_at > c.from_at
            and greatest(s.from_at, c.from_at) // 3600000000 = s.world_hour
),

eligible as (
    select
        *,
        sum(case when account in ('run', 'unknown') then to_at - from_at else 0 end) over (partition by cid) as working_us,
        case when account in ('run', 'unknown') then to_at - from_at else 0 end as own_working_us
    from part
)

select
    cid,
    m,
    fid,
    hour_from,
    account,
    from_at,
    to_at,
    sum(weight) over upto as until_us,
    (sum(weight) over upto) - weight as before_us,
    sum(weight) over (partition by cid) as whole_us
from (
    select *, case when working_us > 0 then own_working_us else to_at - from_at end as weight from eligible
)
where weight > 0
window upto as (partition by cid order by from_at rows unbounded preceding);

-- Division of whole numbers that rounds down, also below zero.
create or replace temp macro floor_div(a, b) as (a // b - case when a % b < 0 then 1 else 0 end);

-- floor(Q * t / T + 1/2), in whole pieces where Q is whole, else in millionths; the parts always add up to Q.
create or replace temp macro spread_at(q, t, whole) as (
    case
        when q = floor(q) or abs(q) > 1000000000000 then floor_div(2 * q::hugeint * t::hugeint + whole::hugeint, 2 * whole::hugeint)::decimal(38, 6)
        else
            (
                floor_div(
                    2 * (q::decimal(38, 6) * 1000000)::hugeint * t::hugeint + whole::hugeint, 2 * whole::hugeint
                )::decimal(31, 0)
                * 0.000001
            )::decimal(38, 6)
    end
);

create or replace temp macro spread_part_of(q, before_us, until_us, whole_us) as (
    spread_at(q, until_us, whole_us) - spread_at(q, before_us, whole_us)
);

-- Nothing without: spread_part
insert into placed
select
    p.m,
    p.fid,
    p.hour_from,
    p.account,
    c.order_id,
    c.product,
    coalesce(c.reason, ''),
    coalesce(c.unit, ''),
    c.all_good is null and c.all_made != c.sorted,
    true,
    c.is_typed,
    true,
    sum(p.rest),
    sum(p.good),
    sum(p.scrap),
    sum(p.rework),
    sum(p.first_pass),
    sum(p.startup_reject),
    sum(p.rest + coalesce(p.good, 0) + p.sorted) filter (c.first_pass is not null)
from (
    select
        x.* exclude (unclassed),
        coalesce(scrap, 0) + coalesce(rework, 0) + coalesce(startup_reject, 0) as sorted,
        case when is_exception then unclassed else classed_good end as good,
        case when is_exception then 0 else unclassed end as rest
    from (
        select
            p.*,
            c.good is null and c.good_by_exception as is_exception,
            spread_part_of(c.good, p.before_us, p.until_us, p.whole_us) as classed_good,
            spread_part_of(c.scrap, p.before_us, p.until_us, p.whole_us) as scrap,
            spread_part_of(c.rework, p.before_us, p.until_us, p.whole_us) as rework,
            spread_part_of(c.first_pass, p.before_us, p.until_us, p.whole_us) as first_pass,
            spread_part_of(c.startup_reject, p.before_us, p.until_us, p.whole_us) as startup_reject,
            spread_part_of(
                c.all_made - c.sorted - coalesce(c.good, 0), p.before_us, p.until_us, p.whole_us
            ) as unclassed
        from spread_part as p
        join spread_count as c on c.cid = p.cid
    ) as x
) as p
join spread_count as c on c.cid = p.cid
group by all;

-- qty * num / den to 1e-9, half up, in whole numbers: a decimal division would go through floating point.
create or replace temp macro seconds_of(qty, num, den) as (
    floor_div(
        2000 * (qty::decimal(38, 6) * 1000000)::hugeint * (num::decimal(38, 9) * 1000000000)::hugeint
        + (den::decimal(38, 9) * 1000000000)::hugeint,
        2 * (den::decimal(38, 9) * 1000000000)::hugeint
    )::decimal(29, 0) * 0.000000001
);

-- The nanoseconds of one piece, where they are a whole and ordinary number; else null.
create or replace temp macro nano_of(num, den) as (
    case
        when
            (num::decimal(38, 9) * 1000000000)::hugeint * 1000000000 % (den::decimal(38, 9) * 1000000000)::hugeint = 0
            and num < 1000 * den
            then
                ((num::decimal(38, 9) * 1000000000)::hugeint * 1000000000 // (den::decimal(38, 9) * 1000000000)::hugeint)::bigint
    end
);

-- The same as seconds_of, without wide divisions for the many: whole pieces of whole nanoseconds.
create or replace temp macro fast_seconds_of(qty, num, den, nano) as (
    case
        when num is null then null
        when nano is not null and qty < 1000000 and qty > -1000000 and qty = floor(qty)
            then (qty::bigint * nano)::decimal(18, 0) * 0.000000001
        when abs(qty::double * num::double) < 1e17 then seconds_of(qty, num, den)
        -- three thousand million years of work: no plant means it, and no count may take the books down (R45)
        else least(qty::double * num::double / den::double, 1e20)::decimal(38, 9)
    end
);

-- The standard of a product on a machine, its own before the machine's default.
create or replace temp table machine_standard as
select
    f.m,
    f.fid,
    p.product,
    s.standard,
    s.ideal_num,
    s.ideal_den,
    s.std_num,
    s.std_den,
    nano_of(s.ideal_num, s.ideal_den) as ideal_nano,
    nano_of(s.std_num, s.std_den) as std_nano
from (
    select distinct p.m, p.fid, coalesce(nullif(p.own_product, ''), o.product, '') as product
    from placed as p
    join frame as f on f.fid = p.fid
    left join order_span as o on o.oid = f.oid
) as p
join frame as f on f.fid = p.fid
join bounds as b on b.m = f.m
join standard as s
    on
        s.equipment = b.equipment
        and s.product in (p.product, '')
        and s.from_at <= f.from_at
        and s.until_at > f.from_at
qualify row_number() over (partition by f.fid, p.product order by s.product desc) = 1;

-- Pieces in the plant's unit, with the standards that hold for their product.
create or replace temp table sorted as
select
    b.equipment,
    p.hour_from,
    t.day,
    t.shift,
    t.crew,
    coalesce(nullif(p.own_order, ''), o.order_id, '') as order_id,
    coalesce(nullif(p.own_product, ''), o.product, '') as product,
    p.account::varchar as account,
    p.reason,
    s.standard,
    s.ideal_num,
    s.ideal_den,
    s.std_num,
    s.std_den,
    s.ideal_nano,
    s.std_nano,
    case when p.is_spread and p.account = 'unknown' then flag('over_gap') else 0 end
    | case when p.is_spread then flag('spread') else 0 end
    | case when p.is_unjudged then flag('unjudged') else 0 end
    | case when p.has_from then flag('from') else 0 end
    | case when p.is_typed then flag('typed') else 0 end
    | case when f.in_ramp then flag('ramp') else 0 end
    | case when s.standard is null then flag('without_standard') else 0 end
    | case when s.std_num is null then flag('without_standard_cycle') else 0 end as flags,
    case when p.unit = '' then 1 when not p.is_spread then u.factor end as factor,
    p.unit,
    p.* exclude (m, fid, hour_from, account, own_order, own_product, reason, unit, is_unjudged, has_from, is_typed, is_spread)
from placed as p
join bounds as b on b.m = p.m
join frame as f on f.fid = p.fid
join machine_tile as t on t.tid = f.tid
left join order_span as o on o.oid = f.oid
left join machine_standard as s
    on
        s.m = p.m
        and s.fid = p.fid
        and s.product = coalesce(nullif(p.own_product, ''), o.product, '')
left join machine_unit as u
    on u.m = p.m and u.unit = p.unit and u.product = coalesce(nullif(p.own_product, ''), o.product, '');

-- One row a class; ideal and standard seconds are rounded once, here (books 9, R25).
create or replace temp table pieces_fact as
select
    equipment,
    hour_from,
    day,
    shift,
    crew,
    order_id,
    product,
    account,
    case when class in ('scrap', 'rework', 'startup_reject') then reason else '' end as reason,
    class,
    case when class != 'inspected' then standard end as standard,
    flags,
    qty,
    case when class != 'inspected' then fast_seconds_of(qty, ideal_num, ideal_den, ideal_nano)::decimal(38, 9) end as ideal,
    case when class != 'inspected' then fast_seconds_of(qty, std_num, std_den, std_nano)::decimal(38, 9) end as std
from (
    select
        * exclude (said),
        case when factor = 1 then said else (said * factor::decimal(38, 6))::decimal(38, 6) end as qty
    from (
        select *, 'good' as class, good as said from sorted where good != 0
        union all
        select *, 'scrap', scrap from sorted where scrap != 0
        union all
        select *, 'rework', rework from sorted where rework != 0
        union all
        select *, 'startup_reject', startup_reject from sorted where startup_reject != 0
        union all
        select *, 'rest', rest from sorted where rest != 0
        union all
        select *, 'first_pass', first_pass from sorted where first_pass != 0
        union all
        select *, 'inspected', inspected from sorted where inspected != 0
    )
)
where qty is not null and qty != 0;
