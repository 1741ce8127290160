"""Rewordings that were written after the lists of words had been closed: nothing was mended for them."""

from __future__ import annotations

from collections.abc import Mapping

HELD_OUT: Mapping[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "%(line)s made %(good)s of %(plan)s: %(apart)s behind plan.": (
        (
            "%(line)s finished with %(good)s pieces, %(apart)s below the planned %(plan)s.",
            "Of the %(plan)s pieces planned, %(line)s delivered %(good)s, leaving it %(apart)s behind.",
            "%(line)s fell %(apart)s pieces short of its plan of %(plan)s, making %(good)s.",
        ),
        (
            "%(line)s kam auf %(good)s von geplanten %(plan)s Teilen und liegt damit %(apart)s zurück.",
            "Mit %(good)s statt %(plan)s Teilen blieb %(line)s um %(apart)s hinter dem Plan.",
        ),
        (
            "%(line)s fabricó %(good)s piezas de %(plan)s planificadas y quedó %(apart)s por debajo.",
            "A %(line)s le faltaron %(apart)s piezas para el plan de %(plan)s: hizo %(good)s.",
        ),
    ),
    "%(line)s made %(good)s of %(plan)s: plan met, %(apart)s more.": (
        (
            "%(line)s beat its plan of %(plan)s by %(apart)s, with %(good)s made.",
            "With %(good)s made, %(line)s exceeded the planned %(plan)s by %(apart)s.",
        ),
        ("%(line)s übertraf den Plan von %(plan)s um %(apart)s und fertigte %(good)s.",),
        ("%(line)s superó el plan de %(plan)s en %(apart)s: hizo %(good)s.",),
    ),
    "%(line)s scrapped %(scrap)s pieces, %(share)s of all it made.": (
        ("On %(line)s, %(scrap)s pieces went to scrap, %(share)s of all.",),
        ("Auf %(line)s fielen %(scrap)s Teile Ausschuss an, %(share)s von allem.",),
        ("En %(line)s se desecharon %(scrap)s piezas, el %(share)s de todo.",),
    ),
    "Scrap on %(line)s rose from %(before)s to %(now)s against the shift before.": (
        ("Scrap at %(line)s went up from %(before)s to %(now)s compared with the shift before.",),
        ("Von %(before)s auf %(now)s stieg der Ausschuss auf %(line)s gegenüber der Vorschicht.",),
        ("Comparado con el turno anterior, la chatarra en %(line)s creció del %(before)s al %(now)s.",),
    ),
    "%(machine)s lost %(time)s: %(what)s.": (
        ("%(machine)s was down for %(time)s: %(what)s.", "%(what)s cost %(machine)s %(time)s."),
        ("%(machine)s büßte %(time)s ein: %(what)s.", "An %(machine)s gingen %(time)s verloren: %(what)s."),
        ("En %(machine)s se perdieron %(time)s: %(what)s.",),
    ),
    "%(machine)s lost %(time)s, about %(pieces)s pieces: %(what)s.": (
        ("%(what)s at %(machine)s: %(time)s lost, which is about %(pieces)s pieces.",),
        ("An %(machine)s gingen %(time)s und etwa %(pieces)s Teile verloren: %(what)s.",),
        ("En %(machine)s se perdieron %(time)s y unas %(pieces)s piezas: %(what)s.",),
    ),
    "%(n)s stops of %(machine)s have no reason yet: %(time)s together.": (
        ("%(machine)s: %(n)s stops totalling %(time)s still have no reason.",),
        ("%(machine)s: %(n)s Stillstände mit zusammen %(time)s sind noch ohne Grund.",),
        ("%(machine)s: %(n)s paradas, %(time)s en total, siguen sin motivo.",),
    ),
    "%(machine)s has been standing since %(since)s: %(what)s.": (
        (
            "%(machine)s has been down since %(since)s: %(what)s.",
            "%(machine)s stopped at %(since)s: %(what)s.",
        ),
        ("%(machine)s ist seit %(since)s im Stillstand: %(what)s.",),
        ("%(machine)s lleva parada desde las %(since)s: %(what)s.",),
    ),
    "%(machine)s has been running at %(share)s of its pace since %(since)s.": (
        (
            "%(machine)s is running at %(share)s of its pace since %(since)s.",
            "Since %(since)s the speed of %(machine)s has been %(share)s of its pace.",
        ),
        ("%(machine)s fährt seit %(since)s mit %(share)s des Takts.",),
        ("%(machine)s trabaja desde las %(since)s al %(share)s de su ritmo.",),
    ),
    "%(line)s: the material of order %(order)s is not staged.": (
        ("Material for order %(order)s has not been staged at %(line)s.",),
        ("Für Auftrag %(order)s fehlt an %(line)s das bereitgestellte Material.",),
        ("El material de la orden %(order)s no está listo en %(line)s.",),
    ),
    "Changeovers on %(line)s: %(n)s in %(time)s, %(over)s longer than the standard.": (
        ("The %(n)s changeovers on %(line)s took %(time)s, exceeding the standard by %(over)s.",),
        ("%(line)s wurde %(n)s mal gerüstet, %(time)s, %(over)s über dem Standard.",),
        ("Los %(n)s cambios en %(line)s duraron %(time)s, %(over)s por encima del estándar.",),
    ),
    "Move one person from %(source)s to %(line)s.": (
        ("Send one person from %(source)s over to %(line)s.",),
        ("Eine Person von %(source)s an %(line)s abgeben.",),
        ("Pasar una persona de %(source)s a %(line)s.",),
    ),
}
