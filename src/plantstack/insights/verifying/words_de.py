"""German: the sense of words that claim something, and words that claim nothing; see `words_en`."""

SENSES = {
    "made": "fertigte gefertigt fertigt produzierte produziert hergestellt machte gemacht fertigen"
    " produzieren schaffte geschafft",
    "good": "gute guten gutteile gutteilen gut",
    "piece": "teil teile teilen stück gutteile gutteilen",
    "plan": "plan plans geplant geplante geplanten soll sollmenge planmenge vorgabe",
    "met": "erreicht erfüllt",
    "scrap": "ausschuss ausschussteile ausschussquote",
    "stop": "stillstand stillstände stillständen steht stand stehen gestanden halt stand_still"
    " stillgestanden angehalten",
    "lost": "verlor verloren verlust verluste verliert verlieren büßte eingebüßt einbüßte",
    "run": "läuft lief laufen fährt fuhr arbeitet arbeitete gelaufen",
    "pace": "takt takts taktes tempo geschwindigkeit",
    "reason": "grund gründe begründung",
    "not reason": "unbegründet unbegründete",
    "wait": "wartet wartete warten gewartet wartend",
    "call": "ruf rufe hilfe gerufen",
    "hold": "gesperrt gesperrte gesperrten sperre",
    "safety": "sicherheit",
    "person": "person personen leute mitarbeiter köpfe",
    "lack": "fehlt fehlen fehlend fehlende",
    "need": "nötig braucht benötigt gebraucht",
    "material": "material",
    "staged": "bereitgestellt bereit bereitstellen",
    "order": "auftrag aufträge",
    "changeover": "rüsten rüstvorgänge umrüsten gerüstet rüstzeit umrüstungen",
    "standard": "standard standards norm",
    "together": "zusammen insgesamt gesamt in_summe",
    "move": "verlegen versetzen umsetzen",
    "set": "gibt_vor vorgibt bestimmt gibt",
    "due": "termin fällig fälligkeit",
    "end": "enden endet fertig",
    "begin": "beginnt beginn startet",
    "decide": "entscheiden entscheidung",
    "watch": "beobachten",
    "answer": "annehmen beantworten",
    "open": "offen offenen offene",
    "known": "bekannt",
    "not known": "unbekannt",
    "told": "gemeldet",
    "money": "geld",
    "plus": "mehr über vor_plan vor_dem_plan stieg steigt gestiegen erhöht erhöhte höher wuchs länger"
    " später"
    " größer übertroffen übertraf überschritten überschritt zunahme zugenommen voraus",
    "minus": "hinter weniger unter sank sinkt gesunken fiel gefallen verringert niedriger kürzer früher"
    " kleiner zurück abnahme abgenommen geringer rückstand",
    "better": "besser verbessert verbesserung",
    "worse": "schlechter verschlechtert schlecht",
    "cause": "weil wegen aufgrund durch verursacht verursachte deshalb daher deswegen führte denn folge"
    " infolge ursache darum hervorgerufen",
    "not": "nicht kein keine keinen keiner ohne nie niemand nichts niemals kaum keines",
    "may": "vielleicht möglicherweise könnte kann eventuell wohl vermutlich wahrscheinlich scheint",
    "sure": "sicher sicherlich bestimmt_wird eindeutig zweifellos offensichtlich garantiert immer muss"
    " gewiss definitiv",
    "super": "meisten am_meisten längste längsten größte größten höchste höchsten schlechteste beste"
    " kürzeste"
    " zuerst erste erster ersten rekord haupt",
    "all": "alle allem alles jede jeder jedes sämtliche ganze gesamte gesamten",
    "only": "nur lediglich bloß ausschließlich",
    "some": "einige mehrere viele wenige manche",
    "part": "hälfte halb drittel viertel mehrheit teilweise größtenteils",
    "ratio": "doppelt verdoppelt dreifach verdreifacht halbiert dutzend hunderte tausende",
    "since": "seit",
    "until": "bis_zum_ende",
    "most": "bis_zu höchstens maximal",
    "after": "nach_dem_termin",
    "before": "davor vorige vorigen vorherigen vorschicht vorangegangenen letzten vor_dem_termin",
    "shift": "schicht vorschicht",
    "still": "noch bisher",
    "again": "wieder neu erneut",
    "yesterday": "gestern",
    "today": "heute",
    "tomorrow": "morgen nächste nächsten bald",
    "week": "woche wochen monat monate jahr",
    "hour": "stündlich täglich tag vormittag nachmittag abend nacht mittag mitternacht",
    "now": "jetzt derzeit gerade kürzlich neulich",
    "often": "oft häufig meist ständig gewöhnlich dauernd",
    "from": "von",
    "by": "um",
    "to": "nach auf",
    "target": "ziel ziele",
    "restore": "bringen brachte",
    "give": "gab",
    "cost": "kostete kostet kosten kosteten",
    "find": "finden",
    "will": "wird werden würde würden",
    "was": "war waren hatte hatten stand lief fuhr",
    "present": "fertigt fertigen verliert verlieren steigt sinkt",
    "approx": "etwa rund ungefähr circa ca knapp gut_und_gern",
    "against": "gegenüber verglichen im_vergleich als",
}
NEUTRAL = (
    "der die das den dem des ein eine einen einem einer es er sie ist sind war waren wird"
    " werden wurde wurden"
    " hat hatte haben und oder in im an am auf_der auf_dem mit für zu zum zur bis bei aus so auch dabei"
    " zuerst_die vor lag liegt lagen liegen davon worden sein ihr gibt_es laufen "
    " geht seinen ihren seinem ihrem seines seiner deren dessen kam kamen betrug beträgt uhr"
    " teile_der blieb bleibt bleiben blieben damit somit statt anstatt ging gingen gehen"
    " geht_an kommt"
    " kommen ergibt ergab ergaben machen fiel_an fielen anfielen angefallen ein dauerte dauerten"
    " gedauert fand stattfanden macht_aus da wo während worden_sein sowie bzw jeweils verzeichnete dies"
    " es_gab gab_es diese dieser entspricht pro welche welcher welches man beim vom ins ans"
)
UNITS = {
    "time:1": "s sek sekunde sekunden",
    "time:60": "min minute minuten",
    "time:3600": "h std stunde stunden",
    "time:86400": "d tage tagen",
    "share:0.01": "% prozent",
    "times:1": "× mal",
}
NUMBERS = "zwei drei vier fünf sechs sieben acht neun zehn elf zwölf"

PREPOSITIONS = (
    "von:of vom:of aus:of mit:of an:at am:at auf:at in:at im:at bei:at beim:at nach:to zu:to zum:to zur:to"
    " für:for durch:by über:by"
)
ARTICLES = "der die das den dem des ein eine einen einem einer"
JOINING = "und oder sowie bzw welche welcher da dies er es sie"
HAVING = "hat hatte hatten haben"
BEING = "ist sind steht läuft wartet"
ASKING = (
    "ist sind war waren hat hatte haben steht läuft wartet fertigte verlor kann wird werden stieg sank"
    " lag liegt"
)
ORDERS = (
    "bringen annehmen finden bereitstellen verlegen versetzen umsetzen entscheiden beobachten planen"
    " herstellen aufzeichnen"
)
DONE = "hat haben hatte wurde wurden worden"
IS_FIRST = False
