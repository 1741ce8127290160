"""False sentences of words that claim nothing elsewhere: what is each time, done, gone, set or due."""

from __future__ import annotations

import pytest
from tests.insights.facts_to_say import FACTS
from tests.insights.shifts import reader

from plantstack.insights.verifying.lexicon import lexicon
from plantstack.insights.verifying.reading import read
from plantstack.insights.verifying.turned import turned
from plantstack.insights.verifying.verifier import Basis, basis, verify

FALSE = """
en made Line 1 went from 1,300 to 1,234, 66 behind plan.
en made The plan of Line 1 was made: 1,234 of 1,300, 66 behind.
en made Line 1 has 66 pieces behind it, as planned: 1,234 of 1,300.
en over Line 1 met plan with 1,400 of 1,300, as 100 more were planned.
en scrap Line 1 scrapped all it made, 472 pieces, 23.4%.
en stops 4 stops of Filler have no reason: 1 h 32 min together is yet to come.
en stops 4 stops of 1 h 32 min together: Filler has no reason yet.
en held 80 pieces of Cola at Filler on hold are gone.
en chg 3 changeovers on Line 1 took 1 h 32 min each time, 10 min longer than the standard.
en chg 3 changeovers on Line 1 of 1 h 32 min, 10 min longer than the standard.
en safe Safety: near miss of Filler at {c} is leaving.
en safe Safety: near miss at Filler at {c} has been seen to.
en safe Safety: near miss at Filler at {c} has been answered.
en safe Safety: near miss at Filler at {c} was answered.
en mat Line 1 has the material, order B-7 is not staged.
en pace Bring Filler back from its pace: it has been running at 60.0% since {c}.
en pace Bring Filler back: its pace has been running at 60.0% since {c}.
en plan Plan order B-7 on Line 1 again: it will end on {d} {c}, after it is due.
en watch Watch order B-7 on Line 1: it may end on {d} {c}, after it is due.
en sets Filler is set by the pace of Line 1.
en sets The pace of Line 1 sets Filler.
en people Missing on Line 1: 3 machines and people.
en begin It begins to come at {c}.
en kpi OEE of Filler, Tuesday: 60.0% is gone.
en kpi OEE of Filler took 60.0% of Tuesday.
en cost Waiting at Filler: cost went from €100.00 to €200.00, cash cost out, Tuesday.
en cost Cost came from €100.00 to €200.00 at Filler: Waiting, cash cost out, Tuesday.
de chg 3 Rüstvorgänge auf Line 1 von 1 h 32 min, 10 min länger als der Standard.
de made Der Plan von Line 1 wurde gemacht: 1.234 von 1.300, 66 weniger.
de made Line 1 ging von 1.300 auf 1.234, 66 hinter Plan.
de mat Line 1 hat das Material, Auftrag B-7 ist nicht bereitgestellt.
de pace Filler von seinem Takt zurückbringen: läuft seit {c} mit 60,0 %.
de safe Sicherheit: Beinaheunfall an Filler um {c}, beantwortet.
de sets Der Takt von Line 1 bestimmt Filler.
de watch Auftrag B-7 auf Line 1 beobachten: Er kann am {d} {c} enden, nach dem Termin.
de watch Auftrag B-7 auf Line 1 beobachten: Er endet vielleicht am {d} {c}, nach dem Termin.
es chg 3 cambios de 1 h 32 min en Line 1, 10 min más que el estándar.
es made El plan de Line 1 fue hecho: 1.234 de 1.300, 66 menos.
es mat Line 1 tiene el material; la orden B-7 no está preparada.
es safe Seguridad: casi accidente en Filler a las {c}, atendido.
es sets El ritmo de Line 1 marca Filler.
es sets Filler es marcado por el ritmo de Line 1.
"""
TRUE = """
en made Line 1 came with 1,234 of 1,300, leaving it 66 behind plan.
en sets The pace of Line 1 is set by Filler.
en sets It is Filler that sets the pace of Line 1.
en stop1 A stop of 1 h 32 min at Filler has no reason yet.
en chg 3 changeovers on Line 1 took 1 h 32 min in total, 10 min longer than the standard.
en rose OEE of Filler went from 50.0% (Monday) to 60.0% (Tuesday).
en watch Watch order B-7 on Line 1: it may end after it is due on {d} {c}.
en cost Waiting at Filler came with a cost of €100.00 to €200.00, cash cost out, Tuesday.
en pace Bring Filler back to its pace: it has been running at 60.0% of its pace since {c}.
en mat Line 1 has no material staged for order B-7.
en safe Safety: answer near miss at Filler at {c}.
de sets Der Takt von Line 1 wird von Filler bestimmt.
de sets Den Takt von Line 1 bestimmt Filler.
de watch Auftrag B-7 auf Line 1 beobachten, da er möglicherweise nach dem Termin {d} {c} endet.
de plan Auftrag B-7 auf Line 1 neu planen, da er nach dem Termin {d} {c} enden wird.
es sets El ritmo de Line 1 lo marca Filler.
es fewer La producción de piezas buenas de Line 1 fue de 66 menos que en el turno anterior.
"""


def cases(lines: str) -> list[tuple[str, Basis, str]]:
    found = []
    for line in lines.strip().splitlines():
        language, fact, sentence = line.split(" ", 2)
        behind = basis(FACTS[fact], reader(language))
        clock = next((one.text for one in behind.tokens if one.kind == "clock"), "")
        day = next((one.text for one in behind.tokens if one.axis == "day"), "")
        found.append((language, behind, sentence.replace("{c}", clock).replace("{d}", day)))
    return found


@pytest.mark.parametrize(("language", "behind", "sentence"), cases(FALSE))
def test_what_is_turned_is_doubted(language: str, behind: Basis, sentence: str) -> None:
    assert verify(sentence, behind)


@pytest.mark.parametrize(("language", "behind", "sentence"), cases(TRUE))
def test_what_only_sounds_like_it_is_not(language: str, behind: Basis, sentence: str) -> None:
    words = lexicon(language)
    assert list(turned(read(sentence, behind.known, words), behind.tokens, words)) == []
