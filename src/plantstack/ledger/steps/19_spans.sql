-- Things with a beginning and an end, counted where their last own microsecond lies (books 4, 9, R13, R20, R21).

-- Stops: class by the account with the most own seconds after the micro-stop move.
create or replace temp table stop_span as
with own as (
    select
        b.m,
        b.stop,
        b.account,
        b.shown_symptom as symptom,
        b.flags & flag('automatic') as automatic,
        b.to_at - b.from_at as us
    from booked as b
    where b.stop_at is not null
),

class as (
    select m, stop, account
    from (select m, stop, account, sum(us) as us from own group by all)
    qualify row_number() over (
        partition by m, stop
        order by
            us desc,
            list_position(
                ['breakdown', 'other_stop', 'micro_stop', 'waiting', 'planned_overrun'], account::varchar
            )
    ) = 1
),

why as (
    select m, stop, symptom, automatic
    from (
        -- automatic is what nobody has said of any part of it
        select m, stop, symptom, min(automatic) as automatic, sum(us) as us
        from own
        where symptom is not null
        group by m, stop, symptom
    )
    qualify row_number() over (partition by m, stop order by us desc, symptom) = 1
)

select
    'stop' as kind,
    s.m,
    class.account::varchar as class,
    s.from_at,
    s.to_at,
    s.to_at - 1 as counted_at,
    s.is_closed,
    s.own_us,
    s.to_at - s.from_at as wall_us,
    null::bigint as scheduled_us,
    null::bigint as hidden_us,
    null::bigint as std_us,
    coalesce(why.symptom, '') as reason,
    '' as product_from,
    '' as product_to,
    coalesce(why.automatic, 0) as flags
from stop as s
join class on class.m = s.m and class.stop = s.stop
left join why on why.m = s.m and why.stop = s.stop;

-- Changeovers: set-up pieces, bridged by planned time and by anything inside one implied set-up.
create or replace temp table changeover_span as
with span as (
    select
        p.m,
        min(p.from_at) as from_at,
        max(p.to_at) as to_at,
        sum(p.to_at - p.from_at)::bigint as own_us,
        p.changeover < last_one.changeover as is_closed
    from (from booked where account = 'setup') as p
    join (
        select m, max(changeover) as changeover from booked group by m
    ) as last_one on last_one.m = p.m
    group by p.m, p.changeover, last_one.changeover
)

select
    'changeover' as kind,
    s.m,
    '' as class,
    s.from_at,
    s.to_at,
    s.to_at - 1 as counted_at,
    s.is_closed,
    s.own_us,
    s.to_at - s.from_at as wall_us,
    null::bigint as scheduled_us,
    null::bigint as hidden_us,
    null::bigint as std_us,
    '' as reason,
    coalesce(before.product, '') as product_from,
    coalesce(after.product, '') as product_to,
    0 as flags
from span as s
asof left join order_span as before on before.m = s.m and before.from_at < s.from_at
asof left join order_span as after on after.m = s.m and after.from_at <= s.to_at;

-- Failures: from the first failing piece to the next in which the machine can run again.
create or replace temp table failure_span as
with begun as (
    -- what was planned is no failure yet, also where the reason of the whole halt is one
    select m, failure, min(from_at) as from_at
    from booked
    where is_failing and state is distinct from 'planned_stop'
    group by m, failure
),

part as (
    select p.*, b.from_at as begun_at
    from booked as p
    join begun as b on b.m = p.m and b.failure = p.failure and p.from_at >= b.from_at
),

span as (
    select
        p.m,
        p.failure,
        p.begun_at as from_at,
        max(p.to_at) as to_at,
        sum(case when p.account in ('not_scheduled', 'planned_down') then 0 else p.to_at - p.from_at end)::bigint
            as scheduled_us,
        sum(case when p.account in ('not_scheduled', 'planned_down', 'setup') then p.to_at - p.from_at else 0 end)::bigint
            as hidden_us,
        p.failure < last_one.failure as is_closed
    from part as p
    join (select m, max(failure) as failure from booked group by m) as last_one on last_one.m = p.m
    group by p.m, p.failure, p.begun_at, last_one.failure
),

