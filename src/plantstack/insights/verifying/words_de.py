"""German: the sense of words that claim something, and words that claim nothing; see `words_en`."""

SENSES = {
    "already": "bereits schon",
    "set was": "gab_vor gaben_vor",
    "count": "wie_viele wieviele anzahl zahl",
    "made": (
        "stellte_her stellten_her fertigte gefertigt fertigt produzierte produziert hergestellt machte "
        "gemacht fertigen produzieren schaffte geschafft fertigung produktion herstellung erzeugt erzeugte "
        "erzeugten lieferte geliefert schafften fertigstellte fertiggestellt produzierten fertigten "
        "hergestellten hergestellte ausgebracht ausstoß produzierend ausbringung kam_auf kamen_auf "
        "geschaffen fertigstellten abgearbeitet verarbeitet gebaut hergestellter gefertigter gefertigten "
        "gefertigte produzierter"
    ),
    "good": "gute guten gutteile gutteilen gut guter einwandfreie einwandfreien",
    "piece": (
        "teil teile teilen stück gutteile gutteilen werkstücke werkstücken einheiten stücke stücken "
        "anzahl_teile erzeugnisse bauteile bauteilen produkte produkten"
    ),
    "plan": (
        "planen plane plant einplanen plan plans geplant geplante geplanten sollmenge planmenge vorgabe "
        "planziel planzahl planwert sollwert vorgesehen vorgesehene vorgesehenen planstückzahl "
        "sollstückzahl geplantes eingeplant eingeplanten produktionsplan fertigungsplan planvorgabe "
        "plansoll"
    ),
    "met": (
        "erreicht erfüllt erreichte erreichten erfüllte erfüllten eingehalten einhielt erzielt "
        "planerfüllung erreicht_hat"
    ),
    "scrap": (
        "ausschuss ausschussteile ausschussquote ausschussrate ausschussanteil ausschussteilen "
        "ausschussmenge aussortiert verworfen ausschussware ausschussproduktion ausschuß ausgesondert"
    ),
    "stop": (
        "stillstand stillstände stillständen steht stand stehen gestanden halt stand_still stillgestanden "
        "angehalten gestoppt gestoppte stehend stillstehend außer_betrieb stopp stopps steht_still "
        "stillsteht standen stoppte anlagenstillstand maschinenstillstand stillgelegt stehende still_steht "
        "still_gestanden unterbrechung unterbrechungen stehzeit außer_funktion"
    ),
    "lost": (
        "verlor verloren verlust verluste verliert verlieren büßte eingebüßt einbüßte verlustzeit "
        "verlustzeiten zeitverlust ausfallzeit verloren_gegangen einbuße einbußen büßte_ein verlorene "
        "verlorenen verlust_von eingebüßte ausgefallen ausfall"
    ),
    "run": (
        "läuft lief laufen fährt fuhr arbeitet arbeitete gelaufen im_gang im_gange in_betrieb am_laufen "
        "betrieben läuft_an in_arbeit in_bearbeitung gefahren fährt_an laufend in_gang in_produktion "
        "in_fertigung zum_laufen ins_laufen in_bewegung"
    ),
    "pace": (
        "takt takts taktes tempo geschwindigkeit taktgeschwindigkeit takttempo solltakt solltakts "
        "soll-takt sollgeschwindigkeit solltempo taktzeit nenntakt"
    ),
    "reason": "grund gründe begründung grundes grundangabe stillstandsgrund begründungen",
    "not reason": (
        "unbegründet unbegründete ungeklärt ungeklärte ungeklärten unbegründeten unbegründeter unerklärt"
    ),
    "wait": (
        "wartet wartete warten gewartet wartend wartezeit warten_auf wartet_auf gewartet_wird warten_muss "
        "wartend_auf"
    ),
    "call": (
        "ruf rufe hilfe gerufen anruf anforderung rufs anfrage hilferuf rufen ruft anfordern angefordert "
        "hilferufe"
    ),
    "hold": (
        "sperren gesperrt gesperrte gesperrten sperre gesperrter sperrung gesperrtes zurückgehalten "
        "zurückgehaltenen blockiert in_sperre sperrbestand gesperrt_sind gesperrt_worden"
    ),
    "safety": (
        "sicherheit sicherheitsereignis sicherheitsvorfall sicherheitsmeldung sicherheits arbeitssicherheit"
    ),
    "person": (
        "person personen leute mitarbeiter köpfe personal personals mitarbeitende mitarbeitenden "
        "mitarbeitern arbeitskräfte kräfte beschäftigte bediener mitarbeiterin mitarbeiter_in jemand "
        "jemanden ersatz vertretung verstärkung kollege kollegen kollegin helfer arbeitskraft arbeiter "
        "besetzung"
    ),
    "lack": (
        "fehlt fehlen fehlend fehlende fehlten mangelt unterbesetzt fehlenden fehlbestand unterbesetzung "
        "mangel"
    ),
    "need": (
        "nötig braucht benötigt gebraucht notwendig benötigen brauchen erforderlich benötigte "
        "gebraucht_werden benötigt_werden benötigt_wird gebraucht_wird"
    ),
    "material": "material",
    "staged": (
        "stellen_bereit stelle_bereit stellt_bereit bereitgestellt bereit bereitstellen bereitsteht "
        "bereitliegt bereitgelegt vorbereitet vorbereiten bereitzustellen bereitgestellte bereitstellung "
        "steht_bereit stehen_bereit steht_nicht_bereit liegt_bereit bereitgestellt_wird"
    ),
    "order": "auftrag aufträge auftrags auftrages fertigungsauftrag",
    "changeover": (
        "rüsten rüstvorgänge umrüsten gerüstet rüstzeit umrüstungen rüstvorgang rüstvorgängen umrüstung "
        "umrüstvorgänge rüstungen umgerüstet rüstens rüstarbeiten umrüstens rüstwechsel"
    ),
    "standard": "standard standards norm standardzeit vorgabezeit normzeit standardwert",
    "together": (
        "zusammen insgesamt gesamt in_summe summe gesamtdauer in_der_summe aufsummiert zusammengenommen "
        "gesamten_dauer zusammengerechnet summieren alles_in_allem insgesamt_betrachtet addieren addiert "
        "gesamtzeit summiert_auf"
    ),
    "move": (
        "verlegen versetzen umsetzen verlegt versetzt umziehen wechseln schicken abziehen einsetzen "
        "umgesetzt verschieben verschoben schicke versetze abordnen abgeben verleihen umziehen_lassen "
        "rüber_schicken zuweisen zuteilen"
    ),
    "set": (
        "gibt_vor geben_vor vorgibt bestimmt gibt vorgegeben bestimmen taktgeber taktgebend legt_fest "
        "festgelegt vorgebend gibt_den vorgegebene"
    ),
    "due": (
        "termin fällig fälligkeit fälligkeitstermin liefertermin fälligkeitszeitpunkt termins endtermin frist"
    ),
    "end": (
        "enden endet fertig ende beendet fertiggestellt_wird abgeschlossen fertig_wird fertig_werden "
        "beenden fertigstellung abschluss fertig_sein"
    ),
    "begin": "beginnt beginn startet start startet_um los beginnen starten fängt_an",
    "decide": "entscheiden entscheidung entschieden entscheide entscheidung_treffen",
    "watch": (
        "beobachten beobachtet beobachtung im_auge_behalten im_auge überwachen überwacht überwache "
        "im_blick_behalten im_blick verfolgen kontrollieren aufpassen"
    ),
    "answer": (
        "nehmen_an nimmt_an nimm_an annehmen beantworten beantwortet angenommen annahme nachgehen "
        "bearbeiten bearbeitet nachgegangen nimm kümmern reagieren erledigen"
    ),
    "open": "offen offenen offene",
    "known": "bekannt kenntnis",
    "not known": (
        "unbekannt keine_angaben keine_angabe keine_daten keine_information keine_informationen "
        "nicht_verfügbar"
    ),
    "told": (
        "gemeldet angegeben erfasst genannt eingetragen dokumentiert hinterlegt vermerkt angabe gemeldeten "
        "zugeordnet gebucht mitgeteilt vorliegend vergeben erfolgt festgehalten hinterlegten angegebenen "
        "eingegeben"
    ),
    "money": "geld",
    "plus": (
        "mehr über vor_plan vor_dem_plan stieg steigt gestiegen erhöht erhöhte höher wuchs länger später "
        "größer übertroffen übertraf überschritten überschritt zunahme zugenommen voraus übertrifft "
        "überschreitet überstieg zusätzlich zusätzliche überschuss überschuss_von zuwachs anstieg "
        "angestiegen kletterte geklettert zugelegt erhöhung höhere höheren darüber oberhalb überboten "
        "überbot mehrproduktion übererfüllt übererfüllte wuchsen erhöhten stiegen zusätzlichen gewachsen "
        "anwuchs nahm_zu legte_zu gestiegenen hinausgegangen überzogen überzug übertroffene emporgestiegen "
        "zulegte anheben zuzulegen"
    ),
    "minus": (
        "hinter weniger unter sank sinkt gesunken fiel gefallen verringert niedriger kürzer früher kleiner "
        "zurück abnahme abgenommen geringer rückstand zurückgegangen rückgang rückgang_von fehlbetrag "
        "unterschritten unterschritt verfehlt verfehlte verfehlten rückstand_von im_rückstand unterhalb "
        "reduziert reduzierte reduzierten gesenkt verringerte verringerten minus zu_wenig hinterher "
        "hinterherhinkt abgesunken unterschreitet zurückliegt zurückgeblieben nahm_ab abgefallen "
        "gesunkenen vermindert verminderte sinken schrumpfte hinkt hinken hinkte gefallene senken senkte "
        "senkten fällt fielen verkürzt zurückging zurücklag schrumpfen geschrumpft nicht_erreicht "
        "nicht_erfüllt verfehlen zurückfiel abnahmen"
    ),
    "better": "besser verbessert verbesserung",
    "worse": "schlechter verschlechtert schlecht",
    "cause": (
        "wegen aufgrund durch verursacht verursachte deshalb daher deswegen führte folge infolge ursache "
        "darum hervorgerufen"
    ),
    "not": "nicht kein keine keinen keiner ohne nie niemand nichts niemals kaum keines",
    "may": (
        "vielleicht möglicherweise könnte kann eventuell wohl vermutlich wahrscheinlich scheint dürfte "
        "könnten unter_umständen kann_sein droht"
    ),
    "sure": (
        "sicher sicherlich bestimmt_wird eindeutig zweifellos offensichtlich garantiert immer gewiss "
        "definitiv"
    ),
    "super": (
        "meisten am_meisten längste längsten größte größten höchste höchsten schlechteste beste kürzeste "
        "zuerst erste erster ersten rekord haupt vorrangig als_erstes vor_allem zuallererst oberste"
    ),
    "all": (
        "alle allem alles jede jeder jedes sämtliche ganze gesamte gesamten aller sämtlicher jeglicher "
        "gesamter"
    ),
    "only": "nur lediglich bloß ausschließlich nur_noch",
    "some": "einige mehrere viele wenige manche",
    "part": "hälfte halb drittel viertel mehrheit teilweise größtenteils",
    "ratio": "doppelt verdoppelt dreifach verdreifacht halbiert dutzend hunderte tausende",
    "since": "seit",
    "until": "bis_zum_ende",
    "most": "bis_zu höchstens maximal maximal_bis im_höchstfall",
    "after": (
        "nach_dem_termin nach_seinem_termin nach_termin nach_dem_fälligkeitstermin nach_der_fälligkeit "
        "nach_fälligkeit nach_dem_liefertermin nach_ablauf"
    ),
    "before": (
        "davor vorige vorigen vorherigen vorangegangenen letzten vor_dem_termin vorherige vorangegangene "
        "vorhergehenden vorhergehende schicht_davor vorgängerschicht letzte_schicht vorangehenden "
        "vorangehende vorausgegangenen vorherig"
    ),
    "shift": "schicht vorschicht",
    "approx nearly": "knapp fast beinahe",
    "or": "oder bzw",
    "though": "aber jedoch obwohl hingegen dagegen",
    "erst": "erst",
    "still": "noch bisher weiterhin nach_wie_vor immer_noch",
    "again": "wieder neu erneut",
    "yesterday": "gestern kürzlich neulich",
    "today": "heute",
    "tomorrow": "morgen nächste nächsten bald",
    "week": "woche wochen monat monate jahr",
    "hour": "stündlich täglich tag vormittag nachmittag abend nacht mittag mitternacht",
    "now": "jetzt derzeit gerade aktuell momentan zurzeit im_moment gegenwärtig",
    "often": "oft häufig meist ständig gewöhnlich dauernd",
    "from": "von",
    "by": "um",
    "to": "bis zu zur zum nach auf",
    "target": (
        "ziel ziele zielwert zielvorgabe zielmarke zielgröße zielsetzung angestrebt angepeilt "
        "soll_erreichen zielwerts"
    ),
    "restore": (
        "bringen brachte zurückbringen zurückführen zurück_auf bringe gebracht zurückgebracht geführt "
        "führen versetzt_werden gebracht_werden zurückholen holen"
    ),
    "give": "gab",
    "cost": "kostete kostet kosten kosteten gekostet kostet_hat zu_buche",
    "find": (
        "finden gefunden suchen gesucht finde organisieren auftreiben besorgen zu_finden zu_suchen "
        "gefunden_werden beschaffen auftreibt"
    ),
    "will": "wird werden würde würden",
    "was": "lag lagen war waren hatte hatten stand lief fuhr",
    "present": "fertigt fertigen verliert verlieren steigt sinkt",
    "approx": (
        "etwa rund ungefähr circa ca gut_und_gern ungefähren schätzungsweise annähernd in_etwa "
        "geschätzt geschätzte"
    ),
    "against": (
        "gegenüber verglichen im_vergleich als im_vergleich_zu im_vergleich_zur im_vergleich_zum statt "
        "anstatt anstelle gegen im_gegensatz verglichen_mit bei_geplanten"
    ),
    "restore run": (
        "anfahren wieder_anfahren in_gang_setzen in_betrieb_nehmen in_gang_bringen in_betrieb_setzen "
        "wieder_in_betrieb_nehmen starten_lassen hochfahren wieder_hochfahren neu_starten ingangsetzen"
    ),
    "must": "muss müssen soll_noch sollte sollten soll sollen ist_zu sind_zu",
    "because": "weil denn zumal nachdem",
    "thus": "also folglich demnach",
    "exist": (
        "vorhanden vorlag vorliegt existierte existiert lag_vor liegt_vor bestand existiert_hat vorgelegen "
        "existierten verfügbar vorhandenen"
    ),
    "between": "zwischen",
    "before shift": "vorschicht",
    "after due": "verspätet zu_spät verspätet_sich zu_spät_fertig",
    "plan again": (
        "umplanen neu_einplanen umgeplant neu_planen neu_zu_planen neuplanen umzuplanen neu_einzuplanen "
        "neu_terminieren"
    ),
    "run present": "wird_gerade_gefertigt",
    "set pace": "taktgebend taktgeber",
    "aimed": "zu_erreichen zu_erfüllen zur_planerfüllung",
    "count piece": "teilezahl teilezahlen stückzahl stückzahlen teileanzahl",
}
# What words may mean in another sentence.
OTHERS = {
    "plus person need": "überbesetzt",
    "must": "soll",
    "must wanted": "brauchen benötigen benötigt nötig erforderlich braucht",
    "not": "fehlt fehlen fehlte fehlend fehlender fehlendem",
    "passive": "wird werden",
    "reason": "ursache ursachen begründet",
    "end": "fertiggestellt",
    "because": "da",
    "staged": "bereitstehen steht stehen bereitgelegt beigestellt vorliegt vorliegen",
    "restore": "fahren setzen nehmen setze nimm",
    "lack": "zu_wenig",
    "to": "an",
    "plus need": "übrig",
    "against": "bei",
    "lack person": "zu_wenig_leute zu_wenig_personal zu_wenige_leute",
    "after due": "spät",
    "made reckoned": "erreichte erzielte schloss buchte",
    "minus gap": "fehlen fehlten fehlt lücke",
    "which": "als",
    "exist": (
        "vorgegeben vorgegebenen vorgegebener festgelegt festgelegten definierten definiert gegeben "
        "bestehenden hinterlegt"
    ),
    "spent": "brauchte benötigte brauchten benötigten",
    "lost taken": "kostete kosteten",
    "plan again": "neu",
    "run": "produziert fertigt",
    "reckoned": "erreicht erreichte",
}
NEUTRAL = (
    "wir uns hängt hängen "
    "behalten nehmen der die das den dem des ein eine einen einem einer es er sie ist sind wurde wurden "
    "hat haben und in im an am auf_der auf_dem mit für bei aus so auch dabei vor liegt liegen davon "
    "worden sein ihr gibt_es geht seinen ihren seinem ihrem seines seiner deren dessen kam kamen betrug "
    "beträgt uhr teile_der blieb bleibt bleiben blieben damit somit ging gingen gehen geht_an kommt kommen "
    "ergibt ergab ergaben machen fiel_an fielen anfielen angefallen dauerte dauerten gedauert fand "
    "stattfanden macht_aus da wo während worden_sein sowie verzeichnete dies es_gab gab_es diese "
    "dieser entspricht welche welcher welches man beim vom ins ans still sich dass was dauer lang maschine "
    "anlage ihres ihrer deines höhe in_höhe in_höhe_von auf_einen_wert belief belief_sich beläuft "
    "verbuchte verbucht erzielte entsprechend entsprechen entsprach wobei sowohl mal wie_hoch "
    "für_den für_die gegeben geht_um nahm kümmern stellen gingen_auf ging_auf eines jener jenes jene "
    "daran dort hier dazu hinzu somit_auf macht summiert summieren_sich um_die bitte "
    "es_handelt_sich handelt dafür welchem das_heißt d.h heißt bleibt_es verbleiben "
    "verbleibt verblieben schloss abgeschlossen_mit liegend gilt gelten fielen_an fällt_an anfiel "
    "einer_dauer mit_einer_dauer nämlich angabe_zufolge hinweg rede betrug_insgesamt lautet lauten "
    "bestehen besteht war_es lag_bei liegt_bei sei seien wäre zur_zeit_des hierfür wofür beläuft_sich "
    "derer wieder_so seinerseits ihrerseits unterdessen betreffend betrifft "
    "bezüglich kam_es kommt_es zustande stattgefunden statt_fanden ausmacht ausmachen ausgemacht "
    "veränderte verändert änderte ging_von gemessen wert"
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
    "nach_dem_termin:at nach_seinem_termin:at nach_der_fälligkeit:at von:of vom:of aus:of mit:of an:at "
    "am:at auf:at in:at im:at bei:at beim:at nach:to zu:to zum:to zur:to für:for durch:by über:by "
    "warten_auf:to wartet_auf:to seitens:of gegen:to gegenüber:by zwischen:from"
)
ARTICLES = "der die das den dem des ein eine einen einem einer"
JOINING = (
    "und oder sowie bzw welche welcher da dies er es sie es_gab gab_es gab dort hier sich bereits schon "
    "wo während"
)
HAVING = "hat hatte hatten haben verzeichnete verzeichnet verzeichneten"
BEING = "gibt_vor gibt liegt liegen ist sind steht läuft wartet"
ASKING = (
    "ist sind war waren hat hatte haben steht läuft wartet fertigte verlor kann wird werden stieg sank "
    "liegt muss müssen soll wurde wurden fehlt fehlen was wie"
)
ORDERS = (
    "sperren bringen annehmen finden bereitstellen verlegen versetzen umsetzen entscheiden beobachten "
    "planen herstellen aufzeichnen suchen organisieren anfahren zurückführen vorbereiten umplanen "
    "beantworten überwachen nachgehen bearbeiten wechseln schicken zurückbringen auftreiben besorgen "
    "abziehen einsetzen verschieben in_gang_setzen wieder_anfahren im_auge_behalten entscheidung_treffen "
    "neu_einplanen bereitzustellen abgeben zuweisen zuteilen verfolgen kontrollieren kümmern reagieren "
    "erledigen beschaffen holen hochfahren wieder_hochfahren neu_starten in_gang_bringen in_betrieb_setzen "
    "wieder_in_betrieb_nehmen neu_planen neuplanen neu_terminieren führen im_blick_behalten setzen nehmen"
)
LIGHT = ""
RELATING = "hinter vor unter über oberhalb unterhalb"
PARTICLES = "zu ab vor her ein an bereit still zurück fest aus"
DONE = "worden_sein hat haben hatte wurde wurden worden"
IS_FIRST = False
WAITING = "von vom aus mit bei beim für durch seit zum zur des eines einem einen einer ein"
CONJUNCTIONS = "und als"
ADDRESSED = "sie"
ENDINGS = "e> en> er> es> em> n> s>"
