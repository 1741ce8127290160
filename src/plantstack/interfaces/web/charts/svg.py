"""Scales, axes and marks that all charts share: SVG as text, nothing of the app.

How a drawing fits any width without stretching its words: an `<svg>` without viewBox, across in percent of
its width, down in `em` of its own text. What has to be stretched (lines, areas) lies in a nested `<svg>`
whose viewBox is 100 × 100 and whose strokes do not scale. No style attributes: a strict content policy
forbids them, so looks come from classes (charts.css) and form from attributes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, inf, isfinite, log10

from markupsafe import Markup, escape

NOTHING = Markup("")

FITS = (10, 15, 20, 25, 30, 40, 50, 60, 80, 100, 140)
"""Widths in rem from which a word may be shown; charts.css has a class `from-N` for each."""

_LEAST = 1e-300  # an extent below it is none: half of it would be 0
_CHARACTER = 0.48  # rem of one character at .75 rem, in a wide font
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PLAIN = re.compile(r"[A-Za-z0-9 .,%#()-]*")  # most attributes: nothing in them to escape
_NOT_ID = re.compile("[^A-Za-z0-9]")


@dataclass(frozen=True, slots=True)
class Tick:
    """One place of an axis and the words that stand there, in the language and zone of the reader."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Scale:
    """From values to percent of a length; what lies outside is drawn at the edge.

    >>> Scale(0, 8).percent(2)
    '25%'
    """

    low: float
    high: float

    def share(self, value: float) -> float:
        """Where a value lies, 0 to 100; a scale without extent puts all in its middle."""
        low, value = float(self.low), float(value)
        # halves, for the extent of two very large numbers of opposite sign is no number
        extent = float(self.high) / 2 - low / 2
        if not extent > 0:
            return 50.0
        return min(max((value / 2 - low / 2) / extent, 0.0), 1.0) * 100

    def percent(self, value: float) -> str:
        """The same as an attribute."""
        return percent(self.share(value))


def from_zero(values: Iterable[float | None]) -> Scale:
    """A scale for bars: it begins at 0 (below it only where a value does), whatever the values.

    >>> from_zero([3, None, 12])
    Scale(low=0.0, high=12.0)
    """
    known = [float(one) for one in values if one is not None]
    low, high = min([0.0, *known]), max([0.0, *known])
    return Scale(low, high if high - low > _LEAST else low + 1.0)


def around(values: Iterable[float | None], margin: float = 0.08) -> Scale:
    """A scale for lines: all values with a little room above and below."""
    known = [float(one) for one in values if one is not None]
    if not known:
        return Scale(0.0, 1.0)
    low, high = min(known), max(known)
    room = (high / 2 - low / 2) * 2 * margin
    return Scale(low - room, high + room)


def round_values(low: float, high: float, most: int = 5) -> tuple[float, ...]:
    """Round numbers inside a range, for an axis; the caller writes them in the reader's language.

    >>> round_values(0, 47)
    (0.0, 10.0, 20.0, 30.0, 40.0)
    """
    extent = high - low
    if not (isfinite(extent) and extent > 0):
        return (low,)
    exponent = floor(log10(extent / most))
    steps = (factor * 10.0**exponent for factor in (1, 2, 5, 10))
    step = next(one for one in steps if extent / one <= most or one >= 10.0 ** (exponent + 1))
    first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
    return tuple(round(number * step, max(-exponent, 0) + 1) for number in range(first, last + 1))


def number(value: float) -> str:
    """A coordinate: three decimals at most.

    Raises:
        ValueError: a coordinate that is no number; nothing is ever drawn at an unknown place.

    >>> number(12.50004)
    '12.5'
    """
    if not isfinite(value):
        raise ValueError(f"{value} is no place to draw at")
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def percent(share: float) -> str:
    """Percent of the width or height, as an attribute."""
    return number(share) + "%"


def em(length: float) -> str:
    """A length in heights of the chart's text, as an attribute."""
    return number(length) + "em"


