"""Where a reader goes from home: the pages his role works on, each for what he is let near."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from plantstack.interfaces.web.page import N_, Visit


@dataclass(frozen=True, slots=True)
class Start:
    """A way from home.

    Attributes:
        name: what is there, marked for translation.
        place: what it is about; '' is everything.
        link: its address.
    """

    name: str
    place: str
    link: str


def starts_of(visit: Visit) -> list[Start]:
    """What stands on the home of a reader."""
    return list(_starts(visit))


def _starts(visit: Visit) -> Iterator[Start]:
    plant, sender, now = visit.running.plant, visit.sender, visit.now
    near = [one for one in plant.equipment if sender.is_near(plant, one, now) and plant.spans[one]]
    if "enter" in sender.may:
        for line in near:
            if line in plant.lines or (line in plant.machines and _stands_alone(visit, line)):
                yield Start(N_("Operator page"), line, f"/op/{line}")
    if {"lead", "plan", "maintain"} & set(sender.may):
        for area in near:
            if area in plant.areas:
                yield Start(N_("Board"), area, f"/board/{area}")
                yield Start(N_("Andon"), area, f"/andon/{area}")
    if "plan" in sender.may:
        for place in [one for one in near if one in plant.sites] or [sender.scope]:
            yield Start(N_("Plan"), place, f"/plan/{place}")
    if "portfolio" in sender.may:
        yield Start(N_("Portfolio"), "", "/portfolio")
        yield Start(N_("Tie-out"), "", "/tieout")
    if "improve" in sender.may:
        yield Start(N_("Improvement"), sender.scope, "/ci")
    if {"portfolio", "improve"} & set(sender.may):
        yield Start(N_("Readiness"), sender.scope, "/readiness")
    if "maintain" in sender.may:
        for site in near:
            if site in plant.sites:
                yield Start(N_("Maintenance"), site, f"/maint/{site}")


def _stands_alone(visit: Visit, machine: str) -> bool:
    """Whether a machine is no part of a line."""
    spans = visit.running.plant.spans[machine]
    standing = next((span for span in spans if span.from_at <= visit.now < span.until_at), None)
    return standing is not None and standing.line in ("", None)
