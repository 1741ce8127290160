"""The texts of the web app and their translations: `python -m tests.web.texts` brings the files up to date.

Texts come from templates, from Python (`N_`, `say`), also of what is told of the floor, and from what the
catalogue and the measures are called. A new text is added to each language without a translation, and
the test of languages is red until it has one.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from plantstack.interfaces.web import engine_words
from plantstack.interfaces.web.assets import WEB
from plantstack.interfaces.web.speaking import LANGUAGES, SOURCE
from plantstack.kpis.load import shipped_catalog
from plantstack.measures.catalog import MEASURES

FOLDER = WEB / "languages"
INSIGHTS, REPORTS = WEB.parents[1] / "insights", WEB.parent / "reports"
_EXTENSIONS = "jinja2.ext.i18n, jinja2.ext.do, jinja2.ext.loopcontrols"
_IN_PYTHON = {"N_": None, "ngettext": (1, 2)}
_IN_TEMPLATES = {"_": None, "gettext": None, "ngettext": (1, 2)}
Text = str | tuple[str, ...]
# Words that stand in declarations and are put through `_` where they are shown.
_WORDS = (
    *("live", "hour", "shift", "day", "week", "month", "period", "quarter", "year", "order"),
    *("site", "area", "line", "machine", "group"),
)


def texts() -> dict[Text, None]:
    """Every text of the app, once, in the order of files and lines."""
    found: dict[Text, None] = {}
    for path in sorted(WEB.rglob("*.html")):
        for _, function, text, _ in babel_extract(
            BytesIO(path.read_bytes()),
            list(_IN_TEMPLATES),
            [],
            {"extensions": _EXTENSIONS, "newstyle_gettext": "true", "trimmed": "false"},
        ):
            found.update(dict.fromkeys(_told(function, text)))
    for path in sorted(path for at in (WEB, REPORTS, INSIGHTS) for path in at.rglob("*.py")):
        for _, text, _, _ in extract("python", BytesIO(path.read_bytes()), keywords=_IN_PYTHON):
            found.setdefault(text if isinstance(text, str) else tuple(text))
    found.update(dict.fromkeys(_declared()))
    return {text: None for text in found if text}


def _told(function: str, text: object) -> Iterator[Text]:
    parts = [one for one in (text if isinstance(text, tuple) else (text,)) if isinstance(one, str)]
    if function == "ngettext" and len(parts) > 1:
        yield (parts[0], parts[1])
    elif parts:
        yield parts[0]


def _declared() -> Iterator[str]:
    """What the shipped catalogue and the measures say to people."""
    for kpi in shipped_catalog().kpis.values():
        yield from (kpi.name, kpi.decision, kpi.playbook, kpi.owner, kpi.owner.capitalize())
    yield from (measure.meaning for measure in MEASURES.values())
    yield from _WORDS
    yield from engine_words.declared()


def translations(language: str) -> Catalog:
    """What is translated so far."""
    path = FOLDER / f"{language}.po"
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def updated(language: str) -> Catalog:
    """The texts of today with the translations there are."""
    old = translations(language)
    made = Catalog(locale=language, project="plantstack", fuzzy=False)
    for text in texts():
        known = old.get(text if isinstance(text, str) else text[0])
        kept = known.string if isinstance(known, Message) and known.string else ""
        if isinstance(text, tuple) and not isinstance(kept, tuple | list):
            kept = (kept, "") if kept else ("", "")
        made.add(text, kept)
    return made


def write(language: str, folder: Path = FOLDER) -> int:
    """Write the file of a language; return how many texts have no translation."""
    made = updated(language)
    told = BytesIO()
    write_po(told, made, width=110, omit_header=False, sort_output=False)
    lines = told.getvalue().decode().splitlines(keepends=True)
    names = ("POT-Creation-Date", "PO-Revision-Date", "Generated-By", "Last-Translator", "Report-Msgid")
    stamped = [f'"{name}' for name in names]
    text = "".join(line for line in lines if not line.startswith((*stamped, "#", '"Language-Team')))
    (folder / f"{language}.po").write_text(text.lstrip("\n"), "utf-8")
    return sum(1 for message in made if message.id and not all(_strings(message)))


def _strings(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


if __name__ == "__main__":
    for name in LANGUAGES:
        if name != SOURCE:
            print(f"{name}: {write(name)} texts without a translation")
