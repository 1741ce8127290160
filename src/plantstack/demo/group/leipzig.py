"""Leipzig: machining with signals, a line that leaves paper, a cell that stays on it, a job machine."""

from __future__ import annotations

from plantstack.demo.habits import Habit, LineHabit, Probe, StopKind

_SHAFTS = {
    "lei-1-lathe": Habit(
        (
            StopKind("chips", 0.65, 140, 0.7),
            StopKind("adjustment", 0.24, 480, 0.7),
            StopKind("no-material", 0.07, 900, 0.7, "waiting"),
            StopKind("electrical", 0.008, 3000, 0.8, "fault", "loose-cable"),
        ),
        speed=0.93,
        scrap={"dimension": 0.008, "burr": 0.004},
        rework=0.006,
        kw=(17.0, 5.0),
    ),
    "lei-1-mill": Habit(
        (
            StopKind("chips", 0.55, 170, 0.7),
            StopKind("adjustment", 0.22, 540, 0.7),
            StopKind("spindle", 0.005, 3600, 0.5, "fault", "worn-bearing"),
            StopKind("sensor", 0.010, 1800, 0.6, "fault", "loose-cable"),
            StopKind("no-operator", 0.10, 700, 0.7, "waiting"),
        ),
        speed=0.92,
        scrap={"dimension": 0.008, "burr": 0.005},
        probes=(Probe("vibration", "mm/s", 1.9, 0.22), Probe("spindle_temperature", "degC", 46.0, 1.5)),
        kw=(21.0, 6.0),
    ),
    "lei-1-washer": Habit(
        (
            StopKind("part-stuck", 0.35, 120, 0.6),
            StopKind("mechanical", 0.008, 3000, 0.7, "fault", "old-part"),
        ),
        kw=(12.0, 8.0),
    ),
}
_PUMPS = {
    "lei-2-press": Habit(
        (
            StopKind("part-stuck", 0.75, 170, 0.8),
            StopKind("adjustment", 0.32, 540, 0.7),
            StopKind("mechanical", 0.014, 3000, 0.8, "fault", "worn-guide"),
            StopKind("no-material", 0.11, 900, 0.7, "waiting"),
        ),
        scrap={"damaged": 0.006},
        kw=(7.0, 2.0),
    ),
    "lei-2-test": Habit(
        (
            StopKind("adjustment", 0.70, 340, 0.8),
            StopKind("sensor", 0.03, 2400, 0.7, "fault", "loose-cable"),
            StopKind("no-operator", 0.20, 720, 0.7, "waiting"),
        ),
        speed=0.85,
        scrap={"leak-test": 0.018},
        rework=0.012,
        kw=(5.0, 2.0),
    ),
}
_CELL = {
    "lei-cell": Habit(
        (
            StopKind("no-material", 0.20, 900, 0.7, "waiting"),
            StopKind("part-stuck", 0.16, 480, 0.6),
            StopKind("quality-hold", 0.05, 1500, 0.6, "waiting"),
        ),
        speed=0.82,
        scrap={"damaged": 0.008},
        kw=(2.0, 1.0),
    )
}
_JOBS = {
    "lei-5ax": Habit(
        (
            StopKind("chips", 0.20, 140, 0.7),
            StopKind("adjustment", 0.22, 600, 0.8),
            StopKind("no-operator", 0.10, 800, 0.7, "waiting"),
            StopKind("electrical", 0.005, 3600, 0.8, "fault", "loose-cable"),
        ),
        speed=0.9,
        scrap={"dimension": 0.015},
        kw=(19.0, 5.0),
    )
}

LEIPZIG = (
    LineHabit(
        id="lei-1",
        site="leipzig",
        machines=_SHAFTS,
        products={"shaft-a": 3, "shaft-b": 2, "flange-c": 2},
        order_hours=7.0,
        uncoded=0.005,
        vague=0.01,
        crew=2,
        spare=-1,
        cleaning=20,
        upkeep_days=21,
        demand={"shaft-a": True, "shaft-b": True, "flange-c": True},
    ),
    LineHabit(
        id="lei-2",
        site="leipzig",
        machines=_PUMPS,
        products={"pump-s": 3, "pump-m": 2},
        order_hours=7.0,
        uncoded=0.05,
        crew=3,
        upkeep_days=28,
    ),
    LineHabit(
        id="lei-cell",
        site="leipzig",
        machines=_CELL,
        products={"kit-1": 2, "kit-2": 2},
        capture="paper",
        order_hours=6.0,
        crew=3,
        spare=1,
    ),
    LineHabit(
        id="lei-5ax",
        site="leipzig",
        machines=_JOBS,
        products={"fixture-11": 3, "bracket-3": 3, "proto-1": 1},
        order_hours=3.0,
        idle_chance=0.15,
        idle_hours=2.0,
        uncoded=0.03,
        crew=1,
        tick=900,
    ),
)
