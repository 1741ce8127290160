"""KPIs and ledgers as tables for people: units, bars, changes from period to period, trust in a word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Group
from rich.markup import escape
from rich.table import Table

from plantstack.interfaces.figures import bar, duration, figure, missing, unit_of
from plantstack.interfaces.fitting import Fitting, Heading
from plantstack.kpis.load import shipped_catalog
from plantstack.kpis.wording import meaning_of
from plantstack.plant.tiles import OUTSIDE_SHIFTS

Row = Mapping[str, Any]

_HALF_A_SECOND = timedelta(microseconds=500_000)
_CAUSES = ("reason", "reason_group", "owner", "cause")


def kpi_table(rows: Sequence[Row], names: Mapping[str, str]) -> Group:
    """One line a KPI, scope and period; what limits trust, and why there is no value, stands below."""
    notes: dict[str, int] = {}
    rows = [{**row, "unit": unit_of(row)} for row in _with_any(rows)]
    axes = [axis for axis in rows[0]["scope"] if axis not in ("path", "level")] if rows else []
    labelled = len({row["period"]["label"] for row in rows}) > 1
    is_closed = any(row["reported"] for row in rows)
    is_aimed = any(row.get("target") is not None for row in rows)
    is_contested = any(row.get("contested") for row in rows)
    headings = [Heading("KPI", least=14), *(Heading(axis, least=8) for axis in axes)]
    headings += [Heading("period", least=8)] if labelled else []
    headings += [Heading("value", "right")]
    headings += [Heading("contested", "right")] if is_contested else []
    headings += [Heading("change", "right")] if labelled else []
    headings += [Heading("reported", "right")] if is_closed else []
    aims = [Heading("target", "right"), Heading("off by", "right", is_spare=True), Heading("status")]
    headings += aims if is_aimed else []
    headings += [Heading("", is_spare=True), Heading("range", least=5), Heading("trust")]
    before: dict[tuple[Any, ...], Row] = {}
    table: list[list[str]] = []
    for row in rows:
        place = (row["kpi"], *(row["scope"][axis] for axis in axes))
        told = [names.get(row["kpi"], row["kpi"]), *(row["scope"][axis] or "–" for axis in axes)]
        told += [row["period"]["label"]] if labelled else []
        told += [_value(row)]
        if is_contested:
            told += [duration(row["contested"]) if row.get("contested") else ""]
        told += [_change(row, before.get(place))] if labelled else []
        told += [_reported(row)] if is_closed else []
        told += _aim(row) if is_aimed else []
        table.append([*told, _bar(row), _range(row), _trust(row, notes)])
        if not row["period"]["label"].endswith(OUTSIDE_SHIFTS):
            before[place] = row
    return Group(Fitting(headings, table), *_footnotes(notes, rows))


def _with_any(rows: Sequence[Row]) -> list[Row]:
    """Leave out reasons and owners of which there is nothing in any period: they are those of other KPIs."""
    places = [
        (row["kpi"], *(value for name, value in row["scope"].items() if name != "path")) for row in rows
    ]
    told = {place for row, place in zip(rows, places, strict=True) if row["value"] != 0}
    split = any(row["scope"].get(axis) for row in rows for axis in _CAUSES)
    return [row for row, place in zip(rows, places, strict=True) if not split or place in told] or list(rows)


def _footnotes(notes: Mapping[str, int], rows: Sequence[Row]) -> list[str]:
    told = [escape(f"[{number}] {note}") for note, number in notes.items()]
    if any(_is_weak(row) for row in rows):
        told.append("≈ hardly to be trusted (grade C), or nothing to judge it by (U)")
    return ["", *told] if told else []


def _is_weak(row: Row) -> bool:
    return row["value"] is not None and row["trust"]["grade"] in ("C", "U")


def _value(row: Row) -> str:
    return ("≈ " if _is_weak(row) else "") + figure(row["value"], row["unit"])


def _reported(row: Row) -> str:
    """What was reported, where it is not what is known now."""
    told = row["reported"]
    if told is None:
        return ""
    return "as reported" if told["difference"] == 0 else figure(told["value"], row["unit"])


def _aim(row: Row) -> list[str]:
    """The target, how far the value is off it, and the status."""
    target = row.get("target")
    if target is None:
        return ["", "", ""]
    off = "" if row["value"] is None else moved(row["value"] - target, row["unit"])
    by = ", dead band" if _is_in_band(row) else ""
    return [figure(target, row["unit"]), off, f"{row['status'] or ''}{by}"]


def _is_in_band(row: Row) -> bool:
    """Whether a target is met by its dead band only, so that the difference beside it reads like a miss."""
    return row["status"] == "met" and "dead band" in ((row.get("against") or {}).get("why") or "")


def _change(row: Row, before: Row | None) -> str:
    if before is None or row["value"] is None or before["value"] is None:
        return ""
    if row["period"]["label"].endswith(OUTSIDE_SHIFTS):
        return ""  # shifts are held against shifts only
    if row["trust"].get("methods") != before["trust"].get("methods"):
        return "read otherwise"  # paper and signals are no trend
    return moved(row["value"] - before["value"], row["unit"])


def moved(by: float, unit: str) -> str:
    """A difference with its sign; of shares in points.

    >>> moved(0.015, "1"), moved(-60, "s")
    ('+1.5 pt', '-1 min')
    """
    sign = "+" if by > 0 else ""
    return f"{sign}{by * 100:.1f} pt" if unit == "1" else sign + figure(by, unit)


def _bar(row: Row) -> str:
    value = row["value"]
    return bar(value, 12) if row["unit"] == "1" and value is not None and 0 <= value <= 1 else ""


def _range(row: Row) -> str:
    low, high, unit = row["low"], row["high"], row["unit"]
    return "" if low is None or low == high else f"{figure(low, unit)} to {figure(high, unit)}"


def _trust(row: Row, notes: dict[str, int]) -> str:
    """The grade, and the number of the note that says what limits it or why there is no value."""
    note = why(row)
    if not note:
        return str(row["trust"]["grade"])
    number = notes.setdefault(note, len(notes) + 1)
    return f"[{number}]" if row["value"] is None else f"{row['trust']['grade']} [{number}]"


def why(row: Row) -> str:
    """Why there is no value, why it is doubtful, or what limits trust with the cheapest next step."""
    if row["value"] is None:
        return f"not computable, because {missing(row)}"
    if row["doubtful"]:
        return "more than can be: check the ideal cycle of the product, then the counts"
    limits = row["trust"]["limits"]
    if row["trust"]["grade"] == "A" or not limits:
        return ""
    worst, base = limits[0], limits[0].get("base", "")
    words = meaning_of(base, shipped_catalog())
    of = f" of {base} ({words})" if words else ""
    at = f" at {', '.join(worst['named'])}" if worst["named"] else ""
    return f"{worst['share']:.0%} {worst['measure']}{of}{at}. {worst['step']} ({worst['minutes']} min)"


def ledger_table(rows: Sequence[Row], zone: str) -> Table:
    """One line a stretch of time, on the clock of the site."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("from", "to", "length", "account"):
        table.add_column(title, no_wrap=True, justify="right" if title in ("from", "length") else "left")
    for title in ("reason", "order", "product", "shift", ""):
        table.add_column(title, overflow="fold")
    day = ""
    for row in rows:
        start, end = (_local(row[name], zone) for name in ("from", "to"))
        shown = f"{start:%Y-%m-%d}"
        table.add_row(
            f"{'' if shown == day else shown + ' '}{_clock(start)}",
            _clock(end),
            duration(_seconds(row)),
            row["account"],
            escape(row["reason"] or ""),
            escape(row["order"]),
            escape(row["product"]),
            escape(row["shift"]),
            "open" if row["open"] else row.get("beside", "") or row.get("reason_method", ""),
        )
        day = shown
    return table


