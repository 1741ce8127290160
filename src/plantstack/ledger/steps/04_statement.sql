-- What was said about the machine's state; the opening carry is one more thing said, before the window.
-- An event is known by its offset here and below: a name for lineage, never an order.
create or replace temp table statement as
select
    e.log_offset as sid,
    e.m,
    e.t,
    e.until_at,
    e.state::state as state,
    nullif(e.reason, '') as reason,
    e.method = 'assumed' is true as assumed,
    e.method = 'placed' is true as placed,
    e.hid,
    e.told_at
from heard as e
join bounds as b on b.m = e.m
where
    e.kind = 'state'
    and e.slot in ('', 'base', 'cover')
    and e.t < b.until_at
    and (e.t >= b.from_at or e.slot != '');

-- Several statements at one instant are rare; only they pay for the full order of events (books 1).
create or replace temp table overruled as
select s.sid
from statement as s
semi join (
    select m, t from statement where until_at is null group by m, t having count(*) > 1
) as tie on tie.m = s.m and tie.t = s.t
join heard as e on e.log_offset = s.sid
where s.until_at is null
qualify row_number() over (
    partition by s.m, s.t
    order by e.rank desc, e.told_at desc, e.source desc, e.sequence desc nulls last, e.key desc
) > 1;

-- A statement without an end holds to the next one of any source; of several at one instant the last stands (R5).
create or replace temp table base as
select
    s.sid,
    s.m,
    s.hid,
    s.t,
    coalesce(lead(s.t) over (partition by s.m order by s.t), b.until_at) as held_until
from (from statement where until_at is null) as s
anti join overruled on overruled.sid = s.sid
join bounds as b on b.m = s.m;
