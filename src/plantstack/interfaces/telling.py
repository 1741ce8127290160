"""How findings and summaries are said to a reader: his language, his clock, the plant's names."""

from __future__ import annotations

from plantstack.insights.saying import Name
from plantstack.insights.telling.render import Reader
from plantstack.interfaces.web import formats
from plantstack.interfaces.web.speaking import SOURCE, catalogue
from plantstack.plant.plant import Plant
from plantstack.stack.answers.using import catalog_of

_DUTIES = {"ci": "Improvement"}  # roles whose name says nothing to people


def reader_of(
    plant: Plant, zone: str, language: str = SOURCE, *, with_day: bool = False, sees_money: bool = True
) -> Reader:
    """A reader of a plant.

    Args:
        plant: whose names are said.
        zone: of the clock on the reader's wall.
        language: of `speaking.LANGUAGES`.
        with_day: whether instants are told with their day.
        sees_money: whether amounts are told.
    """
    translate = catalogue(language).gettext

    def name(one: Name) -> str:
        return name_of(plant, one, language)

    return Reader(language, zone, translate, name, formats, with_day, sees_money)


def duty(owner: str, language: str = SOURCE) -> str:
    """The function that has to do something, as people call it.

    >>> duty("ci"), duty("supervisor")
    ('Improvement', 'Supervisor')
    """
    told = catalogue(language).gettext(_DUTIES.get(owner, owner))
    return told[:1].upper() + told[1:]


def sentence(told: str) -> str:
    """A sentence with its capital and its full stop; some begin with what people named themselves.

    >>> sentence("make one order without it"), sentence("Is it true?")
    ('Make one order without it.', 'Is it true?')
    """
    end = "" if told[-1:] in (".", "!", "?") else "."
    return f"{told[:1].upper()}{told[1:]}{end}"


def zone_of(plant: Plant, place: str) -> str:
    """The clock of a place; UTC where it has several.

    Args:
        plant: what stands where.
        place: id of an equipment; '' is everything.
    """
    if place in plant.spans:
        return plant.site_of(place).zone
    zones = {site.zone for site in plant.sites.values()}
    return zones.pop() if len(zones) == 1 else "UTC"


def name_of(plant: Plant, name: Name, language: str) -> str:
    """What people call something; its id where nobody gave it a name."""
    if name.kind == "equipment":
        return (plant.equipment[name.id].label or name.id) if name.id in plant.equipment else name.id
    if name.kind == "product":
        return (plant.products[name.id].label or name.id) if name.id in plant.products else name.id
    if name.kind == "reason":
        return plant.reasons[name.id].text(language) if name.id in plant.reasons else name.id
    if name.kind == "kpi":
        kpis = catalog_of(plant).kpis
        return catalogue(language).gettext(kpis[name.id].name) if name.id in kpis else name.id
    if name.kind == "role":
        return catalogue(language).gettext(name.id)
    return name.id.replace("_", " ") if name.kind == "parameter" else name.id
