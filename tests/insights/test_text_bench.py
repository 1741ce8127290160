"""A small run of the bench of texts: nothing unsupported, corruptions caught, rewordings let through."""

from __future__ import annotations

from random import Random

from bench.insights.text import Figures, faithful, generated, spoiled, strange, unseen
from bench.insights.text_shifts import reader, shift_of
from bench.insights.text_spoil import SPOILS


def test_generated_shifts_hold_what_they_say() -> None:
    figures = Figures()
    generated(figures, 150, seed=11)
    assert figures.sentences > 1000
    assert figures.unsupported == []


def test_the_scan_finds_a_name_and_a_number_that_are_not_there() -> None:
    shift, told_to = shift_of(Random(5)), reader("en", "UTC")
    absent = next(one for one in ("Line 1", "Line 11", "SMD-3", "Linie 7") if repr(one) not in repr(shift))
    assert list(strange(f"{absent} made 987,654.", shift, told_to)) == [absent, "987,654"]


def test_corruptions_of_every_kind_are_caught() -> None:
    figures = Figures()
    spoiled(figures, 60, seed=12)
    assert set(figures.spoilt) == set(SPOILS) and len(SPOILS) >= 12
    assert all(figures.caught[kind] >= 0.99 * n for kind, n in figures.spoilt.items()), figures.missed


def test_rewordings_are_let_through() -> None:
    figures = Figures()
    faithful(figures, 600, seed=13)
    assert figures.doubted <= 0.02 * figures.reworded, figures.needless[:5]


def test_rewordings_that_no_list_was_made_for_are_mostly_let_through() -> None:
    figures = Figures()
    unseen(figures, 600, seed=14)
    assert figures.doubted_unseen <= 0.3 * figures.unseen
