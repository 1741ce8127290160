-- How far the books of each site reach when no server says "now" (books 2, R1).
select
    home.site,
    max(
        greatest(
            e.at,
            case when e.kind = 'alive' then e.until_at end,
            case when e.kind = 'state' and e.until_at <= e.told_at then e.until_at end
        )
    ) as as_of
from event as e
join (
    select equipment, any_value(site) as site from placement where site != '' group by equipment
    union all
    select lane.lane_equipment, machine.site from lane join machine on machine.equipment = lane.equipment
) as home on home.equipment = e.equipment
where e.kind not in ('config', 'close', 'reopen', 'target', 'note')
group by home.site
