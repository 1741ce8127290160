-- Pieces faster than can be (books 11, R53): ideal seconds beyond the time a machine may have run, by production day, shift
-- and product; never capped, kept as evidence and laid over the hours in which the pieces stand. Where products of pieces and
-- of time do not meet (no orders are told), all that is left is taken together.
-- Microseconds of seconds, the whole ones apart: a product of all digits of the largest has no room.
create or replace temp macro micros_of(seconds) as (
    trunc(seconds)::hugeint * 1000000 + ((seconds % 1) * 1000000)::hugeint
);

create or replace temp table outpaced as
with made as (
    select equipment, day, shift, product, sum(micros_of(ideal))::hugeint as ideal_us
    from pieces_fact
    where class in ('good', 'scrap', 'rework', 'startup_reject', 'rest') and ideal is not null
    group by all
    -- a total of 0 has no product that time could meet, whatever its classes say
    having sum(ideal) != 0
),

ran as (
    select equipment, day, shift, product, sum(us)::hugeint as us
    from time_fact
    where account in ('run', 'micro_stop', 'unknown')
    group by all
),

met as (
    select
        coalesce(made.equipment, ran.equipment) as equipment,
        coalesce(made.day, ran.day) as day,
        coalesce(made.shift, ran.shift) as shift,
        coalesce(made.product, ran.product) as product,
        made.product is not null and ran.product is not null as is_met,
        coalesce(made.ideal_us, 0) as ideal_us,
        coalesce(ran.us, 0) as us
    from made
    full join ran
        on
            ran.equipment = made.equipment
            and ran.day = made.day
            and ran.shift = made.shift
            and ran.product = made.product
)

select
    equipment,
    day,
    shift,
    is_met,
    case when is_met then product else '' end as product,
    sum(ideal_us)::hugeint as ideal_us,
    (sum(ideal_us) - sum(us))::hugeint as beyond_us,
    list(product) as products
from met
group by all
having sum(ideal_us) > sum(us);

insert into pieces_fact by name
select
    f.equipment,
    f.hour_from,
    f.day,
    f.shift,
    f.crew,
    f.order_id,
    f.product,
    f.account,
    '' as reason,
    'above_ideal' as class,
    null as standard,
    0 as flags,
    0::decimal(38, 6) as qty,
    case
        when greatest(o.ideal_us, abs(sum(micros_of(f.ideal)))) < 10000000000000000000
            then (sum(micros_of(f.ideal))::hugeint * o.beyond_us // o.ideal_us)::decimal(29, 0) * 0.000001
        else (sum(f.ideal)::double * (o.beyond_us::double / o.ideal_us::double))::decimal(38, 9)
    end as ideal
from pieces_fact as f
join (select * exclude (product, products), unnest(products) as product from outpaced) as o
    on
        o.equipment = f.equipment
        and o.day = f.day
        and o.shift = f.shift
        and o.product = f.product
where f.class in ('good', 'scrap', 'rework', 'startup_reject', 'rest') and f.ideal is not null
group by f.equipment, f.hour_from, f.day, f.shift, f.crew, f.order_id, f.product, f.account, o.beyond_us, o.ideal_us
having sum(micros_of(f.ideal)) != 0;

-- Pieces that a person typed and a signal counted in the same hour (R54): they stand twice; and where the person's count says
-- from when to when, by how much the two differ over a shift, in its last such hour.
create or replace temp table told_by_both as
select
    equipment,
    hour_from,
    day,
    shift,
    crew,
    order_id,
    product,
    account,
    class,
    sum(qty) filter (flags & flag('typed') != 0) as typed,
    coalesce(sum(qty) filter (flags & flag('typed') != 0 and flags & flag('from') != 0), 0) as covering,
    sum(qty) filter (flags & flag('typed') = 0) as signalled
from pieces_fact
semi join (
    select distinct equipment, hour_from from pieces_fact where flags & flag('typed') != 0
) as by_hand using (equipment, hour_from)
where class in ('good', 'scrap', 'rework', 'startup_reject', 'rest')
group by all
having typed > 0 and signalled > 0;

-- Nothing without: told_by_both
insert into pieces_fact by name
select
    equipment,
    hour_from,
    day,
    shift,
    crew,
    order_id,
    product,
    account,
    '' as reason,
    'told_twice' as class,
    null as standard,
    0 as flags,
    sum(least(typed, signalled))::decimal(38, 6) as qty
from told_by_both
group by all
union all by name
select
    equipment,
    max(hour_from) as hour_from,
    day,
    shift,
    crew,
    order_id,
    product,
    arg_max(account, (hour_from, account)) as account,
    '' as reason,
    'told_apart' as class,
    null as standard,
    0 as flags,
    abs(sum(covering) - sum(signalled))::decimal(38, 6) as qty
from told_by_both
where covering > 0
group by equipment, day, shift, crew, order_id, product, class
having sum(covering) != sum(signalled);
