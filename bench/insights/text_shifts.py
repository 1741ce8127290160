"""Shifts made up from a seed: anything a shift can hold, with names that make readers stumble."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import TypeVar

from plantstack.insights.saying import Name
from plantstack.insights.telling.facts_of_shift import (
    Called,
    Changes,
    Crew,
    Held,
    Late,
    LineOfShift,
    LossOfShift,
    Material,
    Rest,
    SafetyEvent,
    ShiftFacts,
    SlowRun,
    Standing,
)
from plantstack.insights.telling.render import Reader
from plantstack.insights.telling.words import ACCOUNTS, MONEY, SAFETY, WHOM
from plantstack.interfaces.web import formats
from plantstack.interfaces.web.speaking import catalogue
from plantstack.intervals import HOUR, MINUTE

LINES = ("Line 1", "Line 11", "Linie 7", "Línea Sur", "SMD-3", "100 % Check")
MACHINES = (
    "Filler",
    "Filler 2",
    "Presse 77",
    "Etikettierer",
    "Robot M14-3",
    "Horno 5",
    "Packer (old)",
    "CNC 500",
)
REASONS = ("Jam", "Werkzeugbruch", "Falta de cartón", "Sensor B12", "No label roll", "Film tear 2.5")
PRODUCTS = ("Cola 0.5", "Deckel 38", "Tapa XL", "P-1000")
ORDERS = ("B-7", "4711", "PO 2026-15", "X9")
ZONES = ("America/Chicago", "Europe/Berlin", "Asia/Kolkata", "UTC")
CURRENCIES = ("USD", "EUR", "GBP")
_T = TypeVar("_T")
LANGUAGES = ("en", "de", "es")
_START = 1_772_431_200_000_000


def reader(language: str, zone: str) -> Reader:
    """Somebody who reads a language; ids are names here."""
    return Reader(language, zone, catalogue(language).gettext, _name, formats)


def _name(name: Name) -> str:
    return name.id


def shift_of(chance: Random) -> ShiftFacts:
    """One shift."""
    start = _START + chance.randrange(0, 300 * 24) * HOUR
    length = chance.choice((8, 12)) * HOUR
    now = start + chance.randrange(1, length // MINUTE + 1) * MINUTE
    lines = chance.sample(LINES, chance.randint(1, 3))
    on = {line: chance.sample(MACHINES, 2) for line in lines}
    where = [(machine, line) for line, machines in on.items() for machine in machines]
    of_line = [(line,) for line in lines]
    past = [now - chance.randrange(1, max((now - start) // MINUTE, 2)) * MINUTE for _ in range(12)]
    return ShiftFacts(
        place="site",
        shift=chance.choice(("early", "late", "night")),
        start=start,
        end=start + length,
        now=now,
        currency=chance.choice(CURRENCIES),
        lines=tuple(_line(chance, line, on[line][0]) for line in lines),
        losses=tuple(_loss(chance, *one) for one in where if chance.random() < 0.8),
        unexplained={one: _stops(chance) for one, _ in where if chance.random() < 0.4},
        standing=_some(chance, where, 0.2, lambda m, li: _standing(chance, m, li, past[0])),
        calls=_some(chance, where, 0.2, lambda m, li: Called(m, li, chance.choice(list(WHOM)), past[1])),
        holds=_some(chance, where, 0.2, lambda m, _: _held(chance, m, past[2])),
        safety=_some(chance, where, 0.1, lambda m, _: _unsafe(chance, m, past[3])),
        crews=_some(chance, of_line, 0.6, lambda li: Crew(li, chance.randint(1, 5), chance.randint(1, 5))),
        material=_some(chance, of_line, 0.2, lambda li: _material(chance, li, now)),
        late=_some(chance, of_line, 0.3, lambda li: _late(chance, li, now)),
        slow=_some(chance, where, 0.2, lambda m, li: SlowRun(m, li, past[4], chance.uniform(0.4, 0.9))),
        changes=_some(chance, of_line, 0.5, lambda li: _changes(chance, li)),
    )


def _some(
    chance: Random, places: Sequence[tuple[str, ...]], share: float, made: Callable[..., _T]
) -> tuple[_T, ...]:
    return tuple(made(*one) for one in places if chance.random() < share)


def _standing(chance: Random, machine: str, line: str, since: int) -> Standing:
    rest = None if chance.random() < 0.2 else _rest(chance)
    return Standing(machine, line, since, chance.choice(("", *REASONS)), "breakdown", rest)


def _rest(chance: Random) -> Rest:
    """How long stops like it still took: where they are few, only how many they were."""
    if chance.random() < 0.3:
        return Rest(chance.randint(0, 7))
    low, step = chance.uniform(30, 2000), chance.uniform(30, 2000)
    share = chance.choice((None, 1.0, chance.random()))
    is_like = chance.random() < 0.5
    return Rest(chance.randint(8, 900), low + step, low, low + 3 * step, is_like, share)


def _held(chance: Random, machine: str, since: int) -> Held:
    product = chance.choice(("", *PRODUCTS))
    return Held(machine, product, chance.choice((None, chance.randint(1, 4000))), since)


def _unsafe(chance: Random, machine: str, at: int) -> SafetyEvent:
    return SafetyEvent(machine, chance.choice(list(SAFETY)), at, chance.randint(1, 999))


def _late(chance: Random, line: str, now: int) -> Late:
    order, due = chance.choice(ORDERS), now + chance.randint(-20, 40) * HOUR
    missing = None if chance.random() < 0.3 else float(chance.randint(1, 9000))
    seconds = None if missing is None else chance.uniform(60, 40000)
    return Late(order, line, due, chance.random() < 0.5, missing, seconds, chance.random() < 0.3)


def _line(chance: Random, line: str, pacing: str) -> LineOfShift:
    good = None if chance.random() < 0.1 else float(chance.randint(0, 12000))
    plan = None if chance.random() < 0.2 else float(chance.randint(100, 12000))
    scrap = None if chance.random() < 0.3 else float(chance.randint(0, 800))
    hour = None if chance.random() < 0.5 else (0.0, chance.uniform(20, 3000))
    before = None if chance.random() < 0.3 else float(chance.randint(100, 12000))
    return LineOfShift(line, pacing, good, plan, scrap, before, float(chance.randint(0, 800)), hour)


def _loss(chance: Random, machine: str, line: str) -> LossOfShift:
    reason = chance.choice(("", *REASONS))
    pieces = None if chance.random() < 0.4 else chance.uniform(0, 3000)
    high = chance.uniform(0.5, 9000)
    low = chance.choice((0.0, high, high * chance.random()))
    money = None if chance.random() < 0.5 else (low, (low + high) / 2, high)
    seconds = chance.uniform(0, 6 * 3600)
    usual = None if chance.random() < 0.5 else chance.uniform(0, 7200)
    return LossOfShift(
        machine,
        line,
        reason,
        chance.choice(list(ACCOUNTS)),
        seconds,
        chance.randint(1, 40),
        pieces,
        money,
        chance.choice(list(MONEY)),
        usual,
    )


def _stops(chance: Random) -> tuple[int, float]:
    return chance.randint(0, 12), chance.uniform(120, 15000)


def _material(chance: Random, line: str, now: int) -> Material:
    starts = None if chance.random() < 0.3 else now + chance.randint(1, 110) * MINUTE
    return Material(chance.choice(ORDERS), line, starts, chance.random() < 0.3)


def _changes(chance: Random, line: str) -> Changes:
    length = chance.uniform(300, 9000)
    return Changes(
        line,
        chance.randint(0, 6),
        length,
        None if chance.random() < 0.3 else length * chance.uniform(0.4, 1.4),
    )
