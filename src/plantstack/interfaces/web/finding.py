"""Which page is where: every module of `pages` with a `PAGE`."""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from starlette.routing import compile_path

from plantstack.interfaces.web import pages
from plantstack.interfaces.web.page import Page


@dataclass(frozen=True, slots=True)
class Found:
    """A page and what belongs to it.

    Attributes:
        name: of its module, its template, its style sheet and its script.
        page: as its module declares it.
        where: what its path looks like.
    """

    name: str
    page: Page
    where: re.Pattern[str]


@cache
def all_pages() -> tuple[Found, ...]:
    """Every page, in the order of the main menu; those with a fixed path before those with a parameter."""
    found = []
    for module in pkgutil.iter_modules(pages.__path__):
        declared = import_module(f"{pages.__name__}.{module.name}")
        for page in getattr(declared, "PAGES", None) or (declared.PAGE,):
            found.append(Found(module.name, page, compile_path(page.path)[0]))
    return tuple(sorted(found, key=lambda one: ("{" in one.page.path, one.page.place, one.name)))


def find(path: str) -> tuple[Found, Mapping[str, str]] | None:
    """The page at a path, and what its parameters are there."""
    for found in all_pages():
        match = found.where.match(path)
        if match:
            return found, match.groupdict()
    return None
