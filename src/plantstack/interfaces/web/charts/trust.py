"""The trust mark: how far a number may be believed, as letter, shape, title and spoken words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from plantstack.interfaces.web.charts.svg import tag, words

Letter = Literal["A", "B", "C", "U"]


@dataclass(frozen=True, slots=True)
class Trust:
    """How far a number may be believed.

    Attributes:
        letter: A measured, B part estimated or typed in, C not yet trusted, U unknown.
        why: in words: "two stops have no reason yet".
        href: to the lineage of the number, or nothing.
    """

    letter: Letter
    why: str
    href: str = ""


def trust_mark(trust: Trust) -> Markup:
    """Letter and shape for the eye, the words for who points at it and who listens."""
    shape = tag("svg", *_shape(trust.letter), viewBox="0 0 16 16", aria_hidden="true")
    said = tag("span", Markup(" – ") + words(trust.why), class_="sr")
    name, href = ("a", trust.href) if trust.href else ("span", None)
    return tag(name, shape, words(trust.letter), said, class_="trust", title=trust.why, href=href)


def _shape(letter: Letter) -> list[Markup]:
    def ring(**more: str | float) -> Markup:
        line = {"fill": "none", "stroke": "currentColor", "stroke_width": 1.5, **more}
        return tag("circle", cx=8, cy=8, r=6.5, **line)

    if letter == "A":
        return [ring(fill="currentColor")]
    if letter == "B":
        return [ring(), tag("path", d="M8 1.5a6.5 6.5 0 0 1 0 13z", fill="currentColor")]
    if letter == "C":
        return [ring(stroke_dasharray="2.5 2")]
    slash = tag("path", d="M3.6 12.4 12.4 3.6", stroke="currentColor", stroke_width=1.5)
    return [ring(), slash]
