"""Do plans, calendar, rate and losses reach a budget? Step by step, in pieces and hours of the machine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

_HOUR = 3600


@dataclass(frozen=True, slots=True)
class Means:
    """What a line has to reach its budget of one period.

    Attributes:
        budget: good pieces wanted.
        scheduled: seconds the calendar gives.
        planned: seconds of planned stops in it; `planned_from` says where that is known from.
        oee: the part of the rest that becomes good pieces at ideal; None where nothing is known.
        oee_from: where that is known from.
        cycle: ideal seconds of a piece, over the products planned; None where there is no standard.
        plans: good pieces of the hour plans; None where there is no plan.
        unscheduled: pieces of them planned for times outside the calendar.
    """

    budget: Fraction
    scheduled: Fraction
    planned: Fraction
    planned_from: str
    oee: Fraction | None
    oee_from: str
    cycle: Fraction | None
    plans: Fraction | None
    unscheduled: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Step:
    """One step from the budget to what can be expected.

    Attributes:
        name: of the step.
        pieces: that are possible after it; None where that cannot be said.
        hours: they take at ideal.
        short: pieces that lack to what is wanted; `short_hours` the hours they take, losses included.
        why: what it stands on, or why there is no number.
    """

    name: str
    pieces: Fraction | None
    hours: Fraction | None
    short: Fraction | None
    short_hours: Fraction | None
    why: str = ""


def steps_of(means: Means) -> Iterator[Step]:
    """Take the budget through calendar, planned stops, expected losses and hour plans.

    >>> hours = [Fraction(hours * 3600) for hours in (8, 1)]
    >>> day = Means(Fraction(900), *hours, "calendar", Fraction(1, 2), "", Fraction(15), Fraction(850))
    >>> [(step.name, float(step.pieces), float(step.short)) for step in steps_of(day)]
    ... # doctest: +NORMALIZE_WHITESPACE
    [('budget', 900.0, 0.0), ('calendar', 1920.0, 0.0), ('planned stops', 1680.0, 0.0),
     ('expected losses', 840.0, 60.0), ('hour plans', 850.0, 50.0), ('plans against losses', 840.0, 10.0)]
    """
    open_time = max(means.scheduled - means.planned, Fraction(0))
    yield _step(means, "budget", means.budget, means.budget)
    yield _timed(means, "calendar", means.scheduled)
    yield _timed(means, "planned stops", open_time, means.planned_from)
    if means.oee is None:
        yield Step("expected losses", None, None, None, None, means.oee_from)
        capacity = None
    else:
        yield _timed(means, "expected losses", open_time * means.oee, means.oee_from)
        capacity = None if means.cycle is None else open_time * means.oee / means.cycle
    if means.plans is None:
        yield Step(
            "hour plans", Fraction(0), Fraction(0), means.budget, _hours(means, means.budget), "no plan"
        )
        return
    yield _step(means, "hour plans", means.plans, means.budget)
    if capacity is not None:
        yield _step(
            means, "plans against losses", capacity, means.plans, "what the plans ask, the line will not give"
        )
    if means.unscheduled:
        lost = means.unscheduled
        why = "planned for times outside the calendar"
        yield Step("plans outside the calendar", means.plans - lost, None, lost, _hours(means, lost), why)


def _timed(means: Means, name: str, seconds: Fraction, why: str = "") -> Step:
    if not means.cycle:
        return Step(name, None, seconds / _HOUR, None, None, why or "no standard of what is planned")
    return _step(means, name, seconds / means.cycle, means.budget, why)


def _step(means: Means, name: str, pieces: Fraction, wanted: Fraction, why: str = "") -> Step:
    short = max(wanted - pieces, Fraction(0))
    hours = None if means.cycle is None else pieces * means.cycle / _HOUR
    return Step(
        name,
        pieces,
        hours,
        short,
        _hours(means, short),
        why if short or name != "plans against losses" else "",
    )


def _hours(means: Means, pieces: Fraction) -> Fraction | None:
    """The hours of planned time that pieces take with the losses to be expected."""
    if means.cycle is None:
        return None
    return pieces * means.cycle / _HOUR / (means.oee or 1)
