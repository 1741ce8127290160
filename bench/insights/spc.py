"""Small teaching sets: limits against their own formulas, and rows known to be faulty.

python -m bench.insights.spc
"""

from __future__ import annotations

import numpy as np
from scipy.stats import chi2, f

from bench.insights.read import Floats, spc
from bench.measure import Result, table
from plantstack.insights.drift.monitor import Chart, Limits, run
from plantstack.insights.drift.rules import WESTERN_ELECTRIC, broken
from plantstack.insights.drift.shewhart import individuals
from plantstack.insights.drift.space import Space, space

LDPE_NORMAL = 50


def colour() -> tuple[Floats, float, float]:
    """The colour of rubber: its EWMA of weight 0.2 around the mean, and the centre and sigma of its chart."""
    values = spc("rubber-colour")[:, 0]
    limits = individuals(values.tolist())
    assert limits.high is not None
    sigma = (limits.high - limits.centre) / 3
    chart = Chart(Limits(1.0, 0.5), weight=0.2, clip=np.inf, reach=np.inf)
    level = np.array([one.level for one in run(chart, ((values - limits.centre) / sigma).tolist())])
    return limits.centre + sigma * level, limits.centre, sigma


def reactor(share: float = 0.99, kept: float = 0.9) -> tuple[np.ndarray, Space]:
    """Which rows of the reactor T2 or Q flags, learned from the first fifty, with the limits of theory."""
    rows = spc("LDPE")
    known = space(rows[:LDPE_NORMAL], kept=kept)
    seen = known.see(rows)
    return (seen.t2 > t2_limit(len(known.axes), LDPE_NORMAL, share)) | (
        seen.q > q_limit(seen.q[:LDPE_NORMAL], share)
    ), known


def t2_limit(axes: int, n: int, share: float) -> float:
    """Of T2 of a row that was not learned from."""
    return float(axes * (n - 1) * (n + 1) / (n * (n - axes)) * f.ppf(share, axes, n - axes))


def q_limit(normal: Floats, share: float) -> float:
    """Of Q, from the mean and variance of normal rows (Box)."""
    mean, variance = float(normal.mean()), float(normal.var(ddof=1))
    return float(variance / (2 * mean) * chi2.ppf(share, 2 * mean**2 / variance))


def measure() -> list[Result]:
    """How many of the known rows are flagged, and of the others."""
    flagged, _ = reactor()
    wide, _ = reactor(share=0.95)
    level, centre, sigma = colour()
    beyond = int((np.abs(level - centre) > 3 * sigma * np.sqrt(0.2 / 1.8)).sum())
    rows = spc("batch-yield-and-purity")[:, 0]
    limits = individuals(rows.tolist())
    assert limits.high is not None
    found = broken(list(enumerate(rows.tolist())), limits.centre, (limits.high - limits.centre) / 3)
    named: dict[str, object] = {rule: sum(one.rule == rule for one in found) for rule in WESTERN_ELECTRIC}
    return [
        Result(
            "LDPE, of the last four rows flagged at 99 %", float(flagged[LDPE_NORMAL:].sum()), 4, ">=", ""
        ),
        Result("LDPE, of fifty normal rows flagged at 99 %", float(flagged[:LDPE_NORMAL].sum()), 1, "<=", ""),
        Result("LDPE, of the last four rows flagged at 95 %", float(wide[LDPE_NORMAL:].sum()), unit=""),
        Result("LDPE, of fifty normal rows flagged at 95 %", float(wide[:LDPE_NORMAL].sum()), unit=""),
        Result("rubber colour, points of the EWMA beyond its limits", float(beyond), unit=""),
        Result(
            "batch yield, places that break a Western Electric rule", float(len(found)), unit="", detail=named
        ),
    ]


if __name__ == "__main__":
    print(table(measure()))
