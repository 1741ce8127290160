"""From a visit to the page: what every page has around it, and what changes while it is open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from plantstack.demo.living.ahead import about_of, is_demo
from plantstack.interfaces.web.assets import Assets
from plantstack.interfaces.web.finding import Found, all_pages
from plantstack.interfaces.web.page import Reading, Visit
from plantstack.interfaces.web.rendering import render
from plantstack.interfaces.web.speaking import LANGUAGES
from plantstack.live.study import NotYet


@dataclass(frozen=True, slots=True)
class Shown:
    """A page as it was made.

    Attributes:
        text: all of it.
        title: of the document.
        parts: what changes while it is open, by key.
        is_whole: whether it waits for nothing that is still being worked out.
    """

    text: str
    title: str
    parts: Mapping[str, str]
    is_whole: bool = True

    @property
    def digest(self) -> str:
        """A name of exactly these parts."""
        return digest_of(self.title, self.parts)


def digest_of(title: str, parts: Mapping[str, str]) -> str:
    """A name of exactly these parts under this title."""
    told = sha256(title.encode())
    for key, part in sorted(parts.items()):
        told.update(f"\0{key}\0{part}".encode())
    return told.hexdigest()[:16]


@cache
def assets() -> Assets:
    """The files of the app, packed once."""
    return Assets()


def show(found: Found, visit: Visit, around: Mapping[str, Any]) -> Shown:
    """Make a page.

    Args:
        found: which one.
        visit: who looks at what.
        around: what the server knows of the request beside it, as `csrf`.

    Raises:
        PlantstackError: where what is asked for cannot be asked.
        HTTPException: where there is no such thing, or it may not be seen.
    """
    template, is_whole = found.page.template or f"{found.name}.html", True
    try:
        told = dict(found.page.show(visit))
    except NotYet as error:
        template, is_whole = "not_yet.html", False
        told = {"title": visit.name(visit.scope), "waiting": error.waiting}
    around = {**around, "of_before": min(visit.before, key=lambda one: one.at, default=None)}
    text, fragments = render(template, visit.language, surroundings(found, visit) | told | around)
    digest = digest_of(str(told["title"]), fragments.of)
    is_whole = is_whole and not visit.before
    return Shown(text.replace(_DIGEST, digest, 1), str(told["title"]), fragments.of, is_whole)


_DIGEST = "digest-of-the-parts"  # stands in the page until its parts are known


def surroundings(found: Found, visit: Reading) -> dict[str, Any]:
    """What every page has around what it shows."""
    files = assets()
    return {
        "visit": visit,
        "page": found.page,
        "name": found.name,
        "menu": menu(visit),
        "languages": LANGUAGES,
        "zone": visit.zone,
        "now": visit.now,
        "digest": _DIGEST,
        "at_hand": f"/static/{files.version}",
        "version": files.version,
        "style": f"{found.name}.css" if f"{found.name}.css" in files.files else "",
        "script": f"{found.name}.js" if f"{found.name}.js" in files.files else "",
        "csrf": "",
        "plant": visit.plant,
        "ended_at": _ended_at(visit),
    }


def _ended_at(visit: Reading) -> int | None:
    """When the simulation of a demo group ended; None of any other project, or while it goes on."""
    folder = visit.running.folder if isinstance(visit, Visit) else None
    if folder is None or not is_demo(folder):
        return None
    end = _end_of(folder)
    return end if visit.now > end else None


@cache
def _end_of(folder: Path) -> int:
    return about_of(folder).end


def menu(visit: Reading) -> list[Found]:
    """What stands in the main menu for a reader."""
    folder = visit.running.folder if isinstance(visit, Visit) else Path()
    may = visit.sender.may
    return [
        one for one in all_pages() if one.page.place and one.page.right in may and one.page.is_offered(folder)
    ]
