"""Measures of maintenance: work orders done, due and scheduled, and failures that came back."""

from __future__ import annotations

from plantstack.measures.measure import Measure, Sum
from plantstack.measures.of_shift import beside
from plantstack.measures.of_spans import open_at_end

_UNPLANNED = ("unplanned", "reactive")


def _orders(name: str, meaning: str, kind: str, *of: str) -> Measure:
    return beside(name, meaning, kind, "work_order", "n", of, layer=3)


def _hours(name: str, meaning: str, kind: str, *of: str) -> Measure:
    return beside(name, meaning, kind, "work_order", "qty", of, unit="h", adds="flow", layer=3)


WORK = (
    _hours("hours_maint", "all craft hours of work orders, each once, when they were done", "work"),
    _hours(
        "hours_planned", "of them on work that was planned before it started, PM and CBM", "work", "planned"
    ),
    _hours("hours_unplanned", "of them on all other work", "work", *_UNPLANNED),
    _hours(
        "hours_reactive", "of them on repairs that broke in: unplanned, type CM or none", "work", "reactive"
    ),
    _hours("hours_pm", "of them on preventive work", "work_type", "PM"),
    _hours("hours_cbm", "of them on condition-based work", "work_type", "CBM"),
    _hours("hours_cm", "of them on corrective work", "work_type", "CM"),
    _orders("n_wo_done", "work orders done", "work"),
    _orders("n_pm_done", "PM work orders done", "work_type", "PM"),
    _orders("n_pm_due", "PM work orders due, by the date first agreed", "pm_due"),
    _orders("n_pm_on_time", "of them done inside the tolerance, or on that day", "pm_due", "on_time"),
    _orders("n_wo_scheduled", "work orders on the frozen weekly schedule", "schedule"),
    _orders("n_wo_scheduled_done", "of them done by the end of the week", "schedule", "done"),
    _hours("hours_scheduled", "estimated hours of the frozen weekly schedule", "schedule"),
    _hours("hours_scheduled_done", "of them done by the end of the week", "schedule", "done"),
    beside(
        "n_failures_repeat",
        "failures of the same machine and mode inside the repeat window",
        "failure_repeat",
        "state",
        layer=3,
    ),
    open_at_end("n_open_work", "work orders open where the period ends", "open_work", "work_order"),
    Measure(
        "time_open_work",
        "s",
        "event",
        "how long they had been open then, together",
        ("work_order",),
        Sum("spans", "wall_us", (("kind", ("open_work",)),)),
        layer=3,
        is_at_end=True,
    ),
)
