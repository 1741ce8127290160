-- Counts with the instant at which their pieces were made: `at`, or just before it where they say `from`. A count at the end
-- of the window is placed in the piece of time that ends there (R3).
-- Those that cover more than the silence limit are spread later (books 6). They are most of what happens, so they are read once.
create or replace temp table counted as
select
    h.m,
    h.hid,
    e.at as t,
    e.from_at,
    case when e.from_at is null then e.at else e.at - 1 end as made_at,
    case when e.from_at is null then least(e.at, s.until_at - 1) else e.at - 1 end as placed_at,
    e.from_at is not null and e.at - e.from_at > h.spread_us as is_spread,
    e.order_id,
    e.product,
    e.reason,
    e.unit,
    machine.good_by_exception,
    e.total is not null as has_total,
    e.good is not null as has_good,
    e.first_pass is not null as has_first_pass,
    e.from_at is not null as has_from,
    h.person as is_typed,
    -- it says pieces, but not which of them are good
    case
        when e.good is not null or machine.good_by_exception then false
        else
            coalesce(e.total, coalesce(e.scrap, 0) + coalesce(e.rework, 0) + coalesce(e.startup_reject, 0) + coalesce(e.first_pass, 0))
            != coalesce(e.scrap, 0) + coalesce(e.rework, 0) + coalesce(e.startup_reject, 0)
    end as is_unjudged,
    e.total,
    e.good,
    -- what a total leaves that is neither good nor sorted otherwise was scrapped, where nobody says so himself (R39)
    coalesce(
        e.scrap,
        case
            when e.total is not null and e.good is not null
                then greatest(e.total - e.good - coalesce(e.rework, 0) - coalesce(e.startup_reject, 0), 0)::decimal(38, 6)
        end
    ) as scrap,
    e.rework,
    e.first_pass,
    e.startup_reject
from event as e
join hearing as h on h.equipment = e.equipment and h.source = e.source
join scope as s on s.m = h.m
join machine on machine.equipment = s.machine
where e.kind = 'count' and e.at <= s.until_at and (s.from_at is null or e.at >= s.from_at);
