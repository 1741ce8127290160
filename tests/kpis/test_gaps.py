"""The gap of a site to the best, loss by loss, by hand."""

from __future__ import annotations

from fractions import Fraction as F

from plantstack.kpis.models.gaps import gap_to_best
from plantstack.kpis.models.modelled import Estimate, Modelled

SHARES = {
    "a": {"setup": F(10, 100), "breakdown": F(4, 100), "speed": F(5, 100)},
    "b": {"setup": F(3, 100), "breakdown": F(6, 100), "speed": F(-2, 100)},
    "c": {"setup": F(5, 100), "breakdown": F(5, 100), "speed": F(8, 100)},
}


def value(told: Modelled) -> F:
    assert isinstance(told, Estimate)
    assert told.value is not None
    return told.value


def test_each_loss_is_held_against_the_site_that_has_least_of_it() -> None:
    # set-up 10 - 3, breakdown 4 - 4, speed 5 - 0: a rate that is wrong at b makes no one worse
    assert value(gap_to_best("a", SHARES, {})) == F(12, 100)
    # set-up 0, breakdown 6 - 4, speed 0
    assert value(gap_to_best("b", SHARES, {})) == F(2, 100)
    told = gap_to_best("c", SHARES, {})
    assert value(told) == F(2 + 1 + 8, 100)
    assert isinstance(told, Estimate)
    assert told.basis == (
        "3 sites; speed: 8.0 points behind b; setup: 2.0 points behind b; breakdown: 1.0 points behind a"
    )


def test_a_site_that_cannot_be_compared_teaches_nobody_and_is_told_why() -> None:
    shares = {name: SHARES[name] for name in ("a", "c")}
    told = gap_to_best("a", shares, {"b": "its losses have trust C"})
    assert value(told) == F(5, 100)
    assert isinstance(told, Estimate)
    assert told.basis.endswith("; without b")
    assert gap_to_best("b", shares, {"b": "its losses have trust C"}) == (
        "not comparable: its losses have trust C"
    )


def test_one_site_has_nobody_to_learn_from() -> None:
    assert gap_to_best("a", {"a": SHARES["a"]}, {}) == "no other site to compare with"
    left = {"b": "its losses have trust C"}
    assert gap_to_best("a", {"a": SHARES["a"]}, left) == (
        "no other site to compare with: b: its losses have trust C"
    )


def test_the_greatest_gaps_are_named_and_no_more() -> None:
    many = ("setup", "breakdown", "waiting", "scrap")
    shares = {"a": dict.fromkeys(many, F(1, 10)), "b": dict.fromkeys(many, F(0))}
    told = gap_to_best("a", shares, {})
    assert isinstance(told, Estimate)
    assert told.basis.count("behind") == 3
    assert value(told) == F(4, 10)
