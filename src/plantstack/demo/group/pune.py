"""Pune: four presses; a pulse for each shot, scrap typed in by people."""

from __future__ import annotations

from plantstack.demo.habits import Habit, LineHabit, Probe, StopKind

_MELT = Probe("melt_temperature", "degC", 231.0, 1.3)
_HOLD = Probe("hold_pressure", "bar", 62.0, 0.9)


def _press(part_stuck: float, scrap: float) -> Habit:
    return Habit(
        (
            StopKind("part-stuck", part_stuck, 150, 0.8),
            StopKind("adjustment", 0.20, 540, 0.7),
            StopKind("no-material", 0.07, 900, 0.7, "waiting"),
            StopKind("no-operator", 0.12, 700, 0.7, "waiting"),
            StopKind("hydraulic", 0.012, 5400, 0.8, "fault", "old-part"),
            StopKind("mould", 0.006, 9000, 0.7, "fault", "old-part"),
        ),
        speed=0.905,
        scrap={
            "short-shot": scrap * 0.5,
            "flash": scrap * 0.3,
            "burn": scrap * 0.15,
            "other-scrap": scrap * 0.05,
        },
        probes=(_MELT, _HOLD),
        kw=(46.0, 14.0),
    )


# What each product is made of, and the moulds of which every press has its own.
_MATERIAL = {"clip-14": "PA6-GF30", "cap-28": "PP", "gear-22": "POM", "housing-7": "ABS"}


def _tools(press: str, products: dict[str, float]) -> dict[str, tuple[str, str]]:
    return {one: (f"M{one.rpartition('-')[2]}-{press[-1]}", _MATERIAL[one]) for one in products}


def _line(name: str, habit: Habit, products: dict[str, float]) -> LineHabit:
    return LineHabit(
        id=name,
        site="pune",
        machines={name: habit},
        products=products,
        capture="pulses",
        order_hours=13.0,
        idle_chance=0.08,
        idle_hours=5.0,
        uncoded=0.12,
        vague=0.04,
        crew=1,
        upkeep_days=28,
        tools=_tools(name, products),
    )


PUNE = (
    _line("pun-1", _press(0.75, 0.014), {"clip-14": 2, "cap-28": 3}),
    _line("pun-2", _press(1.0, 0.017), {"cap-28": 2, "gear-22": 2}),
    _line("pun-3", _press(0.85, 0.015), {"clip-14": 4, "gear-22": 2}),
    _line("pun-4", _press(0.6, 0.022), {"housing-7": 3, "gear-22": 1}),
)
