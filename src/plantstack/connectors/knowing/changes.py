"""Whether a signal still means what it meant: what it was like against what it is like now.

Machines stop, products change, nights and weekends are quiet: none of that is another meaning. So only what
such things do not do is told: another type, the same spread at another power of ten, values far beyond all
that there ever was, another pace of a source that has a pace, another set of words.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from plantstack.connectors.knowing.likeness import Likeness
from plantstack.connectors.knowing.sketch import Sketch

TYPE, SCALE, LESS, RANGE, PACE, WORDS = "type", "scale", "less", "range", "pace", "words"
GONE, SWAPPED = "gone", "swapped"
LASTING = {TYPE: 1, SCALE: 1, LESS: 8, PACE: 2, WORDS: 1, SWAPPED: 1, RANGE: 8, GONE: 0}
"""After how many hours with values it is told. A range is left by a product that is new, too."""

ENOUGH = 30  # values; of fewer nothing is said
_MANY = 300  # values that show a spread
_FAR = 5  # times all that there ever was: beyond what another product does
_QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)


@dataclass(frozen=True, slots=True)
class Change:
    """What is other than it was.

    Attributes:
        kind: of change.
        told: what was so and what is so, for people.
    """

    kind: str
    told: str


def changed(known: Likeness, now: Likeness) -> Change | None:
    """Compare; None where it may mean the same."""
    return _type(known, now) or _pace(known, now) or _words(known, now) or _numbers(known, now)


def _type(known: Likeness, now: Likeness) -> Change | None:
    total = sum(now.types.values())
    if total < 8 or not known.types:
        return None
    before = sum(known.types.values())
    new = sum(count for name, count in now.types.items() if known.types.get(name, 0) < 0.01 * before)
    if new < 0.9 * total:
        return None
    return Change(TYPE, f"it was {_said(known)}, is {_said(now)}")


def _said(one: Likeness) -> str:
    shown = next(iter(sorted(one.words, key=lambda word: -one.words[word])), "")
    return f"{one.main_type} ('{shown}')" if shown and not one.level.n else one.main_type


def _pace(known: Likeness, now: Likeness) -> Change | None:
    if not (known.is_steady and now.is_steady and now.gaps.n >= ENOUGH):
        return None
    before, after = known.gaps.quantile(0.5), now.gaps.quantile(0.5)
    if 1 / 3 < after / before < 3:
        return None
    return Change(PACE, f"values came every {_short(before)} s, come every {_short(after)} s")


def _words(known: Likeness, now: Likeness) -> Change | None:
    """Another vocabulary: one new word is a new mode, or the next program."""
    if not known.has_words or now.is_open:
        return None
    new = {word: count for word, count in now.words.items() if word not in known.words}
    again = [word for word, count in new.items() if count >= 3]
    if len(again) < 2 or sum(new.values()) < 0.9 * sum(now.words.values()):
        return None
    return Change(WORDS, f"words were {_listed(known)}, are {_listed(now)}")


def _listed(one: Likeness) -> str:
    most = sorted(one.words, key=lambda word: (-one.words[word], word))
    return ", ".join(f"'{word}'" for word in most[:4]) + (" ..." if len(most) > 4 else "")


def _numbers(known: Likeness, now: Likeness) -> Change | None:
    was, is_now = _sketches(known, now)
    if min(was.n_other, is_now.n_other) < ENOUGH:
        return None
    told = f"{'steps' if known.is_counter else 'values'} were {_range(was)}, are {_range(is_now)}"
    ratio = scale_between(was, is_now)
    if ratio:
        many = f"{ratio:g} times as much" if ratio > 1 else f"a {1 / ratio:g}th"
        return Change(SCALE if ratio > 1 else LESS, f"{told}, {many}")
    reach = _FAR * was.reach
    return Change(RANGE, told) if reach and is_now.beyond(-reach, reach) >= 0.25 else None


def _sketches(known: Likeness, now: Likeness) -> tuple[Sketch, Sketch]:
    """What tells what the numbers were like, and are; nothing of a counter that was set back."""
    if not known.is_counter:
        return known.level, now.level
    return known.steps, now.steps if now.falls <= 0.02 * max(now.steps.n, 1) else Sketch()


def is_as_known(known: Likeness, now: Likeness) -> bool:
    """Whether something shows that it means the same; of a quiet time nothing does.

    Little and low values are those of a machine at rest; they come also of values that are a tenth.
    """
    if not known.level.n_other or now.main_type != known.main_type:
        return bool(now.types) and now.main_type == known.main_type
    was, is_now = _sketches(known, now)
    middle, reach = was.magnitude(0.5), 1.2 * was.reach
    seen = is_now.beyond(-middle, middle) - is_now.beyond(-reach, reach)
    return seen * is_now.n_other >= 5


def is_lower(known: Likeness, now: Likeness) -> bool:
    """Whether the numbers are all much less than they mostly were: of a machine at rest, or another unit."""
    was, is_now = _sketches(known, now)
    return bool(is_now.n_other) and was.n_other >= ENOUGH and is_now.reach < 0.3 * was.magnitude(0.9)


def scale_between(was: Sketch, is_now: Sketch) -> float:
    """By which power of ten the same spread has moved; 0 for none.

    >>> was, now = Sketch(), Sketch()
    >>> for number in range(100):
    ...     was.see(20 + number % 20)
    ...     now.see(2000 + 100 * (number % 20))
    >>> scale_between(was, now)
    100.0
    """
    ratios = [math.log10(is_now.magnitude(share) / was.magnitude(share)) for share in _QUANTILES]
    decades = round(sorted(ratios)[len(ratios) // 2])
    off = max(abs(one - decades) for one in ratios)
    if not decades or abs(decades) > 9 or off > 0.25:
        return 0.0
    edge = 1.2 * was.magnitude(0.95)
    if decades > 0:
        is_new = is_now.magnitude(0.9) > 1.5 * was.magnitude(0.99)
        return float(10.0**decades) if is_new and is_now.beyond(-edge, edge) >= 0.5 else 0.0
    # less is also a machine that idles: only a spread that is told again lower down is another unit
    is_wide = was.magnitude(0.9) >= 1.5 * was.magnitude(0.1)
    return float(10.0**decades) if is_wide and off <= 0.2 and is_now.n_other >= _MANY else 0.0


def swapped(one: tuple[Likeness, Likeness], other: tuple[Likeness, Likeness]) -> bool:
    """Whether two signals, each as it was and as it is, are now what the other one was."""
    (was, now), (was_other, now_other) = one, other
    sketches = [part.level for part in (was, now, was_other, now_other)]
    if min(part.n_other for part in sketches) < ENOUGH or was.is_counter or was_other.is_counter:
        return False
    a, b, c, d = sketches
    apart = max(a.overlap(c), a.overlap(b), c.overlap(d))
    return apart < 0.05 and min(b.overlap(c), d.overlap(a)) > 0.35


def _range(one: Sketch) -> str:
    return f"{_short(one.low)}–{_short(one.high)}"


def _short(number: float) -> str:
    return f"{number:.3g}" if abs(number) < 1000 else f"{number:.0f}"
