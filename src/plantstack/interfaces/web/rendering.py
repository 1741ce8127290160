"""Templates, languages and formats: how what is known becomes a page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache, partial
from typing import Any, cast
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from plantstack.interfaces.figures import unit_of
from plantstack.interfaces.web import charts, formats
from plantstack.interfaces.web.assets import WEB
from plantstack.interfaces.web.page import Fragments
from plantstack.interfaces.web.speaking import catalogue, named_by, sentences, spoken, with_words
from plantstack.measures.catalog import MEASURES

_DUTIES = {"ci": "Improvement"}  # roles whose name says nothing to people
_FOLDERS = ("pages", "components", "templates")


@cache
def environment(language: str) -> Environment:
    """The templates in one language."""
    made = Environment(
        loader=FileSystemLoader([WEB / name for name in _FOLDERS]),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    translations = catalogue(language)
    cast(Any, made).install_gettext_callables(
        translations.gettext, translations.ngettext, newstyle=True, pgettext=translations.pgettext
    )
    made.globals.update(live=_live, charts=charts, gettext=partial(_said, language))
    made.filters.update(
        number=partial(formats.number, language=language),
        percent=partial(formats.percent, language=language),
        doubt=partial(formats.doubt, language=language),
        agreed=partial(formats.agreed, language=language),
        money=partial(formats.money, language=language),
        figure=partial(formats.figure, language=language),
        kpi=partial(formats.kpi, language=language),
        kpi_unit=unit_of,
        duration=formats.duration,
        clock=_clock,
        day=_day,
        instant=_instant,
        written=partial(formats.written, language=language),
        sign=partial(formats.unit_sign, language=language),
        moved=partial(formats.moved, language=language),
        kpi_of=lambda side, head: formats.figure(side["value"], unit_of(head), language),
        measure_words=measure_words,
        spoken=_spoken,
        refused=lambda text: sentences(text, language),
        duty=partial(_duty, language),
        address=address,
        told=_told,
    )
    return made


def _said(language: str, text: str, /, **values: object) -> Markup:
    """A text in the reader's language; escaped, for names of a plant are texts too, and may have a `%`."""
    told = escape(catalogue(language).gettext(text))
    return told % with_words(values, partial(spoken, language=language)) if values else told


def _told(words: Mapping[str, str]) -> Markup:
    """Texts for a script, in an attribute."""
    return escape(json.dumps({name: Markup(text).unescape() for name, text in words.items()}))


def measure_words(name: str) -> str:
    """What an evidence or a sum is about, in the plant's words; translated where it is shown."""
    return MEASURES[name].meaning if name in MEASURES else name.replace("_", " ")


def address(path: str, **query: object) -> str:
    """An address within the app, without what is empty.

    >>> address("/ci", scope="tul-1", period="")
    '/ci?scope=tul-1'
    """
    told = urlencode({name: value for name, value in query.items() if value not in ("", None)})
    return f"{path}?{told}" if told else path


@pass_context
def _live(context: Context, key: str, tag: str = "div", kind: str = "", caller: Any = None) -> Markup:
    """A part of the page that is sent again when it changed; parts do not stand in one another."""
    inner = str(caller())
    fragments: Fragments = context["fragments"]
    fragments.of[key] = inner
    named = Markup(' class="{}"').format(kind) if kind else ""
    return Markup('<{0}{1} data-live="{2}">{3}</{0}>').format(tag, named, key, Markup(inner))


@pass_context
def _clock(context: Context, at: int | None, zone: str = "") -> str:
    """A time of day; on another clock than that of the page, which stands at its head, with its zone."""
    told = formats.clock(at, context["language"], zone or context["zone"])
    is_other = at is not None and zone and zone != context["zone"]
    return f"{told} {formats.zone_of(at, zone)}" if is_other and at is not None else told


@pass_context
def _day(context: Context, at: int | None, zone: str = "") -> str:
    return formats.day(at, context["language"], zone or context["zone"])


def _duty(language: str, owner: str) -> str:
    """The function that has to do something, as people call it."""
    told = spoken(_DUTIES.get(owner, owner), language)
    return told[:1].upper() + told[1:]


@pass_context
def _spoken(context: Context, text: str) -> str:
    """A sentence of an engine in the reader's language, by the names of the plant."""
    return named_by(spoken(text, context["language"]), context.get("plant"))


@pass_context
def _instant(context: Context, text: str, zone: str = "") -> str:
    return formats.instant(text, context["language"], zone or context["zone"])


def render(template: str, language: str, told: Mapping[str, Any]) -> tuple[str, Fragments]:
    """Fill a template; return the page and the parts of it that change while it is open."""
    fragments = Fragments()
    text = environment(language).get_template(template).render(told, fragments=fragments, language=language)
    return text, fragments
