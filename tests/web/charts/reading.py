"""Reads what a chart drew, for tests: elements by class, and lengths as numbers."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable

from markupsafe import Markup

Element = ElementTree.Element


def read(*drawn: Markup) -> Element:
    """Parse drawings strictly: what is not well-formed XML fails."""
    return ElementTree.fromstring("<all>" + "".join(drawn) + "</all>")


def of(whole: Element, name: str) -> list[Element]:
    """All elements that carry a class."""
    return [one for one in whole.iter() if name in one.get("class", "").split()]


def share(element: Element, key: str) -> float:
    """A length in percent."""
    value = element.get(key, "")
    assert value.endswith("%"), f"{key}={value!r} is no percent"
    return float(value[:-1])


def length(element: Element, key: str) -> float:
    """A length in em."""
    return float(element.get(key, "").removesuffix("em"))


def spoken(whole: Element) -> list[str]:
    """What images and groups say."""
    return [one.get("aria-label", "") for one in whole.iter() if one.get("role")]


def texts(elements: Iterable[Element]) -> list[str]:
    """The words of elements, with those inside."""
    return ["".join(one.itertext()) for one in elements]
