"""Measures of the fact tables `spans` (closed things, counted where they end) and `levels`."""

from __future__ import annotations

from dataclasses import replace

from plantstack.measures.measure import Measure, Sum

_STATE = ("state",)
_SLOT = ("line", "product", "slot")


def _spans(
    kind: str,
    name: str,
    meaning: str,
    *feeds: str,
    column: str = "n",
    of: str = "",
    flag: str = "",
    layer: int = 1,
) -> Measure:
    unit = "count" if column == "n" else "s" if column.endswith("_us") else "pc"
    where: tuple[tuple[str, tuple[str, ...]], ...] = (("kind", (kind,)), ("closed", ("true",)))
    where += (("class", (of,)),) if of else ()
    where += (("flags", (flag,)),) if flag else ()
    return Measure(name, unit, "event", meaning, feeds, Sum("spans", column, where), layer=layer)


def _slot(name: str, meaning: str, column: str) -> Measure:
    measure = _spans("plan_slot", name, meaning, "plan", column=column, layer=2)
    return replace(measure, kind="flow", grain=_SLOT)


def _call(phase: str, meaning: str) -> Measure:
    name = f"time_{phase}"
    return _spans("call", name, meaning, "call", column=f"{phase}_us", of="maintenance", layer=2)


def _open(what: str, *feeds: str) -> Measure:
    where = (("name", (f"open_{what}",)),)
    meaning = f"open {what}s, as value x days; at hand-over their number then"
    return Measure(
        f"n_open_{what}", "count*day", "level", meaning, feeds, Sum("levels", "value_days", where), layer=2
    )


STOPS = (
    _spans("stop", "n_stop", "closed stops of any class", *_STATE),
    _spans("stop", "n_micro_stop", "closed stops under the limit", *_STATE, of="micro_stop"),
    _spans("stop", "n_breakdown", "closed stops of class breakdown", *_STATE, of="breakdown"),
    _spans("changeover", "n_changeover", "changeovers completed", "order", "state"),
    _spans("changeover", "time_changeover_std", "their standard times", "order", column="std_us"),
    _spans("failure", "n_failures", "failures at or above the failure limit", *_STATE, layer=3),
    _spans("failure", "time_restore", "failure to running, wall clock", *_STATE, column="wall_us", layer=3),
    _spans(
        "failure",
        "time_restore_scheduled",
        "the same inside planned busy time only",
        *_STATE,
        column="scheduled_us",
        layer=3,
    ),
    _spans(
        "failure",
        "time_failure_hidden",
        "failure seconds inside planned down, set-up and not scheduled",
        *_STATE,
        column="hidden_us",
        layer=3,
    ),
)

PLANS = (
    replace(
        _spans("plan_slot", "qty_plan", "planned pieces, as frozen before the shift", "plan", column="qty"),
        kind="flow",
        adds="output",
    ),
    _slot("qty_plan_matched", "min(good, plan) per product and slot, summed", "qty_matched"),
    _slot("qty_plan_edited", "how far the plan was edited after it was frozen", "qty_edited"),
    _spans("order_due", "n_orders_due", "production orders due", "order", layer=2),
    _spans(
        "order_due",
        "n_orders_on_time_in_full",
        "due orders finished in time with the full quantity",
        "order",
        of="on_time_in_full",
        layer=2,
    ),
    _spans("order", "time_order_execution", "order start to end (AOET)", "order", column="wall_us", layer=2),
    _spans("order", "time_order_busy", "AUBT of those orders", "order", column="busy_us", layer=2),
    _spans("order", "time_order_run", "APT of those orders", "order", column="run_us", layer=2),
    _spans("order", "qty_order", "pieces of those orders", "order", column="qty", layer=2),
    _spans("order", "n_orders_planned", "finished orders that had a plan", "plan", flag="planned", layer=2),
    _spans(
        "order",
        "time_order_deviation",
        "|actual - planned start| of those orders, summed",
        "plan",
        column="start_off_us",
        flag="planned",
        layer=2,
    ),
)

CHECKS = (
    _spans("check", "n_param_checks", "set-up and process parameter checks", "setup_check"),
    _spans("check", "n_param_ok", "checks inside their limits", "setup_check", of="ok"),
    _spans("reason", "n_reasons", "reasons given", "reason"),
)

CALLS = (
    _spans("call", "n_calls", "closed calls for maintenance", "call", of="maintenance", layer=2),
    _spans(
        "call",
        "n_calls_in_target",
        "calls answered in time",
        "call",
        of="maintenance",
        flag="in_target",
        layer=2,
    ),
    _call("response", "asked to arrived"),
    _call("diagnose", "arrived to diagnosed"),
    _call("wait_parts", "waiting for parts"),
    _call("repair", "hands-on, to fixed"),
    _open("stop", "state"),
    _open("call", "call"),
)

SPANS = (*STOPS, *PLANS, *CHECKS, *CALLS)
