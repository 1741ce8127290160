"""What every analysis promises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from plantstack.insights.facts import Facts
from plantstack.insights.finding import Cannot, Finding


@dataclass(frozen=True, slots=True)
class Needs:
    """What an analysis must be given.

    Attributes:
        tables: names of `facts.TABLES`, each with at least so many rows of one machine.
        days: of history behind `as_of`, at least.
    """

    tables: Mapping[str, int]
    days: float = 0.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an analysis came to."""

    findings: Sequence[Finding] = ()
    cannot: Sequence[Cannot] = field(default_factory=tuple)


class Analysis(Protocol):
    """Answers one question about the facts known at an instant.

    It is pure and deterministic: no clock, no chance, no files. Facts after `as_of` do not change what it
    finds, nor do the names of equipment. On noise its false alarms stay within `facts.budget`.
    """

    @property
    def kind(self) -> str:
        """The name of the question; kinds of findings that it tells apart begin with nothing else's."""

    @property
    def layer(self) -> int:
        """The layer of the stack it belongs to."""

    @property
    def needs(self) -> Needs:
        """What it must be given; without it, `run` is not asked and the abstention says what is missing."""

    def run(self, facts: Facts) -> Outcome:
        """Answer the question for all machines of the facts."""
