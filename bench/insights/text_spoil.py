"""Corruptions of a true sentence, one kind at a time: what a language model may get wrong, or be told to."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from bench.insights.text_words import additions_of, pairs_of
from plantstack.insights.saying import Figure, Name, Say
from plantstack.insights.telling.render import Reader, value_of


@dataclass(frozen=True, slots=True)
class Told:
    """A true sentence and what it is made of.

    Attributes:
        sentence: to be spoiled.
        names: texts of its names, by kind.
        others: names of the same plant that it does not say.
        numbers: texts of its numbers.
        clocks: texts of its instants.
        language: of it.
    """

    sentence: str
    names: Mapping[str, Sequence[str]]
    others: Sequence[str]
    numbers: Sequence[str]
    clocks: Sequence[str]
    language: str


Spoil = Callable[[Told, Random], str | None]


def told_of(sentence: str, say: Say, others: Sequence[str], reader: Reader) -> Told:
    """A sentence with its parts, as far as they stand in it."""
    names: dict[str, list[str]] = {}
    numbers, clocks = [], []
    for value in say.values.values():
        text = value_of(value, reader)
        if text not in sentence:
            continue
        if isinstance(value, Name):
            names.setdefault(value.kind, []).append(text)
        elif isinstance(value, Figure) and value.form == "moment":
            clocks.append(text)
        elif isinstance(value, Figure) and value.form != "day":
            numbers.append(text)
    mine = {one for told in names.values() for one in told}
    apart = [one for one in others if not any(one in name or name in one for name in mine)]
    return Told(sentence, names, apart, numbers, clocks, reader.language)


def _put(told: Told, old: str, new: str) -> str | None:
    """One text for another, where it stands by itself and is part of no name."""
    names = [name for found in told.names.values() for name in found if old in name and name != old]
    hidden = told.sentence
    for at, name in enumerate(names):
        hidden = hidden.replace(name, f"\0{at}\0")
    made = re.sub(rf"(?<![\w.,]){re.escape(old)}(?![\w])", lambda _: new, hidden, count=1)
    for at, name in enumerate(names):
        made = made.replace(f"\0{at}\0", name)
    return made if made != told.sentence else None


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def value(told: Told, chance: Random) -> str | None:
    """Another digit in a number."""
    if not told.numbers:
        return None
    old = chance.choice(told.numbers)
    places = [at for at, sign in enumerate(old) if sign.isdigit()]
    at = chance.choice(places)
    digit = chance.choice([one for one in "123456789" if one != old[at]])
    new = old[:at] + digit + old[at + 1 :]
    return None if new in told.numbers else _put(told, old, new)


def magnitude(told: Told, chance: Random) -> str | None:
    """A number ten times too large or too small."""
    plain = [one for one in told.numbers if int(_digits(one) or 0)]
    if not plain:
        return None
    old = chance.choice(plain)
    match = re.search(r"\d+(?:[.,]\d+)*", old)
    if match is None:
        return None
    whole = _digits(match.group())
    is_whole = whole == re.sub(r"[.,]\d{3}(?!\d)", lambda found: found.group()[1:], match.group())
    new = whole[:-1] if is_whole and len(whole) > 1 and chance.random() < 0.5 else f"{whole}0"
    made = old[: match.start()] + new + old[match.end() :]
    same = {_digits(one) for one in told.numbers}
    return None if _digits(made) in same else _put(told, old, made)


_UNITS = (
    ("min", ("h", "s", "%")),
    ("minutes", ("hours", "%")),
    ("minutos", ("horas", "%")),
    ("Minuten", ("Stunden", "%")),
    ("h", ("min",)),
    ("s", ("min", "h")),
    ("%", (" min", "", " h")),
    ("$", ("€", "£")),
    ("€", ("$", "£")),
    ("£", ("€", "$")),
)


def unit(told: Told, chance: Random) -> str | None:
    """A number in another unit than it has."""
    found = [
        (match.span(2), new)
        for old, others in _UNITS
        for match in re.finditer(rf"(\d[\s\u202f\xa0]?)({re.escape(old)})(?!\w)", told.sentence)
        for new in others
    ]
    found += [
        (match.span(1), new)
        for old in "$€£"
        for match in re.finditer(rf"({re.escape(old)})\d", told.sentence)
        for new in "$€£".replace(old, "")
    ]
    spans = [(span, new) for span, new in found if not _inside_name(told, span)]
    if not spans:
        return None
    (start, end), new = chance.choice(spans)
    if re.search(r"\d[\s\u202f\xa0]*h[\s\u202f\xa0]*\d", told.sentence) and new in ("h", "s"):
        return None
    return told.sentence[:start] + new + told.sentence[end:]


def _inside_name(told: Told, span: tuple[int, int]) -> bool:
    spans = [
        match.span()
        for found in told.names.values()
        for name in found
        for match in re.finditer(re.escape(name), told.sentence)
    ]
    return any(start <= span[0] < end for start, end in spans)


def name(told: Told, chance: Random) -> str | None:
    """A name of the plant that is not in the facts."""
    mine = [one for found in told.names.values() for one in found]
    if not mine or not told.others:
        return None
    return _put(told, chance.choice(mine), chance.choice(told.others))


def swapped(told: Told, chance: Random) -> str | None:
    """Two names of a kind, or two numbers of a kind, in each other's place."""
    pairs = [found[:2] for found in told.names.values() if len(set(found[:2])) == 2]
    plain = [one for one in told.numbers if _digits(one) == re.sub(r"[.,]", "", one)]
    pairs += [plain[:2]] if len(set(plain[:2])) == 2 else []
    shares = [one for one in told.numbers if "%" in one]
    pairs += [shares[:2]] if len(set(shares[:2])) == 2 else []
    if not pairs:
        return None
    first, second = chance.choice(pairs)
    if first in second or second in first:
        return None
    made = _put(told, first, "\1")
    made = (
        None
        if made is None
        else re.sub(rf"(?<![\w.,]){re.escape(second)}(?!\w)", lambda _: first, made, count=1)
    )
    return None if made is None or made.count("\1") != 1 else made.replace("\1", second)


