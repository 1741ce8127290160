-- Safety, projects, ideas, actions and problems: each thing under one name, told in phases.
insert into beside_row by name
select
    'safety' as kind,
    told_text(body, 'type') as class,
    equipment,
    site,
    "at" as from_at,
    "at" as until_at,
    "at" as counted_at,
    true as is_closed,
    '' as reason,
    order_id,
    product
from said
where kind = 'safety';

create or replace temp table named_step as
select
    s.*,
    s.kind || '/' || told_text(s.body, s.kind) as nid,
    lower(trim(s.phase)) as step,
    told_number(s.body, 'saving_per_year')::decimal(18, 4) as saving,
    told_number(s.body, 'cost_once')::decimal(18, 4) as cost_once,
    told_instant(s.body, 'due_at') as due_at
from said as s
where s.kind in ('project', 'action');

create or replace temp table project_word as
select
    *,
    case
        when step in ('started', 'start', 'opened') then 'started'
        when step in ('approved', 'claimed') then 'approved'
        when step in ('closed', 'done', 'finished', 'completed') then 'closed'
        when step in ('validated', 'signed') then 'validated'
        when step in ('realised', 'realized') then 'realised'
        when step in ('sustained', 'holds') then 'sustained'
        when step in ('not sustained', 'not_sustained', 'lost') then 'lost'
        when step in ('idea', 'proposed') then 'idea'
        when step in ('implemented') then 'implemented'
        else ''
    end as word
from named_step
where kind = 'project';

-- A word about a project counts when it is said first, with the money last named by it; checks count each time. The claim is
-- what was approved, else what was hoped for at the start; the cost is that of a project that was closed.
insert into beside_row by name
with project as (
    select
        nid,
        word,
        arg_min(equipment, ("at", told_at, source, key)) as equipment,
        any_value(site) as site,
        min("at") as first_at,
        arg_max(saving, ("at", told_at, source, key)) filter (saving is not null) as saving
    from project_word
    where word not in ('', 'sustained', 'lost')
    group by all
),

about as (
    select
        nid,
        arg_min(until_at, ("at", told_at, source, key)) filter (until_at is not null) as planned_at,
        arg_max(cost_once, ("at", told_at, source, key)) filter (cost_once is not null) as cost_once
    from project_word
    group by nid
),

claim as (
    select *
    from project
    where word in ('approved', 'started') and saving is not null
    qualify row_number() over (partition by nid order by word) = 1
),

counted as (
    select 'project' as kind, word as class, equipment, site, first_at as t, saving as amount from project
    union all
    select 'sustain_check', word, equipment, site, "at", null from project_word where word in ('sustained', 'lost')
    union all
    select 'project_on_time', '', p.equipment, p.site, p.first_at, null
    from project as p
    join about as a on a.nid = p.nid
    where p.word = 'closed' and p.first_at <= a.planned_at
    union all
    select 'saving_claimed', '', equipment, site, first_at, saving from claim
    union all
    select 'project_cost', '', p.equipment, p.site, p.first_at, a.cost_once
    from project as p
    join about as a on a.nid = p.nid
    where p.word = 'closed'
    union all
    select 'project_saving', case when c.saving is null or a.cost_once is null then 'unpriced' else '' end,
        p.equipment, p.site, p.first_at, c.saving
    from project as p
    join about as a on a.nid = p.nid
    left join claim as c on c.nid = p.nid
    where p.word = 'closed'
)

select
    kind,
    class,
    equipment,
    site,
    t as from_at,
    t as until_at,
    t as counted_at,
    true as is_closed,
    amount,
    '' as reason,
    '' as order_id,
    '' as product
from counted;

-- Actions: due at the date first agreed, closed when they were done; declined and expired ones are neither. A problem is
-- an action whose first phase says so; it recurs when the same was said of the same equipment within the repeat window.
create or replace temp table action_told as
select
    nid,
    any_value(site) as site,
    any_value(as_of) as as_of,
    arg_min(equipment, ("at", told_at, source, key)) as equipment,
    min("at") as opened_at,
    bool_or(step in ('problem', 'recorded')) as is_problem,
    coalesce(
        arg_min(coalesce(nullif(told_text(body, 'finding'), ''), nullif(lower(trim(told_text(body, 'text'))), '')),
            ("at", told_at, source, key)),
        ''
    ) as about,
    coalesce(arg_min(told_text(body, 'kpi'), ("at", told_at, source, key)) filter (told_text(body, 'kpi') != ''), '') as kpi,
    arg_min(due_at, ("at", told_at, source, key)) filter (due_at is not null) as due_at,
    min("at") filter (step in ('closed', 'done', 'finished', 'completed')) as closed_at,
    bool_or(step in ('declined', 'expired', 'cancelled', 'canceled', 'rejected')) as is_gone
from named_step
where kind = 'action'
group by nid;

insert into beside_row by name
with counted as (
    select
        'action' as kind,
        case when closed_at is null or due_at is null then '' when closed_at <= due_at then 'on_time' else 'late' end as class,
        equipment,
        site,
        opened_at as from_at,
        coalesce(closed_at, as_of) as until_at,
        closed_at is not null as is_closed
    from action_told
    where not is_gone or closed_at is not null
    union all
    select
        'action_due',
        case when closed_at <= due_at then 'on_time' else 'late' end,
        equipment,
        site,
        due_at,
        due_at,
        true
    from action_told
    where due_at <= as_of and (not is_gone or closed_at is not null)
    union all
    select
        'problem',
        case
            when
                about != ''
                and opened_at - lag(opened_at) over (partition by equipment, about order by opened_at, nid)
                <= repeat_window_us
                then 'recurring'
            else ''
        end,
        equipment,
        site,
        opened_at,
        opened_at,
        true
    from action_told
    cross join setting
    where is_problem
)

select
    c.*,
    greatest(until_at - 1, from_at) as counted_at,
    until_at - from_at as wall_us,
    '' as reason,
    '' as order_id,
    '' as product
from counted as c;
