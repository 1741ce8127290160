"""How a kind of finding has done: what people answered to it, and what that says of the next one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from plantstack.intervals import DAY
from plantstack.stack.finding.answers import TRUE, Given, standing

_WEEK = 7 * DAY


@dataclass(frozen=True, slots=True)
class ScoreOf:
    """What was answered to one kind of finding.

    Attributes:
        kind: of the findings.
        counts: answers by word, the last to each finding.
        precision: share of those with a clear answer that were true; None: there is none.
        false_a_machine_week: called wrong, of one machine in one week since the first answer.
        lead: median from being raised to `fixed`, microseconds; None: nothing was fixed.
        money: what the true ones were likely to cost in a month; None: nobody wrote a price.
    """

    kind: str
    counts: Mapping[str, int]
    precision: float | None
    false_a_machine_week: float | None
    lead: int | None
    money: float | None


def scores(answers: Iterable[Given], machines: int, now: int) -> list[ScoreOf]:
    """The score of every kind that was answered to, by name.

    Args:
        answers: all that stand, in order of time.
        machines: that are looked at.
        now: microseconds UTC.
    """
    by_kind: dict[str, list[Given]] = {}
    for one in standing(answers).values():
        by_kind.setdefault(one.kind, []).append(one)
    return [_score(kind, mine, machines, now) for kind, mine in sorted(by_kind.items())]


def _score(kind: str, mine: list[Given], machines: int, now: int) -> ScoreOf:
    counts: dict[str, int] = {}
    for one in mine:
        counts[one.word] = counts.get(one.word, 0) + 1
    true, wrong = sum(counts.get(word, 0) for word in TRUE), counts.get("wrong", 0)
    weeks = machines * max(now - min(one.at for one in mine), _WEEK) / _WEEK
    leads = sorted(
        one.at - one.raised_at for one in mine if one.word == "fixed" and one.raised_at is not None
    )
    money = [one.money for one in mine if one.word in TRUE and one.money is not None]
    return ScoreOf(
        kind,
        counts,
        true / (true + wrong) if true + wrong else None,
        wrong / weeks if weeks else None,
        leads[len(leads) // 2] if leads else None,
        sum(money) if money else None,
    )