why as (
    select m, failure, symptom
    from (
        select m, failure, symptom, sum(to_at - from_at) as us from part where symptom is not null group by all
    )
    qualify row_number() over (partition by m, failure order by us desc, symptom) = 1
)

select
    'failure' as kind,
    s.m,
    case when s.to_at - s.from_at >= b.failure_us then 'failure' else 'minor' end as class,
    s.from_at,
    s.to_at,
    s.to_at - 1 as counted_at,
    s.is_closed,
    s.to_at - s.from_at as own_us,
    s.to_at - s.from_at as wall_us,
    s.scheduled_us,
    s.hidden_us,
    null::bigint as std_us,
    coalesce(why.symptom, '') as reason,
    '' as product_from,
    '' as product_to,
    0 as flags
from span as s
join bounds as b on b.m = s.m
left join why on why.m = s.m and why.failure = s.failure;

-- Halts a rule spoke for (R56): whether its reason was kept, or a person gave the same one, or another. By the code of the rule.
-- Nothing without: ruled
create or replace temp table ruled_span as
select
    case
        when bool_or(said.person and t.symptom != r.reason) then 'rule_overridden'
        when bool_or(said.person) then 'rule_confirmed'
        else 'rule_kept'
    end as kind,
    r.m,
    r.code as class,
    min(t.from_at) as from_at,
    max(t.to_at) as to_at,
    max(t.to_at) - 1 as counted_at,
    r.to_at < b.until_at as is_closed,
    sum(t.to_at - t.from_at)::bigint as own_us,
    max(t.to_at) - min(t.from_at) as wall_us,
    null::bigint as scheduled_us,
    null::bigint as hidden_us,
    null::bigint as std_us,
    r.reason,
    '' as product_from,
    '' as product_to,
    0 as flags
from ruled as r
join bounds as b on b.m = r.m
join (from told where is_own) as t on t.m = r.m and t.halt = r.halt
left join entered as said on said.rid = t.rid
group by r.m, r.halt, r.code, r.reason, r.to_at, b.until_at
-- what a machine says itself of all of it leaves the rule nothing to say
having bool_or(said.person) or bool_or(t.rid = r.rid);

-- The standard time of a changeover: the most specific entry of the matrix, else the product's default.
-- Nothing without: changeover_span
create or replace temp table changeover_standard as
select c.m, c.from_at, x.standard_us
from changeover_span as c
join bounds as b on b.m = c.m
left join product_class as f on f.product = c.product_from
left join product_class as t on t.product = c.product_to
join (
    select equipment, from_class, to_class, '' as product, standard_us, 0 as is_default from changeover
    union all
    select equipment, '*', '*', product, standard_us, 1 from changeover_default
) as x
    on
        x.equipment = b.equipment
        and x.from_class in ('*', f."class")
        and x.to_class in ('*', t."class")
        and (x.is_default = 0 or x.product = c.product_to)
qualify row_number() over (
    partition by c.m, c.from_at
    order by x.is_default, x.to_class = '*', x.from_class = '*'
) = 1;

create or replace temp table spans_fact as
select
    s.kind,
    b.equipment,
    s.class,
    s.from_at,
    s.to_at as until_at,
    s.is_closed,
    s.own_us,
    s.wall_us,
    s.scheduled_us,
    s.hidden_us,
    case when s.kind = 'changeover' then std.standard_us end as std_us,
    null::decimal(38, 6) as qty,
    null::decimal(38, 6) as qty_matched,
    null::decimal(38, 6) as qty_edited,
    s.flags,
    s.reason,
    s.product_from,
    s.product_to,
    coalesce(o.order_id, '') as order_id,
    coalesce(o.product, '') as product,
    t.shift,
    t.crew,
    t.day,
    at_end.hour_from
from (
    from stop_span
    union all
    from changeover_span
    union all
    from failure_span
    union all
    from ruled_span
) as s
join bounds as b on b.m = s.m
join slice_hour as at_end
    on
        at_end.m = s.m
        and at_end.world_hour = s.counted_at // 3600000000
        and at_end.from_at <= s.counted_at
        and at_end.to_at > s.counted_at
join frame as f on f.fid = at_end.fid
join machine_tile as t on t.tid = f.tid
left join order_span as o on o.oid = f.oid
left join changeover_standard as std on std.m = s.m and std.from_at = s.from_at;
