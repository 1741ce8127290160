"""Measures of the fact table `spans`: closed things, each counted whole where it ends.

A kind of span that no step of the ledger writes yet sums to nothing, and its KPIs say so.
"""

from __future__ import annotations

from dataclasses import replace

from plantstack.measures.measure import LinePart, Measure, Sum

_STATE = ("state",)


def _spans(
    kind: str,
    name: str,
    meaning: str,
    *feeds: str,
    column: str = "n",
    of: str = "",
    layer: int = 1,
) -> Measure:
    unit = "count" if column == "n" else "s" if column.endswith("_us") else "pc"
    where: tuple[tuple[str, tuple[str, ...]], ...] = (("kind", (kind,)),)
    where += (("class", (of,)),) if of else ()
    where += (("is_closed", ("true",)),)
    return Measure(name, unit, "event", meaning, feeds, Sum("spans", column, where), layer=layer)


def line_changeovers(column: str) -> LinePart:
    """A column of the changeovers of lines, each of which is a span at the exit machine."""
    return LinePart("exit", Sum("spans", column, (("kind", ("line_changeover",)),)))


def _failure(name: str, meaning: str, column: str) -> Measure:
    return _spans("failure", name, meaning, *_STATE, column=column, of="failure", layer=3)


def open_at_end(name: str, meaning: str, kind: str, feed: str) -> Measure:
    """A count of what is open where the period ends."""
    where = (("kind", (kind,)),)
    return Measure(
        name, "count", "event", meaning, (feed,), Sum("spans", "n", where), layer=2, is_at_end=True
    )


def _order(
    name: str, meaning: str, kind: str, column: str = "n", of: str = "", feed: str = "order"
) -> Measure:
    """A measure of whole orders; a line's order is the one at its exit machine."""
    return replace(_spans(kind, name, meaning, feed, column=column, of=of, layer=2), adds="output")


def _each(name: str, meaning: str, kind: str) -> Measure:
    return replace(_order(name, meaning, kind, "own_us"), adds="add")


def _changeover(name: str, meaning: str, *feeds: str, column: str = "n") -> Measure:
    """A measure of changeovers; a line has its own, at its exit machine."""
    own = _spans("changeover", name, meaning, *feeds, column=column)
    return replace(own, adds="output", line_parts=(line_changeovers(column),))


STOPS = (
    _spans("stop", "n_stop", "closed stops of any class", *_STATE),
    _spans("stop", "n_micro_stop", "closed stops under the limit", *_STATE, of="micro_stop"),
    _spans("stop", "n_breakdown", "closed stops of class breakdown", *_STATE, of="breakdown"),
    _changeover("n_changeover", "changeovers completed; of a line those at its exit", "order", "state"),
    _changeover("time_changeover_std", "their standard times", "order", column="std_us"),
    _failure("n_failures", "failures at or above the failure limit", "n"),
    _failure("time_restore", "failure to running, on the wall clock", "wall_us"),
    _failure("time_restore_scheduled", "the same inside planned busy time only", "scheduled_us"),
    _failure("time_failure_hidden", "failure inside planned down, set-up, not scheduled", "hidden_us"),
    open_at_end("n_open_stop", "stops that are open where the period ends", "stop", "state"),
)

# Halts an alarm rule spoke for, by what people said to it; their class is the code of the rule (R56).
_VERDICTS = ("rule_kept", "rule_confirmed", "rule_overridden")


def _ruled(name: str, meaning: str, *kinds: str) -> Measure:
    where = (("kind", kinds), ("is_closed", ("true",)))
    return Measure(name, "count", "event", meaning, ("alarm",), Sum("spans", "n", where))


ALARM_RULES = (
    _ruled("n_automatic_reason", "halts that an alarm rule speaks for", *_VERDICTS),
    _ruled(
        "n_automatic_confirmed", "halts for which a person says the same as the alarm rule", "rule_confirmed"
    ),
    _ruled(
        "n_automatic_overridden",
        "halts for which a person says otherwise than the alarm rule",
        "rule_overridden",
    ),
    Measure(
        "n_stop_automatic",
        "count",
        "event",
        "closed stops whose reason nobody gave but an alarm rule",
        _STATE,
        Sum("spans", "n", (("kind", ("stop",)), ("flags", ("automatic",)), ("is_closed", ("true",)))),
    ),
)

CHECKS = (
    _spans("check", "n_param_checks", "set-up and process parameter checks", "setup_check"),
    _spans("check", "n_param_ok", "checks inside their limits", "setup_check", of="ok"),
    _spans("reason", "n_reasons", "reasons given", "reason"),
)

ORDERS = (
    # a slot over several shifts is cut where they meet, an open one at now: as far as the plan beside it
    Measure(
        "qty_plan_matched",
        "pc",
        "flow",
        "min(good, plan) per product, slot and shift it lies in; of what is open until now",
        ("plan",),
        Sum("spans", "qty_matched", (("kind", ("plan_part",)),)),
        adds="output",
        layer=2,
        grain=("line", "product", "slot"),
    ),
    _order("n_orders_due", "production orders due", "order_due"),
    _order("n_orders_on_time_in_full", "of them in time with all pieces", "order_due", of="on_time_in_full"),
    _order("time_order_execution", "order start to order end (AOET)", "order", "wall_us"),
    _order("qty_order", "pieces of those orders", "order", "qty"),
    # what all machines of a line gave to its orders, so that a ratio to AOET may exceed 1
    _each("time_order_busy", "AUBT of those orders", "order_busy"),
    _each("time_order_run", "APT of those orders", "order_run"),
    _order("n_orders_planned", "finished orders that had a plan", "order_start", feed="plan"),
    _order("time_order_deviation", "their |actual - planned start|", "order_start", "wall_us", feed="plan"),
)

SPANS = (*STOPS, *ALARM_RULES, *CHECKS, *ORDERS)
