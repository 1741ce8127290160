-- Money booked to accounts, and what finance says of whole periods; in the currency of the site. Accounts are the classes of
-- the books by name; each amount is in one class only, and what no class claims is kept apart.
create or replace temp macro account_of(name) as
    regexp_replace(regexp_replace(lower(trim(name)), '[ -]+', '_', 'g'), '^cost_', '');

create or replace temp table account_class as
from (
    values
    ('material'), ('labour'), ('overhead'), ('energy'), ('variable_other'),
    ('maintenance'), ('maintenance_labour'), ('maintenance_material'), ('maintenance_contract'),
    ('prevention'), ('appraisal'), ('internal_failure'), ('external_failure'), ('revenue'), ('mro_issued')
) as classes (account);

create or replace temp table money_told as
with told as (
    select
        s.*,
        replace(account_of(told_text(s.body, case s.kind when 'cost' then 'account' else 'name' end)), 'maint_', 'maintenance_')
            as written,
        told_number(s.body, case s.kind when 'cost' then 'amount' else 'value' end) as value
    from said as s
    where s.kind in ('cost', 'finance')
),

named as (
    select * replace (case written when 'maint' then 'maintenance' else written end as written) from told
)

select
    n.* exclude (written, kind),
    n.kind as said_as,
    -- finance speaks of an account only where nobody books it
    case
        when n.kind = 'cost' then 'cost'
        when c.account is not null and b.written is null then 'cost'
        else 'finance'
    end as kind,
    case when n.kind = 'cost' and c.account is null then 'unclassed' else n.written end as class,
    n.until_at > n.from_at is true as is_spread
from named as n
left join account_class as c on c.account = n.written
left join (select distinct site, written from named where kind = 'cost') as b
    on b.site = n.site and b.written = n.written
where n.value is not null;

insert into divided
select log_offset, equipment, site, as_of, from_at, until_at, false, true from money_told where is_spread;
