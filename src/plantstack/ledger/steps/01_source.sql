-- Who speaks: rank, person and silence limit of every source, by the first rule that matches (books 1 and 3).
create or replace temp table source as
select
    said.source,
    coalesce(first(rule.rank order by rule.place) filter (rule.place is not null), 10) as rank,
    coalesce(first(rule.person order by rule.place) filter (rule.place is not null), false) as person,
    first(rule.silence_us order by rule.place) filter (rule.place is not null) as silence_us,
    coalesce(first(rule.silence_none order by rule.place) filter (rule.place is not null), false) as silence_none
from (
    select distinct e.source from event as e
    union
    select c.source from carry as c
    union
    select p.source from plan_version as p
) as said
left join (select row_number() over () as place, r.* from source_rule as r) as rule
    on said.source glob rule.match
group by said.source;

-- The silence limit of a source on a machine; null where nothing is cut (R4). People have none: their
-- word holds to the end of the calendar span (R7).
create or replace temp table hearing as
select
    row_number() over () as hid,
    s.m,
    w.source,
    w.rank,
    w.person and not s.is_lane as person,
    case
        when s.is_lane or w.person or w.silence_none then null
        else coalesce(w.silence_us, machine.silence_us)
    end as limit_us,
    case
        when w.person or w.silence_none then machine.spread_us
        else coalesce(w.silence_us, machine.spread_us)
    end as spread_us
from scope as s
join machine on machine.equipment = s.machine
cross join source as w;

-- The whole order of events, for the few places where events compete (books 1).
create or replace temp view ranked as
select
    e.log_offset,
    source.rank,
    e.told_at,
    e.at as t,
    e.source,
    e.sequence,
    e.key
from (
    select * from event
    union all by name
    select * exclude (slot) from carry
) as e
join source on source.source = e.source;
