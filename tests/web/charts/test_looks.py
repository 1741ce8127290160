"""What charts look like, computed from style sheet and tokens: contrast, grey paper, no stray colour."""

from __future__ import annotations

import re
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest
from tests.web.charts.reading import read
from tests.web.charts.samples import EXHIBITS

from plantstack.interfaces.web.charts.svg import FITS

WEB = Path("src/plantstack/interfaces/web")
SHEET = re.sub(r"/\*.*?\*/", "", (WEB / "charts/charts.css").read_text(encoding="utf-8"), flags=re.DOTALL)
SCREEN = SHEET.partition("@media print")[0]

_STOPS = ("micro", "wait", "planned")
DECORATIVE = {
    "rc-grid": "gridlines repeat what the axis says",
    "pm-grid": "gridlines repeat what the axis says",
    "pm-above": "the tint repeats where the line lies",
    "pm-below": "the tint repeats where the line lies",
    "md-ahead": "a day that has not come says nothing yet",
    "st-future": "time that has not come; the frame bounds it",
    "st-nodata": "nothing to see is what it says; its dots are strong",
    "st-thin-ground": "ground around a thin stop",
    "ob-likely-ground": "ground of a hatch",
    "pm-halo": "ground around the last point",
    **dict.fromkeys(("bl-band-0", "bl-band-1", "bl-band-2", "md-met"), "drawn with the outline of its kind"),
    **dict.fromkeys(
        ("st-micro", "st-wait", "st-wait-ground", "st-planned", *(f"st-thin-{one}" for one in _STOPS)),
        "height, hatch or frame says it: see the tests of hairlines below",
    ),
}
"""Paints that carry nothing by themselves, and why."""

ON = {
    "hb-over": ("sc-actual",),
    "ob-over": ("sc-actual",),
    "flag-sign": ("alarm-fill",),
    "now-word": ("ink-1",),
    "md-cross": ("alarm-fill",),
    "md-number": ("sc-previous", "raised"),
    "md-number-unmeasured": ("raised",),
    "md-number-ahead": ("raised",),
    "bl-value": ("sc-previous", "rule", "surface"),
    "bl-off": ("rule", "surface"),
    "st-wait-line": ("st-wait",),
    "ob-made": ("surface",),
    "ob-now": ("surface", "raised"),
    "ob-whole": ("raised",),
    "pa-dot": ("raised",),
}
"""Grounds of marks that do not lie on a card."""

WORDS = {
    *(
        "axis-tick",
        "st-word",
        "strip-label",
        "flag-sign",
        "now-word",
        "rc-value",
        "rc-early",
        "rc-name",
        "note-sign",
    ),
    *("pm-label", "md-number", "md-number-unmeasured", "md-number-ahead", "wf-text"),
}


@cache
def tokens(theme: str) -> dict[str, str]:
    """Every token of a theme, as the browser would find it."""
    text = (WEB / "static/tokens.css").read_text(encoding="utf-8")
    light, dark = text.partition("@media")[0], text.rpartition(":root[data-theme=dark]")[2].partition("}")[0]
    found = dict(re.findall(r"--([\w-]+):\s*(#[0-9A-Fa-f]{6})", light))
    return found | dict(re.findall(r"--([\w-]+):\s*(#[0-9A-Fa-f]{6})", dark)) if theme == "dark" else found


