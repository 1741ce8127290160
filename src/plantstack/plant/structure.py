"""Placements of all levels laid over each other: who stands where, under which path, when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from plantstack.plant.localtime import resolve
from plantstack.plant.model import Equipment, Placement, Site

FAR_PAST = -62_135_596_800_000_000
FAR_FUTURE = 253_402_300_799_000_000


@dataclass(frozen=True, slots=True)
class Span:
    """One equipment at one place, half-open in microseconds UTC; '' where it has no such level."""

    equipment: str
    from_at: int
    until_at: int
    path: str
    parent: str
    line: str
    area: str
    site: str


def build_spans(equipment: Mapping[str, Equipment], enterprise: str) -> dict[str, tuple[Span, ...]]:
    """The spans of all equipment; needs placements without overlaps that lead to one site each."""
    made: dict[str, tuple[Span, ...]] = {}
    for level in ("site", "area", "line", "machine"):
        for one in equipment.values():
            if one.level == level:
                made[one.id] = _spans(one, equipment, made, enterprise)
    return made


def _spans(
    one: Equipment, equipment: Mapping[str, Equipment], above: Mapping[str, tuple[Span, ...]], enterprise: str
) -> tuple[Span, ...]:
    if isinstance(one, Site):
        return (Span(one.id, FAR_PAST, FAR_FUTURE, f"{enterprise}/{one.id}", "", "", "", one.id),)
    spans: list[Span] = []
    for placement in one.placed:
        for parent in above.get(placement.under, ()):
            site = equipment[parent.site]
            if isinstance(site, Site):
                from_at, until_at = placement_bounds(placement, site)
                from_at, until_at = max(from_at, parent.from_at), min(until_at, parent.until_at)
                if from_at < until_at:
                    spans.append(_under(one, parent, equipment[placement.under].level, from_at, until_at))
    return tuple(sorted(spans, key=lambda span: span.from_at))


def _under(one: Equipment, parent: Span, level: str, from_at: int, until_at: int) -> Span:
    made = replace(
        parent,
        equipment=one.id,
        from_at=from_at,
        until_at=until_at,
        path=f"{parent.path}/{one.id}",
        parent=parent.equipment,
    )
    if level == "line":
        return replace(made, line=parent.equipment)
    return replace(made, area=parent.equipment) if level == "area" else made


def placement_bounds(placement: Placement, site: Site) -> tuple[int, int]:
    """A placement's days as instants of its site."""
    return day_bounds(site, placement.from_day, placement.until_day)


def day_bounds(site: Site, from_day: date | None, until_day: date | None) -> tuple[int, int]:
    """Half-open production days of a site as instants; open ends are far away."""
    start = resolve(site.zone, from_day, site.day_start) if from_day else FAR_PAST
    end = resolve(site.zone, until_day, site.day_start) if until_day else FAR_FUTURE
    return start, end
