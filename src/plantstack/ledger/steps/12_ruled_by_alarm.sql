-- What the plant's rules make of the alarm a halt begins with (R55): of the alarms within reach of the start of a halt the one
-- the machine calls first out, else the first in the order of events; of several rules for it the one that fits best.
-- Nothing without: alarm_rule
insert into ruled by name
with spoken as (
    select
        s.m,
        e.log_offset as rid,
        e.at as t,
        h.rank,
        e.told_at,
        e.source,
        e.sequence,
        e.key,
        coalesce(json_extract_string(e.body, '$.first_out') = 'true', false) as is_first_out,
        rule.code,
        rule.reason,
        rule.within_us,
        rule.from_at,
        rule.until_at,
        rule.place,
        -- ten minutes is as far as any rule reaches: halts are looked for in the buckets it touches
        unnest(
            range((e.at - rule.within_us) // 600000000, (e.at + rule.within_us) // 600000000 + 1)
        ) as bucket
    from alarm_rule as rule
    join scope as s on s.equipment = rule.equipment
    join (from event where kind = 'alarm' and phase = 'on') as e
        on e.equipment = rule.equipment and e.code glob rule.code
    join hearing as h on h.m = s.m and h.source = e.source
    where e.at <= s.until_at and (s.from_at is null or e.at >= s.from_at - rule.within_us)
)

select h.m, h.halt, a.rid, a.code, a.reason, h.from_at, h.to_at
from (select *, from_at // 600000000 as bucket from halt) as h
join spoken as a
    on
        a.m = h.m
        and a.bucket = h.bucket
        and h.from_at between a.t - a.within_us and a.t + a.within_us
        and h.from_at >= a.from_at
        and h.from_at < a.until_at
qualify row_number() over (
    partition by h.m, h.halt
    order by a.is_first_out desc, a.t, a.rank, a.told_at, a.source, a.sequence nulls first, a.key, a.place
) = 1;
