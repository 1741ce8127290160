"""What in a series is more than chance: computed in `insights.drift.shewhart`, asked for here by pages."""

from plantstack.insights.drift.shewhart import (
    MIN_POINTS,
    Judged,
    Limits,
    Phase,
    Signal,
    individuals,
    judged,
    proportions,
    signals_in,
)

__all__ = [
    "MIN_POINTS",
    "Judged",
    "Limits",
    "Phase",
    "Signal",
    "individuals",
    "judged",
    "proportions",
    "signals_in",
]
