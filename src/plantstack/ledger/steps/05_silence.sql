-- Signs of life, also those shortly before the window, thinned: those that begin in one bucket no wider than the limit
-- leave no gap that is too long, so only the first and the last of a bucket matter. People speak seldom; all their signs
-- are kept.
create or replace temp table sign as
select
    h.hid,
    min(e.first_at - case when h.person then e.before_us else 0 end) as first_at,
    max(e.last_at - case when h.person then e.before_us else 0 end) as last_at,
    any_value(h.limit_us) as limit_us,
    any_value(h.person) as person
from (
    -- a person's sheet that ends with the shift speaks of that shift, not of the next (R7)
    select hid, t as first_at, t as last_at, has_from::int as before_us from counted
    union all
    select hid, t, t, 0 from heard where kind = 'state' and slot = ''
    union all
    select hid, first_at, last_at, 0 from signal
) as e
join hearing as h on h.hid = e.hid
where h.limit_us is not null or h.person
group by h.hid, case when h.person then e.first_at - e.before_us else e.first_at // greatest(h.limit_us, 1) end;

-- How far a sign carries trust: a machine's by its limit, a person's to the end of the calendar span.
create or replace temp table reach as
select
    hid,
    first_at,
    last_at,
    last_at as trusted_until,
    last_at + limit_us as reach
from sign
where not person
union all
select
    s.hid,
    s.first_at,
    s.last_at,
    c.until_at,
    c.until_at
from (from sign where person) as s
join hearing as h on h.hid = s.hid
asof join calendar_span as c on c.m = h.m and c.from_at <= s.last_at;

-- From where to where a source was silent for longer than its limit.
create or replace temp table gap as
select
    hid,
    trusted_until as from_at
from (
    select
        r.hid,
        max(r.trusted_until) over earlier as trusted_until,
        max(r.reach) over earlier as reach,
        coalesce(lead(r.first_at) over (partition by r.hid order by r.first_at), b.until_at) as next_at
    from reach as r
    join hearing as h on h.hid = r.hid
    join bounds as b on b.m = h.m
    window earlier as (
        partition by r.hid order by r.first_at rows between unbounded preceding and current row
    )
)
where next_at > reach;

-- A base is known until its own source falls silent, then unknown to the next base of any source (R6).
create or replace temp table known as
select
    base.sid,
    base.m,
    base.t as from_at,
    least(base.held_until, gap.from_at) as known_until,
    base.held_until
from base
asof left join gap on gap.hid = base.hid and gap.from_at >= base.t;
