-- What owning functions said of stops: accepted or contested, the last word of each about one stop (ADR 5, W7).
create or replace temp table stop_reach as
select equipment, stop_at, max(until_at) as until_at
from all_ledger
where stop_at is not null
group by equipment, stop_at;

create or replace temp table verdict_said as
select
    coalesce(lane.equipment, e.equipment) as equipment,
    e.at,
    e.told_at,
    e.source,
    e.key,
    e.phase as verdict,
    json_extract_string(e.body, '$.owner') as owner,
    coalesce(e.reason, '') as instead,
    coalesce(json_extract_string(e.body, '$.text'), '') as "text",
    coalesce(
        (select r.rank from (select row_number() over () as place, * from source_rule) as r
        where e.source glob r."match" order by r.place limit 1),
        10
    ) as rank
from everything as e
anti join gone on gone.log_offset = e.log_offset
left join lane on lane.lane_equipment = e.equipment
where e.kind = 'verdict' and not e.void;

create or replace temp table verdict as
select v.equipment, s.stop_at, v.owner, v.verdict, v.instead, v."text", v.source, v.key, v.told_at
from verdict_said as v
asof join stop_reach as s on s.equipment = v.equipment and s.stop_at <= v.at
where s.until_at > v.at
qualify
    row_number() over (
        partition by v.equipment, s.stop_at, v.owner
        order by v.rank desc, v.told_at desc, v.at desc, v.source desc, v.key desc
    ) = 1;
