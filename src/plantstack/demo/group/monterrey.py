"""Monterrey: a smaller sister of the Tulsa bottling line, run better and watched less."""

from __future__ import annotations

from plantstack.demo.habits import Habit, LineHabit, StopKind

_BOTTLING = {
    "mty-1-filler": Habit(
        (
            StopKind("bottle-jam", 1.3, 40),
            StopKind("adjustment", 0.25, 300),
            StopKind("mechanical", 0.016, 2600, 0.8, "fault", "old-part"),
            StopKind("no-material", 0.06, 800, state="waiting"),
        ),
        speed=0.935,
        scrap={"underfill": 0.005},
        kw=(27.0, 6.0),
    ),
    "mty-1-labeller": Habit(
        (StopKind("label-web", 0.9, 55), StopKind("sensor", 0.006, 1300, 0.6, "fault", "loose-cable")),
        scrap={"label-defect": 0.003},
        kw=(7.0, 2.0),
    ),
    "mty-1-packer": Habit(
        (
            StopKind("carton-jam", 1.0, 44),
            StopKind("no-pallets", 0.04, 420, state="waiting"),
            StopKind("mechanical", 0.008, 1900, 0.8, "fault", "old-part"),
        ),
        scrap={"damaged": 0.001},
        kw=(10.0, 2.0),
    ),
}

MONTERREY = (
    LineHabit(
        id="mty-1",
        site="monterrey",
        machines=_BOTTLING,
        products={"cola-330": 3, "cola-500": 2, "lemon-500": 2},
        capture="pulses",
        order_hours=6.5,
        idle_chance=0.04,
        uncoded=0.12,
        vague=0.10,
        crew=4,
        cleaning=20,
        upkeep_days=28,
    ),
)
