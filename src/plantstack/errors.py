"""The vocabulary of trouble: problems with a place and a next step, and the errors that carry them.

This module imports nothing of the package.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from difflib import get_close_matches


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong, where it is, and what to do about it.

    >>> print(Problem("kpi-unknown-name", "oee", "unknown name 'qty_god'", "did you mean 'qty_good'?"))
    oee: unknown name 'qty_god'. did you mean 'qty_good'? [kpi-unknown-name]
    """

    code: str
    where: str
    what: str
    fix: str = ""

    def __str__(self) -> str:
        fix = f" {self.fix}" if self.fix else ""
        return f"{self.where}: {self.what}.{fix} [{self.code}]"

    def as_row(self) -> dict[str, str]:
        """Return the four fields as the command contract prints them."""
        return asdict(self)


class PlantstackError(Exception):
    """Base of every error this package raises on purpose; carries all problems found at once."""

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class ConfigError(PlantstackError):
    """Plant files, mappings or settings that cannot be used as written."""


class EventError(PlantstackError):
    """Input that cannot become an event."""


class LogError(PlantstackError):
    """The event log cannot be opened, written or trusted."""


class QueryError(PlantstackError):
    """A question that cannot be asked: unknown KPI, unknown scope, a split the KPI does not allow."""


class FormulaError(PlantstackError):
    """A formula that is not a formula, or does not fit its measures."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Suggest the closest known word, or list a few.

    >>> did_you_mean("good_quantiti", ["good_quantity", "scrap"])
    "did you mean 'good_quantity'?"
    """
    names = sorted(set(known))
    close = get_close_matches(word, names, n=1, cutoff=0.6)
    if close:
        return f"did you mean '{close[0]}'?"
    return "known: " + ", ".join(names[:12]) + (" ..." if len(names) > 12 else "") if names else ""
