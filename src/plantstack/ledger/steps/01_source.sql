-- Who was heard where; readings say nothing that the books hear.
create or replace temp table voice as
select equipment, source from logged where kind != 'reading'
union
select equipment, source from carry;

-- Who speaks: rank, person and silence limit of every source, by the first rule that matches (books 1 and 3).
create or replace temp table source as
select
    said.source,
    coalesce(first(rule.rank order by rule.place) filter (rule.place is not null), 10) as rank,
    coalesce(first(rule.person order by rule.place) filter (rule.place is not null), false) as person,
    first(rule.silence_us order by rule.place) filter (rule.place is not null) as silence_us,
    coalesce(first(rule.silence_none order by rule.place) filter (rule.place is not null), false) as silence_none
from (
    select source from voice
    union
    select source from plan_version
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
    s.equipment,
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
join voice as v on v.equipment = s.equipment
join source as w on w.source = v.source;
