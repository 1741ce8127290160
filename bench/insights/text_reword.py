"""Faithful rewordings: other orders, other words, other units and roundings of what a fact says.

Written by hand, by who wrote the lists of words too: what a language model writes will be doubted more often.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from plantstack.insights.saying import Figure, Say
from plantstack.insights.telling.render import Reader, value_of

# By text: rewordings in English, German, Spanish.
Rewordings = Mapping[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]]
REWORDED: Rewordings = {
    "%(line)s made %(good)s of %(plan)s: %(apart)s behind plan.": (
        (
            "%(line)s produced %(good)s of the %(plan)s planned, which is %(apart)s behind plan.",
            "With %(good)s of %(plan)s planned pieces, %(line)s is %(apart)s below plan.",
            "The plan was %(plan)s; %(line)s made %(good)s, %(apart)s fewer.",
            "%(line)s is %(apart)s behind plan: %(good)s made of %(plan)s.",
        ),
        (
            "%(line)s hat %(good)s von %(plan)s gefertigt und liegt %(apart)s hinter Plan.",
            "Geplant waren %(plan)s, %(line)s fertigte %(good)s: %(apart)s weniger.",
        ),
        (
            "%(line)s produjo %(good)s de las %(plan)s previstas, %(apart)s menos que el plan.",
            "El plan era %(plan)s; %(line)s hizo %(good)s, %(apart)s menos.",
        ),
    ),
    "%(line)s made %(good)s of %(plan)s: plan met, %(apart)s more.": (
        (
            "%(line)s produced %(good)s of the %(plan)s planned: %(apart)s more than planned.",
            "%(line)s met its plan of %(plan)s with %(good)s made, %(apart)s ahead.",
            "%(line)s reached %(good)s against a plan of %(plan)s, %(apart)s above it.",
        ),
        ("%(line)s hat mit %(good)s von %(plan)s den Plan erreicht, %(apart)s mehr.",),
        ("%(line)s cumplió el plan: hizo %(good)s de %(plan)s, %(apart)s más.",),
    ),
    "%(line)s made %(good)s; there was no plan.": (
        (
            "There was no plan for %(line)s, which made %(good)s.",
            "%(line)s produced %(good)s without a plan.",
        ),
        ("Ohne Plan fertigte %(line)s %(good)s.",),
        ("Sin plan, %(line)s produjo %(good)s.",),
    ),
    "%(line)s: pieces are not known.": (
        ("The pieces of %(line)s are not known.", "Pieces of %(line)s are unknown."),
        ("Die Teile von %(line)s sind nicht bekannt.", "Die Teile von %(line)s sind unbekannt."),
        ("Las piezas de %(line)s no se conocen.",),
    ),
    "%(line)s scrapped %(scrap)s pieces, %(share)s of all it made.": (
        (
            "%(share)s of all pieces that %(line)s made were scrap: %(scrap)s.",
            "%(line)s rejected %(scrap)s parts, %(share)s of everything it produced.",
        ),
        ("%(line)s: %(scrap)s Ausschussteile, das sind %(share)s von allem.",),
        ("El %(share)s de todo en %(line)s fue chatarra: %(scrap)s piezas.",),
    ),
    "%(line)s made %(apart)s good pieces more than the shift before.": (
        (
            "%(line)s produced %(apart)s more good parts than the previous shift.",
            "Compared with the shift before, %(line)s made %(apart)s good pieces more.",
        ),
        ("Gegenüber der vorigen Schicht fertigte %(line)s %(apart)s gute Teile mehr.",),
        ("%(line)s produjo %(apart)s piezas buenas más que el turno previo.",),
    ),
    "%(line)s made %(apart)s good pieces fewer than the shift before.": (
        ("%(line)s produced %(apart)s fewer good parts than the previous shift.",),
        ("Gegenüber der Schicht davor fertigte %(line)s %(apart)s Gutteile weniger.",),
        ("%(line)s produjo %(apart)s piezas buenas menos que el turno previo.",),
    ),
    "Scrap on %(line)s rose from %(before)s to %(now)s against the shift before.": (
        (
            "Compared with the previous shift, scrap on %(line)s increased from %(before)s to %(now)s.",
            "Scrap on %(line)s is up to %(now)s from %(before)s in the shift before.",
        ),
        (
            "Gegenüber der vorigen Schicht ist der Ausschuss auf %(line)s"
            " von %(before)s auf %(now)s gestiegen.",
        ),
        ("Frente al turno previo, la chatarra en %(line)s aumentó del %(before)s al %(now)s.",),
    ),
    "Scrap on %(line)s fell from %(before)s to %(now)s against the shift before.": (
        ("Compared with the previous shift, scrap on %(line)s dropped from %(before)s to %(now)s.",),
        (
            "Gegenüber der vorigen Schicht ist der Ausschuss auf %(line)s"
            " von %(before)s auf %(now)s gesunken.",
        ),
        ("Frente al turno previo, la chatarra en %(line)s disminuyó del %(before)s al %(now)s.",),
    ),
    "%(machine)s lost %(time)s: %(what)s.": (
        ("%(what)s: %(machine)s lost %(time)s.", "%(time)s were lost at %(machine)s with %(what)s."),
        ("%(what)s: %(machine)s verlor %(time)s.", "%(machine)s hat %(time)s verloren, %(what)s."),
        ("%(what)s: %(machine)s perdió %(time)s.",),
    ),
    "%(machine)s lost %(time)s, about %(pieces)s pieces: %(what)s.": (
        (
            "%(what)s: %(machine)s lost %(time)s or roughly %(pieces)s pieces.",
            "%(machine)s lost about %(pieces)s parts in %(time)s of %(what)s.",
        ),
        ("%(what)s: %(machine)s verlor %(time)s, das sind rund %(pieces)s Teile.",),
        ("%(what)s: %(machine)s perdió %(time)s, aproximadamente %(pieces)s piezas.",),
    ),
    "%(machine)s lost %(time)s, about %(pieces)s pieces and up to %(high)s of %(class)s: %(what)s.": (
        ("%(what)s: %(machine)s lost %(time)s, around %(pieces)s pieces and up to %(high)s of %(class)s.",),
        ("%(what)s: %(machine)s verlor %(time)s, rund %(pieces)s Teile und bis zu %(high)s %(class)s.",),
        ("%(what)s: %(machine)s perdió %(time)s, unas %(pieces)s piezas y hasta %(high)s de %(class)s.",),
    ),
    "%(machine)s lost %(time)s, %(low)s to %(high)s of %(class)s: %(what)s.": (
        ("%(what)s: %(machine)s lost %(time)s and from %(low)s to %(high)s of %(class)s.",),
        ("%(what)s: %(machine)s verlor %(time)s und von %(low)s bis %(high)s %(class)s.",),
        ("%(what)s: %(machine)s perdió %(time)s y de %(low)s a %(high)s de %(class)s.",),
    ),
    "One stop of %(machine)s has no reason yet: %(time)s.": (
        (
            "A stop of %(time)s at %(machine)s has no reason yet.",
            "One stop of %(machine)s, %(time)s, is still unexplained.",
        ),
        ("Für einen Stillstand von %(machine)s, %(time)s, gibt es noch keinen Grund.",),
        ("Una parada de %(machine)s, %(time)s, está todavía sin motivo.",),
    ),
    "%(n)s stops of %(machine)s have no reason yet: %(time)s together.": (
        (
            "%(machine)s had %(n)s stops without a reason, %(time)s in total.",
            "%(n)s stops of %(machine)s are still without a reason, %(time)s in all.",
        ),
        ("Für %(n)s Stillstände von %(machine)s gibt es noch keinen Grund, insgesamt %(time)s.",),
        ("%(n)s paradas de %(machine)s están todavía sin motivo, %(time)s en total.",),
    ),
    "%(machine)s has been standing since %(since)s: %(what)s.": (
        (
            "Since %(since)s, %(machine)s has been stopped: %(what)s.",
            "%(what)s: %(machine)s stands since %(since)s.",
        ),
        ("Seit %(since)s steht %(machine)s: %(what)s.",),
        ("Desde las %(since)s está parada %(machine)s: %(what)s.",),
    ),
    "%(machine)s has been standing since %(since)s without a reason.": (
        ("Since %(since)s, %(machine)s has been stopped with no reason.",),
        ("Seit %(since)s steht %(machine)s ohne Grund.",),
        ("Desde las %(since)s, %(machine)s está detenida sin motivo.",),
    ),
    "%(place)s has been waiting for %(whom)s since %(since)s.": (
        ("Since %(since)s, %(place)s has waited for %(whom)s.",),
        ("Seit %(since)s wartet %(place)s auf %(whom)s.",),
        ("Desde las %(since)s, %(place)s está esperando a %(whom)s.",),
    ),
    "%(machine)s has been running at %(share)s of its pace since %(since)s.": (
        ("Since %(since)s, %(machine)s runs at %(share)s of its pace.",),
        ("Seit %(since)s läuft %(machine)s mit %(share)s seines Takts.",),
        ("Desde las %(since)s, %(machine)s funciona al %(share)s de su ritmo.",),
    ),
    "People missing on %(line)s: %(n)s.": (
        ("%(line)s is short of %(n)s people.", "On %(line)s, people are missing: %(n)s."),
        ("%(line)s: %(n)s Leute fehlen.",),
        ("En %(line)s falta gente: %(n)s.",),
    ),
    "%(line)s: the material of order %(order)s is not staged.": (
        ("The material of order %(order)s is not ready at %(line)s.",),
        ("An %(line)s ist das Material für Auftrag %(order)s nicht bereit.",),
        ("En %(line)s no está listo el material de la orden %(order)s.",),
    ),
    "%(n)s pieces of %(product)s are on hold at %(place)s.": (
        ("At %(place)s, %(n)s parts of %(product)s are held.",),
        ("An %(place)s sind %(n)s Teile %(product)s gesperrt.",),
        ("En %(place)s hay %(n)s piezas de %(product)s retenidas.",),
    ),
    "%(n)s pieces are on hold at %(place)s.": (
        ("At %(place)s, %(n)s pieces are held.",),
        ("An %(place)s sind %(n)s Teile gesperrt.",),
        ("En %(place)s hay %(n)s piezas retenidas.",),
    ),
    "Changeovers on %(line)s: %(n)s in %(time)s, %(over)s longer than the standard.": (
        ("%(line)s: %(n)s changeovers took %(time)s, %(over)s more than the standard.",),
        ("%(n)s Rüstvorgänge auf %(line)s: %(time)s, %(over)s mehr als der Standard.",),
        ("%(line)s: %(n)s cambios en %(time)s, %(over)s más que la norma.",),
    ),
    "Changeovers on %(line)s: %(n)s in %(time)s.": (
        ("%(line)s had %(n)s changeovers in %(time)s.",),
        ("%(n)s Rüstvorgänge auf %(line)s in %(time)s.",),
        ("%(line)s tuvo %(n)s cambios en %(time)s.",),
    ),
    "Safety: %(what)s at %(place)s at %(at)s.": (
        ("Safety at %(place)s: %(what)s at %(at)s.",),
        ("Um %(at)s an %(place)s: %(what)s, Sicherheit.",),
        ("Seguridad en %(place)s: %(what)s a las %(at)s.",),
    ),
    "Move one person from %(source)s to %(line)s.": (
        ("From %(source)s, move one person to %(line)s.", "Transfer a person to %(line)s from %(source)s."),
        ("Von %(source)s eine Person nach %(line)s versetzen.",),
        ("Trasladar una persona de %(source)s a %(line)s.",),
    ),
    "Watch order %(order)s on %(line)s: it may end after it is due, %(day)s %(due)s.": (
        ("Order %(order)s on %(line)s might end after it is due, %(day)s %(due)s.",),
        ("Auftrag %(order)s auf %(line)s endet möglicherweise nach dem Termin, %(day)s %(due)s.",),
        ("La orden %(order)s en %(line)s podría terminar después de su plazo, %(day)s %(due)s.",),
    ),
}
_TIMES = {"en": ("h", "minutes", "s"), "de": ("Stunden", "Minuten", "s"), "es": ("horas", "minutos", "s")}


def reworded(say: Say, reader: Reader, chance: Random, of: Rewordings = REWORDED) -> str | None:
    """The same in other words; None for a text without rewordings."""
    found = of.get(say.text)
    if found is None:
        return None
    text = chance.choice(found[("en", "de", "es").index(reader.language)])
    told = {name: value_of(value, reader) for name, value in say.values.items()}
    for name, value in say.values.items():
        if isinstance(value, Figure) and chance.random() < 0.5:
            told[name] = otherwise(value, reader, chance) or told[name]
    return text % told


def otherwise(figure: Figure, reader: Reader, chance: Random) -> str | None:
    """A value in another unit, or rounded and said to be."""
    language, number = reader.language, reader.formats.number
    if figure.form == "duration" and figure.value >= 60:
        hours, minutes, seconds = _TIMES[language]
        choices = [f"{number(round(figure.value), language)} {seconds}"]
        if figure.value < 48 * 3600:
            choices.append(f"{number(figure.value / 60, language, 1)} {minutes}")
        for digits in (1, 2):
            shown = round(figure.value / 3600, digits)
            if shown and abs(shown * 3600 - figure.value) <= 0.015 * figure.value:
                choices.append(f"{number(shown, language, digits)} {hours}")
        return chance.choice(choices)
    if figure.form == "share" and figure.value >= 0.05:
        word = {"en": " percent", "de": " Prozent", "es": " %"}[language]
        return f"{number(figure.value * 100, language, 1)}{word}"
    return None
