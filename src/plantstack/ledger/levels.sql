-- Levels: stocks that hold until the next word about them. Each day carries value x time; the first word holds from the
-- start of its production day. What finance says of a period stands in for a level nobody tells.
create or replace temp table level_told as
with told as (
    select
        s.equipment,
        s.site,
        s.as_of,
        account_of(told_text(s.body, 'name')) as name,
        s.product,
        s."at",
        s.told_at,
        s.source,
        s.key,
        told_number(s.body, 'value') as value,
        d.from_at as day_from
    from said as s
    asof join day as d on d.site = s.site and d.from_at <= s."at"
    where s.kind = 'level'
),

last_word as (
    select *
    from told
    qualify row_number() over (
        partition by equipment, name, product, "at" order by told_at desc, source desc, key desc
    ) = 1
)

select
    equipment,
    site,
    as_of,
    name,
    product,
    value,
    case when lag("at") over one_level is null then day_from else "at" end as from_at,
    coalesce(lead("at") over one_level, as_of) as until_at
from last_word
window one_level as (partition by equipment, name, product order by "at")
union all
select f.equipment, f.site, f.as_of, f.class, f.product, f.value, f.from_at, least(f.until_at, f.as_of)
from money_told as f
where
    f.kind = 'finance'
    and f.is_spread
    and f.class in (
        'inventory_value', 'receivable_value', 'payable_value', 'wip_value', 'capital_employed', 'rav', 'mro_value',
        'backlog_hours'
    )
    and not exists (
        select 1 from said as s
        where s.kind = 'level' and s.site = f.site and account_of(told_text(s.body, 'name')) = f.class
    );

-- Open work is a backlog, where nobody tells one: the estimates of orders agreed and not done.
insert into level_told
select
    w.equipment,
    w.site,
    w.as_of,
    'backlog_hours',
    '',
    w.hours_estimated,
    w.approved_at,
    coalesce(w.done_at, w.as_of)
from work_told as w
where
    w.approved_at is not null
    and w.hours_estimated is not null
    and not exists (
        select 1 from level_told as l where l.site = w.site and l.name = 'backlog_hours'
    );

insert into beside_level by name
with bucket as (
    select *, unnest(range(from_at // 86400000000, (until_at - 1) // 86400000000 + 1)) as bucket
    from level_told
    where until_at > from_at
),

day_bucket as (
    select *, unnest(range(from_at // 86400000000, (until_at - 1) // 86400000000 + 1)) as bucket from day
)

select
    l.equipment,
    l.name,
    l.product,
    d.day,
    l.value,
    greatest(l.from_at, d.from_at) as from_at,
    least(l.until_at, d.until_at) as until_at,
    (l.value::decimal(38, 6) * (least(l.until_at, d.until_at) - greatest(l.from_at, d.from_at)))::decimal(38, 6) as value_us
from bucket as l
join day_bucket as d
    on
        d.site = l.site
        and d.bucket = l.bucket
        and d.from_at < l.until_at
        and d.until_at > l.from_at
        and l.bucket = greatest(l.from_at, d.from_at) // 86400000000;

insert into told_name select equipment, 'level', name, min(from_at), null from level_told group by all;
