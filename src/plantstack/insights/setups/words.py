"""How a wrong set-up and a wrong nominal are said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

import pyarrow.compute as pc
from scipy import special

from plantstack.insights.facts import Facts, Place
from plantstack.insights.finding import Action, Cost, Effect, Evidence, Explanation, Finding, Same, Subject
from plantstack.insights.saying import N_, Figure, Name, Say, Value
from plantstack.insights.setups.envelope import Offset, surprise
from plantstack.insights.setups.judge import By, NeverThere, Wrong
from plantstack.insights.setups.runs import Run
from plantstack.insights.setups.stretch import Stretch
from plantstack.intervals import DAY, HOUR, MINUTE, Interval

_LAYER = 1
_ACT_BY, _EXPIRES = 30 * MINUTE, 12 * HOUR
_LAST_ORDERS = 2  # of those of one wrong set-up, whose rows are shown beside those of the first
_NO_COST = N_("it costs nothing while the runs are good: what it costs is every judgement made by it")


def setup_finding(facts: Facts, place: Place, stretch: Stretch, *, is_open: bool) -> Finding:
    """A run, or some one after the other, that began with a value unlike those of good runs."""
    one = stretch.wrong
    unit = _unit(facts, place, one.parameter)
    run = one.run
    until = facts.as_of if is_open else run.until
    subject = Subject(place.id, {"parameter": one.parameter, "product": run.product})
    known = facts.told_by("setups" if one.by == "setting" else "readings", place.id, one.at)
    return Finding(
        kind="setup_error",
        layer=_LAYER,
        subject=subject,
        window=Interval(run.start, max(until, run.start + 1)),
        began=run.start,
        says=_says(place, stretch, unit, is_open=is_open),
        effect=Effect(
            value=one.off.mean,
            baseline=one.good.centre,
            low=one.off.low,
            high=one.off.high,
            unit=unit,
            of=one.parameter,
            baseline_of=_baseline(one.good.n, run.product),
            n=one.off.n,
            n_baseline=one.good.n,
        ),
        cost=_cost(place, one, is_open=is_open),
        evidence=_evidence(place, stretch, unit),
        explanations=_explanations(one),
        action=_action(one, unit, known),
        expires_at=facts.as_of + _EXPIRES,
        severity=min(surprise(one.off.chance), 300.0),
        trust="A" if one.good.n >= 12 else "B",
        limits=() if one.good.n >= 12 else (f"only {one.good.n} good runs of this product are known",),
        known_at=known,
        # a count told later may move the begin of a run, never its order
        same=Same("setup_error", subject.key(), run.order),
    )


def _figure(value: float, unit: str, *, signed: bool = False) -> Figure:
    """A value with as many digits as say something."""
    digits = 1 if abs(value) >= 10 else 2 if abs(value) >= 1 else 3
    return Figure(value, "signed" if signed else "number", unit, digits)


def _says(place: Place, stretch: Stretch, unit: str, *, is_open: bool) -> Say:
    one = stretch.wrong
    values: dict[str, Value] = {
        "parameter": Name(one.parameter, "parameter"),
        "machine": Name(place.id, "equipment"),
        "product": Name(one.run.product, "product"),
        "value": _figure(one.off.mean, unit),
        "usual": _figure(one.good.centre, unit),
        "by": _figure(one.off.by, unit, signed=True),
    }
    if len(stretch.orders) > 1:
        return Say(_of_many(one, is_open=is_open), values | {"n": Figure(len(stretch.orders), digits=0)})
    if one.by == "setting":
        text = N_(
            "%(parameter)s of %(machine)s was set to %(value)s for %(product)s: good runs have %(usual)s"
            " (%(by)s)"
        )
    elif not is_open:
        text = N_(
            "%(parameter)s of %(machine)s was %(value)s from the set-up for %(product)s on, until that run"
            " ended: good runs begin with %(usual)s (%(by)s)"
        )
    else:
        text = N_(
            "%(parameter)s of %(machine)s is %(value)s since the set-up for %(product)s: good runs begin with"
            " %(usual)s (%(by)s)"
        )
    return Say(text, values)


def _of_many(one: Wrong, *, is_open: bool) -> str:
    if one.by == "setting":
        return N_(
            "%(parameter)s of %(machine)s was set to %(value)s on average for %(n)s orders of %(product)s,"
            " one after the other: good runs have %(usual)s (%(by)s)"
        )
    if not is_open:
        return N_(
            "%(parameter)s of %(machine)s was %(value)s on average when %(n)s orders of %(product)s began,"
            " one after the other: good runs begin with %(usual)s (%(by)s)"
        )
    return N_(
        "%(parameter)s of %(machine)s is %(value)s on average since the set-up for %(product)s, when %(n)s"
        " orders began: good runs begin with %(usual)s (%(by)s)"
    )


def _baseline(n: int, product: str) -> Say:
    values: dict[str, Value] = {"n": Figure(n, digits=0), "product": Name(product, "product")}
    return Say(N_("the last %(n)s runs of %(product)s with usual scrap"), values)


def _cost(place: Place, one: Wrong, *, is_open: bool) -> Cost:
    """Scrap of the run above what good runs have: what there is, and while it runs what is still to come.

    Where no more scrap than usual was told yet it may cost from nothing to what the worst run of the product
    scrapped: half of that is expected, never nothing.
    """
    run, price = one.run, place.piece.get(one.run.product)
    low, high = _rate(run.scrap, run.made)
    if low <= one.usual:
        high = min(high, max(one.worst, run.rate))
    most = max(high - one.usual, 0.0)
    least, seen = max(low - one.usual, 0.0), max(run.rate - one.usual, 0.0)
    made = max(run.made, one.size) if is_open else run.made
    pieces = [rate * made for rate in (least, seen if seen > 0 else (least + most) / 2, most)]
    per: Literal["run", "so far"] = "run" if is_open else "so far"
    if price is None:
        why = N_("no price of a scrapped piece")
        return Cost(None, None, None, place.currency, per, pieces=pieces[1], why_none=why)
    money = (pieces[0] * price, pieces[1] * price, pieces[2] * price)
    return Cost(*money, place.currency, per, "cash cost out", pieces=pieces[1])


def _rate(bad: float, made: float) -> tuple[float, float]:
    """Bounds of a rate that hold nine times in ten."""
    if made < 1:
        return 0.0, 1.0
    bad = min(bad, made)
    low = float(special.betaincinv(bad, made - bad + 1, 0.05)) if bad > 0 else 0.0
    high = float(special.betaincinv(bad + 1, made - bad, 0.95)) if bad < made else 1.0
    return low, high


def _evidence(place: Place, stretch: Stretch, unit: str) -> tuple[Evidence, ...]:
    """Rows of the first order and of the last ones."""
    one, orders = stretch.wrong, stretch.orders
    told = [orders[0], *orders[1:][-_LAST_ORDERS:]]
    return tuple(row for run in told for row in _evidence_of(place, one, run, unit))


def _evidence_of(place: Place, one: Wrong, run: Run, unit: str) -> Iterator[Evidence]:
    what = {"parameter": one.parameter, "product": run.product, "order": run.order}
    if one.by == "setting":
        at, events = run.settings[one.parameter].at, (run.settings[one.parameter].offset,)
        value = run.settings[one.parameter].value
        yield Evidence("setups", place.id, Interval(at, at + 1), what, value, unit, events)
    else:
        for at, value in run.readings[one.parameter][: len(run.first(one.parameter))]:
            yield Evidence("readings", place.id, Interval(at, at + 1), what, value, unit)
    if run.scrap:
        span = Interval(run.start, max(run.until, run.start + 1))
        yield Evidence("pieces", place.id, span, {"order": run.order}, run.scrap, "pieces")


def _explanations(one: Wrong) -> tuple[Explanation, ...]:
    """What it may be; scrap above the usual speaks for the setting, usual scrap for the gauge."""
    low, _ = _rate(one.run.scrap, one.run.made)
    is_told = low > one.usual
    weights = (0.8, 0.1, 0.1) if is_told else (0.5, 0.3, 0.2)
    gauge = Say(N_("measure it a second time, with another gauge"))
    found = [
        Explanation(
            Say(N_("it was set wrong")),
            weights[0],
            Say(N_("set it as usual and look at the next pieces")),
            is_own=True,
        ),
        Explanation(Say(N_("the gauge or sensor shows too much or too little")), weights[1], gauge),
        Explanation(Say(N_("it was changed on purpose")), weights[2], Say(N_("ask who set it up"))),
    ]
    if one.like:
        as_other = Say(N_("it stands as for %(other)s"), {"other": Name(one.like[0], "product")})
        found[0] = Explanation(as_other, weights[0], found[0].test)
    return tuple(found)


def _action(one: Wrong, unit: str, known: int) -> Action:
    values: dict[str, Value] = {
        "parameter": Name(one.parameter, "parameter"),
        "usual": _figure(one.good.centre, unit),
        "low": _figure(one.good.low, unit),
        "high": _figure(one.good.high, unit),
    }
    text = N_("set %(parameter)s to %(usual)s: good runs had %(low)s to %(high)s")
    return Action(Say(text, values), "supervisor", known + _ACT_BY)


def wrong_nominal_finding(facts: Facts, place: Place, one: NeverThere) -> Finding:
    """A nominal that no run ever had."""
    product, parameter, offset, good = one.product, one.parameter, one.offset, one.good
    unit = _unit(facts, place, parameter)
    about = {"parameter": parameter, "product": product}
    subject = Subject(place.id, about)
    values: dict[str, Value] = {
        "n": Figure(offset.n, digits=0),
        "product": Name(product, "product"),
        "machine": Name(place.id, "equipment"),
        "parameter": Name(parameter, "parameter"),
        "value": _figure(offset.centre, unit),
        "nominal": _figure(offset.nominal, unit),
    }
    says = N_(
        "all %(n)s runs of %(product)s at %(machine)s have %(parameter)s at %(value)s, and the nominal is"
        " %(nominal)s: it never was there"
    )
    text = N_("settle which is right, %(value)s or %(nominal)s, and write it into the limits")
    return Finding(
        kind="wrong_nominal",
        layer=_LAYER,
        subject=subject,
        window=Interval(good[0].start, max(good[-1].until, good[0].start + 1)),
        began=good[0].start,
        says=Say(says, values),
        effect=_offset_effect(parameter, unit, offset),
        cost=Cost(None, None, None, place.currency, "month", why_none=_NO_COST),
        evidence=tuple(_offset_evidence(place, about, one.by, offset, run, unit) for run in good[-3:]),
        explanations=_nominal_explanations(),
        action=Action(Say(text, values), "ci", one.since + 7 * DAY),
        expires_at=facts.as_of + 30 * DAY,
        severity=surprise(offset.chance),
        trust="B",
        limits=("that the gauge is right is taken for granted",),
        known_at=one.since,
        # another nominal is another time
        same=Same("wrong_nominal", subject.key(), f"{offset.nominal:g}"),
    )


def _offset_evidence(
    place: Place, about: Mapping[str, str], by: By, offset: Offset, run: Run, unit: str
) -> Evidence:
    span = Interval(run.start, max(run.until, run.start + 1))
    table = "setups" if by == "setting" else "readings"
    return Evidence(table, place.id, span, about, offset.centre, unit)


def _offset_effect(parameter: str, unit: str, offset: Offset) -> Effect:
    return Effect(
        *(offset.centre, offset.nominal, offset.low, offset.high, unit, parameter),
        baseline_of=Say(N_("the middle of its limits")),
        n=offset.n,
        n_baseline=0,
    )


def _nominal_explanations() -> tuple[Explanation, ...]:
    return (
        Explanation(
            Say(N_("the nominal or its tolerance is written down wrong")),
            0.6,
            Say(N_("look it up in the drawing or the recipe")),
        ),
        Explanation(
            Say(N_("the gauge has a constant error")), 0.3, Say(N_("measure a reference piece with it"))
        ),
        Explanation(
            Say(N_("every set-up is wrong by the same")), 0.1, Say(N_("ask where its value comes from"))
        ),
    )


def _unit(facts: Facts, place: Place, parameter: str) -> str:
    """The unit in which a parameter is read; '' where nobody reads it."""
    table = facts.table("readings")
    mine = pc.and_(pc.equal(table["equipment"], place.id), pc.equal(table["parameter"], parameter))
    told = table.filter(mine).slice(0, 1)["unit"].to_pylist()
    return told[0] or "" if told else ""
