"""Charts in all their states, with made-up figures: for the gallery and for tests of every chart at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from plantstack.insights.drift.shewhart import Phase, judged
from plantstack.interfaces.web import charts
from plantstack.interfaces.web.charts.svg import tag, words


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One chart in one state."""

    name: str
    drawn: Markup
    is_broad: bool = False


def _shift() -> charts.Strip:
    segments = [
        charts.Segment("setup", 0, 9, "Start-up, 06:00–06:09", "Start-up"),
        charts.Segment("run", 9, 41, "Running, 06:09–06:41"),
        charts.Segment("micro", 41, 41.9, "Micro stop, 06:41"),
        charts.Segment("run", 41.9, 72, "Running"),
        charts.Segment("micro", 72, 73.2, "Micro stop, 07:12"),
        charts.Segment("run", 73.2, 105, "Running"),
        charts.Segment("slow", 105, 138, "Slow, 07:45–08:18"),
        charts.Segment(
            "down", 138, 149, "Film splice, 08:18–08:29", "Film splice 11 min", href="#film", key="7"
        ),
        charts.Segment("run", 149, 200, "Running, 08:29–09:20"),
        charts.Segment("planned", 200, 210, "Break, 09:20–09:30", "Break"),
        charts.Segment("run", 210, 226, "Running, 09:30–09:46"),
        charts.Segment("nodata", 226, 240, "No data, 09:46–10:00", "no data"),
        charts.Segment("wait", 240, 246, "No cartons, 10:00–10:06", "No cartons", href="#cartons", key="8"),
        charts.Segment("down", 246.2, 246.6, "Stopped, 10:06", "", True, "#short", "9"),
        charts.Segment("run", 246.6, 276, "Running, 10:06–10:36"),
        charts.Segment("down", 276, 282, "Stopped now, 10:36–10:42", "", True, "#now", "10"),
        charts.Segment("future", 282, 480, "Still to come"),
    ]
    ticks = [charts.Tick(60 * hour, f"{6 + hour:02}:00") for hour in range(9)]
    sentence = "06:00 to 10:42: running, with 28 minutes stopped in 4 stops and 2 micro stops"
    return charts.Strip(
        "shift", sentence, 0, 480, segments, ticks, charts.Tick(282, "now"), "Stops of this shift", "", "l"
    )


_NOBODY = "No state was reported for this machine. Maintenance can check the connection."


def _strips() -> list[Exhibit]:
    shift = _shift()
    night = [charts.Segment("run", 0, 300, "Running"), charts.Segment("down", 300, 480, "Fault", "Gearbox")]
    ended = charts.Strip("ended", "Night", 0, 480, night, shift.ticks, charts.Tick(480, "now"), "Stops")
    now = charts.Tick(282, "now")
    small = charts.Strip("row", "Packing 3", 0, 480, shift.segments, (), now, "Stops", size="s")
    none = charts.Strip("none", "", 0, 480, [], empty=_NOBODY)
    return [
        Exhibit("State strip", charts.state_strip(shift), True),
        Exhibit("State strip at an end", charts.state_strip(ended), True),
        Exhibit("State strip, row of a board", charts.state_strip(small)),
        Exhibit("State strip, nothing known", charts.state_strip(none)),
        Exhibit("Key", _key()),
    ]


_STATES = {
    "run": "Running",
    "slow": "Slow",
    "micro": "Micro stop",
    "down": "Stopped",
    "wait": "Waiting",
    "setup": "Set-up",
    "planned": "Planned",
    "nodata": "No data",
}


def _key() -> Markup:
    lines = [tag("li", tag("i", words(""), class_=f"k-{one}"), words(said)) for one, said in _STATES.items()]
    return tag("ul", *lines, class_="key")


_GOOD = [26 - abs(place - 20) / 3 - (place % 7) for place in range(60)]


def _sparks() -> list[Exhibit]:
    gaps = [None if 20 <= place < 30 else float(place % 9) for place in range(60)]
    drawn = {
        "Spark": charts.Spark(_GOOD, 22),
        "Spark, not trusted": charts.Spark(_GOOD, 22, is_trusted=False),
        "Spark with a gap": charts.Spark(gaps, 4),
        "Spark, one value": charts.Spark([4.0], 5),
        "Spark, all the same": charts.Spark([4.0] * 30),
        "Spark, nothing known": charts.Spark([None], empty="Nothing counted yet."),
    }
    return [Exhibit(name, charts.spark(one)) for name, one in drawn.items()]


