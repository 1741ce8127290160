"""The likely end of a shift, by hand and for a row of shifts whose law is known."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

from plantstack.kpis.formulas.formula import Undefined
from plantstack.kpis.models.shift_end import LAST_SHIFTS, MIN_SHIFTS, Outlook, Rest, likely_end

HOUR = Fraction(3600)


def rest(label: str, *pieces: int, before: int = 0, working: Fraction | None = None) -> Rest:
    """Pieces of one hour after the other."""
    hours = [(n * HOUR, (n + 1) * HOUR, Fraction(one)) for n, one in enumerate(pieces)]
    return Rest(label, Fraction(before), working if working is not None else len(pieces) * HOUR, hours)


def nine() -> list[Rest]:
    """Shifts that made 10, 20, ... 90 in each of the two hours they had left."""
    return [rest(f"s{n}", 10 * n, 10 * n) for n in range(1, 10)]


def end(so_far: int, left: Fraction, past: list[Rest], plan: int | None = None) -> Outlook:
    return likely_end(Fraction(so_far), left, past, None if plan is None else Fraction(plan))


def bounds(told: Outlook) -> list[float]:
    return [float(one) for one in (told.value, told.low, told.high)]


def test_every_shift_is_played_out_whole_and_scaled_by_the_time_left() -> None:
    told = end(300, 2 * HOUR, nine())
    # the fifth of nine made 100; the least 20 and the greatest 180 bound four of five
    assert bounds(told) == [400, 320, 480]
    half = end(300, HOUR, nine())
    assert bounds(half) == [350, 310, 390]
    assert dict(half.ends)["s3"] == 330


def test_a_stop_comes_back_as_a_stop_and_is_no_lower_rate() -> None:
    # eight shifts ran through, one stood: what is likely is to run, and what is possible to stand
    past = [*(rest(f"s{n}", 100, 100) for n in range(8)), rest("stood", 0, 0)]
    told = end(0, 2 * HOUR, past)
    assert bounds(told) == [200, 0, 200]


def test_a_beginning_tells_of_the_rest_as_far_as_it_did_before() -> None:
    # after 10, 20, ... 90 pieces came twice as many: after 45 come 90, whichever shift is played
    past = [rest(f"s{n}", 20 * n, before=10 * n) for n in range(1, 10)]
    assert bounds(end(45, HOUR, past)) == [135, 135, 135]
    # where a good beginning was followed by a worse rest, nothing is made of it
    turned = [rest(f"s{n}", 100 - 10 * n, before=10 * n) for n in range(1, 10)]
    assert bounds(end(1000, HOUR, turned)) == [1050, 1010, 1090]
    assert bounds(end(0, HOUR, past))[1] == 0  # no less than none


def test_no_shift_has_a_say_in_what_is_said_by_it() -> None:
    # eight like shifts, and one that alone shows a relation: played out itself it stays as it was
    past = [*(rest(f"s{n}", 100, before=50) for n in range(8)), rest("odd", 500, before=90)]
    told = dict(end(80, HOUR, past).ends)
    assert told["odd"] == 80 + 500
    assert told["s0"] == 80 + 100 + 10 * 30  # the odd one says: ten more of the rest for each one before


def test_the_plan_is_reached_as_often_and_when_past_shifts_would_have() -> None:
    told = end(300, 2 * HOUR, nine(), 400)
    assert told.n_reach == 5  # 50 an hour and more
    assert told.reached_s == 2 * HOUR  # the slowest of these five, and it is half of the nine
    assert end(300, 2 * HOUR, nine(), 360).reached_s == Fraction(60, 50) * HOUR  # the fifth makes 50 an hour
    assert end(300, 2 * HOUR, nine(), 290).reached_s == 0
    rare = end(300, 2 * HOUR, nine(), 470)
    assert (rare.n_reach, rare.reached_s) == (1, None)
    assert end(300, 2 * HOUR, nine()).n_reach is None


def test_bounds_between_two_shifts_lie_between_them() -> None:
    # of 14 the tenth is at place 1.5 and the nine tenths at 13.5
    told = end(0, HOUR, [rest(str(n), n) for n in range(1, 15)])
    assert bounds(told) == [7.5, 1.5, 13.5]


def test_only_the_last_shifts_count() -> None:
    old = [rest("old", 1_000_000)] * 5
    told = end(0, HOUR, [*old, *(rest(str(n), 10) for n in range(LAST_SHIFTS))])
    assert told.high == 10


def test_too_few_shifts_say_nothing() -> None:
    with pytest.raises(Undefined, match=f"8 comparable shifts, {MIN_SHIFTS} are needed"):
        end(0, HOUR, nine()[1:])
    without_time = [*nine()[1:], rest("over", 0, working=Fraction(0))]
    with pytest.raises(Undefined, match="8 comparable shifts"):
        end(0, HOUR, without_time)


@pytest.mark.parametrize("n", [9, 14, 20])
def test_bounds_hold_four_times_in_five(n: int) -> None:
    dice, inside, tries = Random(n), 0, 1500
    for _ in range(tries):
        *past, real = (int(800 - dice.expovariate(1 / 90)) for _ in range(n + 1))
        told = end(0, HOUR, [rest("s", one) for one in past])
        inside += told.low <= real <= told.high
    assert 0.76 < inside / tries < 0.85
