"""How far a site is behind the best of comparable sites, loss by loss: what to learn, and from whom."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from plantstack.kpis.models.modelled import Modelled, exactly

LEAVES = (
    *("setup", "breakdown", "waiting", "other_stop", "micro_stop", "planned_overrun"),
    *("reduced_capacity", "ramp", "speed", "scrap", "rework", "startup_reject"),
)
"""What practice can change; time without an order is the market's, and unknown time nobody's."""

_NAMED = 3


def gap_to_best(own: str, shares: Mapping[str, Mapping[str, Fraction]], left: Mapping[str, str]) -> Modelled:
    """The sum over losses of the own share less the least of any site.

    Args:
        own: the site asked about.
        shares: of comparable sites, loss -> share of planned busy time; below 0 counts as 0.
        left: sites that are not comparable -> why not.

    >>> told = gap_to_best("a", {"a": {"setup": Fraction(3, 10)}, "b": {"setup": Fraction(1, 10)}}, {})
    >>> told.value, told.basis
    (Fraction(1, 5), '2 sites; setup: 20.0 points behind b')
    """
    if own in left:
        return f"not comparable: {left[own]}"
    if len(shares) < 2:
        others = "; ".join(f"{site}: {why}" for site, why in sorted(left.items())[:_NAMED])
        return f"no other site to compare with{': ' if others else ''}{others}"
    gaps = {}
    for leaf in LEAVES:
        told = {site: max(one.get(leaf, Fraction(0)), Fraction(0)) for site, one in shares.items()}
        best = min(sorted(told), key=lambda site: told[site])
        gaps[leaf] = (told[own] - told[best], best)
    greatest = sorted(gaps, key=lambda leaf: (-gaps[leaf][0], leaf))[:_NAMED]
    behind = [
        f"{leaf}: {float(gaps[leaf][0] * 100):.1f} points behind {gaps[leaf][1]}"
        for leaf in greatest
        if gaps[leaf][0]
    ]
    without = f"; without {', '.join(sorted(left))}" if left else ""
    basis = "; ".join([f"{len(shares)} sites", *behind]) + without
    return exactly(sum((gap for gap, _ in gaps.values()), Fraction(0)), basis)