_HOURS = (
    charts.HourBar(540, 512),
    charts.HourBar(600, 596),
    charts.HourBar(600, 471, is_missed=True),
    charts.HourBar(500, 560),
    charts.HourBar(600, 318, 420, is_missed=True),
    charts.HourBar(600, None, is_ahead=True),
    charts.HourBar(None, None),
)
_ORDERS = {
    "Order": charts.Order("2 405 good of 4 540", 4540, 2405, 2660),
    "Order with what is likely": charts.Order("3 980 to 4 180", 4540, 2405, 2660, 3980, 4180, "o2"),
    "Order, more than ordered": charts.Order("4 700 of 4 540", 4540, 4700, 4540),
    "Order, none": charts.Order("", None, None, empty="No order is set up. Choose one."),
}
_BANDS = (charts.Band(0, 60, 0), charts.Band(60, 75, 1), charts.Band(75, 100, 2))
_BULLETS = (
    charts.Bullet("71 of 75", 71, 75, _BANDS, [(0, "0"), (75, "75"), (100, "100 %")], is_off=True),
    charts.Bullet("81 of 75", 81, 75, _BANDS),
)


def _bars() -> list[Exhibit]:
    rows = [
        tag("tr", tag("th", words(f"{6 + place}–{7 + place}"), scope="row"), tag("td", one))
        for place, one in enumerate(charts.hour_bars(_HOURS))
    ]
    doubtful = charts.Whisker("31, 10 to 60", 31, 10, 60, is_trusted=False)
    return [
        Exhibit("Hour bars", tag("table", tag("tbody", *rows), class_="rows")),
        *(Exhibit(name, charts.order_bar(one)) for name, one in _ORDERS.items()),
        Exhibit("Bullet bars", Markup("").join(charts.bullet(one) for one in _BULLETS)),
        Exhibit("Interval", charts.whisker(charts.Whisker("31, 25 to 40", 31, 25, 40))),
        Exhibit("Interval, not trusted", charts.whisker(doubtful)),
    ]


_TRUST = (
    charts.Trust("A", "counted by the machine"),
    charts.Trust("B", "two stops have no reason yet"),
    charts.Trust("C", "not yet trusted"),
    charts.Trust("U", "unknown", "#lineage"),
)


def _small() -> list[Exhibit]:
    marks = tag("p", *(charts.trust_mark(one) for one in _TRUST), class_="flow")
    signs = [tag("span", charts.icon(name), words(name)) for name in charts.ICONS]
    return [Exhibit("Trust", marks), Exhibit("Icons", tag("p", *signs, class_="flow"), True)]


def _share(share: float) -> str:
    return f"{100 * share:.0f} %"


_CAUSES = [
    charts.Cause("Infeed, photo-eye B14", 15.9, "15.9", href="#b14"),
    charts.Cause("Film splice", 9.7, "9.7", href="#film"),
    charts.Cause("Sealing jaws do not reach their temperature", 6.2, "6.2", href="#jaws", is_chosen=True),
    charts.Cause("Everything else", 7.4, "7.4", is_other=True),
    charts.Cause("No cartons", 2.1, "2.1", href="#cartons"),
    charts.Cause("Stacker", 0.7, "0.7", href="#stacker"),
]
PARETO = charts.Pareto(
    "Infeed and film are 61 % of 42 h", _CAUSES, ("Cause", "Hours", "Share", "Together"), _share, "No stop."
)
_STEPS = (
    charts.Step("Scheduled hours", 4862, "4 862", is_total=True),
    charts.Step("Breakdowns", -384, "−384", -104, "−104", href="#breakdowns", is_chosen=True),
    charts.Step("Changeovers", -262, "−262", 18, "+18", href="#changeovers"),
    charts.Step("Waiting", -176, "−176", -12, "−12"),
    charts.Step("Micro stops", -228, "−228", -2, "−2", is_within=True),
    charts.Step("Slow running", -324, "−324", -36, "−36"),
    charts.Step("Scrap and rework", -86, "−86", 9, "+9"),
    charts.Step("Fully productive", 3402, "3 402", -127, "−127", is_total=True),
)
WATERFALL = charts.Waterfall(
    "3 402 of 4 862 hours were fully productive", _STEPS, ("Step", "Hours", "of 4 862 h", "Δ plan, h")
)


def _tables() -> list[Exhibit]:
    unplanned = [charts.Step("Scheduled", 40, "40", is_total=True), charts.Step("Jam", -0.1, "−0.1")]
    bare = charts.Waterfall("39.9 of 40", unplanned, ("Step", "Hours", "of 40 h", ""))
    return [
        Exhibit("Pareto", charts.pareto(PARETO)),
        Exhibit("Loss waterfall", charts.waterfall(WATERFALL)),
        Exhibit("Pareto, nothing lost", charts.pareto(replace(PARETO, causes=()))),
        Exhibit("Loss waterfall without plan", charts.waterfall(bare)),
    ]


_SERIES = [52, 49, 55, 51, 47, 53, 50, 54, 48, 52, 56, 49, 51, 53, 47, 50, 55, 52, 49, 51, 68, 50, 53]
_CHANGED = [61, 58, 60, 63, 62, 63, 64, 65, 66, 69]
_RULES = {"beyond": "beyond limit", "one_side": "8 on one side", "rising": "6 rising", "falling": "6 falling"}


