"""Numbers and instants as people of a language read them; the stored unit stays in the row."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal, format_percent

from plantstack.interfaces.figures import unit_of
from plantstack.intervals import SECOND

NONE = "–"
_MINUS = "−"
_NARROW = " "
_SIGNS = {"degC": "°C", "degF": "°F", "m3": "m³"}
_UNIT_WORDS = {
    "en": {"1/": "per "},
    "de": {"1/": "je ", "pc": "Stk", "count": "Anz.", "money": "Geld", "year": "Jahr", "day": "Tag"},
    "es": {"1/": "por ", "pc": "pza", "count": "n.º", "money": "dinero", "year": "año", "day": "día"},
}
_POINTS = {"de": "PP"}
Number = int | float | Decimal
_HALF_A_PERCENT = 0.005  # no more is written without decimals as 0 %
_AMOUNT = re.compile(r"(-?\d+(?:\.\d+)?)(\D*)")
_MANY_MINUTES = 600


def number(value: Number | None, language: str, digits: int = 0, *, is_signed: bool = False) -> str:
    """Write a number.

    >>> number(2405, "en"), number(-1.25, "de", 1), number(12, "en", is_signed=True), number(None, "en")
    ('2,405', '−1,2', '+12', '–')
    """
    if value is None:
        return NONE
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    rounded = round(Decimal(repr(value) if isinstance(value, float) else value), digits)
    told = format_decimal(rounded, pattern, locale=language).replace("-", _MINUS)
    return (
        f"+{told}" if is_signed and rounded > 0 else told.replace(f"{_MINUS}0", "0") if not rounded else told
    )


def percent(value: Number | None, language: str, digits: int = 1) -> str:
    r"""Write a share of one.

    >>> percent(0.6222, "en"), percent(0.6222, "de")
    ('62.2%', '62,2\xa0%')
    """
    if value is None:
        return NONE
    pattern = None if not digits else "#,##0." + "0" * digits + ("\xa0%" if language != "en" else "%")
    return format_percent(value, pattern, locale=language).replace("-", _MINUS)


def doubt(share: float, language: str) -> str:
    """Write a share of doubt: none that there is reads as none.

    >>> doubt(0.041, "en"), doubt(0.0004, "en"), doubt(0.0000004, "en")
    ('4%', '0.04%', '0.01%')
    """
    is_some = share > _HALF_A_PERCENT
    return percent(share if is_some else max(share, 0.0001), language, 0 if is_some else 2)


def agreed(text: str | None, language: str) -> str:
    """Write an amount of a plant file as people read it; minutes of ten hours and more in hours too.

    >>> agreed("7800 min", "en"), agreed("98.5 %", "de"), agreed("600/min", "en"), agreed("", "en")
    ('7,800 min (130 h)', '98,5 %', '600/min', '')
    """
    found = _AMOUNT.fullmatch(text or "")
    if not found:
        return text or ""
    amount = Decimal(found[1])
    digits = max(0, -int(amount.as_tuple().exponent))
    told = f"{number(amount, language, digits)}{found[2]}"
    if found[2].strip() != "min" or amount < _MANY_MINUTES:
        return told
    hours = amount / 60
    return f"{told} ({number(hours, language, 0 if hours == round(hours) else 1)} h)"


def listed(names: Sequence[str], language: str) -> str:
    """Write names one after the other.

    >>> listed(["A", "B", "C"], "en"), listed(["A", "B"], "de")
    ('A, B, and C', 'A und B')
    """
    return str(format_list(list(names), locale=language))


def duration(length_us: int | None) -> str:
    """Write a length of time: the two units that matter.

    >>> duration(42 * SECOND), duration(372 * SECOND), duration(5_400 * SECOND), duration(200_000 * SECOND)
    ('42 s', '6 min', '1 h 30 min', '2 d 7 h')
    """
    if length_us is None:
        return NONE
    sign, seconds = (_MINUS, -length_us // SECOND) if length_us < 0 else ("", length_us // SECOND)
    if seconds < 60:
        return f"{sign}{seconds}{_NARROW}s"
    minutes = (seconds + 30) // 60
    if minutes < 60:
        return f"{sign}{minutes}{_NARROW}min"
    if minutes < 48 * 60:
        return f"{sign}{minutes // 60}{_NARROW}h {minutes % 60:02d}{_NARROW}min"
    return f"{sign}{minutes // 1440}{_NARROW}d {minutes % 1440 // 60}{_NARROW}h"


def moment(at: int, zone: str) -> datetime:
    """An instant on the clock of a zone."""
    return datetime.fromtimestamp(at / SECOND, UTC).astimezone(ZoneInfo(zone))


def zone_of(at: int, zone: str) -> str:
    """What people call the zone of an instant, shortly.

    >>> zone_of(1_772_431_200_000_000, "Asia/Kolkata"), zone_of(1_772_431_200_000_000, "Europe/Berlin")
    ('IST', 'CET')
    """
    return moment(at, zone).tzname() or zone


def clock(at: int | None, language: str, zone: str) -> str:
    """Write an instant as hours and minutes of a day.

    >>> clock(1_772_431_200_000_000, "en", "Europe/Berlin")
    '07:00'
    """
    if at is None:
        return NONE
    return format_time(moment(at, zone), "HH:mm", locale=language)


def day(at: int | None, language: str, zone: str) -> str:
    """Write the day of an instant.

    >>> day(1_772_431_200_000_000, "en", "Europe/Berlin"), day(1_772_431_200_000_000, "de", "UTC")
    ('Mon 2 Mar', 'Mo 2. März')
    """
    if at is None:
        return NONE
    told = moment(at, zone).date()
    rest = format_date(told, "d. MMM" if language == "de" else "d MMM", locale=language)
    return f"{format_date(told, 'EEE', locale=language).rstrip('.')} {rest}"


def instant(text: str, language: str, zone: str) -> str:
    """Write an instant of a row, RFC 3339, as day and time of a clock.

    >>> instant("2026-03-02T06:00:30Z", "en", "Europe/Berlin"), instant("", "en", "UTC")
    ('2 Mar 07:00:30', '')
    """
    if not text:
        return ""
    told = datetime.fromisoformat(text).astimezone(ZoneInfo(zone))
    seconds = ":ss" if told.second else ""
    day_of_month = format_date(told.date(), "d. MMM" if language == "de" else "d MMM", locale=language)
    return f"{day_of_month} {format_time(told, f'HH:mm{seconds}', locale=language)}"


def written(text: str, language: str) -> str:
    """Write an ISO date.

    >>> written("2026-03-02", "en"), written("2026-03-02", "de")
    ('2 Mar 2026', '02.03.2026')
    """
    return str(
        format_date(date.fromisoformat(text), "medium" if language != "en" else "d MMM y", locale=language)
    )


def moved(amount: Number, unit: str, language: str) -> str:
    """Write a change with its sign; of shares in points.

    >>> moved(-0.0123, "1", "en"), moved(90, "s", "en")
    ('−1.2 pp', '+1.5 min')
    """
    told, behind = figure(amount, unit, language)
    sign = "+" if amount > 0 else ""
    return f"{sign}{told}{_NARROW}{_POINTS.get(language, 'pp') if unit == '1' else behind}"


def money(amount: Number | None, currency: str, language: str) -> str:
    """Write an amount, without cents from a thousand on.

    >>> money(2100, "EUR", "en"), money(12.5, "USD", "en")
    ('€2,100', '$12.50')
    """
    if amount is None:
        return NONE
    if not currency:
        return number(amount, language)
    pattern = "¤#,##0" if language == "en" else "#,##0\xa0¤"
    if abs(float(amount)) < 1000:
        return format_currency(amount, currency, locale=language).replace("-", _MINUS)
    told = format_currency(round(amount), currency, pattern, locale=language, currency_digits=False)
    return str(told).replace("-", _MINUS)


def figure(value: Number | None, unit: str, language: str) -> tuple[str, str]:
    """Write a value of a base unit: the number and the unit that stands behind it.

    >>> figure(0.62222, "1", "en"), figure(372, "s", "en"), figure(660, "pieces/h", "en")
    (('62.2', '%'), ('6.2', 'min'), ('660', 'pieces/h'))
    """
    if value is None:
        return NONE, ""
    if unit == "1":
        return number(float(value) * 100, language, 1), "%"
    if unit == "s":
        return _seconds(float(value), language)
    size = abs(float(value))
    return number(
        value, language, 0 if size >= 100 or float(value).is_integer() else 1 if size >= 10 else 2
    ), unit_sign(unit, language)


def unit_sign(unit: str, language: str) -> str:
    """A unit as people of a language write it; plant files and KPIs spell it in plain letters.

    >>> unit_sign("degC", "en"), unit_sign("mm/s", "de"), unit_sign("pc/h", "de"), unit_sign("1/year", "es")
    ('°C', 'mm/s', 'Stk/h', 'por año')
    """
    words = _UNIT_WORDS.get(language, {})
    above, stroke, below = unit.partition("/")
    over = words.get("1/", "1/") if above == "1" and stroke else f"{_sign(above, words)}{stroke}"
    return over + "/".join(_sign(part, words) for part in below.split("/"))


def _sign(part: str, words: Mapping[str, str]) -> str:
    return _SIGNS.get(part) or words.get(part, part)


def _seconds(seconds: float, language: str) -> tuple[str, str]:
    size = abs(seconds)
    if size < 60:
        return number(seconds, language, 0 if size >= 10 else 1), "s"
    if size < 3600:
        return number(seconds / 60, language, 1), "min"
    return number(seconds / 3600, language, 1), "h"


def kpi(row: Mapping[str, Any], language: str, name: str = "value") -> tuple[str, str]:
    """Write a number of a KPI row: its value, `low`, `high` or `target`.

    A 0 that nothing can be judged by is no number: nobody told anything, which is not that there was none.

    >>> kpi({"value": 0.0, "unit": "1", "trust": {"grade": "U"}}, "en")
    ('–', '')
    """
    if name == "value" and not row[name] and row.get("trust", {}).get("grade") == "U":
        return NONE, ""
    return figure(row[name], unit_of(row), language)
