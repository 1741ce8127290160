"""Languages: what texts are called in each, and which one a reader gets."""

from __future__ import annotations

import gettext
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES = {"en": "English", "de": "Deutsch", "es": "Español"}
SOURCE = "en"
_FOLDER = Path(__file__).parent / "languages"


@cache
def catalogue(language: str, folder: Path = _FOLDER) -> gettext.NullTranslations:
    """Read the translations of a language; those of the source are the texts themselves."""
    path = folder / f"{language}.po"
    if not path.exists():
        return gettext.NullTranslations()
    with path.open("rb") as file:
        told = read_po(file, locale=language)
    packed = BytesIO()
    write_mo(packed, told)
    packed.seek(0)
    return gettext.GNUTranslations(packed)


def chosen(accepted: str, wanted: str = "") -> str:
    """The language of a reader: the one he chose, else the first of his browser that there is.

    >>> chosen("fr, de-AT;q=0.8, en;q=0.5"), chosen("de", "es"), chosen("")
    ('de', 'es', 'en')
    """
    if wanted in LANGUAGES:
        return wanted
    ranked: list[tuple[float, str]] = []
    for part in accepted.split(","):
        name, _, weight = part.strip().partition(";q=")
        ranked.append((-_weight(weight), name.partition("-")[0].strip().lower()))
    return next((name for _, name in sorted(ranked, key=lambda one: one[0]) if name in LANGUAGES), SOURCE)


def _weight(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0
