"""How a kind of finding has done: what people answered to it, and what that says of the next one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from statistics import median_low

from plantstack.intervals import DAY
from plantstack.stack.finding.answers import TRUE, Given, standing

_WEEK = 7 * DAY


@dataclass(frozen=True, slots=True)
class Worth:
    """Money of findings in one currency, in a month."""

    currency: str
    low: float
    likely: float
    high: float


@dataclass(frozen=True, slots=True)
class ScoreOf:
    """What was answered to one kind of finding.

    Attributes:
        kind: of the findings.
        counts: answers by word, the last to each finding.
        precision: share of those with a clear answer that were true; None: there is none.
        false_a_machine_week: called wrong, of one machine in one week since the first answer.
        lead: of the true ones: median from when the facts first said it to the answer, microseconds; None:
            nobody told.
        until_fixed: the same of those that were fixed.
        money: what the true ones cost in a month, by currency; each finding counts once. Empty: no price.
    """

    kind: str
    counts: Mapping[str, int]
    precision: float | None
    false_a_machine_week: float | None
    lead: int | None
    until_fixed: int | None
    money: tuple[Worth, ...]

    def as_row(self) -> dict[str, object]:
        """The score as the command contract prints it; lengths in seconds."""
        return {
            "kind": self.kind,
            "answers": dict(self.counts),
            "precision": self.precision,
            "false_a_machine_week": self.false_a_machine_week,
            "lead_s": None if self.lead is None else self.lead / 1e6,
            "until_fixed_s": None if self.until_fixed is None else self.until_fixed / 1e6,
            "money": [
                {"low": one.low, "likely": one.likely, "high": one.high, "currency": one.currency}
                for one in self.money
            ],
            "per": "month",
        }


def scores(
    answers: Iterable[Given], machines: int, now: int, currency_of: Callable[[str], str] = lambda place: ""
) -> list[ScoreOf]:
    """The score of every kind that was answered to, by name.

    Args:
        answers: all that stand, in order of time.
        machines: that are looked at.
        now: microseconds UTC.
        currency_of: of the site a machine stands in.
    """
    by_kind: dict[str, list[Given]] = {}
    for one in standing(answers).values():
        by_kind.setdefault(one.kind, []).append(one)
    return [_score(kind, mine, machines, now, currency_of) for kind, mine in sorted(by_kind.items())]


def _score(
    kind: str, mine: list[Given], machines: int, now: int, currency_of: Callable[[str], str]
) -> ScoreOf:
    counts: dict[str, int] = {}
    for one in mine:
        counts[one.word] = counts.get(one.word, 0) + 1
    true, wrong = [one for one in mine if one.word in TRUE], counts.get("wrong", 0)
    weeks = machines * max(now - min(one.at for one in mine), _WEEK) / _WEEK
    return ScoreOf(
        kind,
        counts,
        len(true) / (len(true) + wrong) if true or wrong else None,
        wrong / weeks if weeks else None,
        _lead(true),
        _lead([one for one in true if one.word == "fixed"]),
        _worth(true, currency_of),
    )


def _lead(answers: Iterable[Given]) -> int | None:
    lengths = [max(one.at - one.raised_at, 0) for one in answers if one.raised_at is not None]
    return median_low(lengths) if lengths else None


def _worth(true: Iterable[Given], currency_of: Callable[[str], str]) -> tuple[Worth, ...]:
    found: dict[str, list[tuple[float, float, float]]] = {}
    for one in true:
        if one.money is not None:
            found.setdefault(currency_of(one.equipment), []).append(one.money)
    return tuple(
        Worth(currency, *(sum(column) for column in zip(*amounts, strict=True)))
        for currency, amounts in sorted(found.items())
    )
