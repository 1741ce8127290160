-- The changeovers of lines: from the last good piece of one product to the first of the next at the exit machine (books 3,
-- R37). One may last for days, so they are read off the finished books and not page by page.
insert into beside_span by name
with run as (
    select
        s.*,
        line.line,
        lag(s.product) over before as left_product,
        lag(s.until_at) over before as left_at
    from all_own_spans as s
    join line on line.exit_machine = s.equipment and line.from_at <= s.from_at and line.until_at > s.from_at
    where s.kind = 'good_run'
    window before as (partition by line.line order by s.from_at, s.until_at, s.product)
),

change as (
    select *, row_number() over () as cid, least(left_at, from_at) as begun_at
    from run
    where left_product != product
),

-- what the calendar or a plan took out of it, as a running total
idle as (
    select
        equipment,
        from_at,
        until_at,
        sum(until_at - from_at) over (partition by equipment order by from_at) - (until_at - from_at) as before_us
    from all_ledger
    where account in ('not_scheduled', 'planned_down') and equipment in (select exit_machine from line)
),

-- the most specific entry of the line's matrix, then of its default; else the machine's
standard as (
    select c.cid, x.standard_us
    from change as c
    left join product_class as f on f.product = c.left_product
    left join product_class as t on t.product = c.product
    join (
        select equipment, from_class, to_class, '' as product, standard_us, false as is_default from changeover
        union all
        select equipment, '*', '*', product, standard_us, true from changeover_default
    ) as x
        on
            x.equipment in (c.line, c.equipment)
            and x.from_class in ('*', f."class")
            and x.to_class in ('*', t."class")
            and (not x.is_default or x.product = c.product)
    qualify row_number() over (
        partition by c.cid
        order by x.equipment != c.line, x.is_default, x.to_class = '*', x.from_class = '*'
    ) = 1
)

select
    'line_changeover' as kind,
    c.equipment,
    '' as class,
    c.begun_at as from_at,
    c.from_at as until_at,
    c.from_at as counted_at,
    true as is_closed,
    (
        c.from_at
        - c.begun_at
        - coalesce(upto.before_us + least(c.from_at, upto.until_at) - upto.from_at, 0)
        + coalesce(start.before_us + least(c.begun_at, start.until_at) - start.from_at, 0)
    )::bigint as own_us,
    c.from_at - c.begun_at as wall_us,
    standard.standard_us as std_us,
    0 as flags,
    '' as reason,
    c.left_product as product_from,
    c.product as product_to,
    c.order_id,
    c.product,
    c.shift,
    c.crew,
    c.day,
    c.hour_from
from change as c
asof left join idle as start on start.equipment = c.equipment and start.from_at <= c.begun_at
asof left join idle as upto on upto.equipment = c.equipment and upto.from_at <= c.from_at
left join standard on standard.cid = c.cid;
