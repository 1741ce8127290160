"""What losses, classes of money and demand are called on pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from babel.lists import format_list

from plantstack.interfaces.web import formats
from plantstack.interfaces.web.page import N_, Reading

Row = Mapping[str, Any]

KINDS = {
    "breakdown": N_("Breakdowns"),
    "other_stop": N_("Other stops"),
    "waiting": N_("Waiting"),
    "setup": N_("Changeovers"),
    "micro_stop": N_("Micro stops"),
    "no_order": N_("No order"),
    "unknown": N_("No data"),
    "slow": N_("Slow running"),
    "quality": N_("Scrap and rework"),
}
DEMAND = {
    "sold out": N_("sold out: lost pieces could have been sold"),
    "recoverable": N_("recoverable by overtime or expediting"),
    "slack": N_("slack: only avoidable cash was lost"),
    "unknown": N_("demand not known"),
}


def names(visit: Reading, ids: Sequence[str]) -> str:
    """Names of equipment as a list in the reader's language."""
    return str(format_list([visit.name(one) for one in ids], locale=visit.language))


def hours(seconds: float, language: str, *, is_signed: bool = False) -> str:
    """Hours without their unit: whole ones from a hundred on.

    >>> hours(3600 * 4862, "en"), hours(-5400, "en"), hours(5400, "de", is_signed=True)
    ('4,862', '−1.5', '+1,5')
    """
    digits = 0 if abs(seconds) >= 360_000 else 1
    return formats.number(seconds / 3600, language, digits, is_signed=is_signed)


def points(share: float, language: str, *, is_signed: bool = True) -> str:
    """A difference of shares in points, without its unit.

    >>> points(-0.0301, "en"), points(0.0301, "en", is_signed=False)
    ('−3.0', '3.0')
    """
    return formats.number(share * 100, language, 1, is_signed=is_signed)


def money_range(row: Row, language: str, prefix: str = "") -> str:
    """Least and most of a row of money; '' where it is not claimed; of an open end the least."""
    low, high = row[f"{prefix}low"], row[f"{prefix}high"]
    if low is None:
        return ""
    least = formats.money(low, row["currency"], language)
    if high is None:
        return f"≥ {least}"
    return (
        least if round(low) == round(high) else f"{least} – {formats.money(high, row['currency'], language)}"
    )
