"""Readings that change too little to be worth telling are left out; every so often one is told anyway."""

from __future__ import annotations

import json
from itertools import groupby

import pyarrow as pa

from plantstack.connectors.mapping.calculator import Calculator
from plantstack.connectors.mapping.carry import Carry
from plantstack.connectors.mapping.model import Deadband
from plantstack.connectors.mapping.rules import RuleQuery
from plantstack.connectors.mapping.shapes import event_query
from plantstack.connectors.mapping.sql import Binder

Reading = tuple[int, int, float | None, str | None]
"""Instant (microseconds UTC), number of the row, value, quality."""

Memory = list[float | None]
"""Instant and value that were told last, and the instant seen last."""


def thinned(
    calculator: Calculator, query: RuleQuery, number: int, bind: Binder, carry: Carry
) -> tuple[str, tuple[str, ...]]:
    """The SQL of the readings of a rule that are told, and their columns; the carry moves on."""
    band = query.rule.deadband
    assert band is not None
    sql, columns = event_query(query)
    quality = "quality" if "quality" in columns else "NULL::VARCHAR"
    asked = (
        f'SELECT equipment, parameter, "at", nth, value, {quality} FROM ({sql}) '
        'ORDER BY equipment, parameter, "at", nth'
    )
    told: list[int] = []
    rows = calculator.rows(asked, bind.used_in(asked))
    for (equipment, parameter), found in groupby(rows, lambda row: row[:2]):
        name = json.dumps([query.rule.name, equipment, parameter])
        kept, carry.readings[name] = walk(band, [row[2:] for row in found], carry.readings.get(name))
        told += kept
    table = f"told_{number}"
    calculator.hand_over(table, pa.table({"nth": pa.array(told, pa.int64())}))
    return f"SELECT * FROM ({sql}) WHERE nth IN (FROM {table})", columns


def walk(band: Deadband, rows: list[Reading], memory: Memory | None) -> tuple[list[int], Memory]:
    """Choose the readings of one series that are told.

    A repetition of what was seen within the longest pause is known. What is older was never seen or is no
    longer remembered; it is thinned by time alone.

    Args:
        band: how little is too little.
        rows: in the order of time.
        memory: of the series; None before its first reading.

    Returns:
        The numbers of those that are told, and what is to be remembered.

    >>> band = Deadband(0.5, False, 60_000_000)
    >>> walk(band, [(0, 0, 1.0, None), (1, 1, 1.4, None), (2, 2, 1.5, None)], None)
    ([0, 2], [2, 1.5, 2])
    """
    base_at, base, seen = memory or (None, None, None)
    late: float | None = None
    told = []
    for at, number, value, quality in rows:
        if seen is not None and at <= seen:
            if at < seen - band.longest_us and (late is None or at - late >= band.longest_us):
                told.append(number)
                late = at
            continue
        seen = at
        is_good = value is not None and quality in (None, "good")
        if is_good and value is not None and base is not None and base_at is not None:
            width = abs(base) * band.width if band.is_share else band.width
            if abs(value - base) < width and at - base_at < band.longest_us:
                continue
        told.append(number)
        base_at, base = at, value if is_good else None
    return told, [base_at, base, seen]
