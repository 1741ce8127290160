"""Measures of whose loss the stops of a line are, and of what their owners said to it.

Minutes stand at the machine they are laid to; what is not determined stands at the line itself.
"""

from __future__ import annotations

from plantstack.measures.measure import Measure
from plantstack.measures.of_shift import beside


def _lost(name: str, meaning: str, kind: str, *of: str, feed: str = "state") -> Measure:
    return beside(name, meaning, kind, feed, "own_us", of, unit="s", adds="flow")


# The accounts whose seconds are stops: what of each leaf of losses is contested stands beside it.
CONTESTED = {
    account: f"time_contested_{account}"
    for account in ("breakdown", "waiting", "other_stop", "planned_overrun", "micro_stop")
}

CAUSES = (
    _lost(
        "time_line_stop",
        "stops of lines, at their constraint or else their exit: at the machine each is laid to",
        "line_loss",
    ),
    _lost("time_line_stop_own", "of them the constraint's, or exit's, own", "line_loss", "own"),
    _lost(
        "time_line_stop_passed", "of them passed on by another machine of the line", "line_loss", "passed_on"
    ),
    _lost("time_line_stop_open", "of them not laid to any machine", "line_loss", "not_determined"),
    _lost(
        "time_line_stop_contested",
        "of them contested by the owner of the reason",
        "line_loss_contested",
        feed="verdict",
    ),
    _lost(
        "time_exit_stop",
        "stops of the exit machines of lines, at the machine each is laid to",
        "exit_loss",
    ),
    _lost(
        "time_contested",
        "stops of machines contested by the owner of the reason; they stay in every total",
        "stop_verdict",
        "contest",
        feed="verdict",
    ),
    _lost(
        "time_accepted",
        "stops of machines accepted by the owner of the reason",
        "stop_verdict",
        "accept",
        feed="verdict",
    ),
    *(
        _lost(name, f"of time_{account}, contested by the owner", "stop_contested", account, feed="verdict")
        for account, name in CONTESTED.items()
    ),
)
