"""What is doubted in a sentence, and of what kind it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "number",
    "unit",
    "name",
    "direction",
    "judgement",
    "cause",
    "negation",
    "time",
    "order",
    "quantifier",
    "certainty",
    "word",
    "length",
]


@dataclass(frozen=True, slots=True)
class Doubt:
    """One thing a sentence says that the facts do not.

    Attributes:
        kind: of what is wrong.
        what: the words that say it.
    """

    kind: Kind
    what: str
