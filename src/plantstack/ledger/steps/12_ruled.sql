-- Halts that have the reason of an alarm rule: none, where a plant has no rules (see 12_ruled_by_alarm).
create or replace temp table ruled (
    m integer, halt bigint, rid bigint, code varchar, reason varchar, from_at bigint, to_at bigint
);
