"""Languages: what texts are called in each, and which one a reader gets."""

from __future__ import annotations

import gettext
import re
from collections.abc import Callable
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path

from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from plantstack.interfaces.web.engine_words import TEMPLATES, steps
from plantstack.kpis.load import shipped_catalog
from plantstack.kpis.wording import in_words
from plantstack.plant.plant import Plant

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


# -- what the engines say in sentences of their own ----------------------------------------------------

SPOKEN = ("why", "step")
"""Values of a text that are themselves sentences of an engine: whoever says the text says them too."""
_ID = re.compile(r"(?<![\w/.-])[A-Za-z]\w*(?:-\w+)*(?![\w/-])")
_SENTENCE = re.compile(r"(?<=\.) (?=[A-Z])")
_PLACE = re.compile(r"%\((\w+)\)s")
_SHAPES = {
    **dict.fromkeys(("n", "least", "days"), r"[\d.,]+"),
    **dict.fromkeys(("share", "limit"), r"[\d.,]+%"),
    **dict.fromkeys(("lowest", "level", "order", "same"), r"[^\s]+"),
    **dict.fromkeys(("day", "last"), r"\d{4}-\d\d-\d\d"),
    **dict.fromkeys(("method", "fact"), r"[\w-]+"),
    "what": r".+",  # a place stands behind the last of several 'at'
}
# Looked up again: whole, or part by part.
_INSIDE = ("why", "what", "name", "lowest", "level", "method", "fact", "before", "now")
_ONLY_KNOWN = ("%(share)s %(what)s",)  # what is no text of its own has a place behind it
_PARTS = {"list": "; ", "parts": ", ", "priced": ", ", "since": ", ", "names": ", "}


def spoken(text: str, language: str) -> str:
    """Say a sentence of an engine in a language; one that is not known stays as it is.

    >>> spoken("no shift of tul-1 is open at noon", "en")
    'no shift of tul-1 is open at noon'
    """
    text = "; ".join(in_words(part, shipped_catalog()) for part in (text or "").split("; "))
    return text if language == SOURCE or not text else _spoken(text, language)


def sentences(text: str, language: str) -> str:
    """Say what was refused and what to do, sentence by sentence."""
    return " ".join(spoken(part, language) for part in _SENTENCE.split(text))


@lru_cache(4096)
def _spoken(text: str, language: str) -> str:
    """What `spoken` says in another language: the whole, its parts, or what a template makes of it."""
    say = catalogue(language).gettext
    whole = say(text)
    if whole != text:
        return whole
    if text in _steps():
        return _step(say(_steps()[text]))
    parts = text.split("; ")
    told = [_spoken(part, language) for part in parts] if len(parts) > 1 else parts
    if all(one != part for one, part in zip(told, parts, strict=True)):
        return "; ".join(told)
    for pattern, template in _patterns():
        found = pattern.fullmatch(text)
        values = found.groupdict() if found else {}
        said = {name: _value(name, value, language) for name, value in values.items()}
        if found and not (template in _ONLY_KNOWN and said["what"] == values["what"]):
            return say(template) % said
    bare = text.removesuffix(".")  # what was refused, or is missing, made a sentence
    return text if bare == text or _spoken(bare, language) == bare else f"{_spoken(bare, language)}."


def named_by(text: str, plant: Plant | None) -> str:
    """A sentence with what people call equipment where it says ids, such as 'tul-1-filler'.

    Ids that may as well be words, without a hyphen, stay as they are; those of sites do not.
    """
    if plant is None or not text:
        return text

    def name(found: re.Match[str]) -> str:
        known = plant.equipment.get(found[0]) if "-" in found[0] else plant.sites.get(found[0])
        return known.label if known and known.label else found[0]

    return _ID.sub(name, text)


def with_words(values: dict[str, object], say: Callable[[str], str]) -> dict[str, object]:
    """The values of a text, those that are sentences of an engine said in the language of the reader."""
    return {
        name: say(value) if name in SPOKEN and isinstance(value, str) else value
        for name, value in values.items()
    }


def _value(name: str, told: str, language: str) -> str:
    if name == "currencies":
        return str(format_list(told.split(" and "), locale=language))
    if name in _PARTS:
        between, plain = _PARTS[name], told.removesuffix(".")
        said = between.join(spoken(part, language) for part in plain.split(between))
        return said + told[len(plain) :]
    return spoken(told, language) if name in _INSIDE else told


def _step(sentence: str) -> str:
    """What to do, of a sentence that says what is missing first."""
    step = (sentence.partition(": ")[2] or sentence).partition(";")[0]
    return f"{step[0].upper()}{step[1:]}."


@cache
def _steps() -> dict[str, str]:
    return steps()


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((_pattern(template), template) for template in TEMPLATES)


def _pattern(template: str) -> re.Pattern[str]:
    """What a text looks like once its places are filled.

    >>> _pattern("%(n)s of %(what)s").fullmatch("3 of them all").groupdict()
    {'n': '3', 'what': 'them all'}
    """
    made, end = "", 0
    for place in _PLACE.finditer(template):
        made += re.escape(template[end : place.start()]) + f"(?P<{place[1]}>{_SHAPES.get(place[1], '.+?')})"
        end = place.end()
    return re.compile(made + re.escape(template[end:]), re.DOTALL)
