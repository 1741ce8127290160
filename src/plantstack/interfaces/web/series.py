"""A series over time as a run or control chart, with its signals named in the reader's words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from plantstack.interfaces.web import charts, formats
from plantstack.interfaces.web.page import N_, Visit
from plantstack.stack.signals import Judged, judged

RULES = {
    "beyond": N_("beyond the limit"),
    "one_side": N_("8 on one side"),
    "rising": N_("6 rising"),
    "falling": N_("6 falling"),
}
_TICKS = 8


def run_chart_of(
    visit: Visit, name: str, labels: Sequence[str], values: Sequence[float | None], unit: str, digits: int = 1
) -> charts.RunChart:
    """A chart of a series; limits only from twenty points on (see `stack.signals`).

    Args:
        visit: the look at the page.
        name: of what is drawn, in the reader's words.
        labels: of the periods, oldest first.
        values: of the same periods; None is not known.
        unit: that stands behind each value.
        digits: behind the point.
    """

    def told(value: float | None) -> str:
        return f"{formats.number(value, visit.language, digits)} {unit}".strip()

    found = judged(values)
    known = [one for one in values if one is not None]
    places = charts.round_values(min(known), max(known)) if len(set(known)) > 1 else ()
    step = max(1, -(-len(labels) // _TICKS))
    sentence = visit.say(N_("%(name)s over %(n)s periods"), name=name, n=len(known))
    return charts.RunChart(
        sentence=sentence,
        points=[charts.Point(one, told(one), label) for one, label in zip(values, labels, strict=True)],
        phases=_phases(visit, found, told),
        signals=_signals(visit, found, labels),
        calm=visit.say(N_("No signal: this is what the process does by itself.")),
        y_ticks=[charts.Tick(one, formats.number(one, visit.language, digits)) for one in places],
        x_ticks=[charts.Tick(float(at), labels[at]) for at in range(0, len(labels), step)],
        summary=visit.say(N_("All values")),
        heads=(visit.say(N_("Period")), name, visit.say(N_("Signal"))),
        empty=visit.say(N_("No value is known in this period.")),
    )


def _phases(visit: Visit, found: Judged, told: Callable[[float | None], str]) -> list[charts.PhaseLines]:
    lines = []
    for one in found.phases:
        low, high = one.limits.low, one.limits.high
        is_control = low is not None or high is not None
        centre = N_("mean %(value)s") if is_control else N_("median %(value)s")
        lines.append(
            charts.PhaseLines(
                one.first,
                one.last,
                one.limits.centre,
                visit.say(centre, value=told(one.limits.centre)),
                low,
                high,
                visit.say(N_("lower limit %(value)s"), value=told(low)) if low is not None else "",
                visit.say(N_("upper limit %(value)s"), value=told(high)) if high is not None else "",
            )
        )
    return lines


def _signals(visit: Visit, found: Judged, labels: Sequence[str]) -> list[charts.NamedSignal]:
    named = []
    for one in found.signals:
        rule = visit.say(RULES[one.rule])
        if one.first == one.last:
            told = visit.say(N_("%(period)s: %(rule)s"), period=labels[one.first], rule=rule)
        else:
            first, last = labels[one.first], labels[one.last]
            told = visit.say(N_("%(first)s to %(last)s: %(rule)s"), first=first, last=last, rule=rule)
        named.append(charts.NamedSignal(one.first, one.last, rule, told))
    return named
