"""Measures of doubt: additive like any other, each with what it weakens and out of what.

They touch what a formula names: a measure, or a named sum such as PPT. So a stop without a reason
weakens the Pareto of stops and not the OEE, which does not ask why.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from plantstack.measures.measure import BUSY_ACCOUNTS, TOTAL_CLASSES, Evidence, Measure, Sum

_TIMES = (
    "time_run",
    "time_run_ramp",
    "time_setup",
    "time_changeover",
    "time_breakdown",
    "time_waiting",
    "time_waiting_in_order",
    "time_other_stop",
    "time_micro_stop",
    "time_planned_overrun",
    "time_no_order",
    "time_operating",
    "time_unknown",
)
_CONSTRAINT = (
    *("time_constraint_run", "time_constraint_planned"),
    *("time_constraint_starved", "time_constraint_blocked"),
)
_PLANNED = ("PBT", "PPT", "AUBT", "AUPT", "ADOT", "ADET")
_STOPS = (
    *("n_stop", "n_micro_stop", "n_breakdown", "n_failures", "time_restore", "time_restore_scheduled"),
    *("n_automatic_reason", "n_automatic_confirmed", "n_automatic_overridden", "n_stop_automatic"),
)
_IDEAL = ("time_ideal_total", "time_ideal_ramp", "time_ideal_good", "time_ideal_first_pass")
_OUTPUT = (
    *("qty_total", "qty_good", "qty_first_pass", "qty_inspected"),
    *("qty_plan_matched", "time_line_ideal_good"),
)
_QTY = ("qty_scrap", "qty_rework")
_REASONED = ("time_breakdown", "time_other_stop", "time_planned_overrun", "time_stop_long", "n_breakdown")

# Weakened by a code that names the wrong account, beside the losses by reason.
_ACCOUNTED = ("time_waiting", "time_waiting_in_order", "time_no_order", "AUBT", "ADOT", "ADET")
_FAILED = ("n_failures", "time_restore", "time_restore_scheduled")

_TWO_PERCENT = Fraction(2, 100)
_TYPED = {"fair_from": Fraction(10, 100), "poor_from": Fraction(50, 100)}


def _time(name: str, meaning: str, evidence: Evidence | None, flag: str = "", *accounts: str) -> Measure:
    where = (("account", accounts),) if accounts else ()
    marks = (("flags", (flag,)),) if flag else ()
    return Measure(
        name, "s", "flow", meaning, ("state",), Sum("time", "us", where + marks), evidence=evidence
    )


def _at_exit(measure: Measure, *touches: str) -> Measure:
    """The same doubt about what left a line: only its exit machine counts."""
    own = measure.evidence
    base = own.base.replace("qty_", "qty_exit_") if own else ""
    return replace(
        measure,
        name=measure.name.replace("qty_", "qty_exit_"),
        meaning=f"{measure.meaning}, at the exit of a line",
        adds="output",
        evidence=replace(own, base=base, touches=touches) if own else None,
    )


def _pieces(name: str, meaning: str, flag: str, evidence: Evidence) -> Measure:
    where = (("class", TOTAL_CLASSES), ("flags", (flag,)))
    return Measure(name, "pc", "flow", meaning, ("count",), Sum("pieces", "qty", where), evidence=evidence)


_OVER_GAP = _pieces(
    "qty_over_gap",
    "pieces spread into unknown time",
    "over_gap",
    Evidence("qty_counted", (*_QTY, *_IDEAL), "Send counts at least once an hour.", 30),
)
_UNJUDGED = _pieces(
    "qty_unjudged",
    "pieces of counts that do not say what is good",
    "unjudged",
    Evidence(
        "qty_counted",
        ("time_ideal_good", "time_ideal_first_pass"),
        "Report good pieces, or declare `good: by_exception`.",
        10,
        null_above=_TWO_PERCENT,
    ),
)


def _told_again(name: str, meaning: str, kind: str, step: str) -> Measure:
    """Pieces that a person and a signal both told of."""
    evidence = Evidence("qty_counted", (*_QTY, *_IDEAL), step, 10)
    return Measure(
        name,
        "pc",
        "flow",
        meaning,
        ("count",),
        Sum("pieces", "qty", (("class", (kind,)),)),
        evidence=evidence,
    )


_TOLD_TWICE = _told_again(
    "qty_told_twice",
    "pieces a person typed in hours in which a signal counted them too: they stand twice",
    "told_twice",
    "Let one of the two count: give the other an equipment of its own, or retract it.",
)
_TOLD_APART = _told_again(
    "qty_told_apart",
    "by how much person and machine differ over the same hours",
    "told_apart",
    "Count one pallet by hand and compare with the signal.",
)
# What a pack holds is not known: even a little of it is no better than B.
_UNCONVERTED = Measure(
    "qty_unconverted",
    "pc",
    "flow",
    "pieces in packs without a factor, by the greatest factor of the machine",
    ("count",),
    Sum("pieces", "qty", (("class", ("unconverted",)),)),
    evidence=Evidence(
        "qty_told",
        (
            *(*_QTY, "qty_startup_reject", "qty_scrap_planned", "qty_route_start"),
            *(*_IDEAL, "time_ideal_scrap", "time_ideal_rework", "time_ideal_startup_reject"),
            *("time_std_total", "hours_labour_std_earned"),
        ),
        "Write the pack factor of the unit under 'units' in the plant files, or correct the unit.",
        5,
        fair_from=Fraction(0),
        null_above=_TWO_PERCENT,
    ),
)
_TYPED_PIECES = _pieces(
    "qty_typed",
    "pieces counted by a person, not by a signal",
    "typed",
    Evidence("qty_counted", (*_QTY, *_IDEAL), "Connect a count signal.", 120, **_TYPED, inclusive=True),
)

EVIDENCE = (
    _time(
        "time_unknown",
        "no trustworthy state inside planned busy time; never guessed into another class",
        Evidence(
            "PBT",
            (*_TIMES, *_PLANNED, *_STOPS, *_CONSTRAINT),
            "Check power and network of the silent source; of a log or file load the missing days.",
            15,
        ),
        "",
        "unknown",
    ),
    _time(
        "time_unseen",
        "no trustworthy state while not scheduled or planned down",
        Evidence(
            "OUTSIDE",
            ("time_not_scheduled", "time_planned_down", "OUTSIDE", "POT"),
            "Keep the source switched on outside the shifts.",
            10,
        ),
        "unseen",
    ),
    _time(
        "time_stopped_in_overtime",
        "stopped or in fault in unplanned overtime: outside planned busy time by rule",
        Evidence("PBT", ("PBT", "PPT", "time_breakdown"), "Enter the overtime shift in the calendar.", 10),
        "stopped_in_overtime",
    ),
    _time(
        "time_moved_out_by_hand",
        "moved out of planned busy time by a reason entered by hand",
        Evidence("POT", _PLANNED, "Sign off the planned stops of the period.", 10),
        "moved_out",
    ),
    _time(
        "time_assumed",
        "idle read into silence by a mapping that declares it",
        Evidence("PBT", (*_TIMES, *_PLANNED), "Let the source send a heartbeat.", 60),
        "assumed",
        *BUSY_ACCOUNTS,
    ),
    _time(
        "time_typed",
        "states said by a person, not by a signal",
        Evidence(
            "PBT",
            # paper knows no stop of seconds, and of the others only what was written down
            (*_TIMES, *_PLANNED, *_STOPS, *_CONSTRAINT),
            "Connect a run signal.",
            120,
            **_TYPED,
            inclusive=True,
        ),
        "typed",
        *BUSY_ACCOUNTS,
    ),
    _time(
        "time_uncoded",
        "stops at or above the limit without a reason, or with a catch-all one",
        Evidence("time_stop_long", _REASONED, "Code the longest uncoded stop.", 2),
        "uncoded",
    ),
    _time("time_coded", "time with a reason, given by somebody or by an alarm rule", None, "coded"),
    _time(
        "time_contradicted",
        "its reason says otherwise than the machine: 'no material' while it was in fault",
        Evidence(
            "time_coded",
            (*_REASONED, *_ACCOUNTED, *_FAILED),
            "Ask who coded the longest of them what happened.",
            5,
        ),
        "contradicted",
    ),
    _time(
        "time_coded_late",
        "its reason was told more than an hour after it was over",
        Evidence(
            "time_coded",
            _REASONED,
            "Code stops at the machine, while they last.",
            2,
            **_TYPED,
            inclusive=True,
        ),
        "late",
    ),
    _time(
        "time_coded_in_bulk",
        "its reason was told in one go with at least four others",
        Evidence(
            "time_coded", _REASONED, "Code stops at the machine, one by one.", 2, **_TYPED, inclusive=True
        ),
        "bulk",
    ),
    _time(
        "time_coded_automatically",
        "its reason is that of an alarm rule, and nobody has said so",
        Evidence(
            "time_coded",
            _REASONED,
            "Look at the reasons people gave against the rules: 'plantstack learn reasons'.",
            10,
            **_TYPED,
            inclusive=True,
        ),
        "automatic",
    ),
    _time(
        "time_skewed",
        "the clock of who told its state was off that day",
        Evidence(
            "PBT", (*_TIMES, *_PLANNED, *_STOPS, *_CONSTRAINT), "Set the clock of the source by NTP.", 15
        ),
        "skewed",
        *BUSY_ACCOUNTS,
    ),
    Measure(
        "time_above_ideal",
        "s",
        "flow",
        "ideal seconds beyond the time there was to make them: performance above 100 %",
        ("count",),
        Sum("pieces", "ideal", (("class", ("above_ideal",)),)),
        evidence=Evidence("time_ideal_total", _IDEAL, "Look at the proposals of 'plantstack rates'.", 10),
    ),
    _TOLD_TWICE,
    _at_exit(_TOLD_TWICE, *_OUTPUT),
    _TOLD_APART,
    _at_exit(_TOLD_APART, *_OUTPUT),
    _UNCONVERTED,
    _at_exit(_UNCONVERTED, *_OUTPUT, "qty_line_good"),
    _OVER_GAP,
    _at_exit(_OVER_GAP, *_OUTPUT),
    _pieces(
        "qty_without_standard",
        "pieces of a product without an ideal cycle on that machine",
        "without_standard",
        Evidence("qty_counted", _IDEAL, "Enter the ideal cycle of the product.", 5, null_above=_TWO_PERCENT),
    ),
    _pieces(
        "qty_without_standard_cycle",
        "pieces of a product without a standard cycle on that machine",
        "without_standard_cycle",
        Evidence(
            "qty_counted",
            ("time_std_total",),
            "Enter the standard cycle of the product.",
            5,
            null_above=_TWO_PERCENT,
        ),
    ),
    _time(
        "time_run_no_standard_cycle",
        "run time of machines without a standard cycle for any product",
        Evidence(
            "time_run",
            ("time_std_total",),
            "Enter the standard cycles of the machine.",
            5,
            null_above=_TWO_PERCENT,
        ),
        "without_standard_cycle",
        "run",
    ),
    Measure(
        "qty_line_without_standard",
        "pc",
        "flow",
        "pieces at a line exit of a product without an ideal cycle on the constraint",
        ("count",),
        Sum("pieces", "qty", (("class", ("line_good",)), ("flags", ("without_standard",)))),
        evidence=Evidence(
            "qty_line_good",
            ("time_line_ideal_good",),
            "Enter the ideal cycle of the product on the constraint.",
            5,
            null_above=_TWO_PERCENT,
        ),
    ),
    Measure(
        "qty_without_planned_scrap",
        "pc",
        "flow",
        "pieces of a product whose plan names no scrap",
        ("count",),
        Sum("pieces", "qty", (("class", ("scrap_unplanned",)),)),
        evidence=Evidence(
            "qty_counted",
            ("qty_scrap_planned",),
            "Enter planned_scrap of the product.",
            5,
            null_above=_TWO_PERCENT,
        ),
    ),
    replace(
        _pieces(
            "qty_without_plan",
            "good pieces of a product that the plan of their shift does not name, on days with a plan",
            "",
            Evidence(
                "qty_good",
                ("throughput_vs_plan", "hourly_pace"),
                "Plan what is run, or run what is planned; these pieces count against the plan of another.",
                10,
            ),
        ),
        feeds=("plan",),
        sum=Sum("pieces", "qty", (("class", ("without_plan",)),)),
        adds="output",
    ),
    _UNJUDGED,
    _at_exit(_UNJUDGED, "qty_good", "qty_first_pass", "time_line_ideal_good"),
    _TYPED_PIECES,
    _at_exit(_TYPED_PIECES, *_OUTPUT),
    Measure(
        "n_reason_unattached",
        "count",
        "event",
        "reasons that meet no halt",
        ("reason",),
        Sum("spans", "n", (("kind", ("reason",)), ("flags", ("unattached",)))),
        evidence=Evidence("n_reasons", _REASONED, "Check the clock of the tablet.", 5),
    ),
)
