-- Good pieces at the exit of a line, in ideal seconds of the line's constraint: what line OEE is made of (books 9).
-- Standards hold from the start of a production day, so the day decides which one.
insert into pieces_fact by name
with leaving as (
    select s.*, d.from_at as day_at, line.constraint_machine
    from sorted as s
    join day as d on d.day = s.day
    join machine on machine.equipment = s.equipment and machine.site = d.site
    join line
        on
            line.exit_machine = s.equipment
            and line.constraint_machine != ''
            and line.from_at <= d.from_at
            and line.until_at > d.from_at
    where s.good != 0 and s.factor is not null
),

paced as (
    select x.constraint_machine, x.product, x.day_at, std.ideal_num, std.ideal_den
    from (select distinct constraint_machine, product, day_at from leaving) as x
    join standard as std
        on
            std.equipment = x.constraint_machine
            and std.product in (x.product, '')
            and std.from_at <= x.day_at
            and std.until_at > x.day_at
    qualify row_number() over (partition by x.constraint_machine, x.product, x.day_at order by std.product desc) = 1
)

select
    l.equipment,
    l.hour_from,
    l.day,
    l.shift,
    l.crew,
    l.order_id,
    l.product,
    l.account,
    '' as reason,
    'line_good' as class,
    null as standard,
    case when p.ideal_num is null then flag('without_standard') else 0 end as flags,
    (l.good * l.factor::decimal(38, 6))::decimal(38, 6) as qty,
    fast_seconds_of((l.good * l.factor::decimal(38, 6))::decimal(38, 6), p.ideal_num, p.ideal_den, null::bigint)::decimal(38, 9) as ideal
from leaving as l
left join paced as p
    on p.constraint_machine = l.constraint_machine and p.product = l.product and p.day_at = l.day_at;
