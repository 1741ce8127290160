-- How reasons came in: told long after what they explain, or many in one go, from memory (books 11, R51).
-- A reason is late when it is told more than an hour after the end of all it covers; it came in bulk when at least five
-- about the machine's production day were told by one source within a minute of it, each after the fact.
create or replace temp table entered as
with covering as (
    select c.rid, c.m, max(c.to_at) as to_at
    from cover_reason as c
    where c.role = 'symptom'
    group by c.rid, c.m
),

said as (
    select distinct c.rid, c.m, r.source, r.person, r.told_at, r.t, r.told_at > c.to_at + 3600000000 as is_late
    from covering as c
    join heard as r on r.log_offset = c.rid
),

together as (
    select s.rid, count(*) over near >= 5 as is_bulk
    from (from said where told_at >= t + 60000000) as s
    asof join machine_tile as tile on tile.m = s.m and tile.from_at <= s.t
    window near as (
        partition by s.m, s.source, tile.day
        order by s.told_at
        range between 60000000 preceding and 60000000 following
    )
)

select s.rid, s.person, s.is_late, coalesce(t.is_bulk, false) as is_bulk
from said as s
left join together as t on t.rid = s.rid;

-- Halts in which an alarm came up that the machine itself names as the first cause (R50).
create or replace temp table alarmed as
select distinct h.m, h.halt
from (select m, first_at as t from signal where is_first_out) as a
asof join halt as h on h.m = a.m and h.from_at <= a.t
where h.to_at > a.t;

-- Sources whose clock is off on a production day, by what they say of states (R52): half of it is said before it happens
-- (before it is told, before it is received), or all of it arrives more than a minute late and always as late; what is sent
-- in files comes now sooner, now later.
create or replace temp table skewed as
select e.hid, tile.day
from (from heard where kind = 'state' and slot = '') as e
join hearing as h on h.hid = e.hid
join bounds as b on b.m = e.m and b.until_at > e.t
asof join machine_tile as tile on tile.m = e.m and tile.from_at <= e.t
group by e.hid, tile.day
having
    quantile_disc(e.t - least(e.received_at, case when h.person then e.received_at else e.told_at end), 0.5) > 30000000
    or (
        count(*) >= 5
        and min(e.received_at - e.told_at) > 60000000
        and max(e.told_at) - min(e.told_at) >= 3600000000
        and quantile_disc(e.received_at - e.told_at, 0.9) - min(e.received_at - e.told_at) <= 60000000
    );
