"""The Arrow schemas of the plant tables: all that the ledger and the measures read of a plant.

Instants are microseconds UTC, spans half-open, open ends far away; text is never null ('' = none).
"""

from __future__ import annotations

import pyarrow as pa

PACE = pa.decimal128(18, 9)
PIECES = pa.decimal128(18, 6)
MONEY = pa.decimal128(18, 4)
RATE = pa.decimal128(18, 9)

_TYPES = {
    "text": pa.string(),
    "us": pa.int64(),
    "int": pa.int64(),
    "yes": pa.bool_(),
    "pace": PACE,
    "pieces": PIECES,
    "money": MONEY,
    "rate": RATE,
}


def _schema(columns: str) -> pa.Schema:
    """`name:type` words; a `?` marks a column that may be null."""
    fields = []
    for column in columns.split():
        name, kind = column.split(":")
        fields.append(pa.field(name, _TYPES[kind.rstrip("?")], nullable=kind.endswith("?")))
    return pa.schema(fields)


SCHEMAS = {
    "machine": _schema(
        "equipment:text site:text kind:text class:text silence_us:us? spread_us:us micro_us:us failure_us:us "
        "lanes:int good_by_exception:yes ramp_pieces:int"
    ),
    "site": _schema("site:text zone:text currency:text silence_us:us? spread_us:us day_start:text"),
    "day": _schema("site:text day:text from_at:us until_at:us"),
    "tile": _schema(
        "calendar:text from_at:us until_at:us day:text shift:text crew:text scheduled:yes break_reason:text "
        "zone_off_us:us"
    ),
    "machine_calendar": _schema("equipment:text calendar:text from_at:us until_at:us"),
    "floating": _schema(
        "calendar:text window:int from_at:us until_at:us shift_from:us shift_until:us reason:text "
        "length_us:us"
    ),
    "orders_used": _schema("equipment:text from_at:us until_at:us"),
    "reason": _schema(
        "reason:text account:text allowance_us:us? catch_all:yes owner:text group_path:text label:text "
        "kind:text"
    ),
    "alarm_rule": _schema(
        "equipment:text code:text reason:text within_us:us from_at:us until_at:us place:int"
    ),
    "standard": _schema(
        "standard:int equipment:text product:text from_at:us until_at:us ideal_num:pace ideal_den:pace "
        "std_num:pace? std_den:pace?"
    ),
    "unit_factor": _schema("equipment:text product:text unit:text factor:pieces"),
    "product": _schema("product:text label:text family:text class:text planned_scrap:rate?"),
    "product_class": _schema("product:text class:text"),
    "changeover": _schema("equipment:text from_class:text to_class:text standard_us:us"),
    "changeover_default": _schema("equipment:text product:text standard_us:us"),
    "placement": _schema(
        "equipment:text from_at:us until_at:us path:text parent:text line:text area:text site:text"
    ),
    "line": _schema("line:text from_at:us until_at:us exit_machine:text constraint_machine:text"),
    "flow": _schema("line:text position:int equipment:text buffer_after:pieces?"),
    "lane": _schema("lane_equipment:text equipment:text lane:int"),
    "source_rule": _schema("match:text rank:int person:yes silence_us:us? silence_none:yes"),
    "capture": _schema("equipment:text from_at:us until_at:us method:text"),
    "setup_spec": _schema(
        "equipment:text product:text parameter:text from_at:us target:pace? low:pace? high:pace? unit:text"
    ),
    "period": _schema("site:text from_day:text until_day:text period:text quarter:text year:text"),
    "cost": _schema(
        "fact:text equipment:text product:text from_at:us until_at:us amount:money currency:text "
        "price_set:text"
    ),
    "exchange_rate": _schema("currency:text into:text rate:rate from_day:text"),
    "setting": _schema(
        "call_target_us:us repeat_window_us:us pm_tolerance:rate order_promise:text attainment_tolerance:rate"
    ),
    "crew_role": _schema("crew:text role:text"),
    "standard_crew": _schema("standard:int crew:int"),
    "place_calendar": _schema("equipment:text calendar:text from_at:us until_at:us"),
    "ownership": _schema("site:text role:text from_at:us until_at:us name:text"),
}
