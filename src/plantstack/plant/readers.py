"""Typed readers: each says what it expects, reads one written value exactly, or says what to write.

A reader never guesses. On a misfit it notes a problem and gives its `blank`, so that reading can
go on and every problem of every file is found in one go; a blank never reaches a finished plant.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Generic, Protocol, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from plantstack.errors import did_you_mean
from plantstack.intervals import DAY, HOUR, MINUTE, SECOND
from plantstack.plant.report import Report
from plantstack.plant.tree import Block, Items, Node, Scalar

T = TypeVar("T")
K = TypeVar("K")
T_co = TypeVar("T_co", covariant=True)

_SPANS = {"us": 1, "ms": 1000, "s": SECOND, "min": MINUTE, "h": HOUR, "d": DAY, "days": DAY, "weeks": 7 * DAY}
_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,9})?")
_AMOUNT = re.compile(r"(0|[1-9][0-9]{0,11})(\.[0-9]{1,9})?")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_UNSURE = re.compile(
    r"(?i:y|n|yes|no|on|off)|0[0-9_]+|0[xob].*|[0-9][0-9_]*(:[0-9]+)+|[+-]?\.(inf|nan)|.*[0-9]_.*"
)


class Reader(Protocol[T_co]):
    """Reads one node as a value of one type."""

    @property
    def expects(self) -> str:
        """What a problem says was expected."""

    @property
    def blank(self) -> T_co:
        """What stands for the value once a problem is noted."""

    def read(self, node: Node, key: str, report: Report) -> T_co:
        """Read the node written under `key`; problems go to the report."""


@dataclass(frozen=True, slots=True)
class Word(Generic[T]):
    """A reader of one written word; `parse` raises ValueError with what to write instead."""

    expects: str
    blank: T
    parse: Callable[[str], T]

    def read(self, node: Node, key: str, report: Report) -> T:
        """Read a scalar."""
        if not isinstance(node, Scalar):
            shape = "a list" if isinstance(node, Items) else "further keys"
            report.add("value-wrong", node.place, f"'{key}': expected {self.expects}, came {shape}")
            return self.blank
        if node.is_nothing:
            report.add(
                "value-empty", node.place, f"'{key}': expected {self.expects}, came nothing", "Write a value."
            )
            return self.blank
        try:
            return self.parse(node.text)
        except ValueError as error:
            came = f"'{key}': expected {self.expects}, came '{_shown(node.text)}'"
            report.add("value-wrong", node.place, came, str(error))
            return self.blank


@dataclass(frozen=True, slots=True)
class Ref:
    """A reader of a name that is declared elsewhere, in any file, as one of `kinds`."""

    kinds: tuple[str, ...]

    @property
    def expects(self) -> str:
        """What a problem says was expected."""
        return f"the name of a {' or '.join(self.kinds)}"

    @property
    def blank(self) -> str:
        """No name."""
        return ""

    def read(self, node: Node, key: str, report: Report) -> str:
        """Read the name and remember to check it once all files are read."""
        name = Word(self.expects, "", plain_text).read(node, key, report)
        report.refer(self.kinds, name, node.place, key)
        return name


@dataclass(frozen=True, slots=True)
class ListOf(Generic[T]):
    """A reader of a list of one kind of value."""

    item: Reader[T]

    @property
    def expects(self) -> str:
        """What a problem says was expected."""
        return f"a list, each {self.item.expects}"

    @property
    def blank(self) -> tuple[T, ...]:
        """An empty list."""
        return ()

    def read(self, node: Node, key: str, report: Report) -> tuple[T, ...]:
        """Read every item."""
        if not isinstance(node, Items):
            report.add("value-wrong", node.place, f"'{key}': expected {self.expects}", "Write '[one, two]'.")
            return ()
        return tuple(self.item.read(child, key, report) for child in node.nodes)


@dataclass(frozen=True, slots=True)
class MapOf(Generic[K, T]):
    """A reader of `key: value` lines with one kind of key and one kind of value."""

    key: Reader[K]
    value: Reader[T]

    @property
    def expects(self) -> str:
        """What a problem says was expected."""
        return f"lines of {self.key.expects}: {self.value.expects}"

    @property
    def blank(self) -> dict[K, T]:
        """No lines."""
        return {}

    def read(self, node: Node, key: str, report: Report) -> dict[K, T]:
        """Read every key and value, in the order written."""
        if not isinstance(node, Block):
            report.add(
                "value-wrong", node.place, f"'{key}': expected {self.expects}", "Write 'name: value' lines."
            )
            return {}
        made = {}
        for name, child in node.nodes.items():
            place = node.key_places.get(name, node.place)
            made[self.key.read(Scalar(name, place), key, report)] = self.value.read(child, name, report)
        return made


def _shown(text: str) -> str:
    line = text.strip().replace("\n", " ")
    return line if len(line) <= 60 else line[:57] + "..."


def plain_text(text: str) -> str:
    """Tidy a one-line text; raises ValueError when it is none."""
    tidy = unicodedata.normalize("NFC", text.strip())
    if not tidy or len(tidy) > 500:
        raise ValueError("Write between 1 and 500 characters.")
    if any(unicodedata.category(letter) in ("Cc", "Cf", "Cs") for letter in tidy):
        raise ValueError("Write it in one line, without invisible characters.")
    return tidy


def _prose(text: str) -> str:
    return "\n".join(plain_text(line) for line in text.splitlines() if line.strip())


def _id(text: str) -> str:
    if not _ID.fullmatch(text):
        raise ValueError(
            "Use letters, digits, '-', '_' and '.', at most 64, starting with a letter or digit."
        )
    return text


def _integer(text: str) -> int:
    if not re.fullmatch(r"-?(0|[1-9][0-9]{0,14})", text):
        raise ValueError("Write digits only, without leading zeros.")
    return int(text)


def _decimal(text: str) -> Decimal:
    if not _NUMBER.fullmatch(text):
        raise ValueError("Write it with a point, at most nine places, no thousands marks: '1250.5'.")
    return Decimal(text)


def _amount(text: str) -> Decimal:
    if not _AMOUNT.fullmatch(text):
        raise ValueError("Write a number with a point and without sign.")
    return Decimal(text)


def _share(text: str) -> Decimal:
    number = text.removesuffix("%").rstrip()
    if number == text or not _AMOUNT.fullmatch(number):
        raise ValueError("Write it in per cent: '2 %'.")
    return Decimal(number) / 100


def _yes_no(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError("Write true or false.")
    return text == "true"


def _span(text: str) -> Fraction:
    match = re.fullmatch(r"([0-9.]+)\s*([a-z]+)", text)
    if not match or not _AMOUNT.fullmatch(match[1]) or match[2] not in _SPANS:
        raise ValueError("Write a number and a unit, one of s, min, h, d: '15 min'.")
    return Fraction(match[1]) * _SPANS[match[2]]


def _duration(text: str) -> int:
    span = _span(text)
    if not span or span.denominator != 1:
        raise ValueError("Write a length greater than zero and of whole microseconds.")
    return int(span)


def _clock(text: str) -> int:
    match = _CLOCK.fullmatch(text)
    if not match:
        raise ValueError("Write hours and minutes with two digits each, 00:00 to 23:59: '06:00'.")
    return int(match[1]) * 60 + int(match[2])


def _date(text: str) -> date:
    if not _DATE.fullmatch(text):
        raise ValueError("Write year-month-day: '2026-01-31'.")
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError("There is no such day.") from None
    if not 1900 <= day.year <= 2200:
        raise ValueError("Write a year from 1900 to 2200.")
    return day


def _rate(text: str) -> Fraction:
    match = re.fullmatch(r"([0-9.]+)\s*/\s*(s|min|h|d)", text)
    if not match or not _AMOUNT.fullmatch(match[1]) or not Fraction(match[1]):
        raise ValueError("Write pieces per time, as in '60/min' or '1200/h'.")
    return Fraction(match[1]) * SECOND / _SPANS[match[2]]


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones() - {"localtime", "Factory"})


def _zone(text: str) -> str:
    if text not in _zones():
        raise ValueError(did_you_mean(text, _zones()))
    ZoneInfo(text)
    return text


def _currency(text: str) -> str:
    if not re.fullmatch(r"[A-Z]{3}", text):
        raise ValueError("Write the three letters of ISO 4217, such as 'EUR'.")
    return text


def _untyped(text: str) -> str | bool | int | Decimal:
    if text in ("true", "false"):
        return text == "true"
    if _UNSURE.fullmatch(text):
        raise ValueError("Put quotes around it if it is a text, else write true, false or a decimal number.")
    if _NUMBER.fullmatch(text):
        return Decimal(text) if "." in text else int(text)
    return plain_text(text)


@dataclass(frozen=True)
class _Untyped:
    expects: str = "a text, a number, true or false"
    blank: str = ""

    def read(self, node: Node, key: str, report: Report) -> str | bool | int | Decimal:
        if isinstance(node, Scalar) and not node.is_plain:
            return node.text
        return _UNQUOTED.read(node, key, report)


_UNQUOTED: Word[str | bool | int | Decimal] = Word(_Untyped.expects, "", _untyped)

text: Reader[str] = Word("a text", "", plain_text)
prose: Reader[str] = Word("a text", "", _prose)
ident: Reader[str] = Word("a short id", "", _id)
integer: Reader[int] = Word("a whole number", 0, _integer)
decimal: Reader[Decimal] = Word("a number", Decimal(0), _decimal)
amount: Reader[Decimal] = Word("a number of zero or more", Decimal(0), _amount)
share: Reader[Decimal] = Word("a share such as '2 %'", Decimal(0), _share)
yes_no: Reader[bool] = Word("true or false", False, _yes_no)
duration: Reader[int] = Word("a duration such as '15 min'", SECOND, _duration)
clock: Reader[int] = Word("a time of day such as '06:00'", 0, _clock)
day: Reader[date] = Word("a date such as '2026-01-31'", date(2000, 1, 1), _date)
rate: Reader[Fraction] = Word("a rate such as '60/min'", Fraction(1), _rate)
zone: Reader[str] = Word("a time zone such as 'Europe/Berlin'", "UTC", _zone)
currency: Reader[str] = Word("a currency such as 'EUR'", "EUR", _currency)
untyped: Reader[str | bool | int | Decimal] = _Untyped()


def choice(*options: str) -> Reader[str]:
    """Read one of a few words.

    >>> choice("red", "blue").expects
    "one of 'red', 'blue'"
    """

    def parse(word: str) -> str:
        if word not in options:
            raise ValueError(did_you_mean(word, options))
        return word

    return Word("one of " + ", ".join(f"'{option}'" for option in options), options[0], parse)


def between(reader: Reader[int], low: int, high: int) -> Reader[int]:
    """Narrow a whole number to a range, both ends in."""

    def parse(word: str) -> int:
        number = _integer(word)
        if not low <= number <= high:
            raise ValueError(f"Write a number from {low} to {high}.")
        return number

    return Word(reader.expects, low, parse)


def ref(*kinds: str) -> Reader[str]:
    """Read a name that must be declared, in any file, as one of `kinds`."""
    return Ref(kinds)


def list_of(item: Reader[T]) -> Reader[tuple[T, ...]]:
    """Read a list of values."""
    return ListOf(item)


def map_of(key: Reader[K], value: Reader[T]) -> Reader[dict[K, T]]:
    """Read a mapping whose keys are names, not fixed words."""
    return MapOf(key, value)
