-- Hours that the good pieces were worth, where the standard says how many people it stands on; in the cell of the pieces.
insert into beside_span by name
select
    'earned' as kind,
    '' as class,
    p.equipment,
    p.hour_from as from_at,
    p.hour_from as until_at,
    p.hour_from as counted_at,
    true as is_closed,
    least(sum(coalesce(p.std, p.ideal) * c.crew * 1000000), 9000000000000000000)::bigint as own_us,
    0 as flags,
    '' as reason,
    p.order_id,
    p.product,
    p.shift,
    p.crew,
    p.day,
    p.hour_from
from all_pieces_fact as p
join standard_crew as c on c.standard = p.standard
where p."class" = 'good' and coalesce(p.std, p.ideal) is not null
group by all;
