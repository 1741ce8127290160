"""What a shift is likely to end with: every comparable shift before it, played out from the same minute on.

A past shift gives the whole of what it made from that minute to its end, with its stops, as it came; it is
never cut into a rate. Each of them may come again, so each is played once: to draw from them at random ten
thousand times would say the same, but for noise. Bounds are those of the next of a row of like shifts, so
that they hold four times in five as soon as there are enough of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from plantstack.kpis.formula import Undefined

MIN_SHIFTS = 9
"""The next of nine like things lies between the least and the greatest of them four times in five."""

LAST_SHIFTS = 20
"""Older ones say less of today than they narrow the bounds."""

_TENTH, _HALF = Fraction(1, 10), Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Rest:
    """What a past shift made from the minute on at which the open one stands now.

    Attributes:
        label: day and name of the shift.
        working_s: planned working time it had left, seconds.
        made: stretches (begin, end, pieces) in order, seconds after that minute.
    """

    label: str
    working_s: Fraction
    made: Sequence[tuple[Fraction, Fraction, Fraction]]

    @property
    def pieces(self) -> Fraction:
        """All it still made."""
        return sum((pieces for _, _, pieces in self.made), Fraction(0))


@dataclass(frozen=True, slots=True)
class Outlook:
    """The end of the open shift.

    Attributes:
        value: good pieces it ends with as often above as below.
        low: least of a range that holds four times in five; `high` the greatest.
        ends: what it ends with after each past shift.
        n_reach: how many of them reach the plan; None without a plan.
        reached_s: seconds until half of all past shifts have reached it; None where fewer than half do.
    """

    value: Fraction
    low: Fraction
    high: Fraction
    ends: Sequence[tuple[str, Fraction]]
    n_reach: int | None
    reached_s: Fraction | None


def likely_end(
    so_far: Fraction, working_s: Fraction, past: Sequence[Rest], plan: Fraction | None = None
) -> Outlook:
    """Play the comparable shifts out, each scaled by the working time that is left now.

    Args:
        so_far: good pieces until now.
        working_s: planned working time left, seconds.
        past: comparable shifts, the last of them last.
        plan: pieces planned of the whole shift.

    Raises:
        Undefined: with fewer than `MIN_SHIFTS` shifts that had working time left.

    >>> hour = Fraction(3600)
    >>> past = [Rest(str(n), hour, [(Fraction(0), hour, Fraction(10 * n))]) for n in range(1, 10)]
    >>> told = likely_end(Fraction(100), hour / 2, past, Fraction(130))
    >>> int(told.value), int(told.low), int(told.high), told.n_reach
    (125, 105, 145, 4)
    """
    used = [one for one in past if one.working_s > 0][-LAST_SHIFTS:]
    if len(used) < MIN_SHIFTS:
        raise Undefined(f"{len(used)} comparable shifts, {MIN_SHIFTS} are needed to say how one ends")
    scales = [working_s / one.working_s for one in used]
    ends = [(one.label, so_far + scale * one.pieces) for one, scale in zip(used, scales, strict=True)]
    ordered = sorted(end for _, end in ends)
    value, low, high = (_between(ordered, share) for share in (_HALF, _TENTH, 1 - _TENTH))
    if plan is None:
        return Outlook(value, low, high, ends, None, None)
    after = [_reached(one, scale, plan - so_far) for one, scale in zip(used, scales, strict=True)]
    reached = sorted(one for one in after if one is not None)
    half = -(-len(used) // 2)
    return Outlook(value, low, high, ends, len(reached), reached[half - 1] if len(reached) >= half else None)


def _between(ordered: Sequence[Fraction], share: Fraction) -> Fraction:
    """The value below which the next one lies in a share of all cases: below the k-th of n in k of n + 1."""
    place = min(max(share * (len(ordered) + 1), Fraction(1)), Fraction(len(ordered)))
    below = int(place)
    above = ordered[min(below, len(ordered) - 1)]
    return ordered[below - 1] + (place - below) * (above - ordered[below - 1])


def _reached(rest: Rest, scale: Fraction, missing: Fraction) -> Fraction | None:
    """Seconds from now until a past shift would have made what is missing; None where it would not."""
    if missing <= 0:
        return Fraction(0)
    upto = Fraction(0)
    for begin, end, pieces in rest.made:
        if pieces > 0 and upto + scale * pieces >= missing:
            return scale * (begin + (end - begin) * (missing - upto) / (scale * pieces))
        upto += scale * pieces
    return None
