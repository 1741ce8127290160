"""What a model found: a value with its bounds, or only bounds, and in words how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value of a model, in the unit of its KPI.

    Attributes:
        value: None where only bounds are known; `why` then says why.
        low: least value that agrees with what is known.
        high: greatest one.
        basis: how it was found, in words: which data, which rule, what was left out.
        why: set where there is no value.
        sums: measures that only the model can count.
    """

    value: Fraction | None
    low: Fraction
    high: Fraction
    basis: str = ""
    why: str = ""
    sums: Mapping[str, int | Fraction] = field(default_factory=dict)


Modelled: TypeAlias = Fraction | Estimate | str
"""A value, one with bounds, or why there is none."""


def exactly(value: Fraction, basis: str = "") -> Estimate:
    """A value without doubt of its own.

    >>> exactly(Fraction(1, 2)).high
    Fraction(1, 2)
    """
    return Estimate(value, value, value, basis)
