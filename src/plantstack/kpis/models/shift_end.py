"""What a shift is likely to end with: every comparable shift before it, played out from the same minute on.

A past shift gives the whole of what it made from that minute to its end, with its stops, as it came; it is
never cut into a rate. It is made greater or less by how the open shift began, as far as the other past shifts
show that the beginning tells of the rest: a machine that has stood since morning mostly goes on standing.
Each past shift may come again, so each is played once: to draw from them at random ten thousand times would
say the same, but for noise. Bounds are those of the next of a row of like shifts, so that they hold four
times in five as soon as there are enough of them; no shift has a say in what is said by it (the jackknife+ of
Barber et al., 2021).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from plantstack.kpis.formulas.formula import Undefined

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
        before: pieces it had made by then.
        working_s: planned working time it had left, seconds.
        made: stretches (begin, end, pieces) in order, seconds after that minute.
    """

    label: str
    before: Fraction
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
    """Play the comparable shifts out, each scaled by the working time left and moved by how this one began.

    Args:
        so_far: good pieces until now.
        working_s: planned working time left, seconds.
        past: comparable shifts, the last of them last.
        plan: pieces planned of the whole shift.

    Raises:
        Undefined: with fewer than `MIN_SHIFTS` shifts that had working time left.

    >>> hour = Fraction(3600)
    >>> none = Fraction(0)
    >>> past = [Rest(str(n), none, hour, [(none, hour, Fraction(10 * n))]) for n in range(1, 10)]
    >>> told = likely_end(Fraction(100), hour / 2, past, Fraction(130))
    >>> int(told.value), int(told.low), int(told.high), told.n_reach
    (125, 105, 145, 4)
    """
    used = [one for one in past if one.working_s > 0][-LAST_SHIFTS:]
    if len(used) < MIN_SHIFTS:
        raise Undefined(f"{len(used)} comparable shifts, {MIN_SHIFTS} are needed to say how one ends")
    rests = [working_s / one.working_s * one.pieces for one in used]
    shares = _shares([one.before for one in used], rests)
    played = [
        max(rest + share * (so_far - one.before), Fraction(0))
        for one, rest, share in zip(used, rests, shares, strict=True)
    ]
    ends = [(one.label, so_far + rest) for one, rest in zip(used, played, strict=True)]
    ordered = sorted(end for _, end in ends)
    value, low, high = (_between(ordered, share) for share in (_HALF, _TENTH, 1 - _TENTH))
    if plan is None:
        return Outlook(value, low, high, ends, None, None)
    missing = plan - so_far
    after = [_reached(one, rest, missing, working_s) for one, rest in zip(used, played, strict=True)]
    reached = sorted(one for one in after if one is not None)
    half = -(-len(used) // 2)
    return Outlook(value, low, high, ends, len(reached), reached[half - 1] if len(reached) >= half else None)


def _between(ordered: Sequence[Fraction], share: Fraction) -> Fraction:
    """The value below which the next one lies in a share of all cases: below the k-th of n in k of n + 1."""
    place = min(max(share * (len(ordered) + 1), Fraction(1)), Fraction(len(ordered)))
    below = int(place)
    above = ordered[min(below, len(ordered) - 1)]
    return ordered[below - 1] + (place - below) * (above - ordered[below - 1])


def _shares(begun: Sequence[Fraction], rests: Sequence[Fraction]) -> list[Fraction]:
    """For each shift how many pieces more of the rest the others show for one more before, at least 0."""
    without = ([n for n in range(len(rests)) if n != left_out] for left_out in range(len(rests)))
    return [_slope([begun[n] for n in kept], [rests[n] for n in kept]) for kept in without]


def _slope(begun: Sequence[Fraction], rests: Sequence[Fraction]) -> Fraction:
    """The least squares of rest over beginning."""
    n, x, y = len(begun), sum(begun, Fraction(0)), sum(rests, Fraction(0))
    spread = sum((one * one for one in begun), Fraction(0)) - x * x / n
    both = sum((one * rest for one, rest in zip(begun, rests, strict=True)), Fraction(0)) - x * y / n
    return max(both / spread, Fraction(0)) if spread else Fraction(0)


def _reached(past: Rest, rest: Fraction, missing: Fraction, working_s: Fraction) -> Fraction | None:
    """Seconds until what is missing is made in the course of a past shift; None where it never is."""
    if missing <= 0:
        return Fraction(0)
    if missing > rest:
        return None
    upto, scale = Fraction(0), rest / past.pieces if past.pieces else Fraction(0)
    for begin, end, pieces in past.made:
        if pieces > 0 and upto + scale * pieces >= missing:
            into = begin + (end - begin) * (missing - upto) / (scale * pieces)
            return into * working_s / past.working_s
        upto += scale * pieces
    return working_s * missing / rest  # it made nothing, so it says nothing of the course
