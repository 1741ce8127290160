-- What happened beside the machines: the events that no page holds, as they stand, and the clocks of all equipment.
-- Families of facts (calls, quality, people, ...) read `said` and write `beside_row`; the last step, beside_cells.sql,
-- lays each row into its day, shift, crew and hour.
create or replace temp macro part_of(units, before_us, until_us, whole_us) as
    sign(units)::hugeint * (
        (2 * abs(units)::hugeint * until_us + whole_us) // (2 * whole_us::hugeint)
        - (2 * abs(units)::hugeint * before_us + whole_us) // (2 * whole_us::hugeint)
    );

-- Whole units of the sixth decimal; an amount of a trillion has eighteen of them.
create or replace temp macro millionths(x) as (x::decimal(38, 6) * 1000000)::hugeint;
create or replace temp macro of_millionths(n) as (n::decimal(31, 0) * 0.000001::decimal(7, 6))::decimal(18, 6);
create or replace temp macro of_money(n) as (n::decimal(31, 0) * 0.0001::decimal(5, 4))::decimal(18, 4);

create or replace temp macro told_text(body, name) as coalesce(json_extract_string(body, '$.' || name), '');
create or replace temp macro told_number(body, name) as
    try_cast(json_extract_string(body, '$.' || name) as decimal(18, 6));
create or replace temp macro told_instant(body, name) as
    epoch_us(try_cast(json_extract_string(body, '$.' || name) as timestamptz));

create or replace temp table home_site as
select equipment, any_value(site) as site from placement group by equipment
union all
select '', min(site) from site;

-- An event of a lane belongs to its machine; one without equipment to the whole group, on the clock of its first site.
create or replace temp table said as
select
    e.log_offset,
    e.kind,
    coalesce(lane.equipment, e.equipment) as equipment,
    home.site,
    reach.as_of,
    e.at,
    e.told_at,
    e.source,
    e.key,
    e.order_id,
    e.product,
    e.from_at,
    e.until_at,
    coalesce(e.phase, '') as phase,
    e.qty,
    e.body
from everything as e
anti join gone on gone.log_offset = e.log_offset
left join lane on lane.lane_equipment = e.equipment
join home_site as home on home.equipment = coalesce(lane.equipment, e.equipment)
join site_reach as reach on reach.site = home.site
where e.kind in (select kind from said_kind) and not e.void and e.at <= reach.as_of;

-- Where nobody wrote a calendar, a production day is one stretch without a shift.
create or replace temp table beside_tile as
select calendar, from_at, until_at, day, shift, crew, scheduled and break_reason = '' as is_working, zone_off_us
from tile
union all
select
    '@' || d.site,
    d.from_at,
    d.until_at,
    d.day,
    '',
    '',
    true,
    epoch_us(d.day::timestamp)
    + split_part(s.day_start, ':', 1)::bigint * 3600000000
    + split_part(s.day_start, ':', 2)::bigint * 60000000
    - d.from_at
from day as d
join site as s on s.site = d.site;

create or replace temp table beside_calendar as
select equipment, calendar, from_at, until_at from machine_calendar
union all
select equipment, calendar, from_at, until_at from place_calendar;

create or replace temp table beside_row (
    kind varchar,
    class varchar,
    equipment varchar,
    site varchar,
    from_at bigint,
    until_at bigint,
    counted_at bigint,
    is_closed boolean,
    own_us bigint,
    wall_us bigint,
    qty decimal(18, 6),
    amount decimal(18, 4),
    reason varchar,
    order_id varchar,
    product varchar,
    own_crew varchar
);

-- Accounts, figures and levels by name: of what they were ever told, and since when; figures of finance speak of their
-- periods and of no other time, so they reach only so far.
create or replace temp table told_name (
    equipment varchar,
    kind varchar,
    name varchar,
    since_at bigint,
    reach_at bigint
);

-- Levels by production day: value x microseconds.
create or replace temp table beside_level (
    equipment varchar,
    name varchar,
    product varchar,
    day varchar,
    value decimal(18, 6),
    from_at bigint,
    until_at bigint,
    value_us decimal(38, 6)
);

-- What is said of a stretch of time and has to be divided over it, in whole units of the sixth or fourth decimal.
-- `weighs_work`: by scheduled time outside breaks, where there is any; else by all of its time.
create or replace temp table divided (
    fid bigint,
    equipment varchar,
    site varchar,
    as_of bigint,
    from_at bigint,
    until_at bigint,
    weighs_work boolean,
    by_day boolean
);
