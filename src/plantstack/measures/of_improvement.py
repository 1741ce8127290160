"""Measures of customers, energy, safety and improvement."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from plantstack.measures.measure import Evidence, Measure
from plantstack.measures.of_shift import beside
from plantstack.measures.of_spans import open_at_end


def _energy(name: str, meaning: str, kind: str) -> Measure:
    return beside(name, meaning, kind, "energy", "qty", unit="kWh", adds="flow", layer=5)


def _lines(name: str, meaning: str, kind: str) -> Measure:
    return beside(name, meaning, kind, "delivery", layer=5)


def _safety(name: str, meaning: str, of: str) -> Measure:
    return beside(name, meaning, "safety", "safety", of=(of,), layer=5)


def _project(name: str, meaning: str, kind: str, *of: str) -> Measure:
    return beside(name, meaning, kind, "project", of=of, layer=4)


def _saving(name: str, meaning: str, kind: str, *of: str) -> Measure:
    return beside(name, meaning, kind, "project", "amount", of, unit="money", adds="flow", layer=4)


def _action(name: str, meaning: str, kind: str, *of: str, column: str = "n") -> Measure:
    unit = "count" if column == "n" else "s"
    return beside(name, meaning, kind, "action", column, of, unit=unit, layer=4)


ENERGY = (
    _energy("energy_kwh", "energy used, each kWh once however many meters read it", "energy"),
    _energy("energy_kwh_idle", "energy used while no machine below the meter ran", "energy_idle"),
)

DELIVERY = (
    _lines("n_order_lines_due", "customer order lines due", "line_due"),
    _lines("n_order_lines_on_time", "of them on time", "line_on_time"),
    _lines("n_order_lines_in_full", "of them in full", "line_in_full"),
    _lines("n_order_lines_otif", "of them on time and in full, counted jointly", "line_otif"),
    _lines(
        "n_order_lines_perfect", "of them without any fault, complaints too, counted jointly", "line_perfect"
    ),
)

SAFETY = (
    _safety("n_recordable", "recordable injuries", "recordable"),
    _safety("n_first_aid", "cases of first aid", "first_aid"),
    _safety("n_near_miss", "near misses", "near_miss"),
    _safety("n_unsafe", "unsafe conditions and acts seen", "unsafe"),
)

PROJECTS = (
    _saving("saving_claimed", "a year's saving at approval", "saving_claimed"),
    _saving("saving_validated", "a year's saving signed by finance", "project", "validated"),
    _saving("saving_realised", "a year's saving seen in the accounts", "project", "realised"),
    _saving("project_cost_once", "one-time cost of projects closed", "project_cost"),
    _saving("saving_closed", "a year's saving claimed for projects closed", "project_saving"),
    replace(
        _project(
            "n_projects_unpriced", "projects closed without a claim or a cost", "project_saving", "unpriced"
        ),
        evidence=Evidence(
            "n_projects_closed", ("saving_closed",), "Say of each project its saving a year and its cost.", 5
        ),
    ),
    _project("n_projects_started", "projects started", "project", "started"),
    _project("n_projects_closed", "projects closed", "project", "closed"),
    _project("n_projects_closed_on_time", "of them by the date first planned", "project_on_time"),
    _project("n_sustain_checks", "checks whether a gain holds", "sustain_check"),
    _project("n_sustain_ok", "of them passed", "sustain_check", "sustained"),
    _project("n_ideas", "ideas handed in", "project", "idea"),
    _project("n_ideas_done", "ideas implemented", "project", "implemented"),
)

ACTIONS = (
    _action("n_problems", "problems recorded", "problem"),
    _action("n_problems_recurring", "of them seen before within the repeat window", "problem", "recurring"),
    _action("n_actions_due", "actions due, by the date first agreed", "action_due"),
    _action("n_actions_closed_on_time", "of them closed by then", "action_due", "on_time"),
    _action("n_actions_closed", "actions closed", "action"),
    _action("time_action_open", "open time of closed actions", "action", column="wall_us"),
    Measure("n_actions_judged", "count", "event", "closed actions that can be judged", ("action",), layer=4),
    Measure("n_actions_worked", "count", "event", "of them: moved it, and it held", ("action",), layer=4),
    Measure(
        "n_actions_unjudged",
        "count",
        "event",
        "closed actions that cannot be judged",
        ("action",),
        layer=4,
        evidence=Evidence(
            "n_actions_closed",
            ("n_actions_judged",),
            "Name the KPI that an action is to move when it is opened.",
            5,
            fair_from=Fraction(10, 100),
            poor_from=Fraction(50, 100),
        ),
    ),
    replace(open_at_end("n_open_action", "actions open where the period ends", "action", "action"), layer=4),
)

IMPROVEMENT = (*ENERGY, *DELIVERY, *SAFETY, *PROJECTS, *ACTIONS)