def words(text: str) -> Markup:
    """Text for the page: escaped, and without characters that XML cannot carry.

    What templates have translated comes escaped already; it is taken as the plain text it means.
    """
    plain = text.unescape() if isinstance(text, Markup) else text
    return escape(_NOT_XML.sub("\ufffd", plain))


def identifier(*parts: str) -> str:
    """An id from anything: different parts give different ids.

    >>> identifier("strip", "Győr/P 3", "wait")
    'strip-Gy_151_r_2f_P_20_3-wait'
    """
    return "-".join(_NOT_ID.sub(lambda hit: f"_{ord(hit[0]):x}_", part) for part in parts)


def tag(name: str, *inside: Markup, **attributes: str | int | float | None) -> Markup:
    """One element. `class_` is class, `stroke_width` is stroke-width; None leaves an attribute out.

    >>> print(tag("rect", x="5%", class_="st-run"))
    <rect x="5%" class="st-run"/>
    """
    told = [
        f' {key.rstrip("_").replace("_", "-")}="{_attribute(value)}"'
        for key, value in attributes.items()
        if value is not None
    ]
    # parts are markup already, by their type: joining them plainly is many times faster
    end = f">{''.join(inside)}</{name}>" if inside else "/>"
    return Markup(f"<{name}{''.join(told)}{end}")


def _attribute(value: str | int | float) -> str:
    if isinstance(value, str):
        return value if type(value) is str and _PLAIN.fullmatch(value) else words(value)
    return number(value)


def text(label: str, **attributes: str | int | float | None) -> Markup:
    """Words in the drawing."""
    return tag("text", words(label), **attributes)


def title(label: str) -> Markup:
    """What a mark says when it is pointed at."""
    return tag("title", words(label)) if label else NOTHING


def drawing(class_: str, sentence: str, *inside: Markup, **attributes: str | int | float | None) -> Markup:
    """A whole chart: an image that says its sentence, or an ornament where there is none to say."""
    said: dict[str, str] = {"role": "img", "aria_label": sentence} if sentence else {"aria_hidden": "true"}
    return tag("svg", *inside, class_=class_, **{"width": "100%", **attributes, **said})


def origin(x: str, y: str, *inside: Markup) -> Markup:
    """A place inside a drawing from which lengths in em are measured."""
    return tag("svg", *inside, x=x, y=y, overflow="visible")


def stretched(*inside: Markup, **attributes: str | int | float | None) -> Markup:
    """A nested drawing of 100 × 100 that fills its box; strokes keep their width."""
    box: dict[str, str | int | float | None] = {"width": "100%", "height": "100%", **attributes}
    return tag("svg", *inside, viewBox="0 0 100 100", preserveAspectRatio="none", overflow="visible", **box)


def hatched(id_: str, ground: str, line: str = "hatch-line") -> Markup:
    """A 45° hatch to fill with (`fill="url(#id)"`); ids are the page's, so each chart has its own."""
    size = {"width": 6, "height": 6}
    inside = (tag("rect", class_=ground, **size), tag("rect", class_=line, width=2, height=6))
    more = {"patternUnits": "userSpaceOnUse", "patternTransform": "rotate(45)"}
    return tag("defs", tag("pattern", *inside, id=id_, **size, **more))


def path(points: Sequence[tuple[float, float]], class_: str, said: str = "") -> Markup:
    """Points joined by a line, inside a stretched drawing; one point alone is a dot."""
    if not points:
        return NOTHING
    steps = " ".join(f"{number(x)},{number(y)}" for x, y in points)
    way = f"M{steps}" if len(points) > 1 else f"M{steps}h0"
    inside = [title(said)] if said else []
    return tag("path", *inside, d=way, class_=class_, fill="none", vector_effect="non-scaling-stroke")


def dot(x: float, y: float, class_: str, said: str = "") -> Markup:
    """A round point inside a stretched drawing: a line of no length with round ends stays round."""
    inside = [title(said)] if said else []
    return tag(
        "path",
        *inside,
        d=f"M{number(x)},{number(y)}h0",
        class_=class_,
        stroke_linecap="round",
        vector_effect="non-scaling-stroke",
    )


