"""Facts of every kind that is told of a shift, of what is to be done, and of KPIs and money."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from plantstack.insights.saying import Figure, Form, Name, Say, Value
from plantstack.insights.telling.facts_of_shift import LineOfShift
from plantstack.insights.telling.shift import result

_AT = 1_795_745_040_000_000
LINE, FILLER, JAM = Name("line-1", "equipment"), Name("Filler", "equipment"), Name("Jam", "reason")
ORDER, MAINTENANCE = Name("B-7", "order"), Name("maintenance", "word")
SINCE, DAY, TIME = Figure(_AT, "moment"), Figure(_AT, "day"), Figure(5520.0, "duration", "s")
MONDAY, TUESDAY, WAITING = Name("Monday", "context"), Name("Tuesday", "context"), Name("Waiting", "context")
OEE = Name("OEE", "kpi")


def _say(text: str, **values: Value) -> Say:
    return Say(text, {name.rstrip("_"): value for name, value in values.items()})


def _n(value: float, form: Form = "pieces", unit: str = "") -> Figure:
    return Figure(value, form, unit)


def _money(kind: Literal["word", "context"]) -> dict[str, Value]:
    return {
        "low": _n(100, "money", "EUR"),
        "high": _n(200, "money", "EUR"),
        "class_": Name("cash cost out", kind),
    }


_SHIFT = {
    "made": result(LineOfShift("line-1", "", 1234, 1300)).says,
    "over": result(LineOfShift("line-1", "", 1400, 1300)).says,
    "noplan": _say("%(line)s made %(good)s; there was no plan.", line=LINE, good=_n(1234)),
    "unknown": _say("%(line)s: pieces are not known.", line=LINE),
    "scrap": _say(
        "%(line)s scrapped %(scrap)s pieces, %(share)s of all it made.",
        line=LINE,
        scrap=_n(472),
        share=_n(0.234, "share"),
    ),
    "more": _say("%(line)s made %(apart)s good pieces more than the shift before.", line=LINE, apart=_n(66)),
    "fewer": _say(
        "%(line)s made %(apart)s good pieces fewer than the shift before.", line=LINE, apart=_n(66)
    ),
    "srose": _say(
        "Scrap on %(line)s rose from %(before)s to %(now)s against the shift before.",
        line=LINE,
        before=_n(0.065, "share"),
        now=_n(0.125, "share"),
    ),
    "lost": _say("%(machine)s lost %(time)s: %(what)s.", machine=FILLER, time=TIME, what=JAM),
    "lostp": _say(
        "%(machine)s lost %(time)s, about %(pieces)s pieces: %(what)s.",
        machine=FILLER,
        time=TIME,
        pieces=_n(120),
        what=JAM,
    ),
    "lostm": _say(
        "%(machine)s lost %(time)s, %(low)s to %(high)s of %(class)s: %(what)s.",
        machine=FILLER,
        time=TIME,
        what=JAM,
        **_money("word"),
    ),
    "losth": _say(
        "%(machine)s lost %(time)s, about %(pieces)s pieces and up to %(high)s of %(class)s: %(what)s.",
        machine=FILLER,
        time=TIME,
        pieces=_n(120),
        what=JAM,
        high=_n(200, "money", "EUR"),
        class_=Name("cash cost out", "word"),
    ),
    "stops": _say(
        "%(n)s stops of %(machine)s have no reason yet: %(time)s together.",
        n=_n(4),
        machine=FILLER,
        time=TIME,
    ),
    "stop1": _say("One stop of %(machine)s has no reason yet: %(time)s.", machine=FILLER, time=TIME),
    "stand": _say(
        "%(machine)s has been standing since %(since)s without a reason.", machine=FILLER, since=SINCE
    ),
    "standw": _say(
        "%(machine)s has been standing since %(since)s: %(what)s.", machine=FILLER, since=SINCE, what=JAM
    ),
    "wait": _say(
        "%(place)s has been waiting for %(whom)s since %(since)s.",
        place=FILLER,
        whom=MAINTENANCE,
        since=SINCE,
    ),
    "slow": _say(
        "%(machine)s has been running at %(share)s of its pace since %(since)s.",
        machine=FILLER,
        share=_n(0.6, "share"),
        since=SINCE,
    ),
    "people": _say("People missing on %(line)s: %(n)s.", line=LINE, n=_n(3)),
    "mat": _say("%(line)s: the material of order %(order)s is not staged.", line=LINE, order=ORDER),
    "held": _say(
        "%(n)s pieces of %(product)s are on hold at %(place)s.",
        n=_n(80),
        product=Name("Cola", "product"),
        place=FILLER,
    ),
    "chg": _say(
        "Changeovers on %(line)s: %(n)s in %(time)s, %(over)s longer than the standard.",
        line=LINE,
        n=_n(3),
        time=TIME,
        over=_n(600, "duration", "s"),
    ),
    "safe": _say(
        "Safety: %(what)s at %(place)s at %(at)s.", what=Name("near miss", "word"), place=FILLER, at=SINCE
    ),
}
_TO_DO = {
    "move": _say(
        "Move one person from %(source)s to %(line)s.", source=Name("line-2", "equipment"), line=LINE
    ),
    "find": _say("Find people for %(line)s; missing: %(n)s.", line=LINE, n=_n(3)),
    "stage": _say("Stage the material of order %(order)s at %(line)s.", order=ORDER, line=LINE),
    "get": _say(
        "Get %(machine)s running: it has been standing since %(since)s.", machine=FILLER, since=SINCE
    ),
    "ans": _say(
        "Answer the call of %(place)s for %(whom)s, open since %(since)s.",
        place=FILLER,
        whom=MAINTENANCE,
        since=SINCE,
    ),
    "pace": _say(
        "Bring %(machine)s back to its pace: it has been running at %(share)s since %(since)s.",
        machine=FILLER,
        share=_n(0.6, "share"),
        since=SINCE,
    ),
    "plan": _say(
        "Plan order %(order)s on %(line)s again: it will end after it is due, %(day)s %(due)s.",
        order=ORDER,
        line=LINE,
        day=DAY,
        due=SINCE,
    ),
    "watch": _say(
        "Watch order %(order)s on %(line)s: it may end after it is due, %(day)s %(due)s.",
        order=ORDER,
        line=LINE,
        day=DAY,
        due=SINCE,
    ),
    "decide": _say(
        "Decide on the pieces on hold at %(place)s, held since %(since)s.", place=FILLER, since=SINCE
    ),
    "sets": _say("%(machine)s sets the pace of %(line)s.", machine=FILLER, line=LINE),
    "behind": _say("%(line)s is %(apart)s pieces behind plan.", line=LINE, apart=_n(66)),
    "spare": _say("%(line)s has more people than it needs.", line=LINE),
    "running": _say("The order is running."),
    "begin": _say("It begins at %(starts)s.", starts=SINCE),
}
_ASKED = {
    "rose": _say(
        "%(kpi)s of %(place)s rose from %(before)s (%(then)s) to %(now)s (%(period)s).",
        kpi=OEE,
        place=FILLER,
        before=_n(0.5, "share"),
        then=MONDAY,
        now=_n(0.6, "share"),
        period=TUESDAY,
    ),
    "kpi": _say(
        "%(kpi)s of %(place)s, %(period)s: %(value)s.",
        kpi=OEE,
        place=FILLER,
        period=TUESDAY,
        value=_n(0.6, "share"),
    ),
    "target": _say(
        "%(kpi)s of %(place)s has the target %(target)s.", kpi=OEE, place=FILLER, target=_n(0.8, "share")
    ),
    "leaf": _say(
        "%(place)s lost %(time)s of machine time to %(leaf)s, %(period)s.",
        place=FILLER,
        time=TIME,
        leaf=WAITING,
        period=TUESDAY,
    ),
    "cost": _say(
        "%(leaf)s at %(place)s cost %(low)s to %(high)s, %(class)s, %(period)s.",
        leaf=WAITING,
        place=FILLER,
        period=TUESDAY,
        **_money("context"),
    ),
}
FACTS: Mapping[str, Say] = _SHIFT | _TO_DO | _ASKED
