"""What a finding says: a text with typed values: any language can say it, a checker can hold it to them.

No sentence is put together from pieces. `Say.text` is English and the key of the translations; each value is
rendered by its type where it is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

Form = Literal[
    "number",  # of the unit, as it is; `digits` behind the point
    "signed",  # a difference: with its sign
    "share",  # of one; shown as per cent
    "times",  # a factor
    "pieces",
    "duration",  # seconds
    "money",  # of the unit, which is a currency
    "moment",  # microseconds UTC, shown on the clock of the place
    "day",  # microseconds UTC, shown as a day of the place
]

NameKind = Literal[
    "equipment",
    "product",
    "reason",
    "parameter",
    "order",
    "shift",
    "crew",
    "kpi",
    "role",
    "word",
    "context",
]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number in a text.

    Attributes:
        value: as it was worked out; rounding is for whoever shows it.
        form: how it is read.
        unit: base unit, parameter's unit, or currency; '' none.
        digits: behind the point, of `number` and `signed`.
    """

    value: float
    form: Form = "number"
    unit: str = ""
    digits: int = 1


@dataclass(frozen=True, slots=True)
class Name:
    """Something that has a name: a machine, a product, a reason, a parameter.

    Attributes:
        id: permanent id; the name is looked up where it is shown.
        kind: what is named; `word` is a word of the texts, put through the translations; `context` is what
            counts say of their pieces, such as `mould M14-3`, shown as it is.
    """

    id: str
    kind: NameKind


@dataclass(frozen=True, slots=True)
class Bounds:
    """A quantity inside bounds, or with `is_outside` beyond them: read as 'melt temperature above 238 degC'.

    Attributes:
        of: the quantity.
        low, high: None where there is no bound on that side.
        unit: of both.
        is_outside: below `low` or above `high`, and not between them.
    """

    of: Name
    low: float | None
    high: float | None
    unit: str = ""
    is_outside: bool = False


Value: TypeAlias = Figure | Name | Bounds


def N_(text: str) -> str:
    """Mark a text for translation; it is said in the language of whoever reads it."""
    return text


@dataclass(frozen=True, slots=True)
class Say:
    """A sentence: a text with `%(name)s` where its values belong.

    >>> says = Say("%(what)s rose to %(to)s", {"what": Name("p", "parameter"), "to": Figure(4.2, unit="bar")})
    >>> says.values["to"]
    Figure(value=4.2, form='number', unit='bar', digits=1)
    """

    text: str
    values: Mapping[str, Value] = field(default_factory=dict)

    def as_row(self) -> dict[str, object]:
        """The text and its values as the command contract prints them."""
        return {"text": self.text, "values": {name: _row(value) for name, value in self.values.items()}}


def _row(value: Value) -> dict[str, object]:
    if isinstance(value, Name):
        return {"id": value.id, "kind": value.kind}
    if isinstance(value, Bounds):
        sides = {"low": value.low, "high": value.high, "outside": value.is_outside}
        return {"of": _row(value.of), **sides, "unit": value.unit}
    return {"value": value.value, "form": value.form, "unit": value.unit, "digits": value.digits}


def read_say(row: Mapping[str, Any]) -> Say:
    """Read a sentence back from its row; an amount that was kept from its reader is 0, and told as a dash.

    >>> says = Say("%(what)s rose to %(to)s", {"what": Name("p", "parameter"), "to": Figure(4.25, digits=2)})
    >>> read_say(says.as_row()) == says
    True
    """
    return Say(row["text"], {name: _read(one) for name, one in row["values"].items()})


def _read(row: Mapping[str, Any]) -> Value:
    if "form" in row:
        value = row["value"] if row["value"] is not None else 0.0
        return Figure(value, row["form"], row["unit"], row["digits"])
    if "of" in row:
        of = Name(row["of"]["id"], row["of"]["kind"])
        return Bounds(of, row["low"], row["high"], row["unit"], row["outside"])
    return Name(row["id"], row["kind"])