def pieces(points: Sequence[tuple[float, float | None]]) -> list[list[tuple[float, float]]]:
    """Runs of points without a gap: where nothing is known there is no line."""
    runs: list[list[tuple[float, float]]] = [[]]
    for x, y in points:
        if y is None:
            runs.append([])
        else:
            runs[-1].append((x, y))
    return [run for run in runs if run]


def width_of(label: str) -> float:
    """Room that words need at the size of an axis, in rem; a guess on the wide side."""
    return len(label) * _CHARACTER + 0.5


def fit(need: float) -> str | None:
    """The class of a word that needs its chart at least so wide (rem); None where it never fits."""
    return next((f"from-{width}" for width in FITS if need <= width), None)


def tick_fits(
    ticks: Sequence[tuple[float, str]], taken: Sequence[tuple[float, str]] = ()
) -> list[str | None]:
    """For each label at its share (0 to 100) of an axis: the class from which width it has room.

    Every second label gives way first, then every second of the rest; `taken` are places of other words.
    """
    gaps = [abs(after - before) for (before, _), (after, _) in pairwise(ticks)]
    gap = min(gaps, default=100.0)
    at_edge = any(
        share <= 0 or share >= 100 for share, _ in ticks
    )  # they reach inwards with all their length
    found = []
    for index, (share, label) in enumerate(ticks):
        level = 4 if index % 4 == 0 else 2 if index % 2 == 0 else 1
        width = width_of(label)
        needs = [_need(level * gap, width * (1.5 if at_edge else 1.0))]
        reach = width if share <= 0 or share >= 100 else width / 2
        needs += [_need(abs(share - other), reach + width_of(said) / 2) for other, said in taken]
        found.append(fit(max(needs)))
    return found


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a word stands and from which width it is shown."""

    anchor: str
    at: float
    fits: str


def spread(
    wanted: Sequence[tuple[float, str]], taken: Sequence[tuple[float, float]] = ()
) -> list[Placed | None]:
    """Places for words on one line, the most important first: what has no room beside them is left out.

    Args:
        wanted: middle in percent, and the word.
        taken: middle in percent and width in rem of what stands there already.
    """
    # of each word: the point it hangs on, and how far it reaches to the left and to the right of it
    placed = [(at, width / 2, width / 2) for at, width in taken]
    found: list[Placed | None] = []
    for middle, label in wanted:
        width = width_of(label)
        anchor, at, left, right = "middle", middle, width / 2, width / 2
        if width / 2 > 0.4 * min(middle, 100 - middle):  # near an edge it hangs on the edge
            at, left, right = (0.0, 0.0, width) if middle < 50 else (100.0, width, 0.0)
            anchor = "start" if middle < 50 else "end"
        needs = [width, _need(at, left), _need(100 - at, right)]
        for other, before, after in placed:
            needs.append(_need(at - other, left + after) if at > other else _need(other - at, right + before))
        class_ = fit(max(needs))
        if class_:
            placed.append((at, left, right))
        found.append(Placed(anchor, at, class_) if class_ else None)
    return found


def _need(share: float, length: float) -> float:
    """How wide the whole must be (rem) for a share of it to hold a length."""
    return 100 * length / share if share > 0 else inf if length else 0.0


def empty(sentence: str) -> Markup:
    """What stands where a chart would be empty: what is missing and who can fix it."""
    return tag("p", words(sentence), class_="chart-empty")


def table(summary: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Markup:
    """The same in words: a table to unfold. The first cell of a row is its name."""
    if not summary:
        return NOTHING
    head = tag("tr", *(tag("th", words(one), scope="col") for one in heads))
    body = [
        tag("tr", tag("th", words(row[0]), scope="row"), *(tag("td", words(one)) for one in row[1:]))
        for row in rows
    ]
    whole = tag("table", tag("thead", head), tag("tbody", *body))
    return tag("details", tag("summary", words(summary)), whole, class_="chart-table")
