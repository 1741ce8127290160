"""A text with typed values in the language, the clock and the names of its reader."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from plantstack.insights.saying import N_, Bounds, Figure, Name, Say, Value
from plantstack.intervals import SECOND

_NARROW = "\u202f"


class Formats(Protocol):
    """How numbers and instants are written; the web app's formats are one."""

    def number(
        self, value: float | None, language: str, digits: int = 0, /, *, is_signed: bool = False
    ) -> str:
        """A number."""

    def percent(self, value: float | None, language: str, digits: int = 1, /) -> str:
        """A share of one."""

    def duration(self, length_us: int | None, /) -> str:
        """A length of time."""

    def clock(self, at: int | None, language: str, zone: str, /) -> str:
        """An instant as hours and minutes."""

    def day(self, at: int | None, language: str, zone: str, /) -> str:
        """The day of an instant."""

    def money(self, amount: float | None, currency: str, language: str, /) -> str:
        """An amount."""

    def unit_sign(self, unit: str, language: str, /) -> str:
        """A unit as people of a language write it."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who is told.

    Attributes:
        language: of the formats.
        zone: of the clock on his wall.
        translate: a text of the source into his language.
        name: what people call something; words of the texts are translated already.
        formats: how numbers are written.
        sees_money: whether amounts are told; whoever may not see them reads a dash.
        with_day: instants are told with their day: who reads is not in the shift they are of.
    """

    language: str
    zone: str
    translate: Callable[[str], str]
    name: Callable[[Name], str]
    formats: Formats
    with_day: bool = False
    sees_money: bool = True


def tell(say: Say, reader: Reader) -> str:
    """Say it in the language of a reader.

    Raises:
        KeyError: for a text that asks for a value it was not given.
    """
    told = {name: value_of(value, reader) for name, value in say.values.items()}
    return reader.translate(say.text) % told


def value_of(value: Value, reader: Reader) -> str:
    """One value as a reader reads it. Pieces are a plain count: what they are is in the text."""
    if isinstance(value, Name):
        return _name(value, reader)
    return _bounds(value, reader) if isinstance(value, Bounds) else _figure(value, reader)


def _name(name: Name, reader: Reader) -> str:
    if name.kind == "context":
        return name.id
    return reader.translate(name.id) if name.kind == "word" else reader.name(name)


_BETWEEN = {
    False: N_("%(of)s between %(low)s and %(high)s"),
    True: N_("%(of)s outside %(low)s to %(high)s"),
}
_ABOVE, _BELOW = N_("%(of)s above %(low)s"), N_("%(of)s below %(high)s")


def _bounds(bounds: Bounds, reader: Reader) -> str:
    """A quantity inside bounds: outside of one bound is inside of the other."""
    low, high = bounds.low, bounds.high
    if bounds.is_outside and (low is None or high is None):
        low, high = high, low
    text = _BETWEEN[bounds.is_outside] if None not in (low, high) else _BELOW if low is None else _ABOVE
    told = {"of": _name(bounds.of, reader)}
    told |= {name: _bound(end, bounds.unit, reader) for name, end in (("low", low), ("high", high))}
    return reader.translate(text) % told


def _bound(value: float | None, unit: str, reader: Reader) -> str:
    """A bound with as many digits as it was given, at most four that count."""
    if value is None:
        return ""
    most = max(4 - len(str(int(abs(value)))), 0)
    digits = next((n for n in range(most) if round(value, n) == value), most)
    told = reader.formats.number(value, reader.language, digits)
    return _with_unit(told, unit, reader)


def _with_unit(told: str, unit: str, reader: Reader) -> str:
    sign = reader.formats.unit_sign(unit, reader.language) if unit and unit != "1" else ""
    return f"{told}{_NARROW}{sign}" if sign else told


def _figure(figure: Figure, reader: Reader) -> str:
    language, formats = reader.language, reader.formats
    match figure.form:
        case "share":
            return formats.percent(figure.value, language)
        case "duration":
            return formats.duration(round(figure.value * SECOND))
        case "money":
            return formats.money(figure.value if reader.sees_money else None, figure.unit, language)
        case "moment":
            return _moment(round(figure.value), reader)
        case "day":
            return formats.day(round(figure.value), language, reader.zone)
        case "pieces":
            return formats.number(round(figure.value), language)
        case "times":
            return f"{formats.number(figure.value, language, figure.digits)}×"
    told = formats.number(figure.value, language, figure.digits, is_signed=figure.form == "signed")
    return _with_unit(told, figure.unit, reader)


def _moment(at: int, reader: Reader) -> str:
    clock = reader.formats.clock(at, reader.language, reader.zone)
    return f"{reader.formats.day(at, reader.language, reader.zone)} {clock}" if reader.with_day else clock
