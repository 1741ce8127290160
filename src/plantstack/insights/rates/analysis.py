"""Analysis `ideal_rate` and `reduced_capacity`: an ideal pace set too low, a lane or cavity that is shut.

An ideal pace that a machine beats shift after shift hides losses: performance reads 100 % where a fifth is
lost. It shows in stretches without a stop, above the pace itself or far above those of the other products.
A machine of n lanes that keeps its beat but makes (n-1)/n of its pieces runs with one of them shut.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from plantstack.insights.contract import Needs, Outcome
from plantstack.insights.drift.robust import Floats
from plantstack.insights.episodes import LEAST, Episode, episodes
from plantstack.insights.facts import Facts, Place
from plantstack.insights.finding import Action, Cost, Effect, Evidence, Explanation, Finding, Same, Subject
from plantstack.insights.rates.paces import Pace, clean, paces
from plantstack.insights.saying import N_, Figure, Name, Say, Value
from plantstack.intervals import DAY, HOUR, MINUTE, Interval

_SHIFTS = 5  # of a product, before its standard is judged
_FASTER = 1.05  # of the ideal pace, in every second shift
_AT_TIMES = 1.03  # of it, in every fourth shift, where it is
_ODD = 1.12  # times what the other products reach of theirs
_CLEAN = 15 * MINUTE  # of run time without a stop: there a machine shows what it can
_PIECES = 50  # at least in it: whole pieces are rough
_SHARE = 0.1  # of the accepted false alarms
_WORTH = 5.0  # per cent of pace
_NEAR = 0.06  # of the share that a shut lane leaves
_REACHED = 0.75  # of the shifts are slower: those of a machine that was slow say nothing of what it can
_AS_IDEAL = 0.97  # of their ideal paces: from there on other products lose nothing that could be compared
_LATELY = 40  # paces that a product's usual pace is read from
_ROWS = 10
# From the begin of the shift in which it was first known: a deadline never moves.
_SET_BY, _OPEN_BY = 7 * DAY, 16 * HOUR
_UNPRICED = N_("a wrong ideal pace costs nothing by itself; it hides what is lost")
_NO_PRICE = N_("no contribution of its products is written")

_FAST = N_("%(machine)s runs %(product)s at %(speed)s of its ideal pace (%(n)s shifts): that is set too low.")
_SET = N_("Check the ideal pace of %(product)s on %(machine)s and set it to about %(rate)s pieces an hour.")
_SET_LIKE = N_(
    "Check the ideal pace of %(product)s on %(machine)s: it is about %(rate)s pieces an hour at least, and "
    "%(most)s if as much of it is lost as of the other products, which reach %(usual)s of theirs."
)
_TO_STANDARD = N_("the ideal pace as it is written")
_PACKS = N_("The counter may count something else than pieces of %(product)s.")
_PACKS_TEST = N_("Count 100 pieces of %(product)s by hand beside the counter.")
_SHUT = N_(
    "%(machine)s makes %(share)s of its usual pieces while it runs since %(since)s: "
    "as if one of %(lanes)s lanes or cavities were shut."
)
_OPEN = N_("Open the lane or cavity of %(machine)s that is shut, or plan with what is left of it.")
_USUAL = N_("%(n)s shifts of the same products before it")
_SLOWER = N_("%(machine)s may have been set slower on purpose.")
_SLOWER_TEST = N_("Time ten cycles of %(machine)s: as long as before means a lane is shut.")


class _Rates:
    kind = "rates"
    layer = 1
    needs = Needs({"time": 20, "pieces": 20}, days=3.0)

    def run(self, facts: Facts) -> Outcome:
        """Judge every machine whose pace is known."""
        found: list[Finding] = []
        for machine, place in sorted(facts.places.items()):
            time = facts.of(machine).table("time")
            told = paces(time)
            found += _standards(place, paces(clean(time, place.rate, _CLEAN, _PIECES)), facts)
            if place.lanes > 1:
                found += _lanes(place, told, facts)
        return Outcome(found)


ANALYSIS = _Rates()


# -- standards -----------------------------------------------------------------------------------


def _standards(place: Place, told: Sequence[Pace], facts: Facts) -> Iterator[Finding]:
    by_product = {product: [one for one in told if one.product == product] for product in _products(told)}
    lately = {
        product: np.array([one.speed for one in own[-_LATELY:]])
        for product, own in by_product.items()
        if len(own) >= _SHIFTS
    }
    for product, speeds in sorted(lately.items()):
        others = [float(np.median(one)) for name, one in lately.items() if name != product]
        usual = float(np.median(others)) if others else None
        if _is_beaten(speeds, usual):
            since = _since(by_product[product], others)
            yield _too_slow(place, by_product[product], speeds, since, usual, facts)


def _products(told: Sequence[Pace]) -> set[str]:
    return {one.product for one in told if one.product}


def _since(own: Sequence[Pace], others: Sequence[float]) -> int:
    """The shift since which the pace has been beaten, in the light of the other products of today."""
    usual, number = float(np.median(others)) if others else None, len(own)
    while number > _SHIFTS:
        before = np.array([one.speed for one in own[: number - 1][-_LATELY:]])
        if not _is_beaten(before, usual):
            break
        number -= 1
    return own[number - 1].start


def _is_beaten(speeds: Floats, others: float | None) -> bool:
    """Whether a pace is beaten in most shifts, or in some and far more than those of other products."""
    middle, high = np.quantile(speeds, (0.5, 0.75))
    is_odd_one = others is not None and others > 0 and middle / others >= _ODD
    return bool(middle >= _FASTER or (high >= _AT_TIMES and is_odd_one))


def _set(place: Place, product: str, speeds: Floats, usual: float | None) -> Say:
    """What the ideal pace is to be: what the machine reaches when it is not slow, and what is never reached.

    An ideal pace set to what is seen would hide what is lost anew: where other products show how much of
    theirs is reached, as much is taken to be lost of this one.
    """
    said: dict[str, Value] = {"machine": Name(place.id, "equipment"), "product": Name(product, "product")}
    reached = place.rate.get(product, 0.0) * float(np.quantile(speeds, _REACHED))
    said["rate"] = Figure(reached, "pieces")
    if usual is None or usual >= _AS_IDEAL:
        return Say(_SET, said)
    return Say(
        _SET_LIKE, {**said, "most": Figure(reached / usual, "pieces"), "usual": Figure(usual, "share")}
    )


def _too_slow(
    place: Place, own: Sequence[Pace], speeds: Floats, known: int, usual: float | None, facts: Facts
) -> Finding:
    late, subject = own[-_LATELY:], Subject(place.id, {"product": own[0].product})
    product, speed = own[0].product, float(np.median(speeds))
    doubt = 1.645 * 1.2533 * float(np.std(speeds)) / float(np.sqrt(len(speeds)))
    said: dict[str, Value] = {"machine": Name(place.id, "equipment"), "product": Name(product, "product")}
    test = Say(_PACKS_TEST, {"product": said["product"]})
    return Finding(
        "ideal_rate",
        1,
        subject,
        Interval(own[0].start, own[-1].end),
        own[0].start,
        Say(_FAST, {**said, "speed": Figure(speed, "share"), "n": Figure(len(late), "pieces")}),
        Effect(
            *(speed, 1.0, speed - 1 - doubt, speed - 1 + doubt, "1", N_("share of the ideal pace")),
            Say(_TO_STANDARD),
            len(late),
            0,
        ),
        Cost(None, None, None, place.currency, "month", why_none=_UNPRICED),
        _evidence(place, late),
        (Explanation(Say(_PACKS, {"product": said["product"]}), 0.2, test),),
        Action(_set(place, product, speeds, usual), "ci", known + _SET_BY),
        facts.as_of + 7 * DAY,
        (speed - 1) * 30,
        "B",
        known_at=known,
        # the next time is another ideal pace: history that is forgotten begins nothing anew
        same=Same("ideal_rate", subject.key(), f"{place.rate.get(product, 0.0):g}"),
    )


# -- lanes ---------------------------------------------------------------------------------------


def _lanes(place: Place, told: Sequence[Pace], facts: Facts) -> Iterator[Finding]:
    """Shifts in which a machine made about as much less as one of its lanes makes."""
    relative = list(_relative(told))
    if len(relative) <= LEAST:
        return
    span = max(relative[-1][0].end - relative[0][0].start, 1)
    missing = [max(1 - share, 0.0) * 100 for _, share in relative]
    for one in episodes(missing, 7 * DAY * len(relative) / span, facts.budget * _SHARE, _WORTH):
        own = relative[one.first : one.last + 1]
        share = float(np.median([part for _, part in own]))
        if abs(share - (place.lanes - 1) / place.lanes) > _NEAR:
            continue
        if one.is_open or facts.as_of - own[-1][0].end < DAY:
            yield _shut(place, one, own, relative[one.raised][0].start, facts)


def _relative(told: Sequence[Pace]) -> Iterator[tuple[Pace, float]]:
    """Each pace as a share of what was usual for its product before it."""
    before: dict[str, list[float]] = {}
    for one in told:
        known = before.setdefault(one.product, [])
        if len(known) >= 3:
            yield one, one.speed / float(np.median(known[-_LATELY:]))
        known.append(one.speed)


def _shut(
    place: Place, episode: Episode, own: Sequence[tuple[Pace, float]], known: int, facts: Facts
) -> Finding:
    rows, share = [pace for pace, _ in own], float(np.median([part for _, part in own]))
    said: dict[str, Value] = {"machine": Name(place.id, "equipment")}
    doubt = 1.645 * float(np.std([part for _, part in own])) / float(np.sqrt(len(own)))
    hour = place.hour
    low, high = (None, None) if hour is None else ((1 - share) * hour[0], (1 - share) * hour[1])
    likely = None if low is None or high is None else (low + high) / 2
    why = "" if hour is not None else _NO_PRICE
    since = Figure(rows[0].start, "moment")
    return Finding(
        "reduced_capacity",
        2,
        Subject(place.id),
        Interval(rows[0].start, rows[-1].end),
        rows[0].start,
        Say(
            _SHUT,
            {**said, "share": Figure(share, "share"), "since": since, "lanes": Figure(place.lanes, "pieces")},
        ),
        Effect(
            *(share, 1.0, share - 1 - doubt, share - 1 + doubt, "1", N_("share of the usual pace")),
            Say(_USUAL, {"n": Figure(episode.n_usual, "pieces")}),
            len(own),
            episode.n_usual,
            "up",
        ),
        Cost(low, likely, high, place.currency, "hour", "contribution sold", why_none=why),
        _evidence(place, rows),
        (Explanation(Say(_SLOWER, said), 0.3, Say(_SLOWER_TEST, said)),),
        Action(Say(_OPEN, said), "supervisor", known + _OPEN_BY),
        facts.as_of + DAY,
        episode.score,
        "B",
        known_at=known,
    )


def _evidence(place: Place, rows: Sequence[Pace]) -> tuple[Evidence, ...]:
    return tuple(
        Evidence("time", place.id, Interval(one.start, one.end), {"product": one.product}, one.speed, "1")
        for one in rows[-_ROWS:]
    )
