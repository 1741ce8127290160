"""Events with a length: given with the event, or laid back to back at the end of a parent.

Both work on the `spoken` query of a rule, which has the length in column `span`.
"""

from __future__ import annotations

from plantstack.connectors.mapping.rules import RuleQuery
from plantstack.connectors.mapping.sql import quoted
from plantstack.events.kinds import FIELDS

PLACED = "placed"


def event_query(query: RuleQuery) -> tuple[str, tuple[str, ...]]:
    """The final SQL of a rule without a counter, and the event columns it gives."""
    if query.rule.placed is not None:
        return _placed(query)
    if query.rule.lasting is not None:
        return _lasting(query)
    return query.spoken, query.columns


def _lasting(query: RuleQuery) -> tuple[str, tuple[str, ...]]:
    start = '"at" - span' if query.rule.is_end else '"at"'
    made = _ends(query, start, f"{start} + span")
    if "until_at" in made:
        made["at"] = start
    columns = tuple(dict.fromkeys([*query.columns, *made]))
    return f"SELECT row, nth, {_shown(columns, made)} FROM ({query.spoken}) WHERE {_stays(query)}", columns


def _placed(query: RuleQuery) -> tuple[str, tuple[str, ...]]:
    """Lay the parts of a parent back to back so that the last one ends with it (BOOKS 14)."""
    made = _ends(query, "start", "start + span")
    made.setdefault("at", "start")
    if "method" in FIELDS[query.rule.kind] and "method" not in query.columns:
        made["method"] = f"'{PLACED}'"
    columns = tuple(dict.fromkeys([*query.columns, *made]))
    later = "sum(span) OVER (PARTITION BY parent ORDER BY nth DESC)"
    laid = f"SELECT *, (parent_until - {later})::BIGINT AS start FROM ({query.spoken}) WHERE {_stays(query)}"
    return f"SELECT row, nth, {_shown(columns, made)} FROM ({laid})", columns


def too_long_query(query: RuleQuery) -> str:
    """Rows whose parts do not fit into their parent."""
    total, room = "sum(span) OVER (PARTITION BY parent) AS total", "parent_until - parent_from AS room"
    parts = f"SELECT row, nth, {total}, {room}"
    return f"SELECT row, nth FROM ({parts} FROM ({query.spoken})) WHERE total > coalesce(room, 0)"


def _stays(query: RuleQuery) -> str:
    """A statement of no length says nothing; pieces stay pieces."""
    return "span > 0" if "until" in FIELDS[query.rule.kind] else "true"


def _ends(query: RuleQuery, start: str, end: str) -> dict[str, str]:
    """A kind with `until` is told when it starts; a count or a meter when it ends."""
    known = FIELDS[query.rule.kind]
    if "until" not in known:
        return {"from_at": f"CASE WHEN span > 0 THEN {start} END", "at": end}
    made = {"until_at": end}
    if "from" in known and "from_at" not in query.columns:
        made["from_at"] = start
    return made


def _shown(columns: tuple[str, ...], made: dict[str, str]) -> str:
    return ", ".join(f"{made.get(name, quoted(name))} AS {quoted(name)}" for name in columns)
