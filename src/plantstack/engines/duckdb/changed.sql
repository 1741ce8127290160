-- Which machine's time an event touches: since the last derivation new, or standing now and not then.
-- An alarm touches the halts that begin within the reach of alarm rules. A plan of a line is booked at its exit machine; lanes belong to their machine.
with touched as (
    select e.*
    from everything as e
    where e.log_offset > $offset and e.kind in (select unnest($kinds))
    union all
    select e.*
    from everything as e
    semi join (
        (select log_offset from gone except select log_offset from was_gone)
        union all
        (select log_offset from was_gone except select log_offset from gone)
    ) as moved on moved.log_offset = e.log_offset
    where e.log_offset <= $offset and e.kind in (select unnest($kinds))
),

home as (
    select equipment as name, equipment from machine
    union all
    select lane_equipment, equipment from lane
    union all
    select distinct line, exit_machine from line where exit_machine != ''
)

select
    home.equipment,
    min(least(e.at, coalesce(e.from_at, e.at)) - case when e.kind = 'alarm' then $reach else 0 end) as from_at,
    max(greatest(e.at, coalesce(e.until_at, e.at)) + case when e.kind = 'alarm' then $reach else 0 end) as until_at
from touched as e
join home on home.name = e.equipment
group by home.equipment, e.at // 86400000000
