-- Labour: the hours of a stretch over its working time, hours without a stretch at their instant.
create or replace temp table labour_told as
select
    s.log_offset,
    s.equipment,
    s.site,
    s.at,
    s.order_id,
    s.product,
    s.until_at > s.from_at is true as is_spread,
    told_text(s.body, 'crew') as crew,
    unnest(['labour_paid', 'labour_worked']) as kind,
    unnest([told_number(s.body, 'hours_paid'), told_number(s.body, 'hours_worked')]) as hours
from said as s
where s.kind = 'labour';

insert into beside_row by name
with part as (
    select
        l.* exclude ("at", is_spread),
        p.from_at,
        p.until_at,
        of_millionths(part_of(millionths(l.hours), p.before_us, p.upto_us, p.whole_us)) as qty
    from labour_told as l
    join divided_part as p on p.fid = l.log_offset
    where l.is_spread
    union all by name
    select * exclude ("at", is_spread), "at" as from_at, "at" as until_at, hours as qty from labour_told where not is_spread
)

select
    p.kind,
    coalesce(r.role, '') as class,
    p.equipment,
    p.site,
    p.from_at,
    p.until_at,
    greatest(p.until_at - 1, p.from_at) as counted_at,
    true as is_closed,
    p.qty,
    '' as reason,
    p.order_id,
    p.product,
    p.crew as own_crew
from part as p
left join crew_role as r on r.crew = p.crew
where p.qty is not null;

-- Heads x scheduled time; and one day of work for each head of a whole shift.
insert into beside_row by name
with part as (
    select h.*, p.from_at as part_from, p.until_at as part_until, p.weight, p.whole_us
    from heads_told as h
    join divided_part as p on p.fid = h.log_offset
)

select * exclude (heads)
from (
    select
        unnest(['heads_present', 'heads_needed']) as kind,
        unnest([present, needed]) as heads,
        '' as class,
        equipment,
        site,
        part_from as from_at,
        part_until as until_at,
        part_until - 1 as counted_at,
        true as is_closed,
        (heads * weight)::bigint as own_us,
        '' as reason,
        order_id,
        product,
        crew as own_crew
    from part
)
where heads is not null;
