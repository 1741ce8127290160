"""Measures of the fact table `pieces`: made, judged and planned pieces, and their ideal seconds."""

from __future__ import annotations

from dataclasses import replace

from plantstack.measures.measure import TOLD_CLASSES, TOTAL_CLASSES, Evidence, LinePart, Measure, Sum

_COUNT = ("count",)
_SCRAP, _REWORK, _STARTUP = ("count:scrap",), ("count:rework",), ("count:startup_reject",)


def _pieces(
    name: str,
    meaning: str,
    *classes: str,
    column: str = "qty",
    flags: tuple[str, ...] = (),
    feeds: tuple[str, ...] = _COUNT,
) -> Measure:
    unit = "pc" if column == "qty" else "s"
    marks = (("flags", flags),) if flags else ()
    return Measure(name, unit, "flow", meaning, feeds, Sum("pieces", column, (("class", classes), *marks)))


def _untold(which: str, what: str, *touches: str) -> Measure:
    """The pieces of those who never told a class, while others of the scope did: its sum is too low."""
    where = (("class", TOTAL_CLASSES), ("untold", (which,)))
    step = f"Record {what} there too, once a 0 where there is none."
    return Measure(
        f"qty_{which}_untold",
        "pc",
        "flow",
        f"pieces of lines, or of machines in none, that never told {what}",
        _COUNT,
        Sum("pieces", "qty", where),
        evidence=Evidence("qty_counted", touches, step, 10),
    )


def _output(measure: Measure, *line_parts: LinePart) -> Measure:
    return replace(measure, adds="output", line_parts=line_parts)


PIECES = (
    # A line made what left its exit good, and what any of its machines scrapped on the way.
    _output(
        _pieces("qty_total", "pieces made, each pass over a machine", *TOTAL_CLASSES),
        LinePart("exit", Sum("pieces", "qty", (("class", ("good",)),))),
        LinePart("all", Sum("pieces", "qty", (("class", ("scrap",)),))),
    ),
    _pieces("qty_counted", "passes over all machines: doubts about counts are shares of it", *TOTAL_CLASSES),
    _output(
        _pieces("qty_exit_counted", "the same at the exit of a line: doubts about its output", *TOTAL_CLASSES)
    ),
    _pieces("qty_told", "the same, and the pieces in packs without a factor", *TOLD_CLASSES),
    _output(_pieces("qty_exit_told", "the same at the exit of a line", *TOLD_CLASSES)),
    _output(_pieces("qty_good", "pieces, on the pass on which they were judged good", "good")),
    _output(
        _pieces(
            "qty_first_pass",
            "good at the first judgement, without rework",
            "first_pass",
            feeds=("count:first_pass", "inspection"),
        )
    ),
    _pieces("qty_scrap", "judged scrap", "scrap", feeds=_SCRAP),
    replace(
        _pieces(
            "qty_scrap_planned",
            "scrap the product plan allows for, of what the first machine made",
            "scrap_planned",
            feeds=("plant:planned_scrap",),
        ),
        adds="route",
        layer=2,
    ),
    replace(
        _pieces(
            "qty_route_start",
            "pieces made at the first step of the route",
            *TOTAL_CLASSES,
            feeds=("plant:route",),
        ),
        adds="route",
        layer=2,
    ),
    _pieces("qty_rework", "sent to rework on that pass", "rework", feeds=_REWORK),
    _pieces("qty_rework_recovered", "made good elsewhere: final yield and delivery, never OEE", "recovered"),
    _pieces("qty_startup_reject", "rejected while starting up", "startup_reject", feeds=_STARTUP),
    # As what is good at the first pass: where the line puts out, not once at every machine; what was
    # scrapped on the way failed its first judgement too, else a line could lose pieces and yield them all.
    _output(
        _pieces(
            "qty_inspected",
            "judged for the first time: totals of counts that state first_pass, n of inspections,"
            " and of a line what is scrapped before its exit",
            "inspected",
            feeds=("count:first_pass", "inspection"),
        ),
        LinePart("exit", Sum("pieces", "qty", (("class", ("inspected",)),))),
        LinePart("before", Sum("pieces", "qty", (("class", ("scrap",)),))),
    ),
    _pieces("qty_defects", "defects found; a piece may have many", "defects", feeds=("inspection",)),
    _pieces("qty_opportunities", "chances of a defect", "opportunities", feeds=("inspection",)),
    _pieces("time_ideal_total", "ideal cycle x pieces made", *TOTAL_CLASSES, column="ideal"),
    _pieces(
        "time_ideal_ramp",
        "ideal cycle x pieces made while a machine comes up to rate after a changeover",
        *TOTAL_CLASSES,
        column="ideal",
        flags=("ramp",),
    ),
    _pieces("time_ideal_good", "ideal cycle x good pieces", "good", column="ideal"),
    _pieces(
        "time_ideal_first_pass",
        "ideal cycle x first-pass good pieces",
        "first_pass",
        column="ideal",
        feeds=("count:first_pass",),
    ),
    _pieces("time_ideal_scrap", "ideal cycle x scrap", "scrap", column="ideal", feeds=_SCRAP),
    _pieces(
        "time_ideal_rework", "ideal cycle x pieces sent to rework", "rework", column="ideal", feeds=_REWORK
    ),
    _pieces(
        "time_ideal_startup_reject",
        "ideal cycle x start-up rejects",
        "startup_reject",
        column="ideal",
        feeds=_STARTUP,
    ),
    _pieces(
        "time_line_ideal_good",
        "good pieces at the line exit x ideal cycle of the line's constraint",
        "line_good",
        column="ideal",
    ),
    _pieces("qty_line_good", "good pieces at the exits of lines with a constraint", "line_good"),
    _pieces("time_std_total", "standard (planned) cycle x pieces made", *TOTAL_CLASSES, column="std"),
    _pieces(
        "time_reduced_capacity",
        "lanes or cavities that stood while their machine ran, as lost fraction x time",
        "reduced_capacity",
        column="ideal",
        feeds=("state",),
    ),
    _pieces(
        "time_reduced_capacity_ramp",
        "the part of time_reduced_capacity that lies in time_run_ramp",
        "reduced_capacity",
        column="ideal",
        flags=("ramp",),
        feeds=("state",),
    ),
    _untold("scrap", "scrap", "qty_scrap", "time_ideal_scrap"),
    _untold("rework", "rework", "qty_rework", "time_ideal_rework"),
    _output(_pieces("qty_plan", "planned pieces, as frozen before the shift", "plan", feeds=("plan",))),
    _pieces("qty_plan_edited", "how far the plan was edited after that", "plan_edited", feeds=("plan",)),
)
