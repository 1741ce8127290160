"""The benches of drift keep what they reached, with a margin."""

from __future__ import annotations

from itertools import product
from math import sqrt

import numpy as np
import pytest
from bench.insights import skab, spc, tennessee
from bench.insights.read import skab as runs_of
from bench.insights.read import spc as series
from bench.insights.skab import FOLDERS, Moves, State

from plantstack.insights.drift.rules import broken
from plantstack.insights.drift.shewhart import individuals

pytestmark = pytest.mark.shared

# A part of the grids, which is all that a few seconds allow: every sensor, fewer settings.
STATES = [State(*one) for one in product(range(8), (-1, 0), (0.1, 0.2), (3.0, 4.0), (0.5,))]
MOVES = [Moves(*one) for one in product((3, 7), (0.2,), (0.04,), (3.0, 4.0), (0.5, 0.75))]


@pytest.mark.parametrize(("train", "test"), [FOLDERS, FOLDERS[::-1]])
def test_the_water_loop_is_judged_with_what_was_chosen_elsewhere(train: str, test: str) -> None:
    chosen = skab.best_state(train, STATES)
    found = skab.score(runs_of(test), skab.states(test, chosen))
    assert found.f1 >= 0.85
    assert found.far <= 0.12
    moved = skab.best_moves(train, MOVES)
    assert skab.nab(runs_of(test), skab.moves(test, moved)) >= 50


def test_nab_is_nothing_for_silence_and_much_for_the_truth_a_little_late() -> None:
    runs = runs_of("valve2")
    assert skab.nab(runs, [np.zeros(len(one.anomaly), dtype=np.bool_) for one in runs]) == 0

    def late(rows: int) -> float:
        told = []
        for one in runs:
            flips = np.zeros(len(one.anomaly), dtype=np.int64)
            flips[one.changes + rows] = 1
            told.append(np.cumsum(flips) % 2 == 1)
        return skab.nab(runs, told)

    # windows overlap by some seconds, so a change told at once is lost to the window before it
    assert late(0) < 60 < 80 < late(12)
    assert late(12) > late(24) > late(34)


def test_faults_of_the_reactor_are_seen_and_named_and_normal_time_is_left_alone() -> None:
    seen, accused = tennessee.shares("ours", (4, 5, 10, 16))  # the hard ones
    assert np.mean(list(seen.values())) >= 0.95
    assert min(seen.values()) >= 0.9
    assert accused <= 0.005
    hard = {case: tennessee.RIGHT[case] for case in (1, 5, 8, 10, 13)}
    hits = [bool(set(tennessee.named(case, 20)) & right) for case, right in hard.items()]
    assert np.mean(hits) >= 0.8


def test_limits_of_colour_are_those_of_their_formulas() -> None:
    values = series("rubber-colour")[:, 0]
    level, centre, sigma = spc.colour()
    moved = float(np.mean(np.abs(np.diff(values)))) / (
        2 / sqrt(np.pi)
    )  # mean range of two: 2 sigma / sqrt(pi)
    assert centre == pytest.approx(float(values.mean()))
    assert sigma == pytest.approx(moved, rel=1e-3)
    by_hand, told = centre, []
    for value in values.tolist():
        by_hand = 0.2 * value + 0.8 * by_hand
        told.append(by_hand)
    assert np.allclose(level, told)
    assert (np.abs(level - centre) > 3 * sigma * sqrt(0.2 / 1.8)).sum() == 1


def test_the_last_rows_of_the_reactor_are_flagged_as_soon_as_they_differ() -> None:
    flagged, _ = spc.reactor()
    assert flagged[50:].tolist() == [False, True, True, True]  # the first of them is hardly different yet
    assert flagged[:50].sum() <= 1
    wide, _ = spc.reactor(share=0.95)
    assert wide[50:].all() and wide[:50].sum() <= 5


def test_the_yield_of_batches_breaks_named_rules_where_it_should() -> None:
    values = series("batch-yield-and-purity")[:, 0]
    limits = individuals(values.tolist())
    assert limits.high is not None
    sigma = (limits.high - limits.centre) / 3
    found = broken(list(enumerate(values.tolist())), limits.centre, sigma)
    by_hand = {int(place) for place in np.flatnonzero(np.abs(values - values.mean()) > 3 * sigma)}
    assert {one.first for one in found if one.rule == "beyond"} == by_hand
    assert len(found) == 7
