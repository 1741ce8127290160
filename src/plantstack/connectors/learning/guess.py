"""What one column of a source probably is, from its name and what it showed; all of it may be wrong."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches

FORMATS = (
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%d-%m-%Y %H:%M:%S",
    "%d-%m-%Y %H:%M",
)
_EPOCHS = (("epoch s", 1), ("epoch ms", 1_000), ("epoch us", 1_000_000))
_SINCE, _UNTIL = 946_684_800, 4_102_444_800  # 2000 to 2100, in seconds

_STATES = {
    "producing": "run running producing production produce produktion produziert auto automatic active"
    " execute executing working cutting busy operating marcha produciendo",
    "setup": "setup changeover rüsten ruesten umrüsten setting preparation prep cambio",
    "idle": "idle ready standby bereit warten waiting wartet frei free",
    "starved": "starved starving materialmangel nomaterial mangel",
    "blocked": "blocked blocking stau full outfeed",
    "stopped": "stop stopped halt held hold paused pause gestoppt stillstand interrupted feedhold parada",
    "fault": "fault error alarm down breakdown störung stoerung fehler failed failure defekt emergency estop"
    " aborted averia",
    "planned_stop": "maintenance wartung planned break pm cleaning reinigung",
    "off": "off aus poweroff shutdown offline unavailable disconnected",
}
STATE_OF = {word: state for state, words in _STATES.items() for word in words.split()}
_RUNS = ("run", "running", "active", "auto", "producing", "cycle", "incycle", "läuft", "betrieb")
_SEQUENCES = {"seq", "sequence", "seqno", "seqnr", "msgno", "msgid", "messageid", "messageno", "lfdnr"}
_STATE_NAMES = {"state", "status", "zustand", "statecurrent", "currentstate", "packml", "execution"}
_PROGRAMS = {"program", "programm", "programa", "recipe", "rezept", "file", "filename", "datei", "name"}
CLASSES = ("scrap", "rework", "good", "total")
"""Of pieces, as names are asked for them."""
_NAMES = {
    "order": "order auftrag job workorder wo fertigungsauftrag orderid orden",
    "product": "product artikel material sku part_no partno item produkt article producto",
    "scrap": "scrap ausschuss reject rejects rejected nok bad defect defects schlecht waste",
    "rework": "rework nacharbeit",
    "good": "good gut ok goodparts goodcount io buenas",
    "total": "count counter parts pieces total qty quantity zähler zaehler stück stueck stk produced output"
    " partcount piezas menge",
}
_UNITS = {
    "°C": "temp temperature temperatur heat",
    "bar": "pressure druck press_bar",
    "kW": "power leistung kw",
    "kWh": "energy energie kwh",
    "A": "current strom ampere amps",
    "V": "voltage spannung volt",
    "1/min": "rpm drehzahl spindle",
    "mm/s": "vibration vib",
    "%": "percent prozent load last humidity feuchte override",
    "l/min": "flow durchfluss",
}
_WRITTEN = re.compile(r"[\[(]\s*([^\])]{1,8})\s*[\])]")
_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?([eE][+-]?[0-9]+)?")


def words_of(name: str) -> list[str]:
    """The words of a name, however they are set apart.

    >>> words_of("PartCount_total [pcs]")
    ['part', 'count', 'total', 'pcs', 'partcounttotalpcs']
    """
    apart = re.sub(r"([a-zäöü0-9])([A-ZÄÖÜ])", r"\1 \2", name)
    found = [word for word in re.split(r"[^0-9a-zäöüßáéíóúñ]+", apart.lower()) if word]
    return [*found, "".join(found)] if len(found) > 1 else found


def time_format(cells: Sequence[str]) -> tuple[str, bool] | None:
    """How instants are written, and whether that is sure; '' is ISO 8601. None: they are none.

    >>> time_format(["2026-01-05T06:00:00Z"]), time_format(["1767600000000"])
    (('', True), ('epoch ms', True))
    >>> time_format(["05.01.2026 06:00"]), time_format(["05/01/2026 06:00"]), time_format(["7"])
    (('%d.%m.%Y %H:%M', True), ('%d/%m/%Y %H:%M', False), None)
    """
    if not cells:
        return None
    if all(_is_iso(cell) for cell in cells):
        return "", True
    if all(re.fullmatch(r"[0-9]{9,17}([.][0-9]+)?", cell) for cell in cells):
        for name, scale in _EPOCHS:
            if all(_SINCE * scale < float(cell) < _UNTIL * scale for cell in cells):
                return name, True
    fits = [one for one in FORMATS if all(_is_time(cell, one) for cell in cells)]
    return (fits[0], len(fits) == 1) if fits else None


def is_local(cells: Sequence[str], form: str) -> bool:
    """Whether instants are written without their offset from UTC."""
    if form.startswith("epoch"):
        return False
    return bool(form) or any(datetime.fromisoformat(cell).tzinfo is None for cell in cells)


def _is_iso(cell: str) -> bool:
    try:
        datetime.fromisoformat(cell)
    except ValueError:
        return False
    return len(cell) >= 16


def _is_time(cell: str, form: str) -> bool:
    try:
        datetime.strptime(f"{cell} +0000", f"{form} %z")
    except ValueError:
        return False
    return True


def machine_of(text: str, machines: Mapping[str, Sequence[str]]) -> tuple[str, bool] | None:
    """The machine that a text names, and whether that is sure.

    Args:
        text: as the source writes it.
        machines: ids, and what else each is called.

    >>> machine_of("Press 1", {"press-1": [], "saw": ["Säge"]}), machine_of("Pres1", {"press-1": []})
    (('press-1', True), ('press-1', False))
    """
    names = {_plain(name): one for one, others in machines.items() for name in (one, *others)}
    plain = _plain(text)
    if plain in names:
        return names[plain], True
    close = get_close_matches(plain, names, n=1, cutoff=0.8) if plain else []
    return (names[close[0]], False) if close else None


def _plain(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def state_of(word: str) -> str:
    """Our state for a word of a source; '' where nothing is known of it.

    >>> state_of("RUNNING"), state_of("Störung 17"), state_of("Foo")
    ('producing', 'fault', '')
    """
    return next((STATE_OF[part] for part in words_of(word) if part in STATE_OF), "")


def says(name: str, role: str) -> bool:
    """Whether a name is one of an order, a product, or a class of pieces.

    >>> says("Gutteile", "good"), says("PartCount", "total"), says("okay", "good")
    (True, True, False)
    """
    known = _NAMES[role].split()
    return any(
        word == one or (len(one) > 2 and word.startswith(one)) for word in words_of(name) for one in known
    )


def is_run_bit(name: str, cells: Sequence[str]) -> bool:
    """Whether it tells that a machine runs, as true and false or 1 and 0."""
    return set(cells) <= {"true", "false", "0", "1", "True", "False"} and any(
        word in _RUNS for word in words_of(name)
    )


def is_sequence(name: str) -> bool:
    """Whether it numbers messages, and no pieces.

    >>> is_sequence("msg.seq"), is_sequence("good_total")
    (True, False)
    """
    return bool(_SEQUENCES & set(words_of(name)))


def is_state_name(name: str) -> bool:
    """Whether its name says that it tells a state, whatever its values are.

    >>> is_state_name("Machine/State"), is_state_name("PackML.StateCurrent"), is_state_name("Good")
    (True, True, False)
    """
    return bool(_STATE_NAMES & set(words_of(name)))


def is_name(name: str) -> bool:
    """Whether its values are names of programs or files, in which words of states say nothing.

    >>> is_name("Program_Name_Running"), is_name("ProgramStatus"), is_name("running")
    (True, False, False)
    """
    return bool(_PROGRAMS & set(words_of(name))) and not is_state_name(name)


def unit_of(name: str) -> str:
    """The unit in a name, written or meant; '' for none.

    >>> unit_of("Temp [K]"), unit_of("spindle_power"), unit_of("x")
    ('K', 'kW', '')
    """
    if written := _WRITTEN.search(name):
        return written[1].strip()
    words = words_of(name)
    return next((unit for unit, known in _UNITS.items() if set(known.split()) & set(words)), "")


@dataclass(frozen=True, slots=True)
class Numbers:
    """A column of numbers: how it goes.

    Attributes:
        is_whole: no decimals.
        rises: it never falls, or hardly ever, and is not always the same.
        decimal: the mark; ',' or '.'.
    """

    is_whole: bool
    rises: bool
    decimal: str


def numbers_of(series: Sequence[Sequence[str]]) -> Numbers | None:
    """How numbers go, one series a machine; None where something in them is no number.

    >>> numbers_of([["1", "2", "2", "9"]]), numbers_of([["1,5", "1,2"]])
    (Numbers(is_whole=True, rises=True, decimal='.'), Numbers(is_whole=False, rises=False, decimal=','))
    """
    cells = [cell for one in series for cell in one]
    if not cells or not all(_NUMBER.fullmatch(cell) for cell in cells):
        return None
    decimal = "," if any("," in cell for cell in cells) else "."
    falls = steps = 0
    for one in series:
        values = [float(cell.replace(",", ".")) for cell in one]
        falls += sum(after < before for before, after in itertools.pairwise(values))
        steps += sum(after > before for before, after in itertools.pairwise(values))
    is_whole = not any("," in cell or "." in cell for cell in cells)
    return Numbers(is_whole, steps > 0 and falls * 20 <= steps, decimal)