def _points(values: Sequence[float | None]) -> list[charts.Point]:
    return [
        charts.Point(value, "–" if value is None else f"{value} h", f"week {place + 10}")
        for place, value in enumerate(values)
    ]


def run_chart_of(values: Sequence[float | None], starts: Sequence[int] = ()) -> charts.RunChart:
    """A chart with the figures that the statistics give."""
    found = judged(values, starts)
    signals = [
        charts.NamedSignal(
            one.first, one.last, _RULES[one.rule], f"Week {one.first + 10}: {_RULES[one.rule]}"
        )
        for one in found.signals
    ]
    return charts.RunChart(
        "Hours between stops by week",
        _points(values),
        [_lines(one) for one in found.phases],
        signals,
        "No signal: chance alone.",
        [charts.Note(one, f"Jaws changed in week {one + 10}") for one in starts],
        [charts.Tick(one, f"{one:.0f}") for one in charts.round_values(40, 70)],
        [charts.Tick(place, f"w{place + 10}") for place in range(0, len(values), 3)],
        "All points",
        ("Week", "Hours", "Signal"),
        "No stop was reported in 8 weeks.",
    )


def _lines(phase: Phase) -> charts.PhaseLines:
    low, high, centre = phase.limits.low, phase.limits.high, phase.limits.centre
    if low is None or high is None:
        return charts.PhaseLines(phase.first, phase.last, centre, f"median {centre:.1f}")
    said = (f"low {low:.1f}", f"high {high:.1f}")
    return charts.PhaseLines(phase.first, phase.last, centre, f"mean {centre:.1f}", low, high, *said)


def _run_charts() -> list[Exhibit]:
    drawn = {
        "Control chart, then a new phase": run_chart_of([*_SERIES, *_CHANGED], [23]),
        "Control chart": run_chart_of(_SERIES),
        "Run chart, few points": run_chart_of([52, 49, None, 51, 47, 53, 50, 54]),
        "Run chart, nothing known": run_chart_of([None]),
    }
    return [Exhibit(name, charts.run_chart(one), "phase" in name) for name, one in drawn.items()]


def _multiples() -> list[Exhibit]:
    above: list[float | None] = [72.1, 74, 75, 73.8, 73.5, 75, 76, 77, 75, 75.3, 78, 78.1, 78.2]
    below: list[float | None] = [79, 74.4, 74.6, 71.5, 71.8, 72.1, 70.6, None, 69, 67, 68, 66, 66.1]
    panels = [
        charts.Panel("Aarhus 78.2, plan 77", above, 77),
        charts.Panel("Dresden 66.1, plan 73", below, 73, is_labelled=False),
        charts.Panel("Faro about 68", [68.5, 68, 69, 67, 68, 68, 67.5, 68], 70, is_comparable=False),
        charts.Panel("Imola", [None], 70, empty="No shift was reported."),
    ]
    ticks = [charts.Tick(60, "60"), charts.Tick(70, "70"), charts.Tick(80, "80")]
    return [
        Exhibit(f"Panel: {one.sentence}", drawn)
        for one, drawn in zip(panels, charts.small_multiples(panels, ticks), strict=True)
    ]


def _month() -> charts.Month:
    days = [charts.Day("met", f"{day} Nov: met", str(day)) for day in range(1, 27)]
    days[8] = charts.Day("missed", "9 Nov: one accident", "9", "#action")
    days[16] = charts.Day("missed", "17 Nov: one near miss without action", "17", "#action2")
    days[21] = charts.Day("unmeasured", "22 Nov: not measured", "22")
    days[25] = charts.Day("met", "26 Nov: met", "26", is_today=True)
    days += [charts.Day("ahead", f"{day} Nov", str(day)) for day in range(27, 31)]
    names = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
    return charts.Month("Safety: 23 days met, 2 missed, 1 not measured", days, 6, names, "Days missed")


def _signed() -> Markup:
    amounts = ((3.0, "up"), (-2.0, "up"), (1.0, "down"), (0.5, ""))
    return Markup("").join(charts.signed_bar(amount, 3.0, better) for amount, better in amounts)


def _people() -> list[Exhibit]:
    ladders = [charts.ladder(charts.Ladder(level, f"ready {level} of 5")) for level in range(6)]
    return [
        Exhibit("Signed bars", _signed()),
        Exhibit("Month of days", charts.month_grid(_month())),
        Exhibit("Ladder", tag("p", *ladders, class_="flow")),
    ]


EXHIBITS = [
    *_strips(),
    *_sparks(),
    *_bars(),
    *_tables(),
    *_run_charts(),
    *_multiples(),
    *_people(),
    *_small(),
]
