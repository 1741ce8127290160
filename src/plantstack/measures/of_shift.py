"""Measures of what happens around the machines of a shift: calls, quality events, crews, material."""

from __future__ import annotations

from dataclasses import replace

from plantstack.measures.measure import Evidence, Measure, MeasureKind, Sum
from plantstack.measures.of_spans import open_at_end

_HOUR_US = 3_600_000_000


def beside(
    name: str,
    meaning: str,
    kind: str,
    feed: str,
    column: str = "n",
    of: tuple[str, ...] = (),
    *,
    unit: str = "count",
    adds: MeasureKind = "event",
    layer: int = 2,
    per: int = 0,
) -> Measure:
    """A measure of spans that no page holds: how many, or what they sum to."""
    where: tuple[tuple[str, tuple[str, ...]], ...] = (("kind", (kind,)),)
    where += (("class", of),) if of else ()
    where += (("is_closed", ("true",)),)
    return Measure(name, unit, adds, meaning, (feed,), Sum("spans", column, where, per), layer=layer)


def _call(name: str, meaning: str, kind: str, column: str = "wall_us") -> Measure:
    unit = "count" if column == "n" else "s"
    return beside(name, meaning, kind, "call", column, ("maintenance",), unit=unit)


def _worked(name: str, meaning: str, kind: str) -> Measure:
    """What repair orders say too."""
    return replace(_call(name, meaning, kind), feeds=("call", "work_order"))


CALLS = (
    _call("n_calls", "closed calls for maintenance", "call", "n"),
    _call("n_calls_in_target", "of them with somebody there within the target", "call_in_target", "n"),
    _call("time_response", "asked to arrived, of closed calls", "call_response"),
    _call(
        "time_diagnose", "arrived to diagnosed; calls that overlap at a machine count once", "call_diagnose"
    ),
    _worked("time_wait_parts", "waiting for parts; overlapping calls count once", "call_wait_parts"),
    _worked("time_repair", "hands-on, to fixed; overlapping calls count once", "call_repair"),
    _call("time_call_restore", "asked to accepted, or to fixed where nobody accepts", "call_restore"),
    open_at_end("n_open_call", "calls that are open where the period ends", "call", "call"),
)

QUALITY = (
    beside(
        "n_quality_events",
        "holds, deviations and complaints, counted when they are raised",
        "quality_event",
        "quality_event",
    ),
    beside(
        "qty_held",
        "pieces put on hold, where they were made",
        "held",
        "quality_event",
        "qty",
        unit="pc",
        adds="flow",
    ),
    beside(
        "qty_complained",
        "pieces customers complained of, when they did",
        "quality_event",
        "quality_event",
        "qty",
        ("complaint",),
        unit="pc",
        adds="flow",
    ),
    beside("n_complaints", "complaints of customers", "quality_event", "quality_event", of=("complaint",)),
    replace(
        beside(
            "n_complaints_unsized",
            "complaints that do not say how many pieces they are about",
            "complaint_unsized",
            "quality_event",
        ),
        evidence=Evidence(
            "n_complaints", ("qty_complained",), "Say with each complaint how many pieces came back.", 5
        ),
    ),
    open_at_end("n_open_hold", "holds not yet released where the period ends", "hold", "quality_event"),
)


def _hours(name: str, meaning: str, kind: str, of: tuple[str, ...] = (), layer: int = 2) -> Measure:
    return beside(name, meaning, kind, "labour", "qty", of, unit="h", adds="flow", layer=layer)


def _heads(name: str, meaning: str, kind: str) -> Measure:
    return beside(name, meaning, kind, "attendance", "own_us", unit="s", adds="flow")


PEOPLE = (
    _hours("hours_labour_paid", "attendance without breaks (APAT), of all crews", "labour_paid"),
    _hours("hours_labour_worked", "work on orders (APWT), of all crews", "labour_worked"),
    beside(
        "hours_labour_std_earned",
        "standard hours of good pieces, where a standard says its crew",
        "earned",
        "plant:crew",
        "own_us",
        unit="h",
        adds="flow",
        per=_HOUR_US,
    ),
    _heads("time_heads_present", "heads present x scheduled time", "heads_present"),
    _heads("time_heads_needed", "heads needed x scheduled time", "heads_needed"),
    beside(
        "people_days",
        "people present x days: a head of a whole shift is one",
        "people_days",
        "attendance",
        "qty",
        unit="day",
        adds="flow",
        layer=4,
    ),
    _hours("crew_hours_available", "net hours of the craft crews", "labour_paid", ("craft",), layer=3),
    _hours("hours_ci", "hours given to improvement", "labour_worked", ("improvement",), layer=4),
)

MATERIAL = (
    beside("n_orders_material", "orders started whose material was spoken of", "material", "material"),
    beside(
        "n_orders_material_ready",
        "of them with the material staged before the start",
        "material",
        "material",
        of=("ready",),
    ),
)

SLOTS = (
    replace(beside("n_slots", "slots of the plan that are over", "slot", "plan"), adds="output"),
    replace(
        beside("n_slots_hit", "of them with all pieces, within the tolerance", "slot", "plan", of=("hit",)),
        adds="output",
    ),
)

SHIFT = (*SLOTS, *CALLS, *QUALITY, *PEOPLE, *MATERIAL)
