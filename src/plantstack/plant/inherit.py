"""Dated settings that equipment takes from what it stands under: calendar, use of orders."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from plantstack.plant.localtime import resolve
from plantstack.plant.model import Dated, Equipment, Site
from plantstack.plant.plant import Plant
from plantstack.plant.structure import FAR_FUTURE, FAR_PAST, Span

Held = tuple[int, int, str]  # from, until, value


def held_values(
    plant: Plant, machine: str, choose: Callable[[Equipment], Dated[str]], default: str
) -> list[Held]:
    """The value that holds for a machine at every instant; the nearest level that has one decides.

    Where the machine stands nowhere, the value of its last place holds on (its first one before that).
    """
    site = plant.site_of(machine)
    changes: list[tuple[int, str]] = []
    for span in plant.spans[machine]:
        chain = [plant.equipment[name] for name in (machine, span.line, span.area, span.site) if name]
        changes += _within(span, [choose(one) for one in chain], site, default)
    made: list[Held] = []
    for start, value in changes:
        if made and made[-1][2] == value:
            continue
        if made:
            made[-1] = (made[-1][0], start, made[-1][2])
        made.append((start if made else FAR_PAST, FAR_FUTURE, value))
    return made


def _within(span: Span, chain: list[Dated[str]], site: Site, default: str) -> list[tuple[int, str]]:
    """Every start of a value inside one span, from its own start on."""
    laid = [[(_instant(day, site), value) for day, value in dated] for dated in chain]
    starts = {at for dated in laid for at, _ in dated if span.from_at < at < span.until_at}
    return [(at, _nearest(laid, at, default)) for at in sorted({span.from_at, *starts})]


def _instant(day: date | None, site: Site) -> int:
    return FAR_PAST if day is None else resolve(site.zone, day, site.day_start)


def _nearest(laid: list[list[tuple[int, str]]], at: int, default: str) -> str:
    for dated in laid:
        held = [value for start, value in dated if start <= at]
        if held:
            return held[-1]
    return default
