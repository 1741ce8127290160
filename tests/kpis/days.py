"""Days with known answers, as sums in seconds and pieces."""

from __future__ import annotations

MINUTE = 60

# The balanced day of the reference, in minutes: the leaves sum to 1440.
BALANCED_DAY = {
    "time_calendar": 1440 * MINUTE,
    "time_not_scheduled": 480 * MINUTE,
    "time_planned_down": 60 * MINUTE,
    "time_no_order": 40 * MINUTE,
    "time_waiting": 35 * MINUTE,
    "time_waiting_in_order": 20 * MINUTE,
    "time_setup": 70 * MINUTE,
    "time_breakdown": 55 * MINUTE,
    "time_other_stop": 25 * MINUTE,
    "time_micro_stop": 30 * MINUTE,
    "time_run": 645 * MINUTE,
    "qty_total": 1170,
    "qty_good": 1120,
    "qty_scrap": 30,
    "qty_rework": 20,
    "time_ideal_total": 1170 * MINUTE // 2,
    "time_ideal_good": 1120 * MINUTE // 2,
    "time_ideal_scrap": 30 * MINUTE // 2,
    "time_ideal_rework": 20 * MINUTE // 2,
}
