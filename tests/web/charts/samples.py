"""Charts in all their states, with made-up figures: for the gallery and for tests of every chart at once."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

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


EXHIBITS = [*_strips(), *_sparks(), *_bars(), *_small()]
