-- Quality events: an event is counted when it was raised; the pieces of a hold where they were made, if that was said; a
-- hold is open until as many pieces of its lot were released.
create or replace temp table quality_told as
select
    s.*,
    told_text(s.body, 'type') as type,
    coalesce(nullif(told_text(s.body, 'lot'), ''), s.key) as lot,
    told_instant(s.body, 'made_from') as made_from,
    told_instant(s.body, 'made_until') as made_until
from said as s
where s.kind = 'quality_event';

insert into divided
select log_offset, equipment, site, as_of, made_from, made_until, true, false
from quality_told
where type = 'hold' and made_until > made_from and made_from < as_of;

insert into beside_row by name
select
    'quality_event' as kind,
    type as class,
    equipment,
    site,
    "at" as from_at,
    "at" as until_at,
    "at" as counted_at,
    true as is_closed,
    qty,
    '' as reason,
    order_id,
    product
from quality_told
where type != 'release';

-- A complaint that names no pieces weakens every number of pieces complained of.
insert into beside_row by name
select
    'complaint_unsized' as kind,
    '' as class,
    equipment,
    site,
    "at" as from_at,
    "at" as until_at,
    "at" as counted_at,
    true as is_closed,
    '' as reason,
    order_id,
    product
from quality_told
where type = 'complaint' and qty is null;

insert into beside_row by name
with held as (
    select
        log_offset,
        equipment,
        site,
        as_of,
        lot,
        "at",
        qty,
        order_id,
        product,
        sum(qty) over (partition by site, lot order by "at", told_at, source, key rows unbounded preceding) as upto
    from quality_told
    where type = 'hold'
),

released as (
    select
        site,
        lot,
        "at",
        qty,
        sum(qty) over (partition by site, lot order by "at", told_at, source, key rows unbounded preceding) as upto
    from quality_told
    where type = 'release'
),

decided as (
    select h.*, min(r.at) as released_at
    from held as h
    left join released as r
        on
            r.site = h.site
            and r.lot = h.lot
            and r.at >= h.at
            and (r.qty is null or h.qty is null or r.upto >= h.upto)
    group by all
)

select
    'hold' as kind,
    '' as class,
    equipment,
    site,
    "at" as from_at,
    coalesce(released_at, as_of) as until_at,
    coalesce(released_at, as_of) as counted_at,
    released_at is not null as is_closed,
    until_at - from_at as wall_us,
    qty,
    '' as reason,
    order_id,
    product
from decided;
