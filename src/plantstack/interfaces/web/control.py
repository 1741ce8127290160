"""The control chart of a finding, from the very values it was found in, in the reader's words and clock."""

from __future__ import annotations

from collections.abc import Sequence

from plantstack.insights.chart import Control
from plantstack.interfaces.web import charts, formats
from plantstack.interfaces.web.page import N_, Reading

RULES = {
    "beyond": N_("1 beyond 3 sigma"),
    "two_of_three": N_("2 of 3 beyond 2 sigma"),
    "four_of_five": N_("4 of 5 beyond 1 sigma"),
    "one_side": N_("8 on one side"),
}
"""Western Electric 1 to 4; what a chart is asked for (`drift.rules.WESTERN_ELECTRIC`)."""

_MOST, _BEFORE, _LEAST = 96, 24, 60  # points drawn, those of them before it began, and at least
_TICKS = 7
_SAID = 2  # stretches of one rule that are listed; all points are marked


class _Words:
    """Values, instants and units of one chart as one reader reads them."""

    def __init__(self, visit: Reading, chart: Control) -> None:
        self.chart, self.language = chart, visit.language
        self.zone = visit.plant.site_of(chart.equipment).zone
        digits = 0
        while chart.sigma < 3 * 10.0**-digits and digits < 6:
            digits += 1
        self.digits = 1 if chart.unit == "1" else digits

    def number(self, value: float) -> str:
        """Without its unit."""
        return formats.number(value * 100 if self.chart.unit == "1" else value, self.language, self.digits)

    def value(self, value: float) -> str:
        """With its unit."""
        unit = "s" if self.chart.unit == "s" else formats.figure(0, self.chart.unit, self.language)[1]
        return f"{self.number(value)} {unit}".rstrip()

    def day(self, at: int) -> str:
        """The day of an instant."""
        return formats.day(at, self.language, self.zone)

    def when(self, at: int) -> str:
        """Day and time of an instant."""
        return f"{self.day(at)} {formats.clock(at, self.language, self.zone)}"


def drawn(chart: Control) -> list[int | None]:
    """Indexes of the points that are drawn, oldest first; None where some are left out.

    From before it began to now; of a long one its begin and its end.
    """
    n = len(chart.at)
    since = next((place for place, at in enumerate(chart.at) if chart.onset is None or at > chart.onset), n)
    start = max(0, min(since - _BEFORE, n - _LEAST))
    if n - start <= _MOST:
        return list(range(start, n))
    return [*range(start, start + _MOST // 2), None, *range(n - _MOST // 2, n)]


def control_chart_of(visit: Reading, chart: Control) -> charts.RunChart:
    """A chart with limits of good runs, the moment it began, and the points that break a rule by name."""
    words, say, places = _Words(visit, chart), visit.say, drawn(chart)
    values = [chart.value[place] for place in places if place is not None]
    ends = [*values, chart.low, chart.high]
    lines = charts.PhaseLines(
        first=0,
        last=len(places) - 1,
        centre=chart.centre,
        centre_text=say(N_("centre %(value)s"), value=words.value(chart.centre)),
        low=chart.low,
        high=chart.high,
        low_text=say(N_("lower limit %(value)s"), value=words.value(chart.low)),
        high_text=say(N_("upper limit %(value)s"), value=words.value(chart.high)),
    )
    heads = (
        say(N_("Hour until (%(zone)s)"), zone=words.zone),
        say(N_("Value and zone of the chart")),
        say(N_("Rule")),
    )
    return charts.RunChart(
        sentence=heading(visit, chart),
        points=[_point(visit, words, place) for place in places],
        phases=[lines],
        signals=_signals(visit, words, places),
        calm=say(N_("No rule is broken in the hours drawn.")),
        notes=_notes(visit, words, places),
        y_ticks=[charts.Tick(one, words.number(one)) for one in charts.round_values(min(ends), max(ends), 4)],
        x_ticks=_days(words, places),
        summary=say(N_("All points")),
        heads=heads,
    )


def heading(visit: Reading, chart: Control) -> str:
    """What the chart is of."""
    name = chart.parameter.replace("_", " ")
    if not chart.apart_from:
        return visit.say(N_("Control chart of %(name)s, hour by hour"), name=name)
    others = formats.listed([one.replace("_", " ") for one in chart.apart_from], visit.language)
    text = N_("Control chart of how far %(name)s stands from where %(others)s puts it, hour by hour")
    return visit.say(text, name=name, others=others)


def limits_said(visit: Reading, chart: Control) -> str:
    """Where centre and limits are from, in one sentence."""
    words = _Words(visit, chart)
    return visit.say(
        N_("Centre and limits: %(n)s hours of good runs from %(first)s until %(last)s; clock %(zone)s."),
        n=formats.number(chart.n_learned, visit.language),
        first=words.when(chart.learned.start),
        last=words.when(chart.learned.end),
        zone=words.zone,
    )


def _point(visit: Reading, words: _Words, place: int | None) -> charts.Point:
    if place is None:
        return charts.Point(None, "–", visit.say(N_("hours not drawn")))
    told, zone = words.value(words.chart.value[place]), words.chart.zone(place)
    if zone:
        told = visit.say(N_("%(value)s, zone %(zone)s"), value=told, zone=zone)
    return charts.Point(words.chart.value[place], told, words.when(words.chart.at[place]))


def _notes(visit: Reading, words: _Words, places: Sequence[int | None]) -> list[charts.Note]:
    """The moment it began, at the first point after it."""
    onset = words.chart.onset
    if onset is None:
        return []
    after = [spot for spot, place in enumerate(places) if place is not None and words.chart.at[place] > onset]
    if not after:
        return []
    return [charts.Note(after[0], visit.say(N_("It began about %(when)s."), when=words.when(onset)))]


def _signals(visit: Reading, words: _Words, places: Sequence[int | None]) -> list[charts.NamedSignal]:
    """Stretches that break a rule, as far as they are drawn; the longest of each rule."""
    found: dict[str, list[tuple[int, int]]] = {}
    for spot, place in enumerate(places):
        for rule in words.chart.rules_at(place) if place is not None else ():
            mine = found.setdefault(rule, [])
            if mine and mine[-1][1] == spot - 1:
                mine[-1] = (mine[-1][0], spot)
            else:
                mine.append((spot, spot))
    signals = []
    for rule, mine in found.items():
        for first, last in sorted(mine, key=lambda one: (one[0] - one[1], one[0]))[:_SAID]:
            ends = [
                words.when(words.chart.at[place]) for at in (first, last) if (place := places[at]) is not None
            ]
            name = visit.say(RULES[rule])
            text = visit.say(N_("%(rule)s: %(first)s to %(last)s"), rule=name, first=ends[0], last=ends[-1])
            signals.append(charts.NamedSignal(first, last, name, text))
    return sorted(signals, key=lambda one: (one.first, -one.last, one.name))


def _days(words: _Words, places: Sequence[int | None]) -> list[charts.Tick]:
    """The first point of each day."""
    ticks: list[charts.Tick] = []
    for spot, place in enumerate(places):
        if place is not None:
            day = words.day(words.chart.at[place] - 1)
            if not ticks or ticks[-1].label != day:
                ticks.append(charts.Tick(float(spot), day))
    every = max(1, -(-len(ticks) // _TICKS))
    return ticks[::every]
