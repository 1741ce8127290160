"""A page as one file: its style within, no script, nothing fetched, no links that lead nowhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from markupsafe import Markup

from plantstack.interfaces.web.finding import Found
from plantstack.interfaces.web.page import Reading
from plantstack.interfaces.web.rendering import render
from plantstack.interfaces.web.showing import assets, surroundings
from plantstack.live.access import Sender
from plantstack.live.study import Studied
from plantstack.plant.plant import Plant
from plantstack.stack.project import Stack

_T = TypeVar("_T")
_LINK = re.compile(r' href="(?:/|\?)[^"]*"')
_PLAIN = re.compile(r"[^\w .,:–-]")
_FOOT = """
.no-print {{ display: none !important; }}
.top {{ flex-wrap: wrap; }} .top > p:not(.where) {{ margin-left: auto; }}
a:not([href]) {{ color: inherit !important; text-decoration: none !important; }}
@page {{ margin-bottom: 13mm;
  @bottom-left {{ content: "{text}"; font: 7pt sans-serif; color: #5C6770; }}
  @bottom-right {{ content: counter(page) " / " counter(pages); font: 7pt sans-serif; color: #5C6770; }} }}
"""


@dataclass(frozen=True, slots=True)
class Sheet(Reading):
    """One look at a page that is no screen: see `Reading`.

    Attributes:
        stack: the opened project; it answers everything at once.
    """

    stack: Stack
    sender: Sender
    path: str
    params: Mapping[str, str]
    query: Mapping[str, str]
    now: int
    language: str

    @property
    def plant(self) -> Plant:
        """What stands where."""
        return self.stack.plant

    def ask(self, question: Callable[[Stack], _T]) -> _T:
        """Ask the books."""
        return question(self.stack)

    def study(self, key: tuple[Hashable, ...], question: Callable[[Stack], _T]) -> Studied[_T]:
        """Ask what takes long, and wait for it."""
        return Studied(question(self.stack), self.now, self.stack.standing()[0])


def written(found: Found, sheet: Sheet, told: Mapping[str, Any], foot: str) -> str:
    """Fill the template of a page as a file of its own.

    Args:
        found: the page.
        sheet: the look at it.
        told: what it is filled with.
        foot: what stands at the foot of every printed sheet.
    """
    frame = {"layout": "sheet.html", "styles": _styles(found.name, foot)}
    template = found.page.template or f"{found.name}.html"
    text, _ = render(template, sheet.language, surroundings(found, sheet) | dict(told) | frame)
    return _LINK.sub("", text)


def _styles(name: str, foot: str) -> Markup:
    files = assets().files
    parts = [files[one].plain.decode() for one in ("app.css", f"{name}.css")]
    return Markup("\n").join(map(Markup, [*parts, _FOOT.format(text=_as_css(foot))]))


def _as_css(text: str) -> str:
    r"""A text inside a style sheet: whatever could end it is written as its number.

    >>> _as_css('Line "1"</style>')
    'Line \\22 1\\22 \\3c \\2f style\\3e '
    """
    return _PLAIN.sub(lambda one: f"\\{ord(one[0]):x} ", text)
