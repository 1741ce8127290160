"""Charts for pages, print and tests: SVG written by Python from plain frozen dataclasses.

Nothing here knows the app, a language or a clock. Each chart is one function of one dataclass and returns
Markup. Texts come in already translated and numbers already written as people read them, beside the raw
values from which positions are computed. Looks are in charts.css, from the tokens; no style attributes.
Without data a chart is the sentence `empty` of its dataclass, never an empty frame.

| drawing | from | where it goes |
|---|---|---|
| `state_strip` | `Strip`, `Segment`, `Tick` | a card as wide as it likes; size "s" in rows of a board |
| `spark` | `Spark` | a tile |
| `hour_bars` | `HourBar` each | cells of the hour-by-hour table, one drawing a row, one scale |
| `order_bar` | `Order` | a card |
| `bullet` | `Bullet`, `Band` | a row |
| `whisker` | `Whisker` | a cell; give compared rows one `Scale` |
| `signed_bar` | an amount and the greatest one | a cell of a bridge |
| `pareto` | `Pareto`, `Cause` | a card; a table of its own |
| `waterfall` | `Waterfall`, `Step` | a card; a table of its own; raises where a total is not its sum |
| `run_chart` | `RunChart`, `Point`, `PhaseLines`, `NamedSignal`, `Note` | a card; see `shewhart.judged` |
| `small_multiples` | `Panel` each, `Tick`s | one drawing a panel, one scale; words around it are the page's |
| `month_grid` | `Month`, `Day` | a card a letter |
| `ladder` | `Ladder` | in a line of text |
| `trust_mark` | `Trust` | beside a value; `<a>` where it has a lineage |
| `icon` | a name of `ICONS` | inside a button, beside its word |

Values are floats (`float(...)` what is Decimal); instants in one unit, for example microseconds.
`round_values` finds round places for an axis, which the caller writes as `Tick`s.
"""

from plantstack.interfaces.web.charts.bars import (
    Band,
    Bullet,
    HourBar,
    Order,
    Whisker,
    bullet,
    hour_bars,
    order_bar,
    whisker,
)
from plantstack.interfaces.web.charts.icons import ICONS, icon
from plantstack.interfaces.web.charts.ladder import Ladder, ladder
from plantstack.interfaces.web.charts.month import Day, Month, month_grid
from plantstack.interfaces.web.charts.multiples import Panel, small_multiples
from plantstack.interfaces.web.charts.pareto import Cause, Pareto, pareto
from plantstack.interfaces.web.charts.runchart import (
    NamedSignal,
    Note,
    PhaseLines,
    Point,
    RunChart,
    run_chart,
)
from plantstack.interfaces.web.charts.signed import signed_bar
from plantstack.interfaces.web.charts.spark import Spark, spark
from plantstack.interfaces.web.charts.strip import Segment, Strip, state_strip
from plantstack.interfaces.web.charts.svg import Scale, Tick, round_values
from plantstack.interfaces.web.charts.trust import Trust, trust_mark
from plantstack.interfaces.web.charts.waterfall import Step, Waterfall, waterfall

__all__ = [
    "ICONS",
    "Band",
    "Bullet",
    "Cause",
    "Day",
    "HourBar",
    "Ladder",
    "Month",
    "NamedSignal",
    "Note",
    "Order",
    "Panel",
    "Pareto",
    "PhaseLines",
    "Point",
    "RunChart",
    "Scale",
    "Segment",
    "Spark",
    "Step",
    "Strip",
    "Tick",
    "Trust",
    "Waterfall",
    "Whisker",
    "bullet",
    "hour_bars",
    "icon",
    "ladder",
    "month_grid",
    "order_bar",
    "pareto",
    "round_values",
    "run_chart",
    "signed_bar",
    "small_multiples",
    "spark",
    "state_strip",
    "trust_mark",
    "waterfall",
    "whisker",
]
