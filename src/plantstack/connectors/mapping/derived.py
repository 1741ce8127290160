"""Events no row says by itself: order changes, what silence means, and when the source was there."""

from __future__ import annotations

import pyarrow as pa

from plantstack.connectors.mapping.calculator import Calculator
from plantstack.connectors.mapping.carry import Carry
from plantstack.connectors.mapping.model import Mapping, Read
from plantstack.connectors.mapping.sql import Binder, Value, text_sql
from plantstack.intervals import MINUTE

ASSUMED = "assumed"

Derived = tuple[str, str, tuple[str, ...]]
"""(kind, SQL, event columns)."""

_KEPT_CHANGES = 50  # of the orders of a machine

_IN_TIME = "(PARTITION BY equipment ORDER BY moment, row)"


def derived_queries(
    calculator: Calculator, mapping: Mapping, value: Value, bind: Binder, carry: Carry
) -> list[Derived]:
    """The queries a mapping asks for beside its rules; `carry` is brought up to date."""
    if not (mapping.equipment.parts and mapping.at.only):
        return []
    said = _said(mapping, value, bind)
    found: list[Derived] = []
    if mapping.orders:
        _add_orders(calculator, carry)
        found.append(_orders(said))
        _note_changes(calculator, said, bind, carry)
        _note_orders(calculator, said, bind, carry)
    if mapping.absence_us:
        found.append(_absence(said, mapping.absence_us))
    if mapping.alive:
        found.append(_alive(said, mapping.alive_gap_us))
    return found


def _said(mapping: Mapping, value: Value, bind: Binder) -> str:
    """Every row that says where and when, with its order and product."""
    order, product = mapping.orders or (None, None)
    made = "''" if order is None else f"coalesce({text_sql(order, value, bind)}, '')"
    of = "''" if product is None else f"coalesce({text_sql(product, value, bind)}, '')"
    return (
        "SELECT * FROM (SELECT row, "
        f"{text_sql(mapping.equipment, value, bind)} AS equipment, "
        f"{value(mapping.at.only, Read.TIME)} AS moment, {made} AS order_id, {of} AS product FROM told) "
        "WHERE equipment IS NOT NULL AND moment IS NOT NULL"
    )


def _changes(said: str) -> str:
    """Rows of which order or product are others than before."""
    seen = (
        f"SELECT *, lag(order_id, 1, '') OVER {_IN_TIME} AS old, "
        f"lag(product, 1, '') OVER {_IN_TIME} AS old_product "
        f"FROM ({said} UNION ALL BY NAME SELECT -1::BIGINT AS row, * FROM orders_before)"
    )
    is_new = "order_id <> old OR (order_id <> '' AND product <> old_product)"
    return f"SELECT * FROM ({seen}) WHERE row >= 0 AND ({is_new})"


def _orders(said: str) -> Derived:
    """A start whenever order or product change, an end when the order becomes empty."""
    query = (
        'SELECT row, equipment, moment AS "at", '
        "CASE WHEN order_id = '' THEN old ELSE order_id END AS order_id, "
        "CASE WHEN order_id = '' THEN old_product ELSE product END AS product, "
        "CASE WHEN order_id = '' THEN 'end' ELSE 'start' END AS phase "
        f"FROM ({_changes(said)})"
    )
    return "order", query, ("equipment", "at", "order_id", "product", "phase")


def _add_orders(calculator: Calculator, carry: Carry) -> None:
    """`orders_before`: what every machine is known to have made, and since when, as rows before all others.

    So rows that come again, or late, are held against what was known of their time.
    """
    names = ("equipment", "moment", "order_id", "product")
    known = [(name, *told) for name, told in carry.orders.items()]
    known += [(name, *told) for name, changes in carry.changes.items() for told in changes]
    columns = list(zip(*known, strict=True)) or [()] * 4
    kinds = (pa.string(), pa.int64(), pa.string(), pa.string())
    arrays = [pa.array(column, kind) for column, kind in zip(columns, kinds, strict=True)]
    calculator.hand_over("orders_before", pa.Table.from_arrays(arrays, names=names))


def _note_changes(calculator: Calculator, said: str, bind: Binder, carry: Carry) -> None:
    """Keep the latest changes of each machine."""
    query = f"SELECT equipment, moment, order_id, product FROM ({_changes(said)}) ORDER BY equipment, moment"
    for name, *told in calculator.rows(query, bind.used_in(query)):
        carry.changes[name] = sorted([*carry.changes.get(name, []), told])[-_KEPT_CHANGES:]


def _note_orders(calculator: Calculator, said: str, bind: Binder, carry: Carry) -> None:
    """Keep what each machine makes when this file ends, unless a later file was read before."""
    last = (
        f"SELECT equipment, moment, order_id, product FROM ({said}) QUALIFY row_number() OVER "
        "(PARTITION BY equipment ORDER BY moment DESC, row DESC) = 1"
    )
    for name, *told in calculator.rows(last, bind.used_in(last)):
        if name not in carry.orders or carry.orders[name][0] <= told[0]:
            carry.orders[name] = (told[0], told[1], told[2])


def _absence(said: str, after: int) -> Derived:
    """No row for longer than `after`: the source is silent because the machine is idle."""
    query = (
        f'SELECT row, equipment, moment + {after} AS "at", following AS until_at, '
        f"'idle' AS state, '{ASSUMED}' AS method "
        f"FROM (SELECT *, lead(moment) OVER {_IN_TIME} AS following FROM ({said})) "
        f"WHERE following > moment + {after}"
    )
    return "state", query, ("equipment", "at", "until_at", "state", "method")


def _alive(said: str, gap: int) -> Derived:
    """Stretches of rows without a gap longer than `gap` (0: the whole file is one)."""
    # Rows of one minute say the same about the source; thinned first, the window has little to sort.
    thin = (
        "SELECT min(row) AS row, equipment, min(moment) AS moment, max(moment) AS last "
        f"FROM ({said}) GROUP BY equipment, moment // {MINUTE}"
    )
    breaks = f"moment - lag(last) OVER {_IN_TIME} > {gap}" if gap else "false"
    marked = f"SELECT *, coalesce({breaks}, false)::INT AS cut FROM ({thin})"
    runs = f"SELECT *, sum(cut) OVER {_IN_TIME} AS run FROM ({marked})"
    spans = (
        "SELECT min(row) AS row, equipment, min(moment) AS from_at, max(last) AS until_at "
        f"FROM ({runs}) GROUP BY equipment, run"
    )
    query = f'SELECT *, until_at AS "at" FROM ({spans}) WHERE until_at > from_at ORDER BY row'
    return "alive", query, ("equipment", "at", "from_at", "until_at")
