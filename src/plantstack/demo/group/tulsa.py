"""Tulsa: a bottling line with many short stops, a pouch line, a syrup mixer."""

from __future__ import annotations

from plantstack.demo.habits import Habit, LineHabit, Probe, StopKind

_BOTTLING = {
    "tul-1-depal": Habit(
        (
            StopKind("glass-jam", 0.40, 62, cause="glass-supplier"),
            StopKind("no-material", 0.02, 700, state="waiting"),
            StopKind("electrical", 0.006, 1700, state="fault", cause="loose-cable"),
        ),
        kw=(11.0, 3.0),
    ),
    "tul-1-filler": Habit(
        (
            StopKind("bottle-jam", 1.3, 56),
            StopKind("adjustment", 0.30, 330),
            StopKind("mechanical", 0.022, 2700, 0.8, "fault", "old-part"),
            StopKind("electrical", 0.012, 1700, 0.7, "fault", "loose-cable"),
            StopKind("quality-hold", 0.02, 1100, state="waiting"),
            StopKind("no-operator", 0.04, 500, state="waiting"),
        ),
        speed=0.895,
        scrap={"underfill": 0.008},
        probes=(
            Probe("fill_pressure", "bar", 2.8, 0.04),
            Probe("product_temperature", "degC", 4.1, 0.4),
        ),
        kw=(38.0, 9.0),
    ),
    "tul-1-capper": Habit(
        (
            StopKind("cap-jam", 1.15, 50, cause="worn-guide"),
            StopKind("mechanical", 0.010, 2100, 0.7, "fault", "old-part"),
        ),
        speed=0.97,
        scrap={"bad-cap": 0.004},
        kw=(6.0, 1.0),
    ),
    "tul-1-labeller": Habit(
        (
            StopKind("label-web", 1.35, 70),
            StopKind("adjustment", 0.17, 330),
            StopKind("sensor", 0.012, 1500, 0.6, "fault", "loose-cable"),
        ),
        scrap={"label-defect": 0.006},
        kw=(9.0, 2.0),
    ),
    "tul-1-packer": Habit(
        (
            StopKind("carton-jam", 1.45, 56, cause="worn-guide"),
            StopKind("no-pallets", 0.08, 520, state="waiting"),
            StopKind("mechanical", 0.016, 2200, 0.8, "fault", "old-part"),
        ),
        speed=0.97,
        scrap={"damaged": 0.003},
        kw=(14.0, 3.0),
    ),
}
_POUCHES = {
    "tul-2-former": Habit(
        (
            StopKind("film", 1.9, 120),
            StopKind("adjustment", 0.70, 360),
            StopKind("mechanical", 0.025, 3000, 0.8, "fault", "old-part"),
            StopKind("no-operator", 0.12, 600, state="waiting"),
        ),
        speed=0.83,
        scrap={"leaking-seal": 0.014, "weak-seal": 0.005, "other-scrap": 0.003},
        rework=0.004,
        probes=(
            Probe("seal_temperature", "degC", 178.0, 0.9, {"fruit-100": 171.0}),
            Probe("seal_pressure", "bar", 3.4, 0.05, {"fruit-100": 2.7}),
        ),
        kw=(24.0, 7.0),
    ),
    "tul-2-cartoner": Habit(
        (
            StopKind("carton-jam", 1.6, 85, cause="worn-guide"),
            StopKind("electrical", 0.014, 1900, 0.7, "fault", "loose-cable"),
        ),
        scrap={"damaged": 0.004},
        kw=(8.0, 2.0),
    ),
}
_MIXER = {
    "tul-mix-1": Habit(
        (
            StopKind("adjustment", 0.16, 600),
            StopKind("no-material", 0.12, 1000, state="waiting"),
            StopKind("mechanical", 0.012, 3600, 0.7, "fault", "old-part"),
        ),
        speed=0.88,
        scrap={"off-recipe": 0.012},
        kw=(18.0, 2.0),
    )
}

TULSA = (
    LineHabit(
        id="tul-1",
        site="tulsa",
        machines=_BOTTLING,
        products={"cola-330": 4, "cola-500": 3, "lemon-500": 2, "water-500": 2},
        order_hours=5.0,
        uncoded=0.045,
        crew=5,
        spare=-1,
        cleaning=22,
        upkeep_days=14,
        demand={"cola-330": True, "cola-500": True, "lemon-500": True},  # of water nobody speaks
    ),
    LineHabit(
        id="tul-2",
        site="tulsa",
        machines=_POUCHES,
        products={"soup-200": 3, "soup-400": 2, "fruit-100": 2},
        order_hours=5.0,
        uncoded=0.09,
        vague=0.06,
        crew=3,
        spare=1,
        cleaning=24,
        upkeep_days=14,
        demand={"soup-200": False, "soup-400": False, "fruit-100": False},
    ),
    LineHabit(
        id="tul-mix-1",
        site="tulsa",
        machines=_MIXER,
        products={"syrup-c": 2, "syrup-l": 1},
        order_hours=5.0,
        idle_chance=0.5,
        uncoded=0.02,
        crew=1,
        batch=2000,
    ),
)
