"""The portfolio as rows for programs: what its page says, without its words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from plantstack.stack.improving.hours import Hours
from plantstack.stack.improving.portfolio import Lever, Plant, Portfolio, levers, total


def portfolio_rows(found: Portfolio, *, has_money: bool) -> list[Mapping[str, Any]]:
    """A row `portfolio`, one `plant` each, then `lever`, the greatest first.

    Args:
        found: the plants.
        has_money: whether whoever asks may see money.
    """
    now, before = total(found.compared)
    first, last = found.weeks.days
    head = {
        "row": "portfolio",
        "from": first,
        "to": last,
        "weeks": list(found.weeks.labels),
        "compared": [one.id for one in found.compared],
        "oee": now.oee,
        "oee_before": before.oee,
    }
    plants = [_plant(one, has_money) for one in found.plants]
    return [head, *plants, *(_lever(one, has_money) for one in levers(found.basis()))]


def _plant(plant: Plant, has_money: bool) -> dict[str, Any]:
    return {
        "row": "plant",
        "site": plant.id,
        "ready": plant.ready,
        "is_comparable": plant.is_comparable,
        "why": plant.why,
        "step": plant.step,
        "minutes": plant.minutes,
        "n_lines": plant.n_lines,
        "trend": list(plant.trend),
        "kpis": [row for row in (plant.row, plant.impact if has_money else None) if row is not None],
        "before": plant.before,
        "target": plant.target,
        "behind_s": plant.behind_s,
        "hours": _hours(plant.hours, has_money),
        "hours_before": _hours(plant.hours_before, has_money),
    }


def _hours(hours: Hours, has_money: bool) -> dict[str, Any]:
    return {
        "planned_s": hours.planned_s,
        "good_s": hours.good_s,
        "leaves": dict(hours.leaves),
        "contested": dict(hours.contested),
        "demand": dict(hours.demand),
        "money": list(hours.money) if has_money else [],
    }


def _lever(lever: Lever, has_money: bool) -> dict[str, Any]:
    return {
        "row": "lever",
        "site": lever.plant,
        "loss": lever.kind,
        "seconds": lever.seconds,
        "machine": lever.machine,
        "machine_s": lever.machine_s,
        "grade": lever.grade,
        "money": list(lever.money) if has_money else [],
    }