def luminance(colour: str) -> float:
    """Relative luminance of WCAG 2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of WCAG 2."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@cache
def painted() -> dict[str, dict[str, str]]:
    """Of every class of a mark: what it is filled and drawn with, the last rule wins."""
    found: dict[str, dict[str, str]] = {}
    for selectors, body in re.findall(r"([^{}]+)\{([^{}]*)\}", SCREEN):
        for selector in selectors.split(","):
            name = re.fullmatch(r"\.([\w-]+)", selector.strip())
            for key, value in re.findall(r"(?<![\w-])(fill|stroke):\s*([^;]+)", body):
                if name:
                    found.setdefault(name[1], {})[key] = value.strip()
    return found


def colour(value: str, theme: str) -> str | None:
    """A paint as a colour; None paints nothing."""
    token = re.fullmatch(r"var\(--([\w-]+)\)", value)
    return tokens(theme)[token[1]] if token else value if value.startswith("#") else None


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_mark_stands_out_from_its_ground(theme: str) -> None:
    known = tokens(theme)
    weak = []
    for name, paints in painted().items():
        if name in DECORATIVE:
            continue
        seen = [found for found in (colour(one, theme) for one in paints.values()) if found]
        least = 4.5 if name in WORDS else 3.0
        for ground in ON.get(name, ("raised",)):
            if seen and max(contrast(one, known[ground]) for one in seen) < least:
                weak.append(f"{name} on {ground}: {max(contrast(one, known[ground]) for one in seen):.2f}")
    assert not weak


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_words_are_read_by_what_fills_them(theme: str) -> None:
    known = tokens(theme)
    for name in WORDS & set(painted()):
        paint = painted()[name].get("fill")
        if paint:
            found = colour(paint, theme)
            assert found
            assert all(contrast(found, known[ground]) >= 4.5 for ground in ON.get(name, ("raised",))), name


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_stops_are_parted_from_running_by_a_line_that_survives_grey(theme: str) -> None:
    """Hues vanish on grey paper: a hairline of the ground parts every stop from what runs beside it."""
    known = tokens(theme)
    assert contrast(known["raised"], known["st-run"]) >= 3
    for name in ("st-micro", "st-down", "st-wait", "st-setup", "st-planned"):
        assert painted()[name]["stroke"] == "var(--raised)"


def test_states_on_grey_paper_are_told_apart_by_luminance_or_form() -> None:
    """In the light theme, which is what is printed: each pair differs in grey, in height or in pattern."""
    known = tokens("light")
    full_and_plain = ("st-down", "st-setup", "st-run", "st-planned", "st-nodata")
    order = [luminance(known[name]) for name in full_and_plain]
    assert order == sorted(order), "the darker, the worse"
    for one, other in combinations(full_and_plain, 2):
        assert contrast(known[one], known[other]) >= 1.3, (one, other)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_plan_actual_and_what_missed_differ_in_grey(theme: str) -> None:
    known = tokens(theme)
    assert contrast(known["sc-actual"], known["sc-previous"]) >= 3
    assert contrast(known["sc-actual"], known["raised"]) >= 4.5
    assert contrast(known["alarm"], known["raised"]) >= 4.5


def test_colours_come_from_tokens_alone() -> None:
    names = set(re.findall(r"var\(--([\w-]+)\)", SHEET))
    assert names <= set(tokens("light")) | {"fs-s", "fs-m", "fs-l"}
    assert set(re.findall(r"#[0-9A-Fa-f]{3,6}", SCREEN)) <= {"#14191D", "#6B5526"}, "of the dark hatch alone"


HOOKS = {"flow", "rows", "sr", "ic", "step", "other", "strip-l", "strip-s", "strip-drawing", "rc-drawing"}
HOOKS |= {"pareto-bar", "pareto-head", "waterfall-bar", "wf-loss-thin", "month-days", "md-number-met"}
"""Classes without looks of their own: for pages, or looked at through what they stand in."""

RARE = {"st-thin-nodata", "st-thin-planned", "st-thin-setup", "st-thin-wait", "wf-gain", "wf-total-thin"}
"""Looks that no sample shows; each is one more case of one that is shown."""


def test_every_class_drawn_has_looks_and_every_look_is_drawn() -> None:
    elements = [element for one in EXHIBITS for element in read(one.drawn).iter()]
    drawn = {name for element in elements for name in element.get("class", "").split()}
    fits = {f"from-{width}" for width in FITS}
    looks = set(re.findall(r"\.([a-z][\w-]*)", SHEET))
    assert drawn - looks - HOOKS == set()
    assert looks - drawn - fits - RARE == set()
    assert fits <= looks, "a width without a rule would show words that have no room"
