"""Numbers as people read them; the stored unit stays in the row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def figure(value: float | None, unit: str) -> str:
    """Write a value of a base unit for people.

    >>> figure(0.62222, "1"), figure(33600, "s"), figure(90, "s"), figure(None, "1")
    ('62.2 %', '9 h 20 min', '1.5 min', '–')
    """
    if value is None:
        return "–"
    if unit == "1":
        return f"{value * 100:.1f} %"
    if unit == "s":
        return duration(value)
    return f"{value:,.4g} {unit}" if abs(value) < 10_000 else f"{value:,.0f} {unit}"


def unit_of(row: Mapping[str, Any]) -> str:
    """The unit of a number for people: money is that of its currency, where it has one.

    >>> unit_of({"unit": "money/h", "currency": "EUR"}), unit_of({"unit": "money", "currency": ""})
    ('EUR/h', 'money')
    """
    return str(row["unit"]).replace("money", row.get("currency") or "money")


def duration(seconds: float) -> str:
    """Write seconds as hours and minutes.

    >>> duration(30), duration(5400), duration(-60), duration(1e-06)
    ('30 s', '1 h 30 min', '-1 min', '1 µs')
    """
    sign, length = ("-", -seconds) if seconds < 0 else ("", seconds)
    if 0 < length < 0.001:
        return f"{sign}{length * 1_000_000:.0f} µs"
    if length < 60:
        return f"{sign}{length:.3g} s"
    if length < 3600:
        return f"{sign}{length / 60:.3g} min"
    minutes = round(length / 60)
    return f"{sign}{minutes // 60} h {minutes % 60:02d} min"


def bar(share: float, width: int = 20) -> str:
    """Draw a share of one.

    >>> bar(0.5, 4)
    '██░░'
    """
    full = round(max(0.0, min(1.0, share)) * width)
    return "█" * full + "░" * (width - full)


def missing(row: Mapping[str, Any]) -> str:
    """Why there is no value in the plant's words, with the word for programs behind them.

    >>> missing({"why_none": "needs plan", "why_plain": "there is no plan"}), missing({"why_none": "no rate"})
    ('there is no plan (needs plan)', 'no rate')
    """
    plain, why = row.get("why_plain"), row["why_none"]
    return f"{plain} ({why})" if plain and plain != why else str(why)


def sentence(row: dict[str, Any], name: str) -> str:
    """Say one KPI in a line: value, bar, range, trust; or why there is none."""
    if row["value"] is None:
        return f"{name}: not computable, because {missing(row)}"
    unit, trust = row["unit"], row["trust"]
    doubtful = "≈ " if trust["grade"] in ("C", "U") else ""
    drawn = f"  {bar(row['value'])}" if unit == "1" and 0 <= row["value"] <= 1 else ""
    low, high = row["low"], row["high"]
    span = f"  ({figure(low, unit)} to {figure(high, unit)})" if low != high else ""
    basis = f"  by {row['basis']}" if row["basis"] else ""
    return f"{name}: {doubtful}{figure(row['value'], unit)}{drawn}{span}  trust {trust['grade']}{basis}"