def direction(told: Told, chance: Random) -> str | None:
    """The other way round."""
    found = [
        (old, new)
        for old, new in pairs_of("direction", told.language)
        if re.search(rf"\b{old}\b", told.sentence)
    ]
    if not found:
        return None
    old, new = chance.choice(found)
    if old == "up to" and "scrap" not in told.sentence.lower():
        return None
    return re.sub(rf"\b{old}\b", new, told.sentence, count=1)


def _added(kind: str) -> Spoil:
    def spoil(told: Told, chance: Random) -> str | None:
        more = chance.choice(additions_of(kind, told.language))
        if "%s" in more:
            mine = [one for found in told.names.values() for one in found]
            if not mine:
                return None
            more = more.replace("%s", chance.choice(mine))
        end = len(told.sentence.rstrip("."))
        return f"{told.sentence[:end]}{more}."

    return spoil


cause = _added("cause")
superlative = _added("superlative")
judgement = _added("judgement")
invented = _added("invented")
condition = _added("condition")
attribution = _added("attribution")
rate = _added("rate")
exception = _added("exception")


def derived(told: Told, chance: Random) -> str | None:
    """A sum, difference or ratio that nobody worked out."""
    some = chance.randint(2, 98)
    if any(str(some) in one for one in told.numbers):
        return None
    more = {
        "en": (
            f", {some} % of plan",
            f", {some} h in total",
            f", {some * 41 + 7} together",
            f", {some} times as much",
        ),
        "de": (
            f", {some} % vom Plan",
            f", insgesamt {some} h",
            f", zusammen {some * 41 + 7}",
            f", {some} mal",
        ),
        "es": (
            f", el {some} % del plan",
            f", en total {some} h",
            f", {some * 41 + 7} en total",
            f", {some} veces",
        ),
    }
    return f"{told.sentence.rstrip('.')}{chance.choice(more[told.language])}."


