"""KPIs and ledgers as tables for people: units, bars, changes from period to period, trust in a word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rich.markup import escape
from rich.table import Table

from plantstack.interfaces.figures import bar, duration, figure

Row = Mapping[str, Any]


def kpi_table(rows: Sequence[Row], names: Mapping[str, str]) -> Table:
    """One line a KPI, scope and period; '≈' marks what is hardly trusted."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    axes = [axis for axis in rows[0]["scope"] if axis not in ("path", "level")] if rows else []
    labelled = len({row["period"]["label"] for row in rows}) > 1
    table.add_column("KPI", overflow="fold", min_width=14)
    for title in (*axes, *(["period"] if labelled else [])):
        table.add_column(title, overflow="fold", min_width=8)
    table.add_column("value", justify="right", no_wrap=True)
    table.add_column("change", justify="right", no_wrap=True) if labelled else None
    is_closed = any(row["reported"] for row in rows)
    table.add_column("reported", justify="right", no_wrap=True) if is_closed else None
    table.add_column("", no_wrap=True)
    table.add_column("range", overflow="fold")
    table.add_column("trust", overflow="fold", min_width=10)
    before: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        place = (row["kpi"], *(row["scope"][axis] for axis in axes))
        told = [names.get(row["kpi"], row["kpi"]), *(row["scope"][axis] or "–" for axis in axes)]
        told += [row["period"]["label"]] if labelled else []
        told += [_value(row)]
        told += [_change(row, before.get(place))] if labelled else []
        told += [_reported(row)] if is_closed else []
        told += [_bar(row), _range(row), _trust(row)]
        table.add_row(*(escape(cell) for cell in told))
        before[place] = row
    return table


def _value(row: Row) -> str:
    doubtful = "≈ " if row["value"] is not None and row["trust"]["grade"] in ("C", "U") else ""
    return doubtful + figure(row["value"], row["unit"])


def _reported(row: Row) -> str:
    """What was reported, where it is not what is known now."""
    told = row["reported"]
    if told is None:
        return ""
    return "as reported" if told["difference"] == 0 else figure(told["value"], row["unit"])


def _change(row: Row, before: Row | None) -> str:
    if before is None or row["value"] is None or before["value"] is None:
        return ""
    moved = row["value"] - before["value"]
    sign = "+" if moved > 0 else ""
    points = row["unit"] == "1"
    return f"{sign}{moved * 100:.1f} pt" if points else sign + figure(moved, row["unit"])


def _bar(row: Row) -> str:
    value = row["value"]
    return bar(value, 12) if row["unit"] == "1" and value is not None and 0 <= value <= 1 else ""


def _range(row: Row) -> str:
    low, high, unit = row["low"], row["high"], row["unit"]
    return "" if low is None or low == high else f"{figure(low, unit)} to {figure(high, unit)}"


def _trust(row: Row) -> str:
    """Why there is no value, or the grade with the cheapest next step."""
    if row["value"] is None:
        return f"not computable, because {row['why_none']}"
    limits = row["trust"]["limits"]
    grade = str(row["trust"]["grade"])
    if grade == "A" or not limits:
        return grade
    worst = limits[0]
    return f"{grade}: {worst['share']:.0%} {worst['measure']}. {worst['step']} ({worst['minutes']} min)"


def ledger_table(rows: Sequence[Row], zone: str) -> Table:
    """One line a stretch of time, on the clock of the site."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("from", "to", "length", "account", "reason", "order", "product", "shift", ""):
        table.add_column(title, overflow="fold", justify="right" if title == "length" else "left")
    day = ""
    for row in rows:
        start, end = (_local(row[name], zone) for name in ("from", "to"))
        length = (end - start).total_seconds()
        shown = f"{start:%Y-%m-%d}"
        table.add_row(
            f"{'' if shown == day else shown + ' '}{start:%H:%M:%S}".rjust(19),
            f"{end:%H:%M:%S}",
            duration(length),
            row["account"],
            escape(row["reason"] or ""),
            escape(row["order"]),
            escape(row["product"]),
            escape(row["shift"]),
            "open" if row["open"] else "",
        )
        day = shown
    return table


def lineage_table(rows: Sequence[Row], zone: str) -> Table:
    """The lineage as an indented list: formula, sums, parts, entries, events."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(overflow="fold")
    table.add_column(justify="right", no_wrap=True)
    table.add_column(overflow="fold")
    units: dict[str, str] = {}
    for row in rows:
        table.add_row(*(escape(cell) for cell in _step(row, zone, units)))
    return table


def _step(row: Row, zone: str, units: dict[str, str]) -> tuple[str, str, str]:
    kind = row["row"]
    if kind == "kpi":
        return f"{row['kpi']} = {row['formula']}", _value(row), _trust(row)
    if kind == "measure":
        units[row["measure"]] = row["unit"]
        wrong = f"; DOES NOT ADD UP, off by {row['residual']}" if row["residual"] else ""
        return f"  {row['measure']}", figure(row["value"], row["unit"]), row["meaning"] + wrong
    if kind == "part":
        name = row.get("machine") or row.get("day", "")
        return f"    {name}", figure(row["value"], units[row["measure"]]), ""
    if kind == "since_reported":
        told = f"    came after it was reported: {row['kind']} of {row['equipment']}"
        return told, f"{_local(row['at'], zone):%Y-%m-%d %H:%M}", f"event {row['offset']}"
    if kind == "entry":
        start, end = _local(row["from"], zone), _local(row["to"], zone)
        events = "events " + ", ".join(str(offset) for offset in row["events"])
        told = f"    {start:%Y-%m-%d %H:%M:%S} - {end:%H:%M:%S} {row['account']} {row['reason']}"
        return told, duration((end - start).total_seconds()), events
    pieces = ", ".join(f"{name} {row[name]}" for name in ("total", "good", "scrap", "rework") if name in row)
    return f"    {_local(row['at'], zone):%Y-%m-%d %H:%M:%S} count", pieces, f"event {row['offset']}"


def _local(text: str, zone: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(ZoneInfo(zone))