def lineage_table(rows: Sequence[Row], zone: str) -> Group:
    """The lineage as an indented list: formula, sums, parts, entries, events."""
    parts: list[str | Table] = []
    table = Table()
    units: dict[str, str] = {}
    currency = rows[0].get("currency") if rows else ""
    for row in (
        {**row, "unit": unit_of({**row, "currency": currency})} if "unit" in row else row for row in rows
    ):
        if row["row"] == "kpi":  # however long the formula, it takes nothing from the columns below
            trust = why(row) or f"trust {row['trust']['grade']}"
            parts.append(escape(f"{row['kpi']} = {row['formula']} = {_value(row)}"))
            parts.append(escape(f"  {trust}"))
            if row.get("basis"):  # how a model found it, and of what
                parts.append(escape(f"  by {row['basis']}"))
            table = Table(box=None, pad_edge=False, show_header=False)
            table.add_column(overflow="fold")
            table.add_column(justify="right", no_wrap=True)
            table.add_column(overflow="fold")
            parts.append(table)
        else:
            table.add_row(*(escape(cell) for cell in _step(row, zone, units)))
    return Group(*parts)


def _step(row: Row, zone: str, units: dict[str, str]) -> tuple[str, str, str]:
    kind = row["row"]
    if kind == "measure":
        units[row["measure"]] = row["unit"]
        wrong = f"; DOES NOT ADD UP, off by {row['residual']}" if row["residual"] else ""
        return f"  {row['measure']}", figure(row["value"], row["unit"]), row["meaning"] + wrong
    if kind in ("fact", "rest"):
        value = figure(row["value"], units[row["measure"]])
        return _fact(row, zone), value, _events(row)
    if kind == "part":
        name = row.get("machine") or row.get("line") or row.get("day", "")
        return f"    {name}", figure(row["value"], units[row["measure"]]), ""
    if kind == "since_reported":
        told = f"    came after it was reported: {row['kind']} of {row['equipment']}"
        return told, f"{_local(row['at'], zone):%Y-%m-%d %H:%M}", f"event {row['offset']}"
    if kind == "entry":
        start, end = _local(row["from"], zone), _local(row["to"], zone)
        events = "events " + ", ".join(str(offset) for offset in row["events"])
        told = f"    {start:%Y-%m-%d} {_clock(start)} - {_clock(end)} {row['account']} {row['reason']}"
        return told.rstrip(), duration(_seconds(row)), events
    pieces = ", ".join(f"{name} {row[name]}" for name in ("total", "good", "scrap", "rework") if name in row)
    return f"    {_local(row['at'], zone):%Y-%m-%d %H:%M:%S} count", pieces, f"event {row['offset']}"


def _fact(row: Row, zone: str) -> str:
    if row["row"] == "rest":
        return f"      {row['n']:,} more"
    place = row["equipment"] or "whole group"
    told = " ".join(one for one in (place, row["what"], row["reason"], row["product"]) if one)
    return f"      {_local(row['from'], zone):%Y-%m-%d %H:%M} {told}"


def _events(row: Row) -> str:
    named = ", ".join(str(offset) for offset in row.get("events", ()))
    return f"events {named}" if named else ""


def _local(text: str, zone: str) -> datetime:
    """An instant on the wall, to be shown in whole seconds: a microsecond before seven it is seven."""
    return (datetime.fromisoformat(text) + _HALF_A_SECOND).astimezone(ZoneInfo(zone))


def _clock(at: datetime) -> str:
    """The time on the wall; of an hour that comes twice, the second is marked with its offset."""
    return f"{at:%H:%M:%S}" + (f"{at:%z}" if at.fold else "")


def _seconds(row: Row) -> float:
    """The length of an entry: by instants, because clocks on the wall are put forward and back."""
    start, end = (datetime.fromisoformat(row[name]) for name in ("from", "to"))
    return (end - start).total_seconds()
