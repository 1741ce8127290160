"""Does a target move anybody? Judged by misses and by actions that name its KPI, never by who looked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from plantstack.kpis.targets.targets import MET, MISSED, NOT_TRUSTED, WATCH

RETIRE, TIGHTEN, KEEP, EARLY = "retire", "tighten", "keep", "too early"
LOOKED_BACK = 90  # days
LEAST = {"month": 3, "period": 3, "quarter": 2, "year": 2}  # periods that must be judged
LEAST_PERIODS = 8
OFTEN = 2  # missed in every second period or more


@dataclass(frozen=True, slots=True)
class Use:
    """What became of a target.

    Attributes:
        proposal: `retire`, `tighten`, `keep` or `too early`.
        why: in a sentence.
        counts: status -> periods.
        n_actions: actions that named the KPI.
    """

    proposal: str
    why: str
    counts: Counter[str]
    n_actions: int


def use_of(statuses: Sequence[str], n_actions: int, grain: str, *, is_long_enough: bool) -> Use:
    """Judge the periods of the time looked back at.

    Args:
        statuses: of the periods that have one.
        n_actions: actions that named the KPI in that time, here, above or below.
        grain: length of the periods.
        is_long_enough: whether the books reach back that far.

    >>> use_of(["missed"] * 9, 0, "week", is_long_enough=True).proposal
    'retire'
    >>> use_of(["missed"] * 9, 1, "week", is_long_enough=True).proposal
    'keep'
    >>> use_of(["met"] * 9, 0, "week", is_long_enough=True).proposal
    'tighten'
    """
    counts = Counter(statuses)
    judged = counts[MET] + counts[WATCH] + counts[MISSED]
    least = LEAST.get(grain, LEAST_PERIODS)
    missed = counts[MISSED]

    def said(proposal: str, why: str) -> Use:
        return Use(proposal, why, counts, n_actions)

    if not is_long_enough:
        return said(EARLY, f"the books do not reach back {LOOKED_BACK} days")
    if judged < least:
        doubt = f", {counts[NOT_TRUSTED]} cannot be trusted" if counts[NOT_TRUSTED] else ""
        return said(EARLY, f"{judged} of {least} periods can be judged{doubt}")
    if missed * OFTEN >= judged and not n_actions:
        return said(RETIRE, f"missed in {missed} of {judged} periods, and no action names it")
    if counts[MET] == judged:
        return said(TIGHTEN, f"met in all of {judged} periods")
    if n_actions:
        return said(KEEP, f"missed in {missed} of {judged} periods, {_actions(n_actions)}")
    return said(KEEP, f"missed in {missed} of {judged} periods, not yet an action")


def _actions(number: int) -> str:
    return "1 action names it" if number == 1 else f"{number} actions name it"
