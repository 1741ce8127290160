-- What the next page of a machine starts from (books 7): a start value, not an event.
create or replace temp table border as
select b.m, b.equipment, d.day, d.until_at as t
from bounds as b
join day as d on d.site = b.site and d.until_at > b.from_at and d.until_at <= b.until_at;

create or replace temp table carried as
-- a statement that silence has ended holds no more, whatever sign of life comes after the border
select border.m, border.day, 'base' as slot, k.sid as log_offset
from border
asof join known as k on k.m = border.m and k.from_at < border.t
where k.known_until > border.t
union all
select border.m, border.day, 'cover', c.sid
from border
join cover as c on c.m = border.m and c.from_at < border.t and c.to_at > border.t
union all
select border.m, border.day, 'order', o.oid
from border
asof join order_span as o on o.m = border.m and o.from_at < border.t
union all
select o.m, o.day, 'order_before', before.oid
from (
    select border.m, border.day, o.from_at
    from border
    asof join order_span as o on o.m = border.m and o.from_at < border.t
) as o
asof join order_span as before on before.m = o.m and before.from_at < o.from_at
union all
select border.m, border.day, 'reason', g.rid
from border
join (from given where from_at is not null) as g on g.m = border.m and g.t < border.t and g.until_at > border.t
union all
select o.m, o.day, 'order', o.ended_by
from (
    select border.m, border.day, o.ended_by
    from border
    asof join order_span as o on o.m = border.m and o.from_at < border.t
    where o.ended_by is not null and o.to_at < border.t
) as o
union all
-- the end of the order before, without which its next start would be a repetition
select o.m, o.day, 'order_before', before.ended_by
from (
    select border.m, border.day, o.from_at
    from border
    asof join order_span as o on o.m = border.m and o.from_at < border.t
) as o
asof join order_span as before on before.m = o.m and before.from_at < o.from_at
where before.ended_by is not null;

-- Nothing may be open over the border of a page from which a derivation can start.
create or replace temp table page as
select
    border.equipment,
    border.day,
    border.t as until_at,
    border.t < b.until_at
    and coalesce(halt.to_at, 0) <= border.t
    and coalesce(changeover.to_at, 0) <= border.t
    and coalesce(changeover.is_closed, true)
    and coalesce(failure.to_at, 0) <= border.t
    and coalesce(setup.to_at, 0) <= border.t
    and coalesce(ramp.to_at, 0) <= border.t
    and open_count.m is null
    and open_slot.m is null
    and open_reason.m is null as is_settled
from border
join bounds as b on b.m = border.m and not b.is_lane
asof left join halt on halt.m = border.m and halt.from_at < border.t
asof left join changeover_span as changeover on changeover.m = border.m and changeover.from_at < border.t
asof left join failure_span as failure on failure.m = border.m and failure.from_at < border.t
asof left join (
    select s.m, s.from_at, case when s.has_good then s.to_at else o.to_at end as to_at
    from setup_span as s
    join order_span as o on o.oid = s.oid
) as setup on setup.m = border.m and setup.from_at < border.t
asof left join ramp on ramp.m = border.m and ramp.from_at <= border.t
left join (
    select distinct c.m, border.t
    from spread_count as c
    join border on border.m = c.m and c.from_at < border.t and c.t > border.t
) as open_count on open_count.m = border.m and open_count.t = border.t
left join (
    select distinct s.m, border.t
    from slot as s
    join border on border.m = s.m and s.from_at < border.t and s.until_at > border.t
) as open_slot on open_slot.m = border.m and open_slot.t = border.t
left join (
    select distinct g.m, border.t
    from (from given where from_at is not null) as g
    -- told on another day than it speaks of, it is counted there and meets its halts here
    join border
        on border.m = g.m and least(g.from_at, g.t) < border.t and greatest(g.until_at, g.t + 1) > border.t
) as open_reason on open_reason.m = border.m and open_reason.t = border.t;

-- The last sign of life before a border, of the source whose word holds there. An interval of being alive, or a thinned
-- sign, may reach beyond the border: it is one sign all the way, and what changes it derives from an earlier border.
create or replace temp table carried_sign as
select border.m, border.day, h.source, least(r.last_at, border.t) as first_at, r.last_at
from border
asof join base on base.m = border.m and base.t < border.t
join hearing as h on h.hid = base.hid
asof join (
    select hid, first_at, max(last_at) over (partition by hid order by first_at rows unbounded preceding) as last_at
    from reach
) as r on r.hid = base.hid and r.first_at < border.t;

create or replace temp table carry_out as
select '' as day, * from carry where false
union all by name
select
    b.equipment,
    s.day,
    'sign' as slot,
    'alive' as kind,
    s.last_at as at,
    s.last_at as told_at,
    s.source,
    '' as key,
    false as void,
    '' as order_id,
    '' as product,
    s.first_at as from_at,
    s.last_at as until_at,
    0::bigint as log_offset,
    0::bigint as received_at
from carried_sign as s
join bounds as b on b.m = s.m
union all by name
-- only what the steps read of it
select
    b.equipment,
    c.day,
    c.slot,
    e.log_offset,
    0::bigint as received_at,
    e.kind,
    e.t as at,
    e.told_at,
    e.source,
    e.sequence,
    e.key,
    false as void,
    e.order_id,
    e.product,
    e.from_at,
    e.until_at,
    e.state,
    e.method,
    e.reason,
    e.role,
    e.phase
from carried as c
join bounds as b on b.m = c.m
join (
    select distinct * exclude (slot) from heard semi join carried using (log_offset)
) as e on e.log_offset = c.log_offset;