def negation(told: Told, chance: Random) -> str | None:
    """A "not" where there is none, or none where there is one."""
    pairs = pairs_of("negation", told.language)
    found = [(old, new) for old, new in pairs if old in told.sentence]
    if not found:
        return None
    old, new = chance.choice(found)
    return told.sentence.replace(old, new, 1)


def time(told: Told, chance: Random) -> str | None:
    """Another instant, or another day."""
    if told.clocks and chance.random() < 0.6:
        old = chance.choice(told.clocks)
        hour, _, minute = old.partition(":")
        new = f"{(int(hour) + chance.randint(1, 22)) % 24:02d}:{minute}"
        return None if new in told.clocks else _put(told, old, new)
    more = {
        "en": (
            " yesterday",
            " last week",
            " today",
            " at 25:10",
            " this morning",
            " since 03:33",
            " tomorrow",
        ),
        "de": (" gestern", " letzte Woche", " heute", " seit 03:33", " heute Nacht", " morgen"),
        "es": (" ayer", " la semana pasada", " hoy", " desde las 03:33", " mañana", " esta noche"),
    }[told.language]
    added = chance.choice(more)
    return None if "03:33" in told.clocks else f"{told.sentence.rstrip('.')}{added}."


def quantifier(told: Told, chance: Random) -> str | None:
    """All, none, most, half of something."""
    pairs = pairs_of("quantifier", told.language)
    found = [(old, new) for old, new in pairs if re.search(rf"\b{old}\b", told.sentence)]
    if not found:
        return None
    old, new = chance.choice(found)
    return re.sub(rf"\b{old}\b", new, told.sentence, count=1)


def certainty(told: Told, chance: Random) -> str | None:
    """More certain, or less, than the facts are."""
    pairs = pairs_of("certainty", told.language)
    found = [(old, new) for old, new in pairs if old in told.sentence]
    if not found:
        return None
    old, new = chance.choice(found)
    return told.sentence.replace(old, new, 1)


def words(told: Told, chance: Random) -> str | None:
    """Another thing measured than was measured: scrap for good, people for pieces."""
    pairs = pairs_of("words", told.language)
    found = [(old, new) for old, new in pairs if re.search(rf"\b{old}\b", told.sentence)]
    if not found:
        return None
    old, new = chance.choice(found)
    return re.sub(rf"\b{old}\b", new, told.sentence, count=1)


def _replaced(kind: str) -> Spoil:
    def spoil(told: Told, chance: Random) -> str | None:
        found = [(old, new) for old, new in pairs_of(kind, told.language) if old in told.sentence]
        if not found:
            return None
        return told.sentence.replace(*chance.choice(found), 1)

    return spoil


tense = _replaced("tense")
given_back = _replaced("given back")
reference = _replaced("reference")
bound = _replaced("bound")


def asked(told: Told, chance: Random) -> str | None:
    """A fact as a question."""
    return f"{told.sentence.rstrip('.')}?"


def other_digits(told: Told, chance: Random) -> str | None:
    """Digits of another script."""
    plain = [one for one in told.numbers if _digits(one)]
    if not plain:
        return None
    old, zero = chance.choice(plain), chance.choice((0x660, 0xFF10))
    return _put(told, old, re.sub(r"[0-9]", lambda found: chr(zero + int(found.group())), old))


SPOILS: Mapping[str, Spoil] = {
    "value": value,
    "magnitude": magnitude,
    "unit": unit,
    "derivation": derived,
    "name": name,
    "swapped": swapped,
    "direction": direction,
    "judgement": judgement,
    "cause": cause,
    "negation": negation,
    "time": time,
    "superlative": superlative,
    "quantifier": quantifier,
    "certainty": certainty,
    "another measure": words,
    "invented clause": invented,
    "tense": tense,
    "given back": given_back,
    "question": asked,
    "other digits": other_digits,
    "condition": condition,
    "attribution": attribution,
    "rate": rate,
    "exception": exception,
    "another reference": reference,
    "another bound": bound,
}
