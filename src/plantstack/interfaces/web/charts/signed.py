"""A change drawn from a zero in the middle: longer to the right where it adds, to the left where it takes."""

from __future__ import annotations

from markupsafe import Markup

from plantstack.interfaces.web.charts.svg import drawing, em, percent, tag


def signed_bar(amount: float, most: float, better: str = "up") -> Markup:
    """One row's bar, an ornament beside its number.

    Args:
        amount: of the change, in any unit.
        most: the greatest amount of the rows compared, in the same unit, without sign.
        better: `up`, `down`, or anything else where neither way is better.
    """
    half = 50 * abs(amount) / most if most else 0.0
    is_good = (amount > 0) == (better == "up")
    class_ = ("sb-good" if is_good else "sb-bad") if better in ("up", "down") else "sb-plain"
    left = 50.0 if amount > 0 else 50 - half
    bar = tag("rect", class_=class_, x=percent(left), width=percent(half), y=em(0.2), height=em(0.9))
    zero = tag("line", class_="sb-zero", x1="50%", x2="50%", y1="0", y2=em(1.3))
    return drawing("signed-bar", "", bar, zero, height=em(1.3))
