"""Expected figures as people write them: `40 min`, `0.6222`, `560/900`, `none, because needs count`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

_SECONDS = {"": 1, "s": 1, "min": 60, "h": 3600, "d": 86_400}
_NUMBER = r"-?[0-9]+(?:\.[0-9]+)?"
_FIGURE = re.compile(rf"({_NUMBER})(?:/({_NUMBER}))? *(s|min|h|d)?")
_NONE = re.compile(r"none(?:, because ([^(]+?))?")
_ASIDE = re.compile(r"(.*?) *\(([^()]*)\)")
_HOW = "Write '40 min', '0.6222', '560/900' or 'none, because needs count'."
# name in brackets -> where the answer has it
_ASIDES = {"low": "low", "high": "high", "typical": "if_typical", "reported": "reported"}


@dataclass(frozen=True, slots=True)
class Figure:
    """One expected number.

    Attributes:
        value: the number in base units.
        places: decimals that count; None when the number is meant exactly.
    """

    value: Fraction
    places: int | None = None

    def is_met_by(self, came: Fraction) -> bool:
        """Tell whether a number is the expected one, as far as it was written out."""
        if self.places is None:
            return abs(came - self.value) <= abs(self.value) * Fraction(1, 10**12)
        return abs(came - self.value) <= Fraction(1, 2 * 10**self.places)


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is expected of one measure or KPI.

    Attributes:
        text: as it was written.
        value: None when no value is expected.
        because: a part of `why_none`, where one is expected.
        bounds: `low`, `high`, `typical`, `reported` -> figure.
        grade: of trust; '' when it does not matter.
        line: of the file it stands in.
    """

    text: str
    value: Figure | None
    because: str = ""
    bounds: dict[str, Figure] = field(default_factory=dict)
    grade: str = ""
    line: int = 0


def read_expectation(text: str) -> Expectation:
    """Read what is expected of one number.

    Raises:
        ValueError: with what to write instead.

    >>> read_expectation("0.75 (low 0.7, high 0.8)").bounds["high"].value
    Fraction(4, 5)
    >>> read_expectation("none, because needs count").because
    'needs count'
    """
    said, aside = text.strip(), ""
    match = _ASIDE.fullmatch(said)
    if match:
        said, aside = match.groups()
    none = _NONE.fullmatch(said)
    value = None if none else _figure(said)
    bounds, grade = {}, ""
    for name, word in _aside(aside):
        if name == "grade":
            grade = word
        else:
            bounds[name] = _figure(word)
    return Expectation(text, value, (none[1] or "").strip() if none else "", bounds, grade)


def _aside(text: str) -> Iterator[tuple[str, str]]:
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, _, word = part.partition(" ")
        if name not in (*_ASIDES, "grade"):
            known = ", ".join((*_ASIDES, "grade"))
            raise ValueError(f"In brackets write {known}: '(low 0.5, high 0.7, grade B)'.")
        yield name, word.strip()


def _figure(text: str) -> Figure:
    match = _FIGURE.fullmatch(text.strip())
    if not match:
        raise ValueError(_HOW)
    number, below, unit = match.groups()
    value = Fraction(number) * _SECONDS[unit or ""]
    if below:
        return Figure(value / Fraction(below))
    _, point, decimals = number.partition(".")
    return Figure(value, len(decimals) if point and not unit else None)


def differing(expected: Expectation, row: Mapping[str, Any]) -> list[str]:
    """Say how a row of the answer differs: `value`, `why_none`, `low`, `high`, `if_typical`, `trust`.

    Returns:
        Plain sentences; none when the row is what was expected.
    """
    came = row["value"]
    if expected.value is None:
        if came is not None:
            return [f"expected none, came {_in_style(expected.text, _exact(came))}"]
        why = row.get("why_none", "")
        return [] if expected.because in why else [f"expected because '{expected.because}', came '{why}'"]
    if came is None:
        why = row.get("why_none", "")
        return [f"expected {expected.text}, came none" + (f", because {why}" if why else "")]
    found = []
    if not expected.value.is_met_by(_exact(came)):
        found.append(f"expected {expected.text}, came {_in_style(expected.text, _exact(came))}")
    found += _aside_differs(expected, row)
    return found


def _aside_differs(expected: Expectation, row: Mapping[str, Any]) -> Iterator[str]:
    for name, figure in expected.bounds.items():
        came = _beside(row, name)
        if came is None or not figure.is_met_by(_exact(came)):
            yield f"{name}: expected {shown(figure.value)}, came {'none' if came is None else shown(came)}"
    grade = row.get("trust", {}).get("grade", "")
    if expected.grade not in ("", grade):
        yield f"grade: expected {expected.grade}, came {grade}"


def _beside(row: Mapping[str, Any], name: str) -> Any:
    """A number that stands beside the value; what was reported is a number with its difference."""
    came = row.get(_ASIDES[name])
    return came["value"] if isinstance(came, Mapping) else came


def rewritten(expected: Expectation, row: Mapping[str, Any]) -> str:
    """Write what came the way the expectation was written: the same unit, places and brackets."""
    if row["value"] is None:
        return "none" + (f", because {row['why_none']}" if row.get("why_none") else "")
    text = _in_style(expected.text, _exact(row["value"]))
    asides = [
        f"{name} {_in_style(expected.text, _exact(came))}"
        for name in expected.bounds
        if (came := _beside(row, name)) is not None
    ]
    asides += [f"grade {row['trust']['grade']}"] if expected.grade else []
    return text + (f" ({', '.join(asides)})" if asides else "")


def _in_style(text: str, came: Fraction) -> str:
    match = _FIGURE.fullmatch(text.partition("(")[0].strip())
    unit = match[3] if match and match[3] else ""
    places = len(match[1].partition(".")[2]) if match and not unit else 0
    number = came / _SECONDS[unit]
    written = f"{float(number):.{places}f}" if places else shown(number)
    return f"{written} {unit}".strip()


def _exact(number: int | float | Decimal | Fraction) -> Fraction:
    return Fraction(number)


def shown(number: int | float | Decimal | Fraction) -> str:
    """Write a number briefly: whole where it is whole.

    >>> shown(Decimal("12.50")), shown(Fraction(2, 3))
    ('12.5', '0.666667')
    """
    exact = Fraction(number)
    if exact.denominator == 1:
        return str(exact.numerator)
    return f"{float(exact):.6f}".rstrip("0").rstrip(".")
