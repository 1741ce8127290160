"""The readiness ladder: five steps of rising height, filled up to the level, always with its words."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from plantstack.interfaces.web.charts.svg import number, tag, words

_STEP = 8.0
_HEIGHT = 14.0


@dataclass(frozen=True, slots=True)
class Ladder:
    """How ready a place is.

    Attributes:
        level: steps reached, 0 to `steps`.
        words: "ready 3 of 5"; stands beside the drawing, which says nothing by itself.
        steps: of the ladder.
    """

    level: int
    words: str
    steps: int = 5


def ladder(one: Ladder) -> Markup:
    """The drawing and its words, as one line of text."""
    width = _STEP * one.steps - 2
    steps = [_step(place, one) for place in range(one.steps)]
    size = f"0 0 {number(width)} {number(_HEIGHT)}"
    drawn = tag("svg", *steps, viewBox=size, aria_hidden="true")
    return tag("span", drawn, tag("span", words(one.words)), class_="ready-ladder")


def _step(place: int, one: Ladder) -> Markup:
    top = (_HEIGHT - 1) * (1 - (place + 1.4) / (one.steps + 0.4))
    box = {"x": _STEP * place + 0.5, "y": 0.5 + top, "width": _STEP - 3, "height": _HEIGHT - 1 - top}
    return tag("rect", class_="ld-on" if place < one.level else "ld-off", **box)
