-- Calendar, orders, set-ups, ramps and standards change seldom: first lay them over each other ...
create or replace temp table frame as
with point as (
    select m, from_at as t from machine_tile
    union
    select b.m, p.t
    from (
        select m, from_at as t from order_span
        union all
        select m, to_at from order_span
        union all
        select m, to_at from setup_span
        union all
        select m, from_at from ramp
        union all
        select m, to_at from ramp
        union all
        select m, t from cut_at cross join bounds
        union all
        select m, from_at from slot
        union all
        select m, until_at from slot
        union all
        select x.m, s.from_at from standard as s join bounds as x on x.equipment = s.equipment
        union all
        select x.m, s.until_at from standard as s join bounds as x on x.equipment = s.equipment
    ) as p
    join bounds as b on b.m = p.m
    where p.t > b.from_at and p.t < b.until_at
)

select
    row_number() over () as fid,
    p.m,
    p.t as from_at,
    tile.tid,
    case when o.to_at > p.t then o.oid end as oid,
    coalesce(s.to_at > p.t, false) as in_change,
    case when s.to_at > p.t then s.oid end as change,
    coalesce(r.to_at > p.t, false) as in_ramp,
    (select max(cut_at.t) from cut_at where cut_at.t <= p.t) as cut_from
from point as p
asof join machine_tile as tile on tile.m = p.m and tile.from_at <= p.t
asof left join order_span as o on o.m = p.m and o.from_at <= p.t
asof left join setup_span as s on s.m = p.m and s.from_at <= p.t
asof left join ramp as r on r.m = p.m and r.from_at <= p.t;

-- ... then cut the frame and the effective statements by each other: at every border what began last on either side.
create or replace temp table cut as
with point as (
    select m, from_at as t, fid, null as sid from frame
    union all
    -- no statement is 0 here, so that it too can be the last to begin
    select e.m, greatest(e.from_at, b.from_at), null, coalesce(e.sid, 0)
    from effective as e
    join bounds as b on b.m = e.m
    where e.to_at > b.from_at
),

border as (
    select m, t, max(fid) as fid, max(sid) as sid from point group by m, t
)

select
    row_number() over () as gid,
    piece.m,
    piece.from_at,
    coalesce(piece.to_at, b.until_at) as to_at,
    piece.fid,
    nullif(piece.sid, 0) as sid
from (
    select
        m,
        t as from_at,
        lead(t) over upto as to_at,
        last_value(fid ignore nulls) over upto as fid,
        last_value(sid ignore nulls) over upto as sid
    from border
    window upto as (partition by m order by t)
) as piece
join bounds as b on b.m = piece.m;
