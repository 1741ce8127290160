"""The words in which kinds of events are declared: a field, its form, and short ways to say them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Form(Enum):
    """How a field is written and what it becomes."""

    TEXT = "text"
    NUMBER = "number"  # exact decimal, six places where it has a column
    REAL = "real"  # a measured value, float64
    WHOLE = "whole number"
    INSTANT = "instant"  # RFC 3339 with offset
    FLAG = "true or false"
    FREE = "object"  # free JSON object


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a kind, as it is called on the wire."""

    name: str
    form: Form
    column: str = ""
    required: bool = False
    choices: tuple[str, ...] = ()
    least: int | None = None  # smallest number allowed
    says: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of event: its own fields beside the common ones."""

    name: str
    fields: tuple[Field, ...]
    says: str
    one_of: tuple[tuple[str, ...], ...] = ()  # of each group at least one field must be there
    together: tuple[tuple[str, str], ...] = ()  # both or neither
    project_wide: bool = False  # may leave the equipment empty


def text(
    name: str, column: str = "", *, must: bool = False, of: tuple[str, ...] = (), says: str = ""
) -> Field:
    """Declare a text, free or one of some choices."""
    return Field(name, Form.TEXT, column, must, of, says=says)


def amount(name: str, column: str = "", *, must: bool = False, says: str = "") -> Field:
    """Declare an exact number that is never negative."""
    return Field(name, Form.NUMBER, column, must, least=0, says=says)


def number(name: str, *, must: bool = False, says: str = "") -> Field:
    """Declare an exact number of either sign."""
    return Field(name, Form.NUMBER, "", must, says=says)


def real(name: str, *, must: bool = False, says: str = "") -> Field:
    """Declare a measured value."""
    return Field(name, Form.REAL, name, must, says=says)


def when(name: str, column: str = "", *, must: bool = False, says: str = "") -> Field:
    """Declare an instant."""
    return Field(name, Form.INSTANT, column, must, says=says)


def start(*, must: bool = False, says: str = "start of the span") -> Field:
    """Declare the start of a span."""
    return when("from", "from_at", must=must, says=says)


def until(*, must: bool = False, says: str = "end of the span, not part of it") -> Field:
    """Declare the end of a span."""
    return when("until", "until_at", must=must, says=says)


def flag(name: str, column: str = "", *, must: bool = False, says: str = "") -> Field:
    """Declare a yes or no."""
    return Field(name, Form.FLAG, column, must, says=says)
