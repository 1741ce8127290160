"""Plants and events drawn at random, dense enough that the rules meet each other."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from tests.oracle.build import DAY, EVER, MINUTE, MONDAY, SECOND, Shifts, ev, plant
from tests.oracle.model import Plant, Row

from plantstack.events.schema import STATES

MACHINES = ("m1", "m2")
SOURCES = ("m", "n", "tablet1")
REASONS: dict[str, tuple[Any, ...]] = {
    "jam": ("breakdown",),
    "material": ("waiting",),
    "nothing": ("no_order",),
    "clean": ("planned_down", 15),
    "lunch": ("planned_down", 10),
    "other": ("other_stop", None, True),
}
# A derivation costs what its statements cost, whatever it derives: so many plants share one.
SIDE_BY_SIDE = 10
SPAN = 2 * DAY
START = MONDAY + DAY

CALENDARS = (
    Shifts(),
    Shifts(
        shifts=(("early", "06:00", "14:00"), ("late", "14:00", "22:00")),
        breaks=(("10:00", "10:20"),),
        floating=(("12:00", "13:30", 20),),
        break_leaf="lunch",
    ),
    Shifts(shifts=(("day", "00:00", "24:00"),), working_days=(1, 3)),
    Shifts(offsets=((-62135596800000000, 30 * MINUTE), (START + 10 * 60 * MINUTE, 60 * MINUTE))),
)

# Few distinct instants make coincidences, the hardest part, likely.
instants = st.one_of(
    st.integers(0, SPAN // (10 * MINUTE)).map(lambda n: START + n * 10 * MINUTE),
    st.integers(0, SPAN // SECOND).map(lambda n: START + n * SECOND),
)
spans = st.tuples(instants, st.integers(1, 400)).map(lambda p: (p[0], p[0] + p[1] * MINUTE))
pieces = st.one_of(st.none(), st.integers(0, 40).map(Decimal), st.decimals(0, 9, places=2))
orders = st.sampled_from(("A", "B", "C"))
products = st.sampled_from(("", "p", "q"))


def _told(draw: st.DrawFn, at: int) -> dict[str, Any]:
    late = draw(st.sampled_from((0, 0, 0, 5 * MINUTE, 600 * MINUTE)))
    return {"source": draw(st.sampled_from(SOURCES)), "told_at": at + late}


@st.composite
def events(draw: st.DrawFn) -> Row:
    """One event of the kinds the ledger reads."""
    kind = draw(
        st.sampled_from(
            ("state",) * 6
            + ("count",) * 4
            + ("order",) * 2
            + ("reason",) * 2
            + ("alive", "alarm", "lane", "plan", "inspection")
        )
    )
    machine = draw(st.sampled_from(MACHINES))
    at = draw(instants)
    row: dict[str, Any] = _told(draw, at)
    if kind == "state":
        row["state"] = draw(st.sampled_from(STATES))
        if draw(st.integers(0, 4)) == 0:
            row["until_at"] = at + draw(st.integers(1, 300)) * MINUTE
        if draw(st.integers(0, 4)) == 0:
            row["reason"] = draw(st.sampled_from(tuple(REASONS)))
        if draw(st.integers(0, 6)) == 0:
            row["method"] = "assumed"
    elif kind == "count":
        row |= {name: draw(pieces) for name in ("total", "good", "scrap", "first_pass", "rework")}
        row["good"] = row["good"] if draw(st.booleans()) else draw(st.integers(0, 90).map(Decimal))
        if draw(st.booleans()):
            row["from_at"] = at - draw(st.integers(1, 300)) * MINUTE
        row["product"] = draw(st.sampled_from(("", "", "p")))
        row["order_id"] = draw(st.sampled_from(("", "", "A")))
        row["unit"] = draw(st.sampled_from((None, None, None, "case", "case", "pallet")))
        row["reason"] = draw(st.sampled_from((None, "scratch")))
    elif kind == "order":
        row |= {"order_id": draw(orders), "product": draw(products)}
        row["phase"] = draw(st.sampled_from(("start", "start", "end")))
    elif kind == "reason":
        row |= {
            "role": draw(st.sampled_from(("symptom", "symptom", "cause"))),
            "reason": draw(st.sampled_from(tuple(REASONS))),
        }
        if draw(st.integers(0, 2)) == 0:
            row["from_at"], row["until_at"] = draw(spans)
    elif kind == "alive":
        row |= {"from_at": at - draw(st.integers(1, 500)) * MINUTE, "until_at": at}
    elif kind == "alarm":
        row |= {
            "code": draw(st.sampled_from(("E1", "E12", "F1"))),
            "phase": draw(st.sampled_from(("on", "on", "off"))),
        }
        row["body"] = draw(st.sampled_from((None, '{"first_out":true}')))
    elif kind == "lane":
        kind, machine = "state", "m1:1"
        row["state"] = draw(st.sampled_from(("producing", "off", "unknown", "fault")))
        if draw(st.booleans()):
            row["until_at"] = at + draw(st.integers(1, 300)) * MINUTE
    elif kind == "plan":
        row |= {"product": draw(st.sampled_from(("p", "q"))), "qty": draw(st.integers(0, 500).map(Decimal))}
        row["from_at"] = START + draw(st.integers(0, 40)) * 60 * MINUTE
        row["until_at"] = row["from_at"] + draw(st.sampled_from((60, 480))) * MINUTE
        machine = draw(st.sampled_from(("m1", "line")))
    else:
        row |= {"n": draw(st.integers(1, 9).map(Decimal)), "n_ok": Decimal(1), "defects": Decimal(2)}
        row["opportunities"] = Decimal(3)
    return ev(kind, machine, at, **row)


@st.composite
def changes(draw: st.DrawFn) -> list[Row]:
    """A change of order with what makes it a set-up and a ramp: random events alone seldom come to that."""
    machine, at, step = draw(st.sampled_from(MACHINES)), draw(instants), draw(st.sampled_from((1, 10, 60)))
    before, after = draw(st.permutations(("A", "B", "C")))[:2]
    minutes = st.integers(0, 12).map(lambda n: at + n * step * MINUTE)
    rows = [
        ev("order", machine, at - 60 * MINUTE, phase="start", order_id=before, product=draw(products)),
        ev("order", machine, at, phase="start", order_id=after, product=draw(products)),
        ev("state", machine, draw(minutes), state="producing"),
    ]
    for _ in range(draw(st.integers(1, 6))):
        said = {"good": draw(st.integers(0, 30).map(Decimal)), "scrap": draw(pieces)}
        rows.append(ev("count", machine, draw(minutes), **said, source=draw(st.sampled_from(SOURCES))))
    return rows


@st.composite
def sheets(draw: st.DrawFn) -> list[Row]:
    """Reasons of a shift, told by one person in one go."""
    machine, at = draw(st.sampled_from(MACHINES)), draw(instants)
    told = at + draw(st.integers(1, 200)) * MINUTE
    return [
        ev(
            "reason",
            machine,
            at - draw(st.integers(0, 60)) * 10 * MINUTE,
            role="symptom",
            reason=draw(st.sampled_from(tuple(REASONS))),
            source="tablet1",
            told_at=told + draw(st.integers(0, 40)) * SECOND,
        )
        for _ in range(draw(st.integers(4, 7)))
    ]


@st.composite
def stoppages(draw: st.DrawFn) -> list[Row]:
    """A halt with alarms around its start, which may be near midnight, and now and then a word about it."""
    machine = draw(st.sampled_from(MACHINES))
    at = draw(st.one_of(instants, st.integers(-40, 40).map(lambda n: START + DAY + n * SECOND)))
    near = st.integers(-50, 50).map(lambda n: at + n * SECOND)
    ends = at + draw(st.sampled_from((20 * SECOND, 5 * MINUTE, 90 * MINUTE)))
    stood = draw(st.sampled_from(("fault", "stopped", "idle", "starved", "planned_stop")))
    rows = [
        ev("state", machine, at - draw(st.integers(1, 20)) * MINUTE, state="producing"),
        ev("state", machine, at, state=stood, reason=draw(st.sampled_from((None, None, "material")))),
        ev("state", machine, ends, state="producing"),
    ]
    for number in range(draw(st.integers(1, 4))):
        said: dict[str, Any] = {"code": draw(st.sampled_from(("E1", "E12", "F1"))), "phase": "on"}
        said["body"] = draw(st.sampled_from((None, None, '{"first_out":true}')))
        said |= {"source": draw(st.sampled_from(SOURCES)), "sequence": draw(st.sampled_from((None, number)))}
        rows.append(ev("alarm", machine, draw(st.one_of(near, st.just(at))), **said))
    if draw(st.booleans()):
        said = {"role": "symptom", "reason": draw(st.sampled_from(tuple(REASONS)))}
        rows.append(ev("reason", machine, at, source=draw(st.sampled_from(SOURCES)), **said))
    return rows


def _heard(rows: list[Row], delay: int) -> list[Row]:
    """The same, where the clock of one source is off."""
    return [{**row, "received_at": row["told_at"] + delay} if row["source"] == "n" else row for row in rows]


@st.composite
def histories(draw: st.DrawFn, least: int = 1) -> list[Row]:
    """Events of two machines in the order in which they come, some of them about changes of order."""
    rows = draw(st.lists(events(), min_size=least, max_size=40))
    for change in draw(st.lists(changes(), max_size=3)):
        place = draw(st.integers(0, len(rows)))
        rows[place:place] = draw(st.permutations(change))
    for stoppage in draw(st.lists(stoppages(), max_size=3)):
        place = draw(st.integers(0, len(rows)))
        rows[place:place] = draw(st.permutations(stoppage))
    rows += draw(st.one_of(st.just([]), sheets()))
    return _heard(rows, draw(st.sampled_from((0, 0, -2 * MINUTE, 3 * MINUTE))))


def _rule(place: int, machine: str, code: str, reason: str, seconds: int, **days: int) -> Row:
    row = {
        "equipment": machine,
        "code": code,
        "reason": reason,
        "within_us": seconds * SECOND,
        "place": place,
    }
    return row | EVER | days


# A rule that fits best, one whose reach is longer, one that changes within the time that is drawn.
RULES = (
    _rule(1, "m1", "E1", "jam", 30),
    _rule(2, "m1", "E*", "clean", 45),
    _rule(3, "m1", "F1", "lunch", 30, until_at=START + 10 * 60 * MINUTE),
    _rule(4, "m1", "F1", "nothing", 20, from_at=START + 10 * 60 * MINUTE),
    _rule(5, "m2", "?1", "material", 600),
)


@st.composite
def plants(draw: st.DrawFn) -> Plant:
    """A plant of two machines on one of a few calendars."""
    machine = {
        "silence_us": draw(st.sampled_from((None, 30 * MINUTE, 240 * MINUTE))),
        "good_by_exception": draw(st.booleans()),
        "lanes": 2,
        "ramp_pieces": draw(st.sampled_from((0, 1, 15, 60))),
    }
    return plant(
        MACHINES,
        calendar=draw(st.sampled_from(CALENDARS)),
        reasons=REASONS,
        alarm_rule=list(draw(st.sampled_from(((), RULES, RULES)))),
        standards=(("m1", "p", "2.5", "3"), ("m1", "", "7"), ("m2", "q", "0.333")),
        orders=draw(st.booleans()),
        machine=machine,
        lane=[{"lane_equipment": f"m1:{n}", "equipment": "m1", "lane": n} for n in (1, 2)],
        unit_factor=[
            {"equipment": "m1", "product": "", "unit": "case", "factor": Decimal(12)},
            {"equipment": "m1", "product": "p", "unit": "case", "factor": Decimal("2.5")},
            {"equipment": "m2", "product": "", "unit": "case", "factor": Decimal(6)},
            {"equipment": "m1", "product": "p", "unit": "pallet", "factor": Decimal(40)},
        ],
        line=[{"line": "line", "exit_machine": "m2", "constraint_machine": "m1", **EVER}],
        product_class=[{"product": "p", "class": "k"}, {"product": "q", "class": "l"}],
        changeover=[
            {"equipment": "m1", "from_class": "*", "to_class": "k", "standard_us": 60 * SECOND},
            {"equipment": "m1", "from_class": "l", "to_class": "k", "standard_us": 90 * SECOND},
            {"equipment": "line", "from_class": "*", "to_class": "l", "standard_us": 20 * SECOND},
        ],
        changeover_default=[{"equipment": "m2", "product": "p", "standard_us": 30 * SECOND}],
    )


def examples(cases: int | None = None) -> int:
    """How many examples of plants side by side hold so many plants; by default those of the profile."""
    return -(-(cases or settings().max_examples) // SIDE_BY_SIDE)


@st.composite
def floors(draw: st.DrawFn, least: int = 1) -> tuple[Plant, list[Row]]:
    """Plants side by side that know nothing of each other, and all their events in the order they come in."""
    told = [apart_rows(draw(histories(least)), number) for number in range(SIDE_BY_SIDE)]
    plan = beside([draw(plants()) for _ in told])
    return plan, shuffled_in(told, draw(st.randoms(use_true_random=False)))


def shuffled_in(told: list[list[Row]], chance: Random) -> list[Row]:
    """Several histories as one; each keeps its order."""
    whose = [number for number, rows in enumerate(told) for _ in rows]
    chance.shuffle(whose)
    left = [iter(rows) for rows in told]
    return [next(left[number]) for number in whose]


_NAMES = (
    *("equipment", "lane_equipment", "site", "calendar", "line", "exit_machine", "constraint_machine"),
    *("parent", "path", "area", "order_id"),
)
_SOURCES = ("source", "sup_source")  # marked behind: rules of sources look at how a name begins
_NUMBERS = ("standard", "window")


def apart_rows(rows: list[Row], number: int) -> list[Row]:
    """The same rows with names of their own."""
    out = []
    for row in rows:
        named = {name: f"{number}.{row[name]}" for name in _NAMES if row.get(name)}
        named |= {name: f"{row[name]}{number}" for name in _SOURCES if row.get(name)}
        named |= {name: 1000 * number + row[name] for name in _NUMBERS if isinstance(row.get(name), int)}
        out.append({**row, **named})
    return out


def beside(plants: list[Plant]) -> Plant:
    """Plants as one, each with names of its own; what has no such name is common to all of them."""
    out: Plant = {}
    for number, one in enumerate(plants):
        for name, rows in one.items():
            mine = apart_rows(rows, number)
            out[name] = out.get(name, []) + [row for row in mine if row not in out.get(name, [])]
    return out
