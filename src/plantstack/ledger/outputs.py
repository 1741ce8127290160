"""The tables a derivation leaves behind, column by column: what the lake holds and measures read.

Instants and durations are microseconds (UTC), text is never null, `day` is the production day as an ISO
date, `flags` are the bits of `plantstack.ledger.rules`.
"""

from __future__ import annotations

from plantstack.events.schema import EVENT

_CELL = """
equipment varchar, hour_from bigint, day varchar, shift varchar, crew varchar, order_id varchar,
product varchar, account varchar, reason varchar
"""
_DAY_CELL = _CELL.replace("hour_from bigint,", "")
_SUMMED = "class varchar, flags integer, qty decimal(38, 6), ideal decimal(38, 9), std decimal(38, 9)"

_EVENT_TYPES = {"int64": "bigint", "string": "varchar", "bool": "boolean", "double": "double"}


def _event_columns() -> str:
    types = ((field.name, str(field.type)) for field in EVENT if field.name != "equipment")
    return ", ".join(f'"{name}" {_EVENT_TYPES.get(kind, "decimal(18, 6)")}' for name, kind in types)


# One row a stretch of time of a machine in one account; every microsecond once.
LEDGER = """
equipment varchar, from_at bigint, until_at bigint, day varchar, shift varchar, crew varchar,
order_id varchar, product varchar, state varchar, account varchar, reason varchar, cause varchar,
stop_at bigint, is_open boolean, flags integer, state_offset bigint, reason_offset bigint, order_offset bigint
"""

# A thing with a beginning and an end, counted whole in the page and hour of its last own microsecond.
SPANS = """
kind varchar, equipment varchar, class varchar, from_at bigint, until_at bigint, is_closed boolean,
own_us bigint, wall_us bigint, scheduled_us bigint, hidden_us bigint, std_us bigint,
qty decimal(38, 6), qty_matched decimal(38, 6), qty_edited decimal(38, 6), flags integer, reason varchar,
product_from varchar, product_to varchar, order_id varchar, product varchar, shift varchar, crew varchar,
day varchar, hour_from bigint
"""

# What the steps make, page by page.
DERIVED = {
    "ledger": LEDGER,
    "time_fact": f"{_CELL}, flags integer, us bigint",
    "pieces_fact": f"{_CELL}, class varchar, standard bigint, flags integer, qty decimal(38, 6), "
    "ideal decimal(38, 9), std decimal(38, 9)",
    "spans_fact": SPANS,
    "page": "equipment varchar, day varchar, until_at bigint, is_settled boolean",
    "carry_out": f"equipment varchar, day varchar, slot varchar, {_event_columns()}",
}

# The same sums by production day, so that a year is read in one sweep.
SUMMED = {
    "time_day": f"{_DAY_CELL}, flags integer, us bigint",
    "pieces_day": f"{_DAY_CELL}, {_SUMMED}",
}

SUM_UP = {
    "time_day": """
        select equipment, day, shift, crew, order_id, product, account, reason, flags, sum(us)::bigint as us
        from {time_fact} group by all
    """,
    "pieces_day": """
        select
            equipment, day, shift, crew, order_id, product, account, reason, class, flags,
            sum(qty)::decimal(38, 6) as qty,
            sum(ideal)::decimal(38, 9) as ideal,
            sum(std)::decimal(38, 9) as std
        from {pieces_fact} group by all
    """,
}

PAGED = {**DERIVED, **SUMMED}
