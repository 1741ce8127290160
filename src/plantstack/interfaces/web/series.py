"""A series over time as a run or control chart, with its signals named in the reader's words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from plantstack.insights.drift.shewhart import Phase, Signal, judged
from plantstack.interfaces.web import charts, formats
from plantstack.interfaces.web.page import N_, Visit

RULES = {
    "beyond": N_("beyond the limit"),
    "one_side": N_("8 on one side"),
    "rising": N_("6 rising"),
    "falling": N_("6 falling"),
}
_SAID = {
    "beyond": N_("%(first)s lies beyond what chance explains"),
    "one_side": N_("%(first)s to %(last)s lie on one side of the middle"),
    "rising": N_("%(first)s to %(last)s rise one after another"),
    "falling": N_("%(first)s to %(last)s fall one after another"),
}

_LEAST = 8
"""Points from which on the rules can fire: 8 on one side."""


def run_chart_of(
    visit: Visit,
    name: str,
    labels: Sequence[str],
    values: Sequence[float | None],
    unit: str,
    *,
    has_zero: bool = False,
) -> charts.RunChart:
    """A chart of a series of what cannot be below 0; limits from twenty points on (`shewhart`).

    Args:
        visit: the look at the page.
        name: of what is drawn, in the reader's words.
        labels: of the periods, oldest first.
        values: of the same periods; None is not known.
        unit: that stands behind each value.
        has_zero: whether the axis begins there.
    """
    say, language = visit.say, visit.language

    def written(value: float) -> str:
        return f"{formats.number(value, language, 1)} {unit}"

    judging = judged(values, least=0.0)
    known = [value for value in values if value is not None]
    low, high = (0.0 if has_zero else min(known), max(known)) if known else (0.0, 0.0)
    places = charts.round_values(low, high, 4) if high > low else ()
    every = max(1, len(labels) // 7)
    return charts.RunChart(
        sentence=say(N_("%(name)s over %(n)s periods"), name=name, n=len(labels)),
        points=[
            charts.Point(value, "–" if value is None else written(value), label)
            for value, label in zip(values, labels, strict=True)
        ],
        phases=[_lines(visit, one, written) for one in judging.phases],
        signals=[_signal(visit, one, labels) for one in judging.signals],
        calm=_calm(visit, len(known)),
        y_ticks=[charts.Tick(one, formats.number(one, language)) for one in places],
        x_ticks=[charts.Tick(float(at), label) for at, label in enumerate(labels) if at % every == 0],
        summary=say(N_("All points")),
        heads=(say(N_("Period")), say(N_("Value")), say(N_("Signal"))),
        empty=say(N_("Nothing is known of these days.")),
    )


def _calm(visit: Visit, n: int) -> str:
    """What is said where no rule fires; of few points none could."""
    if n < _LEAST:
        few = N_("Too few points to tell a signal from chance: %(n)s, it takes %(least)s.")
        return visit.say(few, n=n, least=_LEAST)
    return visit.say(N_("No signal: what moves here is chance. Change the process, not the day."))


def _lines(visit: Visit, phase: Phase, written: Callable[[float], str]) -> charts.PhaseLines:
    limits, say = phase.limits, visit.say
    centre = N_("median %(value)s") if limits.high is None and limits.low is None else N_("mean %(value)s")
    low = "" if limits.low is None else say(N_("lower limit %(value)s"), value=written(limits.low))
    high = "" if limits.high is None else say(N_("upper limit %(value)s"), value=written(limits.high))
    return charts.PhaseLines(
        first=phase.first,
        last=phase.last,
        centre=limits.centre,
        centre_text=say(centre, value=written(limits.centre)),
        low=limits.low,
        high=limits.high,
        low_text=low,
        high_text=high,
    )


def _signal(visit: Visit, one: Signal, labels: Sequence[str]) -> charts.NamedSignal:
    told = visit.say(_SAID[one.rule], first=labels[one.first], last=labels[one.last])
    return charts.NamedSignal(one.first, one.last, visit.say(RULES[one.rule]), told)
