"""Measures that no fact table carries yet: what they mean and which event kind will fill them.

A KPI over them answers `needs <kind>`; given by hand they can be evaluated today.
"""

from __future__ import annotations

from plantstack.measures.measure import Measure, MeasureKind

# unit, kind, layer, feed, and one "name: meaning" a line
_BLOCKS: tuple[tuple[str, MeasureKind, int, str, str], ...] = (
    ("h*day", "level", 3, "level", "backlog_hours: estimated hours of approved open work, as value x days"),
    (
        "money",
        "flow",
        3,
        "cost",
        """
        cost_maint: cost of maintenance
        cost_maint_labour: its own labour
        cost_maint_material: its material
        cost_maint_contract: its contractors
        mro_issued: value of parts issued by the stores
        """,
    ),
    (
        "money*day",
        "level",
        3,
        "level",
        """
        rav: replacement asset value, as value x days
        mro_value: value of the stores, as value x days
        """,
    ),
    (
        "count",
        "event",
        3,
        "work_order",
        """
        n_part_requests: parts asked of the stores
        n_part_filled: of them given at once
        """,
    ),
    (
        "money",
        "flow",
        4,
        "cost",
        """
        cost_prevention: quality cost: prevention
        cost_appraisal: quality cost: appraisal
        cost_internal_failure: quality cost: internal failure, containment included
        cost_external_failure: quality cost: external failure
        revenue: sales of the period
        """,
    ),
    (
        "money",
        "flow",
        4,
        "project",
        """
        saving_claimed: at approval
        saving_validated: signed by finance
        saving_realised: seen in the ledger of accounts
        project_cost_once: one-time cost of projects
        """,
    ),
    (
        "count",
        "event",
        4,
        "project",
        """
        n_projects_started: projects started
        n_projects_closed: projects closed
        n_projects_closed_on_time: of them in time
        n_sustain_checks: checks whether a gain holds
        n_sustain_ok: of them passed
        n_ideas: ideas handed in
        n_ideas_done: ideas implemented
        """,
    ),
    (
        "count",
        "event",
        4,
        "action",
        """
        n_problems: problems recorded
        n_problems_recurring: of them seen before
        n_actions_due: actions due
        n_actions_closed: actions closed
        n_actions_closed_on_time: of them in time
        """,
    ),
    ("s", "event", 4, "action", "time_action_open: open time of closed actions"),
    (
        "money",
        "flow",
        5,
        "cost",
        """
        cost_material: material
        cost_labour: labour
        cost_overhead: overhead
        cost_energy: energy
        cost_variable_other: other variable cost
        """,
    ),
    (
        "money",
        "flow",
        5,
        "finance",
        """
        cogs: cost of goods sold
        ebit: earnings before interest and taxes
        ebitda: the same before depreciation
        capex: capital spent
        """,
    ),
    (
        "money*day",
        "level",
        5,
        "level",
        """
        inventory_value_days: inventory
        receivable_value_days: receivables
        payable_value_days: payables
        wip_value_days: work in progress
        capital_employed_value_days: capital employed
        """,
    ),
    (
        "kWh",
        "flow",
        5,
        "energy",
        """
        energy_kwh: energy used
        energy_kwh_idle: energy used outside time_run
        """,
    ),
    ("m3", "flow", 5, "energy", "water_m3: water used"),
    ("kg", "flow", 5, "energy", "co2e_kg: greenhouse gases, as CO2"),
    (
        "count",
        "event",
        5,
        "delivery",
        """
        n_order_lines_due: customer order lines due
        n_order_lines_on_time: of them on time
        n_order_lines_in_full: of them in full
        n_order_lines_otif: of them on time and in full, counted jointly
        n_order_lines_perfect: of them without any fault, counted jointly
        """,
    ),
)


def _read_blocks() -> tuple[Measure, ...]:
    made = []
    for unit, kind, layer, feed, lines in _BLOCKS:
        for line in lines.strip().splitlines():
            name, meaning = line.strip().split(": ", 1)
            made.append(Measure(name, unit, kind, meaning, (feed,), layer=layer))
    return tuple(made)


LATER = _read_blocks()
